//! Encrypted bodies: bit 10 of the body properties. The standard says RSA with a key of 1,024 bits (0x8A00) and gives
//! neither padding nor blocks; this reads blocks of the key's width with the padding of PKCS #1 v1.5 (RFC 8017 §7.2).

use rsa::hazmat::rsa_decrypt;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, PrivateKey};
use std::convert::Infallible;
use std::fmt;

use crate::{ErrorKind, WireError};

/// The platform's private key. `Debug` does not show it.
pub struct PlatformKey(PrivateKey);

impl fmt::Debug for PlatformKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlatformKey(****)")
    }
}

impl PlatformKey {
    /// Reads a key in PEM, PKCS #8 or PKCS #1.
    ///
    /// # Errors
    /// The text is no such key.
    pub fn from_pem(pem: &str) -> Result<Self, WireError> {
        PrivateKey::from_pkcs8_pem(pem)
            .ok()
            .or_else(|| PrivateKey::from_pkcs1_pem(pem).ok())
            .map(Self)
            .ok_or_else(|| {
                WireError::new(
                    ErrorKind::Field,
                    0,
                    "expected an RSA private key in PEM, found something else",
                )
            })
    }

    /// Exponent and modulus for 0x8A00; `None` where they do not fit into that message.
    #[must_use]
    pub fn public(&self) -> Option<(u32, Vec<u8>)> {
        let modulus = self.0.n().to_be_bytes();
        let e = self.0.e().to_be_bytes();
        let (front, last) = e.split_last_chunk::<4>()?;
        let fits = modulus.len() == 128 && front.iter().all(|byte| *byte == 0);
        fits.then(|| (u32::from_be_bytes(*last), modulus.to_vec()))
    }

    /// The plain body.
    ///
    /// # Errors
    /// The body is no row of blocks, or a block was not encrypted for this key.
    pub(super) fn decrypt(&self, body: &[u8]) -> Result<Vec<u8>, WireError> {
        let width = self.0.size();
        if body.is_empty() || !body.len().is_multiple_of(width) {
            return Err(WireError::new(
                ErrorKind::Encrypted,
                0,
                format!(
                    "expected encrypted blocks of {width} bytes, found {} bytes",
                    body.len()
                ),
            ));
        }
        let mut plain = Vec::with_capacity(body.len());
        for block in body.chunks_exact(width) {
            let bytes = self.block(block).ok_or_else(foreign)?;
            plain.extend_from_slice(unpad(&bytes, width).ok_or_else(foreign)?);
        }
        Ok(plain)
    }

    fn block(&self, block: &[u8]) -> Option<Box<[u8]>> {
        let number = BoxedUint::from_be_slice(block, self.0.n().bits_precision()).ok()?;
        let plain = rsa_decrypt(None::<&mut NoBlinding>, &self.0, &number).ok()?;
        Some(plain.to_be_bytes())
    }
}

/// `00 02`, at least eight bytes that are not zero, `00`, and the message.
fn unpad(bytes: &[u8], width: usize) -> Option<&[u8]> {
    let block = bytes.get(bytes.len().checked_sub(width)?..)?;
    let padded = block.strip_prefix(&[0, 2])?;
    let end = padded
        .iter()
        .position(|byte| *byte == 0)
        .filter(|end| *end >= 8)?;
    padded.get(end.checked_add(1)?..)
}

fn foreign() -> WireError {
    WireError::new(
        ErrorKind::Encrypted,
        0,
        "expected a body encrypted for the configured key, found another",
    )
}

/// There is no randomness in a session: decryption goes without blinding.
enum NoBlinding {}

impl TryRng for NoBlinding {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        match *self {}
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        match *self {}
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
        match *self {}
    }
}

impl TryCryptoRng for NoBlinding {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jt808::{Edition, Envelope, Message, Settings, Splitter, Terminal};
    use crate::{Admission, Claim, Session, Time, Verdict};
    use rsa::hazmat::rsa_encrypt;
    use std::sync::Arc;

    /// A key for tests, used nowhere else.
    const PEM: &str = include_str!("../../../fixtures/keys/platform_rsa_1024.pem");

    struct Open;

    impl Admission for Open {
        fn admit(&mut self, _: &Claim<'_>) -> Verdict {
            Verdict::Accepted
        }
    }

    /// What a terminal makes of a plain block.
    fn encrypt(key: &PlatformKey, plain: &[u8]) -> Vec<u8> {
        let mut block = vec![0, 2];
        block.resize(128 - 1 - plain.len(), 0xA5);
        block.push(0);
        block.extend_from_slice(plain);
        let number = BoxedUint::from_be_slice(&block, 1024).unwrap();
        rsa_encrypt(&key.0.to_public_key(), &number)
            .unwrap()
            .to_be_bytes()
            .to_vec()
    }

    /// A position whose body is encrypted: bit 10 of the properties is set and the checksum follows.
    fn frame(body: &[u8]) -> Vec<u8> {
        let plain = Envelope::new(Edition::V2013, "13800138000", 1)
            .unwrap()
            .seal(0x0200, 1, None, body);
        let mut content = Vec::new();
        let mut bytes = plain[1..plain.len() - 1].iter();
        while let Some(byte) = bytes.next() {
            content.push(match byte {
                0x7D if bytes.next() == Some(&1) => 0x7D,
                0x7D => 0x7E,
                other => *other,
            });
        }
        content[2] |= 1 << 2;
        *content.last_mut().unwrap() ^= 1 << 2;
        let mut frame = vec![0x7E];
        for byte in content {
            match byte {
                0x7D => frame.extend([0x7D, 1]),
                0x7E => frame.extend([0x7D, 2]),
                other => frame.push(other),
            }
        }
        frame.push(0x7E);
        frame
    }

    fn received(terminal: &mut Terminal, bytes: &[u8]) -> (Option<Vec<u8>>, Option<ErrorKind>) {
        let mut scratch = Vec::new();
        let frame = Splitter::default()
            .next(bytes, &mut scratch)
            .unwrap()
            .frame
            .unwrap();
        let step = terminal.receive(frame, Time(0), &mut Open);
        (
            step.publish.map(|received| received.body.into_owned()),
            step.reject.map(|error| error.kind),
        )
    }

    #[test]
    fn an_encrypted_position_is_read_with_the_key_and_refused_without() {
        let key = Arc::new(PlatformKey::from_pem(PEM).unwrap());
        let body = [0x24; 28];
        let bytes = frame(&encrypt(&key, &body));
        let mut with = Terminal::new(Settings::default(), Time(0)).with_key(Arc::clone(&key));
        assert_eq!(received(&mut with, &bytes), (Some(body.to_vec()), None));
        let mut without = Terminal::new(Settings::default(), Time(0));
        assert_eq!(received(&mut without, &bytes), (None, Some(ErrorKind::Encrypted)));
    }

    #[test]
    fn a_body_for_another_key_is_refused() {
        let key = Arc::new(PlatformKey::from_pem(PEM).unwrap());
        let mut terminal = Terminal::new(Settings::default(), Time(0)).with_key(key);
        for body in [vec![0x11; 128], vec![0xFF; 128], vec![0x11; 100], Vec::new()] {
            assert_eq!(
                received(&mut terminal, &frame(&body)),
                (None, Some(ErrorKind::Encrypted))
            );
        }
    }

    #[test]
    fn a_body_of_several_blocks_is_joined() {
        let key = PlatformKey::from_pem(PEM).unwrap();
        let blocks = [encrypt(&key, &[1; 100]), encrypt(&key, &[2; 3])].concat();
        assert_eq!(key.decrypt(&blocks).unwrap(), [vec![1; 100], vec![2; 3]].concat());
    }

    #[test]
    fn the_public_key_goes_into_its_message() {
        let (e, n) = PlatformKey::from_pem(PEM).unwrap().public().unwrap();
        assert_eq!((e, n.len()), (65_537, 128));
        let key = crate::jt808::message::PublicKey {
            e,
            n: crate::jt808::Raw(&n),
        };
        let mut body = Vec::new();
        Message::PlatformKey(key).write(&mut body, Edition::V2013);
        assert_eq!(body.len(), 132);
    }

    #[test]
    fn a_key_is_never_shown() {
        let key = PlatformKey::from_pem(PEM).unwrap();
        assert_eq!(format!("{key:?}"), "PlatformKey(****)");
        assert!(
            !PlatformKey::from_pem("secret")
                .unwrap_err()
                .to_string()
                .contains("secret")
        );
    }
}
