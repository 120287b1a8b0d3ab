//! Log lines on standard error: text or JSON, with a level that can be changed while running.

use std::io::IsTerminal as _;
use std::str::FromStr;

use serde::Deserialize;
use tracing_subscriber::filter::FilterExt as _;
use tracing_subscriber::layer::{Layer, Layered, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use crate::quota::Quota;
use crate::traces::TracesConfig;

/// The section `[log]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// What is logged: `error`, `warn`, `info`, `debug`, `trace`, or per part as in `info,gateway=debug`.
    pub level: String,
    /// `text` or `json`.
    pub format: Format,
    /// Lines a second from one place of the program; 0 for any number.
    pub lines_per_second: u32,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            level: "info,fjall=warn,lsm_tree=warn".to_owned(),
            format: Format::Text,
            lines_per_second: 200,
        }
    }
}

/// Form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// The section with its defaults.
pub const SECTION: crate::config::Section = crate::config::Section {
    name: "log",
    defaults: include_str!("logging.toml"),
};

/// Changes the level of the running process.
#[derive(Clone)]
pub struct LogLevel {
    handle: reload::Handle<EnvFilter, Registry>,
}

/// A level that cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum LevelError {
    /// The text is no level.
    #[error("expected a level such as `info` or `info,gateway=debug`, found {found:?}: {reason}")]
    Unreadable {
        /// What was given.
        found: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Spans cannot be sent there.
    #[error("traces.endpoint cannot be used: {0}")]
    Collector(String),
    /// The process has another log already.
    #[error("the log of this process was set up by something else")]
    TakenAlready,
}

impl LogLevel {
    /// Sets what is logged from now on.
    ///
    /// # Errors
    /// When the text is no level.
    pub fn set(&self, level: &str) -> Result<(), LevelError> {
        let filter = parse(level)?;
        self.handle.reload(filter).map_err(|_| LevelError::TakenAlready)
    }

    /// What is logged now.
    #[must_use]
    pub fn get(&self) -> String {
        self.handle.with_current(ToString::to_string).unwrap_or_default()
    }
}

impl std::fmt::Debug for LogLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("LogLevel").field(&self.get()).finish()
    }
}

/// Sets up the log of this process, and where spans go.
///
/// # Errors
/// When the level cannot be read, the collector's address is none, or the process has a log already.
pub fn install(config: &LogConfig, traces: &TracesConfig) -> Result<LogLevel, LevelError> {
    let (filter, handle) = reload::Layer::new(parse(&config.level)?);
    let filter = filter.and(Quota::new(config.lines_per_second));
    let lines: Lines = match config.format {
        Format::Text => fmt::layer()
            .with_writer(std::io::stderr)
            // Colours are for a terminal; in a file they are rubbish.
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(true)
            .with_filter(filter)
            .boxed(),
        Format::Json => fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(std::io::stderr)
            .with_filter(filter)
            .boxed(),
    };
    let installed = tracing_subscriber::registry()
        .with(lines)
        .with(spans(traces)?)
        .try_init();
    installed.map_err(|_| LevelError::TakenAlready)?;
    Ok(LogLevel { handle })
}

/// The log's lines, and what stands on them.
type Lines = Box<dyn Layer<Registry> + Send + Sync>;
type Spans = Box<dyn Layer<Layered<Lines, Registry>> + Send + Sync>;

/// What takes spans, where they go to a collector.
#[cfg(feature = "otlp")]
fn spans(traces: &TracesConfig) -> Result<Option<Spans>, LevelError> {
    use tracing_subscriber::filter::{LevelFilter, Targets};

    if traces.endpoint.is_empty() {
        return Ok(None);
    }
    let spans = crate::otlp::Spans::to(&traces.endpoint).map_err(LevelError::Collector)?;
    let only = Targets::new().with_target(telemetry::trace::SPANS, LevelFilter::DEBUG);
    Ok(Some(spans.with_filter(only).boxed()))
}

/// Nothing does in a program that was built without it.
#[cfg(not(feature = "otlp"))]
#[allow(clippy::unnecessary_wraps, reason = "as the other")]
fn spans(_: &TracesConfig) -> Result<Option<Spans>, LevelError> {
    Ok(None)
}

fn parse(level: &str) -> Result<EnvFilter, LevelError> {
    EnvFilter::from_str(level).map_err(|error| LevelError::Unreadable {
        found: level.to_owned(),
        reason: error.to_string(),
    })
}

/// Notes a level that cannot be read, for [`crate::config::Settings::checked`].
pub fn check(config: &LogConfig, wrong: &mut Vec<(String, String)>) {
    if let Err(error) = parse(&config.level) {
        wrong.push(("level".to_owned(), error.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_cannot_be_read_is_refused_with_an_example() {
        let mut wrong = Vec::new();
        let config = LogConfig {
            level: "gateway=loud".to_owned(),
            ..LogConfig::default()
        };
        check(&config, &mut wrong);
        assert!(wrong[0].1.contains("info,gateway=debug"), "{wrong:?}");
    }

    #[test]
    fn the_commented_defaults_are_the_defaults() {
        let sources = crate::config::Sources::read(&[SECTION], None, []).unwrap();
        let mut settings = sources.settings();
        let config: LogConfig = settings.section("log");
        assert_eq!(settings.finish(), Ok(()));
        assert_eq!(
            (config.level.as_str(), config.format, config.lines_per_second),
            ("info,fjall=warn,lsm_tree=warn", Format::Text, 200)
        );
    }
}
