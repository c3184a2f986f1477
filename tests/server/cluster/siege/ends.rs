//! What must be true of all that the field has stored.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use raidkeep::engine::outside::world_name;
use raidkeep::engine::storage::RowStore;
use raidkeep::engine::storage::store::Store;
use raidkeep::engine::verify::verify;
use raidkeep::game::build_app;
use raidkeep::server::config::Config;
use serde_json::json;

use crate::cluster::siege::field::Field;
use crate::kill_cycles::pair::Pair;
use crate::kill_cycles::points::close_books;
use crate::kill_cycles::siege::{run, settle, verify as verify_folder};
use crate::process::{PROGRAM, Server};

impl Field {
    /// Checks all rows of all worlds as they were last folded. Those of a crowd are too many for a check that looks up one row for
    /// another over a network; [`restore`](Self::restore) checks them in files.
    pub(super) fn verify(&self) -> Result<(), String> {
        if self.has_crowd {
            return Ok(());
        }
        let settings = Config::default().game().map_err(|error| error.to_string())?;
        let app = build_app(&settings);
        for world in 0..self.worlds {
            let rows = self.checker.peek(&world_name(world));
            // A connection of before may have ended with a primary.
            let breaches = verify(&app, &rows).or_else(|_| verify(&app, &rows)).map_err(|error| error.to_string())?;
            if let Some(breach) = breaches.first() {
                return Err(format!("world {world} has {} breaches, the first: {breach:?}", breaches.len()));
            }
        }
        Ok(())
    }

    /// Checks everybody once more, then waits until all orders are settled and compares them with the payments. Returns how
    /// many were granted, and how many refused.
    pub(super) fn close_books(&mut self) -> Result<(usize, usize), String> {
        self.bank.post("/faults", &json!([]));
        let node = self.nodes[0].as_ref().ok_or("a node")?;
        for front in &mut self.fronts {
            settle(&mut front.pair, [node.address, node.operators])?;
        }
        close_books(node, &self.bank, self.fronts.iter().map(|front| &front.pair))
    }

    /// All players who play.
    pub(super) fn pairs(&self) -> impl Iterator<Item = &Pair> {
        self.fronts.iter().map(|front| &front.pair)
    }

    /// Stops all nodes in order, puts the worlds together from what all of them have archived, and compares.
    pub(super) fn restore(&mut self) -> Result<(), String> {
        self.nodes.iter_mut().flatten().for_each(Server::stop);
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let (archive, data) = (self.archive.path(), folder.path().join("restored"));
        run(Command::new(PROGRAM).args(["archive", "verify"]).arg(archive))?;
        run(Command::new(PROGRAM).arg("restore").arg("--archive").arg(archive).arg("--data").arg(&data))?;
        verify_folder(&data)?;
        for world in (0..self.worlds).map(world_name) {
            let restored = Store::open_folder(&data, &world).map_err(|error| error.to_string())?;
            let (found, expected) = (all(&restored.rows), all(&*self.checker.peek(&world)));
            let differs = expected.keys().chain(found.keys()).find(|table| expected.get(*table) != found.get(*table));
            if let Some(table) = differs {
                let rows = [&found, &expected].map(|rows| rows.get(table).map(BTreeMap::len));
                return Err(format!(
                    "{world}: table {table} of the archive is not that of the database: {rows:?} rows"
                ));
            }
            let bases = bases(archive, &world);
            if bases != 1 {
                return Err(format!("{bases} copies of {world} in the archive, which each take-over should carry on"));
            }
        }
        Ok(())
    }
}

/// How many copies of a world's rows the archive has.
pub(super) fn bases(archive: &Path, world: &str) -> usize {
    let is_base = |name: OsString| name.to_string_lossy().ends_with(".rows.redb");
    std::fs::read_dir(archive.join(world))
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| is_base(entry.file_name()))
        .count()
}

/// All rows of a world. A file remembers tables that have none any more.
fn all(rows: &dyn RowStore) -> BTreeMap<String, BTreeMap<Vec<u8>, Vec<u8>>> {
    let table = |name: String| {
        let mut found = BTreeMap::new();
        rows.scan(&name, &mut |key, value| drop(found.insert(key.to_vec(), value.to_vec()))).expect("readable rows");
        (name, found)
    };
    let tables = rows.tables().expect("readable rows").into_iter().map(table);
    tables.filter(|(_, rows)| !rows.is_empty()).collect()
}
