//! A WebSocket on a stream of tokio. tokio-tungstenite has one too, whose limits are fixed when it is made; here they
//! grow once the client has logged in.

use std::io::ErrorKind;
use std::task::{Context, Poll, ready};

use tokio::net::TcpStream;
use tokio::task::coop::poll_proceed;
use tokio_tungstenite::tungstenite::error::Error;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, WebSocket};

use crate::net::metered::MeteredStream;

/// The server's end of a WebSocket.
pub struct Socket(WebSocket<MeteredStream>);

fn would_block(error: &Error) -> bool {
    matches!(error, Error::Io(error) if error.kind() == ErrorKind::WouldBlock)
}

impl Socket {
    /// A stream after the handshake. `early` are the bytes that were read past it.
    pub fn new(stream: MeteredStream, early: Vec<u8>, settings: WebSocketConfig) -> Self {
        Self(WebSocket::from_partially_read(stream, early, Role::Server, Some(settings)))
    }

    /// Accepts messages of up to this many bytes from now on.
    pub fn accept(&mut self, message_bytes: usize) {
        self.0.set_config(|config| {
            config.max_message_size = Some(message_bytes);
            config.max_frame_size = Some(message_bytes);
        });
    }

    /// Charges the client's budget for replies that say that requests came too fast.
    pub fn spend_refusals(&mut self, count: usize) {
        self.0.get_mut().budget.spend_refusals(count);
    }

    /// The next message; `None` once the connection is closed. Pending too while the client's budget is used up: frames
    /// that have arrived together are handled no faster than those that come one by one.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Message, Error>>> {
        ready!(self.0.get_mut().budget.poll_open(cx));
        // A client whose frames never end must not keep the other tasks of the thread waiting.
        let turn = ready!(poll_proceed(cx));
        loop {
            match self.0.read() {
                Err(error) if would_block(&error) => {
                    if let Err(error) = ready!(self.0.get_mut().poll_readable(cx)) {
                        return Poll::Ready(Some(Err(error.into())));
                    }
                }
                read => {
                    turn.made_progress();
                    self.0.get_mut().budget.spend_frame();
                    let is_closed = matches!(read, Err(Error::ConnectionClosed | Error::AlreadyClosed));
                    return Poll::Ready((!is_closed).then_some(read));
                }
            }
        }
    }

    /// Queues a message. It leaves with the next flush.
    ///
    /// # Errors
    /// When too much is queued already, or the connection has failed.
    pub fn start_send(&mut self, message: Message) -> Result<(), Error> {
        match self.0.write(message) {
            Err(error) if !would_block(&error) => Err(error),
            _ => Ok(()),
        }
    }

    /// Writes what is queued.
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        loop {
            match self.0.flush() {
                Err(error) if would_block(&error) => {
                    if let Err(error) = ready!(self.0.get_ref().wire.tcp().poll_write_ready(cx)) {
                        return Poll::Ready(Err(error.into()));
                    }
                }
                Err(Error::ConnectionClosed) => return Poll::Ready(Ok(())),
                flushed => return Poll::Ready(flushed),
            }
        }
    }

    /// Says that nothing follows, and gives the stream below for closing it.
    pub fn end(&mut self) -> &mut TcpStream {
        self.0.get_mut().wire.end()
    }
}
