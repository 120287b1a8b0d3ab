//! Milepost as it is run on Kafka: two gateways, of which one spools, and every consumer, each in a process of its own,
//! and simulated devices at both gateways.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tests::kafka::KafkaServer;
use tests::ports;
use tests::program::Program;

/// Connections to a gateway, each a device of its own: enough that losing them is no affair of single devices.
const DEVICES: &str = "60";

pub(crate) struct System {
    pub(crate) kafka: KafkaServer,
    pub(crate) gateways: Vec<Gateway>,
    pub(crate) geofence: Program,
    pub(crate) others: Vec<Program>,
    folder: TempDir,
}

pub(crate) struct Gateway {
    pub(crate) program: Program,
    /// Where it takes JT/T 808 over TCP.
    pub(crate) devices: String,
}

/// Simulated devices until this is dropped.
pub(crate) struct Load(Child);

impl System {
    pub(crate) fn start() -> Self {
        let kafka = KafkaServer::start().unwrap();
        let folder = TempDir::new().unwrap();
        let topics = folder.path().join("topics.toml");
        std::fs::write(&topics, "[defaults]\npartitions = 2\nretention_hours = 24\n").unwrap();
        let applied = milepost(&["topics", "apply", "--brokers", &kafka.brokers(), "--file"])
            .arg(topics)
            .output()
            .unwrap();
        assert!(
            applied.status.success(),
            "{}",
            String::from_utf8_lossy(&applied.stderr)
        );
        let gateways = ["direct", "spooling"]
            .map(|name| Gateway::start(folder.path(), &kafka.brokers(), name))
            .into();
        let [geofence, trips, attendance] =
            ["geofence", "trips", "attendance"].map(|role| consumer(folder.path(), &kafka.brokers(), role));
        Self {
            gateways,
            geofence,
            others: vec![trips, attendance],
            kafka,
            folder,
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the processes show their metrics.
    pub(crate) fn targets(&self) -> Vec<String> {
        let gateways = self.gateways.iter().map(|gateway| &gateway.program);
        gateways
            .chain([&self.geofence])
            .chain(&self.others)
            .map(Program::admin)
            .collect()
    }

    /// Devices at gateway `at`, each of which sends and waits for its answer.
    pub(crate) fn load(&self, at: usize, first_device: &str) -> Load {
        let log = self.folder().join(format!("load-{at}-{first_device}.log"));
        let child = milepost(&["sim", "load", "--gateway", &self.gateways[at].devices])
            .args(["--connections", DEVICES, "--rate", "120", "--duration", "1h"])
            .args(["--answer-timeout", "5s", "--first-device", first_device])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(log).unwrap())
            .spawn()
            .unwrap();
        Load(child)
    }
}

impl Gateway {
    fn start(folder: &Path, brokers: &str, name: &str) -> Self {
        let [port] = ports::free().unwrap();
        let devices = format!("127.0.0.1:{port}");
        let mut command = milepost(&["gateway", "--brokers", brokers]);
        let home = folder.join(name);
        command.envs([
            ("MILEPOST__GATEWAY__NODE", name.to_owned()),
            ("MILEPOST__GATEWAY__LISTEN__GT06_TCP", "[]".to_owned()),
            ("MILEPOST__GATEWAY__LISTEN__GT06_UDP", "[]".to_owned()),
            ("MILEPOST__GATEWAY__LISTEN__JT808_TCP", format!("[\"{devices}\"]")),
            ("MILEPOST__GATEWAY__LISTEN__JT808_UDP", "[]".to_owned()),
            ("MILEPOST__GATEWAY__DEVICES__ADMISSION", "learn".to_owned()),
            (
                "MILEPOST__GATEWAY__DEVICES__AUTH_KEY_FILE",
                text(home.join("auth.key")),
            ),
            ("MILEPOST__GATEWAY__DEVICES__WAIT_SECONDS", "60".to_owned()),
            ("MILEPOST__GATEWAY__SPOOL__PATH", text(home.join("spool"))),
            ("MILEPOST__GATEWAY__SPOOL__MAX_BYTES", "2000000".to_owned()),
        ]);
        // What Kafka has not taken after so long is given up, or stays in the spool.
        command.env("MILEPOST__BUS__KAFKA__MESSAGE_TIMEOUT_SECONDS", "6");
        if name == "spooling" {
            command.env("MILEPOST__GATEWAY__SPOOL__MODE", "overflow");
        }
        std::fs::create_dir_all(&home).unwrap();
        let program = Program::start(command, folder.join(format!("{name}.log"))).unwrap();
        Self { program, devices }
    }
}

/// A consumer in a process of its own.
pub(crate) fn consumer(folder: &Path, brokers: &str, role: &str) -> Program {
    let command = milepost(&[role, "--brokers", brokers]);
    Program::start(command, folder.join(format!("{role}.log"))).unwrap()
}

fn milepost(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_milepost"));
    command.args(arguments);
    command
}

fn text(path: PathBuf) -> String {
    path.into_os_string().into_string().unwrap()
}

impl Drop for Load {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
