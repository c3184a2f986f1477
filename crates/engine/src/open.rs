//! Plugins that open a world's rules and databases once the other plugins have registered their tables.
//!
//! A failure to open is reported as [`StartFailures`] of the app: no panic, and a runner exits with it.

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::cluster::SharedStores;
use crate::outside::{world_label, world_name};
use crate::rules::{AssetSource, Catalogue, LoadedRules, Problems};
use crate::start::{StartApp, StartFailures, catalogue};
use crate::storage::store::{Answering, Store};
use crate::storage::worker::describe;
use crate::storage::{StorageError, StoredWorld};

/// Why a world's rules or databases cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The assets; every mistake is listed.
    #[error("{count} mistakes in the assets ({place}); the server does not start with broken rules:\n{problems}")]
    Assets {
        /// How many.
        count: usize,
        /// Where the assets are.
        place: String,
        /// All of them.
        problems: Problems,
    },
    /// The databases.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// A world's storage cannot be recovered.
    #[error(
        "world {} in {data}: {source}. No answered change is lost; fix the cause (disk full? device gone?) and \
         start again",
        world_label(*.number)
    )]
    World {
        /// Which.
        number: u32,
        /// The folder.
        data: String,
        /// Why not.
        source: Box<StorageError>,
    },
}

/// Reads and checks the assets. Clones share what was read, so that all worlds of a server start under the same rules,
/// and the assets are read once.
#[derive(Clone)]
pub struct RulesPlugin {
    source: AssetSource,
    read: Arc<OnceLock<Result<Arc<LoadedRules>, Problems>>>,
}

/// The rules that a world starts under.
#[derive(Resource)]
pub struct OpenRules {
    /// The rules.
    pub rules: Arc<LoadedRules>,
    /// Where they were read from.
    pub source: AssetSource,
    /// The tables of the app, to read them again.
    pub catalogue: Catalogue,
}

impl RulesPlugin {
    /// Reads from here.
    pub fn new(source: AssetSource) -> Self {
        Self { source, read: Arc::default() }
    }

    fn load(&self, catalogue: &Catalogue) -> Result<Arc<LoadedRules>, Problems> {
        let rules = catalogue.load(&self.source)?;
        rules.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
        Ok(Arc::new(rules))
    }
}

impl Plugin for RulesPlugin {
    fn build(&self, _: &mut App) {}

    fn finish(&self, app: &mut App) {
        let catalogue = catalogue(app);
        match self.read.get_or_init(|| self.load(&catalogue)).clone() {
            Ok(rules) => drop(app.insert_resource(OpenRules { rules, source: self.source.clone(), catalogue })),
            Err(problems) => {
                app.fail_start(OpenError::Assets { count: problems.len(), place: self.source.describe(), problems });
            }
        }
    }
}

/// Where the worlds of a server are kept.
pub trait WorldStores: Debug + Send + Sync {
    /// Opens a world that is about to start.
    ///
    /// # Errors
    /// When its stores cannot be used, or another node has it.
    fn open(&self, world: u32) -> Result<StoredWorld, OpenError>;

    /// Opens a world again that this process had open and that has failed. What was answered must be there.
    ///
    /// # Errors
    /// As [`open`](Self::open), and when the stores are not those that were open.
    fn reopen(&self, world: u32, answering: Answering) -> Result<StoredWorld, OpenError>;

    /// What a node may ask of worlds that other nodes have; `None` = no other process can have them.
    fn shared(&self) -> Option<&dyn SharedStores> {
        None
    }
}

/// Worlds in the files of a folder. New ones are made where there are none.
#[derive(Debug, Clone)]
pub struct FolderStores {
    /// The folder.
    pub folder: PathBuf,
    /// Whether every page of the rows is checked when a world was not closed in an orderly way.
    pub checks_after_crash: bool,
}

impl WorldStores for FolderStores {
    fn open(&self, world: u32) -> Result<StoredWorld, OpenError> {
        let name = world_name(world);
        let opened = self.check(&name).and_then(|()| Store::open_folder(&self.folder, &name));
        let store = opened.map_err(|error| match error {
            source @ StorageError::Failed { .. } => {
                OpenError::World { number: world, data: self.folder.display().to_string(), source: Box::new(source) }
            }
            error => OpenError::Storage(error),
        })?;
        Ok(store.into())
    }

    fn reopen(&self, world: u32, answering: Answering) -> Result<StoredWorld, OpenError> {
        Ok(Store::reopen(&self.folder, &world_name(world), answering)?.into())
    }
}

impl FolderStores {
    /// Checks the pages of the rows if the last stop was none.
    fn check(&self, name: &str) -> Result<(), StorageError> {
        if !self.checks_after_crash || !Store::was_cut_off(&self.folder, name)? {
            return Ok(());
        }
        tracing::info!(world = name, "the world was not closed in an orderly way; every page of its rows is checked");
        let started = Instant::now();
        Store::check_pages(&self.folder, name)?;
        tracing::info!(world = name, seconds = started.elapsed().as_secs_f32(), "its rows are sound");
        Ok(())
    }
}

/// Opens the stores of a world.
#[derive(Debug, Clone)]
pub struct StorePlugin {
    /// Where it is kept.
    pub stores: Arc<dyn WorldStores>,
    /// The number of the world among those of the server.
    pub world: u32,
}

/// The open stores of a world that is about to start.
#[derive(Resource)]
pub struct OpenStore(pub StoredWorld);

impl StorePlugin {
    fn open(&self) -> Result<StoredWorld, OpenError> {
        let store = self.stores.open(self.world)?;
        tracing::info!(world = %world_label(self.world), "opened: {}", describe(store.recovered));
        if store.recovered.was_copy {
            tracing::warn!(
                world = %world_label(self.world),
                "a backup was put back: a reconciliation with the payment platform is due (`raidkeep reconcile`)"
            );
        }
        Ok(store)
    }
}

impl Plugin for StorePlugin {
    fn build(&self, _: &mut App) {}

    fn finish(&self, app: &mut App) {
        // No files are made for a world that cannot start.
        if app.world().contains_resource::<StartFailures>() {
            return;
        }
        match self.open() {
            Ok(store) => drop(app.insert_resource(OpenStore(store))),
            Err(error) => app.fail_start(error),
        }
    }
}
