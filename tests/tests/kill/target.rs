use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bus::{Bus, BusConfig, LocalConfig};
use gateway::{Admission, Devices, Gateway, GatewayConfig, Listen};
use tokio_util::sync::CancellationToken;

/// Tells the child which folder to work in.
const FOLDER: &str = "MILEPOST_KILL_TARGET";
/// Tells the child where to listen.
const LISTEN: &str = "MILEPOST_KILL_LISTEN";
/// How long a start may take.
const LIMIT: Duration = Duration::from_secs(60);

/// A gateway in a process of its own.
pub(crate) struct Target {
    process: Child,
    address: SocketAddr,
}

impl Target {
    /// Starts a gateway over the log in the folder and waits until it listens.
    pub(crate) async fn start(folder: &Path, listen: Option<SocketAddr>) -> Self {
        let said = folder.join("address");
        let _ = std::fs::remove_file(&said);
        let process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "serve_until_killed"])
            .env(FOLDER, folder)
            .env(
                LISTEN,
                listen.map_or("127.0.0.1:0".to_owned(), |address| address.to_string()),
            )
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut target = Self {
            process,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        let wait = async {
            loop {
                if let Ok(text) = std::fs::read_to_string(&said) {
                    return text.parse().unwrap();
                }
                if let Some(status) = target.process.try_wait().unwrap() {
                    panic!("the gateway ended by itself: {status}");
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        target.address = tokio::time::timeout(LIMIT, wait)
            .await
            .expect("the gateway starts");
        target
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Kills the process with SIGKILL and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The log in the folder.
pub(crate) fn log(folder: &Path) -> BusConfig {
    BusConfig {
        local: LocalConfig {
            path: folder.join("log"),
            ..LocalConfig::default()
        },
        ..BusConfig::default()
    }
}

/// The folder, when this process was started to serve.
pub(crate) fn asked_to_serve() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// Serves until the process is killed.
pub(crate) async fn serve(folder: &Path) {
    let bus = Bus::open(&log(folder)).unwrap();
    let config = GatewayConfig {
        threads: 2,
        listen: Listen {
            jt808_tcp: vec![std::env::var(LISTEN).unwrap().parse().unwrap()],
            ..Listen::nowhere()
        },
        devices: Devices {
            admission: Admission::Learn,
            learn_per_minute: u32::MAX,
            auth_key_file: folder.join("auth.key"),
            ..Devices::default()
        },
        ..GatewayConfig::default()
    };
    let gateway = Gateway::start(config, &bus, CancellationToken::new())
        .await
        .unwrap();
    let address = gateway.handle().addresses().jt808_tcp[0];
    std::fs::write(folder.join("address.new"), address.to_string()).unwrap();
    std::fs::rename(folder.join("address.new"), folder.join("address")).unwrap();
    gateway.run().await.unwrap();
}
