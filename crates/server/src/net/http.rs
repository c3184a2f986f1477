//! HTTP: routes, health, readiness, metrics for operators, and the upgrade to a WebSocket.

use std::cell::RefCell;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::spawn_local;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::config::Config;
use crate::net::acceptor::{OpenConnection, Stream};
use crate::net::admission::Admission;
use crate::net::health::{self, Answer, HEALTH, HealthPlaces, HealthState, READINESS, text};
use crate::net::metered::MeteredStream;
use crate::net::pages::Pages;
use crate::net::places::Place;
use crate::net::socket::Socket;
use crate::net::sockets::Sockets;
use crate::net::tls::{EncryptedWire, Wire};
use crate::net::way_in::{Clientele, WayIn};
use crate::net::{cors, operator_cookie, own_site, process, routes, subprotocol, websocket};
use raidkeep_game::platforms::settings::SudSettings;
use raidkeep_game::platforms::signature::discovery_path;
use raidkeep_game::platforms::sud::query::QUERY_PATH;

/// What the HTTP routes need to answer.
pub struct Site {
    /// The sockets that upgraded connections join.
    pub sockets: Rc<Sockets>,
    /// Renders `/metrics`.
    pub metrics: Option<PrometheusHandle>,
    /// What is told of health and readiness.
    pub(super) health: HealthState,
    /// The page that is shown here: the game page to players, the console to operators.
    pub(super) page: Option<Pages>,
    /// What SUD discovers here.
    pub discovery: Option<Discovery>,
    /// Who clients are.
    pub(super) admission: Arc<Admission>,
}

impl Site {
    /// What players see. Metrics are the operators'.
    pub(super) fn of_players(sockets: Rc<Sockets>, admission: Arc<Admission>, discovery: Option<Discovery>) -> Self {
        let health = health_state(sockets.config(), sockets.way_in());
        let page = Pages::game(sockets.config().game_page());
        Self { sockets, metrics: None, health, page, discovery, admission }
    }
}

/// The routes of this server that SUD discovers (docs/contract/match-query.md#discovery).
#[derive(Clone)]
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

/// Serves every connection that comes.
pub(super) async fn serve_streams(mut streams: mpsc::Receiver<Stream>, site: Rc<Site>) {
    while let Some(Stream { stream, session, peer, open, place }) = streams.recv().await {
        let Ok(stream) = TcpStream::from_std(stream) else { continue };
        match session {
            None => drop(spawn_local(welcome(site.clone(), stream, peer, open, place))),
            Some(session) => {
                let wire = Wire::Encrypted(Box::new(EncryptedWire::new(stream, *session)));
                spawn_local(serve(site.clone(), wire, peer, Rc::new((open, place))));
            }
        }
    }
}

/// The places of a listener for those who ask for health when it is full.
pub(super) fn health_places(config: &Config, way_in: &WayIn) -> HealthPlaces {
    let patience = Duration::from_secs(config.limits.handshake_seconds);
    HealthPlaces::new(Rc::new(health_state(config, way_in)), config.limits.health_connections, patience)
}

/// What is told of health and readiness.
pub(super) fn health_state(config: &Config, way_in: &WayIn) -> HealthState {
    HealthState { offices: way_in.offices.clone(), sandboxed: config.platforms.sandboxed() }
}

/// Finds out who a TCP connection is from, and serves it if that address may have another one.
pub(super) async fn welcome(
    site: Rc<Site>,
    mut stream: TcpStream,
    proxy: SocketAddr,
    open: OpenConnection,
    place: Option<Place>,
) {
    if let Some((peer, place)) = site.admission.identify(&mut stream, proxy, place).await {
        serve(site, Wire::Plain(stream), peer, Rc::new((open, place))).await;
    }
}

/// Serves one TCP connection: HTTP requests, until it is upgraded or closed.
async fn serve(site: Rc<Site>, wire: Wire, peer: SocketAddr, held: Rc<(OpenConnection, Option<Place>)>) {
    let _ = wire.tcp().set_nodelay(true);
    let limits = &site.sockets.config().limits;
    let timeout = Duration::from_secs(limits.handshake_seconds);
    // A client that reads nothing would otherwise hold its place forever.
    let lifetime = Duration::from_secs(limits.http_seconds);
    let throttle = RefCell::new(site.admission.requests(held.1.as_ref()));
    let budget = site.admission.budget(held.1.as_ref());
    let own = own_site::own_address(wire.tcp().local_addr());
    let is_encrypted = matches!(wire, Wire::Encrypted(_));
    let service = service_fn(|request| {
        let client = Client { peer, own, is_encrypted, _held: held.clone() };
        let site = site.clone();
        let due = throttle.borrow_mut().spend(1, Instant::now());
        async move {
            // hyper reads the next request when this one is answered.
            wait_until(due).await;
            Ok::<_, Infallible>(answer(&site, request, client).await)
        }
    });
    let stream = MeteredStream { wire, budget };
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

/// A connection that sends requests.
struct Client {
    peer: SocketAddr,
    /// The address it has connected to.
    own: Option<IpAddr>,
    is_encrypted: bool,
    _held: Rc<(OpenConnection, Option<Place>)>,
}

async fn wait_until(due: Option<Instant>) {
    if let Some(due) = due {
        tokio::time::sleep_until(due).await;
    }
}

async fn answer(site: &Rc<Site>, request: Request<Incoming>, client: Client) -> Answer {
    let clientele = site.sockets.way_in().clientele;
    let path = request.uri().path();
    let is_about_health = matches!(path, HEALTH | READINESS);
    if clientele == Clientele::Operators
        && !is_about_health
        && let Some(refusal) = refusal_of_operators(site, &request, &client)
    {
        return text(StatusCode::FORBIDDEN, refusal);
    }
    let address = site.admission.sender(client.peer.ip(), request.headers());
    let limits = &site.sockets.way_in().address_limits;
    let limit = limits.check(address);
    if limit.is_err() {
        wait_until(limits.refuse(address)).await;
    }
    let route = site.sockets.way_in().routes.find(path).filter(|route| clientele.has_route(route.access));
    if let Some(route) = route {
        return routes::answer(&site.sockets, route, request, address, limit).await;
    }
    // Health is told late rather than not at all.
    if let Err(retry_after_ms) = limit
        && !is_about_health
    {
        return too_many(retry_after_ms);
    }
    if clientele == Clientele::Operators && matches!(path, operator_cookie::LOGIN | operator_cookie::LOGOUT) {
        return operator_cookie::answer(&site.sockets, request, address, client.is_encrypted).await;
    }
    answer_itself(site, request, client, address)
}

/// Answers what is no function.
fn answer_itself(site: &Rc<Site>, request: Request<Incoming>, client: Client, address: IpAddr) -> Answer {
    let clientele = site.sockets.way_in().clientele;
    let path = request.uri().path();
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return match path {
            "/" | "/ws" | HEALTH | READINESS => not_allowed(),
            "/metrics" if clientele.is_for_operators() => not_allowed(),
            _ => no_route(),
        };
    }
    match path {
        "/" | "/ws" if wants_websocket(&request) => upgrade(site, request, client, address),
        "/" if clientele == Clientele::Operators => text(
            StatusCode::OK,
            "Raidkeep's operators: the console is at /console/; JSON over WebSocket here and at /ws, and /metrics.\n",
        ),
        "/" => text(StatusCode::OK, introduction(site)),
        "/ws" => text(StatusCode::UPGRADE_REQUIRED, "connect with a WebSocket client\n"),
        "/metrics" if clientele.is_for_operators() => render_metrics(site),
        path if let Some(found) = site.discovery.as_ref().filter(|known| known.path == path) => {
            let mut reply = text(StatusCode::OK, found.body.clone());
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            reply.headers_mut().insert(header::CONTENT_TYPE, json);
            reply
        }
        path => health::answer(path, &site.health)
            .or_else(|| site.page.as_ref()?.answer(request.uri(), request.headers()))
            .unwrap_or_else(no_route),
    }
}

fn refusal_of_operators(site: &Site, request: &Request<Incoming>, client: &Client) -> Option<&'static str> {
    own_site::refusal(request.uri(), request.headers(), client.own, &site.sockets.config().admin.hosts)
}

fn introduction(site: &Site) -> &'static str {
    match site.page {
        Some(_) => "Raidkeep speaks JSON over WebSocket here and at /ws. Play in the browser at /play/.\n",
        None => "Raidkeep speaks JSON over WebSocket here and at /ws.\n",
    }
}

fn no_route() -> Answer {
    text(StatusCode::NOT_FOUND, "no such route\n")
}

fn too_many(retry_after_ms: u64) -> Answer {
    let mut reply = text(StatusCode::TOO_MANY_REQUESTS, "too many requests\n");
    reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_ms.div_ceil(1000)));
    reply
}

fn not_allowed() -> Answer {
    let mut reply = text(StatusCode::METHOD_NOT_ALLOWED, "use GET\n");
    reply.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    reply
}

fn render_metrics(site: &Site) -> Answer {
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

fn upgrade(site: &Rc<Site>, request: Request<Incoming>, client: Client, address: IpAddr) -> Answer {
    let headers = request.headers();
    let Some(key) = headers.get(header::SEC_WEBSOCKET_KEY) else {
        return text(StatusCode::BAD_REQUEST, "the header Sec-WebSocket-Key is missing\n");
    };
    if !has_token(headers, header::SEC_WEBSOCKET_VERSION, "13") {
        let mut reply = text(StatusCode::UPGRADE_REQUIRED, "expected Sec-WebSocket-Version: 13\n");
        reply.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        return reply;
    }
    let subprotocol = match subprotocol::chosen(headers) {
        Ok(subprotocol) => subprotocol,
        Err(refusal) => return text(StatusCode::BAD_REQUEST, refusal),
    };
    let is_for_players = site.sockets.way_in().clientele != Clientele::Operators;
    let is_own_page = || {
        let page = site.page.as_ref();
        own_site::is_same_site(headers) && page.is_some_and(|page| page.is_shown(request.uri(), headers))
    };
    if is_for_players && !cors::may_connect(headers, site.sockets.config()) && !is_own_page() {
        return text(StatusCode::FORBIDDEN, "this origin may not connect; see allowed_origins in the configuration\n");
    }
    let Ok(accept) = HeaderValue::from_str(&derive_accept_key(key.as_bytes())) else {
        return text(StatusCode::BAD_REQUEST, "the header Sec-WebSocket-Key cannot be used\n");
    };
    let mut place = None;
    if address != client.peer.ip() {
        place = match site.admission.place(address) {
            Ok(place) => place,
            Err(excess) => {
                excess.count();
                return text(StatusCode::SERVICE_UNAVAILABLE, excess.message());
            }
        };
    }
    spawn_local(hand_over(site.clone(), request, (client, place), address));
    let mut reply = Response::new(Full::default());
    *reply.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = reply.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    if let Some(name) = subprotocol {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(name));
    }
    reply
}

/// Turns an upgraded connection into a WebSocket served by a task of its own: a connection is idle most of its life and
/// should not hold what only the handshake needed.
async fn hand_over(site: Rc<Site>, request: Request<Incoming>, held: (Client, Option<Place>), address: IpAddr) {
    let operator_token = operator_cookie::token_of(request.headers());
    let upgraded = match hyper::upgrade::on(request).await {
        Ok(upgraded) => upgraded,
        Err(error) => return tracing::debug!(%address, %error, "a WebSocket handshake did not finish"),
    };
    let Ok(parts) = upgraded.downcast::<TokioIo<MeteredStream>>() else {
        return tracing::error!(%address, "an upgraded connection is no TCP stream; it is dropped");
    };
    let mut stream = parts.io.into_inner();
    if address != held.0.peer.ip() {
        // Until now the connection was the proxy's.
        stream.budget = site.admission.budget(held.1.as_ref());
    }
    let operator_token = operator_token.filter(|_| site.sockets.way_in().clientele == Clientele::Operators);
    let settings = websocket::settings(site.sockets.config().limits.frame_bytes);
    let socket = Socket::new(stream, parts.read_buf.to_vec(), settings);
    spawn_local(async move {
        site.sockets.serve(socket, Some(address), operator_token).await;
        drop(held);
    });
}
