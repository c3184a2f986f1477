//! `note_add` and `note_remove`.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case_file::{CaseFile, author, find_numbered, operator_text};
use crate::identity::{NO_SUCH_PLAYER, note_played};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Call, Code, Operator, Refusal, Success, Waits};
use raidkeep_engine::storage::EditWorld;
use raidkeep_engine::travel::Traveller;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<NoteAdd, _>(note_add).add_waiting_request::<NoteRemove, _>(note_remove);
}

/// The most characters of a note.
const NOTE_CHARS: usize = 1000;

/// `note_add {player, text}`: for other operators; the player never sees it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct NoteAdd {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// What it says.
    #[serde(deserialize_with = "operator_text::<NOTE_CHARS, _>")]
    #[schemars(length(min = 1, max = 1000))]
    text: String,
}

const TOO_MANY: Refusal = Refusal::new(97, "the player has 100 notes, remove one first");

request!(Operator, "note_add", NoteAdd => NoteAdded, RIGHT = Right::HELP, CODES = &[Code::of(NO_SUCH_PLAYER), Code::of(TOO_MANY)]);

/// The reply of `note_add`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NoteAdded {
    /// The note's number, by which it is removed.
    note: u64,
}

fn note_add(In(mut call): In<Call<NoteAdd>>, world: &mut World) -> Waits<NoteAdded> {
    let NoteAdd { player, text } = call.request;
    let Traveller { account, entity } = find_numbered(world, player, &mut call.fact)?;
    let now = world.resource::<Clock>().now();
    let mut file = world.edit::<CaseFile>(entity).ok_or(Refusal::internal())?;
    let note = file.bypass_change_detection().add_note(now, author(&call.caller), text).ok_or(TOO_MANY)?;
    file.set_changed();
    note_played(world, account);
    Ok(Success::with(NoteAdded { note }))
}

/// `note_remove {player, note}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct NoteRemove {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// The note's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    note: i64,
}

const NO_SUCH_NOTE: Refusal = Refusal::new(98, "no such note");

request!(
    Operator, "note_remove", NoteRemove => (), RIGHT = Right::HELP,
    CODES = &[Code::of(NO_SUCH_PLAYER), Code::of(NO_SUCH_NOTE)],
);

fn note_remove(In(mut call): In<Call<NoteRemove>>, world: &mut World) -> Waits<()> {
    let NoteRemove { player, note } = call.request;
    let Traveller { entity, .. } = find_numbered(world, player, &mut call.fact)?;
    let number = u64::try_from(note).map_err(|_| NO_SUCH_NOTE)?;
    let mut file = world.edit::<CaseFile>(entity).ok_or(Refusal::internal())?;
    if !file.bypass_change_detection().remove_note(number) {
        return Err(NO_SUCH_NOTE.into());
    }
    file.set_changed();
    Ok(Success::empty())
}
