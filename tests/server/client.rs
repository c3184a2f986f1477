//! A client over a real WebSocket.

use std::io::{ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

use crate::counts::split_count;
use crate::files::uninterrupted;
use crate::process::{dial, wait_for};

/// What a read that took too long ends with.
const PATIENCE_ENDS: [ErrorKind; 2] = [ErrorKind::WouldBlock, ErrorKind::TimedOut];

/// Why a server sends nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It sent a close frame with this code.
    Closed(CloseCode),
    /// The connection broke without a close frame.
    Cut(String),
    /// It did not end: nothing came for [`PATIENCE`](crate::process::PATIENCE).
    Silent,
}

/// Whether a world answered like this because it is on its way to another node.
pub(crate) fn is_on_its_way(reply: &Value) -> bool {
    reply["status"] == 16 && reply["data"]["retry_after_ms"].is_u64()
}

/// A WebSocket client.
pub(crate) struct Client {
    socket: WebSocket<TcpStream>,
    /// The token of the last login.
    pub(crate) token: String,
}

impl Client {
    /// Connects to the path `/`.
    pub(crate) fn connect(address: SocketAddr) -> Result<Self, String> {
        Self::connect_with(address, "/", &[])
    }

    /// Connects to a path with additional headers; the error contains the HTTP status if there is one.
    pub(crate) fn connect_with(
        address: SocketAddr,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, String> {
        use tungstenite::client::IntoClientRequest;
        let stream = dial(address).map_err(|error| error.to_string())?;
        let mut request = format!("ws://{address}{path}").into_client_request().map_err(|error| error.to_string())?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header should be valid"));
        }
        let settings = WebSocketConfig::default().read_buffer_size(4096);
        let connected = tungstenite::client::client_with_config(request, stream, Some(settings));
        let (socket, _) = connected.map_err(|error| error.to_string())?;
        Ok(Self { socket, token: String::new() })
    }

    /// The underlying stream, to write raw bytes.
    pub(crate) fn stream(&mut self) -> &mut TcpStream {
        self.socket.get_mut()
    }

    /// Logs in as a guest and keeps the token.
    pub(crate) fn log_in(&mut self, name: &str) {
        self.log_in_to(0, name);
    }

    /// The same in any world.
    pub(crate) fn log_in_to(&mut self, world: u32, name: &str) {
        let reply = self.ask_again(world, "login_unique", &json!({"unique_id": name}));
        let token = reply["data"]["token"].as_str();
        self.token = token.unwrap_or_else(|| panic!("a guest should be let in: {reply}")).to_owned();
    }

    /// Calls a function in world 0 and waits for the reply.
    pub(crate) fn ask(&mut self, function: &str, data: Value) -> Value {
        self.ask_in(0, function, data)
    }

    /// Calls a function in a world and waits for the reply.
    pub(crate) fn ask_in(&mut self, world: u32, function: &str, data: Value) -> Value {
        let reply = self.try_ask_in(world, function, &data);
        reply.unwrap_or_else(|ended| panic!("{function} should be answered, but: {ended:?}"))
    }

    /// The same; asks again while the world is on its way to another node.
    pub(crate) fn ask_again(&mut self, world: u32, function: &str, data: &Value) -> Value {
        let reply = self.try_ask_again(world, function, data);
        reply.unwrap_or_else(|ended| panic!("{function} should be answered, but: {ended:?}"))
    }

    /// The same, of a server that may end meanwhile.
    pub(crate) fn try_ask_again(&mut self, world: u32, function: &str, data: &Value) -> Result<Value, Ended> {
        wait_for("a world that comes", || {
            let reply = self.try_ask_in(world, function, data);
            (!reply.as_ref().is_ok_and(is_on_its_way)).then_some(reply)
        })
    }

    /// Calls a function in a world and waits for the reply, of a server that may end meanwhile.
    pub(crate) fn try_ask_in(&mut self, world: u32, function: &str, data: &Value) -> Result<Value, Ended> {
        self.try_ask(&json!({"world": world, "function": function, "data": data}).to_string())
    }

    /// Sends a request's text and waits for the reply.
    pub(crate) fn try_ask(&mut self, request: &str) -> Result<Value, Ended> {
        self.send(Message::text(request)).map_err(Ended::Cut)?;
        self.read_reply()
    }

    /// The next reply. Events that come before it are skipped.
    pub(crate) fn read_reply(&mut self) -> Result<Value, Ended> {
        loop {
            let frame = self.read_json()?;
            if frame.get("event").is_none() {
                return Ok(frame);
            }
        }
    }

    /// Sends a message.
    pub(crate) fn send(&mut self, message: Message) -> Result<(), String> {
        self.socket.send(message).map_err(|error| error.to_string())
    }

    /// Sends raw bytes; a server that has closed already may not accept them all.
    pub(crate) fn send_raw(&mut self, bytes: &[u8]) {
        let _ = self.socket.get_mut().write_all(bytes);
    }

    /// The next message.
    pub(crate) fn read(&mut self) -> Result<Message, Ended> {
        match uninterrupted(|| self.socket.read()) {
            Ok(Message::Close(Some(frame))) => Err(Ended::Closed(frame.code)),
            Ok(Message::Close(None)) => Err(Ended::Closed(CloseCode::Status)),
            Ok(message) => Ok(message),
            Err(tungstenite::Error::Io(error)) if PATIENCE_ENDS.contains(&error.kind()) => Err(Ended::Silent),
            Err(error) => Err(Ended::Cut(error.to_string())),
        }
    }

    /// The text of the next text message, without its count of events.
    pub(crate) fn read_text(&mut self) -> Result<String, Ended> {
        loop {
            if let Message::Text(text) = self.read()? {
                return Ok(split_count(&text).0);
            }
        }
    }

    /// The next reply or event.
    pub(crate) fn read_json(&mut self) -> Result<Value, Ended> {
        self.read_text().map(|text| serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
    }

    /// Reads until the connection ends, and returns how.
    pub(crate) fn read_to_end(&mut self) -> Ended {
        loop {
            if let Err(ended) = self.read() {
                return ended;
            }
        }
    }
}
