//! HTTP requests for functions: each goes to its world like a frame, from a connection of its own.

use raidkeep_engine::request::reply::ConnectionId;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode, header};
use tokio::sync::oneshot;

use crate::net::shard::Sockets;
use crate::net::way_in::{Requester, Slot, WayIn};
use raidkeep_engine::request::reply::{Reply, ReplyPort};
use raidkeep_engine::request::route::{Asker, HttpReply, Route, RouteBody};
use raidkeep_engine::request::{Refusal, SignIn, status};

/// Answers a request for a function.
pub async fn answer(
    sockets: &Sockets,
    route: Route,
    request: Request<Incoming>,
    address: IpAddr,
) -> Response<Full<Bytes>> {
    let is_allowed = match route.body {
        RouteBody::Arguments => matches!(*request.method(), Method::GET | Method::POST),
        RouteBody::Signed => *request.method() == Method::POST,
    };
    let reply = if is_allowed {
        match read(sockets, request).await {
            Ok((authorization, body)) => ask(sockets.way_in(), route, authorization.as_deref(), &body, address).await,
            Err(reply) => reply,
        }
    } else {
        HttpReply { status: StatusCode::METHOD_NOT_ALLOWED.as_u16(), body: r#"{"message":"use POST"}"#.to_owned() }
    };
    render(reply)
}

fn render(reply: HttpReply) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json = header::HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// Reads header and body, within the limits of size and time.
async fn read(sockets: &Sockets, request: Request<Incoming>) -> Result<(Option<String>, Bytes), HttpReply> {
    let limits = &sockets.config().limits;
    let authorization = request.headers().get(header::AUTHORIZATION);
    let authorization = authorization.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = Limited::new(request.into_body(), limits.frame_bytes).collect();
    let refused = |status: StatusCode, message: &str| HttpReply {
        status: status.as_u16(),
        body: serde_json::json!({"status": status::MALFORMED, "message": message}).to_string(),
    };
    match tokio::time::timeout(Duration::from_secs(limits.handshake_seconds), body).await {
        Ok(Ok(body)) => Ok((authorization, body.to_bytes())),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(refused(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long"))
        }
        Ok(Err(_)) => Err(refused(StatusCode::BAD_REQUEST, "the body was cut")),
        Err(_) => Err(refused(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    }
}

/// Sends a request to its world. The reply is that of a frame.
///
/// # Errors
/// Returns the reply to a request that cannot be read.
pub fn send(
    way_in: &WayIn,
    route: Route,
    authorization: Option<&str>,
    body: &[u8],
    address: Option<IpAddr>,
) -> Result<oneshot::Receiver<Reply>, HttpReply> {
    let known_token = |asker: &Asker<'_>| way_in.address_bindings.token(address?, asker);
    let request = route.read(authorization, body, known_token)?;
    let (sender, receiver) = oneshot::channel();
    let port = Arc::new(OneReply(Mutex::new(Some(sender))));
    let limit = address.map_or(Ok(()), |address| way_in.address_limits.check(address));
    // The world keeps the port as long as it needs it; holding it here too would hide that the reply was dropped.
    way_in.receive_envelope(request.envelope(), &Stranger, address, limit, Slot { port: &port, serial: 0 });
    Ok(receiver)
}

/// Sends a request and waits for its reply.
async fn ask(way_in: &WayIn, route: Route, authorization: Option<&str>, body: &[u8], address: IpAddr) -> HttpReply {
    let receiver = match send(way_in, route, authorization, body, Some(address)) {
        Ok(receiver) => receiver,
        Err(reply) => return reply,
    };
    match receiver.await {
        Ok(Reply { text, login, .. }) => {
            if let Some(login) = login {
                way_in.address_bindings.note_login(address, *login);
            }
            route.reply(&text)
        }
        Err(_) => HttpReply::refusal(&Refusal::internal()),
    }
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

    fn push(&self, _: Option<SignIn>, _: &str) {}

    fn connection(&self) -> Option<ConnectionId> {
        None
    }
}

/// The sender of a single request, unknown from any earlier one.
struct Stranger;

impl Requester for Stranger {
    fn signed_in(&self, _: u32, _: Option<&str>) -> Option<SignIn> {
        None
    }

    fn check_player_limit(&self, _: u32) -> Result<(), u64> {
        Ok(())
    }
}
