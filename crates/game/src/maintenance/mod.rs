//! Maintenance: planned times at which the game is closed to players (docs/operating.md#maintenance).
//!
//! The realm plans them and tells each world all that are ahead (`take_maintenance`). A world warns its players, closes the
//! game at the beginning, ends the connections of those who are not admitted, and opens it at the end. What a closed game
//! refuses is the engine's ([`raidkeep_engine::closing`]).

mod model;
mod requests;
mod rules;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use crate::energy::EnergyRulesSystems;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::closing::Closure;
use raidkeep_engine::due::{Agenda, Occasion};
use raidkeep_engine::events::{EventApp, Events, Listeners};
use raidkeep_engine::request::reply::Dismissal;
use raidkeep_engine::rules::{Rules, RulesApp};
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::{StorageApp, Stored};

pub use model::{Maintenance, MaintenanceNews, MaintenancePhase, MaintenanceWindow};
pub use requests::{MaintenanceState, MaintenanceStateShown, PlannedMaintenance};
pub use rules::MaintenanceRules;

/// When the next thing about maintenance happens.
const STEP: Occasion = Occasion("maintenance");

/// What follows the clock before any request of the tick is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, SystemSet)]
pub struct MaintenanceSystems;

/// Maintenance, as a world carries it out.
pub struct MaintenancePlugin;

impl Plugin for MaintenancePlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<MaintenanceRules>();
        app.add_world_row::<Maintenance>().add_event::<MaintenanceNews>();
        app.add_start_hook(|world| {
            let now = world.resource::<Clock>().now();
            world.resource_mut::<Agenda>().set(STEP, 0, now);
        });
        app.configure_sets(Tick, MaintenanceSystems.in_set(TickSystems::Receive).after(EnergyRulesSystems));
        app.add_systems(Tick, follow.in_set(MaintenanceSystems));
        requests::register(app);
    }
}

/// What maintenance changes in a world.
#[derive(SystemParam)]
struct Doors<'w, 's> {
    closing: ResMut<'w, Closure>,
    events: ResMut<'w, Events>,
    players: Query<'w, 's, (Entity, &'static Stored, &'static Listeners)>,
}

/// Does what is due.
fn follow(
    mut maintenance: ResMut<Maintenance>,
    mut doors: Doors,
    mut agenda: ResMut<Agenda>,
    (rules, clock): (Res<Rules<MaintenanceRules>>, Res<Clock>),
) {
    let now = clock.now();
    if agenda.pop(STEP, now).is_none() {
        return;
    }
    // Each start looks: a step that changes nothing must not become a batch.
    let mut next = maintenance.clone();
    let news = next.step(now, rules.longest_seconds());
    maintenance.set_if_neq(next);
    doors.closing.set(maintenance.running().map(MaintenanceWindow::closed));
    for told in news {
        doors.events.tell_everybody(&told);
    }
    doors.dismiss_others();
    if let Some(at) = maintenance.next_moment(now, rules.warn_seconds()) {
        agenda.set(STEP, 0, at);
    }
}

impl Doors<'_, '_> {
    /// Ends the connections of all who are not admitted.
    fn dismiss_others(&mut self) {
        if !self.closing.is_closed() {
            return;
        }
        for (player, stored, listeners) in &self.players {
            if listeners.is_connected() && self.closing.refusal(stored.account()).is_some() {
                self.events.dismiss(player, Dismissal::Maintenance);
            }
        }
    }
}
