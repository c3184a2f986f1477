//! The two in a battle: players, or a player and a fighter of the game master.

use serde::{Deserialize, Serialize};

use crate::battles::action::Action;
use crate::battles::robot::Robot;
use crate::battles::stake::Stake;
use crate::battles::verdict::Pair;
use crate::character::Attributes;
use crate::platforms::sud::PassedThrough;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::outside::Number;

/// Who decides what a fighter does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Contender {
    /// A player.
    Player(AccountId),
    /// The game master.
    Robot(Robot),
}

/// One of the two in a battle, as it was when the battle started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fighter {
    /// Who decides for it.
    pub contender: Contender,
    /// The username, or the name of the game master's fighter.
    pub name: String,
    /// Its attributes.
    pub attributes: Attributes,
}

/// One of the two in a battle, with its score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    pub(super) contender: Contender,
    /// The username, or the name of the game master's fighter.
    pub name: String,
    /// Rounds it has won.
    pub wins: u32,
    pub(super) attributes: Attributes,
    pub(super) action: Option<Action>,
}

impl Side {
    /// The account; the game master's fighters have none.
    pub fn account(&self) -> Option<AccountId> {
        match &self.contender {
            Contender::Player(account) => Some(*account),
            Contender::Robot(_) => None,
        }
    }

    /// How it plays, if it is the game master's.
    pub(super) fn robot(&self) -> Option<&Robot> {
        match &self.contender {
            Contender::Player(_) => None,
            Contender::Robot(robot) => Some(robot),
        }
    }
}

/// What a battle begins with, besides the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// Its number, the same as that of the challenge.
    pub number: Number,
    /// The seed of all dice of the battle.
    pub seed: u64,
    /// The two.
    pub fighters: Pair<Fighter>,
    /// What both have put in, if the rules know a stake.
    pub stake: Option<Stake>,
    /// Who is rewarded at the end.
    pub rewarded: Pair<bool>,
    /// What the challenger passes through to the report platform.
    pub passed: PassedThrough,
}

#[cfg(test)]
impl Fighter {
    /// A player of this account, as average as can be.
    pub(super) fn example(account: u64) -> Self {
        let attributes = Attributes { strength: 11, agility: 11, wits: 11, vigor: 11 };
        Self { contender: Contender::Player(AccountId(account)), name: format!("玩家{account}"), attributes }
    }
}
