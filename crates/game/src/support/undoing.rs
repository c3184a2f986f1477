//! `movement_undo`: undoes one movement of a player's ledger.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case_file::{CaseFile, REASON_CHARS, find_numbered, items_within_limits, operator_text};
use crate::identity::{NO_SUCH_PLAYER, note_played};
use crate::items::ledger::{Movement, movement_of};
use crate::items::{Amount, Cause, Inventory};
use raidkeep_engine::audit::AuditNotes;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::answer::rows_found;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Call, Code, Fact, Operator, Refusal, Success, Unready, Waits};
use raidkeep_engine::storage::EditWorld;
use raidkeep_engine::travel::Traveller;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<MovementUndo, _>(movement_undo);
}

/// In the ledger: a movement was undone.
const UNDO: Cause = Cause::new("movement_undo");

/// `movement_undo {player, movement, as_far_as_possible?, reason}`: gives back what the movement took, and takes what it
/// gave. Each is undone once. The role's limits hold as for `player_grant`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MovementUndo {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// The movement's `number` in `ledger_list`.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    movement: i64,
    /// Of what the player no longer has, take what is left; missing = refuse.
    #[serde(default)]
    as_far_as_possible: bool,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

const NO_SUCH_MOVEMENT: Refusal = Refusal::new(98, "no such movement in the ledger of this player");
const TOO_LITTLE: Refusal =
    Refusal::new(97, "the player no longer has all of it; `as_far_as_possible` takes what is left");
const UNDONE_ALREADY: Refusal = Refusal::new(96, "the movement was undone before");
const OF_POINTS: Refusal = Refusal::new(95, "points moved too, which are on the payment platform: settle the order");
const TOO_MUCH: Refusal = Refusal::new(94, "nobody can own so many");

request!(
    Operator, "movement_undo", MovementUndo => MovementUndone, RIGHT = Right::GRANT,
    CODES = &[
        Code::of(NO_SUCH_PLAYER),
        Code::of(NO_SUCH_MOVEMENT),
        Code::of(TOO_LITTLE),
        Code::of(UNDONE_ALREADY),
        Code::of(OF_POINTS),
        Code::of(TOO_MUCH),
    ],
);

/// The reply of `movement_undo`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MovementUndone {
    /// What changed now: negative where something was taken.
    changes: Vec<Amount>,
    /// What the player has of these items now, in the same order.
    remain: Vec<Amount>,
}

fn movement_undo(In(mut call): In<Call<MovementUndo>>, world: &mut World) -> Waits<MovementUndone> {
    let MovementUndo { player, movement, as_far_as_possible, .. } = call.request;
    let player = find_numbered(world, player, &mut call.fact)?;
    let movement = find_movement(player, movement, call.fact.take())?;
    let file = world.get::<CaseFile>(player.entity).ok_or(Refusal::internal())?;
    if file.is_undone(movement.number) {
        return Err(UNDONE_ALREADY.into());
    }
    if movement.points.is_some() {
        return Err(OF_POINTS.into());
    }
    let inventory = world.get::<Inventory>(player.entity).ok_or(Refusal::internal())?;
    let changes = reversed(&movement, inventory, as_far_as_possible)?;
    items_within_limits(&call.caller, &changes)?;
    let dropped = inventory.ledger().dropped();
    note_played(world, player.account);
    let mut inventory = world.edit::<Inventory>(player.entity).ok_or(Refusal::internal())?;
    inventory.adjust(&changes, UNDO);
    let remain = inventory.remain_of(&changes);
    let told = changes.iter().zip(&remain).map(|(change, after)| told(change, after.quantity));
    let told: Vec<String> = told.collect();
    told.into_iter().for_each(|told| world.resource_mut::<AuditNotes>().add(told));
    world.edit::<CaseFile>(player.entity).ok_or(Refusal::internal())?.note_undone(movement.number, dropped);
    Ok(Success::with(MovementUndone { changes, remain }))
}

/// A change of an item, for the audit.
fn told(change: &Amount, after: i64) -> String {
    format!("{}: {} -> {after}", change.item, after - change.quantity)
}

fn find_movement(player: Traveller, number: i64, fact: Option<Fact>) -> Result<Movement, Unready> {
    let number = u64::try_from(number).map_err(|_| NO_SUCH_MOVEMENT)?;
    let rows = rows_found(movement_of(player.account, number), fact)?;
    let (key, value) = rows.first().ok_or(NO_SUCH_MOVEMENT)?;
    let (_, movement) = Movement::read(key, value).map_err(|error| {
        tracing::error!(%error, "a row of the ledger cannot be read; the row is left as it is and the request refused");
        Refusal::internal()
    })?;
    Ok(movement)
}

/// The changes that undo a movement, without those that change nothing.
fn reversed(movement: &Movement, inventory: &Inventory, as_far_as_possible: bool) -> Result<Vec<Amount>, Refusal> {
    let mut changes = Vec::with_capacity(movement.changes.len());
    for change in &movement.changes {
        let quantity = inventory.quantity(change.item);
        let wanted = change.change.checked_neg().ok_or(TOO_MUCH)?;
        let after = quantity.checked_add(wanted).ok_or(TOO_MUCH)?;
        if after < 0 && !as_far_as_possible {
            return Err(TOO_LITTLE);
        }
        changes.push(Amount { item: change.item, quantity: wanted.max(-quantity) });
    }
    changes.retain(|change| change.quantity != 0);
    if changes.is_empty() { Err(TOO_LITTLE) } else { Ok(changes) }
}
