//! The link to one other node, for requests of this one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rustls::Error;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::net::links::identity::server_name;
use crate::net::links::parcel::{Asked, Parcel, Told};
use crate::net::links::{PATH, SILENCE, feed, settings};
use raidkeep_engine::cluster::Peer;
use raidkeep_engine::request::reply::{ConnectionId, ReplyPort, ReplyTo};
use raidkeep_engine::request::{Refusal, status};

/// Requests that may wait for their replies on one link.
const WAITING_MAX: usize = 65_536;
/// For how long a connection may take to be there.
const PATIENCE: Duration = Duration::from_secs(2);
/// From one attempt to the next.
const PAUSE: Duration = Duration::from_millis(200);
/// How often the other side is asked whether it is there.
const ASK_EVERY: Duration = Duration::from_millis(500);

/// Nobody knows whether it was carried out.
const LOST: Refusal = Refusal::new(
    status::TIMED_OUT,
    "the node that has the world went away before it answered, retry with the same once key",
);

/// The link to one node.
pub(super) struct Outgoing {
    peer: Peer,
    state: Arc<Mutex<State>>,
    task: AbortHandle,
}

#[derive(Default)]
struct State {
    /// `None` = there is no connection.
    sender: Option<UnboundedSender<Asked>>,
    next: u64,
    /// How often the connection was made.
    made: u64,
    waiting: HashMap<u64, ReplyTo>,
    /// The connections that the other node knows.
    ports: HashMap<u64, Weak<dyn ReplyPort>>,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Outgoing {
    /// Begins to connect. Runs on the thread of the links.
    pub(super) fn begin(peer: Peer, connector: Result<TlsConnector, Error>) -> Arc<Self> {
        let state = Arc::default();
        let task = spawn_local(keep(peer.clone(), connector, Arc::clone(&state))).abort_handle();
        Arc::new(Self { peer, state, task })
    }

    pub(super) fn peer(&self) -> &Peer {
        &self.peer
    }

    pub(super) fn is_open(&self) -> bool {
        lock(&self.state).sender.is_some()
    }

    /// How often the connection was made.
    pub(super) fn made(&self) -> u64 {
        lock(&self.state).made
    }

    /// Sends a request, or gives the right to answer it back.
    pub(super) fn send(&self, parcel: Parcel, reply_to: ReplyTo) -> Result<(), ReplyTo> {
        let mut state = lock(&self.state);
        let Some(sender) = state.sender.clone().filter(|_| state.waiting.len() < WAITING_MAX) else {
            return Err(reply_to);
        };
        let number = state.next;
        state.next += 1;
        if let (Some(connection), Some(port)) = (parcel.connection, reply_to.port()) {
            state.ports.entry(connection).or_insert_with(|| Arc::downgrade(port));
        }
        state.waiting.insert(number, reply_to);
        // Under the lock, so that requests arrive in the order of their numbers.
        if sender.send(Asked::Request(number, Box::new(parcel))).is_err()
            && let Some(reply_to) = state.waiting.remove(&number)
        {
            return Err(reply_to);
        }
        metrics::counter!("raidkeep_requests_passed_on_total").increment(1);
        Ok(())
    }

    /// A connection is gone that the other node may know.
    pub(super) fn note_closed(&self, connection: ConnectionId) {
        let mut state = lock(&self.state);
        if state.ports.remove(&connection.0).is_some()
            && let Some(sender) = &state.sender
        {
            // A link that has just broken is forgotten there as a whole.
            let _ = sender.send(Asked::Closed(connection.0));
        }
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.task.abort();
        end(&self.state);
    }
}

/// Ends what was under way: nobody knows how.
fn end(state: &Mutex<State>) {
    let State { waiting, .. } = {
        let mut state = lock(state);
        let (next, made) = (state.next, state.made);
        std::mem::replace(&mut *state, State { next, made, ..State::default() })
    };
    waiting.into_values().for_each(|reply_to| reply_to.refuse(&LOST));
}

/// Connects again and again.
async fn keep(peer: Peer, connector: Result<TlsConnector, Error>, state: Arc<Mutex<State>>) {
    let connector = match connector {
        Ok(connector) => connector,
        Err(error) => return tracing::error!(%error, "no link can be made with the certificate of this node"),
    };
    let mut was_told = false;
    loop {
        match timeout(PATIENCE, connect(&peer, &connector)).await {
            Ok(Ok(stream)) => {
                was_told = false;
                tracing::info!(node = peer.node, "linked to another node");
                let (sender, receiver) = unbounded_channel();
                {
                    let mut state = lock(&state);
                    state.sender = Some(sender);
                    state.made += 1;
                }
                let why = carry(stream, receiver, &state).await;
                end(&state);
                tracing::info!(node = peer.node, why, "the link to another node has ended");
            }
            failed if !std::mem::replace(&mut was_told, true) => {
                let why = failed.map_or("it takes too long".to_owned(), |failed| {
                    failed.err().map(|error| error.to_string()).unwrap_or_default()
                });
                let (node, address) = (&peer.node, &peer.address);
                tracing::warn!(
                    node,
                    address,
                    why,
                    "cannot reach another node; requests for its worlds are refused here"
                );
            }
            _ => {}
        }
        sleep(PAUSE).await;
    }
}

type Stream = WebSocketStream<TlsStream<TcpStream>>;

async fn connect(peer: &Peer, connector: &TlsConnector) -> std::io::Result<Stream> {
    let stream = TcpStream::connect(&peer.address).await?;
    stream.set_nodelay(true)?;
    let stream = connector.connect(server_name()?, stream).await?;
    let url = format!("wss://{}{PATH}", peer.address);
    let opened = client_async_with_config(url, stream, Some(settings())).await;
    opened.map(|(stream, _)| stream).map_err(std::io::Error::other)
}

/// Moves requests there and replies back until the link breaks; returns why.
async fn carry(mut stream: Stream, mut asked: UnboundedReceiver<Asked>, state: &Mutex<State>) -> &'static str {
    let mut heard_at = Instant::now();
    let mut alarm = tokio::time::interval(ASK_EVERY);
    loop {
        let sent = tokio::select! {
            next = asked.recv() => match next {
                Some(first) => feed(&mut stream, first, &mut asked).await,
                None => return "this node stops",
            },
            heard = stream.next() => match heard {
                Some(Ok(message)) => {
                    heard_at = Instant::now();
                    take(message, state);
                    true
                }
                Some(Err(_)) | None => return "the other node has closed it",
            },
            _ = alarm.tick() => {
                if heard_at.elapsed() >= SILENCE {
                    return "the other node is silent";
                }
                matches!(timeout(SILENCE, stream.send(Message::Ping(Bytes::new()))).await, Ok(Ok(())))
            }
        };
        if !sent {
            return "nothing can be sent";
        }
    }
}

/// Gives what was told to whom it is for.
fn take(message: Message, state: &Mutex<State>) {
    let Message::Binary(bytes) = message else { return };
    match postcard::from_bytes(&bytes) {
        Ok(Told::Reply(number, reply)) => {
            let waiting = lock(state).waiting.remove(&number);
            if let Some(reply_to) = waiting {
                reply_to.send((*reply).into());
            }
        }
        Ok(Told::Event(connection, player, text)) => {
            if let Some(port) = port(state, connection) {
                port.push(player, &text);
            }
        }
        Ok(Told::Dismissed(connection, sign_in, why)) => {
            if let Some(port) = port(state, connection) {
                port.dismiss(sign_in, why);
            }
        }
        Err(error) => tracing::error!(%error, "another node said what this one does not understand"),
    }
}

fn port(state: &Mutex<State>, connection: u64) -> Option<Arc<dyn ReplyPort>> {
    lock(state).ports.get(&connection)?.upgrade()
}
