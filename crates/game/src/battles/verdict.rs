//! Who wins a round: pure, from attributes, named skills and items, and the dice of the battle, so that any round can be judged
//! again (docs/contract/role-play.md#battles).

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::battles::rules::{Dice, VerdictRules};
use crate::character::Attributes;

/// One of the two in a battle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Seat {
    /// The player who challenged.
    Challenger,
    /// The player who was challenged.
    Challenged,
}

impl Seat {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Challenger, Self::Challenged];

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Challenger => Self::Challenged,
            Self::Challenged => Self::Challenger,
        }
    }
}

/// Something for each of the two.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair<T> {
    /// The challenger's.
    pub challenger: T,
    /// The challenged player's.
    pub challenged: T,
}

impl<T> Pair<T> {
    /// Builds a pair by calling `each` for both seats.
    pub fn of(mut each: impl FnMut(Seat) -> T) -> Self {
        Self { challenger: each(Seat::Challenger), challenged: each(Seat::Challenged) }
    }

    /// The value of a seat.
    pub fn get(&self, seat: Seat) -> &T {
        match seat {
            Seat::Challenger => &self.challenger,
            Seat::Challenged => &self.challenged,
        }
    }

    /// The value of a seat, mutable.
    pub fn get_mut(&mut self, seat: Seat) -> &mut T {
        match seat {
            Seat::Challenger => &mut self.challenger,
            Seat::Challenged => &mut self.challenged,
        }
    }
}

/// What counts of an action, by strength. A player without an action guards.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Whether there was no action.
    pub guards: bool,
    /// The strengths of the owned skills that were named.
    pub skills: Vec<u32>,
    /// The strengths of the owned items that were named.
    pub items: Vec<u32>,
}

/// The random part of one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throw {
    /// The sum of the dice of each player.
    pub pips: Pair<u32>,
    /// Chooses among the alternative texts.
    pub phrase: u32,
}

impl Throw {
    /// The throw of a round, deterministic for each battle.
    pub fn of_round(seed: u64, round: u32, dice: Dice) -> Self {
        let mut source = ChaCha8Rng::seed_from_u64(seed);
        source.set_stream(u64::from(round));
        let pips = Pair::of(|_| (0..dice.count).map(|_| source.random_range(1..=dice.sides.max(1))).sum());
        Self { pips, phrase: source.next_u32() }
    }
}

/// How a round ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The winner, if any.
    pub winner: Option<Seat>,
    /// The total of each player.
    pub scores: Pair<i64>,
}

impl VerdictRules {
    /// Judges a round.
    pub fn judge(&self, attributes: &Pair<Attributes>, moves: &Pair<Move>, throw: &Throw) -> Verdict {
        let scores = Pair::of(|seat| self.score(attributes.get(seat), moves.get(seat), *throw.pips.get(seat)));
        let wins = |seat: &Seat| {
            let ahead = scores.get(*seat) - scores.get(seat.other());
            !moves.get(*seat).guards && ahead >= self.margin
        };
        Verdict { winner: Seat::BOTH.into_iter().find(wins), scores }
    }

    fn score(&self, attributes: &Attributes, played: &Move, pips: u32) -> i64 {
        let weights = if played.guards { &self.guard } else { &self.attack };
        let named = self.best(&played.skills) * i64::from(self.skill_percent)
            + self.best(&played.items) * i64::from(self.item_percent);
        (weights.hundredths(attributes) + named) / 100 + i64::from(pips) * i64::from(self.dice.weight)
    }

    /// The sum of the strongest `named_max`.
    fn best(&self, strengths: &[u32]) -> i64 {
        let mut strengths: Vec<u32> = strengths.to_vec();
        strengths.sort_unstable_by(|a, b| b.cmp(a));
        strengths.into_iter().take(self.named_max).map(i64::from).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::battles::BattleRules;
    use crate::shipped_rules;
    use proptest::prelude::*;
    use std::sync::OnceLock;

    fn rules() -> &'static VerdictRules {
        static RULES: OnceLock<BattleRules> = OnceLock::new();
        &RULES.get_or_init(shipped_rules).verdict
    }

    fn attributes() -> impl Strategy<Value = Attributes> {
        (1_u32..500, 1_u32..500, 1_u32..500, 1_u32..500).prop_map(|(strength, agility, wits, vigor)| Attributes {
            strength,
            agility,
            wits,
            vigor,
        })
    }

    fn played() -> impl Strategy<Value = Move> {
        let strengths = || proptest::collection::vec(0_u32..60, 0..5);
        (any::<bool>(), strengths(), strengths()).prop_map(|(guards, skills, items)| {
            if guards { Move { guards, ..Move::default() } } else { Move { guards, skills, items } }
        })
    }

    fn both() -> impl Strategy<Value = Pair<Attributes>> {
        (attributes(), attributes()).prop_map(|(challenger, challenged)| Pair { challenger, challenged })
    }

    fn mirrored<T: Clone>(pair: &Pair<T>) -> Pair<T> {
        Pair::of(|seat| pair.get(seat.other()).clone())
    }

    proptest! {
        #[test]
        fn the_verdict_does_not_depend_on_who_sits_where(
            attributes in both(), first in played(), second in played(), seed in any::<u64>(), round in 0_u32..20
        ) {
            let moves = Pair { challenger: first, challenged: second };
            let throw = Throw::of_round(seed, round, rules().dice);
            let verdict = rules().judge(&attributes, &moves, &throw);
            let swapped = Throw { pips: mirrored(&throw.pips), ..throw };
            let other = rules().judge(&mirrored(&attributes), &mirrored(&moves), &swapped);
            prop_assert_eq!(other.winner, verdict.winner.map(Seat::other));
            prop_assert_eq!(other.scores, mirrored(&verdict.scores));
        }

        #[test]
        fn the_same_round_has_the_same_verdict_and_dice_stay_within_bounds(seed in any::<u64>(), round in 0_u32..20) {
            let dice = rules().dice;
            let throw = Throw::of_round(seed, round, dice);
            prop_assert_eq!(throw, Throw::of_round(seed, round, dice));
            for seat in Seat::BOTH {
                prop_assert!((dice.count..=dice.count * dice.sides).contains(throw.pips.get(seat)));
            }
        }

        #[test]
        fn who_guards_wins_nothing_and_naming_more_never_weakens(
            attributes in both(), named in played(), seed in any::<u64>(), extra in 0_u32..60
        ) {
            let throw = Throw::of_round(seed, 1, rules().dice);
            let guard = Move { guards: true, ..Move::default() };
            let moves = Pair { challenger: guard, challenged: named.clone() };
            let verdict = rules().judge(&attributes, &moves, &throw);
            prop_assert_ne!(verdict.winner, Some(Seat::Challenger));
            let mut stronger = named;
            stronger.skills.push(extra);
            stronger.guards = false;
            let before = Move { skills: stronger.skills[..stronger.skills.len() - 1].to_vec(), ..stronger.clone() };
            let score = |played: Move| {
                let moves = Pair { challenger: Move { guards: true, ..Move::default() }, challenged: played };
                rules().judge(&attributes, &moves, &throw).scores.challenged
            };
            prop_assert!(score(stronger) >= score(before));
        }

        #[test]
        fn scores_are_bounded_by_attributes_strengths_and_dice(
            attributes in both(), first in played(), second in played(), seed in any::<u64>()
        ) {
            let throw = Throw::of_round(seed, 3, rules().dice);
            let moves = Pair { challenger: first, challenged: second };
            let verdict = rules().judge(&attributes, &moves, &throw);
            let dice = i64::from(rules().dice.count * rules().dice.sides * rules().dice.weight);
            for seat in Seat::BOTH {
                let weights = if moves.get(seat).guards { rules().guard } else { rules().attack };
                let most = weights.hundredths(attributes.get(seat)) / 100 + 6 * 60 + dice;
                prop_assert!((0..=most).contains(verdict.scores.get(seat)));
            }
        }
    }

    #[test]
    fn rounds_of_a_battle_have_dice_of_their_own() {
        let throws: Vec<Throw> = (0..50).map(|round| Throw::of_round(7, round, rules().dice)).collect();
        assert!(throws.iter().any(|throw| throw.pips != throws[0].pips), "rounds differ");
        assert!(throws.iter().any(|throw| throw.pips.challenger != throw.pips.challenged), "and so do the two");
    }

    #[test]
    fn only_the_strongest_of_those_named_count() {
        let many = Move { guards: false, skills: vec![10, 50, 20, 40, 30], items: Vec::new() };
        let best = Move { guards: false, skills: vec![50, 40, 30], items: Vec::new() };
        let attributes = Pair::of(|_| Attributes { strength: 10, agility: 10, wits: 10, vigor: 10 });
        let throw = Throw { pips: Pair { challenger: 5, challenged: 5 }, phrase: 0 };
        let moves = Pair { challenger: many, challenged: best };
        assert_eq!(rules().judge(&attributes, &moves, &throw).winner, None, "a longer list is no advantage");
    }
}
