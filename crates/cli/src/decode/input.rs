//! What people paste: hex in all its forms, packet dumps, captures.

/// Bytes of one input, or why there are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// Where the input is a line of a capture.
    pub(crate) mark: Option<Mark>,
}

/// What a line of a capture says besides its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// As written.
    pub(crate) time: String,
    /// From the platform to the device.
    pub(crate) down: bool,
}

impl Mark {
    /// `up` or `down`.
    pub(crate) const fn direction(&self) -> &'static str {
        if self.down { "down" } else { "up" }
    }
}

/// Text that is no hex.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected hexadecimal digits, found {found:?} at character {at}")]
pub(crate) struct NoHex {
    /// Place in the text, from 1.
    pub(crate) at: usize,
    found: String,
}

/// Reads one line: hex digits with spaces, colons, dashes or commas between them and `0x` before them, or a line of a
/// capture `time direction hex`. `None` for an empty line and for a remark after `#`.
pub(crate) fn line(text: &str) -> Option<Result<Input, NoHex>> {
    let text = text.split('#').next().unwrap_or_default().trim();
    if text.is_empty() {
        return None;
    }
    let mut words = text.splitn(3, char::is_whitespace);
    if let (Some(time), Some(direction), Some(rest)) = (words.next(), words.next(), words.next())
        && let Some(down) = is_down(direction)
    {
        let mark = Some(Mark {
            time: time.to_owned(),
            down,
        });
        return Some(hex(rest).map(|bytes| Input { bytes, mark }));
    }
    Some(hex(text).map(|bytes| Input { bytes, mark: None }))
}

fn is_down(word: &str) -> Option<bool> {
    match word {
        "up" | "in" | "rx" | "<" | "->" | "T" => Some(false),
        "down" | "out" | "tx" | ">" | "<-" | "P" => Some(true),
        _ => None,
    }
}

fn hex(text: &str) -> Result<Vec<u8>, NoHex> {
    let mut digits = Vec::with_capacity(text.len());
    let mut rest = text.char_indices().peekable();
    while let Some((at, character)) = rest.next() {
        let prefix = character == '0' && matches!(rest.peek(), Some((_, 'x' | 'X')));
        if prefix {
            rest.next();
        } else if let Some(digit) = character.to_digit(16) {
            digits.push((at, digit));
        } else if !matches!(character, ' ' | '\t' | ':' | '-' | ',' | '_' | '\\') {
            let found = character.to_string();
            return Err(NoHex {
                at: text[..at].chars().count() + 1,
                found,
            });
        }
    }
    let pairs = digits.chunks_exact(2);
    if let [(at, _)] = pairs.remainder() {
        let found = "an odd number of digits".to_owned();
        return Err(NoHex {
            at: text[..*at].chars().count() + 1,
            found,
        });
    }
    Ok(pairs
        .map(|pair| u8::try_from(pair[0].1 * 16 + pair[1].1).unwrap_or(0))
        .collect())
}

/// Joins the lines of packet dumps (`tshark -x`, `xxd`, `hexdump -C`) to one line of hex per packet; other lines stay.
///
/// A dump is lines of an offset, up to 16 bytes, and text; a packet begins at offset 0.
pub(super) fn undump(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut packet = String::new();
    for text in text.lines() {
        match dumped(text) {
            Some((offset, bytes)) => {
                if offset == 0 && !packet.is_empty() {
                    lines.push(std::mem::take(&mut packet));
                }
                packet.push_str(&bytes);
            }
            None => {
                if !packet.is_empty() {
                    lines.push(std::mem::take(&mut packet));
                }
                lines.push(text.to_owned());
            }
        }
    }
    if !packet.is_empty() {
        lines.push(packet);
    }
    lines
}

/// Offset and hex digits of one line of a dump.
fn dumped(line: &str) -> Option<(usize, String)> {
    let (offset, rest) = line.trim_start().split_once([' ', ':', '\t'])?;
    if !(4..=8).contains(&offset.len()) {
        return None;
    }
    let offset = usize::from_str_radix(offset, 16).ok()?;
    let mut digits = String::new();
    let mut gap = 0;
    for word in rest.trim_start_matches([' ', ':', '\t']).split(' ') {
        if word.is_empty() {
            gap += 1;
            continue;
        }
        let is_hex = word.len().is_multiple_of(2) && word.chars().all(|c| c.is_ascii_hexdigit());
        // Behind a gap stands the text, except behind the one that some tools leave after eight bytes.
        if digits.len() == 32 || (gap > 0 && digits.len() != 16) || !is_hex {
            break;
        }
        digits.push_str(word);
        gap = 0;
    }
    (!digits.is_empty() && digits.len() <= 32 && offset.is_multiple_of(16)).then_some((offset, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        line(text).expect("not empty").expect("hex").bytes
    }

    #[test]
    fn hex_comes_in_many_forms() {
        for text in [
            "7878050a",
            "78 78 05 0A",
            "0x78 0x78,0x05,0x0a",
            "78:78:05:0a",
            " 7878-050a # a remark",
        ] {
            assert_eq!(bytes(text), [0x78, 0x78, 5, 10], "{text}");
        }
        assert_eq!(line("  # only a remark"), None);
    }

    #[test]
    fn a_line_of_a_capture_has_time_and_direction() {
        let input = line("2026-11-24T02:00:00Z up 7E02 7E")
            .expect("a line")
            .expect("hex");
        let mark = input.mark.expect("a capture");
        assert_eq!((&*mark.time, mark.down), ("2026-11-24T02:00:00Z", false));
        assert_eq!(input.bytes, [0x7e, 2, 0x7e]);
    }

    #[test]
    fn what_is_no_hex_is_pointed_at() {
        let error = line("7878zz").expect("a line").expect_err("no hex");
        assert_eq!(
            error.to_string(),
            r#"expected hexadecimal digits, found "z" at character 5"#
        );
        let error = line("787").expect("a line").expect_err("odd");
        assert_eq!(error.at, 3);
    }

    #[test]
    fn dumps_become_one_line_a_packet() {
        let tshark = "0000  78 78 0d 01 03 56 93 80  35 64 38 09 00 01 91 1f   xx...V..5d8.....\n\
                      0010  0d 0a                                              ..\n\
                      \n\
                      0000  7e 00 02 00 00 7e                                  ~....~\n";
        let joined = undump(tshark);
        assert_eq!(
            joined,
            ["78780d0103569380356438090001911f0d0a", "", "7e000200007e"]
        );
        let xxd = "00000000: 7878 0d01 0356 9380 3564 3809 0001 911f  xx...V..5d8.....\n00000010: 0d0a  ..";
        assert_eq!(undump(xxd), ["78780d0103569380356438090001911f0d0a"]);
        assert_eq!(
            undump("78780d010356938035643809000191"),
            ["78780d010356938035643809000191"]
        );
    }
}
