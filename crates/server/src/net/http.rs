//! HTTP on the same port: health, readiness, metrics, and the upgrade to a WebSocket.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::net::acceptor::OpenConnection;
use crate::net::shard::Sockets;
use crate::net::socket::Socket;
use crate::net::{cors, process, routes, websocket};
use raidkeep_game::platforms::settings::SudSettings;
use raidkeep_game::platforms::signature::discovery_path;
use raidkeep_game::platforms::sud::query::QUERY_PATH;

/// What the HTTP routes need to answer.
pub struct Site {
    /// The sockets that upgraded connections join.
    pub sockets: Rc<Sockets>,
    /// Renders `/metrics`.
    pub metrics: Option<PrometheusHandle>,
    /// What SUD discovers here.
    pub discovery: Option<Discovery>,
}

type Reply = Response<Full<Bytes>>;

/// The routes of this server that SUD discovers (docs/contract/match-query.md#discovery).
pub struct Discovery {
    path: String,
    body: String,
}

impl Discovery {
    /// Under a path derived from the secret.
    pub fn of(platform: &SudSettings) -> Self {
        let url = format!("{}{QUERY_PATH}", platform.public_url);
        Self {
            path: format!("/{}", discovery_path(&platform.app_id, &platform.app_secret)),
            body: serde_json::json!({"api": {"query_match_base": url}}).to_string(),
        }
    }
}

/// Serves one TCP connection: HTTP requests, until it is upgraded or closed.
pub async fn serve(site: Rc<Site>, stream: TcpStream, peer: SocketAddr, open: Rc<OpenConnection>) {
    let _ = stream.set_nodelay(true);
    let timeout = Duration::from_secs(site.sockets.config().limits.handshake_seconds);
    // A client that reads nothing would otherwise hold its place forever.
    let lifetime = Duration::from_secs(site.sockets.config().limits.http_seconds);
    let service = service_fn(|request| {
        let client = Client { peer, _open: open.clone() };
        let site = site.clone();
        async move { Ok::<_, Infallible>(answer(&site, request, client).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timeout)
        .max_buf_size(16 << 10)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    match tokio::time::timeout(lifetime, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%peer, %error, "an HTTP connection ended"),
        Err(_) => tracing::debug!(%peer, "an HTTP connection was cut after its lifetime"),
    }
}

/// The sender of a request.
struct Client {
    peer: SocketAddr,
    _open: Rc<OpenConnection>,
}

async fn answer(site: &Rc<Site>, request: Request<Incoming>, client: Client) -> Reply {
    if let Some(route) = site.sockets.way_in().routes.find(request.uri().path()) {
        return routes::answer(&site.sockets, route, request, client.peer.ip()).await;
    }
    let path = request.uri().path();
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return match path {
            "/" | "/ws" | "/healthz" | "/readyz" | "/metrics" => not_allowed(),
            _ => text(StatusCode::NOT_FOUND, "no such route\n"),
        };
    }
    match path {
        "/" | "/ws" if wants_websocket(&request) => upgrade(site, request, client),
        "/" => text(StatusCode::OK, "Raidkeep speaks JSON over WebSocket here and at /ws.\n"),
        "/ws" => text(StatusCode::UPGRADE_REQUIRED, "connect with a WebSocket client\n"),
        "/healthz" => text(StatusCode::OK, "ok\n"),
        "/readyz" => readiness(site),
        "/metrics" => render_metrics(site),
        path if let Some(found) = site.discovery.as_ref().filter(|known| known.path == path) => {
            let mut reply = text(StatusCode::OK, found.body.clone());
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            reply.headers_mut().insert(header::CONTENT_TYPE, json);
            reply
        }
        _ => text(StatusCode::NOT_FOUND, "no such route\n"),
    }
}

fn not_allowed() -> Reply {
    let mut reply = text(StatusCode::METHOD_NOT_ALLOWED, "use GET\n");
    reply.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    reply
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    reply
}

/// Ready when every world accepts requests.
fn readiness(site: &Site) -> Reply {
    let worlds = site.sockets.way_in().worlds.iter().enumerate();
    let closed: Vec<String> = worlds
        .filter_map(|(number, inbox)| inbox.closed().map(|refusal| format!("world {number}: {}\n", refusal.message)))
        .collect();
    if closed.is_empty() {
        let sandboxed = site.sockets.config().platforms.sandboxed().join(", ");
        let note = if sandboxed.is_empty() { String::new() } else { format!("sandboxed platforms: {sandboxed}\n") };
        text(StatusCode::OK, format!("ready\n{note}"))
    } else {
        text(StatusCode::SERVICE_UNAVAILABLE, closed.concat())
    }
}

fn render_metrics(site: &Site) -> Reply {
    let Some(metrics) = &site.metrics else {
        return text(StatusCode::NOT_FOUND, "metrics are off\n");
    };
    process::collect();
    metrics.run_upkeep();
    let mut reply = text(StatusCode::OK, metrics.render());
    let format = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    reply.headers_mut().insert(header::CONTENT_TYPE, format);
    reply
}

fn has_token(headers: &HeaderMap, name: header::HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|part| part.trim().eq_ignore_ascii_case(token))
}

fn wants_websocket(request: &Request<Incoming>) -> bool {
    let headers = request.headers();
    request.method() == Method::GET
        && has_token(headers, header::UPGRADE, "websocket")
        && has_token(headers, header::CONNECTION, "upgrade")
}

fn upgrade(site: &Rc<Site>, request: Request<Incoming>, client: Client) -> Reply {
    let headers = request.headers();
    let Some(key) = headers.get(header::SEC_WEBSOCKET_KEY) else {
        return text(StatusCode::BAD_REQUEST, "the header Sec-WebSocket-Key is missing\n");
    };
    if !has_token(headers, header::SEC_WEBSOCKET_VERSION, "13") {
        let mut reply = text(StatusCode::UPGRADE_REQUIRED, "expected Sec-WebSocket-Version: 13\n");
        reply.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        return reply;
    }
    if !cors::may_connect(headers, site.sockets.config()) {
        return text(StatusCode::FORBIDDEN, "this origin may not connect; see allowed_origins in the configuration\n");
    }
    let Ok(accept) = HeaderValue::from_str(&derive_accept_key(key.as_bytes())) else {
        return text(StatusCode::BAD_REQUEST, "the header Sec-WebSocket-Key cannot be used\n");
    };
    tokio::task::spawn_local(hand_over(site.sockets.clone(), request, client));
    let mut reply = Response::new(Full::default());
    *reply.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = reply.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    reply
}

/// Turns an upgraded connection into a WebSocket served by a task of its own: a connection is idle most of its life and
/// should not hold what only the handshake needed.
async fn hand_over(sockets: Rc<Sockets>, request: Request<Incoming>, client: Client) {
    let peer = client.peer;
    let upgraded = match hyper::upgrade::on(request).await {
        Ok(upgraded) => upgraded,
        Err(error) => return tracing::debug!(%peer, %error, "a WebSocket handshake did not finish"),
    };
    let Ok(parts) = upgraded.downcast::<TokioIo<TcpStream>>() else {
        return tracing::error!(%peer, "an upgraded connection is no TCP stream; it is dropped");
    };
    let settings = websocket::settings(sockets.config().limits.frame_bytes);
    let socket = Socket::new(parts.io.into_inner(), parts.read_buf.to_vec(), settings);
    tokio::task::spawn_local(async move {
        sockets.serve(socket, Some(peer.ip())).await;
        drop(client);
    });
}
