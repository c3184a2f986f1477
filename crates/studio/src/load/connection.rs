//! One WebSocket connection of a client: the library does the handshake, frames are handled here.

use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{client_async_with_config, tungstenite};

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
    /// The underlying TCP connection.
    pub stream: TcpStream,
    /// What has been received on it.
    pub inbound: Inbound,
}

impl ClientConnection {
    /// Connects to `HOST:PORT` and performs the handshake.
    ///
    /// # Errors
    ///
    /// Nothing listens there, or it does not speak WebSocket.
    pub async fn open(address: &str) -> Result<Self, ConnectionError> {
        let unreachable = |error| ConnectionError::NoServer { address: address.to_owned(), error };
        let stream = TcpStream::connect(address).await.map_err(unreachable)?;
        stream.set_nodelay(true)?;
        let settings = WebSocketConfig::default().read_buffer_size(1 << 10);
        let handshake = client_async_with_config(format!("ws://{address}/"), stream, Some(settings)).await;
        let (socket, _) = handshake.map_err(|error| ConnectionError::Handshake(words_of(&error)))?;
        // Nothing is lost here: the server sends nothing before the first request.
        Ok(Self { stream: socket.into_inner(), inbound: Inbound::default() })
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

    /// Checks that the server has not closed a connection that nobody reads from.
    ///
    /// # Errors
    ///
    /// How it was closed.
    pub fn look(&self) -> Result<(), ConnectionError> {
        // A local buffer, so that ten thousand silent connections do not each keep one.
        let (mut inbound, mut pongs) = (Inbound::default(), Vec::new());
        loop {
            match self.stream.try_read(inbound.room()) {
                Ok(read) => inbound.take(read, &mut pongs, |_| Ok(()))?,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Sends a close frame without waiting for the reply.
    pub async fn close(mut self) {
        // A peer that is already gone needs no close frame.
        let _ = self.stream.write_all(&frame::masked(CLOSE, &[])).await;
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

/// The host and port of a URL such as `ws://127.0.0.1:7350`.
///
/// # Errors
///
/// What is wrong with the URL.
pub fn address_of(url: &str) -> Result<String, String> {
    let wrong = |what: String| Err(format!("{url}: {what}, expected a URL such as ws://127.0.0.1:7350"));
    let (scheme, rest) = url.split_once("://").unwrap_or(("ws", url));
    match scheme {
        "ws" => {}
        "wss" | "https" => return wrong("encrypted connections are not supported".to_owned()),
        _ => return wrong(format!("ws:// is expected here, not {scheme}://")),
    }
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if !matches!(path, "" | "/" | "/ws") {
        return wrong(format!("{path} does not belong there"));
    }
    match host.rsplit_once(':') {
        Some(("", _)) => wrong("the host is missing".to_owned()),
        Some((name, _)) if name.contains(':') && !name.starts_with('[') => {
            wrong("an IPv6 address stands in brackets, such as [::1]".to_owned())
        }
        Some((_, port)) if port.parse::<u16>().is_ok_and(|port| port > 0) => Ok(host.to_owned()),
        Some((_, port)) if !port.is_empty() && !port.ends_with(']') => wrong(format!("{port} is no port (1 to 65535)")),
        _ => wrong("the port is missing".to_owned()),
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
        assert_eq!(address_of("ws://[::1]:7350/"), Ok("[::1]:7350".to_owned()));
        for (url, hint) in [
            ("wss://game.example:443", "not supported"),
            ("https://game.example", "not supported"),
            ("http://127.0.0.1:7350", "ws:// is expected here, not http://"),
            ("tcp://127.0.0.1:7350", "ws:// is expected"),
            ("ws://127.0.0.1:7350/metrics", "/metrics does not belong there"),
            ("ws://127.0.0.1:7350?world=1", "?world=1 does not belong there"),
            ("ws://[::1]", "the port is missing"),
            ("ws://::1:7350", "in brackets"),
            ("ws://:7350", "the host is missing"),
            ("ws://game.example:", "the port is missing"),
            ("ws://game.example:http", "http is no port"),
            ("7350", "the port is missing"),
            ("", "the port is missing"),
        ] {
            let mistake = address_of(url).expect_err(url);
            assert!(mistake.contains(hint) && mistake.contains("ws://127.0.0.1:7350"), "{url}: {mistake}");
        }
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
