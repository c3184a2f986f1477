//! The names in order, by which operators find players whose names begin with a text.
//!
//! A row for each account, in the order of folded names. Rows are read as they are folded; changes that are not are in
//! memory, and are laid over what was read.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::time::Duration;

use bevy_app::App;
use bevy_ecs::change_detection::DetectChangesMut;
use bevy_ecs::prelude::*;
use bevy_time::{Real, Time};
use serde::{Deserialize, Serialize};

use crate::identity::Account;
use crate::identity::model::name_in_row;
use crate::identity::names::NameIndex;
use crate::spelling;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::numbers::BatchNumber;
use raidkeep_engine::players::put_away_idle;
use raidkeep_engine::schedule::{Surroundings, Tick, TickSystems};
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::rows::{Persistence, RowScan};
use raidkeep_engine::storage::{Archive, ArchivedRow, FoundRows, PlayerRow, RowQuery, StorageApp, WorldRow};
use raidkeep_engine::verify::inspection::account_of;
use raidkeep_engine::verify::{Inspection, VerifyApp};

/// A name. Its key is what is kept of the folded name, and the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct OrderedName {
    /// As it was typed.
    name: String,
}

impl ArchivedRow for OrderedName {
    const TABLE: &'static str = "ordered_names";
}

/// So much of a folded name is in its key. Names that differ only behind that are together, in the order of their accounts.
const KEY_BYTES_MAX: usize = 192;
/// The end of the account in a key.
const ACCOUNT_BYTES: usize = 8;

/// The start of a text that fits into keys.
fn cut(folded: &str) -> &str {
    &folded[..folded.floor_char_boundary(KEY_BYTES_MAX)]
}

/// The key of a name. A name stands before those that it begins, and no byte of a name is 255.
fn key(name: &str, account: AccountId) -> Vec<u8> {
    let folded = spelling::folded(name);
    [cut(&folded).as_bytes(), &[0], &account.to_key()].concat()
}

/// Whose name has this key.
fn owner(key: &[u8]) -> Option<AccountId> {
    key.last_chunk::<ACCOUNT_BYTES>().copied().map(AccountId::from_key)
}

/// A name that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundName {
    /// Whose it is.
    pub account: AccountId,
    /// As it was typed.
    pub name: String,
}

/// A search for names that begin with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameSearch {
    folded: String,
    limit: usize,
}

/// Names that were found, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamesFound {
    /// At most as many as were wanted.
    pub names: Vec<FoundName>,
    /// Whether there may be others.
    pub has_more: bool,
}

impl NameSearch {
    /// For the first names that begin with `text` in any spelling.
    pub fn new(text: &str, limit: usize) -> Self {
        Self { folded: spelling::folded(text), limit }
    }

    fn from(&self) -> Vec<u8> {
        cut(&self.folded).as_bytes().to_vec()
    }

    /// The first key behind all that begin with the text.
    fn until(&self) -> Vec<u8> {
        [cut(&self.folded).as_bytes(), &[u8::MAX]].concat()
    }

    fn is_found(&self, name: &str) -> bool {
        spelling::folded(name).starts_with(&self.folded)
    }
}

/// A change that may not be in the rows yet.
#[derive(Debug, Clone)]
struct LateChange {
    /// The name; `None` = the row is gone.
    name: Option<String>,
    batch: BatchNumber,
}

/// Whether the names of all accounts are in order.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct OrderedNames {
    /// The Unicode tables that the keys come from; empty where an earlier program had no such rows.
    tables: String,
    #[serde(skip)]
    is_new: bool,
}

impl WorldRow for OrderedNames {
    const TABLE: &'static str = "ordered_names_state";
}

impl OrderedNames {
    fn is_current(&self) -> bool {
        self.tables == spelling::tables()
    }
}

/// The changes of names that may not be in the rows yet.
#[derive(Debug, Default, Resource)]
pub struct LateNames {
    changes: BTreeMap<Vec<u8>, LateChange>,
    /// What was folded when changes were last forgotten.
    folded_then: BatchNumber,
    next_sweep_at: Duration,
}

/// Real time between two sweeps. A request waits less than that for rows, so whatever was folded at the sweep before is in
/// all rows that are still to come.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

impl LateNames {
    fn note(&mut self, key: Vec<u8>, name: Option<String>, batch: BatchNumber) {
        self.changes.insert(key, LateChange { name, batch });
    }

    fn of(&self, search: &NameSearch) -> impl Iterator<Item = (&Vec<u8>, &LateChange)> {
        self.changes.range((Bound::Included(search.from()), Bound::Excluded(search.until())))
    }

    /// Forgets what was folded at the sweep before this one.
    fn sweep(&mut self, folded: BatchNumber) {
        let folded_then = std::mem::replace(&mut self.folded_then, folded);
        self.changes.retain(|_, change| change.batch > folded_then);
    }
}

impl LateNames {
    /// The rows that a search needs. They are read as they are folded.
    pub fn query(&self, search: &NameSearch) -> RowQuery {
        // Each late change may hide a row.
        let limit = search.limit + 1 + self.of(search).count();
        RowQuery::range(OrderedName::TABLE, &search.from(), &search.until()).first(limit).as_folded()
    }

    /// What a search finds in the rows that it needed, with the late changes laid over them.
    pub fn find(&self, search: &NameSearch, rows: FoundRows) -> NamesFound {
        let is_cut = rows.len() > search.limit;
        let last_read = rows.last().map(|(key, _)| key.clone()).filter(|_| is_cut);
        let read = rows.into_iter().filter_map(|(key, value)| Some((key, OrderedName::read(&value).ok()?.name)));
        let mut names: BTreeMap<Vec<u8>, String> = read.collect();
        for (key, change) in self.of(search) {
            match &change.name {
                // Of what lies behind the rows that were read, others may come before it.
                Some(name) if last_read.as_ref().is_none_or(|last| key <= last) => {
                    names.insert(key.clone(), name.clone());
                }
                Some(_) => {}
                None => drop(names.remove(key)),
            }
        }
        let found = names.into_iter().filter(|(_, name)| search.is_found(name));
        let mut names: Vec<FoundName> =
            found.filter_map(|(key, name)| Some(FoundName { account: owner(&key)?, name })).collect();
        let has_more = is_cut || names.len() > search.limit;
        names.truncate(search.limit);
        NamesFound { names, has_more }
    }
}

/// Puts the name of a new account in order.
pub(super) fn enter(world: &mut World, account: AccountId, name: &str) {
    change(world, key(name, account), Some(name.to_owned()));
}

/// Takes out the name of an account.
pub(super) fn leave(world: &mut World, account: AccountId, name: &str) {
    change(world, key(name, account), None);
}

fn change(world: &mut World, key: Vec<u8>, name: Option<String>) {
    let batch = world.resource::<Persistence>().last_batch().next();
    let mut archive = world.resource_mut::<Archive>();
    match &name {
        Some(name) => archive.put(&key, &OrderedName { name: name.clone() }),
        None => archive.delete::<OrderedName>(&key),
    }
    world.resource_mut::<LateNames>().note(key, name, batch);
}

/// Puts the names of all accounts in order if an earlier program or other Unicode tables made the rows, or the index by which
/// single names are found. A start reader.
fn order_accounts(world: &mut World, scan: RowScan<'_>) {
    if world.resource::<OrderedNames>().is_current() && !world.resource::<NameIndex>().is_new() {
        return;
    }
    scan(&mut |key, value| {
        if let (Some(account), Some(name)) = (account_of(key), name_in_row(value)) {
            enter(world, account, &name);
        }
    });
    *world.resource_mut::<OrderedNames>() = OrderedNames { tables: spelling::tables(), is_new: true };
}

/// Removes the rows that other Unicode tables made. A start reader of the rows.
fn remove_outdated(world: &mut World, scan: RowScan<'_>) {
    if !world.resource::<OrderedNames>().is_new {
        return;
    }
    let mut outdated = BTreeSet::new();
    let late = world.resource::<LateNames>();
    scan(&mut |key, _| {
        if !late.changes.contains_key(key) {
            outdated.insert(key.to_vec());
        }
    });
    outdated.into_iter().for_each(|key| change(world, key, None));
}

/// Stores in the first batch what the readers have put in order. A start hook: readers run before batches have their numbers.
fn store_new(world: &mut World) {
    let first_batch = world.resource::<Persistence>().last_batch().next();
    world.resource_mut::<LateNames>().changes.values_mut().for_each(|change| change.batch = first_batch);
    let mut names = world.resource_mut::<OrderedNames>();
    if names.is_new {
        names.set_changed();
    }
}

fn sweep(mut late: ResMut<LateNames>, surroundings: Res<Surroundings>, time: Res<Time<Real>>) {
    if time.elapsed() >= late.next_sweep_at {
        late.next_sweep_at = time.elapsed() + SWEEP_INTERVAL;
        late.sweep(surroundings.folded_batch);
    }
}

/// Each account's name is in order, and no other.
fn check(inspection: &mut Inspection<'_>) {
    // The next start of the world puts in order what is not current.
    if !inspection.world_row::<OrderedNames>().is_some_and(|names| names.is_current()) {
        return;
    }
    inspection.each_player::<Account>(|inspection, account, row| {
        let key = key(row.name(), account);
        let found = inspection.get(OrderedName::TABLE, &key).and_then(|value| OrderedName::read(&value).ok());
        if found.is_none_or(|found| found.name != row.name()) {
            let what = format!("the name of {account} is not in order: operators do not find the player by its start");
            inspection.breach(OrderedName::TABLE, &key, Some(account), what);
        }
    });
    inspection.each_archived::<OrderedName>(|inspection, found, OrderedName { name }| {
        let account = owner(found);
        let owner = account.and_then(|account| inspection.player_row::<Account>(account));
        if account.is_none_or(|account| key(&name, account) != *found) || owner.is_none_or(|owner| owner.name() != name)
        {
            inspection.breach(OrderedName::TABLE, found, account, "the row has a name that its account does not have");
        }
    });
}

pub(super) fn register(app: &mut App) {
    app.init_resource::<LateNames>().add_world_row::<OrderedNames>().add_archived_rows::<OrderedName>();
    app.add_start_reader(<Account as PlayerRow>::TABLE, order_accounts);
    app.add_start_reader(OrderedName::TABLE, remove_outdated).add_start_hook(store_new);
    app.add_systems(Tick, sweep.in_set(TickSystems::PutAway).after(put_away_idle));
    app.add_check("names in order", check);
}

#[cfg(test)]
mod tests {
    use super::*;
    use raidkeep_engine::storage::encode_value;

    fn found(late: &LateNames, text: &str, limit: usize, rows: &[(&str, u64)]) -> (Vec<String>, bool) {
        let search = NameSearch::new(text, limit);
        let row = |&(name, number): &(&str, u64)| {
            let mut value = Vec::new();
            encode_value(OrderedName::VERSION, &OrderedName { name: name.to_owned() }, &mut value);
            (key(name, AccountId(number)), value)
        };
        let NamesFound { names, has_more } = late.find(&search, rows.iter().map(row).collect());
        (names.into_iter().map(|found| found.name).collect(), has_more)
    }

    #[test]
    fn late_changes_are_laid_over_the_rows() {
        let mut late = LateNames::default();
        late.note(key("Swan", AccountId(1)), None, BatchNumber(2));
        late.note(key("swim", AccountId(3)), Some("swim".to_owned()), BatchNumber(2));
        assert_eq!(late.query(&NameSearch::new("sw", 2)).limit, 5, "each change may hide a row");
        let rows = [("Swan", 1), ("Sword", 2)];
        assert_eq!(found(&late, "SW", 2, &rows), (vec!["swim".to_owned(), "Sword".to_owned()], false));
        assert_eq!(found(&late, "SW", 1, &rows), (vec!["swim".to_owned()], true));
        assert_eq!(found(&late, "swa", 2, &rows[..1]), (Vec::new(), false));
    }

    #[test]
    fn a_change_is_forgotten_when_it_was_folded_a_sweep_ago() {
        let mut late = LateNames::default();
        late.note(key("Swan", AccountId(1)), None, BatchNumber(2));
        late.sweep(BatchNumber(2));
        assert_eq!(late.changes.len(), 1, "rows that are on their way may be of before");
        late.sweep(BatchNumber(2));
        assert!(late.changes.is_empty());
    }

    #[test]
    fn names_that_differ_only_behind_their_keys_are_told_apart() {
        let long = "x".repeat(KEY_BYTES_MAX);
        let (one, two) = (format!("{long}a"), format!("{long}b"));
        assert_eq!(found(&LateNames::default(), &two, 9, &[(&one, 1), (&two, 2)]), (vec![two], false));
    }
}
