//! Finished rounds: rows that can be queried until newer ones take their place.

use std::sync::Arc;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::platforms::sud::rounds::{Round, RoundBook, RoundId, RoundResult};
use crate::platforms::sud::wire::{MatchInfo, MatchStatus, PlayerSettle};
use raidkeep_engine::storage::rows::RowScan;
use raidkeep_engine::storage::{Archive, ArchivedRow};

/// A finished round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedRound {
    round: Round,
    ended_at: i64,
    scores: Vec<FinalScore>,
}

/// What a match query shows of a player.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct FinalScore {
    uid: Box<str>,
    is_ai: i32,
    score: i32,
    remain: i32,
    commission: i32,
}

impl ArchivedRow for ClosedRound {
    const TABLE: &'static str = "rounds_closed";
    const VERSION: u16 = 2;

    /// Version 1 had uid, whether a robot, and score of each player; there were neither stakes nor commission.
    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        type Before = (Round, i64, Vec<(Box<str>, i32, i32)>);
        let (round, ended_at, scores): Before = postcard::from_bytes(bytes).ok().filter(|_| version == 1)?;
        let score = |(uid, is_ai, score)| FinalScore { uid, is_ai, score, remain: score, commission: 0 };
        Some(Self { round, ended_at, scores: scores.into_iter().map(score).collect() })
    }
}

impl ClosedRound {
    /// Its key among `kept` rows, which are reused in turn.
    pub fn key(id: RoundId, kept: u64) -> [u8; 8] {
        (id.0 % kept.max(1)).to_be_bytes()
    }

    /// The round, with the results that were reported of it.
    pub fn new(round: Round, ended_at: i64, results: &[RoundResult]) -> Self {
        let score = |result: &RoundResult| FinalScore {
            uid: round.uid(result.account).into(),
            is_ai: result.account.is_none().into(),
            score: result.score,
            remain: result.remain_score,
            commission: result.commission_score,
        };
        Self { scores: results.iter().map(score).collect(), ended_at, round }.without_session()
    }

    /// Nothing needs the session once the end is reported.
    fn without_session(mut self) -> Self {
        self.round.ss_token = Box::default();
        self
    }

    /// Its number.
    pub fn id(&self) -> RoundId {
        self.round.id
    }

    /// As a match query shows it (docs/contract/match-query.md#the-answer).
    pub fn shown(&self, mg_id: i64) -> MatchInfo {
        let settle = |of: &FinalScore| PlayerSettle {
            is_ai: of.is_ai,
            uid: of.uid.to_string(),
            score: of.score,
            remain_score: of.remain,
            commission_score: Some(of.commission),
        };
        MatchInfo {
            battle_end_at: Some(self.ended_at.to_string()),
            battle_duration: Some((self.ended_at - self.round.started_at).max(0).to_string()),
            results: Some(self.scores.iter().map(settle).collect()),
            status: MatchStatus::Closed,
            ..self.round.shown(mg_id)
        }
    }
}

/// Indexes the keys of the finished rounds. Earlier programs have kept a player's session in each, which goes.
pub(super) fn index_closed(world: &mut World, scan: RowScan<'_>) {
    let mut closed = Vec::new();
    let mut archive = world.resource_mut::<Archive>();
    scan(&mut |key, value| match ClosedRound::read(value) {
        Ok(row) => {
            if !row.round.key.is_empty() {
                closed.push((row.round.id, Arc::<str>::from(&*row.round.key)));
            }
            if !row.round.ss_token.is_empty() {
                archive.put(key, &row.without_session());
            }
        }
        Err(error) => {
            tracing::error!(table = ClosedRound::TABLE, ?key, %error, "a round cannot be read; queries miss it")
        }
    });
    closed.sort_unstable();
    world.resource_mut::<RoundBook>().restore_closed(closed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_closed_by_an_earlier_program_is_still_shown() {
        let before = (Round::example(7, "mkey001"), 160_i64, vec![(Box::<str>::from("u1"), 0, 3)]);
        let mut row = Vec::new();
        raidkeep_engine::storage::encode_value(1, &before, &mut row);
        let shown = ClosedRound::read(&row).expect("version 1 can be upgraded").shown(5);
        let results = shown.results.expect("it is closed");
        let (score, remain, commission) = (results[0].score, results[0].remain_score, results[0].commission_score);
        assert_eq!((score, remain, commission), (3, 3, Some(0)));
    }
}
