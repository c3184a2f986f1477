//! The sandbox behind real HTTP, on a thread of its own.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{self, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::LocalSet;

use super::site;
use super::state_file::StateFile;
use super::{Delivery, Sandbox, SandboxLimits, SandboxSettings};
use raidkeep_engine::clock::wall_ms;
use raidkeep_engine::exchange::{Answered, Exchange, Method};
use raidkeep_game::platforms::signature::{AUTHORIZATION, SUD_HEADERS};

/// A running sandbox; dropping it stops it.
pub struct SandboxServer {
    /// Where it listens.
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl SandboxServer {
    /// Starts a sandbox; port 0 picks a free one. With a state file it continues from there and keeps the file up to
    /// date.
    ///
    /// Errors: an address reachable from other machines that the settings do not allow, a port that is taken, a state
    /// file that cannot be read.
    pub fn start(settings: SandboxSettings, listen: SocketAddr, state_file: Option<&Path>) -> io::Result<Self> {
        if !listen.ip().is_loopback() && !settings.allow_any_address {
            let told = format!("{listen} can be reached from other machines, whose users could control the sandbox");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, told));
        }
        let state_file = state_file.map(StateFile::new);
        let books = state_file.as_ref().map(StateFile::load).transpose()?.unwrap_or_default();
        let listener = std::net::TcpListener::bind(listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("sandbox".to_owned()).spawn(move || {
            let site = Site::new(settings, books, state_file);
            // Dropping the set closes the open connections.
            LocalSet::new().block_on(&runtime, async {
                tokio::select! {
                    () = accept(Rc::new(site), listener) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for SandboxServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the sandbox has panicked");
        }
    }
}

struct Site {
    sandbox: RefCell<Sandbox>,
    limits: SandboxLimits,
    /// Whether it may be called by any name.
    any_host: bool,
    state_file: Option<StateFile>,
}

/// Why a control route refuses a web page of another site.
const FOREIGN: &str =
    "the sandbox is controlled from its own pages and from programs only, by its IP address or as localhost\n";

/// A request that will not be answered; its connection closes.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed without an answer")]
struct Closed;

async fn accept(site: Rc<Site>, listener: std::net::TcpListener) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "the sandbox cannot listen"),
    };
    let room = Arc::new(Semaphore::new(site.limits.connections));
    while let Ok(place) = room.clone().acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::task::spawn_local(serve(site.clone(), stream, place));
            }
            Err(error) => {
                tracing::warn!(%error, "the sandbox could not accept a connection");
                // Running out of file handles is temporary; retrying at once would only burn CPU.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve(site: Rc<Site>, stream: TcpStream, _place: OwnedSemaphorePermit) {
    let _ = stream.set_nodelay(true);
    let patience = site.patience();
    let service = service_fn(|request| site.clone().answer(request));
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection to the sandbox ended");
    }
}

impl Site {
    fn new(settings: SandboxSettings, books: super::Books, state_file: Option<StateFile>) -> Self {
        let (limits, any_host) = (settings.limits.clone(), settings.allow_any_address);
        Self { sandbox: RefCell::new(Sandbox::with_books(settings, books)), limits, any_host, state_file }
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(self.limits.patience_seconds)
    }

    async fn answer(self: Rc<Self>, request: Request<Incoming>) -> Result<Response<Sent>, Closed> {
        let header = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        // An origin that is no text is that of no page of ours.
        let origin = request.headers().contains_key(header::ORIGIN).then(|| header(header::ORIGIN).unwrap_or("null"));
        let is_own = site::is_own(header(header::HOST), origin, self.any_host);
        let exchange = match self.read(request).await? {
            Ok(exchange) => exchange,
            Err(status) => return Ok(response(&Answered { status: status.as_u16(), body: Vec::new() }, false)),
        };
        if !is_own && Sandbox::is_control_request(&exchange) {
            return Ok(response(&Answered { status: 403, body: FOREIGN.into() }, false));
        }
        let reaction = self.receive(&exchange);
        tokio::time::sleep(Duration::from_millis(reaction.delay_ms)).await;
        match reaction.delivery {
            Delivery::Answer(answered) => Ok(response(&answered, false)),
            Delivery::CutShort(answered) => Ok(response(&answered, true)),
            Delivery::Lost => Err(Closed),
        }
    }

    /// Reads a complete request, or returns the HTTP status for an unacceptable one.
    async fn read(&self, request: Request<Incoming>) -> Result<Result<Exchange, StatusCode>, Closed> {
        let (head, body) = request.into_parts();
        let method = match head.method {
            hyper::Method::GET => Method::Get,
            hyper::Method::POST => Method::Post,
            _ => return Ok(Err(StatusCode::METHOD_NOT_ALLOWED)),
        };
        let body = Limited::new(body, self.limits.body_bytes).collect();
        let body = match tokio::time::timeout(self.patience(), body).await.map_err(|_| Closed)? {
            Ok(body) => body.to_bytes().to_vec(),
            Err(error) if error.is::<LengthLimitError>() => return Ok(Err(StatusCode::PAYLOAD_TOO_LARGE)),
            Err(_) => return Err(Closed),
        };
        let known = [header::USER_AGENT.as_str(), AUTHORIZATION].into_iter().chain(SUD_HEADERS);
        let headers = known.filter_map(|name| Some((name, head.headers.get(name)?.to_str().ok()?.to_owned())));
        Ok(Ok(Exchange { method, url: head.uri.to_string(), headers: headers.collect(), body }))
    }

    /// Passes a request to the sandbox and saves its changes before the answer is sent.
    fn receive(&self, exchange: &Exchange) -> super::Reaction {
        let mut sandbox = self.sandbox.borrow_mut();
        let before = sandbox.changes();
        let reaction = sandbox.receive(exchange, wall_ms());
        if let Some(file) = &self.state_file
            && sandbox.changes() != before
            && let Err(error) = file.save(sandbox.books())
        {
            tracing::error!(%error, "the sandbox cannot write its state; a restart would lose everything since the last write");
        }
        reaction
    }
}

fn response(answered: &Answered, is_cut: bool) -> Response<Sent> {
    let is_json = matches!(answered.body.first(), Some(b'{' | b'['));
    let mut response = Response::new(Sent::new(&answered.body, is_cut));
    *response.status_mut() = StatusCode::from_u16(answered.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = if is_json { "application/json; charset=utf-8" } else { "text/plain; charset=utf-8" };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// A body that announces its full length and may be cut after half of it.
struct Sent {
    bytes: Option<Bytes>,
    announced: u64,
    ending: Ending,
}

enum Ending {
    Whole,
    /// Flush the sent half first: a body that fails at once would discard it.
    FlushThenCut,
    Cut,
}

impl Sent {
    fn new(bytes: &[u8], is_cut: bool) -> Self {
        let (sent, ending) =
            if is_cut { (&bytes[..bytes.len() / 2], Ending::FlushThenCut) } else { (bytes, Ending::Whole) };
        Self { bytes: Some(Bytes::copy_from_slice(sent)), announced: bytes.len() as u64, ending }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.ending {
            Ending::Whole => Poll::Ready(None),
            Ending::FlushThenCut => {
                self.ending = Ending::Cut;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Ending::Cut => Poll::Ready(Some(Err(Closed))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
