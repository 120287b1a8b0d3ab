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
