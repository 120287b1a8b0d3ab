use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a gateway does not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A port cannot be opened.
    #[error(
        "cannot listen on {address} ({transport}): {}",
        runtime::service::listen_advice(source, key)
    )]
    Listen {
        /// Where.
        address: SocketAddr,
        /// `tcp` or `udp`.
        transport: &'static str,
        /// The configuration key of the address.
        key: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A socket was passed to the process whose address the configuration does not have.
    #[error(
        "systemd passed a socket at {address}, and no address of gateway.listen, gateway.proxied or gateway.tls is that: devices that connect there would never be served; make the addresses of the .socket unit and of the configuration the same"
    )]
    Passed {
        /// Of the socket.
        address: SocketAddr,
    },
    /// A file that the configuration names cannot be used.
    #[error("cannot {doing} {}: check `{key}` and the rights on it", path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The configuration key of the file.
        key: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The certificate for devices, or its key, cannot be used.
    #[error("cannot use {} for TLS: {problem}; `{key}` wants PEM, the certificate of this server first and those of its issuers behind it, or its private key", path.display())]
    Tls {
        /// The configuration key of the file.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A line of the file of devices is no device id.
    #[error("{}:{line}", path.display())]
    DeviceList {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong.
        source: events::InvalidDeviceId,
    },
    /// The key of the hashes is too short.
    #[error("the key in {} has {found} bytes, expected at least 32; remove the file to have one made", path.display())]
    ShortKey {
        /// The file.
        path: PathBuf,
        /// Its length.
        found: usize,
    },
    /// The system gives no threads or no event queue.
    #[error("cannot start the threads that serve connections")]
    Start(#[source] io::Error),
    /// The log cannot be used.
    #[error("the log cannot be used")]
    Log(#[from] bus::Error),
    /// A thread that serves connections panicked.
    #[error(
        "a thread that serves connections panicked; this is a defect, please report it with the log above"
    )]
    Panicked,
}
