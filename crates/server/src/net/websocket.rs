//! A WebSocket: moves the text of a [`Connection`] to and from its socket.
//!
//! All available frames are read before anything is written, and all ready replies are fed before one flush; that is
//! worth a factor of three when requests are pipelined. A client that has used up its
//! [`Budget`](crate::net::budget::Budget) is not read.

use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};

use crate::net::connection::Connection;
use crate::net::socket::Socket;
use crate::net::sockets::Supervision;
use raidkeep_engine::request::reply::Dismissal;

/// A connection's own buffer. Small, because most connections are idle most of the time.
const READ_BUFFER_BYTES: usize = 4096;
/// After a close frame, this much is read and discarded, so that the frame gets through.
const LINGER_BYTES: usize = 4 << 20;
const LINGER: Duration = Duration::from_secs(2);

/// Close codes of the server's own (docs/protocol.md).
const KICKED: u16 = 4000;
const SIGNED_OUT: u16 = 4001;
const BANNED: u16 = 4003;
const MAINTENANCE: u16 = 4004;

/// The protocol settings of every connection.
pub fn settings(frame_bytes: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(Some(frame_bytes))
        .max_frame_size(Some(frame_bytes))
}

/// Serves a connection until it ends, and closes it. Once it has logged in, its messages may have `message_bytes`.
pub async fn serve(socket: Socket, connection: Connection, supervision: Rc<Supervision>, message_bytes: usize) {
    let (replies, message_bytes) = (Vec::new(), Some(message_bytes));
    let mut driver = Driver { socket, connection, supervision, replies, must_flush: false, message_bytes };
    let ending = std::future::poll_fn(|cx| driver.poll(cx)).await;
    metrics::counter!("raidkeep_connections_closed_total", "why" => ending.label()).increment(1);
    match ending.close_frame() {
        Some((code, reason)) => close(driver.socket, code, reason).await,
        None if ending == CloseReason::ByClient => say_what_is_left(driver.socket).await,
        None => {}
    }
}

/// Why a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The client closed it, or its network did.
    ByClient,
    /// No frame came for too long.
    Idle,
    /// No valid token came in time.
    NotSignedIn,
    /// The server is stopping.
    Stopping,
    /// A frame above the limit.
    TooLarge,
    /// A text frame that is no UTF-8.
    NotUtf8,
    /// The client violated the WebSocket protocol.
    Protocol,
    /// The client does not read its replies.
    SlowReader,
    /// The server ends the connections of the player.
    Dismissed(Dismissal),
}

impl CloseReason {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::ByClient,
        Self::Idle,
        Self::NotSignedIn,
        Self::Stopping,
        Self::TooLarge,
        Self::NotUtf8,
        Self::Protocol,
        Self::SlowReader,
        Self::Dismissed(Dismissal::Banned),
        Self::Dismissed(Dismissal::SignedOut),
        Self::Dismissed(Dismissal::Kicked),
        Self::Dismissed(Dismissal::Maintenance),
    ];

    /// As in the metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::ByClient => "client",
            Self::Idle => "idle",
            Self::NotSignedIn => "not_signed_in",
            Self::Stopping => "stopping",
            Self::TooLarge => "too_large",
            Self::NotUtf8 => "not_utf8",
            Self::Protocol => "protocol",
            Self::SlowReader => "slow_reader",
            Self::Dismissed(Dismissal::Banned) => "banned",
            Self::Dismissed(Dismissal::SignedOut) => "signed_out",
            Self::Dismissed(Dismissal::Kicked) => "kicked",
            Self::Dismissed(Dismissal::Maintenance) => "maintenance",
        }
    }

    fn close_frame(self) -> Option<(CloseCode, &'static str)> {
        match self {
            Self::ByClient | Self::SlowReader => None,
            Self::Idle => Some((CloseCode::Normal, "idle")),
            Self::NotSignedIn => Some((CloseCode::Policy, "no valid token in time")),
            Self::Stopping => Some((CloseCode::Away, "server is stopping")),
            Self::TooLarge => Some((CloseCode::Size, "frame too large")),
            Self::NotUtf8 => Some((CloseCode::Invalid, "text is not UTF-8")),
            Self::Protocol => Some((CloseCode::Protocol, "not the WebSocket protocol")),
            Self::Dismissed(Dismissal::Kicked) => Some((CloseCode::Library(KICKED), "disconnected by an operator")),
            Self::Dismissed(Dismissal::SignedOut) => {
                Some((CloseCode::Library(SIGNED_OUT), "signed out by an operator"))
            }
            Self::Dismissed(Dismissal::Banned) => Some((CloseCode::Library(BANNED), "banned")),
            Self::Dismissed(Dismissal::Maintenance) => Some((CloseCode::Library(MAINTENANCE), "maintenance")),
        }
    }
}

struct Driver {
    socket: Socket,
    connection: Connection,
    supervision: Rc<Supervision>,
    replies: Vec<String>,
    must_flush: bool,
    /// How long messages may be once the client has logged in; `None` when that is in force.
    message_bytes: Option<usize>,
}

impl Driver {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<CloseReason> {
        self.supervision.register(cx.waker());
        self.connection.begin_turn(cx.waker(), &mut self.replies);
        loop {
            if let Poll::Ready(ending) = self.poll_write(cx) {
                return Poll::Ready(ending);
            }
            if let Some(why) = self.connection.dismissal() {
                return Poll::Ready(CloseReason::Dismissed(why));
            }
            if let Some(ending) = self.supervision.ending(&mut self.connection) {
                return Poll::Ready(ending);
            }
            if self.must_flush || self.supervision.reads_no_more() {
                return Poll::Pending;
            }
            match self.poll_read(cx) {
                Poll::Ready(Some(ending)) => return Poll::Ready(ending),
                // A request was answered immediately: its reply is sent before the next is read.
                Poll::Ready(None) => self.connection.take_replies(&mut self.replies),
                // The library has queued an answer to a ping.
                Poll::Pending if self.must_flush => {}
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Writes what is ready; pending only in `must_flush`.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<CloseReason> {
        for reply in self.replies.drain(..) {
            if self.socket.send_text(&reply).is_err() {
                return Poll::Ready(CloseReason::SlowReader);
            }
            self.must_flush = true;
        }
        if self.must_flush {
            match self.socket.poll_flush(cx) {
                Poll::Ready(Ok(())) => self.must_flush = false,
                Poll::Ready(Err(_)) => return Poll::Ready(CloseReason::ByClient),
                Poll::Pending => {}
            }
        }
        Poll::Pending
    }

    /// Reads frames until there are no more. Ready with `None` when replies may be ready.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Option<CloseReason>> {
        let mut received = false;
        // One look at the clock for all that has come together.
        let now = Instant::now();
        while self.connection.can_receive() {
            self.accept_longer_messages();
            match self.socket.poll_next(now, cx) {
                Poll::Pending if received => {
                    return if self.connection.has_replies() { Poll::Ready(None) } else { Poll::Pending };
                }
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(Some(CloseReason::ByClient)),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(close_reason_of(&error))),
                Poll::Ready(Some(Ok(message))) => {
                    self.supervision.note_frame();
                    received = true;
                    match message {
                        Message::Text(text) => {
                            self.connection.receive_at(text.as_str(), now);
                            self.socket.spend_refusals(self.connection.take_refused());
                        }
                        Message::Binary(_) => self.connection.receive_binary(),
                        // The library queues the answers to these itself.
                        Message::Ping(_) | Message::Close(_) => self.must_flush = true,
                        Message::Pong(_) | Message::Frame(_) => {}
                    }
                }
            }
        }
        if self.connection.has_replies() { Poll::Ready(None) } else { Poll::Pending }
    }

    fn accept_longer_messages(&mut self) {
        if let Some(bytes) = self.message_bytes
            && self.connection.is_signed_in()
        {
            self.socket.accept(bytes);
            self.message_bytes = None;
        }
    }
}

fn close_reason_of(error: &Error) -> CloseReason {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { .. }) => CloseReason::TooLarge,
        Error::Utf8(_) => CloseReason::NotUtf8,
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => CloseReason::ByClient,
        Error::Protocol(_) => CloseReason::Protocol,
        _ => CloseReason::ByClient,
    }
}

/// Sends what is queued, the answer to the client's close frame among it.
async fn say_what_is_left(mut socket: Socket) {
    // An error means that the client is gone.
    let _ = tokio::time::timeout(LINGER, std::future::poll_fn(|cx| socket.poll_flush(cx))).await;
}

/// Sends a close frame and waits briefly for the client to read it: closing at once with unread data would reset the
/// connection and lose the frame.
async fn close(mut socket: Socket, code: CloseCode, reason: &'static str) {
    let frame = CloseFrame { code, reason: reason.into() };
    let linger = async {
        socket.say_goodbye(frame);
        if std::future::poll_fn(|cx| socket.poll_flush(cx)).await.is_err() {
            return;
        }
        let stream = socket.end();
        let _ = stream.shutdown().await;
        // Boxed: as part of the future it would take space for the whole life of the connection.
        let mut rest = vec![0; 4096];
        let mut read = 0;
        while read < LINGER_BYTES
            && let Ok(count) = stream.read(&mut rest).await
            && count > 0
        {
            read += count;
        }
    };
    let _ = tokio::time::timeout(LINGER, linger).await;
}
