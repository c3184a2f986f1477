//! A node of a cluster: what it has of the database, and the worlds that it takes.

use std::sync::Arc;

use tokio_postgres::Row;

use raidkeep_engine::cluster::{Peer, PeerKey, RowVersions};
use raidkeep_engine::outside::Epoch;
use raidkeep_engine::storage::log_store::Log;
use raidkeep_engine::storage::store::{Answering, Recovered};
use raidkeep_engine::storage::{Rows, StorageError, StoredWorld};

use crate::bridge::Bridge;
use crate::import::{bring, drop_world};
use crate::lease::LeaseTimes;
use crate::leases::Leases;
use crate::log::{PostgresLog, check_tail, read_records};
use crate::nodes::{Introduction, drain, forget, introduce, leave, wish};
use crate::placement::{NodeState, WantedPlace, WorldState};
use crate::pool::Pool;
use crate::rows::PostgresRows;
use crate::schema;
use crate::sealed::{name_of_log, name_of_rows};
use crate::settings::DatabaseSettings;
use crate::takeover::{Hold, Taken, take};
use crate::tenancy::{Holding, Tenancy};

const STATUS: &str = "SELECT world, node, is_free, worlds.epoch, last_record, record FROM raidkeep.worlds \
     JOIN raidkeep.leases USING (world) JOIN raidkeep.folds USING (world) ORDER BY world";

/// A world of a cluster, as the database says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldStatus {
    /// Its name.
    pub world: String,
    /// Who has it; `None` = whoever had it last gave it back.
    pub node: Option<String>,
    /// Whether its lease was not renewed for as long as this node has looked, which is at least the length of a lease.
    pub is_silent: bool,
    /// The epoch in which it runs, or ran last.
    pub epoch: Epoch,
    /// The last record of its log.
    pub last_record: u64,
    /// The last record that is in its rows.
    pub folded_record: u64,
}

/// A node of a cluster, as the database says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeStatus {
    /// Its name.
    pub node: String,
    /// Where it takes requests of other nodes.
    pub address: String,
    /// Whether it gives its worlds away.
    pub drains: bool,
    /// Whether it takes none because another node could not read its rows.
    pub is_too_new: bool,
    /// How many worlds it has.
    pub worlds: usize,
    /// How much of a second they work in a second together, in microseconds.
    pub load_us: u64,
}

/// A node: it takes worlds, and keeps them as long as it can say so to the database.
#[derive(Debug)]
pub struct Node {
    name: Arc<str>,
    leases: Leases,
    pool: Arc<Pool>,
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(own) = self.leases.introduction()
            && let Err(error) = self.pool.with(|connection| leave(connection, own))
        {
            tracing::debug!(%error, "the other nodes find out by themselves that this one is gone");
        }
    }
}

impl Node {
    /// Connects to the database, makes its tables if they are not there, and begins to look at the leases.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub fn start(name: &str, settings: DatabaseSettings, times: LeaseTimes) -> Result<Self, StorageError> {
        let thread = |source| StorageError::Folder { path: "threads of the database".to_owned(), source };
        let bridge = Arc::new(Bridge::start().map_err(thread)?);
        let pool = Arc::new(Pool::new(bridge.clone(), settings.clone()));
        pool.with(schema::make)?;
        let leases = Leases::start(bridge, settings, times).map_err(thread)?;
        Ok(Self { name: name.into(), leases, pool })
    }

    /// Takes a world over, and folds what its rows lack. With `answering`, it must be the one that this process had, with all
    /// that it has answered.
    ///
    /// # Errors
    /// [`StorageError::Elsewhere`] when another node has it; others when its stores cannot be used.
    pub fn take(&self, world: &str, answering: Option<Answering>) -> Result<StoredWorld, StorageError> {
        if let Some(withheld) = self.withheld(world) {
            return Err(withheld);
        }
        let world: Arc<str> = world.into();
        let connection = self.pool.open()?;
        let remembered = self.leases.last_record(&world);
        let kept_for = |wish: Option<&WantedPlace>| self.leases.kept_for(&self.name, wish);
        let ended = self.leases.ended(&world);
        let hold = match take(&connection, &world, &self.name, ended.as_ref(), (kept_for, rand::random()))? {
            Taken::Now(hold) => hold,
            Taken::KeptFor(node) => return Err(StorageError::Elsewhere { world: world.to_string(), node }),
            Taken::HeldBy(lease) => {
                return Err(StorageError::Elsewhere { world: world.to_string(), node: lease.node });
            }
        };
        let Hold { log: end, fold, was_free, requested } = hold;
        if end.last_record < remembered {
            let (log, missing) = (name_of_log(&world), end.last_record + 1);
            return Err(StorageError::LogIncomplete { log, missing, answered: remembered });
        }
        let tenancy = Arc::new(Tenancy::new(world.clone(), end.epoch, self.leases.times(), requested));
        self.leases.keep(&tenancy);
        let holding = Holding(tenancy.clone());
        let tail = read_records(&connection, &world, end.id, fold.record + 1)?;
        let tail: Vec<_> = tail.into_iter().map(|(_, record)| record).collect();
        check_tail(&world, fold.record + 1, end.last_record, &tail)?;
        let rows = PostgresRows::new(self.pool.clone(), world.clone(), end.epoch);
        let folded = rows.fold_tail(&tail)?;
        if let Some(answering) = answering {
            let found = Answering { world: end.id, last: folded.batch };
            answering.compare(found, &name_of_rows(&world))?;
        }
        let recovered = Recovered {
            last_batch: folded.batch,
            moment_ms: (folded.batch.0 > 0).then_some(folded.moment_ms),
            folded_at_start: tail.len() as u64,
            was_cut_off: !was_free,
            was_copy: false,
        };
        let log = PostgresLog::new(connection, world, end, holding, self.pool.clone())?;
        let log = Log::new(Box::new(log), end.epoch, end.last_record + 1);
        Ok(StoredWorld { log, rows: Rows::new(rows), recovered, tenure: tenancy })
    }

    /// Brings a world into the database: all of its rows as they are stored, or nothing. Returns how many there are.
    ///
    /// # Errors
    /// When the database has the world already, the rows cannot be read, or the database fails.
    pub fn bring(&self, world: &str, rows: &Rows) -> Result<u64, StorageError> {
        bring(&self.pool.open()?, &world.into(), rows)
    }

    /// Deletes all that the database has of a world that this node has taken over, and that is elsewhere now.
    ///
    /// # Errors
    /// When the node no longer has it, or the database fails.
    pub fn drop_world(&self, stored: StoredWorld) -> Result<(), StorageError> {
        if !stored.tenure.holds() {
            return Err(self.elsewhere(stored.rows.world_name()));
        }
        drop_world(&self.pool.open()?, &stored.rows.world_name().into())
    }

    /// From now on other nodes know where this one takes their requests. It says that it is gone when it is dropped.
    ///
    /// # Errors
    /// When the database fails.
    pub fn introduce(&self, address: &str, key: PeerKey, rows: RowVersions) -> Result<(), StorageError> {
        let own = Introduction { node: self.name.to_string(), address: address.to_owned(), key, rows };
        self.pool.with(|connection| introduce(connection, &own))?;
        self.leases.introduce(own);
        Ok(())
    }

    /// Whether others know of this node.
    pub(crate) fn is_introduced(&self) -> bool {
        self.leases.introduction().is_some()
    }

    /// That another node has this world, as far as this one knows.
    pub(crate) fn elsewhere(&self, world: &str) -> StorageError {
        let node = self.leases.holder(world).unwrap_or_else(|| "another".to_owned());
        StorageError::Elsewhere { world: world.to_owned(), node }
    }

    /// The nodes that are there besides this one.
    pub fn peers(&self) -> Vec<Peer> {
        self.leases.roll().into_iter().map(|(peer, ..)| peer).filter(|peer| *peer.node != *self.name).collect()
    }

    /// Why this node cannot have a world, by what it has last seen; `None` = it may try.
    pub fn withheld(&self, world: &str) -> Option<StorageError> {
        let node = self.leases.withheld(&self.name, world)?;
        Some(StorageError::Elsewhere { world: world.to_owned(), node })
    }

    /// Which node has a world, by what this one has last seen; `None` = nobody.
    pub fn owner(&self, world: &str) -> Option<String> {
        self.leases.holder(world)
    }

    /// Has a node take a world from whoever has it now, and keep it; with `None`, worlds are spread as they were.
    ///
    /// # Errors
    /// When the database fails.
    pub fn move_world(&self, world: &str, node: Option<&str>) -> Result<(), StorageError> {
        let wanted = node.map(|node| WantedPlace { node: node.to_owned(), is_pinned: true });
        self.pool.with(|connection| {
            let wished = match wanted {
                Some(wanted) => wish(connection, world, wanted),
                None => forget(connection, world, true),
            };
            wished.map_err(|fault| fault.while_doing("move a world"))
        })
    }

    /// Has a node give all its worlds away, and take none until it is started again. Whether there is such a node.
    ///
    /// # Errors
    /// When the database fails.
    pub fn drain(&self, node: &str) -> Result<bool, StorageError> {
        self.pool.with(|connection| drain(connection, node))
    }

    /// All nodes that are there, by what this one has last seen.
    pub fn nodes(&self) -> Vec<NodeStatus> {
        let status = |(peer, state, worlds): (Peer, NodeState, Vec<WorldState>)| NodeStatus {
            node: peer.node,
            address: peer.address,
            drains: state.drains,
            is_too_new: state.is_too_new,
            worlds: worlds.len(),
            load_us: worlds.iter().map(|world| world.load).sum(),
        };
        self.leases.roll().into_iter().map(status).collect()
    }

    /// All worlds of the database, as it is now.
    ///
    /// # Errors
    /// When the database fails.
    pub fn status(&self) -> Result<Vec<WorldStatus>, StorageError> {
        self.pool.with(|connection| {
            let found = connection.ask(async |client| client.query_typed(STATUS, &[]).await);
            let found = found.map_err(|fault| fault.while_doing("read the leases"))?;
            Ok(found.iter().map(|row| self.status_of(row)).collect())
        })
    }

    fn status_of(&self, row: &Row) -> WorldStatus {
        let unsigned = |at: usize| row.get::<_, i64>(at).cast_unsigned();
        let (world, node): (String, String) = (row.get(0), row.get(1));
        let node = (!row.get::<_, bool>(2)).then_some(node);
        let is_silent = self.leases.ended(&world).is_some();
        let (last_record, folded_record) = (unsigned(4), unsigned(5));
        WorldStatus { world, node, is_silent, epoch: Epoch::from_u64(unsigned(3)), last_record, folded_record }
    }

    /// The rows of a world as they were last folded, whoever has it. Nothing can be folded into them.
    pub fn peek(&self, world: &str) -> Rows {
        Rows::new(PostgresRows::new(self.pool.clone(), world.into(), Epoch::BEFORE))
    }
}
