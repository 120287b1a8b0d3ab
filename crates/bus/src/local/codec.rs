//! How records and keys stand in the store.
//!
//! A record: time in milliseconds (i64), flags (u8, bit 0: has a value), key length (u32), header count (u16), per
//! header name length (u8), value length (u32), name, value; then key and value. All numbers big-endian.
//!
//! An entry of a compacted topic is one record. An entry of another topic is a run of records with neighbouring offsets,
//! each with its length (u32) in front, after a byte that no single record begins with: the store's work is by
//! entries.
//! The store checks blocks itself; the codec only refuses lengths that do not fit.

use std::borrow::Cow;

use bytes::{Buf, Bytes};

use crate::Record;
use crate::record::{header_name, millis};

const HAS_VALUE: u8 = 1;
/// First byte of a run of records. A record begins with its time, the first byte of which is 0 or 255.
const RUN: u8 = 1;

/// What a stored record holds besides its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) timestamp_ms: i64,
    pub(super) key: Bytes,
    pub(super) value: Option<Bytes>,
    pub(super) headers: Vec<(Cow<'static, str>, Bytes)>,
}

/// Adds the record to a run, which begins when `run` is empty.
pub(super) fn add_to_run(record: &Record, run: &mut Vec<u8>) {
    if run.is_empty() {
        run.push(RUN);
    }
    let at = run.len();
    run.extend_from_slice(&[0; 4]);
    encode(record, run);
    let length = length32(run.len() - at - 4).to_be_bytes();
    run[at..at + 4].copy_from_slice(&length);
}

/// The encoded records of an entry, in order; `None` for what is none, which ends it.
pub(super) fn records_of(mut entry: Bytes) -> impl Iterator<Item = Option<Bytes>> {
    let run = entry.first() == Some(&RUN);
    if run {
        entry.advance(1);
    }
    std::iter::from_fn(move || {
        if entry.is_empty() {
            return None;
        }
        if !run {
            return Some(Some(std::mem::take(&mut entry)));
        }
        let length = entry.try_get_u32().unwrap_or(u32::MAX) as usize;
        let record = take(&mut entry, length);
        if record.is_none() {
            entry.clear();
        }
        Some(record)
    })
}

/// Adds the encoded record to `into`.
pub(super) fn encode(record: &Record, into: &mut Vec<u8>) {
    into.extend_from_slice(&millis(record.timestamp).to_be_bytes());
    into.push(if record.value.is_some() { HAS_VALUE } else { 0 });
    into.extend_from_slice(&length32(record.key.len()).to_be_bytes());
    let headers = record.headers.len().min(usize::from(u16::MAX));
    into.extend_from_slice(&u16::try_from(headers).unwrap_or(u16::MAX).to_be_bytes());
    for (name, value) in record.headers.iter().take(headers) {
        let name = &name.as_bytes()[..name.len().min(usize::from(u8::MAX))];
        into.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        into.extend_from_slice(&length32(value.len()).to_be_bytes());
        into.extend_from_slice(name);
        into.extend_from_slice(value);
    }
    into.extend_from_slice(&record.key);
    if let Some(value) = &record.value {
        into.extend_from_slice(value);
    }
}

fn length32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Reads a record; `None` when the bytes are not one.
pub(super) fn decode(mut bytes: Bytes) -> Option<Stored> {
    let timestamp_ms = bytes.try_get_i64().ok()?;
    let flags = bytes.try_get_u8().ok()?;
    let key_length = bytes.try_get_u32().ok()? as usize;
    let count = bytes.try_get_u16().ok()?;
    let mut headers = Vec::with_capacity(usize::from(count).min(16));
    for _ in 0..count {
        let name_length = usize::from(bytes.try_get_u8().ok()?);
        let value_length = bytes.try_get_u32().ok()? as usize;
        let name = take(&mut bytes, name_length)?;
        let name = header_name(std::str::from_utf8(&name).ok()?);
        headers.push((name, take(&mut bytes, value_length)?));
    }
    let key = take(&mut bytes, key_length)?;
    Some(Stored {
        timestamp_ms,
        key,
        value: (flags & HAS_VALUE != 0).then_some(bytes),
        headers,
    })
}

/// Time of an encoded record, milliseconds.
pub(super) fn timestamp_ms(bytes: &[u8]) -> Option<i64> {
    Some(i64::from_be_bytes(*bytes.first_chunk()?))
}

/// True when an encoded record deletes its key.
pub(super) fn is_tombstone(bytes: &[u8]) -> bool {
    bytes.get(8).is_some_and(|flags| flags & HAS_VALUE == 0)
}

fn take(bytes: &mut Bytes, length: usize) -> Option<Bytes> {
    (length <= bytes.len()).then(|| bytes.split_to(length))
}

/// Number of a topic in the store.
pub(super) type TopicId = u16;

/// Key of a record and of an index entry: sorts by topic, partition, offset.
pub(super) fn place(topic: TopicId, partition: u32, offset: u64) -> [u8; 14] {
    let mut key = [0; 14];
    key[..2].copy_from_slice(&topic.to_be_bytes());
    key[2..6].copy_from_slice(&partition.to_be_bytes());
    key[6..].copy_from_slice(&offset.to_be_bytes());
    key
}

/// Offset in a key made by [`place`].
pub(super) fn offset_of(place: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(*place.get(6..)?.first_chunk()?))
}

/// Key that remembers where the newest record of `key` in a compacted topic is.
pub(super) fn newest_key(topic: TopicId, key: &[u8]) -> Vec<u8> {
    [&topic.to_be_bytes(), key].concat()
}

/// Key of a stage's state entry; with an empty `key` the prefix of the partition's entries.
pub(super) fn state_key(stage: &str, partition: u32, key: &[u8]) -> Vec<u8> {
    [stage.as_bytes(), b"\0", &partition.to_be_bytes(), key].concat()
}

/// Two numbers as a value.
pub(super) fn pair(first: u64, second: u64) -> [u8; 16] {
    let mut value = [0; 16];
    value[..8].copy_from_slice(&first.to_be_bytes());
    value[8..].copy_from_slice(&second.to_be_bytes());
    value
}

/// Reads [`pair`].
pub(super) fn unpair(mut value: &[u8]) -> Option<(u64, u64)> {
    Some((value.try_get_u64().ok()?, value.try_get_u64().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use events::Topic;
    use jiff::Timestamp;

    fn record(value: Option<&'static [u8]>) -> Record {
        Record {
            topic: Topic::Positions,
            key: Bytes::from_static(b"k1"),
            value: value.map(Bytes::from_static),
            headers: vec![
                (events::headers::SCHEMA, Bytes::from_static(b"a.b")),
                ("other", Bytes::new()),
            ],
            timestamp: Timestamp::from_millisecond(1_700_000_000_123).unwrap(),
        }
    }

    #[test]
    fn records_come_back_as_written() {
        for value in [None, Some(&b""[..]), Some(b"abc")] {
            let record = record(value);
            let mut bytes = Vec::new();
            encode(&record, &mut bytes);
            assert_eq!(timestamp_ms(&bytes), Some(1_700_000_000_123));
            assert_eq!(is_tombstone(&bytes), value.is_none());
            let stored = decode(bytes.into()).unwrap();
            assert_eq!(
                (stored.key, stored.value),
                (record.key.clone(), record.value.clone())
            );
            assert_eq!(stored.headers[0].0, "schema");
            assert!(matches!(stored.headers[0].0, Cow::Borrowed(_)));
            assert_eq!(stored.headers[1], (Cow::Borrowed("other"), Bytes::new()));
        }
    }

    #[test]
    fn a_run_gives_its_records_and_a_cut_one_says_so() {
        let (first, second) = (record(None), record(Some(b"abc")));
        let mut run = Vec::new();
        add_to_run(&first, &mut run);
        let one = run.len();
        add_to_run(&second, &mut run);
        let values = |bytes: &[u8]| -> Vec<Option<Option<Bytes>>> {
            records_of(Bytes::copy_from_slice(bytes))
                .map(|record| Some(decode(record?)?.value))
                .collect()
        };
        let abc = Some(Bytes::from_static(b"abc"));
        assert_eq!(values(&run), [Some(None), Some(abc.clone())]);
        for end in one + 1..run.len() {
            assert_eq!(values(&run[..end]), [Some(None), None], "{end}");
        }
        // A record that stands alone.
        let mut alone = Vec::new();
        encode(&second, &mut alone);
        assert_eq!(values(&alone), [Some(abc)]);
        for timestamp in [Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH] {
            alone.clear();
            encode(
                &Record {
                    timestamp,
                    ..first.clone()
                },
                &mut alone,
            );
            assert_ne!(alone[0], RUN);
        }
    }

    #[test]
    fn no_prefix_of_a_record_without_value_is_a_record() {
        let mut bytes = Vec::new();
        encode(&record(None), &mut bytes);
        for end in 0..bytes.len() {
            assert_eq!(decode(Bytes::copy_from_slice(&bytes[..end])), None, "{end}");
        }
    }

    #[test]
    fn places_sort_by_offset() {
        assert!(place(1, 2, 255) < place(1, 2, 256));
        assert!(place(1, 2, u64::MAX) < place(1, 3, 0));
        assert_eq!(offset_of(&place(1, 2, 77)), Some(77));
    }
}
