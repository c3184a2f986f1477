//! The engine as plugins for an app.

use bevy_app::{App, Plugin, PluginGroup, PluginGroupBuilder};

use crate::audit::{AuditEntry, AuditTotal};
use crate::audit_list::AuditPlugin;
use crate::backup::BackupPlugin;
use crate::cluster::ClusterPlugin;
use crate::events::EventsPlugin;
use crate::functions::FunctionsPlugin;
use crate::in_force::{self, InForcePlugin};
use crate::listening::ListeningPlugin;
use crate::players::PlayersPlugin;
use crate::random::{RandomPlugin, WorldSeed};
use crate::realm::incidents::IncidentOutbox;
use crate::realm::{RealmLinkPlugin, RealmTaken};
use crate::reload::ReloadPlugin;
use crate::request::once::{OnceLog, OncePlugin, OperatorKeys};
use crate::revoked::RevokedToken;
use crate::storage::{StorageApp, StoragePlugin};
use crate::tick::TickPlugin;
use crate::timekeeping::{ClockPlugin, DayCount};
use crate::usage::UsagePlugin;
use crate::verify::VerifyApp;

/// What any game needs. [`PluginGroup::set`] replaces a plugin by one with other settings:
///
/// ```
/// use bevy_app::{App, PluginGroup};
/// use raidkeep_engine::clock::{ClockMode, ClockSettings};
/// use raidkeep_engine::plugins::EnginePlugins;
/// use raidkeep_engine::timekeeping::ClockPlugin;
///
/// let settings = ClockSettings { mode: ClockMode::Manual, ..ClockSettings::default() };
/// App::new().add_plugins(EnginePlugins.set(ClockPlugin { settings }));
/// ```
///
/// A game adds the component that defines which players exist, and [`EngineRowsPlugin`] after it.
pub struct EnginePlugins;

impl PluginGroup for EnginePlugins {
    fn build(self) -> PluginGroupBuilder {
        PluginGroupBuilder::start::<Self>()
            .add(TickPlugin)
            .add(StoragePlugin)
            .add(EventsPlugin)
            .add(ClockPlugin::default())
            .add(RandomPlugin)
            .add(InForcePlugin)
            .add(ReloadPlugin)
            .add(FunctionsPlugin)
            .add(ListeningPlugin)
            .add(ClusterPlugin)
            .add(OncePlugin::default())
            .add(PlayersPlugin::default())
            .add(BackupPlugin::default())
            .add(UsagePlugin)
            .add(AuditPlugin)
            .add(RealmLinkPlugin)
    }
}

/// The rows that the engine itself keeps: idempotency keys of players and of the operator, the tokens of deleted accounts,
/// the world's seed and its count of days, and which rules are and were in force. The order of all tables is part of
/// journals and state hashes, and those that define which players exist come first; so the game places this plugin.
pub struct EngineRowsPlugin;

impl Plugin for EngineRowsPlugin {
    fn build(&self, app: &mut App) {
        app.add_player_rows::<OnceLog>();
        app.add_archived_rows::<RevokedToken>();
        app.add_world_row::<WorldSeed>().add_world_row::<DayCount>().add_world_row::<OperatorKeys>();
        in_force::register_rows(app);
        app.add_archived_rows::<AuditEntry>().add_world_row::<AuditTotal>();
        app.add_world_row::<RealmTaken>().add_world_row::<IncidentOutbox>();
    }
}
