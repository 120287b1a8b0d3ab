//! A real Prometheus that watches processes of the test.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tests::{ports, wait};

/// Time that anything may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// Killed when dropped.
pub(crate) struct Prometheus {
    child: Child,
    address: String,
}

impl Prometheus {
    /// Starts it with a look at each target every second; `None`, said loudly, where it is not installed.
    pub(crate) fn start(folder: &Path, targets: &[String], rules: Option<&str>) -> Option<Self> {
        let [port] = ports::free().unwrap();
        let address = format!("127.0.0.1:{port}");
        if let Some(rules) = rules {
            std::fs::write(folder.join("rules.yml"), rules).unwrap();
        }
        let config = json!({
            "global": { "scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s" },
            "rule_files": rules.map(|_| "rules.yml").into_iter().collect::<Vec<_>>(),
            "scrape_configs": [{ "job_name": "milepost", "static_configs": [{ "targets": targets }] }],
        });
        let file = folder.join("prometheus.yml");
        // JSON is YAML.
        std::fs::write(&file, config.to_string()).unwrap();
        let started = Command::new("prometheus")
            .arg(format!("--config.file={}", file.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.join("prometheus").display()
            ))
            .args([&format!("--web.listen-address={address}"), "--log.level=warn"])
            .stdin(Stdio::null())
            .stderr(File::create(folder.join("prometheus.log")).unwrap())
            .spawn();
        let child = match started {
            Ok(child) => child,
            Err(error) => {
                crate::skipped(&format!("prometheus ({error})"));
                return None;
            }
        };
        let prometheus = Self { child, address };
        wait::until("Prometheus", LIMIT, || {
            Ok(prometheus.ask("query?query=1").is_ok())
        })
        .unwrap();
        Some(prometheus)
    }

    /// What a query finds now.
    pub(crate) fn query(&self, query: &str) -> Vec<Value> {
        let query: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = self.ask(&format!("query?query={query}"));
        let answer = answer.unwrap_or_else(|error| panic!("{error}: {query}"));
        answer["data"]["result"].as_array().unwrap().clone()
    }

    /// Alerts that fire now, each with its labels.
    pub(crate) fn firing(&self) -> Vec<Value> {
        let answer = self.ask("alerts").unwrap();
        let alerts = answer["data"]["alerts"].as_array().unwrap();
        alerts
            .iter()
            .filter(|alert| alert["state"] == "firing")
            .cloned()
            .collect()
    }

    fn ask(&self, what: &str) -> anyhow::Result<Value> {
        let address = format!("http://{}/api/v1/{what}", self.address);
        let text = ureq::get(&address).call()?.into_body().read_to_string()?;
        Ok(serde_json::from_str(&text)?)
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
