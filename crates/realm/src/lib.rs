//! The realm: a world of its own for what belongs to no single world, with the same log, journal, archive and backup.
//!
//! [`RealmPlugins`] lists the plugins and so is the table of contents. In `serve` the realm is an app of its own; a program of
//! one app adds these plugins to that app. What crosses into a world is a message ([`messages`]); the world's half of each
//! feature is in the game.

pub mod announcements;
pub mod best;
pub mod clients;
pub mod codes;
mod errands;
mod goods;
pub mod incidents;
pub mod letters;
pub mod mails;
pub mod maintenance;
pub mod messages;
pub mod moves;
pub mod operators;
pub mod roles;
pub mod rule_sets;

use bevy_app::{App, PluginGroup, PluginGroupBuilder};
use raidkeep_engine::journal::StartRecord;
use raidkeep_engine::outside::REALM;
use raidkeep_engine::plugins::EngineRowsPlugin;
use raidkeep_engine::realm::{Greet, RealmLink};
use raidkeep_engine::request::Request;
use raidkeep_game::GameSettings;

use crate::announcements::RealmAnnouncementsPlugin;
use crate::best::BestOfWorldsPlugin;
use crate::clients::ClientsPlugin;
use crate::codes::CodesPlugin;
use crate::incidents::IncidentsPlugin;
use crate::letters::RealmLettersPlugin;
use crate::mails::RealmMailsPlugin;
use crate::maintenance::RealmMaintenancePlugin;
use crate::messages::MessagesPlugin;
use crate::moves::RealmMovesPlugin;
use crate::operators::{OperatorSettings, OperatorsPlugin};
use crate::rule_sets::{RuleDiffer, RuleSetsPlugin, StudyRoom};

/// What an operator of the server configures about the realm.
#[derive(Debug, Clone, Default)]
pub struct RealmSettings {
    /// Roles, and how operators log in.
    pub operators: OperatorSettings,
    /// For how many days messages to the worlds are kept after they were written, so that a world that is put back gets them
    /// again; 0 = for ever.
    pub message_days: i64,
    /// What says how two rule sets differ, for `rules_diff`; `None` = it is refused.
    pub differ: Option<RuleDiffer>,
    /// Where `rules_study` has rule sets studied.
    pub studies: StudyRoom,
}

/// The features of the realm.
#[derive(Debug, Default)]
pub struct RealmPlugins {
    /// The operator's settings.
    pub settings: RealmSettings,
}

impl PluginGroup for RealmPlugins {
    fn build(self) -> PluginGroupBuilder {
        let RealmSettings { operators, message_days, differ, studies } = self.settings;
        PluginGroupBuilder::start::<Self>()
            .add(MessagesPlugin { kept_days: message_days })
            .add(CodesPlugin)
            .add(OperatorsPlugin { settings: operators })
            .add(RealmMaintenancePlugin)
            .add(RealmAnnouncementsPlugin)
            .add(RealmMailsPlugin)
            .add(RealmLettersPlugin)
            .add(RealmMovesPlugin)
            .add(BestOfWorldsPlugin)
            .add(ClientsPlugin)
            .add(IncidentsPlugin)
            .add(RuleSetsPlugin { differ, studies })
    }
}

/// The app of a realm that is apart from its worlds.
pub fn realm_app(settings: &GameSettings, realm: RealmSettings) -> App {
    let mut app = App::new();
    app.add_plugins((settings.engine_plugins(), EngineRowsPlugin, RealmPlugins { settings: realm }));
    app
}

/// The app of the world, or of the realm, that began a journal. A server gives its worlds a realm, to which they speak, unless
/// its program is older than realms.
pub fn app_of_journal(start: &StartRecord, settings: &GameSettings) -> App {
    if start.place.number == REALM {
        return realm_app(settings, RealmSettings::default());
    }
    let mut app = raidkeep_game::build_app(settings);
    let has_realm = start.functions.iter().any(|function| function == <Greet as Request>::FUNCTION);
    app.insert_resource(RealmLink { has_realm });
    app
}

/// An app with everything that a server answers: the game and the realm in one.
pub fn whole_app(settings: &GameSettings) -> App {
    let mut app = raidkeep_game::build_app(settings);
    app.add_plugins(RealmPlugins::default());
    app
}
