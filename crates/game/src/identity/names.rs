//! How accounts are found by name, and how names that look the same are kept from others
//! (docs/contract/identity.md#names).
//!
//! A name has three entries in the index: as it was typed; folded, unless several accounts of earlier programs share that
//! key, which then finds none of them; and its likeness, by which nobody is found. `ordered_names` has the names in order.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hasher;

use bevy_app::App;
use bevy_ecs::change_detection::DetectChangesMut;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identity::devices::DeviceHash;
use crate::identity::model::{Account, is_guest_name, name_in_row};
use crate::identity::{normal_email, ordered_names};
use crate::spelling;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::hash::StableHasher;
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::directory::INDEX_TABLE;
use raidkeep_engine::storage::rows::RowScan;
use raidkeep_engine::storage::{Claim, Directory, IndexKey, NotLookedUp, PlayerRow, StorageApp, WorldRow};
use raidkeep_engine::verify::inspection::account_of;

pub(super) fn email(email: &str) -> IndexKey {
    IndexKey::new("email", normal_email(email).as_bytes())
}

pub(super) fn as_typed(name: &str) -> IndexKey {
    IndexKey::new("name", name.as_bytes())
}

const FOLDED: &str = "folded";
const LIKENESS: &str = "likeness";

fn folded(name: &str) -> IndexKey {
    IndexKey::new(FOLDED, spelling::folded(name).as_bytes())
}

pub(super) fn likeness(name: &str) -> IndexKey {
    IndexKey::new(LIKENESS, spelling::likeness(name).as_bytes())
}

/// A key that several accounts may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SharedKey {
    pub(super) key: IndexKey,
    /// Whether an account is found by it.
    pub(super) finds: bool,
}

/// The keys that accounts of earlier programs may share. Guests have no likeness: no name that can be signed up has their
/// mark.
pub(super) fn shared_keys(name: &str) -> Vec<SharedKey> {
    let folded = SharedKey { key: folded(name), finds: true };
    let likeness = (!is_guest_name(name)).then(|| SharedKey { key: likeness(name), finds: false });
    [folded].into_iter().chain(likeness).collect()
}

/// The claims of an imported account to its name. A likeness is none: the name is not new.
pub(super) fn claims(name: &str) -> impl Iterator<Item = Claim> {
    let what = format!("the name {name}");
    [as_typed(name), folded(name)].into_iter().map(move |key| Claim { key, what: what.clone() })
}

/// The account of that name: the one that has it letter for letter, else the only one with the same folded form. `look_up`
/// finds an entry of the index.
pub fn find_by_name_with<E>(
    name: &str,
    mut look_up: impl FnMut(&IndexKey) -> Result<Option<AccountId>, E>,
) -> Result<Option<AccountId>, E> {
    match look_up(&as_typed(name))? {
        Some(account) => Ok(Some(account)),
        None => look_up(&folded(name)),
    }
}

/// The same from the directory.
pub fn find_by_name(directory: &Directory, name: &str) -> Result<Option<AccountId>, NotLookedUp> {
    find_by_name_with(name, |key| directory.find(key))
}

/// The account that an account of a document is about: the one with its e-mail address or its unique_id, else with its
/// name. A guest's name says nothing, as it contains a number of the world that it comes from.
pub fn find_owner(directory: &Directory, account: &Value) -> Result<Option<AccountId>, NotLookedUp> {
    let text = |field: &str| account.get(field).and_then(Value::as_str);
    let device = account.get("unique_id").and_then(|device| DeviceHash::deserialize(device).ok());
    for key in text("email").map(email).into_iter().chain(device.map(|device| device.key())) {
        if let Some(owner) = directory.find(&key)? {
            return Ok(Some(owner));
        }
    }
    match text("name").filter(|name| !is_guest_name(name)) {
        Some(name) => find_by_name(directory, name),
        None => Ok(None),
    }
}

/// How complete the index is, and the keys that several accounts share.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct NameIndex {
    /// The Unicode tables that the keys come from; empty where an earlier program has written the index.
    tables: String,
    shared: BTreeMap<Vec<u8>, BTreeSet<AccountId>>,
    #[serde(skip)]
    is_new: bool,
}

impl WorldRow for NameIndex {
    const TABLE: &'static str = "name_index";
}

impl NameIndex {
    /// Whether all accounts are in it, under the keys that this program makes.
    pub(super) fn is_current(&self) -> bool {
        self.tables == spelling::tables()
    }

    /// Whether this start has built it anew.
    pub(super) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Whether several accounts have this key.
    pub(super) fn is_shared(&self, key: &IndexKey) -> bool {
        self.shared.contains_key(key.as_bytes())
    }

    /// Who has this key. An entry that is not in memory counts as free: code that accepts a name has looked up what
    /// might be taken.
    fn holders(&self, directory: &Directory, key: &IndexKey) -> BTreeSet<AccountId> {
        let shared = self.shared.get(key.as_bytes()).cloned();
        shared.unwrap_or_else(|| directory.find(key).ok().flatten().into_iter().collect())
    }
}

/// Assigns a key to these accounts.
fn assign(index: &mut Mut<'_, NameIndex>, directory: &mut Directory, key: SharedKey, holders: BTreeSet<AccountId>) {
    let SharedKey { key, finds } = key;
    let is_shared = holders.len() > 1;
    let found = holders.first().copied().filter(|_| !(is_shared && finds));
    if is_shared {
        index.shared.insert(key.as_bytes().to_vec(), holders);
    } else if index.is_shared(&key) {
        index.shared.remove(key.as_bytes());
    }
    directory.set(key, found);
}

/// Enters the name of a new account.
pub(super) fn enter(world: &mut World, account: AccountId, name: &str) {
    ordered_names::enter(world, account, name);
    change(world, name, Some(account), |holders| {
        holders.insert(account);
    });
}

/// Removes the name of an account.
pub(super) fn leave(world: &mut World, account: AccountId, name: &str) {
    ordered_names::leave(world, account, name);
    change(world, name, None, |holders| {
        holders.remove(&account);
    });
}

fn change(world: &mut World, name: &str, owner: Option<AccountId>, change: impl Fn(&mut BTreeSet<AccountId>)) {
    world.resource_scope(|world, mut index: Mut<NameIndex>| {
        let mut directory = world.resource_mut::<Directory>();
        directory.set(as_typed(name), owner);
        for key in shared_keys(name) {
            let mut holders = index.holders(&directory, &key.key);
            change(&mut holders);
            assign(&mut index, &mut directory, key, holders);
        }
    });
}

/// Rebuilds the keys of all accounts if an earlier program or other Unicode tables made the index. A start reader.
///
/// It scans twice: keys that several accounts share are few, and only these are collected.
fn index_accounts(world: &mut World, scan: RowScan<'_>) {
    if world.resource::<NameIndex>().is_current() {
        return;
    }
    let mut hashes = Vec::new();
    each_key(scan, &mut |_, shared| hashes.push(hash_of(&shared.key)));
    let repeated = repeated(hashes);
    world.resource_scope(|world, mut index: Mut<NameIndex>| {
        let mut directory = world.resource_mut::<Directory>();
        let mut holders: BTreeMap<Vec<u8>, (SharedKey, BTreeSet<AccountId>)> = BTreeMap::new();
        each_key(scan, &mut |account, shared| {
            if repeated.contains(&hash_of(&shared.key)) {
                let key = shared.key.as_bytes().to_vec();
                holders.entry(key).or_insert((shared, BTreeSet::new())).1.insert(account);
            } else {
                directory.set(shared.key, Some(account));
            }
        });
        index.shared.clear();
        let sharing = holders.values().filter(|(key, accounts)| key.finds && accounts.len() > 1);
        let sharing: usize = sharing.map(|(_, accounts)| accounts.len()).sum();
        if sharing > 0 {
            tracing::warn!(sharing, "accounts whose names differ in spelling only are found by their exact names only");
        }
        for (key, accounts) in holders.into_values() {
            assign(&mut index, &mut directory, key, accounts);
        }
        index.tables = spelling::tables();
        index.is_new = true;
    });
}

/// Calls `each` with the keys of each account that others may share.
fn each_key(scan: RowScan<'_>, each: &mut dyn FnMut(AccountId, SharedKey)) {
    scan(&mut |key, value| {
        if let (Some(account), Some(name)) = (account_of(key), name_in_row(value)) {
            shared_keys(&name).into_iter().for_each(|shared| each(account, shared));
        }
    });
}

fn hash_of(key: &IndexKey) -> u64 {
    let mut hasher = StableHasher::default();
    hasher.write(key.as_bytes());
    hasher.finish()
}

/// The hashes that occur more than once.
fn repeated(mut hashes: Vec<u64>) -> BTreeSet<u64> {
    hashes.sort_unstable();
    hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect()
}

/// Frees the keys that other Unicode tables made and that nobody has now. A start reader of the index.
fn free_outdated(world: &mut World, scan: RowScan<'_>) {
    if !world.resource::<NameIndex>().is_new {
        return;
    }
    let mut directory = world.resource_mut::<Directory>();
    let kinds = [FOLDED, LIKENESS].map(|kind| format!("{kind}:"));
    scan(&mut |key, _| {
        let is_made = kinds.iter().any(|kind| key.starts_with(kind.as_bytes()));
        let key = IndexKey::from_bytes(key.to_vec());
        if is_made && directory.find(&key).is_err() {
            directory.set(key, None);
        }
    });
}

/// Stores what the readers have made in the first batch. A start hook.
fn store_new_index(world: &mut World) {
    let mut index = world.resource_mut::<NameIndex>();
    if index.is_new {
        index.set_changed();
    }
}

/// Whether an account other than `except`, or several, have the folded form of the name of an imported account. Looks up its likeness too, so
/// that `enter` knows who shares it. A guest gets a name of this world.
pub fn is_name_taken(world: &World, name: &str, except: Option<AccountId>) -> Result<bool, NotLookedUp> {
    if is_guest_name(name) {
        return Ok(false);
    }
    let (directory, index) = (world.resource::<Directory>(), world.resource::<NameIndex>());
    let mut is_taken = false;
    for SharedKey { key, finds } in shared_keys(name) {
        let is_held = directory.find(&key)?.is_some_and(|holder| Some(holder) != except) || index.is_shared(&key);
        is_taken |= finds && is_held;
    }
    Ok(is_taken)
}

/// Builds the index where it is not current, and keeps it.
pub(super) fn register(app: &mut App) {
    app.add_world_row::<NameIndex>().add_start_reader(<Account as PlayerRow>::TABLE, index_accounts);
    app.add_start_reader(INDEX_TABLE, free_outdated).add_start_hook(store_new_index);
}
