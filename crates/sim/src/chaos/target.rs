use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// Wait between two looks at whether the program listens.
const LOOK: Duration = Duration::from_millis(10);

/// A program that is run, killed and run again.
#[derive(Debug, Clone)]
pub struct Target {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Environment variables that are set for it.
    pub environment: Vec<(String, String)>,
    /// Where it listens when it is ready.
    pub listens: SocketAddr,
    /// Where its standard error goes; each run appends.
    pub log: PathBuf,
}

/// The program does not run as it should.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It cannot be started, signalled or watched.
    #[error("cannot {doing} {}", program.display())]
    Process {
        /// What was tried.
        doing: &'static str,
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It ended by itself.
    #[error("{} ended by itself with {status}; its last words are in {}", program.display(), log.display())]
    Ended {
        /// The program.
        program: PathBuf,
        /// How.
        status: ExitStatus,
        /// Its standard error.
        log: PathBuf,
    },
    /// It did not do something in time.
    #[error("{} did not {what} within {} s; see {}", program.display(), limit.as_secs(), log.display())]
    Late {
        /// The program.
        program: PathBuf,
        /// What was waited for.
        what: &'static str,
        /// How long.
        limit: Duration,
        /// Its standard error.
        log: PathBuf,
    },
}

impl Target {
    fn failed(&self, doing: &'static str) -> impl FnOnce(io::Error) -> TargetError + '_ {
        move |source| TargetError::Process {
            doing,
            program: self.program.clone(),
            source,
        }
    }

    fn late(&self, what: &'static str, limit: Duration) -> TargetError {
        TargetError::Late {
            program: self.program.clone(),
            what,
            limit,
            log: self.log.clone(),
        }
    }

    /// Starts the program and waits until it listens.
    ///
    /// # Errors
    /// When it cannot be started, ends, or does not listen within `limit`.
    pub async fn start(&self, limit: Duration) -> Result<Child, TargetError> {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(&self.log)
            .map_err(self.failed("open the log of"))?;
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(self.failed("start"))?;
        let deadline = Instant::now() + limit;
        while TcpStream::connect(self.listens).await.is_err() {
            if let Some(status) = child.try_wait().map_err(self.failed("watch"))? {
                return Err(TargetError::Ended {
                    program: self.program.clone(),
                    status,
                    log: self.log.clone(),
                });
            }
            if Instant::now() > deadline {
                return Err(self.late("listen", limit));
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(child)
    }

    /// Kills it with SIGKILL and waits until it is gone.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub async fn kill(&self, child: &mut Child) -> Result<(), TargetError> {
        child.kill().await.map_err(self.failed("kill"))
    }

    /// The most memory that it has had resident, in bytes; `None` where the system does not say (not Linux).
    #[must_use]
    pub fn peak_memory(child: &Child) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kilobytes * 1024)
    }

    /// Asks it with SIGTERM to stop and waits for that.
    ///
    /// # Errors
    /// When it cannot be asked, or does not stop within `limit`.
    pub async fn terminate(&self, child: &mut Child, limit: Duration) -> Result<ExitStatus, TargetError> {
        if let Some(id) = child.id() {
            Command::new("kill")
                .args(["-TERM", &id.to_string()])
                .status()
                .await
                .map_err(self.failed("signal"))?;
        }
        match tokio::time::timeout(limit, child.wait()).await {
            Ok(status) => status.map_err(self.failed("watch")),
            Err(_) => Err(self.late("stop", limit)),
        }
    }
}
