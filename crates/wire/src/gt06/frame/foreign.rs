/// Longest sentence of another protocol that is taken as one piece.
const MAX_SENTENCE: usize = 1024;

/// Another protocol's sentence at the front of `bytes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Foreign {
    /// A whole sentence of this many bytes.
    Sentence { protocol: &'static str, length: usize },
    /// The end has not come yet.
    Unfinished,
}

/// Recognises what devices of this family are known to send when they are set to another protocol.
pub(super) fn recognise(bytes: &[u8]) -> Option<Foreign> {
    let (protocol, last) = match bytes {
        [b'(', b'0'..=b'9', ..] => ("TK103", b')'),
        [b'*', b'H', b'Q', ..] => ("H02", b'#'),
        [b'#', b'#', b',', ..] => ("GPS103", b';'),
        [b'$', b'$' | b'G', ..] => ("NMEA or Meitrack", b'\n'),
        [0x7E, _, _, ..] => ("JT/T 808", 0x7E),
        _ => return None,
    };
    let reach = bytes.len().min(MAX_SENTENCE);
    match memchr::memchr(last, bytes.get(1..reach)?) {
        Some(at) => Some(Foreign::Sentence {
            protocol,
            length: at.saturating_add(2),
        }),
        None if bytes.len() < MAX_SENTENCE => Some(Foreign::Unfinished),
        None => None,
    }
}
