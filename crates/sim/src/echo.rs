//! A server that gives back what it gets: the ceiling that a gateway's throughput is compared with.

use std::io;

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Bytes read at once.
const BUFFER: usize = 16 * 1024;

/// Serves until `stop` is cancelled; a task per connection on the caller's runtime.
///
/// # Errors
/// When connections cannot be accepted any more.
pub async fn serve(listener: TcpListener, stop: CancellationToken) -> io::Result<()> {
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                tokio::spawn(give_back(stream));
            }
        }
    }
}

async fn give_back(stream: TcpStream) -> io::Result<()> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = stream.into_split();
    let mut buffer = vec![0; BUFFER];
    loop {
        match reader.read(&mut buffer).await? {
            0 => return Ok(()),
            length => writer.write_all(&buffer[..length]).await?,
        }
    }
}
