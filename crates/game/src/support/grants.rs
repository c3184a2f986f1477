//! `player_grant` and `player_take`: items, energy, tickets and experience.

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::query::QueryData;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case_file::{REASON_CHARS, items_within_limits, operator_text, within_limits};
use crate::energy::{Energy, EnergyRules};
use crate::identity::{NO_SUCH_PLAYER, PlayedNotes, player_numbered};
use crate::items::{Amount, Cause, Inventory, ItemRules};
use crate::levels::{Experience, LevelRules};
use crate::tickets::{Limits, TicketKind, TicketRules, Tickets};
use raidkeep_engine::audit::AuditNotes;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::players::Players;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Call, Code, Operator, Player, Refusal, Success, Waits};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::Edit;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<PlayerGrant, _>(player_grant).add_waiting_request::<PlayerTake, _>(player_take);
}

/// In the ledger: what operators give and take.
const OPERATOR: Cause = Cause::new("operator");

/// The most energy, tickets of a kind or experience in one request.
const MOST: i64 = 1_000_000_000;
/// The most items and kinds of tickets in one request.
const ENTRIES: usize = 100;

/// Tickets of one kind.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub struct TicketAmount {
    /// The key of the kind, as in `limits`.
    kind: u16,
    /// How many.
    count: i64,
}

/// What is granted or taken.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Handful {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// Of each at least 1; at most 100 of them.
    #[serde(default)]
    items: Vec<Amount>,
    /// Points of energy, also above the maximum.
    #[serde(default)]
    #[schemars(range(min = 0, max = MOST))]
    energy: i64,
    /// Of those of today; at most 100 kinds.
    #[serde(default)]
    tickets: Vec<TicketAmount>,
    /// Experience.
    #[serde(default)]
    #[schemars(range(min = 0, max = MOST))]
    experience: i64,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

/// `player_grant {player, items?, energy?, tickets?, experience?, reason}`: all of it or nothing.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct PlayerGrant(Handful);

/// `player_take {player, items?, energy?, tickets?, experience?, reason}`: all of it or nothing.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct PlayerTake(Handful);

const UNKNOWN: i32 = 98;
const TOO_LITTLE: i32 = 97;
const TOO_MUCH: i32 = 96;

request!(
    Operator, "player_grant", PlayerGrant => Stock, RIGHT = Right::GRANT,
    CODES = &[
        Code::of(NO_SUCH_PLAYER),
        Code::refusal(UNKNOWN, "no such item, or no such kind of tickets"),
        Code::refusal(TOO_MUCH, "nobody can own so many"),
    ],
);
request!(
    Operator, "player_take", PlayerTake => Stock, RIGHT = Right::GRANT,
    CODES = &[
        Code::of(NO_SUCH_PLAYER),
        Code::refusal(UNKNOWN, "no such kind of tickets"),
        Code::refusal(TOO_LITTLE, "the player has too little of something, which the message names"),
    ],
);

/// What the player has now: the reply of `player_grant` and `player_take`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Stock {
    /// Of the items in the request, in their order.
    items: Vec<Amount>,
    /// Points of energy.
    energy: i64,
    /// Tickets left today, by kind.
    tickets: Limits,
    /// Experience in all.
    experience: i64,
    /// The level that this makes.
    level: u32,
}

/// What operators give and take.
#[derive(QueryData)]
#[query_data(mutable)]
struct Owner {
    inventory: &'static mut Inventory,
    energy: &'static mut Energy,
    tickets: &'static mut Tickets,
    experience: &'static mut Experience,
}

#[derive(SystemParam)]
struct GrantTables<'w> {
    items: Res<'w, Rules<ItemRules>>,
    energy: Res<'w, Rules<EnergyRules>>,
    tickets: Res<'w, Rules<TicketRules>>,
    levels: Res<'w, Rules<LevelRules>>,
    clock: Res<'w, Clock>,
    notes: ResMut<'w, AuditNotes>,
}

impl GrantTables<'_> {
    /// Tells the audit what has changed.
    fn tell(&mut self, before: &Stock, after: &Stock) {
        let mut seen = Vec::new();
        for (before, after) in before.items.iter().zip(&after.items) {
            if !seen.contains(&after.item) {
                seen.push(after.item);
                self.notes.add(format!("{}: {} -> {}", after.item, before.quantity, after.quantity));
            }
        }
        let numbers = [("energy", before.energy, after.energy), ("experience", before.experience, after.experience)];
        for (what, before, after) in numbers.into_iter().filter(|(_, before, after)| before != after) {
            self.notes.add(format!("{what} {before} -> {after}"));
        }
    }
}

impl Handful {
    /// Whether it is something, and nothing of it negative.
    fn check(&self) -> Result<(), Refusal> {
        let Self { items, energy, tickets, experience, .. } = self;
        if items.len() > ENTRIES || items.iter().any(|amount| amount.quantity < 1) {
            return Err(Refusal::malformed("data.items", "at most 100 amounts of 1 or more"));
        }
        if tickets.len() > ENTRIES || tickets.iter().any(|tickets| !(1..=MOST).contains(&tickets.count)) {
            return Err(Refusal::malformed("data.tickets", "at most 100 kinds with a count of 1 to 1000000000"));
        }
        for (field, amount) in [("data.energy", energy), ("data.experience", experience)] {
            if !(0..=MOST).contains(amount) {
                return Err(Refusal::malformed(field, "0 to 1000000000"));
            }
        }
        let is_something = !items.is_empty() || !tickets.is_empty() || *energy > 0 || *experience > 0;
        let nothing = || Refusal::malformed("data", "items, energy, tickets or experience");
        if is_something { Ok(()) } else { Err(nothing()) }
    }

    /// Whether the operator's role allows so much: of each item, and of each kind of tickets.
    fn check_limits(&self, operator: &Operator) -> Result<(), Refusal> {
        items_within_limits(operator, &self.items)?;
        let tickets = self.tickets.iter().map(|tickets| {
            let same = self.tickets.iter().filter(|other| other.kind == tickets.kind);
            ("tickets", same.fold(0_i64, |sum, other| sum.saturating_add(other.count)))
        });
        let others = [("energy", self.energy), ("experience", self.experience)];
        let mut amounts = tickets.chain(others);
        amounts.try_for_each(|(what, amount)| within_limits(operator, what, amount.unsigned_abs()))
    }

    /// The kinds of tickets, each once, with how many.
    fn kinds<'t>(&self, rules: &'t TicketRules) -> Result<Vec<(&'t TicketKind, u32)>, Refusal> {
        let mut kinds: Vec<(&TicketKind, u32)> = Vec::new();
        for TicketAmount { kind: key, count } in &self.tickets {
            let kind = rules.kind(*key).ok_or_else(|| Refusal::saying(UNKNOWN, format!("no kind of tickets {key}")))?;
            let count = u32::try_from(*count).unwrap_or(u32::MAX);
            match kinds.iter_mut().find(|(known, _)| known.key == *key) {
                Some((_, sum)) => *sum = sum.saturating_add(count),
                None => kinds.push((kind, count)),
            }
        }
        Ok(kinds)
    }

    fn stock(&self, owner: &OwnerItem, tables: &GrantTables) -> Stock {
        let (now, today) = (tables.clock.now(), tables.clock.day());
        let is_vip = tables.tickets.is_vip(&owner.inventory);
        Stock {
            items: owner.inventory.remain_of(&self.items),
            energy: owner.energy.points(now, &tables.energy),
            tickets: Limits::of(&owner.tickets, &tables.tickets, is_vip, today),
            experience: owner.experience.total,
            level: tables.levels.standing(owner.experience.total).level,
        }
    }
}

fn player_grant(
    In(mut call): In<Call<PlayerGrant>>,
    in_memory: Res<Players>,
    mut played: PlayedNotes,
    mut owners: Edit<Owner>,
    mut tables: GrantTables,
) -> Waits<Stock> {
    let handful = call.request.0;
    handful.check()?;
    handful.check_limits(&call.caller)?;
    let Player { account, entity } = player_numbered(&in_memory, handful.player, &mut call.fact)?;
    if let Some(unknown) = handful.items.iter().find(|amount| tables.items.item(amount.item).is_none()) {
        return Err(Refusal::saying(UNKNOWN, format!("no item {}", unknown.item)).into());
    }
    let kinds = handful.kinds(&tables.tickets)?;
    let owner = owners.get(entity).map_err(|_| Refusal::internal())?;
    let has_room = handful.items.iter().all(|amount| {
        let same = handful.items.iter().filter(|other| other.item == amount.item);
        let sum: i128 = same.map(|other| i128::from(other.quantity)).sum();
        i128::from(owner.inventory.quantity(amount.item)) + sum <= i128::from(i64::MAX)
    });
    if !has_room || owner.experience.total.checked_add(handful.experience).is_none() {
        return Err(Refusal::saying(TOO_MUCH, format!("nobody can own more than {} of anything", i64::MAX)).into());
    }
    let (now, today) = (tables.clock.now(), tables.clock.day());
    played.note(account);
    let mut owner = owners.get_mut(entity).map_err(|_| Refusal::internal())?;
    let before = handful.stock(&owner, &tables);
    if !handful.items.is_empty() {
        owner.inventory.grant(&handful.items, OPERATOR);
    }
    if handful.energy > 0 {
        owner.energy.gain(handful.energy, now, &tables.energy);
    }
    kinds.into_iter().for_each(|(kind, count)| owner.tickets.give(kind, count, today));
    if handful.experience > 0 {
        owner.experience.earn(handful.experience);
    }
    let stock = handful.stock(&owner, &tables);
    tables.tell(&before, &stock);
    Ok(Success::with(stock))
}

fn player_take(
    In(mut call): In<Call<PlayerTake>>,
    in_memory: Res<Players>,
    mut played: PlayedNotes,
    mut owners: Edit<Owner>,
    mut tables: GrantTables,
) -> Waits<Stock> {
    let handful = call.request.0;
    handful.check()?;
    handful.check_limits(&call.caller)?;
    let Player { account, entity } = player_numbered(&in_memory, handful.player, &mut call.fact)?;
    let kinds = handful.kinds(&tables.tickets)?;
    let owner = owners.get(entity).map_err(|_| Refusal::internal())?;
    let (now, today) = (tables.clock.now(), tables.clock.day());
    let is_vip = tables.tickets.is_vip(owner.inventory);
    let short_of = |(kind, count): &&(&TicketKind, u32)| owner.tickets.left(kind, is_vip, today) < *count;
    let lacks = if !owner.inventory.covers(&handful.items) {
        Some("items".to_owned())
    } else if owner.energy.points(now, &tables.energy) < handful.energy {
        Some("energy".to_owned())
    } else if owner.experience.total < handful.experience {
        Some("experience".to_owned())
    } else {
        kinds.iter().find(short_of).map(|(kind, _)| format!("tickets of kind {}", kind.key))
    };
    if let Some(what) = lacks {
        return Err(Refusal::saying(TOO_LITTLE, format!("the player has too little: {what}")).into());
    }
    played.note(account);
    let mut owner = owners.get_mut(entity).map_err(|_| Refusal::internal())?;
    let before = handful.stock(&owner, &tables);
    if !handful.items.is_empty() {
        owner.inventory.pay(&handful.items, OPERATOR);
    }
    if handful.energy > 0 {
        owner.energy.spend(handful.energy, now, &tables.energy);
    }
    for (kind, count) in kinds {
        owner.tickets.take_all(kind, count, is_vip, today);
    }
    if handful.experience > 0 {
        owner.experience.total -= handful.experience;
    }
    let stock = handful.stock(&owner, &tables);
    tables.tell(&before, &stock);
    Ok(Success::with(stock))
}
