//! Carries out the worlds' exchanges with platforms over HTTP and HTTPS, on its own thread, so that neither slow
//! platforms nor encryption hold up the worlds. Connections are kept alive and reused; redirects are not followed.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::net::returns::Returns;
use raidkeep_engine::exchange::lines::Outgoing;
use raidkeep_engine::exchange::{Answered, CallFailure, CallOutcome, Exchange, Method};
use raidkeep_engine::tick::Input;

/// The longest answer to read.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// How long an unused connection is kept alive.
const IDLE: Duration = Duration::from_secs(60);

/// Takes exchanges; their outcomes return to the world that made them. The worlds' lines limit how many are
/// queued here.
#[derive(Clone)]
pub struct PlatformClient(UnboundedSender<(Outgoing, Returns)>);

impl PlatformClient {
    /// Carries out an exchange.
    pub fn call(&self, outgoing: Outgoing, returns: Returns) {
        // A finished thread means that the server stops; open calls are settled after the next start.
        let _ = self.0.send((outgoing, returns));
    }
}

/// Starts the thread, which trusts the certificates of these roots. It ends when every [`PlatformClient`] is dropped;
/// exchanges still in flight are abandoned.
pub fn start(roots: RootCertStore) -> std::io::Result<PlatformClient> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (sender, receiver) = unbounded_channel();
    let thread = std::thread::Builder::new().name("raidkeep-platforms".into());
    thread.spawn(move || runtime.block_on(carry(receiver, roots)))?;
    Ok(PlatformClient(sender))
}

type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

async fn carry(mut calls: UnboundedReceiver<(Outgoing, Returns)>, roots: RootCertStore) {
    let client = client(roots);
    while let Some((outgoing, returns)) = calls.recv().await {
        let client = client.clone();
        tokio::spawn(async move {
            let Outgoing { number, exchange, deadline_seconds } = outgoing;
            let patience = Duration::from_secs(deadline_seconds.unsigned_abs());
            let answer = tokio::time::timeout(patience, send(&client, exchange)).await;
            returns.push(Input::Answered(number, answer.unwrap_or(Err(CallFailure::TimedOut))));
        });
    }
}

fn client(roots: RootCertStore) -> HttpClient {
    let mut http = HttpConnector::new();
    http.set_nodelay(true);
    http.enforce_http(false);
    let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let https = hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(http);
    Client::builder(TokioExecutor::new()).pool_idle_timeout(IDLE).pool_timer(TokioTimer::new()).build(https)
}

async fn send(client: &HttpClient, exchange: Exchange) -> CallOutcome {
    let request = request(exchange).map_err(|error| CallFailure::NotSent(error.to_string()))?;
    let response = client.request(request).await.map_err(|error| {
        let reason = root_cause(&error);
        if error.is_connect() { CallFailure::NotSent(reason) } else { CallFailure::Lost(reason) }
    })?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
    let body = body.map_err(|error| CallFailure::Lost(root_cause(error.as_ref())))?;
    Ok(Answered { status, body: body.to_bytes().to_vec() })
}

fn request(exchange: Exchange) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let Exchange { method, url, headers, body } = exchange;
    let method = match method {
        Method::Get => hyper::Method::GET,
        Method::Post => hyper::Method::POST,
    };
    let request = Request::builder().method(method).uri(url);
    let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
    request.body(Full::new(body.into()))
}

/// The innermost cause of an error. The outer ones may contain the URL, which has signatures.
fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
