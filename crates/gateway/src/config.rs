use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use runtime::secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// The section `[gateway]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GatewayConfig {
    /// Name of this node; stands in every event. Must differ between gateways.
    pub node: String,
    /// Threads that serve connections; 0 = one per processor.
    pub threads: usize,
    /// Seconds that answers may still be waited for after the process was told to stop.
    pub drain_seconds: f64,
    /// Publish every frame as it came to the topic `raw-frames`.
    pub raw_frames: bool,
    /// Where to listen.
    pub listen: Listen,
    /// Ports behind a load balancer that says whom it connects.
    pub proxied: Proxied,
    /// Ports for devices that speak TLS.
    pub tls: Tls,
    /// How long a connection may take for what.
    pub deadlines: Deadlines,
    /// How much is held for devices.
    pub limits: Limits,
    /// How often what may come.
    pub rates: Rates,
    /// Addresses that are shut out for a while.
    pub bans: Bans,
    /// Who may connect.
    pub devices: Devices,
    /// What to do while the log takes nothing.
    pub spool: Spool,
}

/// Addresses by protocol; several each, none switches one off.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct Listen {
    pub gt06_tcp: Vec<SocketAddr>,
    pub gt06_udp: Vec<SocketAddr>,
    pub jt808_tcp: Vec<SocketAddr>,
    pub jt808_udp: Vec<SocketAddr>,
    /// Ports where the first bytes tell the protocol.
    pub any_tcp: Vec<SocketAddr>,
    /// As `any_tcp`.
    pub any_udp: Vec<SocketAddr>,
}

/// Ports where each connection begins with a header of the PROXY protocol, version 2.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct Proxied {
    pub gt06_tcp: Vec<SocketAddr>,
    pub jt808_tcp: Vec<SocketAddr>,
    pub any_tcp: Vec<SocketAddr>,
    /// Networks of the load balancers; nobody else may connect to these ports.
    pub upstreams: Vec<IpNet>,
}

/// Ports where devices speak TLS 1.2 or 1.3.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct Tls {
    pub gt06_tcp: Vec<SocketAddr>,
    pub jt808_tcp: Vec<SocketAddr>,
    pub any_tcp: Vec<SocketAddr>,
    /// The certificate and those of its issuers, PEM.
    pub certificate_file: PathBuf,
    /// Its private key, PEM.
    pub key_file: PathBuf,
}

impl Proxied {
    pub(crate) fn is_off(&self) -> bool {
        self.gt06_tcp.is_empty() && self.jt808_tcp.is_empty() && self.any_tcp.is_empty()
    }
}

impl Tls {
    pub(crate) fn is_off(&self) -> bool {
        self.gt06_tcp.is_empty() && self.jt808_tcp.is_empty() && self.any_tcp.is_empty()
    }
}

/// Seconds after which a connection is closed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deadlines {
    /// From the connection to the first byte.
    pub first_byte_seconds: f64,
    /// From the connection to the admission of a device.
    pub login_seconds: f64,
    /// From the first byte of a frame to its last.
    pub frame_seconds: f64,
    /// Without a whole frame from an admitted device: three times its heartbeat.
    pub idle_seconds: f64,
}

/// Bounds of memory. What is on its way to the log has its own bound, `bus.in_flight_bytes`: when that is spent,
/// nothing is read until there is room.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of frames, and of messages in sub-packets, that have not come whole, over all connections; beyond it the
    /// oldest such connections go.
    pub partial_frame_bytes: u64,
    /// Bytes of answers that one device has not fetched from its socket.
    pub unsent_bytes: usize,
    /// Senders of datagrams that are remembered.
    pub udp_peers: usize,
    /// Frames in a row that a connection may send without a good one among them.
    pub rejects_in_a_row: u32,
    /// Networks, addresses and device ids whose rates are remembered, each; some 100 bytes per entry.
    pub remembered: usize,
}

/// How often something may come.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// In the long run; 0 is no limit.
    pub per_second: f64,
    /// At once.
    pub burst: u32,
}

/// How often what may come. The defaults leave room for ten thousand devices behind one address.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// New connections; others wait in the system's queue.
    pub accepts: Rate,
    /// New connections, and new senders of datagrams, of one network (/24, /48); others are turned away.
    pub accepts_per_network: Rate,
    /// Frames of one connection: it is read no faster; datagrams beyond it are dropped.
    pub frames_per_connection: Rate,
    /// Logins of one device from one network; beyond it the connection is closed.
    pub logins_per_device: Rate,
    /// Registrations of one JT/T 808 terminal from one network, each of which gives it a new code; as for logins.
    pub registrations_per_device: Rate,
    /// Times that a newer connection replaces an older one of the same device; beyond it the device is suspect.
    pub takeovers_per_device: Rate,
    /// Rejects that are published; others are only counted.
    pub rejects: Rate,
    /// Rejects of one connection.
    pub rejects_per_connection: Rate,
    /// Rejects of one id that is not let in.
    pub rejects_per_unknown_device: Rate,
}

/// When an address is shut out. One that serves admitted devices never is: many may share it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bans {
    /// How often connections from one address (one /64) may end for what no device does: nothing said, no login, a
    /// frame never finished, refused, only rubbish.
    pub offences: Rate,
    /// How long new connections are refused after more than that.
    pub seconds: f64,
}

/// Who may connect.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Devices {
    /// `known`: devices of `list`, of `file` and of the topic `devices`. `learn`: any that claims an id; it is entered
    /// in the topic. Learning is for setting up and for demonstrations.
    pub admission: Admission,
    /// Devices that may be learned per minute.
    pub learn_per_minute: u32,
    /// Ids of devices that may connect.
    pub list: Vec<String>,
    /// A file with one id a line; `#` begins a comment.
    pub file: Option<PathBuf>,
    /// A JT/T 808 terminal that has a code must show it before it reports.
    pub require_code: bool,
    /// Key of the hashes of authentication codes, at least 32 characters; the same on all gateways. When it is empty,
    /// `auth_key_file` is used.
    pub auth_key: SecretString,
    /// File with the key; made with a random one when it is missing.
    pub auth_key_file: PathBuf,
    /// Seconds to wait for the topic `devices` before ports are opened without it.
    pub wait_seconds: f64,
    /// Seconds for which the positions of a device are flagged after a storm of takeovers.
    pub suspect_seconds: f64,
}

/// How unknown devices are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Admission {
    /// They are refused.
    #[default]
    Known,
    /// They become known.
    Learn,
}

/// The queue on this machine's disk in front of the log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spool {
    /// `off`, `overflow`: used while the log takes nothing, `always`: everything goes through it.
    pub mode: SpoolMode,
    /// Folder.
    pub path: PathBuf,
    /// Bytes of records that it takes.
    pub max_bytes: u64,
}

/// When the spool is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpoolMode {
    /// Never.
    #[default]
    Off,
    /// While the log takes nothing, and until all that was spooled is in the log.
    Overflow,
    /// For everything.
    Always,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            node: "gateway-1".to_owned(),
            threads: 0,
            drain_seconds: 10.0,
            raw_frames: false,
            listen: Listen::default(),
            proxied: Proxied::default(),
            tls: Tls::default(),
            deadlines: Deadlines::default(),
            limits: Limits::default(),
            rates: Rates::default(),
            bans: Bans::default(),
            devices: Devices::default(),
            spool: Spool::default(),
        }
    }
}

impl Default for Listen {
    fn default() -> Self {
        let on = |port| vec![SocketAddr::from(([0, 0, 0, 0], port))];
        Self {
            gt06_tcp: on(5023),
            gt06_udp: on(5023),
            jt808_tcp: on(5015),
            jt808_udp: on(5015),
            any_tcp: Vec::new(),
            any_udp: Vec::new(),
        }
    }
}

impl Listen {
    /// Without any address.
    #[must_use]
    pub fn nowhere() -> Self {
        Self {
            gt06_tcp: Vec::new(),
            gt06_udp: Vec::new(),
            jt808_tcp: Vec::new(),
            jt808_udp: Vec::new(),
            any_tcp: Vec::new(),
            any_udp: Vec::new(),
        }
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            first_byte_seconds: 10.0,
            login_seconds: 20.0,
            frame_seconds: 15.0,
            idle_seconds: 540.0,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            partial_frame_bytes: 64 << 20,
            unsent_bytes: 64 << 10,
            udp_peers: 100_000,
            rejects_in_a_row: 100,
            remembered: 65_536,
        }
    }
}

impl Default for Rates {
    fn default() -> Self {
        let rate = |per_second, burst| Rate { per_second, burst };
        Self {
            accepts: rate(5_000.0, 20_000),
            accepts_per_network: rate(1_000.0, 20_000),
            frames_per_connection: rate(10_000.0, 50_000),
            logins_per_device: rate(2.0, 240),
            registrations_per_device: rate(0.5, 60),
            takeovers_per_device: rate(0.02, 10),
            rejects: rate(2_000.0, 20_000),
            rejects_per_connection: rate(20.0, 200),
            rejects_per_unknown_device: rate(0.02, 5),
        }
    }
}

impl Default for Bans {
    fn default() -> Self {
        Self {
            offences: Rate {
                per_second: 1.0,
                burst: 300,
            },
            seconds: 60.0,
        }
    }
}

impl Default for Devices {
    fn default() -> Self {
        Self {
            admission: Admission::Known,
            learn_per_minute: 600,
            list: Vec::new(),
            file: None,
            require_code: true,
            auth_key: SecretString::default(),
            auth_key_file: PathBuf::from("milepost-data/auth.key"),
            wait_seconds: 10.0,
            suspect_seconds: 600.0,
        }
    }
}

impl Default for Spool {
    fn default() -> Self {
        Self {
            mode: SpoolMode::Off,
            path: PathBuf::from("milepost-data/spool"),
            max_bytes: 4 << 30,
        }
    }
}

impl GatewayConfig {
    /// The section for [`runtime::config::Sources`].
    pub const SECTION: runtime::config::Section = runtime::config::Section {
        name: "gateway",
        defaults: include_str!("default.toml"),
    };

    /// Notes values that cannot work, for [`runtime::config::Settings::checked`].
    pub fn check(&self, wrong: &mut Vec<(String, String)>) {
        let times = [
            ("drain_seconds", self.drain_seconds),
            ("deadlines.first_byte_seconds", self.deadlines.first_byte_seconds),
            ("deadlines.login_seconds", self.deadlines.login_seconds),
            ("deadlines.frame_seconds", self.deadlines.frame_seconds),
            ("deadlines.idle_seconds", self.deadlines.idle_seconds),
            ("devices.wait_seconds", self.devices.wait_seconds),
            ("devices.suspect_seconds", self.devices.suspect_seconds),
            ("bans.seconds", self.bans.seconds),
        ];
        for (key, value) in times {
            if !(0.001..=604_800.0).contains(&value) {
                wrong.push((
                    key.to_owned(),
                    format!("expected seconds from 0.001 to 604800, found {value}"),
                ));
            }
        }
        for (key, rate) in self.rates() {
            // No limit, or one between once a month and once a microsecond.
            let fits = rate.per_second == 0.0 || (1e-6..=1e6).contains(&rate.per_second);
            if !fits {
                wrong.push((
                    format!("{key}.per_second"),
                    format!(
                        "expected 0 for no limit, or 0.000001 to 1000000, found {}",
                        rate.per_second
                    ),
                ));
            }
            if !(1..=1_000_000).contains(&rate.burst) {
                wrong.push((
                    format!("{key}.burst"),
                    format!("expected 1 to 1000000, found {}", rate.burst),
                ));
            }
        }
        for (key, value) in [
            ("limits.remembered", self.limits.remembered as u64),
            ("limits.rejects_in_a_row", self.limits.rejects_in_a_row.into()),
        ] {
            if value == 0 {
                wrong.push((key.to_owned(), "expected at least 1, found 0".to_owned()));
            }
        }
        if self.node.is_empty() {
            wrong.push((
                "node".to_owned(),
                "expected a name for this gateway, such as `gateway-1`, found none".to_owned(),
            ));
        }
        let key = self.devices.auth_key.expose_secret().len();
        if (1..32).contains(&key) {
            wrong.push((
                "devices.auth_key".to_owned(),
                format!("expected at least 32 characters, found {key}; `openssl rand -hex 32` makes one"),
            ));
        }
        for (index, device) in self.devices.list.iter().enumerate() {
            if let Err(error) = events::DeviceId::new(device) {
                wrong.push(("devices.list".to_owned(), format!("entry {}: {error}", index + 1)));
            }
        }
        if !self.proxied.is_off() && self.proxied.upstreams.is_empty() {
            wrong.push((
                "proxied.upstreams".to_owned(),
                "expected the networks of the load balancers, such as `[\"10.0.0.0/24\"]`, found none"
                    .to_owned(),
            ));
        }
        for (key, file) in [
            ("tls.certificate_file", &self.tls.certificate_file),
            ("tls.key_file", &self.tls.key_file),
        ] {
            if !self.tls.is_off() && file.as_os_str().is_empty() {
                wrong.push((key.to_owned(), "expected a file in PEM, found none".to_owned()));
            }
        }
        if self.listen == Listen::nowhere() && self.proxied.is_off() && self.tls.is_off() {
            wrong.push((
                "listen".to_owned(),
                "expected an address in at least one of its keys, found none".to_owned(),
            ));
        }
    }
}

impl GatewayConfig {
    /// Every rate with its key.
    fn rates(&self) -> [(&'static str, Rate); 10] {
        let rates = &self.rates;
        [
            ("rates.accepts", rates.accepts),
            ("rates.accepts_per_network", rates.accepts_per_network),
            ("rates.frames_per_connection", rates.frames_per_connection),
            ("rates.logins_per_device", rates.logins_per_device),
            ("rates.registrations_per_device", rates.registrations_per_device),
            ("rates.takeovers_per_device", rates.takeovers_per_device),
            ("rates.rejects", rates.rejects),
            ("rates.rejects_per_connection", rates.rejects_per_connection),
            (
                "rates.rejects_per_unknown_device",
                rates.rejects_per_unknown_device,
            ),
            ("bans.offences", self.bans.offences),
        ]
    }
}

/// Seconds of the configuration as a duration.
pub(crate) fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or(Duration::MAX)
}

/// Seconds of the configuration as milliseconds.
pub(crate) fn millis(value: f64) -> i64 {
    i64::try_from(seconds(value).as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commented_defaults_are_the_defaults() {
        let sources = runtime::config::Sources::read(&[GatewayConfig::SECTION], None, []).unwrap();
        let mut settings = sources.settings();
        let read: GatewayConfig = settings.checked("gateway", GatewayConfig::check);
        assert_eq!(settings.finish(), Ok(()));
        assert_eq!(format!("{read:?}"), format!("{:?}", GatewayConfig::default()));
    }

    #[test]
    fn everything_that_cannot_work_is_named_with_its_key() {
        let mut config = GatewayConfig::default();
        config.rates.accepts.per_second = f64::NAN;
        config.rates.rejects.burst = 0;
        config.bans.seconds = -1.0;
        config.limits.remembered = 0;
        config.proxied.gt06_tcp = config.listen.gt06_tcp.clone();
        config.tls.any_tcp = config.listen.gt06_tcp.clone();
        let mut wrong = Vec::new();
        config.check(&mut wrong);
        let keys: Vec<&str> = wrong.iter().map(|(key, _)| key.as_str()).collect();
        for key in [
            "rates.accepts.per_second",
            "rates.rejects.burst",
            "bans.seconds",
            "limits.remembered",
            "proxied.upstreams",
            "tls.certificate_file",
            "tls.key_file",
        ] {
            assert!(keys.contains(&key), "{key} in {keys:?}");
        }
        assert_eq!(keys.len(), 7);
    }

    #[test]
    fn a_short_key_is_refused_and_not_shown() {
        let mut config = GatewayConfig::default();
        config.devices.auth_key = SecretString::from("hunter2");
        let mut wrong = Vec::new();
        config.check(&mut wrong);
        assert_eq!(wrong.len(), 1);
        assert!(!format!("{wrong:?}{config:?}").contains("hunter2"));
    }
}
