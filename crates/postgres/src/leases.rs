//! The thread of a node that renews its leases, looks at those of others and at the nodes, and follows where worlds should go.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use raidkeep_engine::cluster::Peer;
use raidkeep_engine::outside::{REALM, world_name};
use raidkeep_engine::storage::Tenure;

use crate::bridge::Bridge;
use crate::connection::Connection;
use crate::fault::Fault;
use crate::lease::{LeaseTimes, LeaseView, SeenLease};
use crate::nodes::{Introduction, KnownNodes, Roll, forget, wish};
use crate::placement::{Calm, NodeState, PlaceOrder, WantedPlace, WorldState, kept_for, orders, wanted_by, withheld};
use crate::settings::DatabaseSettings;
use crate::tenancy::Tenancy;

const RENEW: &str = "UPDATE raidkeep.leases SET renewals = renewals + 1, load = held.load \
     FROM unnest($1, $2, $3) AS held (world, epoch, load) \
     WHERE leases.world = held.world AND leases.epoch = held.epoch AND NOT leases.is_free RETURNING leases.world";
const LOOK: &str = "SELECT leases.world, leases.epoch, leases.node, leases.renewals, leases.is_free, worlds.last_record, \
     leases.load FROM raidkeep.leases JOIN raidkeep.worlds USING (world)";

impl SeenLease {
    /// Reads it from the columns from `at` on.
    pub(crate) fn read(row: &Row, at: usize) -> Self {
        Self { epoch: row.get(at), node: row.get(at + 1), renewals: row.get(at + 2), is_free: row.get(at + 3) }
    }
}

/// What a node knows of all leases.
#[derive(Debug, Default)]
struct Known {
    view: LeaseView,
    /// The last record of each world that was ever seen. The log of a world that is shorter was cut.
    last_records: BTreeMap<String, u64>,
    held: Vec<Arc<Tenancy>>,
    /// How much each world works in a second, in microseconds.
    loads: BTreeMap<String, u64>,
    nodes: KnownNodes,
    /// As whom this node has introduced itself, if it has.
    own: Option<Introduction>,
    has_namesake: bool,
    stops: bool,
}

impl Known {
    /// Renews nothing any more that has ended here.
    fn let_go(&mut self) {
        for tenancy in self.held.extract_if(.., |tenancy| !tenancy.holds()) {
            self.view.note_over(tenancy.world().to_string(), tenancy.epoch().to_u64().cast_signed());
        }
    }

    /// Who has a world.
    fn holder(&self, world: &str, times: LeaseTimes) -> Option<&str> {
        self.view.holder(world, times, Instant::now())
    }

    fn worlds(&self, times: LeaseTimes) -> Vec<WorldState> {
        let state = |name: &str| WorldState {
            name: name.to_owned(),
            node: self.holder(name, times).map(str::to_owned),
            wish: self.nodes.wishes.get(name).cloned(),
            load: self.loads.get(name).copied().unwrap_or_default(),
        };
        self.view.worlds().map(state).collect()
    }
}

#[derive(Debug)]
struct Shared {
    times: LeaseTimes,
    known: Mutex<Known>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread that renews the leases of this node and looks at those of others.
#[derive(Debug)]
pub(crate) struct Leases {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Leases {
    pub(crate) fn start(bridge: Arc<Bridge>, settings: DatabaseSettings, times: LeaseTimes) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { times, known: Mutex::default(), changed: Condvar::new() });
        // A server that hangs must not use up the lease.
        let settings = DatabaseSettings { patience: settings.patience.min(times.length / 3), ..settings };
        let (connection, placed, settled_at) = (None, Vec::new(), Instant::now());
        let keeper = Keeper { shared: shared.clone(), bridge, settings, connection, placed, settled_at };
        let thread = std::thread::Builder::new().name("raidkeep-leases".into()).spawn(move || keeper.run())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    pub(crate) fn times(&self) -> LeaseTimes {
        self.shared.times
    }

    /// Renews this one from now on.
    pub(crate) fn keep(&self, tenancy: &Arc<Tenancy>) {
        self.shared.lock().held.push(tenancy.clone());
    }

    /// The lease of a world, if it has ended by what this node has seen.
    pub(crate) fn ended(&self, world: &str) -> Option<SeenLease> {
        let known = self.shared.lock();
        known.view.ended(world, self.shared.times, Instant::now()).cloned()
    }

    /// Who has a world, by what this node has last seen; `None` = nobody, or it has not looked yet.
    pub(crate) fn holder(&self, world: &str) -> Option<String> {
        self.shared.lock().holder(world, self.shared.times).map(str::to_owned)
    }

    /// Which node keeps a world from this one.
    pub(crate) fn withheld(&self, own: &str, world: &str) -> Option<String> {
        let (known, times) = (self.shared.lock(), self.shared.times);
        let nodes = known.nodes.states(times);
        // What may be taken depends on what others say of themselves, and on what they have heard of this node.
        if known.own.is_some() && !nodes.iter().any(|node| node.name == own) {
            return Some("another".to_owned());
        }
        withheld(own, known.holder(world, times), &nodes, known.nodes.wishes.get(world))
    }

    /// For which node a world is kept that is wanted like this.
    pub(crate) fn kept_for(&self, own: &str, wish: Option<&WantedPlace>) -> Option<String> {
        kept_for(own, &self.shared.lock().nodes.states(self.shared.times), wish)
    }

    /// From now on this node says that it is there.
    pub(crate) fn introduce(&self, own: Introduction) {
        self.shared.lock().own = Some(own);
    }

    /// As whom this node has introduced itself.
    pub(crate) fn introduction(&self) -> Option<Introduction> {
        self.shared.lock().own.clone()
    }

    /// The nodes that are there, whether they take worlds, and how much those work that each has.
    pub(crate) fn roll(&self) -> Vec<(Peer, NodeState, Vec<WorldState>)> {
        let (known, times) = (self.shared.lock(), self.shared.times);
        let worlds = known.worlds(times);
        let of = |name: &str| worlds.iter().filter(|world| world.node.as_deref() == Some(name)).cloned().collect();
        let states = known.nodes.states(times);
        known
            .nodes
            .peers(times)
            .cloned()
            .zip(states)
            .map(|(peer, state)| (peer, state.clone(), of(&state.name)))
            .collect()
    }

    /// The last record of a world that this node has ever seen.
    pub(crate) fn last_record(&self, world: &str) -> u64 {
        self.shared.lock().last_records.get(world).copied().unwrap_or_default()
    }
}

impl Drop for Leases {
    fn drop(&mut self) {
        self.shared.lock().stops = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the leases panicked");
        }
    }
}

/// What one round brings.
struct Round {
    renewed: Vec<String>,
    seen: Vec<SeenWorld>,
    roll: Roll,
}

struct SeenWorld {
    name: String,
    lease: SeenLease,
    last_record: u64,
    load: u64,
}

impl SeenWorld {
    fn read(row: &Row) -> Self {
        let unsigned = |at: usize| row.get::<_, i64>(at).cast_unsigned();
        Self { name: row.get(0), lease: SeenLease::read(row, 1), last_record: unsigned(5), load: unsigned(6) }
    }
}

struct Keeper {
    shared: Arc<Shared>,
    bridge: Arc<Bridge>,
    settings: DatabaseSettings,
    connection: Option<Connection>,
    /// Where worlds and nodes were in the last round, and since when they are as they are.
    placed: Vec<(String, Option<String>)>,
    settled_at: Instant,
}

impl Keeper {
    fn run(mut self) {
        let mut was_down = false;
        loop {
            let requested = Instant::now();
            let (held, own) = {
                let mut known = self.shared.lock();
                known.let_go();
                (known.held.clone(), known.own.clone())
            };
            let done = self.round(&held, own.clone()).and_then(|round| {
                self.note(&held, round, requested);
                own.map_or(Ok(()), |own| self.place(&own.node, &held))
            });
            match done {
                Ok(()) => was_down = false,
                Err(fault) => {
                    if !std::mem::replace(&mut was_down, true) {
                        tracing::warn!(%fault, "the leases cannot be renewed; what is not renewed in time stops");
                    }
                    self.connection = None;
                    // What was not looked at meanwhile may have been renewed.
                    let mut known = self.shared.lock();
                    known.view.look_away();
                    known.nodes.look_away();
                }
            }
            let pause = self.shared.times.pause().saturating_sub(requested.elapsed());
            let known = self.shared.lock();
            let waited = self.shared.changed.wait_timeout_while(known, pause, |known| !known.stops);
            if waited.unwrap_or_else(PoisonError::into_inner).0.stops {
                return;
            }
        }
    }

    fn round(&mut self, held: &[Arc<Tenancy>], own: Option<Introduction>) -> Result<Round, Fault> {
        let connection = match self.connection.take().filter(Connection::is_open) {
            Some(connection) => connection,
            None => Connection::open(&self.bridge, &self.settings)?,
        };
        let worlds: Vec<String> = held.iter().map(|tenancy| tenancy.world().to_string()).collect();
        let epochs: Vec<i64> = held.iter().map(|tenancy| tenancy.epoch().to_u64().cast_signed()).collect();
        let now = Instant::now();
        let loads: Vec<i64> = held.iter().map(|tenancy| tenancy.load(now).cast_signed()).collect();
        let round = connection.ask(async move |client| {
            let held =
                [(&worlds as _, Type::TEXT_ARRAY), (&epochs as _, Type::INT8_ARRAY), (&loads as _, Type::INT8_ARRAY)];
            let renewed = if worlds.is_empty() { Vec::new() } else { client.query_typed(RENEW, &held).await? };
            let seen = client.query_typed(LOOK, &[]).await?;
            let renewed = renewed.iter().map(|row| row.get(0)).collect();
            let seen = seen.iter().map(SeenWorld::read).collect();
            Ok(Round { renewed, seen, roll: Roll::call(&client, own.as_ref()).await? })
        })?;
        self.connection = Some(connection);
        Ok(round)
    }

    fn note(&self, held: &[Arc<Tenancy>], round: Round, requested: Instant) {
        for tenancy in held {
            match round.renewed.iter().any(|world| **world == **tenancy.world()) {
                true => tenancy.renew(requested),
                false => {
                    tracing::warn!(world = %tenancy.world(), "another node has taken this world over");
                    tenancy.end();
                }
            }
        }
        let now = Instant::now();
        let mut known = self.shared.lock();
        for SeenWorld { name, lease, last_record, load } in round.seen {
            let last = known.last_records.entry(name.clone()).or_default();
            *last = last_record.max(*last);
            known.loads.insert(name.clone(), load);
            known.view.note(name, lease, now);
        }
        if round.roll.has_namesake() && !std::mem::replace(&mut known.has_namesake, true) {
            tracing::error!(
                "another process has the name of this node (cluster.node): others send requests to that one"
            );
        }
        known.nodes.note(round.roll, now);
    }

    /// Calls worlds away from this node that are wanted elsewhere. The node that has the realm says where.
    fn place(&mut self, own: &str, held: &[Arc<Tenancy>]) -> Result<(), Fault> {
        let (nodes, worlds) = {
            let known = self.shared.lock();
            (known.nodes.states(self.shared.times), known.worlds(self.shared.times))
        };
        for world in &worlds {
            let tenancy = held.iter().find(|tenancy| **tenancy.world() == *world.name);
            if let (Some(node), Some(tenancy)) = (wanted_by(&nodes, world.wish.as_ref()), tenancy)
                && node != own
            {
                tenancy.call_away();
            }
        }
        let placed = worlds.iter().map(|world| (world.name.clone(), world.node.clone()));
        let names = nodes.iter().map(|node| (node.name.clone(), node.takes().then(String::new)));
        let placed: Vec<_> = placed.chain(names).collect();
        if placed != self.placed {
            (self.placed, self.settled_at) = (placed, Instant::now());
        }
        let realm = world_name(REALM);
        let has_realm = held.iter().any(|tenancy| **tenancy.world() == *realm && tenancy.holds());
        if !has_realm {
            return Ok(());
        }
        let calm = Calm::after(self.settled_at.elapsed(), self.shared.times.silence());
        let Some(connection) = &self.connection else { return Ok(()) };
        for order in orders(&nodes, &worlds, calm) {
            match order {
                PlaceOrder::Go { world, node } => {
                    tracing::info!(world, node, "the world is to go to another node");
                    wish(connection, &world, WantedPlace { node, is_pinned: false })?;
                }
                PlaceOrder::Stay { world } => forget(connection, &world, false)?,
            }
        }
        Ok(())
    }
}
