//! `ledger_list`, for operators.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::{NO_SUCH_PLAYER, find_by_name};
use crate::items::ItemId;
use crate::items::ledger::{Change, LEDGER_TABLE, Movement, PointsChange, key};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::answer::rows_found;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Call, Code, Operator, Refusal, Success, Waits};
use raidkeep_engine::storage::{Directory, FoundRows, RowQuery};

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<LedgerList, _>(ledger_list);
}

/// `ledger_list {name, limit, before}`: movements of a player, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LedgerList {
    /// The player's name.
    name: String,
    /// Missing = 50.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    limit: Option<i64>,
    /// Only movements with smaller numbers: `next` of the page before.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    before: Option<i64>,
}

request!(Operator, "ledger_list", LedgerList => Ledger, RIGHT = Right::VIEW, CODES = &[Code::of(NO_SUCH_PLAYER)]);

/// The reply of `ledger_list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Ledger {
    /// Newest first.
    entries: Vec<Entry>,
    /// `before` for the next page; null when this was the last.
    next: Option<u64>,
}

/// One movement as an operator sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Entry {
    /// Counts the player's movements from 1.
    number: u64,
    /// When it was, unix seconds.
    at: i64,
    /// The same as local date and time, `YYYY-MM-DD HH:MM:SS`.
    time: String,
    /// What caused it, such as `sweep`.
    why: String,
    /// The order that caused it, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    /// The items that changed.
    changes: Vec<ItemChange>,
    /// The change in points, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<PointsChange>,
}

/// The change in one item.
#[derive(Debug, Serialize, JsonSchema)]
struct ItemChange {
    /// Which.
    item: ItemId,
    /// By how much; negative when it was spent.
    change: i64,
    /// How many the player had then.
    after: i64,
}

impl Entry {
    pub(super) fn of(movement: Movement, clock: &Clock) -> Self {
        let at = movement.at_ms.div_euclid(1000);
        let shown = |Change { item, change, after }| ItemChange { item, change, after };
        Self {
            number: movement.number,
            at,
            time: clock.local_time(at),
            why: movement.why.into_owned(),
            order: movement.order.map(|order| order.to_string()),
            changes: movement.changes.into_iter().map(shown).collect(),
            points: movement.points,
        }
    }
}

fn ledger_list(In(call): In<Call<LedgerList>>, directory: Res<Directory>, clock: Res<Clock>) -> Waits<Ledger> {
    let limit = limit(call.request.limit)?;
    let before = before(call.request.before)?;
    let account = find_by_name(&directory, &call.request.name)?.ok_or(NO_SUCH_PLAYER)?;
    let query = match before {
        Some(number) => RowQuery::range(LEDGER_TABLE, &key(account, 0), &key(account, number)),
        None => RowQuery::of_account(LEDGER_TABLE, account),
    };
    // One more than is listed shows whether there is another page.
    let mut movements = read(rows_found(query.newest(limit + 1), call.fact)?)?;
    let has_more = movements.len() > limit;
    movements.truncate(limit);
    let next = movements.last().filter(|_| has_more).map(|last| last.number);
    let entries = movements.into_iter().map(|movement| Entry::of(movement, &clock)).collect();
    Ok(Success::with(Ledger { entries, next }))
}

fn limit(given: Option<i64>) -> Result<usize, Refusal> {
    lenient::page_size(given).ok_or_else(|| Refusal::malformed("data.limit", "an integer from 1 to 500"))
}

fn before(given: Option<i64>) -> Result<Option<u64>, Refusal> {
    let number = given.map(u64::try_from).transpose();
    number.map_err(|_| Refusal::malformed("data.before", "the number of a movement, 0 or more"))
}

pub(super) fn read(rows: FoundRows) -> Result<Vec<Movement>, Refusal> {
    let movements = rows.iter().map(|(key, value)| Movement::read(key, value).map(|(_, movement)| movement));
    movements.collect::<Result<_, _>>().map_err(|error| {
        tracing::error!(%error, "a row of the ledger cannot be read; the row is left as it is and the list refused");
        Refusal::internal()
    })
}
