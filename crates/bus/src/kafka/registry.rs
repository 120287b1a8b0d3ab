//! A schema registry, asked over HTTP.

use std::collections::HashMap;
use std::time::Duration;

use events::schema::{SOURCES, Source};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Error, KafkaConfig};

/// Time that one answer may take.
const WITHIN: Duration = Duration::from_secs(10);

pub(super) struct Registry {
    agent: ureq::Agent,
    url: String,
    /// Enter what is missing.
    register: bool,
    /// Versions of files under their own names.
    versions: HashMap<&'static str, u32>,
}

/// What a registry says about a schema that it has.
#[derive(Deserialize)]
struct Found {
    id: u32,
    version: u32,
}

/// What a registry says that does not do what it was asked.
#[derive(Deserialize)]
struct Refusal {
    message: String,
}

impl Registry {
    pub(super) fn new(config: &KafkaConfig) -> Result<Self, Error> {
        let url = config.registry_url.trim_end_matches('/');
        if !url.starts_with("http://") || url.contains('@') {
            return Err(Error::Config(
                "expected kafka.registry_url such as http://127.0.0.1:8081 for kafka.wire = \"confluent\"; \
                 https and passwords are not understood"
                    .to_owned(),
            ));
        }
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(WITHIN))
            .proxy(None)
            .build()
            .new_agent();
        Ok(Self {
            agent,
            url: url.to_owned(),
            register: config.registry_register,
            versions: HashMap::new(),
        })
    }

    /// The number of a file's schema under `subject`.
    pub(super) fn schema(&mut self, subject: &str, source: &'static Source) -> Result<u32, Error> {
        Ok(self.entry(subject, source)?.id)
    }

    /// The version of a file that others import, under its own name.
    fn version(&mut self, path: &'static str) -> Result<u32, Error> {
        if let Some(version) = self.versions.get(path) {
            return Ok(*version);
        }
        let source = SOURCES.iter().find(|source| source.path == path);
        let source = source.ok_or_else(|| Error::Config(format!("there is no file {path}")))?;
        let version = self.entry(path, source)?.version;
        self.versions.insert(path, version);
        Ok(version)
    }

    /// What the registry has, after what is missing was entered where that is wanted.
    fn entry(&mut self, subject: &str, source: &'static Source) -> Result<Found, Error> {
        let mut references = Vec::new();
        for path in source.imports {
            let version = self.version(path)?;
            references.push(json!({ "name": path, "subject": path, "version": version }));
        }
        let schema = json!({
            "schemaType": "PROTOBUF",
            "schema": source.text,
            "references": references,
        });
        // A subject can hold the name of a file: its slashes are no part of the path.
        let path = format!("/subjects/{}", subject.replace('/', "%2F"));
        if self.register {
            self.ask(&format!("{path}/versions"), &schema, subject)?;
        }
        let found = self.ask(&path, &schema, subject)?;
        serde_json::from_str(&found).map_err(|error| {
            Error::Config(format!(
                "{} is no schema registry: its answer about {subject} cannot be read: {error}",
                self.url
            ))
        })
    }

    fn ask(&self, path: &str, body: &Value, subject: &str) -> Result<String, Error> {
        let url = &self.url;
        let answer = self
            .agent
            .post(format!("{url}{path}"))
            .header("content-type", "application/vnd.schemaregistry.v1+json")
            .send(body.to_string());
        let mut answer = answer.map_err(|error| {
            Error::Unavailable(format!(
                "the schema registry at {url} does not answer: {error}; start it, put kafka.registry_url right, \
                 or set kafka.wire = \"raw\""
            ))
        })?;
        let status = answer.status().as_u16();
        let said = answer.body_mut().read_to_string().map_err(|error| {
            Error::Unavailable(format!("the schema registry at {url} does not answer: {error}"))
        })?;
        if status == 200 {
            return Ok(said);
        }
        let why = serde_json::from_str::<Refusal>(&said).map_or(said, |refusal| refusal.message);
        let advice = match status {
            404 if !self.register => {
                "enter the schemas, for example by a start with kafka.registry_register = true"
            }
            409 => "another schema is there: use another kafka.prefix, or change the subject's compatibility",
            401 | 403 => "let this process write to the registry, or enter the schemas otherwise",
            _ => "is it a schema registry that knows protobuf?",
        };
        Err(Error::Config(format!(
            "the schema registry at {url} refuses {subject} ({status} {}); {advice}",
            why.trim()
        )))
    }
}
