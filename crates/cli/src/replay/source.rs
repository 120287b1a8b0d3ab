use std::io::BufRead;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use events::Topic;
use jiff::Timestamp;
use serde_json::Value;

use crate::decode::input;
use crate::derive::positions;

/// A frame that a device sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    /// When it was received, where that is known.
    pub(super) time: Option<Timestamp>,
    /// Who sent it, where that is known.
    pub(super) device: Option<String>,
    pub(super) bytes: Vec<u8>,
}

/// Frames from a file, in its order.
pub(super) struct Lines {
    text: Box<dyn BufRead>,
    name: String,
    number: u64,
    /// Device of the capture, from its title.
    title: Option<String>,
    only: Option<String>,
}

/// What the titles of `milepost capture` say before the device.
const TITLES: [&str; 2] = ["# capture of ", "# the newest frames of "];

impl Lines {
    pub(super) fn open(path: &Path, only: Option<String>) -> anyhow::Result<Self> {
        let name = path.display().to_string();
        Ok(Self {
            text: positions::open(path).with_context(|| format!("read {name}"))?,
            name,
            number: 0,
            title: None,
            only,
        })
    }

    /// The next frame.
    ///
    /// # Errors
    /// When a line is none, with its number and what was expected.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<Frame>> {
        loop {
            let mut line = String::new();
            if self.text.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            if let Some(rest) = TITLES.iter().find_map(|title| line.strip_prefix(title)) {
                self.title = rest.split_whitespace().next().map(str::to_owned);
            }
            let frame = if line.starts_with('{') {
                Some(of_topic(&line))
            } else {
                of_capture(&line, self.title.as_deref())
            };
            let Some(frame) = frame else { continue };
            let frame = frame.with_context(|| format!("{}, line {}", self.name, self.number))?;
            let other = |only: &String| frame.device.as_ref().is_some_and(|device| device != only);
            if !self.only.as_ref().is_some_and(other) {
                return Ok(Some(frame));
            }
        }
    }
}

/// A line of a capture; none for remarks and for what the platform said.
fn of_capture(line: &str, device: Option<&str>) -> Option<anyhow::Result<Frame>> {
    let input = match input::line(line)? {
        Ok(input) => input,
        Err(error) => return Some(Err(error.into())),
    };
    if input.mark.as_ref().is_some_and(|mark| mark.down) {
        return None;
    }
    let time = match input.mark.map(|mark| mark.time.parse()) {
        None => None,
        Some(Ok(time)) => Some(time),
        Some(Err(error)) => {
            return Some(Err(anyhow!(
                "expected a time such as 2026-03-02T08:00:00Z: {error}"
            )));
        }
    };
    Some(Ok(Frame {
        time,
        device: device.map(str::to_owned),
        bytes: input.bytes,
    }))
}

/// A line of `milepost topics read raw-frames`.
fn of_topic(line: &str) -> anyhow::Result<Frame> {
    let line: Value = serde_json::from_str(line).context("expected a line of JSON")?;
    if line["topic"] != Topic::RawFrames.name() {
        return Err(anyhow!(
            "expected records of {}, found the topic {}",
            Topic::RawFrames.name(),
            line["topic"]
        ));
    }
    let frame: events::frame::v1::RawFrame =
        serde_json::from_value(line["value"].clone()).context("expected a raw frame in `value`")?;
    Ok(Frame {
        time: frame
            .received_at
            .map(|at| Timestamp::new(at.seconds, at.nanos))
            .transpose()?,
        device: Some(frame.device),
        bytes: frame.frame.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(text: &'static str, only: Option<&str>) -> anyhow::Result<Vec<Frame>> {
        let mut lines = Lines {
            text: Box::new(text.as_bytes()),
            name: "file".to_owned(),
            number: 0,
            title: None,
            only: only.map(str::to_owned),
        };
        let mut frames = Vec::new();
        while let Some(frame) = lines.next()? {
            frames.push(frame);
        }
        Ok(frames)
    }

    #[test]
    fn a_capture_tells_its_device_and_the_answers_are_passed_over() {
        let text = "# capture of 13800138000 at gateway-1, for 60 s\n\
            2026-03-02T08:00:00.500Z up 7e01 # checksum\n\
            2026-03-02T08:00:00.600Z down 7e02\n\
            # 2026-03-02T08:00:01.000Z up 30 bytes that may hold a secret\n\
            7e03\n";
        let frames = frames(text, None).unwrap();
        assert_eq!(frames.len(), 2);
        assert_eq!(frames[0].bytes, [0x7e, 1]);
        assert_eq!(frames[0].time, Some("2026-03-02T08:00:00.5Z".parse().unwrap()));
        assert_eq!(frames[1].device.as_deref(), Some("13800138000"));
    }

    #[test]
    fn records_of_raw_frames_are_read_and_others_are_not() {
        let text = concat!(
            r#"{"topic":"milepost.raw-frames.v1","value":{"device":"1","receivedAt":"2026-03-02T08:00:00+00:00","frame":"fgE="}}"#,
            "\n",
            r#"{"topic":"milepost.raw-frames.v1","value":{"device":"2","frame":"fgI="}}"#,
            "\n"
        );
        let both = frames(text, None).unwrap();
        assert_eq!(both[0].bytes, [0x7e, 1]);
        assert_eq!(frames(text, Some("2")).unwrap(), both[1..]);
        let error = frames(r#"{"topic":"milepost.trips.v1","value":{}}"#, None).unwrap_err();
        assert!(format!("{error:#}").contains("file, line 1"), "{error:#}");
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let error = frames("7e\nyesterday up 7e\n", None).unwrap_err();
        assert!(format!("{error:#}").starts_with("file, line 2"), "{error:#}");
    }
}
