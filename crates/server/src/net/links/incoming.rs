//! The links of other nodes to this one: their requests come in here.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::value::RawValue;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

use crate::net::links::parcel::{Asked, Caller, Parcel, Told};
use crate::net::links::{Desks, LinksShared, PATH, SILENCE, feed, settings};
use crate::net::outbox::next_connection_id;
use crate::net::routes::Stranger;
use crate::net::way_in::Slot;
use raidkeep_engine::request::SignIn;
use raidkeep_engine::request::answer::ON_ITS_WAY;
use raidkeep_engine::request::envelope::{Envelope, refusal_text};
use raidkeep_engine::request::reply::{Addressee, ConnectionId, Dismissal, Reply, ReplyPort};

/// For how long a handshake may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// After a connection could not be accepted.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts links, for ever.
pub(super) async fn accept(shared: &Arc<LinksShared>, socket: std::net::TcpListener) {
    let known = shared.clone();
    let acceptor = shared.identity.server(Box::new(move |key| known.peers().iter().any(|peer| peer.key == *key)));
    let (acceptor, listener) = match (acceptor, TcpListener::from_std(socket)) {
        (Ok(acceptor), Ok(listener)) => (acceptor, listener),
        (Err(error), _) => return refuse_all(&error).await,
        (_, Err(error)) => return refuse_all(&error).await,
    };
    loop {
        match listener.accept().await {
            Ok((stream, from)) => drop(spawn_local(serve(shared.clone(), acceptor.clone(), stream, from))),
            Err(error) => {
                tracing::debug!(%error, "cannot accept a link of another node");
                sleep(PAUSE).await;
            }
        }
    }
}

async fn refuse_all(error: &(dyn std::error::Error + 'static)) {
    tracing::error!(%error, "this node takes no requests of other nodes");
    std::future::pending().await
}

type Stream = WebSocketStream<TlsStream<TcpStream>>;

async fn serve(shared: Arc<LinksShared>, acceptor: TlsAcceptor, stream: TcpStream, from: SocketAddr) {
    let opened = timeout(PATIENCE, open(acceptor, stream)).await;
    let stream = match opened {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return tracing::debug!(%from, %error, "whoever wanted a link is no node"),
        Err(_) => return tracing::debug!(%from, "a link took too long to begin"),
    };
    let (sender, told) = unbounded_channel();
    let mut guests = Guests { shared, sender, known: HashMap::new() };
    carry(stream, told, &mut guests).await;
}

#[expect(clippy::result_large_err, reason = "the library's callback asks for its own type")]
fn check_path(request: &Request, response: Response) -> Result<Response, ErrorResponse> {
    if request.uri().path() == PATH {
        return Ok(response);
    }
    let mut refused = ErrorResponse::new(Some("another version of the program".to_owned()));
    *refused.status_mut() = StatusCode::NOT_FOUND;
    Err(refused)
}

async fn open(acceptor: TlsAcceptor, stream: TcpStream) -> std::io::Result<Stream> {
    stream.set_nodelay(true)?;
    let stream = acceptor.accept(stream).await?;
    let opened = accept_hdr_async_with_config(stream, check_path, Some(settings())).await;
    opened.map_err(std::io::Error::other)
}

/// Moves requests in and replies out until the link breaks.
async fn carry(mut stream: Stream, mut told: UnboundedReceiver<Told>, guests: &mut Guests) {
    loop {
        tokio::select! {
            next = told.recv() => {
                let Some(first) = next else { return };
                if !feed(&mut stream, first, &mut told).await {
                    return;
                }
            }
            // The other side asks several times a second whether this one is there.
            heard = timeout(SILENCE, stream.next()) => match heard {
                Ok(Some(Ok(Message::Binary(bytes)))) => guests.take(&bytes),
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(_)) | None) | Err(_) => return,
            }
        }
    }
}

/// The connections of another node's clients that have asked here.
struct Guests {
    shared: Arc<LinksShared>,
    sender: UnboundedSender<Told>,
    known: HashMap<u64, Guest>,
}

/// A connection of another node.
struct Guest {
    id: ConnectionId,
    port: Arc<GuestPort>,
    /// The worlds here that know it.
    worlds: Vec<u32>,
}

impl Guests {
    fn take(&mut self, bytes: &[u8]) {
        match postcard::from_bytes(bytes) {
            Ok(Asked::Request(number, parcel)) => self.ask(number, *parcel),
            Ok(Asked::Closed(connection)) => {
                if let (Some(guest), Some(desks)) = (self.known.remove(&connection), self.shared.desks.get()) {
                    forget(&guest, desks);
                }
            }
            Err(error) => tracing::error!(%error, "another node asked what this one does not understand"),
        }
    }

    fn ask(&mut self, number: u64, parcel: Parcel) {
        let port = self.port(&parcel);
        let slot = Slot { port: &port, serial: number, came_at: Instant::now() };
        let Parcel { world, function, data, once, id, caller, address, .. } = parcel;
        let desks = self.shared.desks.get();
        let way_in = desks.and_then(|desks| match caller {
            Caller::Known(_) => desks.players.upgrade(),
            Caller::Operator(_) => desks.operators.upgrade(),
        });
        let data = data.map(RawValue::from_string).transpose();
        let (Some(way_in), Ok(data)) = (way_in, data) else {
            return port.reply(number, Reply::new(refusal_text(&ON_ITS_WAY, &id)));
        };
        let (function, once) = (Cow::Owned(function), once.map(Cow::Owned));
        let mut envelope = Envelope { world, function, data: data.as_deref(), id, once, token: None };
        match &caller {
            Caller::Known(credential) => {
                way_in.receive_identified(envelope, credential.clone().into(), address, slot);
            }
            Caller::Operator(token) => {
                envelope.token = token.as_deref();
                // If it is not sent, it has been answered.
                let _ = way_in.receive_envelope(envelope, &Stranger, address, Ok(()), slot);
            }
        }
    }

    fn port(&mut self, parcel: &Parcel) -> Arc<GuestPort> {
        let Some(number) = parcel.connection else {
            return Arc::new(GuestPort { connection: None, sender: self.sender.clone() });
        };
        let sender = &self.sender;
        let guest = self.known.entry(number).or_insert_with(|| {
            let id = next_connection_id();
            let port = Arc::new(GuestPort { connection: Some((id, number)), sender: sender.clone() });
            Guest { id, port, worlds: Vec::new() }
        });
        for world in [parcel.world, parcel.to] {
            if !guest.worlds.contains(&world) {
                guest.worlds.push(world);
            }
        }
        guest.port.clone()
    }
}

fn forget(guest: &Guest, desks: &Desks) {
    if let Some(way_in) = desks.players.upgrade() {
        way_in.offices.note_closed(guest.id, &guest.worlds);
    }
}

impl Drop for Guests {
    fn drop(&mut self) {
        if let Some(desks) = self.shared.desks.get() {
            self.known.values().for_each(|guest| forget(guest, desks));
        }
    }
}

/// Takes what is for a connection of another node there.
struct GuestPort {
    /// The connection's number here, and on its own node; `None` = it is for one request only.
    connection: Option<(ConnectionId, u64)>,
    sender: UnboundedSender<Told>,
}

impl ReplyPort for GuestPort {
    // A link that has broken has told the other node so.

    fn reply(&self, serial: u64, reply: Reply) {
        let _ = self.sender.send(Told::Reply(serial, Box::new(reply.into())));
    }

    fn push(&self, player: Option<Addressee>, text: &str) {
        if let Some((_, number)) = self.connection {
            let _ = self.sender.send(Told::Event(number, player, text.to_owned()));
        }
    }

    fn dismiss(&self, sign_in: SignIn, why: Dismissal) {
        if let Some((_, number)) = self.connection {
            let _ = self.sender.send(Told::Dismissed(number, sign_in, why));
        }
    }

    fn connection(&self) -> Option<ConnectionId> {
        self.connection.map(|(id, _)| id)
    }
}
