//! The features of Raidkeep's game, and the protocols of the platforms that it uses.
//!
//! [`GamePlugins`] lists the plugins and so is the table of contents. Each feature folder has the same layout: `mod.rs`
//! (an overview; the plugin), `model.rs` (components, pure methods), `rules.rs` (RON and its validation), `requests.rs`
//! (types and thin handlers).

pub mod announcements;
pub mod battles;
pub mod boss;
pub mod case_file;
pub mod challenges;
pub mod character;
pub mod crafting;
pub mod drop_rates;
pub mod drops;
pub mod economy;
pub mod energy;
pub mod event_calendar;
pub mod families;
pub mod figures;
pub mod gift_codes;
pub mod goals;
pub mod hang_up;
pub mod identifiers;
pub mod identity;
pub mod images;
pub mod items;
pub mod levels;
pub mod mail;
pub mod maintenance;
pub mod mending;
pub mod narrator;
pub mod orders;
pub mod overview;
pub mod platforms;
pub mod player_search;
pub mod player_view;
pub mod portability;
pub mod potions;
pub mod presence;
pub mod schedule;
pub mod shop;
pub mod spelling;
pub mod stages;
pub mod support;
pub mod tasks;
pub mod tickets;
pub mod timed_events;
pub mod trade;
pub mod trial;
pub mod windows;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bevy_app::{App, PluginGroup, PluginGroupBuilder};
use jiff::tz::TimeZone;
use raidkeep_engine::backup::{BackupPlugin, BackupSettings};
use raidkeep_engine::clock::{ClockMode, ClockSettings};
use raidkeep_engine::players::PlayersPlugin;
use raidkeep_engine::plugins::{EnginePlugins, EngineRowsPlugin};
use raidkeep_engine::request::once::{OncePlugin, OnceSettings};
use raidkeep_engine::rules::{AssetSource, Catalogue, LoadedRules, Problems, Table};
use raidkeep_engine::start::{self, Start};
use raidkeep_engine::storage::StorageError;
use raidkeep_engine::storage::StoredWorld;
use raidkeep_engine::tick::Simulation;
use raidkeep_engine::timekeeping::ClockPlugin;

use crate::announcements::AnnouncementsPlugin;
use crate::battles::BattlesPlugin;
use crate::boss::BossPlugin;
use crate::boss::ranking::RankingPlugin;
use crate::case_file::CaseFilePlugin;
use crate::challenges::{ChallengesPlugin, PushSettings};
use crate::character::CharacterPlugin;
use crate::crafting::CraftingPlugin;
use crate::drop_rates::DropRatesPlugin;
use crate::drops::DropsPlugin;
use crate::economy::EconomyPlugin;
use crate::energy::EnergyPlugin;
use crate::event_calendar::EventCalendarPlugin;
use crate::families::FamiliesPlugin;
use crate::figures::FiguresPlugin;
use crate::gift_codes::GiftCodesPlugin;
use crate::goals::GoalsPlugin;
use crate::hang_up::HangUpPlugin;
use crate::identity::{IdentityPlugin, IdentitySettings};
use crate::images::ImagesPlugin;
use crate::items::ItemsPlugin;
use crate::items::ledger::LedgerSettings;
use crate::levels::LevelsPlugin;
use crate::mail::MailPlugin;
use crate::maintenance::MaintenancePlugin;
use crate::mending::MendingPlugin;
use crate::narrator::NarratorPlugin;
use crate::orders::OrdersPlugin;
use crate::overview::OverviewPlugin;
use crate::platforms::PlatformsPlugin;
use crate::platforms::chat::ChatPlugin;
use crate::platforms::mcrmb::McrmbPlugin;
use crate::platforms::settings::PlatformSettings;
use crate::platforms::sud::SudPlugin;
use crate::player_search::PlayerSearchPlugin;
use crate::player_view::PlayerViewPlugin;
use crate::portability::{PortabilityPlugin, PortabilitySettings};
use crate::potions::PotionsPlugin;
use crate::presence::PresencePlugin;
use crate::shop::ShopPlugin;
use crate::stages::StagesPlugin;
use crate::support::SupportPlugin;
use crate::tasks::TasksPlugin;
use crate::tickets::TicketsPlugin;
use crate::trial::TrialPlugin;

/// The assets that are embedded in the program.
static SHIPPED_ASSETS: include_dir::Dir<'static> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/../../assets");

/// The embedded assets, for a start without an `assets` folder.
pub fn shipped_assets() -> AssetSource {
    AssetSource::Embedded(&SHIPPED_ASSETS)
}

/// The assets in the given folder, or else in the folder `assets` if there is one, or else the embedded ones.
pub fn usual_assets(given: Option<&Path>) -> AssetSource {
    let usual = Path::new("assets");
    let folder = given.or_else(|| usual.is_dir().then_some(usual));
    folder.map_or_else(shipped_assets, |folder| AssetSource::Folder(folder.to_owned()))
}

/// What an operator configures about a world, besides its rules.
#[derive(Debug, Clone)]
pub struct GameSettings {
    /// How time passes.
    pub clock: ClockMode,
    /// The time zone that decides when midnight is.
    pub zone: TimeZone,
    /// Tokens, passwords, rate limits.
    pub identity: IdentitySettings,
    /// External platforms.
    pub platforms: PlatformSettings,
    /// Real time without a request after which a player is evicted from memory.
    pub put_away_after: Duration,
    /// Where backups go.
    pub backups: BackupSettings,
    /// Import and export of players.
    pub portability: PortabilitySettings,
    /// How much of the ledger is kept.
    pub ledger: LedgerSettings,
    /// How much is remembered of keyed requests.
    pub once: OnceSettings,
    /// How challenges are pushed to old clients at their address; `None` = not at all.
    pub legacy_push: Option<PushSettings>,
}

impl Default for GameSettings {
    /// The shipped configuration, without platforms: they have an address only when a server runs.
    fn default() -> Self {
        let ClockSettings { mode: clock, zone } = ClockSettings::default();
        Self {
            clock,
            zone,
            identity: IdentitySettings::default(),
            platforms: PlatformSettings::default(),
            put_away_after: PlayersPlugin::default().idle,
            backups: BackupSettings::default(),
            portability: PortabilitySettings::default(),
            ledger: LedgerSettings::default(),
            once: OnceSettings::default(),
            legacy_push: None,
        }
    }
}

impl GameSettings {
    /// The engine, configured by these settings.
    pub fn engine_plugins(&self) -> PluginGroupBuilder {
        EnginePlugins
            .set(ClockPlugin { settings: ClockSettings { mode: self.clock, zone: self.zone.clone() } })
            .set(PlayersPlugin { idle: self.put_away_after })
            .set(BackupPlugin { settings: self.backups.clone() })
            .set(OncePlugin { settings: self.once })
    }

    /// The game, configured by these settings.
    pub fn game_plugins(&self) -> PluginGroupBuilder {
        let PlatformSettings { mcrmb, sud, chat, session_keys } = self.platforms.clone();
        GamePlugins
            .set(IdentityPlugin { settings: self.identity.clone() })
            .set(ItemsPlugin { ledger: self.ledger })
            .set(ChallengesPlugin { push: self.legacy_push.clone() })
            .set(ChatPlugin { endpoint: chat })
            .set(McrmbPlugin { platform: mcrmb.clone() })
            .set(OrdersPlugin { platform: mcrmb })
            .set(PortabilityPlugin { settings: self.portability })
            .set(SudPlugin { platform: sud, session_keys })
    }
}

/// Every feature of the game, to be added after [`EnginePlugins`]. Without further settings they are as shipped, and
/// there are no platforms.
pub struct GamePlugins;

impl PluginGroup for GamePlugins {
    fn build(self) -> PluginGroupBuilder {
        PluginGroupBuilder::start::<Self>()
            .add(IdentityPlugin::default())
            .add(EngineRowsPlugin)
            .add(CaseFilePlugin)
            .add(OverviewPlugin)
            .add(PlayerViewPlugin)
            .add(PlayerSearchPlugin)
            .add(ItemsPlugin::default())
            .add(DropsPlugin)
            .add(LevelsPlugin)
            .add(EnergyPlugin)
            .add(TicketsPlugin)
            .add(PotionsPlugin)
            .add(StagesPlugin)
            .add(SupportPlugin)
            .add(TrialPlugin)
            .add(HangUpPlugin)
            .add(FamiliesPlugin)
            .add(BossPlugin)
            .add(RankingPlugin)
            .add(GoalsPlugin)
            .add(MailPlugin)
            .add(MaintenancePlugin)
            .add(AnnouncementsPlugin)
            .add(GiftCodesPlugin)
            .add(CharacterPlugin)
            .add(CraftingPlugin)
            .add(PresencePlugin)
            .add(BattlesPlugin)
            .add(ChallengesPlugin::default())
            .add(ImagesPlugin)
            .add(NarratorPlugin)
            .add(TasksPlugin)
            .add(ChatPlugin::default())
            .add(PlatformsPlugin)
            .add(McrmbPlugin::default())
            .add(OrdersPlugin::default())
            .add(ShopPlugin)
            .add(PortabilityPlugin::default())
            .add(SudPlugin::default())
            .add(DropRatesPlugin)
            .add(EventCalendarPlugin)
            .add(MendingPlugin)
            .add(EconomyPlugin)
            .add(FiguresPlugin)
    }
}

/// An app with every feature of the game. It cannot tick yet: it has no rules and rows.
pub fn build_app(settings: &GameSettings) -> App {
    let mut app = App::empty();
    app.add_plugins((settings.engine_plugins(), settings.game_plugins()));
    app
}

/// The tables of all features.
pub fn catalogue(settings: &GameSettings) -> Catalogue {
    start::catalogue(&mut build_app(settings))
}

/// Reads and validates all assets.
pub fn load_rules(settings: &GameSettings, source: &AssetSource) -> Result<LoadedRules, Problems> {
    catalogue(settings).load(source)
}

/// Reads the assets that a world once ran under, which later programs may ask more of.
pub fn load_former_rules(settings: &GameSettings, source: &AssetSource) -> Result<LoadedRules, Problems> {
    catalogue(settings).load_former(source)
}

/// Starts a world from its rules and its storage.
pub fn start_world(
    settings: &GameSettings,
    rules: &LoadedRules,
    store: &StoredWorld,
    start: Start,
) -> Result<Simulation, StorageError> {
    start::start_app(build_app(settings), rules, store, start)
}

/// A table as shipped.
///
/// # Panics
/// If the shipped assets are invalid, which the tests rule out.
pub fn shipped_rules<T: Table>() -> T {
    let mut catalogue = Catalogue::new();
    catalogue.register::<T>();
    let rules = catalogue.load(&shipped_assets()).expect("the shipped assets should be valid");
    let table = rules.tables.shared::<T>();
    drop(rules);
    table.and_then(Arc::into_inner).expect("a registered table should be loaded")
}
