//! A way to a broker by TLS, on which clients give a name and a password.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Lines for the configuration of a broker on which a user may only do what somebody allowed; who comes without a
/// password may do everything.
pub(super) const RIGHTS: &[(&str, &str)] = &[
    (
        "authorizer.class.name",
        "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    ),
    ("super.users", "User:ANONYMOUS"),
];

/// The user, its password and how it is checked.
pub const USER: &str = "milepost";
/// See [`USER`].
pub const PASSWORD: &str = "correct-horse-battery-staple";
/// See [`USER`].
pub const MECHANISM: &str = "SCRAM-SHA-512";

/// The way, as a client needs to know it.
#[derive(Debug, Clone)]
pub struct Secured {
    /// `host:port`, with the name that is in the certificate.
    pub brokers: String,
    /// Certificate to trust, PEM.
    pub authority: PathBuf,
}

impl Secured {
    /// Makes a certificate in the folder for a broker that listens at the port.
    pub(super) fn new(folder: &Path, port: u16) -> Result<Self> {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])
            .context("make a certificate for the broker")?;
        let authority = folder.join("certificate.pem");
        fs::write(&authority, made.cert.pem()).context("write the broker's certificate")?;
        let both = format!("{}{}", made.signing_key.serialize_pem(), made.cert.pem());
        fs::write(folder.join("keystore.pem"), both).context("write the broker's key")?;
        Ok(Self {
            brokers: format!("localhost:{port}"),
            authority,
        })
    }

    /// Lines for the broker's configuration.
    pub(super) fn lines(&self, folder: &Path) -> Vec<String> {
        vec![
            "ssl.keystore.type=PEM".to_owned(),
            format!("ssl.keystore.location={}", folder.join("keystore.pem").display()),
            format!("sasl.enabled.mechanisms={MECHANISM}"),
            format!(
                "listener.name.secured.{}.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;",
                MECHANISM.to_lowercase()
            ),
        ]
    }

    /// For the tool that formats the broker's folder: a user, whose password is that of all users.
    pub(super) fn user(name: &str) -> String {
        format!("{MECHANISM}=[name={name},password={PASSWORD}]")
    }
}
