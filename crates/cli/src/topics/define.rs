//! Definitions for the log: written to it, or handed to the process that has it open.
//!
//! The one who hands over sends a line that says how many definitions follow, and a line for each. The answer is one
//! line, when all are durable or one cannot be written.

use anyhow::Context as _;
use bus::Bus;
use events::Topic;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::UnixStream;

use super::access::{Access, Topics};
use crate::process::definitions::{self, Definition};

/// Topics that may be written this way.
const TOPICS: [Topic; 5] = [
    Topic::Fences,
    Topic::Bindings,
    Topic::Rosters,
    Topic::Calendars,
    Topic::Punches,
];
/// Longest line of a definition: a shape of 100,000 vertices has less than half of it.
const LONGEST: u64 = 8 << 20;
/// Definitions that are written together.
const BATCH: usize = 1024;
/// The line that says that all are durable.
const DONE: &str = "done";

/// The first line of a delivery.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Delivery {
    /// Number of the lines that follow.
    definitions: usize,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    topic: String,
    key: String,
    /// The message in hexadecimal; null deletes the key.
    value: Option<String>,
}

/// Writes definitions and waits until they are durable.
///
/// # Errors
/// When one of them is not written; others may be.
pub(crate) async fn define(access: &Access, all: Vec<Definition>) -> anyhow::Result<()> {
    match access.open().await? {
        Topics::Log(bus) => {
            definitions::publish(&bus, all).await?;
            tokio::task::spawn_blocking(move || bus.close()).await?;
            Ok(())
        }
        Topics::Process(stream) => hand_over(stream, all).await,
    }
}

/// Has the process that has the log write them.
async fn hand_over(stream: UnixStream, all: Vec<Definition>) -> anyhow::Result<()> {
    let (mut reader, writer) = stream.into_split();
    let sent = send(tokio::io::BufWriter::new(writer), all).await;
    // A process that refuses says why and stops listening: its word comes before the broken pipe.
    let mut answer = String::new();
    let heard = reader.read_to_string(&mut answer).await;
    if let Some(error) = super::serve::error_in(answer.as_bytes()) {
        anyhow::bail!("{error}");
    }
    sent.and(heard.map(drop))
        .context("hand definitions to the process that has the log")?;
    anyhow::ensure!(
        answer.trim_end() == DONE,
        "the process that has the log ended before the definitions were durable; import them again"
    );
    Ok(())
}

async fn send(mut out: impl AsyncWrite + Unpin, all: Vec<Definition>) -> std::io::Result<()> {
    let delivery = Delivery {
        definitions: all.len(),
    };
    write_line(&mut out, &delivery).await?;
    for Definition { topic, key, value } in all {
        let line = Line {
            topic: topic.name().to_owned(),
            key,
            value: value.map(hex::encode),
        };
        write_line(&mut out, &line).await?;
    }
    out.flush().await
}

async fn write_line(out: &mut (impl AsyncWrite + Unpin), line: &impl Serialize) -> std::io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    out.write_all(&text).await
}

impl Delivery {
    /// Takes the lines, writes what they say and answers.
    pub(super) async fn take(
        &self,
        bus: &Bus,
        lines: &mut (impl AsyncBufRead + Unpin),
        out: &mut (impl AsyncWrite + Unpin),
    ) -> anyhow::Result<()> {
        let mut left = self.definitions;
        while left > 0 {
            let batch = left.min(BATCH);
            let mut definitions = Vec::with_capacity(batch);
            for _ in 0..batch {
                definitions.push(next(lines).await?);
            }
            definitions::publish(bus, definitions).await?;
            left -= batch;
        }
        out.write_all(format!("{DONE}\n").as_bytes()).await?;
        Ok(())
    }
}

async fn next(lines: &mut (impl AsyncBufRead + Unpin)) -> anyhow::Result<Definition> {
    let mut text = String::new();
    lines.take(LONGEST).read_line(&mut text).await?;
    let line: Line = serde_json::from_str(&text).context("expected a line for each definition")?;
    let topic = Topic::from_name(&line.topic)
        .filter(|topic| TOPICS.contains(topic))
        .with_context(|| {
            format!(
                "expected a topic of definitions ({}), found {:?}",
                TOPICS.map(Topic::name).join(", "),
                line.topic
            )
        })?;
    let value = line
        .value
        .map(hex::decode)
        .transpose()
        .context("expected a message in hexadecimal")?;
    Ok(Definition {
        topic,
        key: line.key,
        value: value.map(Into::into),
    })
}
