use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use runtime::secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;

use crate::Error;
use crate::config::Devices;

/// HMAC-SHA256 over device id and code.
pub(super) type Hash = [u8; 32];

/// Shortest key in bytes.
const MIN_KEY: usize = 32;

/// Key of the hashes of authentication codes.
pub(crate) struct AuthKey(SecretBox<[u8]>);

impl AuthKey {
    /// From the configuration, or from its file, which is made with a random key when it is missing.
    pub(crate) fn load(config: &Devices) -> Result<Self, Error> {
        let configured = config.auth_key.expose_secret();
        if !configured.is_empty() {
            return Ok(Self(SecretBox::new(configured.as_bytes().into())));
        }
        let path = &config.auth_key_file;
        let failed = |doing: &'static str| {
            move |source| Error::File {
                doing,
                path: path.clone(),
                key: "gateway.devices.auth_key_file",
                source,
            }
        };
        let key = match std::fs::read(path) {
            Ok(key) => key.trim_ascii().to_vec(),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make_key_file(path).map_err(failed("make"))?
            }
            Err(error) => return Err(failed("read")(error)),
        };
        if key.len() < MIN_KEY {
            return Err(Error::ShortKey {
                path: path.clone(),
                found: key.len(),
            });
        }
        Ok(Self(SecretBox::new(key.into())))
    }

    /// The hash of a code of a device.
    pub(super) fn hash(&self, device: &str, code: &[u8]) -> Hash {
        self.mac(device, code).finalize().into_bytes().into()
    }

    /// True when the hash is that of the code; takes equally long however much of it matches.
    pub(super) fn matches(&self, device: &str, code: &[u8], hash: &Hash) -> bool {
        self.mac(device, code).verify_slice(hash).is_ok()
    }

    fn mac(&self, device: &str, code: &[u8]) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.0.expose_secret())
            .unwrap_or_else(|_| Hmac::new(&Default::default()));
        mac.update(device.as_bytes());
        mac.update(&[0]);
        mac.update(code);
        mac
    }
}

/// A code of 128 random bits as 32 hexadecimal digits.
pub(super) fn new_code() -> String {
    let mut bits = [0; 16];
    rand::rng().fill_bytes(&mut bits);
    hex::encode(bits)
}

/// Makes the file with a random key that only its owner can read, synced to disk before a hash is made with it.
fn make_key_file(path: &Path) -> std::io::Result<Vec<u8>> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut bits = [0; 32];
    rand::rng().fill_bytes(&mut bits);
    let key = hex::encode(bits);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(key.as_bytes())?;
    file.sync_all()?;
    Ok(key.into_bytes())
}
