//! Starts a world from its rules and the rows of its storage.

use std::error::Error;
use std::fmt;

use bevy_app::App;
use bevy_ecs::change_detection::DetectChangesMut;
use bevy_ecs::prelude::*;

use crate::clock::{Clock, ClockMode, ClockSettings};
use crate::dispatch;
use crate::events::EventTotal;
use crate::exchange;
use crate::in_force;
use crate::meters::Meters;
use crate::outside::{Epoch, Numbering, WorldPlace};
use crate::players;
use crate::random::{Randomness, WorldSeed};
use crate::realm::incidents::{self, IncidentKind};
use crate::reload::RulesState;
use crate::rules::{Catalogue, LoadedRules, RuleTables};
use crate::storage::rows::{self, Persistence};
use crate::storage::stored::CheckedRows;
use crate::storage::{Rows, StorageError, StoredWorld, WorldRow};
use crate::tick::Simulation;
use crate::timekeeping::{DayCount, begin_day_count};

/// What a world is given from outside when it starts. A journal records all of it.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// Wall-clock time, unix milliseconds.
    pub wall_ms: i64,
    /// The seed of a new world; an existing one keeps its own.
    pub seed: u64,
    /// The epoch that begins, as [`StoredWorld::begin_epoch`] has stored it.
    pub epoch: Epoch,
    /// Which of the server's worlds it is.
    pub place: WorldPlace,
}

impl Start {
    /// The first start of the only world of a server, in an epoch without random bits: for simulations and tests, which
    /// are the same every time.
    pub const fn alone(wall_ms: i64, seed: u64) -> Self {
        Self { wall_ms, seed, epoch: Epoch::BEFORE.next(0), place: WorldPlace::ALONE }
    }
}

const HOUR_MS: i64 = 3_600_000;

/// The rows on disk, for readers of more than one table.
#[derive(Debug, Clone, Resource)]
pub struct RowSource(pub Rows);

/// Called when rules and rows are loaded, before the first tick. What it changes is in the first batch.
pub type StartHook = fn(&mut World);

#[derive(Debug, Default, Clone, Resource)]
struct StartHooks(Vec<StartHook>);

/// How a feature derives state from rules and rows at the start.
pub trait StartApp {
    /// Registers `hook`, called once when all rows that are always in memory are loaded. Hooks run in order of
    /// registration.
    fn add_start_hook(&mut self, hook: StartHook) -> &mut Self;
    /// Reports, while plugins are built or finished, that the world cannot start.
    fn fail_start(&mut self, error: impl Error + Send + Sync + 'static);
}

/// Why a world cannot start, as reported by its plugins. Nothing more is opened for it, and its runner gives up.
#[derive(Debug, Default, Resource)]
pub struct StartFailures(Vec<Box<dyn Error + Send + Sync>>);

impl fmt::Display for StartFailures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        out.write_str(&texts.join("\n"))
    }
}

impl Error for StartFailures {}

impl StartApp for App {
    fn fail_start(&mut self, error: impl Error + Send + Sync + 'static) {
        self.world_mut().get_resource_or_init::<StartFailures>().0.push(Box::new(error));
    }

    fn add_start_hook(&mut self, hook: StartHook) -> &mut Self {
        self.world_mut().get_resource_or_init::<StartHooks>().0.push(hook);
        self
    }
}

/// Takes the catalogue of rule tables that an app's plugins have registered.
pub fn catalogue(app: &mut App) -> Catalogue {
    let tables = app.world_mut().get_resource_mut::<RuleTables>();
    tables.map(|mut tables| std::mem::take(&mut tables.catalogue)).unwrap_or_default()
}

/// Starts a world: an app with all its plugins added gets its rules and the contents of its storage.
pub fn start_app(
    mut app: App,
    rules: &LoadedRules,
    store: &StoredWorld,
    start: Start,
) -> Result<Simulation, StorageError> {
    let recovered = store.recovered;
    let world = app.world_mut();
    world.insert_resource(RulesState::started_with(rules));
    let ClockSettings { mode, zone } = world.resource::<ClockSettings>().clone();
    world.insert_resource(Clock::start(mode, zone, start.wall_ms, recovered.moment_ms));
    in_force::begin(world, rules.clone());
    world.insert_resource(WorldSeed(start.seed));
    world.insert_resource(start.place);
    world.insert_resource(Meters::of_world(start.place.number));
    world.insert_resource(RowSource(store.rows.clone()));
    if let Some(stored) = recovered.moment_ms.filter(|stored| mode == ClockMode::Real && *stored > start.wall_ms) {
        tracing::warn!(
            seconds = (stored - start.wall_ms) / 1000,
            "the system clock is behind the last stored change; until it has caught up, nothing regenerates. If that was \
             stored under a wrong clock, `raidkeep clock mend` brings it back"
        );
    }
    let player_tables = world.resource::<Persistence>().player_tables();
    store.rows.know_players(&player_tables)?;
    let stored_at = recovered.moment_ms.map(|moment_ms| moment_ms / 1000);
    let mut restored = Restored::default();
    store.rows.hold(&mut |rows| {
        restored = restore(world, rows, start.epoch, stored_at)?;
        Ok(())
    })?;
    rows::begin_persistence(world, recovered.last_batch);
    in_force::catch_up(world, stored_at);
    // No world starts with assets that have errors.
    incidents::end(world, IncidentKind::Rules);
    let stood_ms = recovered.moment_ms.map_or(0, |stored| start.wall_ms.saturating_sub(stored).saturating_abs());
    if mode == ClockMode::Real && stood_ms > HOUR_MS {
        // The next start compares its clock with this one's.
        world.resource_mut::<Persistence>().keep_moment();
    }
    dispatch::begin_meters(world);
    exchange::lines::begin_meters(world);
    players::begin_meters(world);
    let hooks = world.get_resource::<StartHooks>().cloned().unwrap_or_default();
    hooks.0.iter().for_each(|hook| hook(world));
    if !restored.has_seed {
        // The first batch stores it: the seed of a world never changes.
        world.resource_mut::<WorldSeed>().set_changed();
    }
    if restored.counts_anew {
        world.resource_mut::<DayCount>().set_changed();
    }
    let randomness = Randomness::start(world.resource::<WorldSeed>(), recovered.last_batch);
    world.insert_resource(randomness);
    Ok(Simulation::new(app))
}

/// What a world's rows said at its start.
#[derive(Debug, Default)]
struct Restored {
    /// Whether the world has a seed of its own.
    has_seed: bool,
    /// Whether its days are counted from a new beginning.
    counts_anew: bool,
}

/// Loads the rows that are always in memory.
fn restore(
    world: &mut World,
    stored: &CheckedRows<'_>,
    epoch: Epoch,
    stored_at: Option<i64>,
) -> Result<Restored, StorageError> {
    let tables = world.resource::<Persistence>().world_tables();
    let rows = stored.only_rows(&tables)?;
    rows::restore_world(world, &rows).map_err(|(table, source)| StorageError::Row { table, source })?;
    let numbering = Numbering { world: world.resource::<WorldSeed>().world_id(), epoch };
    world.insert_resource(numbering);
    world.insert_resource(EventTotal::of(epoch));
    let counts_anew = begin_day_count(world, stored_at);
    for (table, reader) in world.resource::<Persistence>().start_readers() {
        let mut outcome = Ok(());
        reader(world, &mut |each| outcome = stored.scan(table, each));
        outcome?;
    }
    let has_seed = tables.iter().zip(&rows).any(|(table, row)| *table == WorldSeed::TABLE && row.is_some());
    Ok(Restored { has_seed, counts_anew })
}
