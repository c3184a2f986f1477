//! HTTP requests for functions: each goes to its world like a frame, from a connection of its own.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::oneshot;

use crate::config::ClientLimits;
use crate::net::cors;
use crate::net::sockets::Sockets;
use crate::net::way_in::{Requester, Slot, WayIn};
use raidkeep_engine::request::envelope::{RequestId, refusal_text};
use raidkeep_engine::request::reply::{Reply, ReplyPort};
use raidkeep_engine::request::route::{Asker, HttpReply, Route, RouteBody, RouteHeaders};
use raidkeep_engine::request::{Access, Refusal, SignIn, status};

/// The header of an idempotency key.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// This much of a refused body is read and discarded, so that a client already sending it gets the reply and not a
/// reset connection.
const DISCARDED_BYTES_MAX: usize = 4 << 20;
const DISCARD_PATIENCE: Duration = Duration::from_secs(2);

/// Answers a request for a function. `limit` is that of the address, already counted.
pub async fn answer(
    sockets: &Sockets,
    route: Route,
    request: Request<Incoming>,
    address: IpAddr,
    limit: Result<(), u64>,
) -> Response<Full<Bytes>> {
    let permission = is_for_browsers(route).then(|| cors::permission(request.headers(), sockets.config()));
    let methods = methods(route);
    let mut response = if request.method() == Method::OPTIONS {
        cors::preflight(methods)
    } else {
        let mut response = render(reply_to(sockets, route, request, (address, limit)).await);
        if response.status() == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
        }
        response
    };
    if let Some(permission) = permission {
        permission.grant(response.headers_mut(), methods);
    }
    response
}

/// Operators and platforms do not call from web pages of other sites.
fn is_for_browsers(route: Route) -> bool {
    route.access != Access::Operator && !matches!(route.body, RouteBody::Signed(_))
}

/// The methods of a route, besides OPTIONS.
fn methods(route: Route) -> &'static str {
    match route.body {
        RouteBody::Arguments | RouteBody::Image => "GET, POST",
        RouteBody::Signed(_) => "POST",
    }
}

async fn reply_to(
    sockets: &Sockets,
    route: Route,
    request: Request<Incoming>,
    from: (IpAddr, Result<(), u64>),
) -> HttpReply {
    if !methods(route).split(", ").any(|method| method == request.method().as_str()) {
        return refuse(route, StatusCode::METHOD_NOT_ALLOWED, "use POST");
    }
    let (head, body) = request.into_parts();
    match read(&sockets.config().limits, route, &head.headers, body).await {
        Ok(body) => ask(sockets.way_in(), route, headers_of(&head.headers), &body, from).await,
        Err(reply) => reply,
    }
}

fn headers_of(headers: &HeaderMap) -> RouteHeaders<'_> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    RouteHeaders { authorization: text(header::AUTHORIZATION), idempotency_key: text(IDEMPOTENCY_KEY) }
}

fn refuse(route: Route, http_status: StatusCode, message: &'static str) -> HttpReply {
    route.refuse_with(http_status.as_u16(), &Refusal::new(status::MALFORMED, message))
}

fn render(reply: HttpReply) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        // The rest of the body is not waited for, so no further request can follow it.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Reads the body, within the limits of size and time. One whose declared length is too long is not read at all, and
/// its client is not asked to continue.
async fn read(
    limits: &ClientLimits,
    route: Route,
    headers: &HeaderMap,
    mut body: Incoming,
) -> Result<Vec<u8>, HttpReply> {
    let most = match route.body {
        RouteBody::Image => limits.image_request_bytes,
        RouteBody::Arguments | RouteBody::Signed(_) => limits.frame_bytes,
    };
    let too_long = || refuse(route, StatusCode::PAYLOAD_TOO_LARGE, "the body is too long");
    if body.size_hint().lower() > u64::try_from(most).unwrap_or(u64::MAX) {
        if !headers.contains_key(header::EXPECT) {
            tokio::task::spawn_local(discard(body));
        }
        return Err(too_long());
    }
    let patience = Duration::from_secs(limits.handshake_seconds);
    match tokio::time::timeout(patience, collect(&mut body, most)).await {
        Ok(Ok(Some(bytes))) => Ok(bytes),
        Ok(Ok(None)) => {
            tokio::task::spawn_local(discard(body));
            Err(too_long())
        }
        Ok(Err(_)) => Err(refuse(route, StatusCode::BAD_REQUEST, "the body was cut")),
        Err(_) => Err(refuse(route, StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    }
}

/// The whole body; `None` when it is longer than `most`.
async fn collect(body: &mut Incoming, most: usize) -> Result<Option<Vec<u8>>, hyper::Error> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        if data.len() > most.saturating_sub(bytes.len()) {
            return Ok(None);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(Some(bytes))
}

async fn discard(mut body: Incoming) {
    let discard = async {
        let mut read = 0;
        while read < DISCARDED_BYTES_MAX
            && let Some(Ok(frame)) = body.frame().await
        {
            read += frame.data_ref().map_or(0, Bytes::len);
        }
    };
    let _ = tokio::time::timeout(DISCARD_PATIENCE, discard).await;
}

/// The replies of the worlds that were asked, each that of a frame, in order of world.
pub type WorldReplies = Vec<oneshot::Receiver<Reply>>;

/// Sends a request to its world, or to all of them.
///
/// # Errors
/// Returns the reply to a request that cannot be read.
pub fn send(
    way_in: &WayIn,
    route: Route,
    headers: RouteHeaders<'_>,
    body: &[u8],
    address: Option<IpAddr>,
    limit: Result<(), u64>,
) -> Result<WorldReplies, HttpReply> {
    let known_token = |asker: &Asker<'_>| way_in.address_bindings.token(address?, asker);
    let request = route.read(headers, body, known_token)?;
    let worlds = request.worlds(way_in.offices.world_count());
    let send_to = |world| {
        let (sender, receiver) = oneshot::channel();
        // The world keeps the port as long as it needs it; holding it here too would hide that the reply was dropped.
        let port = Arc::new(OneReply(Mutex::new(Some(sender))));
        let slot = Slot { port: &port, serial: 0, came_at: Instant::now() };
        // If it is not sent, it has been answered.
        let _ = way_in.receive_envelope(request.envelope(world), &Stranger, address, limit, slot);
        receiver
    };
    Ok(worlds.map(send_to).collect())
}

/// Sends a request and waits for its reply.
async fn ask(
    way_in: &WayIn,
    route: Route,
    headers: RouteHeaders<'_>,
    body: &[u8],
    (address, limit): (IpAddr, Result<(), u64>),
) -> HttpReply {
    let receivers = match send(way_in, route, headers, body, Some(address), limit) {
        Ok(receivers) => receivers,
        Err(reply) => return reply,
    };
    let mut replies = Vec::with_capacity(receivers.len());
    for receiver in receivers {
        replies.push(match receiver.await {
            Ok(Reply { text, login, .. }) => {
                if let Some(login) = login {
                    way_in.address_bindings.note_login(address, *login);
                }
                route.reply(&text)
            }
            Err(_) => route.refuse(&Refusal::internal()),
        });
    }
    route.choose(replies)
}

/// Sends a frame as a connection of its own would, and waits for its reply.
pub(super) async fn ask_once(way_in: &WayIn, frame: &str, address: IpAddr) -> String {
    let (sender, receiver) = oneshot::channel();
    let port = Arc::new(OneReply(Mutex::new(Some(sender))));
    let slot = Slot { port: &port, serial: 0, came_at: Instant::now() };
    // If it is not sent, it has been answered.
    let _ = way_in.receive(frame, &Stranger, Some(address), Ok(()), slot);
    drop(port);
    receiver.await.map_or_else(|_| refusal_text(&Refusal::internal(), &RequestId::Absent), |reply| reply.text)
}

/// Takes the one reply of a request. Events are only for permanent connections.
struct OneReply(Mutex<Option<oneshot::Sender<Reply>>>);

impl ReplyPort for OneReply {
    fn reply(&self, _: u64, reply: Reply) {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sender) = sender {
            // A client that went away needs no reply.
            let _ = sender.send(reply);
        }
    }
}

/// The sender of a single request, unknown from any earlier one.
pub(super) struct Stranger;

impl Requester for Stranger {
    fn signed_in(&self, _: u32, _: Option<&str>) -> Option<SignIn> {
        None
    }

    fn operator_token(&self) -> Option<&str> {
        None
    }

    fn check_player_limit(&self, _: u32) -> Result<(), u64> {
        Ok(())
    }
}
