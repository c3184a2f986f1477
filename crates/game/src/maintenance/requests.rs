//! What the realm tells a world, and `maintenance_state`.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::maintenance::{Maintenance, MaintenanceWindow, STEP};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::due::Agenda;
use raidkeep_engine::operators::Right;
use raidkeep_engine::players::Players;
use raidkeep_engine::realm::{Message, MessageTaken, RealmMessage, RealmTaken};
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Operator, Success};
use raidkeep_engine::schedule::Surroundings;
use raidkeep_engine::storage::rows::Persistence;

pub(super) fn register(app: &mut App) {
    app.add_request::<Message<PlannedMaintenance>, _>(take_maintenance);
    app.add_request::<MaintenanceState, _>(maintenance_state);
}

/// A message of the realm: all maintenance that is planned or running. It replaces what was planned before.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlannedMaintenance {
    /// In no particular order; they do not overlap.
    pub windows: Vec<MaintenanceWindow>,
}

impl RealmMessage for PlannedMaintenance {
    const FUNCTION: &'static str = "take_maintenance";
}

fn take_maintenance(
    In(call): In<Call<Message<PlannedMaintenance>>>,
    mut taken: ResMut<RealmTaken>,
    mut maintenance: ResMut<Maintenance>,
    mut agenda: ResMut<Agenda>,
    clock: Res<Clock>,
) -> Answer<MessageTaken> {
    if let Err(again) = taken.admit(&call.request)? {
        return Ok(again.answer());
    }
    maintenance.plan(call.request.body.windows.clone());
    agenda.set(STEP, 0, clock.now());
    Ok(taken.note(&call.request))
}

/// `maintenance_state {}`: how far a world is with maintenance.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MaintenanceState {}

request!(Operator, "maintenance_state", MaintenanceState => MaintenanceStateShown, RIGHT = Right::VIEW);

/// The reply of `maintenance_state`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MaintenanceStateShown {
    /// What closes the game now; null = it is open.
    running: Option<MaintenanceWindow>,
    /// What is planned or running in this world.
    windows: Vec<MaintenanceWindow>,
    /// How many players are in memory.
    players_in_memory: usize,
    /// How many batches are not yet folded into the rows on disk.
    unfolded_batches: u64,
    /// Whether the game is closed, no player is in memory and everything is folded.
    is_quiet: bool,
}

fn maintenance_state(
    _: In<Call<MaintenanceState>>,
    maintenance: Res<Maintenance>,
    players: Res<Players>,
    persistence: Res<Persistence>,
    surroundings: Res<Surroundings>,
) -> Answer<MaintenanceStateShown> {
    let players_in_memory = players.len();
    let unfolded_batches = persistence.last_batch().0.saturating_sub(surroundings.folded_batch.0);
    let running = maintenance.running().cloned();
    Ok(Success::with(MaintenanceStateShown {
        is_quiet: running.is_some() && players_in_memory == 0 && unfolded_batches == 0,
        running,
        windows: maintenance.windows().to_vec(),
        players_in_memory,
        unfolded_batches,
    }))
}
