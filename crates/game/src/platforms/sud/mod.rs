//! The report platform SUD: the beginning and end of rounds are reported, and rounds can be queried
//! (docs/contract/game-reports.md#rounds).
//!
//! Not here: what a round is about. A feature begins one with [`Rounds::begin`] and ends it with [`Rounds::settle`]; that
//! each is reported, once in effect and in order, is seen to here.

mod check;
pub mod closed;
mod nonces;
pub mod operator;
pub mod passed;
pub mod player;
pub mod query;
pub mod reporter;
pub mod reports;
pub mod rounds;
pub mod sessions;
pub mod wire;

use std::sync::Arc;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::platforms::PlatformSystems;
use crate::platforms::settings::SudSettings;
use crate::platforms::sud::closed::ClosedRound;
use crate::platforms::sud::player::SudIdentity;
use crate::platforms::sud::reports::{PendingReport, ReportBook};
use crate::platforms::sud::rounds::{Round, RoundBook, RoundNumbers};
use crate::platforms::sud::sessions::SessionKeys;
use raidkeep_engine::exchange::lines::{Exchanges, Line};
use raidkeep_engine::schedule::Tick;
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::{ArchivedRow, StorageApp};
use raidkeep_engine::verify::VerifyApp;

pub use passed::PassedThrough;
pub use rounds::{IsWin, RoundBegin, RoundId, RoundPlayer, RoundResult, Rounds, with_rounds};

/// The line to the receiver of reports.
pub const REPORTS: Line = Line("sud reports");
/// The line to the service that answers match queries.
pub const QUERIES: Line = Line("sud queries");

/// The platform's settings, if it is configured.
#[derive(Debug, Resource)]
pub struct SudPlatform(pub Option<Arc<SudSettings>>);

/// With what players' sessions are encrypted, also while no platform is configured.
#[derive(Debug, Resource)]
pub struct SudSessions(pub SessionKeys);

/// Rounds, reports and queries.
#[derive(Default)]
pub struct SudPlugin {
    /// The platform's settings.
    pub platform: Option<SudSettings>,
    /// With what players' sessions are encrypted.
    pub session_keys: SessionKeys,
}

impl Plugin for SudPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(SudSessions(self.session_keys.clone()));
        app.add_player_rows::<SudIdentity>();
        app.init_resource::<RoundBook>().add_world_row::<RoundNumbers>().add_world_entities::<Round>();
        app.add_start_reader(ClosedRound::TABLE, closed::index_closed);
        app.init_resource::<ReportBook>().add_world_entities::<PendingReport>();
        nonces::register(app);
        app.add_archived_rows::<ClosedRound>().add_check("rounds and reports", check::check);
        app.add_check("uids and accounts", player::uids::check);
        player::register(app);
        query::register(app);
        operator::register(app);
        if let Some(platform) = &self.platform {
            let mut exchanges = app.world_mut().resource_mut::<Exchanges>();
            exchanges.add_line(REPORTS, platform.line);
            exchanges.add_line(QUERIES, platform.line);
            app.add_start_hook(reporter::begin_meters);
            app.add_systems(Tick, reporter::send_reports.in_set(PlatformSystems::Reports));
        }
        app.insert_resource(SudPlatform(self.platform.clone().map(Arc::new)));
    }
}
