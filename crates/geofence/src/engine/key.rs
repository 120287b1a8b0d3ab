/// A fence id as a number, the same in every process: state refers to fences by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FenceKey(pub(crate) u64);

impl FenceKey {
    /// The key of an id.
    #[must_use]
    pub fn of(id: &str) -> Self {
        Self(hash(id.as_bytes()))
    }
}

/// FNV-1a with the finisher of splitmix64: short, fixed for ever, and spread over all bits. Two of a million fences share a
/// key with probability 3 in 100 million; the set refuses the second.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    hash_of_parts(&[bytes])
}

/// The hash of several runs of bytes, as if they were one.
pub(super) fn hash_of_parts(parts: &[&[u8]]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in *part {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_never_change() {
        assert_eq!(FenceKey::of("yard-7"), FenceKey(hash(b"yard-7")));
        // State on disk refers to these numbers.
        assert_eq!(hash(b""), 17_665_956_581_633_026_203);
        assert_eq!(hash_of_parts(&[b"ya", b"", b"rd-7"]), hash(b"yard-7"));
    }
}
