use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};

use serde_json::Value;

/// Ports that the system chooses.
pub(crate) const ENVIRONMENT: [(&str, &str); 5] = [
    ("MILEPOST__ADMIN__LISTEN", "127.0.0.1:0"),
    ("MILEPOST__GATEWAY__LISTEN__GT06_TCP", "[\"127.0.0.1:0\"]"),
    ("MILEPOST__GATEWAY__LISTEN__GT06_UDP", "[]"),
    ("MILEPOST__GATEWAY__LISTEN__JT808_TCP", "[\"127.0.0.1:0\"]"),
    ("MILEPOST__GATEWAY__LISTEN__JT808_UDP", "[\"127.0.0.1:0\"]"),
];

/// A running `milepost up`.
pub(crate) struct Up {
    process: Child,
    folder: PathBuf,
    /// Address of the admin port.
    admin: String,
    /// What it said until it was up.
    greeting: String,
    /// Kept open, so that the program can go on writing.
    said: BufReader<ChildStderr>,
}

impl Up {
    /// Starts it and waits until it says that it is up.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::with(folder, arguments, &[])
    }

    /// As [`Up::start`], with further settings.
    pub(crate) fn with(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_milepost"))
            .args(["up", "--data"])
            .arg(folder)
            .args(arguments)
            .envs(ENVIRONMENT)
            .envs(settings.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap());
        let mut all = String::new();
        while !all.contains("Ctrl-C stops") {
            let before = all.len();
            said.read_line(&mut all).unwrap();
            assert!(all.len() > before, "it ended and said: {all}");
        }
        let admin = all
            .split_once("http://")
            .and_then(|(_, rest)| rest.split('/').next())
            .unwrap_or_else(|| panic!("no admin port in: {all}"));
        Self {
            process,
            folder: folder.to_owned(),
            admin: admin.to_owned(),
            greeting: all,
            said,
        }
    }

    /// Address of the TCP port of a protocol, as it is named when the program has come up.
    pub(crate) fn tcp(&self, protocol: &str) -> String {
        let line = self
            .greeting
            .lines()
            .find(|line| line.trim_start().starts_with(protocol));
        let mut words = line.unwrap().split_whitespace().skip_while(|word| *word != "tcp");
        words.nth(1).unwrap().to_owned()
    }

    /// Reads what it says until a line holds the text, and gives that line.
    pub(crate) fn hear(&mut self, text: &str) -> String {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            let count = self.said.read_line(&mut line).unwrap();
            assert!(count > 0, "it ended and never said {text}");
        }
        line
    }

    /// Address of the admin port.
    pub(crate) fn admin(&self) -> &str {
        &self.admin
    }

    /// What the admin port shows under a path.
    pub(crate) fn get(&self, path: &str) -> String {
        get(&self.admin, path).unwrap()
    }

    /// Lines of `milepost topics read`.
    pub(crate) fn read(&self, topic: &str, arguments: &[&str]) -> Vec<Value> {
        read(&self.folder, topic, arguments)
    }

    /// Asks it to stop and waits.
    pub(crate) fn stop(mut self) -> ExitStatus {
        let asked = Command::new("kill")
            .args(["-TERM", &self.process.id().to_string()])
            .status()
            .unwrap();
        assert!(asked.success());
        self.process.wait().unwrap()
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What an admin port shows under a path.
pub(crate) fn get(admin: &str, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(admin)?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: milepost\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    body.ok_or_else(|| std::io::Error::other("no answer"))
}

/// Lines of `milepost topics read`.
pub(crate) fn read(folder: &Path, topic: &str, arguments: &[&str]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args(["topics", "read", topic, "--data"])
        .arg(folder)
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
