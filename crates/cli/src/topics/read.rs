use std::process::ExitCode;

use clap::Args;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use super::access::{Access, Topics};
use super::request::{From, Request};
use crate::exit::Outcome;
use crate::process;

/// Example: milepost topics read positions --key 860000000000009 --follow
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Name of the topic, with or without `milepost.` before and `.v1` behind
    topic: String,
    /// Where to begin: beginning, end, or a time (RFC 3339) of arrival
    #[arg(long, default_value = "beginning")]
    from: From,
    /// Only records of this key, such as a device id
    #[arg(long)]
    key: Option<String>,
    /// End after this many records
    #[arg(long)]
    limit: Option<u64>,
    /// Go on with records as they are written
    #[arg(long)]
    follow: bool,
    #[command(flatten)]
    access: Access,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let request = Request {
        topic: arguments.topic.clone(),
        from: arguments.from,
        key: arguments.key.clone(),
        limit: arguments.limit,
        follow: arguments.follow,
    };
    process::runtime()?.block_on(async {
        match arguments.access.open().await? {
            Topics::Log(bus) => request.answer(&bus, tokio::io::stdout()).await,
            Topics::Process(stream) => ask(&request, stream, tokio::io::stdout()).await,
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Everything that a topic holds now, as the lines that `topics read` prints.
pub(crate) fn whole(access: &Access, topic: &str) -> anyhow::Result<String> {
    let request = Request {
        topic: topic.to_owned(),
        from: From::Beginning,
        key: None,
        limit: None,
        follow: false,
    };
    let mut answer = Vec::new();
    process::runtime()?.block_on(async {
        match access.open().await? {
            Topics::Log(bus) => request.answer(&bus, &mut answer).await,
            Topics::Process(stream) => ask(&request, stream, &mut answer).await,
        }
    })?;
    Ok(String::from_utf8(answer)?)
}

/// Has the process that has the log answer.
async fn ask(
    request: &Request,
    stream: tokio::net::UnixStream,
    mut out: impl tokio::io::AsyncWrite + Unpin,
) -> anyhow::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    writer.write_all(&line).await?;
    let mut answer = BufReader::new(reader);
    loop {
        let part = answer.fill_buf().await?;
        if part.is_empty() {
            return Ok(());
        }
        if let Some(error) = super::serve::error_in(part) {
            anyhow::bail!("{error}");
        }
        let length = part.len();
        out.write_all(part).await?;
        out.flush().await?;
        answer.consume(length);
    }
}
