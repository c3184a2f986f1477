//! A challenge.

use bevy_ecs::lifecycle::HookContext;
use bevy_ecs::prelude::*;
use bevy_ecs::world::DeferredWorld;
use serde::{Deserialize, Serialize};

use crate::challenges::index::{ChallengeIndex, PORTRAIT_KEPT, UNANSWERED};
use crate::platforms::sud::PassedThrough;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::due::Agenda;
use raidkeep_engine::outside::Number;
use raidkeep_engine::storage::{WorldEntity, WorldRow, complete_value};

/// An open challenge. It does not change; once answered or expired, it is gone.
#[derive(Debug, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
#[component(on_add = enlist)]
pub struct Challenge {
    /// What the world calls it; the resulting battle is called the same.
    pub id: u64,
    /// The challenger.
    pub challenger: AccountId,
    /// The challenged player.
    pub challenged: AccountId,
    /// The challenger's username.
    pub challenger_name: String,
    /// The challenger's portrait, a PNG as base64, if one was sent.
    pub image_data: Option<String>,
    /// When it expires unanswered, unix seconds.
    pub ends_at: i64,
    /// What the challenger passes through to the report platform.
    pub passed: PassedThrough,
    /// Its number as players know it; the resulting battle has the same.
    pub number: Number,
}

impl WorldEntity for Challenge {
    const TABLE: &'static str = "challenges";
    const VERSION: u16 = 3;

    fn key(&self) -> u64 {
        self.id
    }

    /// Players were told the bare id before version 3, and nothing was passed through before version 2.
    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        let unnamed = Number::bare(0);
        let row: Self = match version {
            1 => complete_value(bytes, &(PassedThrough::default(), unnamed))?,
            2 => complete_value(bytes, &unnamed)?,
            _ => return None,
        };
        Some(Self { number: Number::bare(row.id), ..row })
    }
}

/// Indexes a challenge that is made or restored after a restart, and enters its deadline.
fn enlist(mut world: DeferredWorld<'_>, context: HookContext) {
    let known = world
        .get::<Challenge>(context.entity)
        .map(|challenge| (challenge.id, challenge.challenger, challenge.challenged, challenge.ends_at));
    if let Some((id, challenger, challenged, ends_at)) = known {
        world.resource_mut::<ChallengeIndex>().enlist(context.entity, id, challenger, challenged);
        world.resource_mut::<Agenda>().set(UNANSWERED, id, ends_at);
    }
}

/// The portrait with which a challenge was accepted, for a challenger who has no connection and asks for it. It is kept
/// while the battle is; an acceptance without a portrait shows in the battle alone.
#[derive(Debug, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
#[component(on_add = enlist_portrait)]
pub struct AnswerPortrait {
    /// The number of the challenge.
    pub id: u64,
    /// Who accepted.
    pub challenged: AccountId,
    /// A PNG as base64.
    pub image_data: String,
    /// When it is first checked whether the battle still is, unix seconds.
    pub checked_at: i64,
}

impl WorldEntity for AnswerPortrait {
    const TABLE: &'static str = "answer_portraits";

    fn key(&self) -> u64 {
        self.id
    }
}

/// Indexes a portrait that is kept or restored after a restart, and enters when it is checked.
fn enlist_portrait(mut world: DeferredWorld<'_>, context: HookContext) {
    let known = world.get::<AnswerPortrait>(context.entity).map(|portrait| (portrait.id, portrait.checked_at));
    if let Some((id, checked_at)) = known {
        world.resource_mut::<ChallengeIndex>().keep_portrait(context.entity, id);
        world.resource_mut::<Agenda>().set(PORTRAIT_KEPT, id, checked_at);
    }
}

/// The number of the last challenge; numbers are never reused.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct LastChallenge(u64);

impl LastChallenge {
    /// That number.
    pub fn number(&self) -> u64 {
        self.0
    }

    /// The number of the next one.
    pub fn next_id(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

impl WorldRow for LastChallenge {
    const TABLE: &'static str = "last_challenge";
}

#[cfg(test)]
mod tests {
    use super::*;
    use raidkeep_engine::storage::encode_value;

    #[test]
    fn a_challenge_that_an_earlier_program_kept_is_still_open() {
        let before = (7_u64, AccountId(1), AccountId(2), "Ann", None::<String>, 160_i64);
        let mut row = Vec::new();
        encode_value(1, &before, &mut row);
        let challenge = Challenge::read(&row).expect("version 1 has a way up");
        assert_eq!((challenge.id, challenge.challenged, challenge.ends_at), (7, AccountId(2), 160));
        assert_eq!(challenge.passed, PassedThrough::default());
        assert_eq!(challenge.number.to_string(), "7", "players know it by the bare number");
    }
}
