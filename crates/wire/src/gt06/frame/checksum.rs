use crc::{CRC_16_IBM_SDLC, Crc, Table};

/// Sixteen tables: the checksum is the dearest part of reading a position.
const ENGINE: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_IBM_SDLC);

/// CRC-16/X.25 (in the documents "CRC-ITU") over the bytes from the length field to the serial, both included.
#[must_use]
pub fn crc(bytes: &[u8]) -> u16 {
    ENGINE.checksum(bytes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn gives_the_check_value_of_the_catalogue() {
        assert_eq!(super::crc(b"123456789"), 0x906E);
    }
}
