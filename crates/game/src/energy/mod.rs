//! Energy: spent on stages, regenerates with time (docs/contract/energy-and-tickets.md#energy).
//!
//! What a player has is computed from the moment its timer started, so it is exact to the second at any moment, whatever the
//! tick rate and across restarts. The system `regenerate_energy` acts when a point comes back to somebody who listens for it; nothing
//! is written for a point.

mod history;
mod told;

use crate::boss::SeasonSystems;
use crate::tickets::TicketSystems;
use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::clock::Clock;
use raidkeep_engine::due::{Agenda, Due, Occasion};
use raidkeep_engine::events::{Event, EventApp, Events, Listeners};
use raidkeep_engine::history::History;
use raidkeep_engine::rules::{Place, Report, Rules, RulesApp, SingleFile, Tables};
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::storage::{Arrival, PlayerRow, StorageApp, Touched, Unfit};
use raidkeep_engine::verify::{Inspection, VerifyApp};

pub use history::{EnergyRulesSystems, Pace};
use told::{EnergyFull, EnergyReturned};

/// A player's energy, as of the moment its timer started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct Energy {
    points: i64,
    /// Since when the next point has been regenerating, unix seconds. At or above the maximum: since when nothing has
    /// changed.
    timer_started_at: i64,
    /// The points that have not come back because the maximum was reached, until they are counted.
    #[serde(skip)]
    wasted: u64,
}

impl Energy {
    /// This many points, with a fresh timer.
    pub fn new(points: i64, now: i64) -> Self {
        Self { points, timer_started_at: now, wasted: 0 }
    }

    /// Points at this moment. A moment before the timer started (the clock jumped back) yields none.
    pub fn points(&self, now: i64, rules: &EnergyRules) -> i64 {
        self.points + self.regenerated(now, rules)
    }

    fn regenerated(&self, now: i64, rules: &EnergyRules) -> i64 {
        self.due(now, rules).min((rules.maximum - self.points).max(0))
    }

    /// The points that would have regenerated without a maximum.
    fn due(&self, now: i64, rules: &EnergyRules) -> i64 {
        now.saturating_sub(self.timer_started_at).max(0) / rules.seconds_per_point
    }

    /// Takes the points that have not come back because the maximum was reached, as far as changes of the energy have
    /// shown since the last call.
    pub fn take_wasted(&mut self) -> u64 {
        std::mem::take(&mut self.wasted)
    }

    /// Seconds to the next point, -1 when none is regenerating.
    pub fn cooling(&self, now: i64, rules: &EnergyRules) -> i64 {
        let regenerated = self.regenerated(now, rules);
        if self.points + regenerated >= rules.maximum {
            return -1;
        }
        let next_at = self.timer_started_at + (regenerated + 1) * rules.seconds_per_point;
        next_at - now
    }

    /// When the maximum is reached, unix seconds; `None` if it already is.
    pub fn full_at(&self, now: i64, rules: &EnergyRules) -> Option<i64> {
        let missing = rules.maximum - self.points;
        let is_full = missing <= self.regenerated(now, rules);
        (!is_full).then(|| self.timer_started_at + missing * rules.seconds_per_point)
    }

    /// Spends points, or nothing if there are too few. Elapsed time stays on the timer; falling below the maximum
    /// starts a fresh one.
    pub fn spend(&mut self, cost: i64, now: i64, rules: &EnergyRules) -> bool {
        if cost < 0 || self.points(now, rules) < cost {
            return false;
        }
        if cost > 0 {
            self.change(-cost, now, rules);
        }
        true
    }

    /// Adds points, even above the maximum.
    pub fn gain(&mut self, points: i64, now: i64, rules: &EnergyRules) {
        if points > 0 {
            self.change(points, now, rules);
        }
    }

    fn change(&mut self, by: i64, now: i64, rules: &EnergyRules) {
        let regenerated = self.regenerated(now, rules);
        self.wasted += u64::try_from(self.due(now, rules) - regenerated).unwrap_or_default();
        let before = self.points + regenerated;
        self.timer_started_at = if before >= rules.maximum {
            // A clock that jumped back must not pay twice for the same seconds.
            now.max(self.timer_started_at)
        } else {
            self.timer_started_at + regenerated * rules.seconds_per_point
        };
        self.points = before.saturating_add(by);
    }
}

impl PlayerRow for Energy {
    const TABLE: &'static str = "energy";

    fn newcomer(world: &World) -> Self {
        let rules = world.resource::<Rules<EnergyRules>>();
        Self::new(rules.newcomer, world.resource::<Clock>().now())
    }

    fn catch_up(&mut self, world: &World) {
        self.follow(world.resource::<History<Pace>>());
    }

    fn arrive(&mut self, _: Arrival<'_>) -> Result<(), Unfit> {
        if self.points < 0 {
            return Err(Unfit::at("points", "expected 0 or more"));
        }
        Ok(())
    }
}

/// `energy.ron`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnergyRules {
    /// No points regenerate at or above this.
    #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "points of energy"))]
    pub maximum: i64,
    /// Seconds per point.
    #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "seconds"))]
    pub seconds_per_point: i64,
    /// Points of a new player.
    #[schemars(range(min = 0, max = 1_000_000_000), extend("unit" = "points of energy"))]
    pub newcomer: i64,
}

impl SingleFile for EnergyRules {
    const PATH: &'static str = "energy.ron";

    fn validate(&self, _: &Tables, report: &mut Report) {
        if self.newcomer > self.maximum {
            let message = format!("a new player starts above the maximum of {}", self.maximum);
            report.warning(Place::file(Self::PATH).key("newcomer"), message);
        }
    }
}

/// Energy in the reply of a new function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EnergyChange {
    /// Seconds to the next point, -1 when none is regenerating.
    pub cooling: i64,
    /// Points left.
    pub remain: i64,
    /// The change, negative when points were spent.
    pub reward: i64,
}

impl EnergyChange {
    /// The state after a change.
    pub fn after(energy: &Energy, reward: i64, now: i64, rules: &EnergyRules) -> Self {
        Self { cooling: energy.cooling(now, rules), remain: energy.points(now, rules), reward }
    }
}

/// Absolute times next to the energy, unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EnergyMoments {
    /// When the energy is full; absent when it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_at: Option<i64>,
}

impl EnergyMoments {
    /// As of now.
    pub fn of(energy: &Energy, now: i64, rules: &EnergyRules) -> Self {
        Self { full_at: energy.full_at(now, rules) }
    }
}

/// The next point of a player who listens, by entity.
const NEXT_POINT: Occasion = Occasion("energy");
/// The last point of a player who is connected, by entity.
const LAST_POINT: Occasion = Occasion("energy full");

/// Announces points at the second they regenerate, before a request of that second spends them. Nothing is written:
/// what is stored is the moment from which points are counted.
fn regenerate_energy(
    players: Query<(&Energy, &Listeners)>,
    rules: Res<Rules<EnergyRules>>,
    clock: Res<Clock>,
    mut agenda: ResMut<Agenda>,
    mut events: ResMut<Events>,
    mut looked_at: Local<i64>,
) {
    let now = clock.now();
    // A clock that was set back brings points a second time, at times that are no longer in the agenda.
    if now < std::mem::replace(&mut *looked_at, now) {
        let waiting: Vec<u64> = agenda.latest_first(NEXT_POINT).collect();
        for key in waiting {
            expect_point(&mut agenda, Entity::from_bits(key), &players, now, &rules);
        }
    }
    while let Some(Due { key, at }) = agenda.pop(NEXT_POINT, now) {
        let player = Entity::from_bits(key);
        if let Ok((energy, listeners)) = players.get(player) {
            let returned = energy.points(now, &rules) - energy.points(at.saturating_sub(1), &rules);
            if returned > 0 && listeners.wants(EnergyReturned::NAME) {
                let energy = EnergyChange::after(energy, returned, now, &rules);
                events.tell(player, &EnergyReturned { energy });
            }
        }
        expect_point(&mut agenda, player, &players, now, &rules);
    }
}

/// Schedules a player's next point, if the player listens and one is regenerating.
fn expect_point(
    agenda: &mut Agenda,
    player: Entity,
    players: &Query<(&Energy, &Listeners)>,
    now: i64,
    rules: &EnergyRules,
) {
    let listening = players.get(player).ok().filter(|(_, listeners)| listeners.wants(EnergyReturned::NAME));
    let cooling = listening.map_or(-1, |(energy, _)| energy.cooling(now, rules));
    if cooling > 0 {
        agenda.set(NEXT_POINT, player.to_bits(), now + cooling);
    } else {
        agenda.cancel(NEXT_POINT, player.to_bits());
    }
}

/// Schedules the next and the last point of players who have just made a request.
fn expect_energy(
    touched: Res<Touched>,
    players: Query<(&Energy, &Listeners)>,
    rules: Res<Rules<EnergyRules>>,
    clock: Res<Clock>,
    mut agenda: ResMut<Agenda>,
) {
    let now = clock.now();
    for player in touched.entities() {
        let Ok((energy, listeners)) = players.get(*player) else {
            continue;
        };
        let key = player.to_bits();
        if listeners.wants(EnergyReturned::NAME) || agenda.moment(NEXT_POINT, key).is_some() {
            expect_point(&mut agenda, *player, &players, now, &rules);
        }
        if agenda.moment(LAST_POINT, key).is_none()
            && let Some(full_at) = energy.full_at(now, &rules).filter(|_| listeners.is_connected())
        {
            agenda.set(LAST_POINT, key, full_at);
        }
    }
}

/// Notifies players whose energy is full again.
fn tell_of_full_energy(
    players: Query<&Energy>,
    rules: Res<Rules<EnergyRules>>,
    clock: Res<Clock>,
    mut agenda: ResMut<Agenda>,
    mut events: ResMut<Events>,
) {
    let now = clock.now();
    while let Some(Due { key, at }) = agenda.pop(LAST_POINT, now) {
        let player = Entity::from_bits(key);
        let Ok(energy) = players.get(player) else {
            continue;
        };
        match energy.full_at(now, &rules) {
            None => {
                events.tell(player, &EnergyFull { energy: EnergyChange::after(energy, 0, now, &rules) });
            }
            Some(full_at) if full_at > at => agenda.set(LAST_POINT, key, full_at),
            Some(_) => {}
        }
    }
}

/// When players are told that their energy is full.
#[derive(Debug, Clone, PartialEq, Eq, Hash, SystemSet)]
pub struct EnergySystems;

/// The energy of players.
pub struct EnergyPlugin;

/// Invariant of energy: it is never negative.
fn check(inspection: &mut Inspection<'_>) {
    inspection.each_player::<Energy>(|inspection, account, energy| {
        if energy.points < 0 {
            let what = format!("there are {} points of energy", energy.points);
            inspection.breach(<Energy as PlayerRow>::TABLE, &account.to_key(), Some(account), what);
        }
    });
}

impl Plugin for EnergyPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<EnergyRules>().add_player_rows::<Energy>().add_world_row::<History<Pace>>();
        history::register(app);
        app.add_event::<EnergyFull>().add_asked_event::<EnergyReturned>();
        app.add_check("energy", check);
        app.configure_sets(Tick, EnergySystems.in_set(TickSystems::Simulate).after(TicketSystems));
        app.add_systems(Tick, regenerate_energy.in_set(TickSystems::Calendar).after(SeasonSystems));
        app.add_systems(Tick, (expect_energy, tell_of_full_energy).chain().in_set(EnergySystems));
    }
}

#[cfg(test)]
mod tests;
