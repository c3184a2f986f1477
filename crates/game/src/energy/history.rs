//! Energy earned under rules that are no longer in force.
//!
//! Energy is computed from a moment in the past, so changed rules would change the past too: a player who had been full
//! for a week would instantly be full under a higher maximum. So each change is recorded; players in memory are brought
//! up to that moment under the old rules, and the others when they are loaded.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::energy::{Energy, EnergyRules, LAST_POINT};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::due::Agenda;
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::{Touched, WorldRow};

/// Changes that are remembered. For a player who was away for more of them, the time before counts by the oldest one
/// left.
const CHANGES_MAX: usize = 64;

/// The pace of regeneration during some period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    maximum: i64,
    seconds_per_point: i64,
}

impl From<&EnergyRules> for Pace {
    fn from(rules: &EnergyRules) -> Self {
        Self { maximum: rules.maximum, seconds_per_point: rules.seconds_per_point }
    }
}

/// The paces of regeneration that this world has had.
#[derive(Debug, Default, Clone, Resource, Serialize, Deserialize)]
pub struct EnergyHistory {
    /// The end of each past pace in unix seconds, the oldest first.
    past: Vec<(i64, Pace)>,
    /// `None` in a world that has not ticked yet.
    current: Option<Pace>,
}

impl WorldRow for EnergyHistory {
    const TABLE: &'static str = "energy_history";
}

impl EnergyHistory {
    /// Records the pace in force from `now` on; returns the one that has ended.
    fn begin(&mut self, pace: Pace, now: i64) -> Option<Pace> {
        let ended = self.current.replace(pace).filter(|ended| *ended != pace)?;
        self.past.push((now, ended));
        let surplus = self.past.len().saturating_sub(CHANGES_MAX);
        self.past.drain(..surplus);
        Some(ended)
    }

    /// Brings energy that was last computed before a change up to that change.
    pub(super) fn catch_up(&self, energy: &mut Energy) {
        for (at, (until, pace)) in self.past.iter().enumerate() {
            let next = self.past.get(at + 1).map(|(_, next)| *next).or(self.current).unwrap_or(*pace);
            if energy.timer_started_at < *until {
                energy.change_pace(*until, *pace, next);
            }
        }
    }
}

impl Energy {
    /// Changes the pace at `moment`: the points before follow from the old pace, and the point in progress keeps its
    /// seconds, up to what a point of the next pace takes.
    fn change_pace(&mut self, moment: i64, ended: Pace, next: Pace) {
        let rules = EnergyRules { maximum: ended.maximum, seconds_per_point: ended.seconds_per_point, newcomer: 0 };
        let regenerated = self.regenerated(moment, &rules);
        self.points += regenerated;
        let is_full = self.points >= ended.maximum;
        let under_way = moment - (self.timer_started_at + regenerated * ended.seconds_per_point);
        let kept = if is_full { 0 } else { under_way.clamp(0, next.seconds_per_point - 1) };
        self.timer_started_at = moment - kept;
    }
}

/// Records a change of the rules, and brings the players in memory up to this moment under the old ones.
pub(super) fn follow_rules(
    rules: Res<Rules<EnergyRules>>,
    clock: Res<Clock>,
    mut history: ResMut<EnergyHistory>,
    mut players: Query<(Entity, &mut Energy)>,
    mut agenda: ResMut<Agenda>,
    mut touched: ResMut<Touched>,
) {
    let pace = Pace::from(&**rules);
    if history.current == Some(pace) {
        return;
    }
    let now = clock.now();
    let Some(ended) = history.begin(pace, now) else {
        return;
    };
    for (player, mut energy) in &mut players {
        // A clock that has jumped back must not pay twice for the same seconds.
        if energy.timer_started_at < now {
            energy.change_pace(now, ended, pace);
            touched.push(player);
        }
    }
    // Touched players are entered again, with the new moment.
    agenda.clear(LAST_POINT);
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Pace = Pace { maximum: 120, seconds_per_point: 360 };
    const FAST: Pace = Pace { maximum: 200, seconds_per_point: 60 };

    fn rules(pace: Pace) -> EnergyRules {
        EnergyRules { maximum: pace.maximum, seconds_per_point: pace.seconds_per_point, newcomer: 0 }
    }

    fn changed_at(moment: i64) -> EnergyHistory {
        let mut history = EnergyHistory { past: Vec::new(), current: Some(SLOW) };
        assert_eq!(history.begin(FAST, moment), Some(SLOW));
        history
    }

    #[test]
    fn who_was_full_for_long_gains_from_the_change_on_and_not_before() {
        let mut energy = Energy::new(120, 0);
        changed_at(1_000_000).catch_up(&mut energy);
        assert_eq!(energy.points(1_000_000, &rules(FAST)), 120);
        assert_eq!(energy.points(1_000_060, &rules(FAST)), 121);
    }

    #[test]
    fn seconds_before_the_change_bring_what_they_brought() {
        let mut energy = Energy::new(100, 0);
        changed_at(720 + 30).catch_up(&mut energy);
        assert_eq!(energy.points(750, &rules(FAST)), 102);
        assert_eq!(energy.cooling(750, &rules(FAST)), 30, "the 30 seconds stay on the timer");
        let mut energy = Energy::new(100, 0);
        changed_at(359).catch_up(&mut energy);
        assert_eq!(energy.points(359, &rules(FAST)), 100, "seconds of a slow point are no five fast ones");
        assert_eq!(energy.cooling(359, &rules(FAST)), 1);
    }

    #[test]
    fn catching_up_twice_is_catching_up_once_and_what_came_later_is_left_alone() {
        let history = changed_at(750);
        let mut energy = Energy::new(100, 0);
        history.catch_up(&mut energy);
        let once = energy;
        history.catch_up(&mut energy);
        assert_eq!(energy, once);
        let mut later = Energy::new(5, 750);
        history.catch_up(&mut later);
        assert_eq!(later, Energy::new(5, 750));
    }

    #[test]
    fn the_history_stays_short_and_the_same_rules_are_no_change() {
        let mut history = changed_at(0);
        assert_eq!(history.begin(FAST, 5), None);
        for at in 0..1000 {
            history.begin(if at % 2 == 0 { SLOW } else { FAST }, at);
        }
        assert_eq!(history.past.len(), CHANGES_MAX);
    }
}
