//! TLS for devices that can: the same bytes inside, on ports of their own.

use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::sync::Arc;

use mio::net::TcpStream;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};

use crate::Error;
use crate::config;

/// Reads the certificate and its key.
pub(super) fn settings(config: &config::Tls) -> Result<Arc<ServerConfig>, Error> {
    let unreadable = |key: &'static str, path: &Path| {
        let path = path.to_owned();
        move |problem: pem::Error| Error::Tls {
            key,
            path,
            problem: problem.to_string(),
        }
    };
    let (certificate, key) = (&config.certificate_file, &config.key_file);
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(unreadable("gateway.tls.certificate_file", certificate))?;
    if chain.is_empty() {
        return Err(unreadable("gateway.tls.certificate_file", certificate)(
            pem::Error::NoItemsFound,
        ));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(unreadable("gateway.tls.key_file", key))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let settings = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
        .map_err(|problem| Error::Tls {
            key: "gateway.tls.certificate_file",
            path: certificate.clone(),
            problem: problem.to_string(),
        })?;
    Ok(Arc::new(settings))
}

/// A stream with its TLS session.
pub(super) struct Tls {
    pub(super) stream: TcpStream,
    session: ServerConnection,
}

impl Tls {
    pub(super) fn new(stream: TcpStream, settings: Arc<ServerConfig>) -> Result<Self, rustls::Error> {
        Ok(Self {
            stream,
            session: ServerConnection::new(settings)?,
        })
    }

    /// True while bytes wait to be written to the socket.
    pub(super) fn unsent(&self) -> bool {
        self.session.wants_write()
    }

    /// Says that nothing more comes.
    pub(super) fn say_end(&mut self) -> io::Result<()> {
        self.session.send_close_notify();
        self.flush()
    }

    fn send(&mut self) -> io::Result<()> {
        while self.session.wants_write() {
            match self.session.write_tls(&mut self.stream) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Fills `room` as far as what has come goes: the system tells once only that something has come.
impl Read for Tls {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        while count < room.len() {
            match self.session.reader().read(&mut room[count..]) {
                Ok(0) => break,
                Ok(more) => {
                    count += more;
                    continue;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // Cut off without a word, as devices do when they lose power.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(error),
            }
            match self.session.read_tls(&mut self.stream) {
                Ok(_) => {
                    let processed = self.session.process_new_packets();
                    // A handshake goes on, or an alert says what is wrong.
                    self.send()?;
                    processed.map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock && count > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(count)
    }
}

impl Write for Tls {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.session.writer().write(bytes)?;
        self.send()?;
        if taken == 0 && !bytes.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}
