//! One broker: a process with its settings, data and log in a folder.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::JARS;
use crate::wait;

/// Time that a start may take on a busy machine.
const START_WITHIN: Duration = Duration::from_secs(120);
/// Time that an orderly stop may take before the process is killed.
const STOP_WITHIN: Duration = Duration::from_secs(20);

/// Runs the command after it, says its process id, and kills it when the standard input ends: also a test binary that
/// was killed itself leaves no broker behind.
const GUARD: &str = r#"exec 3<&0; "$@" >>server.log 2>&1 & child=$!; echo $child
(cat <&3 >/dev/null; kill -9 $child 2>/dev/null) & wait $child"#;

/// A broker, running or not. It is killed when dropped.
#[derive(Debug)]
pub(super) struct Broker {
    folder: PathBuf,
    class_path: String,
    port: u16,
    process: Option<Process>,
}

#[derive(Debug)]
struct Process {
    guard: Child,
    /// Of the broker itself.
    pid: String,
}

impl Process {
    /// Ends the broker at once.
    fn kill(mut self) -> Result<()> {
        drop(self.guard.stdin.take());
        self.guard.wait().context("wait for the broker's end")?;
        Ok(())
    }
}

impl Broker {
    /// Writes the settings into the folder and formats it, with its users; does not start the broker.
    pub(super) fn format(folder: &Path, port: u16, settings: &[String], users: &[String]) -> Result<Self> {
        let jars = std::env::var_os(JARS).with_context(|| format!("{JARS} is not set"))?;
        let broker = Self {
            folder: folder.to_owned(),
            class_path: format!("{}/*", PathBuf::from(jars).display()),
            port,
            process: None,
        };
        fs::create_dir_all(folder).context("make the broker's folder")?;
        fs::write(broker.file("server.properties"), settings.join("\n"))
            .context("write the broker's settings")?;
        // Any 16 bytes in URL-safe base64 are a cluster id.
        let formatted = broker
            .java("-Xmx128m", Command::new("java"))
            .stdin(Stdio::null())
            .args([
                "kafka.tools.StorageTool",
                "format",
                "-t",
                "bWlsZXBvc3QtdGVzdHMxMg",
                "-c",
            ])
            .arg(broker.file("server.properties"))
            .args(users.iter().flat_map(|user| ["--add-scram", user]))
            .output()
            .context("run java; `tests/services` installs it")?;
        ensure!(
            formatted.status.success(),
            "the broker's folder cannot be formatted: {}{}",
            String::from_utf8_lossy(&formatted.stdout),
            String::from_utf8_lossy(&formatted.stderr)
        );
        Ok(broker)
    }

    /// `host:port` for clients.
    pub(super) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// True from its start until it was ended.
    pub(super) const fn runs(&self) -> bool {
        self.process.is_some()
    }

    /// Starts the process; it takes connections some time later.
    pub(super) fn launch(&mut self) -> Result<()> {
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
        self.process = Some(Process {
            guard,
            pid: pid.trim().to_owned(),
        });
        Ok(())
    }

    /// Waits until a launched broker takes connections.
    pub(super) fn wait_until_up(&mut self) -> Result<()> {
        let process = self.process.as_mut().context("the broker was not started")?;
        let port = self.port;
        let up = wait::until("the broker to take connections", START_WITHIN, || {
            ensure!(process.guard.try_wait()?.is_none(), "the broker ended");
            Ok(TcpStream::connect(("127.0.0.1", port)).is_ok())
        });
        up.with_context(|| format!("the broker's log ends with:\n{}", self.log_end()))
    }

    /// The file in which [`mind`](Self::mind) says the process id of the broker.
    pub(super) fn pid_file(&self) -> PathBuf {
        self.file("pid")
    }

    /// Starts a broker that died by itself or by another's hand; says its process id in the file once it is up.
    pub(super) fn mind(&mut self) -> Result<()> {
        let died = match &mut self.process {
            Some(process) => process.guard.try_wait()?.is_some(),
            None => true,
        };
        if died {
            self.kill()?;
            self.launch()?;
            self.wait_until_up()?;
        }
        if let Some(process) = &self.process
            && (died || !self.pid_file().exists())
        {
            let new = self.file("pid.new");
            fs::write(&new, &process.pid).context("write the broker's process id")?;
            fs::rename(new, self.pid_file()).context("write the broker's process id")?;
        }
        Ok(())
    }

    /// Ends the broker at once, as kill -9 does.
    pub(super) fn kill(&mut self) -> Result<()> {
        self.process.take().map_or(Ok(()), Process::kill)
    }

    /// Ends the broker in order.
    pub(super) fn stop(&mut self) -> Result<()> {
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        // The standard library only knows kill -9.
        Command::new("kill")
            .args(["-TERM", &process.pid])
            .status()
            .context("ask the broker to stop")?;
        let ended = wait::until("the broker's end", STOP_WITHIN, || {
            Ok(process.guard.try_wait()?.is_some())
        });
        process.kill()?;
        ended
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn java(&self, heap: &str, mut java: Command) -> Command {
        java.arg(heap)
            .arg("-XX:+UseSerialGC")
            .arg("-XX:TieredStopAtLevel=1")
            .arg("-cp")
            .arg(&self.class_path)
            .current_dir(&self.folder);
        java
    }

    fn log_end(&self) -> String {
        let log = fs::read_to_string(self.file("server.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            super::tell(&format!("a broker may still run: {error:#}"));
        }
    }
}
