//! The admin port's `/devices/ID/frames` and `/devices/ID/capture`.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use events::DeviceId;
use runtime::admin::{Lines, Parameters, Queries, Unanswered};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::Handle;
use crate::recorder::{Head, Line, Tap};
use crate::shard::ShardNote;

/// How long a thread may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// How long whoever reads a capture may not read.
const PATIENCE: Duration = Duration::from_secs(30);
/// Lines of a capture that wait to be read.
const WAITING: usize = 256;

/// Length of a capture in seconds where none is given, and at most.
const SECONDS: (u64, u64) = (600, 86_400);
/// Bytes of a capture where none are given, and at most.
const BYTES: (u64, u64) = (1 << 20, 1 << 30);

/// Lets the admin port ask a gateway for frames.
pub(crate) fn serve(handle: &Handle, queries: &Queries) {
    let asked = handle.clone();
    queries.add_lines(
        "/devices/{device}/frames",
        "the newest frames of a device, or of an address that was not admitted",
        move |parameters, peer| asked.frames(parameters, peer),
    );
    let asked = handle.clone();
    queries.add_lines(
        "/devices/{device}/capture",
        "its frames as they come: ?seconds=600&bytes=1048576",
        move |parameters, peer| asked.capture(parameters, peer),
    );
}

impl Handle {
    /// The newest frames of a device, oldest first.
    fn frames(&self, parameters: &Parameters, peer: SocketAddr) -> Result<Lines, Unanswered> {
        let device = device(parameters)?;
        tracing::info!(%peer, device, "the newest frames of a device are shown");
        let (lines, shown) = mpsc::channel(WAITING);
        let inboxes = self.shared.inboxes.len();
        let (tell, mut told) = mpsc::channel(inboxes.max(1));
        for inbox in &self.shared.inboxes {
            inbox.tell(ShardNote::Recent {
                key: Bytes::copy_from_slice(device.as_bytes()),
                frames: tell.clone(),
            });
        }
        drop(tell);
        let title = format!(
            "# the newest frames of {device} at {}, {:.3}\n",
            self.shared.config.node,
            runtime::clock::now()
        );
        let off = self.shared.config.recorder.bytes == 0;
        tokio::spawn(async move {
            let mut frames: Vec<(Head, Vec<u8>)> = Vec::new();
            for _ in 0..inboxes {
                match timeout(ANSWER, told.recv()).await {
                    Ok(Some(part)) => frames.extend(part),
                    Ok(None) => break,
                    Err(_) => {
                        let text = "# incomplete: a thread of the gateway does not answer\n".to_owned();
                        say(&lines, text).await;
                        break;
                    }
                }
            }
            // A device may have been served by several threads one after another.
            frames.sort_by_key(|(head, _)| head.time_ms);
            let text: String = frames
                .iter()
                .map(|(head, bytes)| Line(*head, bytes).to_string())
                .collect();
            let none = match (text.is_empty(), off) {
                (false, _) => "",
                (true, false) => "# none is kept: it said nothing to this gateway, or too long ago\n",
                (true, true) => "# none is kept: gateway.recorder.bytes is 0\n",
            };
            say(&lines, format!("{title}{text}{none}")).await;
        });
        Ok(shown)
    }

    /// The frames of a device as they come, for a while.
    fn capture(&self, parameters: &Parameters, peer: SocketAddr) -> Result<Lines, Unanswered> {
        let device = device(parameters)?;
        let seconds = number(parameters, "seconds", SECONDS)?;
        let most = number(parameters, "bytes", BYTES)?;
        let permit = self.shared.captures.clone().try_acquire_owned().map_err(|_| {
            Unanswered::Wrong(format!(
                "{} captures go on already; wait for one to end, or raise gateway.recorder.captures",
                self.shared.config.recorder.captures
            ))
        })?;
        let begin = runtime::clock::now();
        let title = format!(
            "# capture of {device} at {}, {begin:.3}, for {seconds} s or {most} bytes\n",
            self.shared.config.node
        );
        let (lines, shown) = mpsc::channel(WAITING);
        let (tell, mut told) = mpsc::channel(WAITING);
        for inbox in &self.shared.inboxes {
            inbox.tell(ShardNote::Tap(Tap {
                device: Bytes::copy_from_slice(device.as_bytes()),
                lines: tell.clone(),
                until_ms: begin.as_millisecond() + (seconds * 1000) as i64,
                missed: 0,
            }));
        }
        drop(tell);
        tracing::info!(%peer, device, seconds, bytes = most, "the capture of a device begins");
        tokio::spawn(async move {
            let mut written = title.len() as u64;
            let mut frames = 0_u64;
            let mut reading = say(&lines, title).await;
            let mut why = "whoever read it has gone";
            while reading {
                let Some(line) = next(&mut told, &lines).await else {
                    why = if lines.is_closed() {
                        why
                    } else {
                        "the time is over"
                    };
                    break;
                };
                written += line.len() as u64;
                if written > most {
                    why = "the bytes are used up";
                    break;
                }
                frames += 1;
                reading = say(&lines, line).await;
            }
            say(&lines, format!("# end: {why}; frames: {frames}\n")).await;
            tracing::info!(%peer, device, frames, bytes = written, why, "the capture of a device ends");
            drop(permit);
        });
        Ok(shown)
    }
}

/// The next line; none when there will be none, or nobody is there to read it.
async fn next(told: &mut mpsc::Receiver<String>, lines: &mpsc::Sender<String>) -> Option<String> {
    tokio::select! {
        line = told.recv() => line,
        () = lines.closed() => None,
    }
}

/// Gives a text to whoever reads; false when nobody does.
async fn say(lines: &mpsc::Sender<String>, text: String) -> bool {
    matches!(timeout(PATIENCE, lines.send(text)).await, Ok(Ok(())))
}

/// The device, or the address, in the path.
fn device(parameters: &Parameters) -> Result<String, Unanswered> {
    let text = parameters.get("device").map_or("", String::as_str);
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.to_string());
    }
    match DeviceId::new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(Unanswered::Wrong(format!(
            "expected the id of a device, or the address of one that is not admitted: {error}"
        ))),
    }
}

/// A number behind the question mark, or the first of `bounds`; the second is the largest.
fn number(parameters: &Parameters, name: &str, bounds: (u64, u64)) -> Result<u64, Unanswered> {
    let Some(text) = parameters.get(name) else {
        return Ok(bounds.0);
    };
    match text.parse() {
        Ok(number) if (1..=bounds.1).contains(&number) => Ok(number),
        _ => Err(Unanswered::Wrong(format!(
            "expected {name} from 1 to {}, found {text:?}",
            bounds.1
        ))),
    }
}
