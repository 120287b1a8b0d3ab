use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;

use super::source::Lines;

/// How long to wait for more answers after the last frame.
const QUIET: Duration = Duration::from_secs(10);

/// What a replay did.
#[derive(Debug, Default)]
pub(super) struct Done {
    frames: u64,
    sent: u64,
    /// Bytes of answers.
    pub(super) heard: u64,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { frames, sent, heard } = self;
        write!(
            f,
            "frames sent: {frames}, {sent} bytes; answers heard: {heard} bytes"
        )
    }
}

/// Sends the frames over one connection and prints what is sent and heard.
pub(super) fn run(lines: &mut Lines, address: &str, speed: Option<f64>) -> anyhow::Result<Done> {
    let stream = TcpStream::connect(address)
        .with_context(|| format!("connect to {address}; is a gateway listening there?"))?;
    stream.set_nodelay(true)?;
    let hearing = stream.try_clone()?;
    hearing.set_read_timeout(Some(QUIET))?;
    let hear = thread::spawn(move || hear(hearing));
    let mut done = Done::default();
    let ended = send(lines, &stream, speed, &mut done);
    // It may have closed the connection already.
    let _ = stream.shutdown(Shutdown::Write);
    done.heard = hear.join().unwrap_or_default();
    ended.map(|()| done)
}

fn send(
    lines: &mut Lines,
    mut stream: &TcpStream,
    speed: Option<f64>,
    done: &mut Done,
) -> anyhow::Result<()> {
    let mut before = None;
    while let Some(frame) = lines.next()? {
        if let (Some(speed), Some(before), Some(time)) = (speed, before, frame.time) {
            pause(frame_gap(before, time).unsigned_abs().div_f64(speed));
        }
        before = frame.time.or(before);
        print("up", &frame.bytes)?;
        stream
            .write_all(&frame.bytes)
            .with_context(|| format!("the gateway closed the connection after {} frames", done.frames))?;
        done.frames += 1;
        done.sent += frame.bytes.len() as u64;
    }
    Ok(())
}

#[allow(
    clippy::disallowed_methods,
    reason = "the pace of the frames is what was asked for"
)]
fn pause(time: Duration) {
    thread::sleep(time);
}

/// The time from one frame to the next; none where the clock went back.
fn frame_gap(before: Timestamp, time: Timestamp) -> jiff::SignedDuration {
    time.duration_since(before).max(jiff::SignedDuration::ZERO)
}

/// Prints what comes until there is no more; gives how many bytes came.
fn hear(mut stream: TcpStream) -> u64 {
    let mut heard = 0;
    let mut room = vec![0; 64 << 10];
    while let Ok(count @ 1..) = stream.read(&mut room) {
        heard += count as u64;
        if print("down", &room[..count]).is_err() {
            break;
        }
    }
    heard
}

fn print(direction: &str, bytes: &[u8]) -> io::Result<()> {
    let time = runtime::clock::now();
    writeln!(
        io::stdout().lock(),
        "{time:.3} {direction} {}",
        hex::encode(bytes)
    )
}
