use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use crate::Arguments;
use crate::serve::Kind;

/// How long a child may take for something.
const LIMIT: Duration = Duration::from_secs(120);

/// A server in a process of its own, which ends with this value.
pub(crate) struct Child {
    process: std::process::Child,
    said: std::cell::RefCell<BufReader<ChildStdout>>,
    address: SocketAddr,
    kind: Kind,
}

impl Child {
    pub(crate) fn start(kind: Kind, arguments: &Arguments) -> Result<Self> {
        let name = kind.to_possible_value().context("every kind has a name")?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args([
            "--serve",
            name.get_name(),
            "--threads",
            &arguments.threads.to_string(),
        ]);
        command.args(arguments.kafka.iter().flat_map(|brokers| ["--kafka", brokers]));
        command.args(["--partitions", &arguments.partitions.to_string()]);
        let linger_ms = arguments.linger_ms.map(|linger_ms| linger_ms.to_string());
        command.args(linger_ms.iter().flat_map(|linger_ms| ["--linger-ms", linger_ms]));
        command.args(arguments.uncompressed.then_some("--uncompressed"));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut said = BufReader::new(process.stdout.take().context("the child has an output")?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        let address = line
            .trim()
            .parse()
            .with_context(|| format!("expected an address, found {line:?}"))?;
        Ok(Self {
            process,
            said: said.into(),
            address,
            kind,
        })
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Waits until that many devices are online.
    pub(crate) fn until_online(&self, count: u64) -> Result<()> {
        let started = Instant::now();
        let mut input = self.process.stdin.as_ref().context("the child has an input")?;
        loop {
            // The child answers each line with the number of devices online.
            input.write_all(b"\n")?;
            let mut line = String::new();
            self.said.borrow_mut().read_line(&mut line)?;
            let online: u64 = line.trim().parse()?;
            if online >= count {
                return Ok(());
            }
            ensure!(
                started.elapsed() < LIMIT,
                "expected {count} devices online, found {online}"
            );
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // A child that has ended already is as wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
