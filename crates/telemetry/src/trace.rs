//! Traces: what one thing that came led to, from process to process.
//!
//! A record that is followed carries a [`TraceContext`] in its header `traceparent`. Whoever works on it says so with a
//! [`Span`], which becomes a line of the log (target [`SPANS`], level debug) and is exported where the process does that.

use std::fmt;

/// Target of the log's lines that are spans.
pub const SPANS: &str = "span";

/// Which trace something belongs to, and the span in it: the W3C recommendation Trace Context, version 00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// Id of the trace; not zero.
    pub trace: u128,
    /// Id of the span; not zero.
    pub span: u64,
    /// Spans of the trace are recorded.
    pub sampled: bool,
}

impl TraceContext {
    /// The beginning of a new trace.
    #[must_use]
    pub fn begin() -> Self {
        Self {
            trace: rand::random::<u128>().max(1),
            span: rand::random::<u64>().max(1),
            sampled: true,
        }
    }

    /// Another span of the same trace.
    #[must_use]
    pub fn child(self) -> Self {
        Self {
            span: rand::random::<u64>().max(1),
            ..self
        }
    }

    /// Reads a header `traceparent`; none where it is not one. What a later version adds is passed over.
    #[must_use]
    pub fn parse(header: &[u8]) -> Option<Self> {
        let mut parts = std::str::from_utf8(header).ok()?.split('-');
        let version = hex(parts.next()?, 2)?;
        let trace = hex(parts.next()?, 32)?;
        let span = u64::try_from(hex(parts.next()?, 16)?).ok()?;
        let flags = hex(parts.next()?, 2)?;
        let whole = version != 0xFF && (version > 0 || parts.next().is_none());
        (whole && trace != 0 && span != 0).then_some(Self {
            trace,
            span,
            sampled: flags & 1 == 1,
        })
    }
}

/// A number of exactly so many hexadecimal digits, in small letters as the recommendation wants them.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let fits = text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    fits.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { trace, span, sampled } = self;
        write!(f, "00-{trace:032x}-{span:016x}-{:02x}", u8::from(*sampled))
    }
}

/// Work that was done on something that is followed.
#[derive(Debug, Clone, Copy)]
pub struct Span<'a> {
    /// Its place in the trace.
    pub context: TraceContext,
    /// Where the work came from: the parent, and what the span is linked to.
    pub parent: Option<TraceContext>,
    /// What was done, from a closed set: `frame`, or the name of a consumer.
    pub name: &'a str,
    /// When it began, in microseconds since 1970-01-01 UTC.
    pub begin_us: i64,
    /// When what it led to was durable, or was given up.
    pub end_us: i64,
    /// What it led to is durable.
    pub durable: bool,
    /// Key of what was worked on: device, person, fence.
    pub key: &'a str,
    /// Message of the device, or topic of the record.
    pub what: &'a str,
    /// Partition and place of the record; none for a frame.
    pub place: Option<(u32, u64)>,
}

impl Span<'_> {
    /// Tells it.
    pub fn tell(&self) {
        let Self { context, parent, .. } = self;
        tracing::debug!(
            target: SPANS,
            trace = %format_args!("{:032x}", context.trace),
            span = %format_args!("{:016x}", context.span),
            parent = %format_args!("{:016x}", parent.map_or(0, |parent| parent.span)),
            name = self.name,
            key = self.key,
            what = self.what,
            partition = self.place.map(|(partition, _)| u64::from(partition)),
            offset = self.place.map(|(_, offset)| offset),
            begin_us = self.begin_us,
            end_us = self.end_us,
            durable = self.durable,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the recommendation.
    const EXAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_header_is_read_and_written() {
        let context = TraceContext::parse(EXAMPLE.as_bytes()).unwrap();
        assert_eq!(context.trace, 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
        assert_eq!((context.span, context.sampled), (0x00f0_67aa_0ba9_02b7, true));
        assert_eq!(context.to_string(), EXAMPLE);
        let child = context.child();
        assert_eq!(child.trace, context.trace);
        assert_ne!(child.span, context.span);
        let begun = TraceContext::begin();
        assert_eq!(TraceContext::parse(begun.to_string().as_bytes()), Some(begun));
    }

    #[test]
    fn what_is_no_header_is_none_and_a_later_version_is() {
        for wrong in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        ] {
            assert_eq!(TraceContext::parse(wrong.as_bytes()), None, "{wrong}");
        }
        let later = format!("01{}-more", &EXAMPLE[2..]);
        assert!(TraceContext::parse(later.as_bytes()).is_some());
        let unsampled = format!("{}00", &EXAMPLE[..EXAMPLE.len() - 2]);
        assert!(!TraceContext::parse(unsampled.as_bytes()).unwrap().sampled);
    }
}
