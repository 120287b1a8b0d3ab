use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wire::jt808::{Edition, Envelope, Frame, Message, Splitter};

use crate::rig::LIMIT;

/// A JT/T 808 terminal.
pub(crate) struct Terminal {
    pub(crate) stream: TcpStream,
    device: String,
    serial: u16,
    splitter: Splitter,
    unread: Vec<u8>,
}

/// What the platform said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) id: u16,
    pub(crate) body: Vec<u8>,
}

impl Said {
    /// Serial, id and result of a general answer.
    pub(crate) fn general(&self) -> (u16, u16, u8) {
        assert_eq!(self.id, 0x8001, "{self:?}");
        let word = |at: usize| u16::from_be_bytes([self.body[at], self.body[at + 1]]);
        (word(0), word(2), self.body[4])
    }

    /// Result and code of a registration answer.
    pub(crate) fn registration(&self) -> (u8, String) {
        assert_eq!(self.id, 0x8100, "{self:?}");
        (self.body[2], String::from_utf8(self.body[3..].to_vec()).unwrap())
    }
}

/// One frame of a terminal, by message id and body.
pub(crate) fn frame(device: &str, serial: u16, id: u16, body: &[u8]) -> Vec<u8> {
    Envelope::new(Edition::V2013, device, serial)
        .unwrap()
        .seal(id, serial, None, body)
}

/// Body of a position of 0x0200 at the given second of an hour.
pub(crate) fn position(second: u8) -> Vec<u8> {
    let mut body = vec![0; 8];
    body[7] = 0b11;
    body.extend(30_500_000u32.to_be_bytes());
    body.extend(114_300_000u32.to_be_bytes());
    body.extend([0, 20, 0, 100, 0, 90]);
    body.extend([0x25, 0x06, 0x01, 0x08, 0x00, second / 10 * 16 + second % 10]);
    body
}

/// Body of a registration of 2013.
pub(crate) fn registration() -> Vec<u8> {
    let mut body = vec![0, 42, 1, 1];
    body.extend(b"MAKER");
    body.extend([0; 20]);
    body.extend(b"TERM001");
    body.push(0);
    body
}

impl Terminal {
    pub(crate) async fn connect(address: SocketAddr, device: &str) -> Self {
        let stream = timeout(LIMIT, TcpStream::connect(address))
            .await
            .unwrap()
            .unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            device: device.to_owned(),
            serial: 0,
            splitter: Splitter::default(),
            unread: Vec::new(),
        }
    }

    /// Sends a message and gives its serial.
    pub(crate) async fn send(&mut self, id: u16, body: &[u8]) -> u16 {
        self.serial += 1;
        let bytes = frame(&self.device, self.serial, id, body);
        self.write(&bytes).await;
        self.serial
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// The next thing the platform says; `None` when it closed the connection.
    pub(crate) async fn hear(&mut self) -> Option<Said> {
        timeout(LIMIT, self.next())
            .await
            .expect("the gateway says something")
            .unwrap()
    }

    /// Waits for the end of the connection.
    pub(crate) async fn closed(&mut self) {
        let end = async {
            // A reset is an end too.
            while let Ok(Some(_)) = self.next().await {}
        };
        timeout(LIMIT, end)
            .await
            .expect("the gateway closes the connection");
    }

    async fn next(&mut self) -> io::Result<Option<Said>> {
        loop {
            let mut room = Vec::new();
            if let Some(split) = self.splitter.next(&self.unread, &mut room) {
                let consumed = split.consumed;
                let frame: Frame<'_> = split.frame.unwrap();
                let said = Said {
                    id: frame.header.id,
                    body: frame.body.to_vec(),
                };
                self.unread.drain(..consumed);
                assert!(Message::row(said.id).is_some());
                return Ok(Some(said));
            }
            if self.stream.read_buf(&mut self.unread).await? == 0 {
                return Ok(None);
            }
        }
    }
}
