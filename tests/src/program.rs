//! A long-lived process of the product, as a test starts it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::{ports, wait};

/// Time that anything may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// A process with an admin port. What it says goes to a file; it is killed when dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    admin: u16,
    log: PathBuf,
}

impl Program {
    /// Starts `command` with an admin port of its own and its standard error in `log`, and does not wait.
    ///
    /// # Errors
    /// When there is no free port, or it cannot be started.
    pub fn launch(mut command: Command, log: PathBuf) -> Result<Self> {
        let admin = match admin_of(&command) {
            Some(port) => port,
            None => ports::free::<1>()?[0],
        };
        let file = File::create(&log).with_context(|| format!("make {}", log.display()))?;
        let child = command
            .env("MILEPOST__ADMIN__LISTEN", format!("127.0.0.1:{admin}"))
            .stdin(Stdio::null())
            .stderr(file)
            .spawn()
            .with_context(|| format!("start {command:?}"))?;
        Ok(Self { child, admin, log })
    }

    /// Starts `command` and waits until it is ready.
    ///
    /// # Errors
    /// As [`launch`](Self::launch), and when it does not become ready, with what it said.
    pub fn start(command: Command, log: PathBuf) -> Result<Self> {
        let mut program = Self::launch(command, log)?;
        program.wait_until_ready()?;
        Ok(program)
    }

    /// Waits until `/readyz` says that it is.
    ///
    /// # Errors
    /// When it ends or takes too long, with what it said.
    pub fn wait_until_ready(&mut self) -> Result<()> {
        let mut last = String::new();
        let ready = wait::until("a process to be ready", LIMIT, || {
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended: {status}");
            }
            // Nobody listens yet.
            Ok(self.ask("/readyz").is_ok_and(|(status, body)| {
                last = body;
                status == 200
            }))
        });
        ready.with_context(|| format!("{last}\n{}", self.said()))
    }

    /// `host:port` of the admin port.
    #[must_use]
    pub fn admin(&self) -> String {
        format!("127.0.0.1:{}", self.admin)
    }

    /// Process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What the admin port shows under a path.
    ///
    /// # Errors
    /// When it does not answer, or not with 200.
    pub fn get(&self, path: &str) -> Result<String> {
        let (status, body) = self.ask(path)?;
        ensure!(status == 200, "{path}: {status} {body}");
        Ok(body)
    }

    fn ask(&self, path: &str) -> Result<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.admin))?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: milepost\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("an answer has a head")?;
        let status = head.split(' ').nth(1).context("an answer has a status")?;
        Ok((status.parse()?, body.to_owned()))
    }

    /// What it has said so far.
    #[must_use]
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Ends it at once, as kill -9 does.
    ///
    /// # Errors
    /// When it cannot be signalled.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop and waits.
    ///
    /// # Errors
    /// When it cannot be signalled.
    pub fn stop(&mut self) -> Result<ExitStatus> {
        self.signal("-TERM")?;
        Ok(self.child.wait()?)
    }

    /// Sends it a signal such as `-STOP`.
    ///
    /// # Errors
    /// When it cannot be signalled.
    pub fn signal(&self, signal: &str) -> Result<()> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status()?;
        ensure!(sent.success(), "kill {signal} {id}: {sent}");
        Ok(())
    }
}

/// The admin port that the caller chose, so that a restarted process is where the old one was.
fn admin_of(command: &Command) -> Option<u16> {
    let (_, value) = command
        .get_envs()
        .find(|(name, _)| *name == OsStr::new("MILEPOST__ADMIN__LISTEN"))?;
    value?.to_str()?.rsplit(':').next()?.parse().ok()
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.kill();
    }
}
