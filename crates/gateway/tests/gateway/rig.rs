use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, BusConfig, LocalConfig, Outcome, Read, Receipt, ReceiptSink, Received, Record};
use events::Topic;
use gateway::{Deadlines, Devices, Gateway, GatewayConfig, Handle, Listen, Outlet};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long anything may take before a test gives up.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// The device that every rig knows.
pub(crate) const DEVICE: &str = "13800138000";

/// A running gateway and its log.
pub(crate) struct Rig {
    pub(crate) bus: Bus,
    pub(crate) handle: Handle,
    pub(crate) shutdown: CancellationToken,
    run: JoinHandle<Result<(), gateway::Error>>,
    _folder: TempDir,
}

/// A configuration for tests: every port 0, one known device.
pub(crate) fn config() -> GatewayConfig {
    let any = "127.0.0.1:0".parse().unwrap();
    GatewayConfig {
        threads: 2,
        listen: Listen {
            jt808_tcp: vec![any],
            jt808_udp: vec![any],
            gt06_tcp: vec![any],
            gt06_udp: vec![any],
            any_tcp: vec![any],
            any_udp: vec![any],
        },
        devices: Devices {
            list: vec![DEVICE.to_owned()],
            require_code: false,
            auth_key: "0123456789abcdef0123456789abcdef".to_owned().into(),
            ..Devices::default()
        },
        deadlines: Deadlines::default(),
        ..GatewayConfig::default()
    }
}

impl Rig {
    pub(crate) async fn start() -> Self {
        Self::with(config()).await
    }

    pub(crate) async fn with(config: GatewayConfig) -> Self {
        Self::over(config, |bus| Arc::new(bus.publisher())).await
    }

    /// With another way to the log.
    pub(crate) async fn over(config: GatewayConfig, outlet: impl FnOnce(&Bus) -> Arc<dyn Outlet>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bus = Bus::open(&BusConfig {
            local: LocalConfig {
                path: folder.path().join("log"),
                ..LocalConfig::default()
            },
            ..BusConfig::default()
        })
        .unwrap();
        let outlet = outlet(&bus);
        let shutdown = CancellationToken::new();
        let gateway = Gateway::start_with(config, &bus, outlet, shutdown.clone())
            .await
            .unwrap();
        let handle = gateway.handle();
        Self {
            bus,
            handle,
            shutdown,
            run: tokio::spawn(gateway.run()),
            _folder: folder,
        }
    }

    /// Stops the gateway and waits until it has stopped.
    pub(crate) async fn stop(self) -> Bus {
        self.shutdown.cancel();
        tokio::time::timeout(LIMIT, self.run)
            .await
            .expect("the gateway stops")
            .unwrap()
            .unwrap();
        assert!(self.bus.flush(LIMIT).await);
        self.bus
    }

    /// Writes a record as an operator would.
    pub(crate) async fn publish(&self, topic: Topic, key: &str, value: Vec<u8>) {
        let record = Record {
            topic,
            key: key.to_owned().into(),
            value: Some(value.into()),
            headers: Vec::new(),
            timestamp: runtime::clock::now(),
        };
        self.bus
            .publisher()
            .publish(record, Receipt::new(Arc::new(Ignored), 0));
        assert!(self.bus.flush(LIMIT).await);
    }

    /// Everything in a topic.
    pub(crate) async fn records(&self, topic: Topic) -> Vec<Received> {
        assert!(self.bus.flush(LIMIT).await);
        records(&self.bus, topic).await
    }

    /// Waits until the gateway is as wanted.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&Handle) -> bool) {
        let wait = async {
            while !holds(&self.handle) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        assert!(
            tokio::time::timeout(LIMIT, wait).await.is_ok(),
            "{what} within {LIMIT:?}"
        );
    }

    /// Waits until a topic has a record as wanted, and gives it.
    pub(crate) async fn record_in(&self, topic: Topic, holds: impl Fn(&Received) -> bool) -> Received {
        let mut reader = self.bus.read(Read::follow(topic));
        let wait = async {
            loop {
                let record = reader.next().await.unwrap().unwrap();
                if holds(&record) {
                    return record;
                }
            }
        };
        tokio::time::timeout(LIMIT, wait)
            .await
            .unwrap_or_else(|_| panic!("no such record in {}", topic.name()))
    }
}

pub(crate) async fn records(bus: &Bus, topic: Topic) -> Vec<Received> {
    let mut reader = bus.read(Read::all(topic));
    let mut records = Vec::new();
    while let Some(record) = reader.next().await {
        records.push(record.unwrap());
    }
    records
}

/// A receipt that nobody reads; the flush after it says the same.
struct Ignored;

impl ReceiptSink for Ignored {
    fn settled(&self, _: u64, outcome: Outcome) {
        assert_eq!(outcome, Ok(()));
    }
}
