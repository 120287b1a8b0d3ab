//! No length field of GT06 makes the crate allocate more than the frame is worth, and positions allocate nothing.
//! A test binary of its own: it counts the allocations of its threads.

use allocation_counter::measure;
use wire::gt06::{Form, Message, Model, Splitter, seal};

#[test]
fn a_position_is_framed_and_read_without_an_allocation() {
    for (number, length) in [
        (0x12, 26),
        (0x22, 33),
        (0xA0, 36),
        (0x16, 32),
        (0x26, 32),
        (0x13, 5),
    ] {
        let mut content = vec![0x11; length];
        if matches!(number, 0x16 | 0x26) {
            content[18] = 9;
        }
        let bytes = seal(Form::Short, number, &content, 1);
        let info = measure(|| {
            let frame = Splitter::default().next(&bytes).unwrap().frame.unwrap();
            let decoded = Message::parse(&frame, Model::Standard).unwrap();
            assert!(decoded.rest.is_empty());
        });
        assert_eq!(info.count_total, 0, "0x{number:02X}");
    }
}

/// Bytes of memory for one entry of a list, and room for what a vector grows ahead.
const PER_ENTRY: u64 = 64;

#[test]
fn counts_that_lie_allocate_no_more_than_a_full_list() {
    for row in Message::ROWS {
        // All ones: every count and length says as much as it can.
        let bytes = vec![0xFF; 60];
        let frame = wire::gt06::Frame {
            form: row.form,
            number: row.number,
            declared: 0xFFFF,
            content: &bytes,
            serial: 0,
            checksum: wire::gt06::Checksum::Right,
            length_right: true,
            raw: &bytes,
        };
        let info = measure(|| {
            let _ = Message::parse(&frame, Model::Standard);
        });
        assert!(
            info.bytes_max <= 255 * PER_ENTRY,
            "0x{:02X} {}: {} bytes",
            row.number,
            row.name,
            info.bytes_max
        );
    }
}

#[test]
fn a_length_that_lies_allocates_only_the_sentence_that_says_so() {
    for start in [[0x79, 0x79, 0xFF, 0xFF, 0x21], [0x78, 0x78, 0xFF, 0x12, 0x00]] {
        let mut bytes = start.to_vec();
        bytes.extend([b'a'; 5000]);
        let info = measure(|| {
            assert!(Splitter::default().next(&bytes).unwrap().frame.is_err());
        });
        assert!(info.bytes_max <= 512, "{} bytes", info.bytes_max);
    }
}
