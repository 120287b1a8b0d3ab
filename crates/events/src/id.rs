//! Ids of events.
//!
//! What a device says gets a deterministic id, so that a resend has the id of the original. What Milepost itself
//! observes gets a time-ordered one.

use sha1::{Digest as _, Sha1};
use uuid::Uuid;

/// Name space of all deterministic ids of Milepost.
const NAMESPACE: Uuid = Uuid::from_u128(0x6d69_6c65_706f_7374_8000_6576_656e_7473);

/// UUID version 5 (RFC 9562, section 5.5) over `parts`, each with its length so that parts cannot run together.
#[must_use]
pub fn deterministic(parts: &[&[u8]]) -> Uuid {
    // Not by `Uuid::new_v5`: that one computes SHA-1 without the processor's help, which is dear once per position.
    let mut hash = Sha1::new();
    hash.update(NAMESPACE.as_bytes());
    for part in parts {
        hash.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(part);
    }
    let hash: [u8; 20] = hash.finalize().into();
    let (front, _) = hash.split_first_chunk().unwrap_or((&[0; 16], &[]));
    uuid::Builder::from_sha1_bytes(*front).into_uuid()
}

/// An id as events and headers carry it.
#[must_use]
pub fn text(id: Uuid) -> String {
    // Without the detour over formatting.
    id.hyphenated()
        .encode_lower(&mut Uuid::encode_buffer())
        .to_owned()
}

/// UUID version 7 (RFC 9562, section 5.7): sorts by the time it was made at.
#[must_use]
pub fn observed() -> Uuid {
    Uuid::now_v7()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From Python: `uuid.uuid5(uuid.UUID(int=0x6d696c65706f737480006576656e7473), "\0\0\0\x01a\0\0\0\x02bc")`.
    #[test]
    fn an_id_is_a_uuid_of_version_5() {
        let id = deterministic(&[b"a", b"bc"]).to_string();
        assert_eq!(id, "5c6b074b-ca47-5c67-9b64-c1119cf2b2ca");
    }

    #[test]
    fn the_same_parts_give_the_same_id_and_shifted_parts_do_not() {
        assert_eq!(deterministic(&[b"a", b"bc"]), deterministic(&[b"a", b"bc"]));
        assert_ne!(deterministic(&[b"a", b"bc"]), deterministic(&[b"ab", b"c"]));
    }
}
