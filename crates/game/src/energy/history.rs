//! Energy earned under rules that are no longer in force.
//!
//! Energy is computed from a moment in the past, so changed rules would change the past too: a player who had been full
//! for a week would instantly be full under a higher maximum. So players in memory are brought up to each change under the
//! old rules, and the others when they are loaded.

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::energy::{Energy, EnergyRules, LAST_POINT};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::due::Agenda;
use raidkeep_engine::history::{History, Terms};
use raidkeep_engine::mend::{Mend, MendApp, Moments};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::storage::Touched;

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

impl Terms for Pace {
    const TABLE: &'static str = "energy_history";
    const VERSION: u16 = 2;

    fn upgrade(version: u16, bytes: &[u8]) -> Option<History<Self>> {
        /// The end of each past pace, and the present one.
        #[derive(Deserialize)]
        struct Version1 {
            past: Vec<(i64, Pace)>,
            current: Option<Pace>,
        }
        let Version1 { past, current } = postcard::from_bytes(bytes).ok().filter(|_| version == 1)?;
        let mut history = History::default();
        let mut since = i64::MIN;
        for (until, pace) in past {
            history.begin(pace, since);
            since = until;
        }
        if let Some(pace) = current {
            history.begin(pace, since);
        }
        Some(history)
    }
}

/// What follows changed rules of energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, SystemSet)]
pub struct EnergyRulesSystems;

pub(super) fn register(app: &mut App) {
    app.configure_sets(Tick, EnergyRulesSystems.in_set(TickSystems::Receive));
    let follow_rules = follow_rules.run_if(resource_changed::<Rules<EnergyRules>>);
    app.add_systems(Tick, follow_rules.in_set(EnergyRulesSystems));
    app.add_moments::<Energy>();
    app.add_world_mend(|world, mend| world.resource_mut::<History<Pace>>().bring_back(mend.at));
}

impl Moments for Energy {
    fn mend(&mut self, mend: &Mend) {
        self.timer_started_at = mend.past(self.timer_started_at);
    }
}

impl Energy {
    /// Brings energy that was last computed before a change of the pace up to that change.
    pub(super) fn follow(&mut self, history: &History<Pace>) {
        for (moment, ended, next) in history.changes_after(self.timer_started_at) {
            // A clock that has jumped back must not pay twice for the same seconds.
            if self.timer_started_at < moment {
                self.change_pace(moment, *ended, *next);
            }
        }
    }

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
    mut history: ResMut<History<Pace>>,
    mut players: Query<(Entity, &mut Energy)>,
    mut agenda: ResMut<Agenda>,
    mut touched: ResMut<Touched>,
) {
    let pace = Pace::from(&**rules);
    if history.in_force() == Some(&pace) {
        return;
    }
    history.begin(pace, clock.now());
    for (player, mut energy) in &mut players {
        let before = *energy;
        energy.bypass_change_detection().follow(&history);
        if *energy != before {
            energy.set_changed();
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

    fn changed_at(moment: i64) -> History<Pace> {
        let mut history = History::default();
        history.begin(SLOW, 0);
        history.begin(FAST, moment);
        history
    }

    #[test]
    fn who_was_full_for_long_gains_from_the_change_on_and_not_before() {
        let mut energy = Energy::new(120, 0);
        energy.follow(&changed_at(1_000_000));
        assert_eq!(energy.points(1_000_000, &rules(FAST)), 120);
        assert_eq!(energy.points(1_000_060, &rules(FAST)), 121);
    }

    #[test]
    fn seconds_before_the_change_bring_what_they_brought() {
        let mut energy = Energy::new(100, 0);
        energy.follow(&changed_at(720 + 30));
        assert_eq!(energy.points(750, &rules(FAST)), 102);
        assert_eq!(energy.cooling(750, &rules(FAST)), 30, "the 30 seconds stay on the timer");
        let mut energy = Energy::new(100, 0);
        energy.follow(&changed_at(359));
        assert_eq!(energy.points(359, &rules(FAST)), 100, "seconds of a slow point are no five fast ones");
        assert_eq!(energy.cooling(359, &rules(FAST)), 1);
    }

    #[test]
    fn catching_up_twice_is_catching_up_once_and_what_came_later_is_left_alone() {
        let history = changed_at(750);
        let mut energy = Energy::new(100, 0);
        energy.follow(&history);
        let once = energy;
        energy.follow(&history);
        assert_eq!(energy, once);
        let mut later = Energy::new(5, 750);
        later.follow(&history);
        assert_eq!(later, Energy::new(5, 750));
    }

    #[test]
    fn a_history_from_before_it_had_intervals_is_read() {
        let row = postcard::to_stdvec(&(vec![(750_i64, SLOW)], Some(FAST))).expect("plain data");
        let history = Pace::upgrade(1, &row).expect("version 1 can be upgraded");
        assert_eq!(history.changes_after(0).collect::<Vec<_>>(), [(750, &SLOW, &FAST)]);
        let row = postcard::to_stdvec(&(Vec::<(i64, Pace)>::new(), None::<Pace>)).expect("plain data");
        assert_eq!(Pace::upgrade(1, &row), Some(History::default()), "of a world that had not ticked");
    }
}
