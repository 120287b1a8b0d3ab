//! Ids of events.
//!
//! What a device says gets a deterministic id, so that a resend has the id of the original. What Milepost itself
//! observes gets a time-ordered one.

use uuid::Uuid;

/// Name space of all deterministic ids of Milepost.
const NAMESPACE: Uuid = Uuid::from_u128(0x6d69_6c65_706f_7374_8000_6576_656e_7473);

/// UUID version 5 (RFC 9562, section 5.5) over `parts`, each with its length so that parts cannot run together.
#[must_use]
pub fn deterministic(parts: &[&[u8]]) -> Uuid {
    let mut name = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
    for part in parts {
        name.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        name.extend_from_slice(part);
    }
    Uuid::new_v5(&NAMESPACE, &name)
}

/// UUID version 7 (RFC 9562, section 5.7): sorts by the time it was made at.
#[must_use]
pub fn observed() -> Uuid {
    Uuid::now_v7()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_give_the_same_id_and_shifted_parts_do_not() {
        assert_eq!(deterministic(&[b"a", b"bc"]), deterministic(&[b"a", b"bc"]));
        assert_ne!(deterministic(&[b"a", b"bc"]), deterministic(&[b"ab", b"c"]));
    }
}
