//! Lets other processes of this machine read the topics of a local log, which only one process can open, and write
//! definitions to it.

use std::io;
use std::path::Path;

use anyhow::Context as _;
use bus::Bus;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use super::define::Delivery;
use super::request::Request;

/// Longest first line.
const LONGEST: u64 = 4096;
/// What the line begins with that says why there is no answer.
const ERROR: &str = "error: ";

/// Listens beside the log of the folder `log`. What an earlier process left there is taken away: the log is locked, so
/// that one has ended.
pub(crate) fn listen(log: &Path) -> anyhow::Result<UnixListener> {
    let path = super::access::socket(log);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("remove {}", path.display()));
        }
        _ => {}
    }
    UnixListener::bind(&path).with_context(|| format!("listen on {}", path.display()))
}

/// Answers until `stop`.
pub(crate) async fn run(listener: UnixListener, bus: Bus, stop: CancellationToken) -> io::Result<()> {
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                let (bus, stop) = (bus.clone(), stop.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        ended = answer(stream, &bus) => {
                            // A reader that goes away is no event.
                            if let Err(error) = ended {
                                tracing::debug!(error = format!("{error:#}"), "a reader of topics left");
                            }
                        }
                    }
                });
            }
        }
    }
}

async fn answer(stream: UnixStream, bus: &Bus) -> anyhow::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    let mut line = String::new();
    (&mut reader).take(LONGEST).read_line(&mut line).await?;
    let ended = match serde_json::from_str::<Delivery>(&line) {
        Ok(delivery) => delivery.take(bus, &mut reader, &mut writer).await,
        Err(_) => match serde_json::from_str::<Request>(&line) {
            Ok(request) => request.answer(bus, &mut writer).await,
            Err(error) => Err(error.into()),
        },
    };
    if let Err(error) = &ended {
        writer.write_all(format!("{ERROR}{error:#}\n").as_bytes()).await?;
    }
    ended
}

/// The error in an answer, where it is one.
pub(super) fn error_in(answer: &[u8]) -> Option<String> {
    let text = answer.strip_prefix(ERROR.as_bytes())?;
    Some(String::from_utf8_lossy(text).trim_end().to_owned())
}
