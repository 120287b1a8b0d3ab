//! Which bytes hold what nobody may read in rejects: authentication codes, numbers of SIM cards.

use events::origin::v1::Protocol;

/// JT/T 808: authentication.
const AUTHENTICATE: u16 = 0x0102;
/// JT/T 808: answer to a registration.
const REGISTERED: u16 = 0x8100;
/// JT/T 808: authentication; properties of the terminal and the vendors' report, which hold the number of the SIM card.
const JT808: [u16; 3] = [AUTHENTICATE, 0x0107, 0x0120];
/// GT06: information and module reports, which can hold numbers of the SIM card.
const GT06: [u8; 5] = [0x94, 0x36, 0x37, 0x38, 0x39];

/// True for a message that holds an authentication code, which stands in no topic at all.
pub(crate) fn holds_code(protocol: Protocol, message_id: u32) -> bool {
    protocol == Protocol::Jt808 && message_id == u32::from(AUTHENTICATE)
}

/// True for an answer that gives a device its authentication code.
pub(crate) fn answer_holds_code(answer: &[u8]) -> bool {
    answer
        .array_windows()
        .any(|[mark, high, low]| matches!(mark, 0x7E | 0xE7) && [*high, *low] == REGISTERED.to_be_bytes())
}

/// True for a message that can hold a secret.
pub(super) fn holds_secret(protocol: Protocol, message_id: u32) -> bool {
    match protocol {
        Protocol::Jt808 => JT808.iter().any(|id| u32::from(*id) == message_id),
        Protocol::Gt06 => GT06.iter().any(|id| u32::from(*id) == message_id),
        Protocol::Unspecified => false,
    }
}

/// Remembers whether bytes that are no good frame may be what is left of one that holds a secret. A damaged frame can
/// come in several pieces, of which only the first tells what it was.
#[derive(Debug, Default)]
pub(super) struct Remains(bool);

impl Remains {
    /// A good frame: what was damaged before is over.
    pub(super) fn good(&mut self) {
        self.0 = false;
    }

    /// True when the bytes must be masked.
    pub(super) fn bad(&mut self, protocol: Protocol, raw: &[u8]) -> bool {
        let names_one = match protocol {
            Protocol::Gt06 => raw.iter().take(6).any(|byte| GT06.contains(byte)),
            Protocol::Jt808 | Protocol::Unspecified => raw
                .array_windows()
                .any(|id| JT808.contains(&u16::from_be_bytes(*id))),
        };
        self.0 |= names_one;
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t14_what_is_left_of_a_damaged_authentication_stays_masked_until_a_good_frame() {
        let mut remains = Remains::default();
        assert!(!remains.bad(Protocol::Jt808, &[0x7E, 0x02, 0x00, 0x00]));
        assert!(remains.bad(Protocol::Jt808, &[0x00, 0x7F, 0x01, 0x02, 0x00]));
        assert!(remains.bad(Protocol::Jt808, b"the rest of a code"));
        remains.good();
        assert!(!remains.bad(Protocol::Jt808, b"rubbish"));
    }

    #[test]
    fn t14_damaged_reports_of_sim_numbers_are_masked() {
        let long = [0x79, 0x79, 0x00, 0x20, 0x94, 0x0A];
        assert!(Remains::default().bad(Protocol::Gt06, &long));
        assert!(holds_secret(Protocol::Gt06, 0x94) && holds_secret(Protocol::Jt808, 0x0107));
        assert!(!holds_secret(Protocol::Jt808, 0x0200) && !holds_secret(Protocol::Gt06, 0x12));
    }
}
