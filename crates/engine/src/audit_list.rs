//! `audit_list`: what operators have changed.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::audit::{AuditEntry, AuditNotes};
use crate::clock::Clock;
use crate::dispatch::RequestApp;
use crate::operators::Right;
use crate::request;
use crate::request::answer::rows_found;
use crate::request::lenient::{self, Integer};
use crate::request::{Call, Operator, Refusal, Success, Waits};
use crate::storage::{ArchivedRow, RowQuery};

/// How many entries one page looks at; those that a filter leaves out count.
const ENTRIES_PER_PAGE: usize = 2000;

/// `audit_list {token, operator?, function?, player?, from?, to?, before?, limit?}`: the newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct AuditList {
    /// Only calls of this operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operator: Option<String>,
    /// Only calls of this function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    /// Only what has changed the player of this number.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    player: Option<i64>,
    /// Not before this moment, unix seconds.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    from: Option<i64>,
    /// Only before this moment, unix seconds.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    to: Option<i64>,
    /// Only entries with smaller numbers: `next` of the page before.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    before: Option<i64>,
    /// Missing = 50, at most 500.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    limit: Option<i64>,
}

request!(Operator, "audit_list", AuditList => AuditShown, RIGHT = Right::VIEW);

/// The reply of `audit_list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AuditShown {
    /// The newest first.
    entries: Vec<AuditEntryShown>,
    /// `before` of the next page; null when this was the last. A page looks at 2,000 entries, so with a filter it may be short,
    /// or empty, and have a next one.
    next: Option<u64>,
}

/// One call, as operators see it.
#[derive(Debug, Serialize, JsonSchema)]
struct AuditEntryShown {
    /// Counts the world's entries from 1.
    number: u64,
    /// Unix seconds.
    at: i64,
    /// The same as local date and time, `YYYY-MM-DD HH:MM:SS`.
    time: String,
    /// Who.
    operator: Box<str>,
    /// The role they had then.
    role: Box<str>,
    /// From where; null for calls from within the process.
    address: Option<String>,
    /// What they called.
    function: Box<str>,
    /// With which arguments, as JSON without secrets. What is longer than 4,096 bytes is cut and ends with an ellipsis.
    arguments: Box<str>,
    /// Why, where the arguments say so.
    reason: Option<String>,
    /// The numbers of the players whom it has changed.
    players: Vec<u64>,
    /// What it has changed.
    changes: Vec<Box<str>>,
    /// What it has answered, as JSON; cut likewise.
    reply: Box<str>,
}

impl AuditEntryShown {
    fn of(number: u64, entry: AuditEntry, clock: &Clock) -> Self {
        let arguments: Option<Value> = serde_json::from_str(&entry.arguments).ok();
        let reason = arguments.and_then(|arguments| arguments.get("reason")?.as_str().map(str::to_owned));
        Self {
            number,
            at: entry.at,
            time: clock.local_time(entry.at),
            operator: entry.operator,
            role: entry.role,
            address: entry.address.map(|address| address.to_string()),
            function: entry.function,
            arguments: entry.arguments,
            reason,
            players: entry.players.into_iter().map(|account| account.0).collect(),
            changes: entry.changes,
            reply: entry.reply,
        }
    }
}

impl AuditList {
    fn wants(&self, entry: &AuditEntry) -> bool {
        let is_of_player = |player: i64| entry.players.iter().any(|account| i64::try_from(account.0) == Ok(player));
        self.operator.as_deref().is_none_or(|operator| operator == &*entry.operator)
            && self.function.as_deref().is_none_or(|function| function == &*entry.function)
            && self.player.is_none_or(is_of_player)
            && self.from.is_none_or(|from| entry.at >= from)
            && self.to.is_none_or(|to| entry.at < to)
    }
}

fn audit_list(In(call): In<Call<AuditList>>, clock: Res<Clock>) -> Waits<AuditShown> {
    let wanted = call.request;
    let limit =
        lenient::page_size(wanted.limit).ok_or_else(|| Refusal::malformed("data.limit", "an integer from 1 to 500"))?;
    let until = match wanted.before.map(u64::try_from) {
        None => u64::MAX,
        Some(before) => before.map_err(|_| Refusal::malformed("data.before", "a number that a page named"))?,
    };
    let query = RowQuery::range(AuditEntry::TABLE, &[], &until.to_be_bytes()).newest(ENTRIES_PER_PAGE);
    let rows = rows_found(query, call.fact)?;
    let mut next = None;
    let mut entries = Vec::new();
    for (key, value) in &rows {
        let number = key.as_slice().try_into().map(u64::from_be_bytes).map_err(|_| Refusal::internal())?;
        if entries.len() == limit {
            break;
        }
        next = Some(number);
        let entry = AuditEntry::read(value).map_err(|_| Refusal::internal())?;
        if wanted.wants(&entry) {
            entries.push(AuditEntryShown::of(number, entry, &clock));
        }
    }
    // The first entry of all has the number 1.
    Ok(Success::with(AuditShown { entries, next: next.filter(|number| *number > 1) }))
}

/// The audit as a plugin.
pub struct AuditPlugin;

impl Plugin for AuditPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<AuditNotes>();
        app.add_waiting_request::<AuditList, _>(audit_list);
    }
}
