//! `attempt_return`: an operator gives back what an attempt at a stage has cost.
//!
//! An open session of the stage is closed, and its cost is that of its entry. Of earlier attempts only their number is
//! known: so many were entered, won and given back. What one of them cost is what the stage costs now.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::boss::BossRules;
use crate::boss::rules::BOSS_TICKET;
use crate::case_file::{CaseFile, REASON_CHARS, items_within_limits, operator_text, within_limits};
use crate::identity::{NO_SUCH_PLAYER, PlayedNotes, player_numbered};
use crate::items::{Amount, Cause};
use crate::stages::boss_room;
use crate::stages::model::Mode;
use crate::stages::requests::{Raider, RaiderItem};
use crate::stages::session::{Sessions, StageSession};
use crate::stages::terms::SessionTables;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::players::Players;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Call, Code, Operator, Player, Refusal, Success, Waits};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::Edit;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<AttemptReturn, _>(attempt_return);
}

/// In the ledger: what an attempt has cost comes back.
const RETURN: Cause = Cause::new("attempt_return");

/// `attempt_return {player, stage, legacy?, reason}`: energy, items and ticket of an attempt that was not won. The role's
/// limits hold as for `player_grant`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AttemptReturn {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// The stage's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    stage: i64,
    /// Whether it was entered with the legacy function `enter_stage`, which has other costs.
    #[serde(default)]
    legacy: bool,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

const NOT_CONFIGURED: Refusal = Refusal::new(98, "no such stage, or it cannot be entered so");
const NONE_LOST: Refusal = Refusal::new(97, "every attempt of the player was won or given back");

request!(
    Operator, "attempt_return", AttemptReturn => AttemptReturned, RIGHT = Right::GRANT,
    CODES = &[Code::of(NO_SUCH_PLAYER), Code::of(NOT_CONFIGURED), Code::of(NONE_LOST)],
);

/// What was given back: the reply of `attempt_return`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AttemptReturned {
    /// Points of energy.
    energy: i64,
    /// Items.
    items: Vec<Amount>,
    /// The kind of the ticket, if it took one.
    ticket: Option<u16>,
    /// Whether the player was in the stage, and is no longer.
    was_open: bool,
}

/// What an attempt has cost.
struct Price {
    energy: i64,
    items: Vec<Amount>,
    ticket: Option<u16>,
}

impl Price {
    /// Whether the operator's role allows to give so much.
    fn check_limits(&self, operator: &Operator) -> Result<(), Refusal> {
        items_within_limits(operator, &self.items)?;
        let others = [("energy", self.energy), ("tickets", i64::from(self.ticket.is_some()))];
        others.into_iter().try_for_each(|(what, amount)| within_limits(operator, what, amount.unsigned_abs()))
    }
}

fn attempt_return(
    In(mut call): In<Call<AttemptReturn>>,
    (in_memory, mut played): (Res<Players>, PlayedNotes),
    mut players: Edit<(Raider, &'static mut CaseFile)>,
    mut sessions: Sessions,
    tables: SessionTables,
    bosses: Res<Rules<BossRules>>,
) -> Waits<AttemptReturned> {
    let AttemptReturn { player, stage, legacy, .. } = call.request;
    let Player { account, entity } = player_numbered(&in_memory, player, &mut call.fact)?;
    let (mut raider, mut file) = players.get_mut(entity).map_err(|_| Refusal::internal())?;
    let current = sessions.open(&raider.visitor);
    let open = current.filter(|session| i64::from(session.open().stage) == stage);
    let price = price_of(stage, legacy, open, &raider, &tables, &bosses).ok_or(NOT_CONFIGURED)?;
    price.check_limits(&call.caller)?;
    let (entered, won, _) = raider.visitor.counts.counts();
    let under_way = u64::from(current.is_some() && open.is_none());
    if entered.saturating_sub(won).saturating_sub(file.attempts_returned()) <= under_way {
        return Err(NONE_LOST.into());
    }
    if open.is_some() {
        sessions.abandon(&mut raider.visitor);
    }
    file.count_returned_attempt();
    played.note(account);
    let Price { energy, items, ticket } = price;
    if energy > 0 {
        raider.energy.gain(energy, tables.clock.now(), &tables.energy);
    }
    if !items.is_empty() {
        raider.inventory.grant(&items, RETURN);
    }
    if let Some(kind) = ticket.and_then(|key| tables.tickets.kind(key)) {
        raider.tickets.give(kind, 1, tables.clock.day());
    }
    Ok(Success::with(AttemptReturned { energy, items, ticket, was_open: open.is_some() }))
}

/// What entering the stage takes, by the terms of the open session if there is one.
fn price_of(
    stage: i64,
    legacy: bool,
    open: Option<StageSession>,
    raider: &RaiderItem,
    tables: &SessionTables,
    bosses: &BossRules,
) -> Option<Price> {
    if legacy && boss_room::in_range(stage).is_some() {
        let entry = &bosses.legacy_entry;
        return Some(Price { energy: entry.energy, items: entry.cost.clone(), ticket: Some(BOSS_TICKET) });
    }
    let rules = tables.stages_of(open).mode_of(stage)?;
    let stage = rules.in_range(stage)?;
    let block = rules.stage(stage)?;
    let block = match open {
        Some(session) => block.under(stage, tables.own_changes_of(&raider.visitor, session)),
        None => block.under(stage, tables.own_changes(&raider.visitor)),
    };
    if legacy {
        let entry = block.legacy.as_ref()?;
        return Some(Price { energy: entry.energy, items: entry.cost.clone(), ticket: None });
    }
    let is_entered_so = rules.mode != Mode::Activity;
    is_entered_so.then(|| Price { energy: block.energy, items: block.cost.clone(), ticket: rules.ticket })
}
