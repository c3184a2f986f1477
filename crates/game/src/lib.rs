//! The features of Raidkeep's game, and the protocols of the platforms that it asks.
//!
//! [`build_app`] lists the plugins and so is the table of contents. Each feature folder has the same inner shape: `mod.rs`
//! (what it is; its plugin), `model.rs` (components, pure methods), `rules.rs` (RON and its validation), `requests.rs` (types
//! and thin handlers).

pub mod battles;
pub mod boss;
pub mod challenges;
pub mod character;
pub mod crafting;
pub mod energy;
pub mod hang_up;
pub mod identity;
pub mod images;
pub mod items;
pub mod levels;
pub mod mail;
pub mod narrator;
pub mod orders;
pub mod overview;
pub mod platforms;
pub mod portability;
pub mod presence;
pub mod shop;
pub mod stages;
pub mod tasks;
pub mod tickets;

use std::sync::Arc;
use std::time::Duration;

use bevy_app::App;
use jiff::tz::TimeZone;
use raidkeep_engine::backup::{BackupPlugin, BackupSettings};
use raidkeep_engine::clock::{ClockMode, ClockSettings};
use raidkeep_engine::events::EventsPlugin;
use raidkeep_engine::listening::ListeningPlugin;
use raidkeep_engine::players::PlayersPlugin;
use raidkeep_engine::random::RandomPlugin;
use raidkeep_engine::reload::ReloadPlugin;
use raidkeep_engine::request::once::OnceLog;
use raidkeep_engine::rules::{AssetSource, Catalogue, LoadedRules, Problems, Table};
use raidkeep_engine::start::{self, Start};
use raidkeep_engine::storage::store::Store;
use raidkeep_engine::storage::{StorageApp, StorageError, StoragePlugin};
use raidkeep_engine::tick::{Simulation, TickPlugin};
use raidkeep_engine::timekeeping::ClockPlugin;

use crate::battles::BattlesPlugin;
use crate::boss::BossPlugin;
use crate::boss::ranking::RankingPlugin;
use crate::challenges::{ChallengesPlugin, PushSettings};
use crate::character::CharacterPlugin;
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
use crate::overview::OverviewPlugin;
use crate::platforms::PlatformsPlugin;
use crate::platforms::chat::ChatPlugin;
use crate::platforms::mcrmb::McrmbPlugin;
use crate::platforms::settings::PlatformSettings;
use crate::platforms::sud::SudPlugin;
use crate::portability::{PortabilityPlugin, PortabilitySettings};
use crate::presence::PresencePlugin;
use crate::shop::ShopPlugin;
use crate::stages::StagesPlugin;
use crate::tasks::TasksPlugin;
use crate::tickets::TicketsPlugin;

/// The assets that are part of the program.
static SHIPPED_ASSETS: include_dir::Dir<'static> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/../../assets");

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
    app.add_plugins((TickPlugin, StoragePlugin, EventsPlugin));
    app.add_plugins(IdentityPlugin { settings: settings.identity.clone() });
    app.add_player_rows::<OnceLog>();
    app.add_plugins((
        ClockPlugin { settings: ClockSettings { mode: settings.clock, zone: settings.zone.clone() } },
        RandomPlugin,
        ReloadPlugin,
        ListeningPlugin,
    ));
    app.add_plugins((PlayersPlugin { idle: settings.put_away_after }, OverviewPlugin));
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
    app.add_plugins((
        PlatformsPlugin,
        McrmbPlugin { platform: mcrmb.clone() },
        OrdersPlugin { platform: mcrmb.clone() },
        ShopPlugin,
    ));
    app.add_plugins(BackupPlugin { settings: settings.backups.clone() });
    app.add_plugins(PortabilityPlugin { settings: settings.portability });
    app.add_plugins(SudPlugin { platform: settings.platforms.sud.clone() });
    app
}

/// The tables of all features.
pub fn catalogue(settings: &GameSettings) -> Catalogue {
    start::catalogue(&mut build_app(settings))
}

/// Reads and checks all assets.
pub fn load_rules(settings: &GameSettings, source: &AssetSource) -> Result<LoadedRules, Problems> {
    catalogue(settings).load(source)
}

/// Starts a world from its rules and what its storage holds.
pub fn start_world(
    settings: &GameSettings,
    rules: &LoadedRules,
    store: &Store,
    start: Start,
) -> Result<Simulation, StorageError> {
    start::start_app(build_app(settings), rules, store, start)
}

/// A table as shipped.
///
/// # Panics
/// When the shipped assets are not valid, which is what the tests are for.
pub fn shipped_rules<T: Table>() -> T {
    let mut catalogue = Catalogue::new();
    catalogue.register::<T>();
    let rules = catalogue.load(&shipped_assets()).expect("the shipped assets should be valid");
    let table = rules.tables.shared::<T>();
    drop(rules);
    table.and_then(Arc::into_inner).expect("a registered table should be loaded")
}
