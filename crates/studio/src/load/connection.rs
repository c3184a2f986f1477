//! One WebSocket connection of a client: the handshake by the library, the frames by hand.

use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::load::frame::{self, CLOSE, PING, PONG, TEXT};

/// Room for replies at first, and for the longest frame.
const ROOM_BYTES: usize = 16 << 10;
const FRAME_BYTES_MAX: usize = 16 << 20;

/// Why a connection is of no more use.
#[derive(Debug, Error)]
pub enum Broken {
    /// Nobody took it.
    #[error("no server answers at {address} ({error}){}", open_files_hint(.error))]
    NoServer {
        /// Where.
        address: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// It did not become a WebSocket.
    #[error("the WebSocket handshake failed: {0}")]
    Handshake(String),
    /// The server ended it.
    #[error("the server closed the connection{0}")]
    Closed(String),
    /// It was cut.
    #[error("the connection was cut: {0}")]
    Cut(#[from] std::io::Error),
    /// What came is not what a server says.
    #[error("the server sent {0}")]
    Nonsense(&'static str),
    /// Requests went unanswered.
    #[error("no reply came for {0} s")]
    Silent(u64),
    /// A request of the start was refused.
    #[error("{function} at the start was refused: {reply}")]
    Refused {
        /// Which function.
        function: String,
        /// What the server replied.
        reply: String,
    },
}

/// Too many open files is the usual reason with many connections, and the system's words do not say what to do.
fn open_files_hint(error: &std::io::Error) -> &'static str {
    const TOO_MANY_OPEN_FILES: i32 = 24;
    match error.raw_os_error() {
        Some(TOO_MANY_OPEN_FILES) => "; raise the limit of open files (ulimit -n), of the server too",
        _ => "",
    }
}

/// What has come and is not read yet.
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

    /// Takes the first `read` bytes of the room, and hands every whole text to `on_text`. What the protocol itself wants to
    /// be answered goes to `out`.
    pub fn take(
        &mut self,
        read: usize,
        out: &mut Vec<u8>,
        mut on_text: impl FnMut(&[u8]) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        if read == 0 {
            return Err(Broken::Closed(" without a word".to_owned()));
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
                CLOSE => return Err(Broken::Closed(farewell(payload))),
                _ => return Err(Broken::Nonsense("a frame that is no text")),
            }
            consumed = payload_at.end;
        }
        self.bytes.copy_within(consumed..self.filled, 0);
        self.filled -= consumed;
        if self.filled > FRAME_BYTES_MAX {
            return Err(Broken::Nonsense("a frame that is too long"));
        }
        Ok(())
    }
}

/// The code and the words of a closing frame.
fn farewell(payload: &[u8]) -> String {
    match payload.split_first_chunk() {
        Some((code, words)) => format!(" with code {} {}", u16::from_be_bytes(*code), words.escape_ascii()),
        None => String::new(),
    }
}

/// One WebSocket connection.
#[derive(Debug)]
pub struct Connection {
    /// The TCP connection below.
    pub stream: TcpStream,
    /// What has come on it.
    pub inbound: Inbound,
}

impl Connection {
    /// Connects to `HOST:PORT` and shakes hands.
    ///
    /// # Errors
    ///
    /// When nobody listens, or not for WebSockets.
    pub async fn open(address: &str) -> Result<Self, Broken> {
        let unreachable = |error| Broken::NoServer { address: address.to_owned(), error };
        let stream = TcpStream::connect(address).await.map_err(unreachable)?;
        stream.set_nodelay(true)?;
        let settings = WebSocketConfig::default().read_buffer_size(1 << 10);
        let handshake = client_async_with_config(format!("ws://{address}/"), stream, Some(settings)).await;
        let (socket, _) = handshake.map_err(|error| Broken::Handshake(error.to_string()))?;
        // Nothing is lost here: a server has nothing to say before the first request.
        Ok(Self { stream: socket.into_inner(), inbound: Inbound::default() })
    }

    /// Sends one request and waits for its reply.
    ///
    /// # Errors
    ///
    /// When the connection breaks.
    pub async fn ask(&mut self, request: &str) -> Result<Vec<u8>, Broken> {
        let mut out = frame::masked(TEXT, request.as_bytes());
        let mut answer = None;
        while answer.is_none() {
            self.stream.write_all(&out).await?;
            out.clear();
            let read = self.stream.read(self.inbound.room()).await?;
            self.inbound.take(read, &mut out, |text| {
                if frame::status(text).is_some() {
                    answer = Some(text.to_vec());
                }
                Ok(())
            })?;
        }
        Ok(answer.unwrap_or_default())
    }

    /// Whether the server has ended a connection that nobody reads from.
    ///
    /// # Errors
    ///
    /// Tells how it ended.
    pub fn look(&self) -> Result<(), Broken> {
        // Ten thousand silent connections should not each keep a buffer.
        let (mut inbound, mut pongs) = (Inbound::default(), Vec::new());
        loop {
            match self.stream.try_read(inbound.room()) {
                Ok(read) => inbound.take(read, &mut pongs, |_| Ok(()))?,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Says good-bye, without waiting for an answer.
    pub async fn close(mut self) {
        // A peer that is gone needs no close frame.
        let _ = self.stream.write_all(&frame::masked(CLOSE, &[])).await;
    }
}

/// The host and port of a URL such as `ws://127.0.0.1:7350`.
///
/// # Errors
///
/// Tells what is wrong with it.
pub fn address_of(url: &str) -> Result<String, String> {
    if url.starts_with("wss://") || url.starts_with("https://") {
        return Err(format!("{url}: encrypted connections are not possible, expected one such as ws://127.0.0.1:7350"));
    }
    let rest = url.strip_prefix("ws://").or_else(|| url.strip_prefix("http://")).unwrap_or(url);
    let host = rest.split('/').next().unwrap_or(rest);
    match host.rsplit_once(':') {
        Some((name, port)) if !name.is_empty() && port.parse::<u16>().is_ok() => Ok(host.to_owned()),
        _ => Err(format!("{url}: the port is missing, expected one such as ws://127.0.0.1:7350")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_reduced_to_what_can_be_connected_to() {
        assert_eq!(address_of("ws://127.0.0.1:7350/ws"), Ok("127.0.0.1:7350".to_owned()));
        assert_eq!(address_of("game.example:80"), Ok("game.example:80".to_owned()));
        assert!(address_of("ws://game.example").expect_err("no port").contains("the port is missing"));
        assert!(address_of("wss://game.example:443").expect_err("encrypted").contains("not possible"));
    }

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
