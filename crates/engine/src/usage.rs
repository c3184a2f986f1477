//! What players and the world have of what the assets name, for designers who are about to remove or change it:
//! `rules_usage`.
//!
//! Each feature says how its rows use the entries of the tables ([`UsageApp::count_uses`]). The rows are read from disk off the
//! world's thread, so that a world with a million players does not stand still meanwhile.

use std::collections::BTreeMap;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::dispatch::RequestApp;
use crate::in_force::InForce;
use crate::operators::Right;
use crate::reload::RulesState;
use crate::request;
use crate::request::answer::found_when_folded;
use crate::request::{Call, Code, Job, Operator, Refusal, Success, Waits};
use crate::rules::Tables;
use crate::start::RowSource;
use crate::storage::Rows;
use crate::storage::StorageError;

/// Counts what a row uses.
pub type CountUses = fn(&RowInUse<'_>, &mut Uses);

/// A row, and the tables in force.
#[derive(Clone, Copy)]
pub struct RowInUse<'a> {
    /// Its key.
    pub key: &'a [u8],
    /// Its value.
    pub value: &'a [u8],
    /// The tables in force.
    pub tables: &'a Tables,
    /// All rows, for a row that only together with another says what it uses.
    pub rows: &'a Rows,
}

/// An entry of the assets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsedEntry {
    /// The path of its table, such as `items.ron`.
    pub table: &'static str,
    /// The list in it, such as `items`.
    pub list: &'static str,
    /// How it is used, in one or a few words: `owned`, `in open orders`.
    pub how: &'static str,
}

/// The uses found so far.
#[derive(Debug, Default)]
pub struct Uses(BTreeMap<UsedEntry, BTreeMap<String, Tally>>);

#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    players: u64,
    count: i64,
    last: Option<AccountId>,
}

impl Uses {
    /// Counts a use of an entry, `count` times or pieces. The rows of a table come in the order of their accounts, so that
    /// each player is counted once.
    pub fn note(&mut self, entry: UsedEntry, id: &str, account: Option<AccountId>, count: i64) {
        let ids = self.0.entry(entry).or_default();
        if !ids.contains_key(id) {
            ids.insert(id.to_owned(), Tally::default());
        }
        if let Some(tally) = ids.get_mut(id) {
            tally.count = tally.count.saturating_add(count);
            if account.is_some() && tally.last != account {
                tally.players += 1;
                tally.last = account;
            }
        }
    }

    fn into_list(self) -> Vec<EntryUse> {
        let shown = |(entry, ids): (UsedEntry, BTreeMap<String, Tally>)| {
            ids.into_iter().map(move |(id, Tally { players, count, .. })| EntryUse {
                table: entry.table.to_owned(),
                list: entry.list.to_owned(),
                id,
                how: entry.how.to_owned(),
                players,
                count,
            })
        };
        self.0.into_iter().flat_map(shown).collect()
    }
}

impl RowInUse<'_> {
    /// Whose row it is, in a table of players.
    pub fn account(&self) -> Option<AccountId> {
        self.key.first_chunk::<8>().map(|key| AccountId::from_key(*key))
    }
}

#[derive(Debug, Default, Clone, Resource)]
struct UseCounters(Vec<(&'static str, CountUses)>);

/// How a feature says what its rows use.
pub trait UsageApp {
    /// Registers `count`, called with each row of a table.
    fn count_uses(&mut self, table: &'static str, count: CountUses) -> &mut Self;
}

impl UsageApp for App {
    fn count_uses(&mut self, table: &'static str, count: CountUses) -> &mut Self {
        self.world_mut().get_resource_or_init::<UseCounters>().0.push((table, count));
        self
    }
}

/// `rules_usage {token, files?}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RulesUsage {
    /// Whether the reply has the texts of the rules in use as well.
    #[serde(default)]
    files: bool,
}

/// The rows could not be read.
const UNREADABLE: i32 = 98;

request!(
    Operator, "rules_usage", RulesUsage => RulesUsed, RIGHT = Right::VIEW,
    CODES = &[Code::refusal(UNREADABLE, "the rows cannot be read")],
);

/// The reply of `rules_usage`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RulesUsed {
    /// The fingerprint of the rules of the files, as in `rules_status`.
    fingerprint: String,
    /// The ids of the running events.
    events: Vec<String>,
    /// The files that the rules were read from, and their texts; absent unless asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<BTreeMap<String, String>>,
    /// What is in use.
    uses: Vec<EntryUse>,
}

/// A use of an entry of the assets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EntryUse {
    /// The table, such as `items.ron`.
    pub table: String,
    /// The list in it, such as `items`.
    pub list: String,
    /// What identifies the entry there.
    pub id: String,
    /// How it is used, such as `owned`.
    pub how: String,
    /// By how many players; 0 for what belongs to the world.
    pub players: u64,
    /// How many times, or pieces.
    pub count: i64,
}

/// The job's result; an error as text.
type Counted = Result<Vec<EntryUse>, String>;

fn rules_usage(
    In(call): In<Call<RulesUsage>>,
    (in_force, state): (Res<InForce>, Res<RulesState>),
    (source, counters): (Res<RowSource>, Res<UseCounters>),
) -> Waits<RulesUsed> {
    let counted: Counted = found_when_folded(call.fact, "the rows were not read, retry", || {
        let (rows, counters, tables) = (source.0.clone(), counters.clone(), in_force.tables().clone());
        Ok(Job::at_leisure(move || -> Counted { counters.count(&rows, &tables).map_err(|error| error.to_string()) }))
    })?;
    let uses = counted.map_err(|message| Refusal::saying(UNREADABLE, message))?;
    Ok(Success::with(RulesUsed {
        fingerprint: state.fingerprint_shown(),
        events: in_force.events().to_vec(),
        files: call.request.files.then(|| in_force.of_files().texts.all().into_iter().collect()),
        uses,
    }))
}

impl UseCounters {
    fn count(&self, rows: &Rows, tables: &Tables) -> Result<Vec<EntryUse>, StorageError> {
        let mut uses = Uses::default();
        for (table, count) in &self.0 {
            rows.scan(table, &mut |key, value| count(&RowInUse { key, value, tables, rows }, &mut uses))?;
        }
        Ok(uses.into_list())
    }
}

/// The function `rules_usage`.
pub struct UsagePlugin;

impl Plugin for UsagePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<UseCounters>().add_waiting_request::<RulesUsage, _>(rules_usage);
    }
}
