//! The game put together: which features there are, and how a world starts.

use std::time::Duration;

use bevy_app::App;
use bevy_ecs::change_detection::DetectChangesMut;
use jiff::tz::TimeZone;

use crate::backup::{BackupPlugin, BackupSettings, BackupSource};
use crate::battles::BattlesPlugin;
use crate::boss::{BossPlugin, systems::restore_roster};
use crate::challenges::{ChallengesPlugin, PushSettings};
use crate::character::CharacterPlugin;
use crate::clock::{Clock, ClockMode, ClockPlugin};
use crate::crafting::CraftingPlugin;
use crate::energy::EnergyPlugin;
use crate::hang_up::HangUpPlugin;
use crate::identity::{IdentityPlugin, IdentitySettings};
use crate::images::ImagesPlugin;
use crate::items::ItemsPlugin;
use crate::items::ledger::LedgerSettings;
use crate::levels::LevelsPlugin;
use crate::mail::MailPlugin;
use crate::narrator::NarratorPlugin;
use crate::orders::OrdersPlugin;
use crate::platforms::chat::ChatPlugin;
use crate::platforms::mcrmb::McrmbPlugin;
use crate::platforms::settings::PlatformSettings;
use crate::platforms::sud::SudPlugin;
use crate::player::PlayerPlugin;
use crate::portability::{PortabilityPlugin, PortabilitySettings, RowSource};
use crate::presence::PresencePlugin;
use crate::random::{RandomPlugin, Randomness, WorldSeed};
use crate::ranking::RankingPlugin;
use crate::reload::{ReloadPlugin, RulesState};
use crate::request::once::OnceLog;
use crate::rules::{self, AssetSource, Catalogue, LoadedRules, Problems, RuleTables};
use crate::shop::ShopPlugin;
use crate::stages::StagesPlugin;
use crate::storage::rows::{self, Persistence};
use crate::storage::store::Store;
use crate::storage::{StorageApp, StorageError, StoragePlugin, WorldRow};
use crate::tasks::TasksPlugin;
use crate::tick::{Simulation, TickPlugin};
use crate::tickets::TicketsPlugin;

/// The assets that are part of the program.
static SHIPPED_ASSETS: include_dir::Dir<'static> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/assets");

/// The assets that are part of the program, for a start without an `assets` folder.
pub fn shipped_assets() -> AssetSource {
    AssetSource::Embedded(&SHIPPED_ASSETS)
}

/// What an operator decides about a world, beside its rules.
#[derive(Debug, Clone)]
pub struct GameSettings {
    /// How time passes.
    pub clock: ClockMode,
    /// Where midnight is.
    pub zone: TimeZone,
    /// Tokens, passwords, attempts.
    pub identity: IdentitySettings,
    /// The platforms outside.
    pub platforms: PlatformSettings,
    /// Real time without a request after which a player leaves memory.
    pub put_away_after: Duration,
    /// Where backups go.
    pub backups: BackupSettings,
    /// Documents of players.
    pub portability: PortabilitySettings,
    /// How much of the ledger is kept.
    pub ledger: LedgerSettings,
    /// How old clients are told of challenges at their address; `None` = they are not.
    pub legacy_push: Option<PushSettings>,
}

/// An app with every feature of the game. It cannot tick yet: rules and rows are missing.
pub fn build_app(settings: &GameSettings) -> App {
    let mut app = App::empty();
    app.add_plugins((TickPlugin, StoragePlugin));
    // Identity comes first: whoever has a row in its first table exists.
    app.add_plugins(IdentityPlugin { settings: settings.identity.clone() });
    app.add_player_rows::<OnceLog>();
    app.add_plugins((ClockPlugin { mode: settings.clock }, RandomPlugin, ReloadPlugin));
    app.add_plugins(PlayerPlugin { idle: settings.put_away_after });
    app.add_plugins((
        ItemsPlugin { ledger: settings.ledger },
        LevelsPlugin,
        EnergyPlugin,
        TicketsPlugin,
        StagesPlugin,
        HangUpPlugin,
    ));
    app.add_plugins((BossPlugin, RankingPlugin, MailPlugin));
    app.add_plugins((CharacterPlugin, CraftingPlugin, PresencePlugin));
    app.add_plugins((BattlesPlugin, ChallengesPlugin { push: settings.legacy_push.clone() }));
    app.add_plugins((ImagesPlugin, NarratorPlugin, TasksPlugin));
    app.add_plugins(ChatPlugin { endpoint: settings.platforms.chat.clone() });
    let mcrmb = &settings.platforms.mcrmb;
    app.add_plugins((McrmbPlugin { platform: mcrmb.clone() }, OrdersPlugin { platform: mcrmb.clone() }, ShopPlugin));
    app.add_plugins(BackupPlugin { settings: settings.backups.clone() });
    app.add_plugins(PortabilityPlugin { settings: settings.portability });
    app.add_plugins(SudPlugin { platform: settings.platforms.sud.clone() });
    app
}

/// The tables of all features.
pub fn catalogue(settings: &GameSettings) -> Catalogue {
    let tables = build_app(settings).world_mut().remove_resource::<RuleTables>();
    tables.map(|tables| tables.catalogue).unwrap_or_default()
}

/// Reads and checks all assets.
pub fn load_rules(settings: &GameSettings, source: &AssetSource) -> Result<LoadedRules, Problems> {
    catalogue(settings).load(source)
}

/// The moment and the chance a world starts with.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// Unix milliseconds on the wall.
    pub wall_ms: i64,
    /// The seed of a world that is made now; one that exists keeps its own.
    pub seed: u64,
}

/// Starts a world from its rules and what its storage holds.
pub fn start_world(
    settings: &GameSettings,
    rules: &LoadedRules,
    store: &Store,
    start: Start,
) -> Result<Simulation, StorageError> {
    start_app(build_app(settings), settings, rules, store, start)
}

/// The same for an app to which something was added.
pub fn start_app(
    mut app: App,
    settings: &GameSettings,
    rules: &LoadedRules,
    store: &Store,
    start: Start,
) -> Result<Simulation, StorageError> {
    let recovered = store.recovered;
    let world = app.world_mut();
    rules::install(rules, world);
    world.insert_resource(RulesState::started_with(rules));
    world.insert_resource(Clock::start(settings.clock, settings.zone.clone(), start.wall_ms, recovered.moment_ms));
    world.insert_resource(WorldSeed(start.seed));
    world.insert_resource(BackupSource::new(store.rows.clone()));
    world.insert_resource(RowSource(store.rows.clone()));
    if recovered.moment_ms.is_some_and(|stored| settings.clock == ClockMode::Real && stored > start.wall_ms) {
        tracing::warn!(
            "the system clock is behind the last stored change; until it has caught up, nothing regenerates"
        );
    }
    let tables = world.resource::<Persistence>().world_tables();
    let rows = tables.iter().map(|table| store.rows.get(table, b"")).collect::<Result<Vec<_>, _>>()?;
    rows::restore_world(world, &rows).map_err(|(table, source)| StorageError::Row { table, source })?;
    for (table, reader) in world.resource::<Persistence>().start_readers() {
        let mut outcome = Ok(());
        reader(world, &mut |each| outcome = store.rows.scan(table, each));
        outcome?;
    }
    restore_roster(world);
    rows::begin_persistence(world, recovered.last_batch);
    let has_seed = tables.iter().zip(&rows).any(|(table, row)| *table == WorldSeed::TABLE && row.is_some());
    if !has_seed {
        // The first batch takes it along: the seed of a world never changes.
        world.resource_mut::<WorldSeed>().set_changed();
    }
    let randomness = Randomness::start(world.resource::<WorldSeed>(), recovered.last_batch);
    world.insert_resource(randomness);
    Ok(Simulation::new(app))
}

/// The tables that hold players, in the order in which their rows are loaded.
pub fn player_tables(simulation: &Simulation) -> Vec<&'static str> {
    simulation.world().resource::<Persistence>().player_tables()
}
