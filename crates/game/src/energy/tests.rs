use super::*;
use proptest::prelude::*;

const RULES: EnergyRules = EnergyRules { maximum: 120, seconds_per_point: 360, newcomer: 120 };

#[test]
fn spending_below_the_maximum_starts_a_fresh_timer() {
    let mut energy = Energy::new(120, 0);
    assert_eq!(energy.cooling(5000, &RULES), -1);
    assert!(energy.spend(6, 5000, &RULES));
    assert_eq!((energy.points(5000, &RULES), energy.cooling(5000, &RULES)), (114, 360));
    assert_eq!(energy.full_at(5000, &RULES), Some(5000 + 6 * 360));
}

#[test]
fn the_remainder_stays_on_the_timer() {
    let mut energy = Energy::new(100, 0);
    assert!(energy.spend(6, 450, &RULES));
    assert_eq!((energy.points(450, &RULES), energy.cooling(450, &RULES)), (95, 270));
    assert_eq!(energy.points(719, &RULES), 95);
    assert_eq!(energy.points(720, &RULES), 96);
}

#[test]
fn energy_above_the_maximum_stays_but_does_not_grow() {
    let mut energy = Energy::new(120, 0);
    energy.gain(50, 10, &RULES);
    assert_eq!((energy.points(100_000, &RULES), energy.cooling(100_000, &RULES)), (170, -1));
    assert!(energy.spend(20, 100_000, &RULES));
    assert_eq!(energy.cooling(100_000, &RULES), -1, "150 is still at or above 120");
}

#[test]
fn points_that_do_not_come_back_at_the_maximum_are_wasted_and_told_once() {
    let mut energy = Energy::new(118, 0);
    energy.spend(1, 10 * 360 + 5, &RULES);
    assert_eq!(energy.take_wasted(), 8, "two of ten came back");
    assert_eq!(energy.take_wasted(), 0, "once");
    energy.gain(50, 20 * 360, &RULES);
    assert_eq!(energy.take_wasted(), 8, "one came back in the nine whole periods since, and no more");
    energy.spend(1, 30 * 360, &RULES);
    assert_eq!(energy.take_wasted(), 10, "above the maximum none comes back either");
}

#[test]
fn a_clock_that_jumps_back_grants_nothing() {
    let mut energy = Energy::new(100, 1000);
    assert_eq!(energy.points(0, &RULES), 100);
    assert!(energy.spend(6, 1360, &RULES));
    assert_eq!(energy.points(1000, &RULES), 95);
    assert_eq!(energy.points(1360 + 360, &RULES), 96, "one period, one point, whatever happened between");
}

#[test]
fn energy_above_the_maximum_brings_no_second_twice_when_the_clock_jumps_back() {
    let mut energy = Energy::new(0, 0);
    energy.gain(160, 3600, &RULES);
    assert_eq!(energy.points(3600, &RULES), 170, "ten points came in the hour, 160 by potions");
    assert!(energy.spend(100, 0, &RULES), "the clock has jumped back by that hour");
    assert_eq!(energy.points(3600, &RULES), 70, "the same hour brings no ten points again");
}

#[test]
fn too_little_energy_changes_nothing() {
    let mut energy = Energy::new(5, 0);
    let before = energy;
    assert!(!energy.spend(6, 0, &RULES));
    assert!(!energy.spend(-1, 0, &RULES));
    assert_eq!(energy, before);
}

/// The rule as explained to a player: second by second.
struct SecondBySecond {
    points: i64,
    timer: i64,
}

impl SecondBySecond {
    fn wait(&mut self, seconds: i64) {
        for _ in 0..seconds {
            if self.points < RULES.maximum {
                self.timer += 1;
                if self.timer == RULES.seconds_per_point {
                    self.points += 1;
                    self.timer = 0;
                }
            }
        }
    }

    fn change(&mut self, by: i64) {
        if self.points >= RULES.maximum {
            self.timer = 0;
        }
        self.points += by;
    }
}

proptest! {
    #[test]
    fn any_sequence_of_spends_waits_and_potions_equals_the_rule_second_by_second(
        steps in proptest::collection::vec((0_i64..3000, -30_i64..60), 1..40)
    ) {
        let mut now = 1_000_000;
        let mut energy = Energy::new(120, now);
        let mut expected = SecondBySecond { points: 120, timer: 0 };
        for (wait, change) in steps {
            now += wait;
            expected.wait(wait);
            if change < 0 {
                let could = energy.spend(-change, now, &RULES);
                prop_assert_eq!(could, expected.points >= -change);
                if could {
                    expected.change(change);
                }
            } else if change > 0 {
                energy.gain(change, now, &RULES);
                expected.change(change);
            }
            prop_assert_eq!(energy.points(now, &RULES), expected.points);
            let cooling = if expected.points >= 120 { -1 } else { 360 - expected.timer };
            prop_assert_eq!(energy.cooling(now, &RULES), cooling);
        }
    }
}
