//! What stands before the protobuf message of a value: nothing, or what Confluent's tools want: a zero, the number of the
//! schema in four bytes, and the place of the message in the schema's file.
//!
//! A message of protobuf never begins with a zero, so a reader can tell the two apart.

use bytes::Bytes;
use events::Topic;
use events::schema::Source;

use super::client::Names;
use super::registry::Registry;
use crate::Error;
use crate::config::Wire;

/// Bytes of the zero and the number of the schema.
const FIXED: usize = 5;

/// What stands before values.
#[derive(Debug, Default)]
pub(super) struct Framing {
    /// By topic, in the order of [`Topic::ALL`]; empty where nothing does.
    prefixes: Vec<Vec<u8>>,
}

impl Framing {
    /// Asks the registry, where there is one to ask.
    pub(super) fn new(names: &Names) -> Result<Self, Error> {
        if names.config.wire == Wire::Raw {
            return Ok(Self::default());
        }
        let mut registry = Registry::new(&names.config)?;
        let of = |topic: &Topic| {
            let (source, place) = Source::of(topic.schema())
                .ok_or_else(|| Error::Config(format!("no file has the schema {}", topic.schema())))?;
            let schema = registry.schema(&format!("{}-value", names.topic(*topic)), source)?;
            Ok(prefix(schema, place))
        };
        Ok(Self {
            prefixes: Topic::ALL.iter().map(of).collect::<Result<_, Error>>()?,
        })
    }

    /// A value as it is to be written.
    pub(super) fn framed(&self, topic: Topic, value: Bytes) -> Bytes {
        match self.prefixes.get(super::index(topic)) {
            None => value,
            Some(prefix) => Bytes::from([&prefix[..], &value[..]].concat()),
        }
    }
}

/// What stands before messages of that schema.
fn prefix(schema: u32, place: usize) -> Vec<u8> {
    let mut prefix = vec![0];
    prefix.extend(schema.to_be_bytes());
    if place == 0 {
        // Short for a list of one place, the first.
        prefix.push(0);
    } else {
        put_number(&mut prefix, 1);
        put_number(&mut prefix, place as u64);
    }
    prefix
}

/// The message in a value, whatever stands before it.
pub(super) fn unframed(value: &[u8]) -> &[u8] {
    match value {
        [0, _, _, _, _, rest @ ..] => behind_places(rest).unwrap_or(&value[FIXED..]),
        _ => value,
    }
}

/// What comes after a list of places.
fn behind_places(input: &[u8]) -> Option<&[u8]> {
    let (count, mut rest) = number(input)?;
    for _ in 0..count {
        (_, rest) = number(rest)?;
    }
    Some(rest)
}

/// Writes a number in zigzag form, seven bits a byte.
fn put_number(out: &mut Vec<u8>, number: u64) {
    let mut left = number << 1;
    while left >= 0x80 {
        out.push((left & 0x7F) as u8 | 0x80);
        left >>= 7;
    }
    out.push(left as u8);
}

/// Reads such a number; none for what is negative or too long.
fn number(input: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (place, byte) in input.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7F) << (7 * place);
        if byte & 0x80 == 0 {
            return (value & 1 == 0).then_some((value >> 1, &input[place + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_is_that_of_the_format_and_comes_off_again() {
        assert_eq!(prefix(7, 0), [0, 0, 0, 0, 7, 0]);
        // One place, the second: 1 and 1 in zigzag form.
        assert_eq!(prefix(0x0102_0304, 1), [0, 1, 2, 3, 4, 2, 2]);
        assert_eq!(prefix(1, 100), [0, 0, 0, 0, 1, 2, 0xC8, 1]);
        for place in [0, 1, 100, 70_000] {
            let value = [&prefix(7, place)[..], b"\x0amessage"].concat();
            assert_eq!(unframed(&value), b"\x0amessage");
        }
    }

    #[test]
    fn values_without_a_prefix_are_left_alone() {
        for value in [&b""[..], b"\x0amessage", b"\x00\x00"] {
            assert_eq!(unframed(value), value);
        }
    }

    #[test]
    fn no_bytes_lead_astray() {
        for rest in [&[0xFF; 12][..], &[0x82], &[2], &[1], &[0xFE, 0xFF, 0xFF, 0x7F]] {
            let value = [&[0, 0, 0, 0, 7][..], rest].concat();
            assert!(unframed(&value).len() <= rest.len());
        }
    }
}
