//! Which node has which world: leases, kept by one thread of each node.
//!
//! No clock of a machine is compared with another one's. Whoever has a world stops answering when its own monotonic clock
//! says that the lease, as of the request that renewed it last, is over. Others take the world only after they have seen no
//! renewal for longer than that by their own clock.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use raidkeep_engine::storage::Tenure;

use crate::bridge::Bridge;
use crate::connection::Connection;
use crate::fault::Fault;
use crate::settings::DatabaseSettings;
use crate::tenancy::{LeaseTimes, Tenancy};

const RENEW: &str = "UPDATE raidkeep.leases SET renewals = renewals + 1 \
     FROM unnest($1, $2) AS held (world, epoch) \
     WHERE leases.world = held.world AND leases.epoch = held.epoch AND NOT leases.is_free RETURNING leases.world";
const LOOK: &str = "SELECT leases.world, leases.epoch, leases.node, leases.renewals, leases.is_free, worlds.last_record \
     FROM raidkeep.leases JOIN raidkeep.worlds USING (world)";

/// A lease as a row of the table says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeenLease {
    epoch: i64,
    pub(crate) node: String,
    renewals: i64,
    pub(crate) is_free: bool,
}

impl SeenLease {
    /// Reads it from the columns from `at` on.
    pub(crate) fn read(row: &Row, at: usize) -> Self {
        Self { epoch: row.get(at), node: row.get(at + 1), renewals: row.get(at + 2), is_free: row.get(at + 3) }
    }
}

/// What a node knows of all leases.
#[derive(Debug, Default)]
struct Known {
    /// Since when each is as it is, over looks that have all succeeded.
    seen: BTreeMap<String, (SeenLease, Instant)>,
    /// The last record of each world that was ever seen. The log of a world that is shorter was cut.
    last_records: BTreeMap<String, u64>,
    held: Vec<Arc<Tenancy>>,
    stops: bool,
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
        let keeper = Keeper { shared: shared.clone(), bridge, settings, connection: None };
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
        let (lease, since) = known.seen.get(world)?;
        (since.elapsed() >= self.shared.times.silence()).then(|| lease.clone())
    }

    /// Who has a world, by what this node has last seen; `None` = nobody, or it has not looked yet.
    pub(crate) fn holder(&self, world: &str) -> Option<String> {
        let known = self.shared.lock();
        let (lease, since) = known.seen.get(world)?;
        let is_held = !lease.is_free && since.elapsed() < self.shared.times.silence();
        is_held.then(|| lease.node.clone())
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
    seen: Vec<(String, SeenLease, u64)>,
}

struct Keeper {
    shared: Arc<Shared>,
    bridge: Arc<Bridge>,
    settings: DatabaseSettings,
    connection: Option<Connection>,
}

impl Keeper {
    fn run(mut self) {
        let mut was_down = false;
        loop {
            let requested = Instant::now();
            let held = {
                let mut known = self.shared.lock();
                known.held.retain(|tenancy| tenancy.holds());
                known.held.clone()
            };
            match self.round(&held) {
                Ok(round) => {
                    was_down = false;
                    self.note(&held, round, requested);
                }
                Err(fault) => {
                    if !std::mem::replace(&mut was_down, true) {
                        tracing::warn!(%fault, "the leases cannot be renewed; what is not renewed in time stops");
                    }
                    self.connection = None;
                    // What was not looked at meanwhile may have been renewed.
                    self.shared.lock().seen.clear();
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

    fn round(&mut self, held: &[Arc<Tenancy>]) -> Result<Round, Fault> {
        let connection = match self.connection.take().filter(Connection::is_open) {
            Some(connection) => connection,
            None => Connection::open(&self.bridge, &self.settings)?,
        };
        let worlds: Vec<String> = held.iter().map(|tenancy| tenancy.world().to_string()).collect();
        let epochs: Vec<i64> = held.iter().map(|tenancy| tenancy.epoch().to_u64().cast_signed()).collect();
        let round = connection.ask(async move |client| {
            let held = [(&worlds as _, Type::TEXT_ARRAY), (&epochs as _, Type::INT8_ARRAY)];
            let renewed = if worlds.is_empty() { Vec::new() } else { client.query_typed(RENEW, &held).await? };
            let seen = client.query_typed(LOOK, &[]).await?;
            let look = |row: &Row| (row.get(0), SeenLease::read(row, 1), row.get::<_, i64>(5).cast_unsigned());
            Ok(Round { renewed: renewed.iter().map(|row| row.get(0)).collect(), seen: seen.iter().map(look).collect() })
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
        for (world, lease, last_record) in round.seen {
            let last = known.last_records.entry(world.clone()).or_default();
            *last = last_record.max(*last);
            match known.seen.get(&world) {
                Some((before, _)) if *before == lease => {}
                _ => drop(known.seen.insert(world, (lease, now))),
            }
        }
    }
}
