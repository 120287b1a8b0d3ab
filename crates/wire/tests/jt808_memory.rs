//! No length field of JT/T 808 makes the crate allocate more than the declared limits, and positions allocate nothing.
//! A test binary of its own: it counts the allocations of its threads.

use allocation_counter::{AllocationInfo, measure};
use wire::jt808::message::Message;
use wire::jt808::{Edition, Envelope, Limits, PartOf, Settings, Splitter, Terminal};
use wire::{Admission, Claim, Session, Time, Verdict};

struct Open;

impl Admission for Open {
    fn admit(&mut self, _: &Claim<'_>) -> Verdict {
        Verdict::Accepted
    }
}

fn envelope(edition: Edition) -> Envelope {
    Envelope::new(edition, "13800138000", 1).unwrap()
}

/// Bytes of a position without escapes.
fn position() -> Vec<u8> {
    let mut body = vec![0x11; 22];
    body.extend([0x24, 0x06, 0x15, 0x10, 0x30, 0x45]);
    body.extend([0x01, 4, 0, 0, 1, 0, 0x30, 1, 23]);
    envelope(Edition::V2013).seal(0x0200, 5, None, &body)
}

fn counted(work: impl FnOnce()) -> AllocationInfo {
    measure(work)
}

#[test]
fn a_position_is_framed_and_read_without_an_allocation() {
    let bytes = position();
    let mut scratch = Vec::new();
    let info = counted(|| {
        let frame = Splitter::default()
            .next(&bytes, &mut scratch)
            .unwrap()
            .frame
            .unwrap();
        let decoded = Message::parse(frame.header.id, Edition::V2013, frame.body).unwrap();
        let Message::Location(location) = decoded.message else {
            panic!()
        };
        assert_eq!(location.items.iter().count(), 2);
        assert!(location.fix.time.time().is_some());
    });
    assert_eq!(info.count_total, 0);
}

#[test]
fn escapes_take_the_scratch_once() {
    let mut body = vec![0x7E; 28];
    body.extend([0x7D; 100]);
    let bytes = envelope(Edition::V2013).seal(0x0200, 5, None, &body);
    let mut scratch = Vec::new();
    for turn in 0..3 {
        let info = counted(|| {
            assert!(
                Splitter::default()
                    .next(&bytes, &mut scratch)
                    .unwrap()
                    .frame
                    .is_ok()
            );
        });
        assert!(info.count_total <= u64::from(turn == 0), "{turn}: {info:?}");
        assert!(info.bytes_max <= 4096);
    }
}

#[test]
fn a_half_frame_takes_nothing() {
    let bytes = position();
    let mut scratch = Vec::new();
    let info = counted(|| {
        for end in 0..bytes.len() {
            assert!(Splitter::default().next(&bytes[..end], &mut scratch).is_none());
        }
    });
    assert_eq!(info.count_total, 0);
}

/// Every message with every length and count field at its greatest: what it takes is bounded by its bytes.
#[test]
fn no_count_or_length_takes_more_than_the_bytes_allow() {
    for row in Message::TABLE {
        for edition in Edition::ALL {
            for fill in [0xFF, 0x7F, 0x01, 0x00] {
                for length in [0, 1, 8, 64, 1023] {
                    let body = vec![fill; length];
                    let info = counted(|| {
                        let _ = Message::parse(row.id, *edition, &body);
                    });
                    assert!(
                        info.bytes_max <= 128 * 1024,
                        "0x{:04X} in {edition} of {length} times {fill}: {info:?}",
                        row.id
                    );
                }
            }
        }
    }
}

#[test]
fn a_stated_total_of_sub_packets_takes_nothing() {
    let mut terminal = Terminal::new(Settings::default(), Time(0));
    let part = PartOf {
        total: Limits::default().parts,
        index: 1,
    };
    let bytes = envelope(Edition::V2013).seal(0x0900, 1, Some(part), &[1, 2, 3]);
    let mut scratch = Vec::new();
    let info = counted(|| {
        let frame = Splitter::default()
            .next(&bytes, &mut scratch)
            .unwrap()
            .frame
            .unwrap();
        terminal.receive(frame, Time(0), &mut Open);
    });
    assert!(info.bytes_max <= 4096, "{info:?}");
    assert_eq!(terminal.held_bytes(), 3);
}

#[test]
fn a_flood_of_sub_packets_stays_within_the_limit() {
    let limits = Limits {
        bytes: 64 * 1024,
        ..Limits::default()
    };
    let mut terminal = Terminal::new(
        Settings {
            limits,
            ..Settings::default()
        },
        Time(0),
    );
    let body = [0x55; 1023];
    let info = counted(|| {
        let mut scratch = Vec::new();
        for id in 0x0F00..0x0F10 {
            for index in 1..=1000 {
                let bytes =
                    envelope(Edition::V2013).seal(id, index, Some(PartOf { total: 1001, index }), &body);
                let frame = Splitter::default()
                    .next(&bytes, &mut scratch)
                    .unwrap()
                    .frame
                    .unwrap();
                terminal.receive(frame, Time(0), &mut Open);
                assert!(terminal.held_bytes() <= 64 * 1024);
            }
        }
    });
    assert!(info.bytes_max <= 128 * 1024, "{info:?}");
}

/// What an idle connection takes beside its own struct.
#[test]
fn an_idle_connection_is_small() {
    let bytes = position();
    let mut terminal = Terminal::new(Settings::default(), Time(0));
    let mut scratch = Vec::with_capacity(64);
    let info = counted(|| {
        let frame = Splitter::default()
            .next(&bytes, &mut scratch)
            .unwrap()
            .frame
            .unwrap();
        let step = terminal.receive(frame, Time(0), &mut Open);
        drop(step);
    });
    let size = size_of::<Terminal>() + usize::try_from(info.bytes_current).unwrap();
    println!("an idle connection takes {size} bytes in its session");
    assert!(size <= 768, "{size}");
}
