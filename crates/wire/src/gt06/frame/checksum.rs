use crc::{Algorithm, CRC_16_IBM_SDLC, Crc, Table};

/// Bytes that the tables take at once. What is left over goes byte by byte, which costs more than all before it.
const BLOCK: usize = 16;

/// CRC-16/X.25 that begins at 0, so that zeros in front change nothing.
const FROM_ZERO: Algorithm<u16> = Algorithm {
    init: 0,
    ..CRC_16_IBM_SDLC
};

/// Sixteen tables: the checksum is the dearest part of reading a position.
const ENGINE: Crc<u16, Table<BLOCK>> = Crc::<u16, Table<BLOCK>>::new(&FROM_ZERO);

/// CRC-16/X.25 (in the documents "CRC-ITU") over the bytes from the length field to the serial, both included.
///
/// Zeros in front fill the bytes up to whole blocks. To begin at 0xFFFF is to begin at 0 with the first two bytes
/// inverted.
#[must_use]
pub fn crc(bytes: &[u8]) -> u16 {
    let [first, second, ..] = *bytes else {
        return Crc::<u16, Table<1>>::new(&CRC_16_IBM_SDLC).checksum(bytes);
    };
    let over = bytes.len() % BLOCK;
    let head_length = if over < 2 {
        over.saturating_add(BLOCK)
    } else {
        over
    };
    let (head, blocks) = bytes.split_at_checked(head_length).unwrap_or((bytes, &[]));
    let mut padded = [0; 2 * BLOCK];
    let at = padded.len().saturating_sub(head.len());
    if let Some(place) = padded.get_mut(at..) {
        place.copy_from_slice(head);
        if let [a, b, ..] = place {
            (*a, *b) = (!first, !second);
        }
    }
    let mut digest = ENGINE.digest();
    digest.update(padded.get(if over < 2 { 0 } else { BLOCK }..).unwrap_or_default());
    digest.update(blocks);
    digest.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_check_value_of_the_catalogue() {
        assert_eq!(crc(b"123456789"), 0x906E);
    }

    #[test]
    fn agrees_with_the_plain_form_at_every_length() {
        let plain = Crc::<u16, Table<1>>::new(&CRC_16_IBM_SDLC);
        let bytes: Vec<u8> = (0..300_u16).map(|n| (n * 37 % 251).to_le_bytes()[0]).collect();
        for end in 0..=bytes.len() {
            assert_eq!(crc(&bytes[..end]), plain.checksum(&bytes[..end]), "{end}");
        }
    }
}
