//! A tape for straight-line decoders: the description of a message, field after field, run over bytes reads them and
//! run without bytes makes them. What was read is a list of marks that the crate's own fields must match.

use wire::{Field, Value};

/// One field as the straight-line decoder sees it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mark {
    at: usize,
    length: usize,
    what: What,
}

/// What a field says.
#[derive(Debug, Clone, PartialEq)]
enum What {
    /// A whole number or code.
    Whole(i64),
    /// A number in a unit.
    Scaled(f64),
    /// A text, a time, digits.
    Text(String),
    /// A yes or no.
    Switch(bool),
    /// A word of flags.
    Flags,
    /// Bytes that nobody reads.
    Bytes,
    /// One or more fields that only the crate reads further.
    Whatever,
}

/// A source of numbers: `SplitMix64`.
#[derive(Debug, Clone)]
pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next().to_be_bytes()[0]).collect()
    }
}

/// Bytes that are read, or made and read.
#[derive(Debug)]
pub(crate) struct Tape {
    bytes: Vec<u8>,
    at: usize,
    noise: Option<Noise>,
    marks: Vec<Mark>,
    short: bool,
    network: Option<u64>,
}

/// Texts and their bytes in GBK.
const TEXTS: [(&str, &[u8]); 6] = [
    ("", b""),
    ("A", b"A"),
    ("GT-7, v2.1", b"GT-7, v2.1"),
    ("张三", b"\xD5\xC5\xC8\xFD"),
    ("粤B12345", b"\xD4\xC1B12345"),
    ("请回公司", b"\xC7\xEB\xBB\xD8\xB9\xAB\xCB\xBE"),
];

#[allow(dead_code, reason = "either protocol has fields that the other has not")]
impl Tape {
    /// A tape that reads.
    pub(crate) fn reading(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.to_vec(),
            at: 0,
            noise: None,
            marks: Vec::new(),
            short: false,
            network: None,
        }
    }

    /// A tape that makes what it is asked for.
    pub(crate) fn making(noise: Noise) -> Self {
        Self {
            noise: Some(noise),
            ..Self::reading(&[])
        }
    }

    /// The bytes that were made.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The marks, when the description took exactly all bytes.
    pub(crate) fn into_marks(self) -> Option<Vec<Mark>> {
        (!self.short && self.at == self.bytes.len()).then_some(self.marks)
    }

    /// True when the bytes ended within a field.
    pub(crate) const fn is_short(&self) -> bool {
        self.short
    }

    /// Bytes that are left; some number while making.
    pub(crate) fn left(&mut self) -> usize {
        match &mut self.noise {
            Some(noise) => usize::try_from(noise.below(24)).unwrap(),
            None if self.short => 0,
            None => self.bytes.len() - self.at,
        }
    }

    /// True when another part follows: while bytes are left, or as chance has it.
    pub(crate) fn more(&mut self) -> bool {
        match &mut self.noise {
            Some(noise) => noise.below(3) > 0,
            None => self.left() > 0,
        }
    }

    /// The next byte, where one is left; `None` while making.
    pub(crate) fn ahead(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// All bytes that are left; `None` while making.
    pub(crate) fn everything_left(&self) -> Option<&[u8]> {
        if self.noise.is_some() || self.short {
            return None;
        }
        self.bytes.get(self.at..)
    }

    /// Runs a part over the next `length` bytes, which it takes exactly.
    pub(crate) fn within(&mut self, length: usize, part: impl Fn(&mut Self)) {
        let from = self.at;
        let bytes = self.take(length, |_| Vec::new());
        if self.short {
            return;
        }
        let mut inner = Self::reading(&bytes);
        part(&mut inner);
        match inner.into_marks() {
            Some(marks) => self.marks.extend(marks.into_iter().map(|mark| Mark {
                at: mark.at + from,
                ..mark
            })),
            None => self.short = true,
        }
    }

    /// True when there is nothing to read yet.
    pub(crate) const fn is_making(&self) -> bool {
        self.noise.is_some()
    }

    /// One of the choices while making; reading ignores it.
    pub(crate) fn choose<T: Copy>(&mut self, choices: &[T]) -> T {
        let index = self.noise.as_mut().map_or(0, |noise| noise.below(choices.len() as u64));
        choices[usize::try_from(index).unwrap()]
    }

    fn take(&mut self, length: usize, make: impl FnOnce(&mut Noise) -> Vec<u8>) -> Vec<u8> {
        if let Some(noise) = &mut self.noise {
            let made = make(noise);
            assert_eq!(made.len(), length);
            self.bytes.extend(&made);
        }
        if self.short || self.bytes.len() - self.at < length {
            self.short = true;
            return vec![0; length.min(256)];
        }
        self.at += length;
        self.bytes[self.at - length..self.at].to_vec()
    }

    fn mark(&mut self, length: usize, what: What) {
        if length > 0 && !self.short {
            self.marks.push(Mark {
                at: self.at - length,
                length,
                what,
            });
        }
    }

    fn number(&mut self, width: usize, make: impl FnOnce(&mut Noise) -> u64) -> u64 {
        let bytes = self.take(width, |noise| make(noise).to_be_bytes()[8 - width..].to_vec());
        bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// A whole number of `width` bytes.
    pub(crate) fn n(&mut self, width: usize) -> u64 {
        let number = self.number(width, Noise::next);
        self.mark(width, What::Whole(i64::try_from(number).unwrap_or(i64::MAX)));
        number
    }

    /// A whole number with a sign.
    pub(crate) fn signed(&mut self, width: usize) {
        let number = self.number(width, Noise::next);
        let shift = 64 - 8 * width;
        self.mark(width, What::Whole((number << shift).cast_signed() >> shift));
    }

    /// A number that is one of these when it is made.
    pub(crate) fn pick(&mut self, width: usize, choices: &[u64]) -> u64 {
        let number = self.number(width, |noise| {
            choices[usize::try_from(noise.below(choices.len() as u64)).unwrap()]
        });
        self.mark(width, What::Whole(i64::try_from(number).unwrap_or(i64::MAX)));
        number
    }

    /// A number that is `made` when it is made, as a length or id.
    pub(crate) fn exactly(&mut self, width: usize, made: u64) -> usize {
        usize::try_from(self.pick(width, &[made])).unwrap()
    }

    /// As [`Tape::pick`], told as text.
    pub(crate) fn picked_told(&mut self, width: usize, choices: &[u64], tell: impl FnOnce(u64) -> String) -> u64 {
        let made = self.choose(choices);
        let number = self.number(width, |_| made);
        self.mark(width, What::Text(tell(number)));
        number
    }

    /// A part behind its length of `width` bytes, which it takes exactly.
    pub(crate) fn behind(&mut self, width: usize, part: impl Fn(&mut Self)) {
        if let Some(noise) = &mut self.noise {
            let mut inner = Self::making(Noise(noise.next()));
            part(&mut inner);
            let made = inner.into_bytes();
            self.exactly(width, made.len() as u64);
            self.take(made.len(), |_| made.clone());
            return;
        }
        let length = self.exactly(width, 0);
        self.within(length, part);
    }

    /// A number in units of 1/`divisor`.
    #[allow(clippy::cast_precision_loss, reason = "four bytes at most")]
    pub(crate) fn scaled(&mut self, width: usize, divisor: f64) {
        let number = self.number(width, Noise::next);
        self.mark(width, What::Scaled(number as f64 / divisor));
    }

    /// A number in units of 1/`divisor` whose sign stands elsewhere.
    #[allow(clippy::cast_precision_loss, reason = "four bytes at most")]
    pub(crate) fn scaled_by_sign(&mut self, width: usize, divisor: f64, limit: u64, negative: bool) {
        let number = self.number(width, |noise| noise.below(limit)) as f64 / divisor;
        self.mark(width, What::Scaled(if negative { -number } else { number }));
    }

    /// Some volts in hundredths.
    #[allow(clippy::cast_precision_loss, reason = "two bytes")]
    pub(crate) fn voltage(&mut self) {
        let number = self.number(2, |noise| 1100 + noise.below(400));
        self.mark(2, What::Scaled(number as f64 / 100.0));
    }

    /// A number with a sign in units of 1/`divisor`.
    #[allow(clippy::cast_precision_loss, reason = "four bytes at most")]
    pub(crate) fn scaled_signed(&mut self, width: usize, divisor: f64) {
        let number = self.number(width, Noise::next);
        let shift = 64 - 8 * width;
        let number = (number << shift).cast_signed() >> shift;
        self.mark(width, What::Scaled(number as f64 / divisor));
    }

    /// A word of flags.
    pub(crate) fn flags(&mut self, width: usize) -> u64 {
        let word = self.number(width, Noise::next);
        self.mark(width, What::Flags);
        word
    }

    /// A number of the reader's own meaning, `show`n as a whole number.
    pub(crate) fn shown(
        &mut self,
        width: usize,
        make: impl FnOnce(&mut Noise) -> u64,
        show: impl FnOnce(u64) -> i64,
    ) -> u64 {
        let number = self.number(width, make);
        self.mark(width, What::Whole(show(number)));
        number
    }

    /// Bytes that are told as text.
    pub(crate) fn told(&mut self, length: usize, tell: impl FnOnce(&[u8]) -> String) -> Vec<u8> {
        let bytes = self.take(length, |noise| noise.bytes(length));
        self.mark(length, What::Text(tell(&bytes)));
        bytes
    }

    /// Digits: bytes told in hexadecimal.
    pub(crate) fn digits(&mut self, length: usize) {
        self.told(length, |bytes| hex::encode(bytes));
    }

    /// Decimal digits, two a byte, told without padding.
    pub(crate) fn decimal(&mut self, length: usize, tell: impl FnOnce(&str) -> String) {
        let bytes = self.take(length, |noise| {
            let mut digits: Vec<u8> = (0..length)
                .map(|_| u8::try_from(noise.below(10) * 16 + noise.below(10)).unwrap())
                .collect();
            digits[0] &= 0x0F;
            digits
        });
        self.mark(length, What::Text(tell(&hex::encode(bytes))));
    }

    /// A yes or no in a byte.
    pub(crate) fn switch(&mut self) {
        let byte = self.number(1, |noise| noise.below(2));
        self.mark(1, What::Switch(byte != 0));
    }

    /// A number in units of 1/`divisor`, in the `mask`ed bits of a word.
    #[allow(clippy::cast_precision_loss, reason = "two bytes")]
    pub(crate) fn low_bits(&mut self, width: usize, mask: u64, divisor: f64) {
        let word = self.number(width, Noise::next);
        self.mark(width, What::Scaled((word & mask) as f64 / divisor));
    }

    /// A number that comes later, where it is there; `None` while making.
    pub(crate) fn peek(&self, from: usize, length: usize) -> Option<u64> {
        let bytes = self.bytes.get(self.at + from..self.at + from + length)?;
        Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// Bytes that are left; `None` while making.
    pub(crate) fn remaining(&self) -> Option<usize> {
        self.everything_left().map(<[u8]>::len)
    }

    /// Makes networks with this code of a country.
    pub(crate) fn force_network(&mut self, word: u64, part: impl FnOnce(&mut Self)) {
        self.network = Some(word);
        part(self);
        self.network = None;
    }

    /// The code of a country that networks are made with.
    pub(crate) const fn network(&self) -> Option<u64> {
        self.network
    }

    /// Bytes behind a length, which the crate shows as one field.
    pub(crate) fn whatever_behind(&mut self, width: usize, made: &[u64]) {
        let made = self.choose(made);
        let length = usize::try_from(self.peek(0, width).unwrap_or(made)).unwrap();
        self.take(width + length, |noise| {
            let mut bytes = made.to_be_bytes()[8 - width..].to_vec();
            bytes.extend(noise.bytes(length));
            bytes
        });
        self.mark(width + length, What::Whatever);
    }

    /// Bytes that only the crate reads further, up to the end.
    pub(crate) fn whatever_left(&mut self) {
        let length = self.left();
        self.whatever(length);
    }

    /// The same, which are these when they are made.
    pub(crate) fn whatever_ending(&mut self, made: &[u8]) {
        let length = self.remaining().unwrap_or(made.len());
        self.take(length, |_| made.to_vec());
        self.mark(length, What::Whatever);
    }

    /// Bytes without meaning.
    pub(crate) fn bytes(&mut self, length: usize) {
        self.take(length, |noise| noise.bytes(length));
        self.mark(length, What::Bytes);
    }

    /// Bytes that only the crate reads further.
    pub(crate) fn whatever(&mut self, length: usize) {
        self.take(length, |noise| noise.bytes(length));
        self.mark(length, What::Whatever);
    }

    /// Bytes up to the end.
    pub(crate) fn rest(&mut self) {
        let length = self.left();
        self.bytes(length);
    }

    fn text_of(&mut self, length: usize, made: Option<usize>) {
        let bytes = self.take(length, |_| {
            let mut bytes = made.map_or_else(Vec::new, |text| TEXTS[text].1.to_vec());
            bytes.truncate(length);
            bytes.resize(length, 0);
            bytes
        });
        self.mark(length, What::Text(gbk(&bytes)));
    }

    fn any_text(&mut self) -> Option<usize> {
        let noise = self.noise.as_mut()?;
        Some(usize::try_from(noise.below(TEXTS.len() as u64)).unwrap())
    }

    /// Text of a fixed width, padded.
    pub(crate) fn text(&mut self, width: usize) {
        let text = self
            .any_text()
            .map(|text| if TEXTS[text].1.len() > width { 1 } else { text });
        self.text_of(width, text);
    }

    /// Text behind its length of `width` bytes.
    pub(crate) fn counted_text(&mut self, width: usize) {
        let text = self.any_text();
        let length = self.number(width, |_| TEXTS[text.unwrap()].1.len() as u64);
        self.mark(width, What::Whole(i64::try_from(length).unwrap()));
        self.text_of(usize::try_from(length).unwrap().min(1 << 20), text);
    }

    /// Text up to the end.
    pub(crate) fn rest_text(&mut self) {
        let text = self.any_text();
        let length = match text {
            Some(text) => TEXTS[text].1.len(),
            None => self.left(),
        };
        self.text_of(length, text);
    }

    /// Bytes behind their length of `width` bytes.
    pub(crate) fn counted_bytes(&mut self, width: usize) {
        let length = self.count(width, 20);
        self.bytes(length);
    }

    /// A number of things: at most `most` when it is made.
    pub(crate) fn count(&mut self, width: usize, most: u64) -> usize {
        let count = self.number(width, |noise| noise.below(most + 1));
        self.mark(width, What::Whole(i64::try_from(count).unwrap()));
        usize::try_from(count).unwrap()
    }

    /// Runs a part `count` times, while bytes are left.
    pub(crate) fn repeat<R>(&mut self, count: usize, mut part: impl FnMut(&mut Self) -> R) {
        for _ in 0..count {
            if self.short {
                return;
            }
            part(self);
        }
    }

    /// Six bytes of a time; `tell` gives its text where it is one.
    pub(crate) fn six(&mut self, make: impl FnOnce([u8; 6]) -> [u8; 6], tell: impl FnOnce(&[u8]) -> Option<String>) {
        let bytes = self.take(6, |noise| {
            let civil = [100, 12, 28, 24, 60, 60].map(|limit| u8::try_from(noise.below(limit)).unwrap());
            let [year, month, day, hour, minute, second] = civil;
            make([year, month + 1, day + 1, hour, minute, second]).to_vec()
        });
        self.mark(6, tell(&bytes).map_or(What::Bytes, What::Text));
    }
}

/// Text of GBK bytes: from the first byte that is no padding to the first zero, without padding behind.
fn gbk(bytes: &[u8]) -> String {
    let mut kept = Vec::new();
    for byte in bytes {
        if kept.is_empty() && (*byte == 0 || *byte == b' ') {
            continue;
        }
        if *byte == 0 {
            break;
        }
        kept.push(*byte);
    }
    while kept.last() == Some(&b' ') {
        kept.pop();
    }
    let (text, wrong) = encoding_rs::GBK.decode_without_bom_handling(&kept);
    if !wrong {
        return text.into_owned();
    }
    String::from_utf8(kept.clone()).unwrap_or_else(|_| text.into_owned())
}

/// Six numbers as a date and time, where they are one.
pub(crate) fn civil(parts: [u32; 6]) -> Option<String> {
    let [year, month, day, hour, minute, second] = parts;
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        _ => return None,
    };
    if day == 0 || day > days || hour > 23 || minute > 59 || second > 59 || year > 99 {
        return None;
    }
    Some(format!(
        "20{year:02}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
    ))
}

/// Compares what the straight-line decoder read with the crate's fields; what differs, if anything does.
pub(crate) fn difference(marks: &[Mark], fields: &[Field]) -> Option<String> {
    let mut leaves = Vec::new();
    flatten(fields, &mut leaves);
    let mut leaves = leaves.into_iter().peekable();
    for mark in marks {
        let Some(leaf) = leaves.next() else {
            return Some(format!("nothing at {mark:?}"));
        };
        let mut end = leaf.offset + leaf.raw.len();
        if mark.what == What::Whatever {
            while end < mark.at + mark.length {
                let Some(leaf) = leaves.next() else { break };
                end = leaf.offset + leaf.raw.len();
            }
        }
        if leaf.offset != mark.at || end != mark.at + mark.length || !same(&mark.what, &leaf.value) {
            return Some(format!("{mark:?} is {leaf:?}"));
        }
    }
    leaves.next().map(|leaf| format!("only the crate has {leaf:?}"))
}

fn flatten<'a>(fields: &'a [Field], leaves: &mut Vec<&'a Field>) {
    for field in fields {
        if field.parts.is_empty() {
            leaves.push(field);
        } else {
            flatten(&field.parts, leaves);
        }
    }
}

fn same(what: &What, value: &Value) -> bool {
    match (what, value) {
        (What::Whole(mine), Value::Integer(other)) => mine == other,
        (What::Scaled(mine), Value::Number(other)) => (mine - other).abs() < 1e-7,
        (What::Text(mine), Value::Text(other)) => mine == other,
        (What::Switch(mine), Value::Flag(other)) => mine == other,
        (What::Flags, Value::Flags(_)) | (What::Bytes, Value::Bytes) | (What::Whatever, _) => true,
        _ => false,
    }
}
