//! A WebSocket on a stream of tokio. tokio-tungstenite has one too, whose limits are fixed when it is made; here they
//! grow once the client has logged in, and what is sent is written once, into the buffer that goes to the stream.

use std::io::{self, ErrorKind, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::coop::poll_proceed;
use tokio_tungstenite::tungstenite::error::Error;
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, WebSocket};

use crate::net::metered::MeteredStream;

/// Bytes of replies that a slow reader may leave unread; beyond that, the connection is cut.
const OUTGOING_BYTES_MAX: usize = 4 << 20;
/// What a connection keeps of its buffer once everything has left. Most connections are idle most of the time.
const OUTGOING_BYTES_KEPT: usize = 8 << 10;

/// Of a frame without a mask.
const HEADER_BYTES_MAX: usize = 10;

/// The server's end of a WebSocket.
pub struct Socket(WebSocket<Pipe>);

/// Nothing more can be sent: too much is queued already, or the connection is being closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection takes no more messages")]
pub struct SendRefused;

/// What the WebSocket reads from and writes to.
struct Pipe {
    stream: MeteredStream,
    /// Woken when there is something to read again.
    reader: Waker,
    /// Whether the last read found nothing. The library clears its whole buffer before each.
    is_drained: bool,
    /// Whole frames, those of the library's own among them.
    outgoing: Vec<u8>,
    /// How much of it has left.
    sent: usize,
}

/// Reads what is possible at once, else errs with [`ErrorKind::WouldBlock`] and wakes the reader later. A read that leaves
/// room in its buffer has emptied the stream, and tokio asks no second time.
impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut read = ReadBuf::new(buffer);
        let polled = Pin::new(&mut self.stream).poll_read(&mut Context::from_waker(&self.reader), &mut read);
        self.is_drained = polled.is_pending();
        match polled {
            Poll::Ready(Ok(())) => Ok(read.filled().len()),
            Poll::Ready(Err(error)) => Err(error),
            Poll::Pending => Err(ErrorKind::WouldBlock.into()),
        }
    }
}

/// Queues whole frames.
impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.outgoing.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Pipe {
    fn push_text(&mut self, text: &str) -> Result<(), SendRefused> {
        if self.outgoing.len() - self.sent + text.len() > OUTGOING_BYTES_MAX {
            return Err(SendRefused);
        }
        self.outgoing.reserve(HEADER_BYTES_MAX + text.len());
        let header = FrameHeader { opcode: OpCode::Data(Data::Text), ..FrameHeader::default() };
        header.format(text.len() as u64, &mut self.outgoing).map_err(|_| SendRefused)?;
        self.outgoing.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.sent < self.outgoing.len() {
            let count = ready!(Pin::new(&mut self.stream.wire).poll_write(cx, &self.outgoing[self.sent..]))?;
            if count == 0 {
                return Poll::Ready(Err(ErrorKind::WriteZero.into()));
            }
            self.sent += count;
        }
        self.sent = 0;
        self.outgoing.clear();
        self.outgoing.shrink_to(OUTGOING_BYTES_KEPT);
        Pin::new(&mut self.stream.wire).poll_flush(cx)
    }
}

fn would_block(error: &Error) -> bool {
    matches!(error, Error::Io(error) if error.kind() == ErrorKind::WouldBlock)
}

impl Socket {
    /// A stream after the handshake. `early` are the bytes that were read past it.
    pub fn new(stream: MeteredStream, early: Vec<u8>, settings: WebSocketConfig) -> Self {
        let pipe = Pipe { stream, reader: Waker::noop().clone(), is_drained: false, outgoing: Vec::new(), sent: 0 };
        // What the library sends goes to the pipe at once.
        Self(WebSocket::from_partially_read(pipe, early, Role::Server, Some(settings.write_buffer_size(0))))
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
        self.0.get_mut().stream.budget.spend_refusals(count);
    }

    /// The next message; `None` once the connection is closed. Pending too while the client's budget is used up: frames
    /// that have arrived together are handled no faster than those that come one by one. `now` is the present moment, or
    /// that of the first of the messages that are taken together.
    pub fn poll_next(&mut self, now: Instant, cx: &mut Context<'_>) -> Poll<Option<Result<Message, Error>>> {
        let pipe = self.0.get_mut();
        ready!(pipe.stream.budget.poll_open(cx));
        if pipe.is_drained
            && let Err(error) = ready!(pipe.stream.wire.tcp().poll_read_ready(cx))
        {
            return Poll::Ready(Some(Err(error.into())));
        }
        // A client whose frames never end must not keep the other tasks of the thread waiting.
        let turn = ready!(poll_proceed(cx));
        pipe.reader.clone_from(cx.waker());
        match self.0.read() {
            Err(error) if would_block(&error) => Poll::Pending,
            read => {
                turn.made_progress();
                self.0.get_mut().stream.budget.spend_frame(now.into());
                let is_closed = matches!(read, Err(Error::ConnectionClosed | Error::AlreadyClosed));
                Poll::Ready((!is_closed).then_some(read))
            }
        }
    }

    /// Queues a text message. It leaves with the next flush.
    ///
    /// # Errors
    /// When too much is queued already, or the connection is being closed.
    pub fn send_text(&mut self, text: &str) -> Result<(), SendRefused> {
        if !self.0.can_write() {
            return Err(SendRefused);
        }
        self.0.get_mut().push_text(text)
    }

    /// Queues the frame that says why the connection ends. It leaves with the next flush.
    pub fn say_goodbye(&mut self, why: CloseFrame) {
        // An error says that the client has said it first.
        let _ = self.0.close(Some(why));
    }

    /// Writes what is queued.
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        match self.0.flush() {
            Ok(()) | Err(Error::ConnectionClosed) => {}
            Err(error) => return Poll::Ready(Err(error)),
        }
        self.0.get_mut().poll_drain(cx).map_err(Error::from)
    }

    /// Says that nothing follows, and gives the stream below for closing it.
    pub fn end(&mut self) -> &mut TcpStream {
        self.0.get_mut().stream.wire.end()
    }
}
