//! Verifies the consistency of a world's stored state.
//!
//! Each feature registers the invariants of its rows ([`VerifyApp::add_check`]); for all tables it is checked that
//! every row is what was written, that none is missing, and that each can be read and belongs to an existing account.
//! Nothing is changed, and the world does not run meanwhile.
//!
//! Not here: repair. What a breach means and what to do about it is in docs/operating.md.

pub mod inspection;
mod tables;

use std::collections::BTreeMap;

use bevy_app::App;
use bevy_ecs::prelude::*;

use crate::storage::Rows;
use crate::storage::rows::Persistence;
use crate::storage::{ArchivedRow, KeyedBy, StorageError, TableReader};

pub use inspection::{Breach, Inspection};

/// The check that every row is what was written, and none is missing.
pub const DAMAGE: &str = "checksums";

/// The invariants of a feature's rows.
pub type Check = fn(&mut Inspection<'_>);

/// All checks, and the tables that belong to neither a component nor a resource.
#[derive(Debug, Default, Resource)]
pub struct Checks {
    checks: Vec<(&'static str, Check)>,
    tables: Vec<TableReader>,
}

/// How a feature registers its invariants.
pub trait VerifyApp {
    /// Registers `check`, called with all stored rows. `name` says for people what was checked.
    fn add_check(&mut self, name: &'static str, check: Check) -> &mut Self;
    /// Registers the table of archived rows.
    fn add_archived_rows<T: ArchivedRow>(&mut self) -> &mut Self;
    /// Registers any other table.
    fn add_table(&mut self, table: TableReader) -> &mut Self;
}

impl VerifyApp for App {
    fn add_check(&mut self, name: &'static str, check: Check) -> &mut Self {
        self.init_resource::<Checks>().world_mut().resource_mut::<Checks>().checks.push((name, check));
        self
    }

    fn add_archived_rows<T: ArchivedRow>(&mut self) -> &mut Self {
        let read = |_: &World, rows: &[(Vec<u8>, Vec<u8>)]| rows.iter().try_for_each(|(_, row)| T::read(row).map(drop));
        self.add_table(TableReader::new(T::TABLE, T::VERSION, KeyedBy::Itself, read))
    }

    fn add_table(&mut self, table: TableReader) -> &mut Self {
        self.init_resource::<Checks>().world_mut().resource_mut::<Checks>().tables.push(table);
        self
    }
}

/// Every table, and how its rows are read.
fn all_tables(world: &World) -> Vec<TableReader> {
    let mut tables = world.resource::<Persistence>().table_readers();
    tables.extend(world.get_resource::<Checks>().iter().flat_map(|checks| checks.tables.iter().copied()));
    tables
}

/// The version of its rows that this program writes to each table.
pub fn row_versions(world: &World) -> BTreeMap<String, u16> {
    all_tables(world).into_iter().map(|table| (table.table.to_owned(), table.version)).collect()
}

/// Checks everything; `app` is an app that does not run, with every feature of the game.
pub fn verify(app: &App, rows: &Rows) -> Result<Vec<Breach>, StorageError> {
    let world = app.world();
    let mut inspection = Inspection::new(rows, world.resource::<Persistence>().identity());
    let checks = world.get_resource::<Checks>();
    let tables = all_tables(world);
    inspection.enter(DAMAGE);
    inspection.find_damages();
    inspection.enter("rows");
    tables::check(world, &tables, &mut inspection);
    for (name, check) in checks.iter().flat_map(|checks| &checks.checks) {
        inspection.enter(name);
        check(&mut inspection);
    }
    inspection.finish()
}
