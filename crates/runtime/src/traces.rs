//! Where spans go besides the log: to a collector, where that is built in and wanted.

use serde::Deserialize;

/// The section `[traces]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TracesConfig {
    /// Where a collector takes OTLP over HTTP, such as `http://127.0.0.1:4318/v1/traces`; empty for nowhere.
    pub endpoint: String,
}

/// The section with its defaults.
pub const SECTION: crate::config::Section = crate::config::Section {
    name: "traces",
    defaults: include_str!("traces.toml"),
};

/// Notes what cannot work, for [`crate::config::Settings::checked`].
pub fn check(config: &TracesConfig, wrong: &mut Vec<(String, String)>) {
    let endpoint = &config.endpoint;
    let problem = if endpoint.is_empty() {
        return;
    } else if !cfg!(feature = "otlp") {
        "this program was built without it: build with `--features otlp`, or leave it empty".to_owned()
    } else if !endpoint.starts_with("http://") {
        format!(
            "expected a URL such as http://127.0.0.1:4318/v1/traces, found {endpoint:?}; https is not understood"
        )
    } else {
        return;
    };
    wrong.push(("endpoint".to_owned(), problem));
}

/// Sends what waits to be sent. To be called when the process ends.
pub fn flush() {
    #[cfg(feature = "otlp")]
    crate::otlp::flush();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_that_cannot_be_used_is_refused_with_what_to_do() {
        let problems = |endpoint: &str| {
            let mut wrong = Vec::new();
            let endpoint = endpoint.to_owned();
            check(&TracesConfig { endpoint }, &mut wrong);
            wrong
        };
        assert!(problems("").is_empty());
        let said = &problems("https://collector:4318")[0].1;
        let expected = if cfg!(feature = "otlp") {
            "https is not understood"
        } else {
            "--features otlp"
        };
        assert!(said.contains(expected), "{said}");
        assert_eq!(
            problems("http://127.0.0.1:4318/v1/traces").is_empty(),
            cfg!(feature = "otlp")
        );
    }
}
