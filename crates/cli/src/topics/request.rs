//! What `milepost topics read` asks for, and the lines that it gets.

use bus::{Bus, Read, ReadFrom, Received};
use bytes::Bytes;
use events::Topic;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncWrite, AsyncWriteExt as _, BufWriter};

/// Records of one topic; one line of JSON when another process is asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) topic: String,
    pub(crate) from: From,
    pub(crate) key: Option<String>,
    pub(crate) limit: Option<u64>,
    pub(crate) follow: bool,
}

/// Where to begin.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum From {
    Beginning,
    End,
    Time(Timestamp),
}

impl std::str::FromStr for From {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "beginning" => Ok(Self::Beginning),
            "end" => Ok(Self::End),
            _ => text.parse().map(Self::Time).map_err(|_| {
                format!("expected beginning, end or a time such as 2026-03-02T08:00:00Z, found {text:?}")
            }),
        }
    }
}

impl Request {
    /// Writes the lines.
    pub(crate) async fn answer(&self, bus: &Bus, out: impl AsyncWrite + Unpin) -> anyhow::Result<()> {
        let topic = Topic::from_name(&self.topic).ok_or_else(|| {
            let known: Vec<&str> = Topic::ALL.iter().map(|topic| topic.name()).collect();
            anyhow::anyhow!(
                "there is no topic {:?}; there are {}",
                self.topic,
                known.join(", ")
            )
        })?;
        let mut reader = bus.read(Read {
            topic,
            from: match self.from {
                From::Beginning => ReadFrom::Beginning,
                From::End => ReadFrom::End,
                From::Time(time) => ReadFrom::Time(time),
            },
            key: self.key.clone().map(Bytes::from),
            follow: self.follow,
        });
        let mut out = BufWriter::new(out);
        let mut left = self.limit.unwrap_or(u64::MAX);
        while left > 0 {
            // What is there goes out before waiting for more.
            let next = tokio::select! {
                biased;
                next = reader.next() => next,
                () = std::future::ready(()) => {
                    out.flush().await?;
                    reader.next().await
                }
            };
            let Some(record) = next.transpose()? else { break };
            out.write_all(line(&record)?.as_bytes()).await?;
            out.write_all(b"\n").await?;
            left -= 1;
        }
        out.flush().await?;
        Ok(())
    }
}

/// One record as one line of JSON.
fn line(record: &Received) -> anyhow::Result<String> {
    let value = match &record.value {
        Some(bytes) => record.topic.to_json(bytes)?,
        None => serde_json::Value::Null,
    };
    let headers: serde_json::Map<String, serde_json::Value> = record
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value).into()))
        .collect();
    let line = serde_json::json!({
        "topic": record.topic.name(),
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "key": String::from_utf8_lossy(&record.key),
        "headers": headers,
        "value": value,
    });
    Ok(line.to_string())
}
