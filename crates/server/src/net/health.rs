//! Health and readiness, also for those who come when every place is taken.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::task::{AbortHandle, spawn_local};

use crate::net::places::Excess;
use crate::net::post_office::PostOffice;
use crate::net::tls::Wire;

/// The path of health.
pub(super) const HEALTH: &str = "/healthz";
/// The path of readiness.
pub(super) const READINESS: &str = "/readyz";

pub(super) type Answer = Response<Full<Bytes>>;

/// A reply in plain text.
pub(super) fn text(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    reply
}

/// The answer about health or readiness; `None` for other paths. The process is healthy as long as it answers, and
/// ready when every world accepts requests.
pub(super) fn answer(path: &str, state: &HealthState) -> Option<Answer> {
    match path {
        HEALTH => Some(text(StatusCode::OK, "ok\n")),
        READINESS => Some(readiness(state)),
        _ => None,
    }
}

/// What health and readiness are told from.
pub(super) struct HealthState {
    /// The worlds, here or on other nodes.
    pub(super) offices: Arc<PostOffice>,
    /// The platforms that nobody pays real money to.
    pub(super) sandboxed: Vec<&'static str>,
}

fn readiness(state: &HealthState) -> Answer {
    let closed: Vec<String> = (0..state.offices.world_count())
        .filter_map(|number| Some(format!("world {number}: {}\n", state.offices.closed(number)?.message)))
        .collect();
    if !closed.is_empty() {
        return text(StatusCode::SERVICE_UNAVAILABLE, closed.concat());
    }
    let sandboxed = match state.sandboxed.is_empty() {
        true => String::new(),
        false => format!("sandboxed platforms: {}\n", state.sandboxed.join(", ")),
    };
    text(StatusCode::OK, format!("ready\n{sandboxed}"))
}

/// Serves connections beyond the limit: they are told health and readiness, and 503 for everything else.
pub(super) struct HealthPlaces {
    state: Rc<HealthState>,
    places: usize,
    patience: Duration,
    taken: RefCell<VecDeque<AbortHandle>>,
}

impl HealthPlaces {
    /// So many places, each for at most `patience`.
    pub(super) fn new(state: Rc<HealthState>, places: usize, patience: Duration) -> Self {
        Self { state, places, patience, taken: RefCell::default() }
    }

    /// How many of them may begin in a second where each costs a TLS handshake.
    pub(super) fn per_second(&self) -> u32 {
        u32::try_from(self.places).unwrap_or(u32::MAX)
    }

    /// Serves a connection. If there is no place left, the oldest goes: who asks at once is answered before that, and
    /// who only takes places keeps none.
    pub(super) fn serve(&self, wire: impl Future<Output = Option<Wire>> + 'static, excess: Excess) {
        let mut taken = self.taken.borrow_mut();
        taken.retain(|task| !task.is_finished());
        if taken.len() >= self.places
            && let Some(oldest) = taken.pop_front()
        {
            oldest.abort();
        }
        let (state, patience) = (self.state.clone(), self.patience);
        let served = async move {
            if let Some(wire) = wire.await {
                serve_one(wire, state, excess).await;
            }
        };
        let task = spawn_local(async move { drop(tokio::time::timeout(patience, served).await) });
        taken.push_back(task.abort_handle());
    }
}

async fn serve_one(stream: Wire, state: Rc<HealthState>, excess: Excess) {
    let refusal = RefusedUnlessAnswered { excess, is_answered: Cell::new(false) };
    let service = service_fn(|request: Request<Incoming>| {
        let found = matches!(*request.method(), Method::GET | Method::HEAD)
            .then(|| answer(request.uri().path(), &state))
            .flatten();
        refusal.is_answered.set(found.is_some());
        let full = || text(StatusCode::SERVICE_UNAVAILABLE, excess.message());
        let reply = found.unwrap_or_else(full);
        async { Ok::<_, Infallible>(reply) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .keep_alive(false)
        .max_buf_size(16 << 10)
        .serve_connection(TokioIo::new(stream), service);
    // A client that is gone needs no answer.
    let _ = connection.await;
}

/// Counts a connection as refused when it ends without an answer about health.
struct RefusedUnlessAnswered {
    excess: Excess,
    is_answered: Cell<bool>,
}

impl Drop for RefusedUnlessAnswered {
    fn drop(&mut self) {
        if !self.is_answered.get() {
            self.excess.count();
        }
    }
}
