//! Questions for the processes that run, over their admin ports.

use std::io::BufReader;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use ureq::BodyReader;
use ureq::http::StatusCode;

use crate::process::ConfigFile;

/// Time that an answer may take.
const LIMIT: Duration = Duration::from_secs(30);
/// Longest answer: some hundred thousand devices.
const LONGEST: u64 = 256 << 20;

/// Which processes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Admin {
    /// Admin port of the process that knows, or of `milepost up`; given several times, all are asked [default: admin.listen]
    #[arg(long, value_name = "HOST:PORT")]
    admin: Vec<String>,
    #[command(flatten)]
    config: ConfigFile,
}

impl Admin {
    /// The answers of all processes to `path`, whose parts are not encoded yet.
    ///
    /// # Errors
    /// When one cannot be reached or has no answer, with what it says.
    pub(crate) fn ask(&self, path: &[&str]) -> anyhow::Result<Vec<Value>> {
        let path = encoded(path);
        let ask = |admin: String| {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut open(&admin, &path, Some(LIMIT))?, &mut text)
                .with_context(|| format!("read the answer of {admin}"))?;
            serde_json::from_str(&text).with_context(|| format!("read the answer of {admin}"))
        };
        self.addresses()?.into_iter().map(ask).collect()
    }

    /// Their admin ports.
    ///
    /// # Errors
    /// When none is given and the configuration cannot be read.
    pub(crate) fn addresses(&self) -> anyhow::Result<Vec<String>> {
        if self.admin.is_empty() {
            return Ok(vec![self.config.load()?.admin.listen.to_string()]);
        }
        Ok(self.admin.clone())
    }
}

/// A path of parts that are not encoded yet.
pub(crate) fn encoded(path: &[&str]) -> String {
    path.iter()
        .map(|part| format!("/{}", utf8_percent_encode(part, NON_ALPHANUMERIC)))
        .collect()
}

/// The answer of one process to a path that is encoded, as it comes.
///
/// # Errors
/// When it cannot be reached or has no answer, with what it says.
pub(crate) fn open(
    admin: &str,
    path: &str,
    within: Option<Duration>,
) -> anyhow::Result<BufReader<BodyReader<'static>>> {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(LIMIT))
        .timeout_global(within)
        .proxy(None)
        .build()
        .new_agent();
    let answer = agent.get(format!("http://{admin}{path}")).call().with_context(|| {
        format!("ask the process at {admin}; start `milepost up` or the role that knows, or name its admin port with --admin")
    })?;
    let status = answer.status();
    let mut body = answer.into_body();
    if status != StatusCode::OK {
        let said = body.read_to_string().unwrap_or_default();
        bail!("{admin} says: {}", said.trim_end());
    }
    Ok(BufReader::new(body.into_with_config().limit(LONGEST).reader()))
}
