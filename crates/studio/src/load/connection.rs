//! One WebSocket connection of a client: the library does the handshake, frames are handled here.

use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{client_async_with_config, tungstenite};

use raidkeep_server::net::tls::Wire;

use crate::load::address::ServerAddress;
use crate::load::frame::{self, CLOSE, PING, PONG, TEXT};

/// Initial size of the receive buffer, and the longest accepted frame.
const ROOM_BYTES: usize = 16 << 10;
const FRAME_BYTES_MAX: usize = 16 << 20;

/// Why a connection failed.
#[derive(Debug, Error)]
pub enum ConnectionError {
    /// Connecting failed.
    #[error("no server answers at {address} ({error}){}", open_files_hint(.error))]
    NoServer {
        /// The address.
        address: String,
        /// The system's error.
        error: std::io::Error,
    },
    /// The WebSocket handshake failed.
    #[error("the WebSocket handshake failed: {0}")]
    Handshake(String),
    /// The server closed it.
    #[error("the server closed the connection{0}")]
    Closed(String),
    /// The transport failed.
    #[error("the connection was cut: {0}")]
    Cut(#[from] std::io::Error),
    /// The server violated the protocol.
    #[error("the server sent {0}")]
    Nonsense(&'static str),
    /// No reply in time.
    #[error("no reply came for {0} s")]
    Silent(u64),
    /// A start request was refused.
    #[error("{function} at the start was refused: {reply}")]
    Refused {
        /// The function.
        function: String,
        /// What the server replied.
        reply: String,
    },
}

/// With many connections the usual cause is the open-file limit, and the system's message does not say what to do.
fn open_files_hint(error: &std::io::Error) -> &'static str {
    const TOO_MANY_OPEN_FILES: i32 = 24;
    match error.raw_os_error() {
        Some(TOO_MANY_OPEN_FILES) => "; raise the limit of open files (ulimit -n), of the server too",
        _ => "",
    }
}

/// Bytes received but not yet parsed.
#[derive(Debug, Default)]
pub struct Inbound {
    bytes: Vec<u8>,
    filled: usize,
}

impl Inbound {
    /// Room for more bytes; never empty.
    pub fn room(&mut self) -> &mut [u8] {
        if self.filled == self.bytes.len() {
            self.bytes.resize((2 * self.filled).max(ROOM_BYTES), 0);
        }
        &mut self.bytes[self.filled..]
    }

    /// Consumes the first `read` bytes of the room and passes every complete text frame to `on_text`. Pongs are
    /// appended to `out`.
    pub fn take(
        &mut self,
        read: usize,
        out: &mut Vec<u8>,
        mut on_text: impl FnMut(&[u8]) -> Result<(), ConnectionError>,
    ) -> Result<(), ConnectionError> {
        if read == 0 {
            return Err(ConnectionError::Closed(" without a close frame".to_owned()));
        }
        self.filled += read;
        let mut consumed = 0;
        while let Some((opcode, payload)) = frame::first(&self.bytes[consumed..self.filled]) {
            let payload_at = consumed + payload.start..consumed + payload.end;
            let payload = &self.bytes[payload_at.clone()];
            match opcode {
                TEXT => on_text(payload)?,
                PING => frame::push_masked(out, PONG, payload),
                PONG => {}
                CLOSE => return Err(ConnectionError::Closed(farewell(payload))),
                _ => return Err(ConnectionError::Nonsense("a frame that is not text")),
            }
            consumed = payload_at.end;
        }
        self.bytes.copy_within(consumed..self.filled, 0);
        self.filled -= consumed;
        if self.filled > FRAME_BYTES_MAX {
            return Err(ConnectionError::Nonsense("a frame that is too long"));
        }
        Ok(())
    }
}

/// The code and reason of a close frame.
fn farewell(payload: &[u8]) -> String {
    match payload.split_first_chunk() {
        Some((code, words)) => format!(" with code {} {}", u16::from_be_bytes(*code), words.escape_ascii()),
        None => String::new(),
    }
}

/// One WebSocket connection.
#[derive(Debug)]
pub struct ClientConnection {
    /// What carries its bytes.
    pub wire: Wire,
    /// What has been received on it.
    pub inbound: Inbound,
}

impl ClientConnection {
    /// Connects to a server and performs the handshakes.
    ///
    /// # Errors
    ///
    /// Nothing listens there, or it does not speak WebSocket.
    pub async fn open(server: &ServerAddress) -> Result<Self, ConnectionError> {
        let unreachable = |error| ConnectionError::NoServer { address: server.host_and_port().to_owned(), error };
        let wire = server.dial().await.map_err(unreachable)?;
        let settings = WebSocketConfig::default().read_buffer_size(1 << 10);
        let handshake = client_async_with_config(server.url(), wire, Some(settings)).await;
        let (socket, _) = handshake.map_err(|error| ConnectionError::Handshake(words_of(&error)))?;
        // Nothing is lost here: the server sends nothing before the first request.
        Ok(Self { wire: socket.into_inner(), inbound: Inbound::default() })
    }

    /// Sends one request and waits for its reply.
    ///
    /// # Errors
    ///
    /// The connection breaks.
    pub async fn ask(&mut self, request: &str) -> Result<Vec<u8>, ConnectionError> {
        let mut out = frame::masked(TEXT, request.as_bytes());
        let mut answer = None;
        while answer.is_none() {
            self.wire.write_all(&out).await?;
            self.wire.flush().await?;
            out.clear();
            let read = self.wire.read(self.inbound.room()).await?;
            self.inbound.take(read, &mut out, |text| {
                if frame::status(text).is_some() {
                    answer = Some(text.to_vec());
                }
                Ok(())
            })?;
        }
        Ok(answer.unwrap_or_default())
    }

    /// Checks that the server has not closed a connection that nobody reads from.
    ///
    /// # Errors
    ///
    /// How it was closed.
    pub fn look(&mut self) -> Result<(), ConnectionError> {
        // A local buffer, so that ten thousand silent connections do not each keep one.
        let (mut inbound, mut pongs) = (Inbound::default(), Vec::new());
        loop {
            match std::io::Read::read(&mut self.wire, inbound.room()) {
                Ok(read) => inbound.take(read, &mut pongs, |_| Ok(()))?,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Sends a close frame without waiting for the reply.
    pub async fn close(mut self) {
        // A peer that is already gone needs no close frame.
        let _ = self.wire.write_all(&frame::masked(CLOSE, &[])).await;
        let _ = self.wire.flush().await;
    }
}

/// The error, with what the server said about it.
fn words_of(error: &tungstenite::Error) -> String {
    let said = match error {
        tungstenite::Error::Http(reply) => reply.body().as_deref().map(String::from_utf8_lossy),
        _ => None,
    };
    said.map_or_else(|| error.to_string(), |said| format!("{error}: {}", said.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_come_out_whole_however_they_were_cut() {
        let bytes = [&[0x81, 3][..], b"abc", &[0x89, 2], b"hi", &[0x81, 2], b"de"].concat();
        for cut in 1..bytes.len() {
            let (mut inbound, mut out, mut texts) = (Inbound::default(), Vec::new(), Vec::new());
            for part in [&bytes[..cut], &bytes[cut..]] {
                inbound.room()[..part.len()].copy_from_slice(part);
                let taken = inbound.take(part.len(), &mut out, |text| {
                    texts.push(text.to_vec());
                    Ok(())
                });
                taken.expect("nothing is wrong with these frames");
            }
            assert_eq!(texts, [b"abc".to_vec(), b"de".to_vec()], "cut at {cut}");
            assert_eq!(out, frame::masked(PONG, b"hi"), "a ping is answered");
        }
    }
}
