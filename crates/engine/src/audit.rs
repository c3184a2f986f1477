//! The audit: what operators have changed, one row each, in the same batch as the change.
//!
//! Every function of operators that can change something is audited by the dispatcher; no feature has to do anything. A
//! handler may say in words what it has changed ([`AuditNotes`]). No function deletes entries.

use std::net::IpAddr;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::account::AccountId;
use crate::clock::Clock;
use crate::dispatch::RequestApp;
use crate::operators::{OperatorIdentity, Right};
use crate::request;
use crate::request::answer::rows_found;
use crate::request::lenient::{self, Integer};
use crate::request::registry::AnyRequest;
use crate::request::{Call, Operator, Refusal, RequestTable, Success, Waits};
use crate::storage::{Archive, ArchivedRow, Mark, RowQuery, StorageApp, WorldRow};
use crate::verify::VerifyApp;

/// The longest arguments and replies that are kept, in bytes.
const TEXT_BYTES_MAX: usize = 4096;
/// The most words of a handler that one entry keeps.
const NOTES_MAX: usize = 64;
/// How many entries one page looks at; those that a filter leaves out count.
const ENTRIES_PER_PAGE: usize = 2000;

/// One call of an operator that has changed something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When, unix seconds of the game's clock.
    pub at: i64,
    /// Who.
    pub operator: Box<str>,
    /// The role they had.
    pub role: Box<str>,
    /// From where.
    pub address: Option<IpAddr>,
    /// What they called.
    pub function: Box<str>,
    /// With which arguments, as JSON without secrets; cut if long.
    pub arguments: Box<str>,
    /// The players whom it has changed.
    pub players: Vec<AccountId>,
    /// What it has changed, in the words of its handler.
    pub changes: Vec<Box<str>>,
    /// What it has answered, as JSON; cut if long.
    pub reply: Box<str>,
}

impl ArchivedRow for AuditEntry {
    const TABLE: &'static str = "audit";
}

/// How many entries the world has.
#[derive(Debug, Default, Clone, Resource, Serialize, Deserialize)]
pub struct AuditTotal(u64);

impl WorldRow for AuditTotal {
    const TABLE: &'static str = "audit_total";
}

/// What the running handler says it has changed.
#[derive(Debug, Default, Resource)]
pub struct AuditNotes(Vec<Box<str>>);

impl AuditNotes {
    /// Adds a sentence or a difference, such as `diamonds 50 -> 150`.
    pub fn add(&mut self, change: impl Into<Box<str>>) {
        if self.0.len() < NOTES_MAX {
            self.0.push(change.into());
        }
    }
}

/// What is known of an operator's call before it runs.
pub(crate) struct Draft {
    function: &'static str,
    arguments: String,
    identity: OperatorIdentity,
}

impl Draft {
    /// Notes the call of a function that may change something.
    pub(crate) fn begin(
        world: &mut World,
        kind: usize,
        request: &AnyRequest,
        identity: &OperatorIdentity,
    ) -> Option<Self> {
        world.resource_mut::<AuditNotes>().0.clear();
        let kind = world.resource::<RequestTable>().kinds().get(kind)?;
        let arguments = (kind.record)(request.as_ref());
        Some(Self { function: kind.function, arguments, identity: identity.clone() })
    }

    /// Writes the entry. `body` is the reply so far, `mark` the point before the handler ran.
    pub(crate) fn finish(self, world: &mut World, body: &[u8], mark: Option<&Mark>) {
        let players = mark.map(|mark| mark.touched_accounts(world)).unwrap_or_default();
        let OperatorIdentity { name: operator, role, address, .. } = self.identity;
        let entry = AuditEntry {
            at: world.resource::<Clock>().now(),
            operator,
            role,
            address,
            function: self.function.into(),
            arguments: cut(&self.arguments),
            players,
            changes: std::mem::take(&mut world.resource_mut::<AuditNotes>().0),
            reply: reply_data(body),
        };
        let mut total = world.resource_mut::<AuditTotal>();
        total.0 += 1;
        let key = total.0.to_be_bytes();
        world.resource_mut::<Archive>().put(&key, &entry);
    }
}

/// `data` of a reply that still lacks its end.
fn reply_data(body: &[u8]) -> Box<str> {
    let text = [body, b"}"].concat();
    let reply: Option<Value> = serde_json::from_slice(&text).ok();
    let data = reply.and_then(|mut reply| reply.get_mut("data").map(Value::take)).filter(|data| !data.is_null());
    data.map_or_else(Box::default, |data| cut(&data.to_string()))
}

fn cut(text: &str) -> Box<str> {
    let end = text.floor_char_boundary(TEXT_BYTES_MAX);
    if end == text.len() { text.into() } else { format!("{}…", &text[..end]).into() }
}

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

/// The rows of the audit.
pub(crate) fn register_rows(app: &mut App) {
    app.add_archived_rows::<AuditEntry>().add_world_row::<AuditTotal>();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(&*cut("short"), "short");
        let long = cut(&"恭".repeat(TEXT_BYTES_MAX));
        assert!(long.ends_with("恭…") && long.len() <= TEXT_BYTES_MAX + '…'.len_utf8());
    }

    #[test]
    fn the_data_of_a_reply_is_kept_and_nothing_when_it_has_none() {
        assert_eq!(&*reply_data(br#"{"status":0,"message":"ok","data":{"given":5}"#), r#"{"given":5}"#);
        assert_eq!(&*reply_data(br#"{"status":0,"message":"ok""#), "");
    }
}
