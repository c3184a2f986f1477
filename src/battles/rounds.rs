//! Placeholder of the shape of `platforms::sud::rounds` until that is merged.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use crate::player::AccountId;

/// A round that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundBegin {
    /// The platform's room.
    pub room_id: String,
    /// The game's mode.
    pub game_mode: i32,
    /// Who plays.
    pub players: Vec<RoundPlayer>,
    /// What the platform can ask by.
    pub report_game_info_key: String,
    /// Passed through.
    pub report_game_info_extras: String,
}

/// Who plays; `None` is a robot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundPlayer {
    /// The account.
    pub account: Option<AccountId>,
}

/// Whether somebody has won.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsWin {
    /// Lost.
    Lost,
    /// Won.
    Won,
    /// Neither.
    Draw,
}

/// How a round ended for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundResult {
    /// The account.
    pub account: Option<AccountId>,
    /// From 1; equal in a draw.
    pub rank: i32,
    /// Whether it left.
    pub is_escaped: bool,
    /// Whether it won.
    pub is_win: IsWin,
    /// Rounds won.
    pub score: i32,
    /// What it got.
    pub award: i32,
}

/// The number of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundId(pub u64);

/// What was reported.
#[derive(Debug, Default, Resource)]
pub struct RoundLog {
    /// Begun.
    pub begun: Vec<RoundBegin>,
    /// Settled.
    pub settled: Vec<(RoundId, Vec<RoundResult>)>,
}

/// Reports rounds.
#[derive(SystemParam)]
pub struct Rounds<'w> {
    log: ResMut<'w, RoundLog>,
}

impl Rounds<'_> {
    /// A round begins.
    pub fn begin(&mut self, begin: RoundBegin) -> RoundId {
        self.log.begun.push(begin);
        RoundId(self.log.begun.len() as u64)
    }

    /// A round is over.
    pub fn settle(&mut self, round: RoundId, results: Vec<RoundResult>) {
        self.log.settled.push((round, results));
    }
}
