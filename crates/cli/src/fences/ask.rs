//! Questions for the consumers that run, over their admin ports.

use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use ureq::http::StatusCode;

use crate::process::ConfigFile;

/// Time that an answer may take.
const LIMIT: Duration = Duration::from_secs(30);
/// Longest answer: some hundred thousand devices.
const LONGEST: u64 = 256 << 20;

/// Which consumers.
#[derive(Debug, Args)]
pub(crate) struct Consumers {
    /// Admin port of the consumer, or of `milepost up`; given several times, all are asked [default: admin.listen]
    #[arg(long, value_name = "HOST:PORT")]
    admin: Vec<String>,
    #[command(flatten)]
    config: ConfigFile,
}

impl Consumers {
    /// The answers of all consumers to `path`, whose parts are not encoded yet.
    ///
    /// # Errors
    /// When one cannot be reached or has no answer, with what it says.
    pub(super) fn ask(&self, path: &[&str]) -> anyhow::Result<Vec<Value>> {
        let path: String = path
            .iter()
            .map(|part| format!("/{}", utf8_percent_encode(part, NON_ALPHANUMERIC)))
            .collect();
        let admins = if self.admin.is_empty() {
            vec![self.config.load()?.admin.listen.to_string()]
        } else {
            self.admin.clone()
        };
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(LIMIT))
            .proxy(None)
            .build()
            .new_agent();
        admins.iter().map(|admin| one(&agent, admin, &path)).collect()
    }
}

fn one(agent: &ureq::Agent, admin: &str, path: &str) -> anyhow::Result<Value> {
    let mut answer = agent.get(format!("http://{admin}{path}")).call().with_context(|| {
        format!("ask the consumer at {admin}; start `milepost up` or `milepost geofence`, or name its admin port with --admin")
    })?;
    let text = answer
        .body_mut()
        .with_config()
        .limit(LONGEST)
        .read_to_string()
        .with_context(|| format!("read the answer of {admin}"))?;
    if answer.status() != StatusCode::OK {
        bail!("{admin} says: {}", text.trim_end());
    }
    serde_json::from_str(&text).with_context(|| format!("read the answer of {admin}"))
}
