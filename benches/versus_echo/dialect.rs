//! The wire format of requests and replies: JSON text, or Colyseus's room messages.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use raidkeep::studio::load::frame::{self, TEXT};

use crate::Result;

/// The opcode of a frame with bytes.
pub(crate) const BINARY: u8 = 0x2;
/// Colyseus: a client joins, and a message of a room (`@colyseus/shared-types`, Protocol).
const JOIN_ROOM: u8 = 10;
const ROOM_DATA: u8 = 13;

/// The protocol of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// One text frame of JSON each.
    Json,
    /// One binary frame each: a room's message whose type is the function, with the rest of the envelope as msgpack.
    Colyseus,
}

impl Dialect {
    /// Connects, and joins the room if there is one.
    pub(crate) async fn open(self, address: SocketAddr) -> Result<TcpStream> {
        match self {
            Self::Json => Ok(shake_hands(address, "").await?.into_inner()),
            Self::Colyseus => join_room(address).await,
        }
    }

    /// The whole frame of a request `{world, function, data, id}`.
    pub(crate) fn frame(self, request: &str) -> Vec<u8> {
        match self {
            Self::Json => frame::masked(TEXT, request.as_bytes()),
            Self::Colyseus => frame::masked(BINARY, &room_message(request)),
        }
    }

    /// The status of a reply; `None` if the payload is not a reply.
    pub(crate) fn status(self, payload: &[u8]) -> Option<i32> {
        match self {
            Self::Json => frame::status(payload),
            // A reply's status is below 128 and so is its own msgpack.
            Self::Colyseus if payload.first() == Some(&ROOM_DATA) => {
                behind(payload, b"\xa6status")?.first().map(|status| i32::from(*status))
            }
            Self::Colyseus => None,
        }
    }

    /// The token in the reply to a login.
    pub(crate) fn token(self, payload: &[u8]) -> Option<String> {
        match self {
            Self::Json => {
                let reply: Value = serde_json::from_slice(payload).ok()?;
                Some(reply["data"]["token"].as_str()?.to_owned())
            }
            Self::Colyseus => {
                // Texts of 32 to 255 bytes have a byte for their length.
                let [0xd9, length, text @ ..] = behind(payload, b"\xa5token")? else { return None };
                String::from_utf8(text.get(..usize::from(*length))?.to_vec()).ok()
            }
        }
    }
}

async fn shake_hands(address: SocketAddr, path: &str) -> Result<WebSocketStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(1 << 10);
    let (socket, _) = client_async_with_config(format!("ws://{address}/{path}"), stream, Some(config)).await?;
    // Nothing is lost when a caller takes the stream out: the server sends nothing before the first request.
    Ok(socket)
}

/// Reserves a seat over HTTP, takes it, and acknowledges the room's first message.
async fn join_room(address: SocketAddr) -> Result<TcpStream> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Seat {
        session_id: String,
        room_id: String,
        process_id: String,
    }
    let seat: Seat = serde_json::from_slice(&post(address, "/matchmake/joinOrCreate/world", "{}").await?)?;
    let path = format!("{}/{}?sessionId={}", seat.process_id, seat.room_id, seat.session_id);
    let mut socket = shake_hands(address, &path).await?;
    match socket.next().await.ok_or("the room closed the connection")?? {
        Message::Binary(first) if first.first() == Some(&JOIN_ROOM) => {}
        other => return Err(format!("expected to have joined a room: {other:?}").into()),
    }
    socket.send(Message::binary(vec![JOIN_ROOM])).await?;
    Ok(socket.into_inner())
}

/// The body that the server answers.
async fn post(address: SocketAddr, path: &str, body: &str) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let body = behind(&answer, b"\r\n\r\n").filter(|_| answer.starts_with(b"HTTP/1.1 200 "));
    body.map(<[u8]>::to_vec).ok_or_else(|| format!("{path}: {}", answer.escape_ascii()).into())
}

/// The text after the first `mark`.
fn behind<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    Some(&bytes[at + mark.len()..])
}

fn room_message(request: &str) -> Vec<u8> {
    let mut envelope: Value = serde_json::from_str(request).expect("the benchmark's requests should be JSON");
    let function = envelope.as_object_mut().and_then(|fields| fields.remove("function"));
    let mut message = vec![ROOM_DATA];
    // The schema writes short texts as msgpack does.
    pack(&function.expect("every request should name a function"), &mut message);
    pack(&envelope, &mut message);
    message
}

/// Appends a value of the benchmark's requests as msgpack.
fn pack(value: &Value, out: &mut Vec<u8>) {
    let short = |length: usize| u8::try_from(length).expect("a request should have nothing longer than 255");
    match value {
        Value::Number(number) => {
            let number = number.as_u64().and_then(|number| u32::try_from(number).ok());
            match number.expect("a number in a request should have 32 bits") {
                small @ 0..=0x7f => out.push(small as u8),
                large => {
                    out.push(0xce);
                    out.extend(large.to_be_bytes());
                }
            }
        }
        Value::String(text) => {
            match short(text.len()) {
                length @ 0..=31 => out.push(0xa0 | length),
                length => out.extend([0xd9, length]),
            }
            out.extend(text.as_bytes());
        }
        Value::Object(fields) => {
            out.push(0x80 | short(fields.len()));
            for (name, value) in fields {
                pack(&Value::from(name.as_str()), out);
                pack(value, out);
            }
        }
        other => unreachable!("no request of the benchmark holds {other}"),
    }
}
