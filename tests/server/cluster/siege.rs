//! Two nodes that share world and realm, and are killed and hung in turn while pairs of players use every feature, as in [`kill_cycles`](crate::kill_cycles):
//! after each take-over every player's state must match its replies, and in the end each order is settled once.
//!
//! `RAIDKEEP_NODE_CYCLES=100 RAIDKEEP_NODE_SEED=7 .ci/cluster siege` runs longer.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use raidkeep::engine::storage::RowStore;
use raidkeep::engine::storage::store::Store;
use raidkeep::engine::verify::verify;
use raidkeep::game::build_app;
use raidkeep::server::config::Config;
use raidkeep::studio::long_run::setting;
use tempfile::TempDir;

use crate::cluster::database::Database;
use crate::cluster::nodes::{await_service, on};
use crate::kill_cycles::siege::{Siege, run, verify as verify_folder};
use crate::kill_cycles::{tell, total};
use crate::process::{Host, Lcg, PROGRAM, Server};

const PAIRS: usize = 4;
const WORLD: &str = "world-0";
/// All rows are checked once in this many cycles.
const VERIFY_EVERY: usize = 3;

/// A node that clients connect to, and another one.
pub(crate) struct Nodes {
    database: Database,
    archive: TempDir,
    hosts: [Host; 2],
    /// The other one, which clients go to when the first is gone.
    standing_by: Option<(usize, Server)>,
    /// How long each take-over took.
    pub(crate) took: Vec<Duration>,
}

impl Nodes {
    /// Nodes on hosts that are alike.
    pub(crate) fn new(database: Database, host: impl Fn(&Path) -> Host) -> Self {
        let archive = tempfile::tempdir().expect("a temporary folder");
        let hosts = ["a", "b"].map(|name| on(&database, name, host(archive.path())));
        Self { database, archive, hosts, standing_by: None, took: Vec::new() }
    }

    /// The node that clients connect to now, with another one beside it.
    pub(crate) fn start(&mut self) -> Server {
        let (at, server) = match self.standing_by.take() {
            Some((at, server)) => {
                self.took.push(await_service(&server));
                (at, server)
            }
            None => (0, self.hosts[0].start()),
        };
        await_service(&server);
        let other = 1 - at;
        self.standing_by = Some((other, self.hosts[other].start()));
        server
    }

    /// Waits until the other one serves everything.
    pub(crate) fn await_take_over(&mut self) {
        if let Some((_, server)) = &self.standing_by {
            self.took.push(await_service(server));
        }
    }

    /// Stops all nodes in order, puts the world together from what all of them have archived, and compares.
    pub(crate) fn restore(&mut self) -> Result<(), String> {
        let mut server = self.start();
        self.standing_by.take().ok_or("nobody stands by")?.1.process.kill();
        await_service(&server);
        server.stop();
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let (archive, data) = (self.archive.path(), folder.path().join("restored"));
        run(Command::new(PROGRAM).args(["archive", "verify"]).arg(archive))?;
        run(Command::new(PROGRAM).arg("restore").arg("--archive").arg(archive).arg("--data").arg(&data))?;
        verify_folder(&data)?;
        let restored = Store::open_folder(&data, WORLD).map_err(|error| error.to_string())?;
        let (found, expected) = (all(&restored.rows), all(&*self.database.node("checker").peek(WORLD)));
        let differs = expected.keys().chain(found.keys()).find(|table| expected.get(*table) != found.get(*table));
        differs.map_or(Ok(()), |table| Err(format!("table {table} of the archive is not that of the database")))
    }

    /// Checks all rows as they were last folded.
    pub(crate) fn verify(&self) -> Result<(), String> {
        let settings = Config::default().game().map_err(|error| error.to_string())?;
        let app = build_app(&settings);
        let rows = self.database.node("checker").peek(WORLD);
        let breaches = verify(&app, &rows).map_err(|error| error.to_string())?;
        match breaches.first() {
            None => Ok(()),
            Some(breach) => Err(format!("{} breaches, the first: {breach:?}", breaches.len())),
        }
    }
}

/// All rows of a world.
fn all(rows: &dyn RowStore) -> BTreeMap<String, BTreeMap<Vec<u8>, Vec<u8>>> {
    let table = |name: String| {
        let mut found = BTreeMap::new();
        rows.scan(&name, &mut |key, value| drop(found.insert(key.to_vec(), value.to_vec()))).expect("readable rows");
        (name, found)
    };
    rows.tables().expect("readable rows").into_iter().map(table).collect()
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn nodes_that_die_and_hang_while_every_feature_is_used_lose_nothing_and_double_nothing() {
    let cycles = usize::try_from(setting("RAIDKEEP_NODE_CYCLES", 6)).expect("a number of cycles");
    let seed = setting("RAIDKEEP_NODE_SEED", 20_261_130);
    let began = Instant::now();
    let mut siege = Siege::of_nodes(PAIRS, seed, Database::start()).expect("everybody should be able to log in");
    let mut lcg = Lcg(seed ^ 0xdead);
    for cycle in 0..cycles {
        let load = Duration::from_millis(100 + lcg.below(400));
        let checked = siege.cycle(load).and_then(|()| match cycle % VERIFY_EVERY {
            0 => siege.verify(),
            _ => Ok(()),
        });
        assert!(checked.is_ok(), "seed {seed}, cycle {cycle}: {:?}", checked.expect_err("it failed"));
    }
    let ends = siege.close_books().expect("everything should be stored, and each order settled");
    siege.verify().expect("everything should be consistent");
    siege.restore_nodes().expect("the archive has all of it, whoever wrote it");
    let tally = total(&siege);
    tell(&format!(
        "{cycles} cycles, seed {seed}, {:?}: answered {:?}, refused {:?}, open and there {}, open and dropped {}; orders {ends:?}; \
         kills {:?}; taken over in {:?}",
        began.elapsed(),
        tally.answered,
        tally.refused,
        tally.open_and_there,
        tally.open_and_dropped,
        siege.covered.kills,
        siege.take_overs()
    ));
    assert!(tally.answered.values().sum::<usize>() > 10 * cycles, "a run with little load proves little: {tally:?}");
    let slowest = siege.take_overs().iter().max().copied().unwrap_or_default();
    assert!(slowest < Duration::from_secs(5), "taken over in {slowest:?}");
}
