//! A real Apache Kafka of one node, for one test run.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::{ports, wait};

/// Folder with the broker's jars; `tests/services` fills it and prints this variable.
pub const JARS: &str = "MILEPOST_KAFKA_JARS";
/// Time that a start may take on a busy machine.
const START_WITHIN: Duration = Duration::from_secs(120);
/// Time that an orderly stop may take before the process is killed.
const STOP_WITHIN: Duration = Duration::from_secs(20);

/// A broker that is also its own controller. It listens on 127.0.0.1, keeps its data in a temporary folder and is
/// stopped when dropped.
#[derive(Debug)]
pub struct KafkaServer {
    folder: TempDir,
    class_path: String,
    port: u16,
    spoilable: Option<Spoilable>,
    process: Option<Broker>,
}

/// A second way to a broker, through a proxy.
#[derive(Debug, Clone, Copy)]
pub struct Spoilable {
    /// Where the broker listens for what the proxy passes on.
    pub listens: SocketAddr,
    /// Where the broker says that this listener is: the proxy is to listen there.
    pub advertised: SocketAddr,
}

/// Runs the command after it, says its process id, and kills it when the standard input ends: also a test binary that
/// was killed itself leaves no broker behind.
const GUARD: &str = r#"exec 3<&0; "$@" >>server.log 2>&1 & child=$!; echo $child
(cat <&3 >/dev/null; kill -9 $child 2>/dev/null) & wait $child"#;

#[derive(Debug)]
struct Broker {
    guard: Child,
    /// Of the broker itself.
    pid: String,
}

impl Broker {
    /// Ends the broker at once.
    fn kill(mut self) -> Result<()> {
        drop(self.guard.stdin.take());
        self.guard.wait().context("wait for the broker's end")?;
        Ok(())
    }
}

impl KafkaServer {
    /// True when the environment names the broker's jars. Says loudly when not: the caller then skips its tests.
    #[must_use]
    pub fn is_available() -> bool {
        let available = std::env::var_os(JARS).is_some();
        if !available {
            tell(&format!(
                "SKIPPED: the tests on a real Kafka need {JARS}; run `eval \"$(tests/services)\"` first"
            ));
        }
        available
    }

    /// The broker that the tests of one binary share: started by the first that asks, stopped with the last that
    /// lets go. Use names that no other test uses.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn shared() -> Result<Arc<Self>> {
        static SHARED: Mutex<Weak<KafkaServer>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Ok(server);
        }
        let server = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&server);
        Ok(server)
    }

    /// Starts a broker and waits until it takes connections.
    ///
    /// # Errors
    /// When there are no jars, no Java, or the broker does not come up; with the end of its log.
    pub fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    /// Like [`start`](Self::start), with a second listener for clients that come through a proxy, see
    /// [`spoilable`](Self::spoilable).
    ///
    /// # Errors
    /// As there.
    pub fn start_spoilable() -> Result<Self> {
        let [listens, advertised] = ports::free()?.map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        Self::launch_first(&[], Some(Spoilable { listens, advertised }))
    }

    /// The way through a proxy, of a broker that has one.
    #[must_use]
    pub fn spoilable(&self) -> Option<Spoilable> {
        self.spoilable
    }

    /// Like [`start`](Self::start), with further lines for the broker's configuration.
    ///
    /// # Errors
    /// As there.
    pub fn start_with(settings: &[(&str, &str)]) -> Result<Self> {
        Self::launch_first(settings, None)
    }

    fn launch_first(settings: &[(&str, &str)], spoilable: Option<Spoilable>) -> Result<Self> {
        let jars = std::env::var_os(JARS).with_context(|| format!("{JARS} is not set"))?;
        let class_path = format!("{}/*", PathBuf::from(jars).display());
        let folder = TempDir::with_prefix("milepost-kafka-").context("make a folder for the broker")?;
        let [port, controller] = ports::free()?;
        let (listens, advertised) = spoilable.map_or_else(Default::default, |way| {
            (
                format!(",SPOILED://{}", way.listens),
                format!(",SPOILED://{}", way.advertised),
            )
        });
        let mut lines = vec![
            "process.roles=broker,controller".to_owned(),
            "node.id=1".to_owned(),
            format!("controller.quorum.voters=1@127.0.0.1:{controller}"),
            format!("listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}{listens}"),
            format!("advertised.listeners=PLAINTEXT://127.0.0.1:{port}{advertised}"),
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SPOILED:PLAINTEXT"
                .to_owned(),
            "controller.listener.names=CONTROLLER".to_owned(),
            format!("log.dirs={}", folder.path().join("data").display()),
            "offsets.topic.replication.factor=1".to_owned(),
            "offsets.topic.num.partitions=3".to_owned(),
            "transaction.state.log.replication.factor=1".to_owned(),
            "transaction.state.log.min.isr=1".to_owned(),
            "transaction.state.log.num.partitions=3".to_owned(),
            "group.initial.rebalance.delay.ms=0".to_owned(),
            // Lets tests notice dead consumers soon.
            "group.min.session.timeout.ms=500".to_owned(),
            "auto.create.topics.enable=false".to_owned(),
            // Segments end, are cleaned and deleted within seconds instead of hours.
            "log.roll.ms=1000".to_owned(),
            "log.retention.check.interval.ms=500".to_owned(),
            "log.cleaner.backoff.ms=200".to_owned(),
            "log.cleaner.min.cleanable.ratio=0.01".to_owned(),
            "log.initial.task.delay.ms=500".to_owned(),
        ];
        lines.extend(settings.iter().map(|(name, value)| format!("{name}={value}")));
        let mut server = Self {
            folder,
            class_path,
            port,
            spoilable,
            process: None,
        };
        fs::write(server.file("server.properties"), lines.join("\n"))
            .context("write the broker's settings")?;
        server.format()?;
        server.launch()?;
        Ok(server)
    }

    /// `host:port` for clients.
    #[must_use]
    pub fn brokers(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Folder that holds the broker's settings, data and log.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends the broker at once, as kill -9 does.
    ///
    /// # Errors
    /// When the process cannot be signalled.
    pub fn kill_hard(&mut self) -> Result<()> {
        self.process.take().map_or(Ok(()), Broker::kill)
    }

    /// Starts the broker again on the same port and data, after ending it if it runs.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn restart(&mut self) -> Result<()> {
        self.stop()?;
        self.launch()
    }

    /// Ends the broker in order.
    ///
    /// # Errors
    /// When the process cannot be signalled.
    pub fn stop(&mut self) -> Result<()> {
        let Some(mut broker) = self.process.take() else {
            return Ok(());
        };
        // The standard library only knows kill -9.
        Command::new("kill")
            .args(["-TERM", &broker.pid])
            .status()
            .context("ask the broker to stop")?;
        let ended = wait::until("the broker's end", STOP_WITHIN, || {
            Ok(broker.guard.try_wait()?.is_some())
        });
        broker.kill()?;
        ended
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn java(&self, heap: &str, mut java: Command) -> Command {
        java.arg(heap)
            .arg("-XX:+UseSerialGC")
            .arg("-XX:TieredStopAtLevel=1")
            .arg("-cp")
            .arg(&self.class_path)
            .current_dir(self.folder.path());
        java
    }

    fn format(&self) -> Result<()> {
        // Any 16 bytes in URL-safe base64 are a cluster id.
        let formatted = self
            .java("-Xmx128m", Command::new("java"))
            .stdin(Stdio::null())
            .args([
                "kafka.tools.StorageTool",
                "format",
                "-t",
                "bWlsZXBvc3QtdGVzdHMxMg",
                "-c",
            ])
            .arg(self.file("server.properties"))
            .output()
            .context("run java; `tests/services` installs it")?;
        ensure!(
            formatted.status.success(),
            "the broker's folder cannot be formatted: {}{}",
            String::from_utf8_lossy(&formatted.stdout),
            String::from_utf8_lossy(&formatted.stderr)
        );
        Ok(())
    }

    fn launch(&mut self) -> Result<()> {
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, "sh", "java"]);
        let mut guard = self
            .java("-Xmx512m", guard)
            .arg("kafka.Kafka")
            .arg(self.file("server.properties"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Where sh says that it killed the broker.
            .stderr(Stdio::null())
            .spawn()
            .context("run sh")?;
        let mut pid = String::new();
        let said = guard.stdout.take().context("the guard's output")?;
        BufReader::new(said)
            .read_line(&mut pid)
            .context("read the broker's process id")?;
        let port = self.port;
        let up = wait::until("the broker to take connections", START_WITHIN, || {
            ensure!(guard.try_wait()?.is_none(), "the broker ended");
            Ok(TcpStream::connect(("127.0.0.1", port)).is_ok())
        });
        self.process = Some(Broker {
            guard,
            pid: pid.trim().to_owned(),
        });
        up.with_context(|| format!("the broker's log ends with:\n{}", self.log_end()))
    }

    fn log_end(&self) -> String {
        let log = fs::read_to_string(self.file("server.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for KafkaServer {
    fn drop(&mut self) {
        if let Err(error) = self.kill_hard() {
            tell(&format!("a broker may still run: {error:#}"));
        }
    }
}

/// Writes to the standard error itself: what a passing test prints is not shown.
fn tell(line: &str) {
    // There is nobody else to tell.
    let _ = writeln!(std::io::stderr(), "{line}");
}
