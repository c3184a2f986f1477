//! Mails from players to players of other worlds (docs/contract/mail.md#mail-to-other-worlds).
//!
//! A letter leaves in the same batch that counts it (`outgoing`): it is an entity until the realm has taken it, which knows it by
//! its number. The realm makes it a message to the other world, which puts it into the mailbox, or sends it back the same way
//! (`incoming`).

mod incoming;
pub(crate) mod outgoing;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::platform_names::WORLD_MARK;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::outside::Epoch;
use raidkeep_engine::realm::{Message, RealmMessage, TellingSystems};
use raidkeep_engine::request;
use raidkeep_engine::request::Operator;
use raidkeep_engine::schedule::Tick;
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::StorageApp;

/// When letters leave for the realm.
#[derive(Debug, Clone, PartialEq, Eq, Hash, SystemSet)]
pub struct LetterCarriage;

pub(super) fn register(app: &mut App) {
    app.init_resource::<outgoing::LetterBag>();
    app.add_world_row::<outgoing::LetterTotal>().add_world_entities::<outgoing::OutgoingLetter>();
    app.add_start_hook(outgoing::begin);
    app.add_waiting_request::<Message<LetterAbroad>, _>(incoming::take_letter);
    app.add_waiting_request::<Message<LetterReturned>, _>(incoming::take_letter_back);
    app.configure_sets(Tick, LetterCarriage.in_set(TellingSystems));
    app.add_systems(Tick, outgoing::carry.in_set(LetterCarriage));
}

/// `take_letter`: a player of another world writes to one of this world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LetterAbroad {
    /// The writer's world.
    pub from_world: u32,
    /// The number of the writer's account there.
    pub from_player: u64,
    /// The writer, as players of other worlds are told.
    pub from: String,
    /// The world that it is for.
    pub to_world: u32,
    /// The name of the player that it is for.
    pub to: String,
    /// When it was written, unix seconds.
    pub at: i64,
    /// Subject.
    pub subj: String,
    /// Text.
    pub body: String,
}

impl RealmMessage for LetterAbroad {
    const FUNCTION: &'static str = "take_letter";
}

/// Why a letter comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhyReturned {
    /// There is no such player in that world, or no such world.
    NoSuchPlayer,
    /// The player's mailbox is full.
    BoxFull,
}

/// `take_letter_back`: a letter of a player of this world did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LetterReturned {
    /// The letter.
    pub letter: LetterAbroad,
    /// Why it comes back.
    pub why: WhyReturned,
}

impl RealmMessage for LetterReturned {
    const FUNCTION: &'static str = "take_letter_back";
}

/// What a world gives the realm for another world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Parcel {
    /// A letter.
    Letter(LetterAbroad),
    /// A letter that goes back.
    Returned(LetterReturned),
}

/// A parcel with what the realm knows it by, however often it is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CarriedParcel {
    /// The world's epoch in which it was posted.
    pub epoch: Epoch,
    /// Counts the world's parcels.
    pub number: u64,
    /// What is in it.
    pub parcel: Parcel,
}

/// `letters_carry {world, parcels}`, a function of the realm: what leaves a world for others, in the order of its numbers.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LettersCarry {
    /// The world that they leave.
    pub world: u32,
    /// The parcels. The realm takes all of them, or says that it is busy.
    pub parcels: Vec<CarriedParcel>,
}

request!(Operator, "letters_carry", LettersCarry => (), RIGHT = Right::WORLDS, IN_REALM = true);

/// The player and the world that a target names: `Ann@1` is Ann of world 1, and a name alone is one of `here`.
pub(super) fn address(target: &str, here: u32) -> (&str, u32) {
    let abroad = target.rsplit_once(WORLD_MARK).and_then(|(name, world)| Some((name, world.parse().ok()?)));
    abroad.unwrap_or((target, here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_alone_is_of_the_own_world_and_one_with_a_number_of_that_world() {
        for (target, expected) in [
            ("Ann", ("Ann", 7)),
            ("Ann@1", ("Ann", 1)),
            ("玩家#1@0", ("玩家#1", 0)),
            ("Ann@", ("Ann@", 7)),
            ("Ann@-1", ("Ann@-1", 7)),
            ("Ann@4294967296", ("Ann@4294967296", 7)),
            ("@1", ("", 1)),
        ] {
            assert_eq!(address(target, 7), expected, "{target}");
        }
    }
}
