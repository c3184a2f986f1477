//! The two in a battle: players, or a player and a fighter of the game master.

use serde::{Deserialize, Serialize};

use crate::battles::action::Action;
use crate::battles::robot::Robot;
use crate::character::Attributes;
use raidkeep_engine::account::AccountId;

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

#[cfg(test)]
impl Fighter {
    /// A player of this account, as average as can be.
    pub(super) fn example(account: u64) -> Self {
        let attributes = Attributes { strength: 11, agility: 11, wits: 11, vigor: 11 };
        Self { contender: Contender::Player(AccountId(account)), name: format!("玩家{account}"), attributes }
    }
}
