//! Records that are followed: what a stage makes of one carries the trace on.

use bytes::Bytes;
use events::{Topic, headers};
use jiff::Timestamp;
use telemetry::trace::{Span, TraceContext};

use crate::{Received, Record};

/// A stage's work on a record that is followed, until what it led to is committed.
#[derive(Debug)]
pub(crate) struct Applied {
    parent: TraceContext,
    context: TraceContext,
    begin: Timestamp,
    topic: Topic,
    pub(super) partition: u32,
    offset: u64,
    key: Bytes,
}

impl Applied {
    /// The work that begins with the record; none where nobody follows it.
    pub(super) fn begin(record: &Received, begin: Timestamp) -> Option<Self> {
        let parent = TraceContext::parse(record.header(headers::TRACEPARENT)?)?;
        parent.sampled.then(|| Self {
            parent,
            context: parent.child(),
            begin,
            topic: record.topic,
            partition: record.partition,
            offset: record.offset,
            key: record.key.clone(),
        })
    }

    /// Marks what the stage wrote because of the record.
    pub(super) fn mark(&self, records: &mut [Record]) {
        if records.is_empty() {
            return;
        }
        let header = Bytes::from(self.context.to_string());
        for record in records {
            record.headers.push((headers::TRACEPARENT, header.clone()));
        }
    }

    /// Tells that it is committed.
    pub(super) fn committed(&self, stage: &'static str) {
        Span {
            context: self.context,
            parent: Some(self.parent),
            name: stage,
            begin_us: self.begin.as_microsecond(),
            end_us: Timestamp::now().as_microsecond(),
            durable: true,
            key: &String::from_utf8_lossy(&self.key),
            what: self.topic.name(),
            place: Some((self.partition, self.offset)),
        }
        .tell();
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn received(header: Option<&'static str>) -> Received {
        let header = header.map(|text| (Cow::Borrowed(headers::TRACEPARENT), Bytes::from(text)));
        Received {
            topic: Topic::Positions,
            partition: 2,
            offset: 7,
            key: Bytes::from_static(b"1"),
            value: None,
            headers: header.into_iter().collect(),
            timestamp: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_a_stage_makes_of_a_followed_record_carries_the_trace_on() {
        let sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let applied = Applied::begin(&received(Some(sampled)), Timestamp::UNIX_EPOCH).unwrap();
        let mut records = [Record {
            topic: Topic::FenceEvents,
            key: Bytes::new(),
            value: None,
            headers: Vec::new(),
            timestamp: Timestamp::UNIX_EPOCH,
        }];
        applied.mark(&mut records);
        let (name, header) = &records[0].headers[0];
        let context = TraceContext::parse(header).unwrap();
        assert_eq!(*name, headers::TRACEPARENT);
        assert_eq!(context.trace, 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
        assert_ne!(context.span, 0x00f0_67aa_0ba9_02b7);
    }

    #[test]
    fn records_that_nobody_follows_begin_nothing() {
        let unsampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
        for header in [None, Some("rubbish"), Some(unsampled)] {
            assert!(Applied::begin(&received(header), Timestamp::UNIX_EPOCH).is_none());
        }
    }
}
