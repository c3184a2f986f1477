//! Links between the nodes of a cluster: any node takes any client, and passes requests for a world that another node has on
//! to that one, over a connection that is kept.
//!
//! What travels is what a [`ReplyPort`] does: a request goes there with whom it is of, and its reply, the events of its
//! connection and its dismissal come back in the order in which the world's thread gave them. So a client sees no difference,
//! and the connection's own outbox keeps the order of replies. A request goes one hop; where the world is not (any more), it is
//! refused with status 16 and `retry_after_ms`. Requests on a link that breaks end as unknown (status -2), as after a crash.
//!
//! Nodes know each other by certificates that each makes for itself at its start and that it puts beside the leases: whoever
//! may write there may be a node anyway.

mod identity;
mod incoming;
mod outgoing;
mod parcel;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::SinkExt;
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio::task::LocalSet;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

pub(super) use parcel::Parcel;

use crate::net::links::identity::Identity;
use crate::net::links::incoming::accept;
use crate::net::links::outgoing::Outgoing;
use crate::net::start_error::{StartError, system};
use crate::net::way_in::WayIn;
use raidkeep_engine::cluster::{Peer, RowVersions, SharedStores};
use raidkeep_engine::open::WorldStores;
use raidkeep_engine::request::answer::ON_ITS_WAY;
use raidkeep_engine::request::reply::{ConnectionId, ReplyTo};

/// How often it is looked which nodes are there.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Without a word from the other side for this long, a link is given up.
const SILENCE: Duration = Duration::from_secs(3);
/// Between the end of the worlds and that of the links.
const LAST_WORDS: Duration = Duration::from_millis(50);
/// The longest message: a request with an image, or a long reply.
const MESSAGE_BYTES_MAX: usize = 64 << 20;
/// The path of links. Nodes that speak another version have another one.
const PATH: &str = "/links/1";

/// The links of this node to all others.
pub(super) struct Links {
    shared: Arc<LinksShared>,
    closing: watch::Sender<bool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct LinksShared {
    stores: Arc<dyn WorldStores>,
    identity: Identity,
    address: String,
    outgoing: Mutex<BTreeMap<String, Arc<Outgoing>>>,
    /// By world, the link to the node that has it, and how often that link was made.
    ways: Mutex<BTreeMap<u32, (String, u64)>>,
    desks: OnceLock<Desks>,
}

/// Where requests of other nodes come in.
struct Desks {
    players: Weak<WayIn>,
    operators: Weak<WayIn>,
}

impl LinksShared {
    fn stores(&self) -> Option<&dyn SharedStores> {
        self.stores.shared()
    }

    fn peers(&self) -> Vec<Peer> {
        self.stores().map(SharedStores::peers).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Outgoing>>> {
        self.outgoing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The open link to the node that has a world.
    fn link_to(&self, world: u32) -> Option<Arc<Outgoing>> {
        let owner = self.stores()?.owner(world)?;
        self.lock().get(&owner).filter(|link| link.is_open()).cloned()
    }

    /// Begins links to nodes that have come, and ends those to nodes that are gone or have begun anew.
    fn look(self: &Arc<Self>) {
        let peers = self.peers();
        let mut links = self.lock();
        let is_gone = |link: &Arc<Outgoing>| !peers.contains(link.peer());
        let names: Vec<String> = links.iter().filter(|(_, link)| is_gone(link)).map(|(name, _)| name.clone()).collect();
        let gone: Vec<_> = names.iter().filter_map(|name| links.remove(name)).collect();
        for peer in &peers {
            let begin = || Outgoing::begin(peer.clone(), self.identity.client(&peer.key));
            links.entry(peer.node.clone()).or_insert_with(begin);
        }
        let open = links.values().filter(|link| link.is_open()).count();
        metrics::gauge!("raidkeep_links_open").set(open as f64);
        drop(links);
        self.look_for_moves();
        // Whoever is answered now may be gone, which is told to the links.
        drop(gone);
    }

    /// Notes which worlds are reached by another way than before: they know none of the connections here.
    fn look_for_moves(&self) {
        let way_in = self.desks.get().and_then(|desks| desks.players.upgrade());
        let (Some(way_in), Some(stores)) = (way_in, self.stores()) else { return };
        let mut ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        for world in 0..way_in.offices.world_count() {
            let link = stores.owner(world).and_then(|owner| self.lock().get(&owner).cloned());
            let way = link.filter(|link| link.is_open()).map(|link| (link.peer().node.clone(), link.made()));
            let Some(way) = way else {
                ways.remove(&world);
                continue;
            };
            if ways.insert(world, way.clone()) != Some(way) {
                way_in.offices.note_life(world);
            }
        }
    }
}

impl Links {
    /// Begins to take requests of other nodes on `socket`, which they reach at `address`.
    ///
    /// # Errors
    /// When the system gives no thread, or no certificate can be made.
    pub(super) fn start(
        stores: Arc<dyn WorldStores>,
        socket: std::net::TcpListener,
        address: String,
    ) -> Result<Self, StartError> {
        let identity = Identity::make().map_err(system("make a certificate of this node"))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(system("start a runtime"))?;
        let (outgoing, ways, desks) = (Mutex::default(), Mutex::default(), OnceLock::new());
        let shared = Arc::new(LinksShared { stores, identity, address, outgoing, ways, desks });
        let (closing, closed) = watch::channel(false);
        let served = shared.clone();
        let serve = move || LocalSet::new().block_on(&runtime, serve(served, socket, closed));
        let thread = std::thread::Builder::new().name("raidkeep-links".to_owned()).spawn(serve);
        let thread = Mutex::new(Some(thread.map_err(system("start a thread"))?));
        Ok(Self { shared, closing, thread })
    }

    /// Requests of other nodes come in here from now on.
    pub(super) fn open(&self, players: &Arc<WayIn>, operators: &Arc<WayIn>) {
        let (players, operators) = (Arc::downgrade(players), Arc::downgrade(operators));
        self.shared.desks.get_or_init(|| Desks { players, operators });
    }

    /// Tells the other nodes of this one, which would write rows of these versions.
    ///
    /// # Errors
    /// When they cannot be told.
    pub(super) fn introduce(&self, rows: RowVersions) -> Result<(), StartError> {
        let (address, key) = (&self.shared.address, self.shared.identity.key());
        Ok(self.shared.stores().map_or(Ok(()), |stores| stores.introduce(address, key, rows))?)
    }

    /// Passes a request on to the node that has its world; it is refused if nobody has it, or that node cannot be reached.
    pub(super) fn pass_on(&self, parcel: Parcel, reply_to: ReplyTo) {
        let refused = match self.shared.link_to(parcel.to) {
            Some(link) => link.send(parcel, reply_to).err(),
            None => Some(reply_to),
        };
        if let Some(reply_to) = refused {
            reply_to.refuse(&ON_ITS_WAY);
        }
    }

    /// Whether the node that has a world can be reached.
    pub(super) fn reaches(&self, world: u32) -> bool {
        self.shared.link_to(world).is_some()
    }

    /// Tells the nodes that know this connection that it is gone.
    pub(super) fn note_closed(&self, connection: ConnectionId) {
        let links: Vec<_> = self.shared.lock().values().cloned().collect();
        links.iter().for_each(|link| link.note_closed(connection));
    }

    /// Ends all links.
    pub(super) fn close(&self) {
        self.closing.send_replace(true);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread of the links panicked");
        }
    }
}

/// Of the messages on links.
fn settings() -> WebSocketConfig {
    let settings = WebSocketConfig::default();
    settings.max_message_size(Some(MESSAGE_BYTES_MAX)).max_frame_size(Some(MESSAGE_BYTES_MAX))
}

/// Sends all that is there to be sent, and flushes once; false when the link is broken.
async fn feed<S, T>(stream: &mut WebSocketStream<S>, first: T, more: &mut UnboundedReceiver<T>) -> bool
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: Serialize,
{
    let send = async {
        let mut next = Some(first);
        while let Some(said) = next {
            let Ok(bytes) = postcard::to_stdvec(&said) else { return false };
            if stream.feed(Message::Binary(bytes.into())).await.is_err() {
                return false;
            }
            next = more.try_recv().ok();
        }
        stream.flush().await.is_ok()
    };
    matches!(timeout(SILENCE, send).await, Ok(true))
}

async fn serve(shared: Arc<LinksShared>, socket: std::net::TcpListener, mut closed: watch::Receiver<bool>) {
    let watch = async {
        loop {
            shared.look();
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::select! {
        () = watch => {}
        () = accept(&shared, socket) => {}
        _ = closed.wait_for(|closed| *closed) => {}
    }
    // What worlds have answered last still leaves.
    tokio::time::sleep(LAST_WORDS).await;
    let ended = std::mem::take(&mut *shared.lock());
    drop(ended);
}
