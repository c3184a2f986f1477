//! The stake of a battle: both players put in the same, the winner gets the pot less a commission, and in a draw each gets
//! its own back.
//!
//! Here is only the arithmetic; the arena moves the items, in the same batch as the battle begins or ends.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::battles::verdict::{Pair, Seat};
use crate::items::{Amount, ItemRules};
use raidkeep_engine::rules::{Place, Report, Tables};

/// What is at stake in a battle between two players.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StakeRules {
    /// What each puts in: the most of this that both can pay.
    pub each: Amount,
    /// Percentage of the pot that the winner does not get.
    #[schemars(range(min = 0, max = 100))]
    pub commission_percent: u32,
}

/// The most that one player may put in; the pot of two has to fit into the reports to SUD.
const EACH_MAX: i64 = 1_000_000_000;

impl StakeRules {
    /// The stake of two who own this much of the item.
    pub fn of(&self, owned: Pair<i64>) -> Stake {
        let quantity = self.each.quantity.min(owned.challenger).min(owned.challenged).max(0);
        Stake {
            each: Amount { quantity, ..self.each },
            commission_percent: self.commission_percent,
            left: Pair::of(|seat| owned.get(seat) - quantity),
        }
    }

    pub(super) fn check(&self, place: &Place, tables: &Tables, report: &mut Report) {
        let each = place.clone().key("each");
        if let Some(items) = tables.get::<ItemRules>() {
            items.check(&self.each, 0, each.clone(), report);
        }
        if self.each.quantity > EACH_MAX {
            report.error(each, format!("quantity {} is too high, expected {EACH_MAX} or less", self.each.quantity));
        }
    }
}

/// What each of the two has put in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stake {
    /// The same of each.
    pub each: Amount,
    commission_percent: u32,
    /// What each had left of the item after that.
    pub left: Pair<i64>,
}

/// What one of the two gets out of the pot.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// How much of the item.
    pub returned: i64,
    /// What was taken off it.
    pub commission: i64,
}

impl Stake {
    /// Divides the pot. Without a winner each gets its own back, and no commission is taken.
    pub fn divide(&self, winner: Option<Seat>) -> Pair<Share> {
        let each = self.each.quantity;
        // Both fit: the rules allow 1000000000 at most.
        let pot = each * 2;
        let commission = pot * i64::from(self.commission_percent) / 100;
        Pair::of(|seat| match winner {
            None => Share { returned: each, commission: 0 },
            Some(winner) if winner == seat => Share { returned: pot - commission, commission },
            Some(_) => Share::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rules(each: i64, commission_percent: u32) -> StakeRules {
        StakeRules { each: format!("3:1:{each}").parse().expect("an amount"), commission_percent }
    }

    #[test]
    fn both_put_in_the_most_that_both_can_pay() {
        let stake = rules(100, 10).of(Pair { challenger: 70, challenged: 500 });
        assert_eq!((stake.each.quantity, stake.left), (70, Pair { challenger: 0, challenged: 430 }));
        let stake = rules(100, 10).of(Pair { challenger: 0, challenged: 500 });
        assert_eq!((stake.each.quantity, stake.left.challenged), (0, 500), "a player with nothing plays for nothing");
    }

    #[test]
    fn the_winner_gets_the_pot_less_the_commission_and_a_draw_gives_back() {
        let stake = rules(15, 10).of(Pair::of(|_| 15));
        let shares = stake.divide(Some(Seat::Challenged));
        assert_eq!(shares.challenged, Share { returned: 27, commission: 3 });
        assert_eq!(shares.challenger, Share::default());
        assert_eq!(stake.divide(None), Pair::of(|_| Share { returned: 15, commission: 0 }));
    }

    proptest! {
        #[test]
        fn no_more_comes_out_than_went_in_and_nobody_goes_below_zero(
            each in 0_i64..=EACH_MAX, percent in 0_u32..=100, first in 0_i64..i64::MAX, second in 0_i64..i64::MAX,
            winner in prop::sample::select(vec![None, Some(Seat::Challenger), Some(Seat::Challenged)]),
        ) {
            let stake = rules(each, percent).of(Pair { challenger: first, challenged: second });
            prop_assert!(stake.left.challenger >= 0 && stake.left.challenged >= 0);
            let shares = stake.divide(winner);
            let out: i64 = Seat::BOTH.iter().map(|seat| shares.get(*seat).returned + shares.get(*seat).commission).sum();
            prop_assert_eq!(out, stake.each.quantity * 2);
            prop_assert!(Seat::BOTH.iter().all(|seat| shares.get(*seat).returned >= 0));
        }
    }
}
