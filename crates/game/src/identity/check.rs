//! Invariants of accounts: each is indexed under its own names, and under no others.

use crate::identity::devices::DeviceIndex;
use crate::identity::names::{self, NameIndex};
use crate::identity::{Account, Accounts, DeviceHash};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::login::Login;
use raidkeep_engine::storage::WorldRow;
use raidkeep_engine::storage::directory::{INDEX_TABLE, decode_entry};
use raidkeep_engine::verify::Inspection;

pub(super) fn check(inspection: &mut Inspection<'_>) {
    let next = inspection.world_row::<Accounts>().map(|accounts| accounts.next);
    if let (Some(next), Some(last)) = (next, inspection.last_account())
        && last.0 >= next
    {
        let what = format!("the next new account would get number {next}, but there is {last} already");
        inspection.breach(<Accounts as WorldRow>::TABLE, b"", None, what);
    }
    // The next start of the world rebuilds the keys of an index that is not current.
    let index = inspection.world_row::<NameIndex>().filter(NameIndex::is_current);
    let are_hashed = inspection.world_row::<DeviceIndex>().is_some_and(|devices| devices.is_hashed());
    inspection.each_player::<Account>(|inspection, account, row| {
        let device = row.device().filter(|_| are_hashed).map(DeviceHash::key);
        for key in [names::as_typed(row.name())].into_iter().chain(row.email_key()).chain(device) {
            must_be_found(inspection, key.as_bytes(), account, "a name");
        }
        if let Some(index) = &index {
            for key in names::shared_keys(row.name()).into_iter().filter(|key| !index.is_shared(&key.key)) {
                must_be_found(inspection, key.key.as_bytes(), account, "a spelling of the name");
            }
        }
    });
    inspection.each_player::<Login>(|inspection, account, row| {
        for key in row.keys() {
            must_be_found(inspection, key.as_bytes(), account, "a token");
        }
    });
    inspection.each(INDEX_TABLE, check_entry);
}

fn must_be_found(inspection: &mut Inspection<'_>, key: &[u8], account: AccountId, name: &str) {
    let named = inspection.get(INDEX_TABLE, key).and_then(|value| decode_entry(&value));
    if named != Some(account) {
        let what = match named {
            None => format!("{name} of {account} is not in the index: the player is not found by it"),
            Some(other) => format!("{name} of {account} is indexed for {other}"),
        };
        inspection.breach(INDEX_TABLE, key, Some(account), what);
    }
}

/// The kinds of entries that are checked here; other features check their own.
const KINDS: [&str; 6] = ["name:", "folded:", "likeness:", "email:", "unique_id:", "token:"];

fn check_entry(inspection: &mut Inspection<'_>, key: &[u8], value: &[u8]) {
    let Some(account) = decode_entry(value) else {
        inspection.breach(INDEX_TABLE, key, None, "the entry cannot be read");
        return;
    };
    if !inspection.exists(account) {
        let what = format!("the entry names {account}, which does not exist: nobody else can take this name");
        inspection.breach(INDEX_TABLE, key, Some(account), what);
        return;
    }
    if !KINDS.iter().any(|kind| key.starts_with(kind.as_bytes())) {
        return;
    }
    let (Some(owner), Some(login)) =
        (inspection.player_row::<Account>(account), inspection.player_row::<Login>(account))
    else {
        return;
    };
    let names = names::shared_keys(owner.name()).into_iter().map(|shared| shared.key);
    let others = owner.own_keys().into_iter().chain(login.keys());
    let is_own =
        [names::as_typed(owner.name())].into_iter().chain(others).chain(names).any(|own| own.as_bytes() == key);
    if !is_own {
        let what = format!("the entry names {account}, which has neither this name nor this token");
        inspection.breach(INDEX_TABLE, key, Some(account), what);
    }
}
