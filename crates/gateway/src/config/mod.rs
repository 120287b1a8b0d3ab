mod check;
mod defaults;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use runtime::secrecy::SecretString;
use serde::Deserialize;

/// The section `[gateway]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GatewayConfig {
    /// Name of this node; stands in every event. Must differ between gateways.
    pub node: String,
    /// Threads that serve connections; 0 = one per processor.
    pub threads: usize,
    /// Seconds that answers may still be waited for after the process was told to stop; connections end one after the
    /// other during the first half of it.
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
    /// Which frames are kept to be looked at.
    pub recorder: Recorder,
    /// A device that does not exist and tries the whole way.
    pub canary: Canary,
    /// Which frames are followed.
    pub traces: Traces,
}

/// A device that does not exist: it proves the way from the port to the log again and again.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Canary {
    /// Its id; 15 digits speak GT06, fewer JT/T 808. Empty: there is none.
    pub device: String,
    /// Seconds between two tries.
    pub interval_seconds: f64,
    /// Seconds after which a step has failed.
    pub deadline_seconds: f64,
}

impl Canary {
    pub(crate) fn is_off(&self) -> bool {
        self.device.is_empty()
    }
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
    /// Without a turn of a thread that serves connections: beyond it the process is not alive.
    pub stall_seconds: f64,
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

/// The newest frames of each device, and captures.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recorder {
    /// Bytes of memory for the newest frames of all devices, up to 64 of each; 0 keeps none.
    pub bytes: usize,
    /// Captures that may go on at once.
    pub captures: usize,
    /// Show frames that can hold authentication codes or numbers of SIM cards.
    pub secrets: bool,
}

/// Frames that are followed through all that they lead to.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Traces {
    /// Part of all frames, from 0 to 1.
    pub sample: f64,
    /// Devices whose frames are all followed.
    pub devices: Vec<String>,
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

impl GatewayConfig {
    /// The section for [`runtime::config::Sources`].
    pub const SECTION: runtime::config::Section = runtime::config::Section {
        name: "gateway",
        defaults: include_str!("../default.toml"),
    };
}

/// Seconds of the configuration as a duration.
pub(crate) fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or(Duration::MAX)
}

/// Seconds of the configuration as milliseconds.
pub(crate) fn millis(value: f64) -> i64 {
    i64::try_from(seconds(value).as_millis()).unwrap_or(i64::MAX)
}
