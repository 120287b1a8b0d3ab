//! Answers of a gateway, cut out of the stream; as little as a load run needs.

use super::Protocol;

/// What the gateway said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// A message was answered: its serial, and whether the answer is "received".
    Data { serial: u16, accepted: bool },
    /// The connection may be used now.
    Welcome,
    /// The code of a registration.
    Code(Vec<u8>),
    /// Registration or authentication was refused, with the result.
    Refused(u8),
    /// Something else, such as a platform's query.
    Other,
}

/// Cuts the first whole frame off `bytes`: how many bytes it took and what it says. `None` while it is incomplete.
pub(super) fn next(protocol: Protocol, bytes: &[u8], scratch: &mut Vec<u8>) -> Option<(usize, Answer)> {
    match protocol {
        Protocol::Jt808 => jt808(bytes, scratch),
        Protocol::Gt06 => gt06(bytes),
    }
}

fn jt808(bytes: &[u8], scratch: &mut Vec<u8>) -> Option<(usize, Answer)> {
    let start = bytes.iter().position(|&byte| byte == 0x7e)?;
    let length = bytes[start + 1..].iter().position(|&byte| byte == 0x7e)?;
    if length == 0 {
        return Some((start + 1, Answer::Other));
    }
    let used = start + length + 2;
    let inner = &bytes[start + 1..start + 1 + length];
    let content = if inner.contains(&0x7d) {
        unescape(inner, scratch);
        scratch
    } else {
        inner
    };
    Some((used, jt808_meaning(content).unwrap_or(Answer::Other)))
}

fn unescape(inner: &[u8], scratch: &mut Vec<u8>) {
    scratch.clear();
    let mut bytes = inner.iter();
    while let Some(&byte) = bytes.next() {
        scratch.push(match byte {
            0x7d if bytes.next() == Some(&2) => 0x7e,
            other => other,
        });
    }
}

/// `content`: header of 12 bytes, body, checksum.
fn jt808_meaning(content: &[u8]) -> Option<Answer> {
    let word = |at: usize| content.get(at..at + 2).map(|b| u16::from_be_bytes([b[0], b[1]]));
    match word(0)? {
        0x8001 => {
            let (serial, id, result) = (word(12)?, word(14)?, *content.get(16)?);
            Some(match (id, result) {
                (0x0102, 0) => Answer::Welcome,
                (0x0102, result) => Answer::Refused(result),
                (0x0200, result) => Answer::Data {
                    serial,
                    accepted: result == 0 || result == 4,
                },
                _ => Answer::Other,
            })
        }
        0x8100 => Some(match *content.get(14)? {
            0 => Answer::Code(content.get(15..content.len() - 1)?.to_vec()),
            result => Answer::Refused(result),
        }),
        // An echo server gives back what it got.
        0x0200 => Some(Answer::Data {
            serial: word(10)?,
            accepted: true,
        }),
        _ => Some(Answer::Other),
    }
}

fn gt06(bytes: &[u8]) -> Option<(usize, Answer)> {
    let start = bytes.windows(2).position(|pair| pair == [0x78, 0x78])?;
    let length = usize::from(*bytes.get(start + 2)?);
    let frame = bytes.get(start..start + length + 5)?;
    let answer = match frame.get(3)? {
        0x01 => Answer::Welcome,
        0x26 => {
            let at = frame.len().checked_sub(6)?;
            Answer::Data {
                serial: u16::from_be_bytes([*frame.get(at)?, *frame.get(at + 1)?]),
                accepted: true,
            }
        }
        _ => Answer::Other,
    };
    Some((start + frame.len(), answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(protocol: Protocol, text: &str) -> Vec<Answer> {
        let bytes = hex::decode(text).unwrap();
        let (mut at, mut answers) = (0, Vec::new());
        while let Some((used, answer)) = next(protocol, &bytes[at..], &mut Vec::new()) {
            at += used;
            answers.push(answer);
        }
        answers
    }

    #[test]
    fn general_answers_name_the_serial_even_when_it_is_escaped() {
        for (serial, result, accepted) in [(0x7e7d_u16, 0, true), (5, 1, false)] {
            let mut content = hex::decode("800100050101000000010000").unwrap();
            content.extend(serial.to_be_bytes());
            content.extend([0x02, 0x00, result]);
            let mut frame = Vec::new();
            super::super::frames::jt808(&content[..], &mut frame);
            assert_eq!(
                all(Protocol::Jt808, &hex::encode(frame)),
                [Answer::Data { serial, accepted }]
            );
        }
    }

    #[test]
    fn gt06_answers_come_one_by_one_and_a_half_frame_waits() {
        assert_eq!(
            all(Protocol::Gt06, "787805010001d9dc0d0a78780526000aa5a50d0a787805"),
            [
                Answer::Welcome,
                Answer::Data {
                    serial: 10,
                    accepted: true
                }
            ]
        );
    }
}
