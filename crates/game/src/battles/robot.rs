//! What a fighter of the game master does in a battle: its moves follow from the dice of the battle, so that a battle can be
//! judged again.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::battles::action::Action;
use crate::battles::rules::Rewards;

/// How a fighter of the game master plays and what a battle against it brings, as it was when the battle started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Robot {
    /// Its moves, of which each round draws one.
    pub moves: Vec<RobotMove>,
    /// The rewards at the end.
    pub rewards: Rewards,
}

/// A move, and how often it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RobotMove {
    /// Its share among the moves that fit.
    pub weight: u32,
    /// At which score it fits.
    pub when: When,
    /// What it does; `None` = it guards.
    pub action: Option<Action>,
}

/// The score at which a move fits, as the fighter sees it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// At any.
    #[default]
    Always,
    /// It has won more rounds than its opponent.
    Ahead,
    /// It has won fewer.
    Behind,
}

impl When {
    fn fits(self, own_wins: u32, their_wins: u32) -> bool {
        match self {
            Self::Always => true,
            Self::Ahead => own_wins > their_wins,
            Self::Behind => own_wins < their_wins,
        }
    }
}

/// The verdicts of a battle use the streams of its seed up to the last round; the moves use those beyond.
const FIRST_STREAM: u64 = 1 << 32;

impl Robot {
    /// What it does in a round, counted from 0.
    pub fn choose(&self, seed: u64, round: u32, own_wins: u32, their_wins: u32) -> Option<Action> {
        let fitting = || self.moves.iter().filter(|known| known.when.fits(own_wins, their_wins));
        let total: u64 = fitting().map(|known| u64::from(known.weight)).sum();
        if total == 0 {
            return None;
        }
        let mut source = ChaCha8Rng::seed_from_u64(seed);
        source.set_stream(FIRST_STREAM + u64::from(round));
        let mut drawn = source.random_range(0..total);
        for known in fitting() {
            match drawn.checked_sub(u64::from(known.weight)) {
                Some(rest) => drawn = rest,
                None => return known.action.clone(),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::battles::rules::BattleRules;
    use crate::shipped_rules;

    fn robot(moves: &[(u32, When, &str)]) -> Robot {
        let action = |text: &str| Action { text: text.to_owned(), skills: Vec::new(), items: Vec::new() };
        let moves = moves.iter().map(|(weight, when, text)| RobotMove {
            weight: *weight,
            when: *when,
            action: (!text.is_empty()).then(|| action(text)),
        });
        Robot { moves: moves.collect(), rewards: shipped_rules::<BattleRules>().rewards }
    }

    fn texts(robot: &Robot, own_wins: u32, their_wins: u32) -> Vec<String> {
        let chosen = (0..400).map(|round| robot.choose(7, round, own_wins, their_wins));
        chosen.map(|action| action.map(|action| action.text).unwrap_or_default()).collect()
    }

    #[test]
    fn the_same_round_has_the_same_move_and_each_comes_as_often_as_its_weight_says() {
        let robot = robot(&[(3, When::Always, "横扫"), (1, When::Always, "")]);
        let first = texts(&robot, 0, 0);
        assert_eq!(first, texts(&robot, 0, 0), "a battle can be judged again");
        let guards = first.iter().filter(|text| text.is_empty()).count();
        assert!((60..140).contains(&guards), "about a quarter of 400 rounds: {guards}");
    }

    #[test]
    fn a_move_for_who_is_behind_is_made_by_nobody_else() {
        let robot = robot(&[(1, When::Always, "横扫"), (5, When::Behind, "拼命"), (5, When::Ahead, "戏耍")]);
        assert!(texts(&robot, 1, 1).iter().all(|text| text == "横扫"));
        assert!(texts(&robot, 0, 1).contains(&"拼命".to_owned()));
        assert!(!texts(&robot, 0, 1).contains(&"戏耍".to_owned()));
        assert!(texts(&robot, 2, 1).contains(&"戏耍".to_owned()));
    }

    #[test]
    fn where_no_move_fits_it_guards() {
        assert_eq!(robot(&[(1, When::Ahead, "戏耍")]).choose(7, 0, 0, 0), None);
    }
}
