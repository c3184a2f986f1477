//! Which account is bound to a uid, in the index.

use bevy_app::App;
use bevy_ecs::change_detection::DetectChangesMut;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::SudIdentity;
use crate::identity::platform_names::{NameKind, WORLD_MARK};
use crate::identity::{TakenNames, next_account};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::directory::{INDEX_TABLE, decode_entry};
use raidkeep_engine::storage::rows::RowScan;
use raidkeep_engine::storage::{
    Archive, Directory, IndexKey, NotLookedUp, PlayerRow, StorageApp, WorldRow, decode_value,
};
use raidkeep_engine::travel::{PortabilityApp, Traveller};
use raidkeep_engine::verify::Inspection;
use raidkeep_engine::verify::inspection::account_of;

/// Whether the bindings that earlier programs have made are in the index.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub(in crate::platforms::sud) struct UidIndex {
    is_complete: bool,
    #[serde(skip)]
    is_new: bool,
}

impl WorldRow for UidIndex {
    const TABLE: &'static str = "sud_uid_index";
}

fn key_of(uid: &str) -> IndexKey {
    IndexKey::new("sud_uid", uid.as_bytes())
}

/// The key of a bound uid.
pub(super) fn key(identity: &SudIdentity) -> Option<IndexKey> {
    (!identity.uid.is_empty()).then(|| key_of(&identity.uid))
}

/// The account that is bound to a uid, or goes by it.
pub fn find_by_uid(world: &World, uid: &str) -> Result<Option<AccountId>, NotLookedUp> {
    Ok(holder(world, uid)?.or_else(|| goes_by(world, uid)))
}

/// The account that is bound to a uid.
pub(super) fn holder(world: &World, uid: &str) -> Result<Option<AccountId>, NotLookedUp> {
    world.resource::<Directory>().find(&key_of(uid))
}

/// The account that goes by this uid as long as it has bound none, or did until it was deleted.
pub(super) fn goes_by(world: &World, uid: &str) -> Option<AccountId> {
    if let Some(holder) = world.resource::<TakenNames>().holder(NameKind::Uid, uid) {
        return Some(holder);
    }
    let number = uid.parse().ok().filter(|number: &u64| number.to_string() == uid)?;
    (1..next_account(world).0).contains(&number).then_some(AccountId(number))
}

/// Frees the uid that the account was bound to, unless it is known to belong to another, and takes the one that it is bound
/// to now.
pub(super) fn change(world: &mut World, account: AccountId, before: &SudIdentity, after: &SudIdentity) {
    let mut directory = world.resource_mut::<Directory>();
    let is_own = |key: &IndexKey| directory.find(key).map_or(true, |holder| holder == Some(account));
    if let Some(key) = key(before).filter(|key| before.uid != after.uid && is_own(key)) {
        directory.set(key, None);
    }
    if let Some(key) = key(after) {
        directory.set(key, Some(account));
    }
    if is_default_of_later_account(world, &after.uid) {
        world.resource_scope(|world, mut archive: Mut<Archive>| {
            let mut taken = world.resource_mut::<TakenNames>();
            taken.set(&mut archive, NameKind::Uid, &after.uid, Some(account));
        });
    }
}

/// Whether an account that is yet to be made would go by this uid.
fn is_default_of_later_account(world: &World, uid: &str) -> bool {
    let number = uid.split(WORLD_MARK).next().and_then(|number| number.parse::<u64>().ok());
    let place = world.resource::<WorldPlace>();
    number.is_some_and(|number| number >= next_account(world).0 && place.distinct(&number.to_string()) == uid)
}

fn arrive(world: &mut World, player: Traveller) {
    let bound = world.get::<SudIdentity>(player.entity).cloned().unwrap_or_default();
    change(world, player.account, &SudIdentity::default(), &bound);
}

fn part(world: &mut World, player: Traveller) {
    let bound = world.get::<SudIdentity>(player.entity).cloned().unwrap_or_default();
    change(world, player.account, &bound, &SudIdentity::default());
}

/// Enters the bindings of earlier programs, which let several accounts bind one uid: it counts for the first of them, and
/// `verify` tells of the others.
fn index_bindings(world: &mut World, scan: RowScan<'_>) {
    if world.resource::<UidIndex>().is_complete {
        return;
    }
    let mut directory = world.resource_mut::<Directory>();
    scan(&mut |key, value| {
        let bound = decode_value(SudIdentity::VERSION, value, SudIdentity::upgrade).ok();
        if let (Some(account), Some(key)) = (account_of(key), bound.as_ref().and_then(self::key))
            && directory.find(&key).is_err()
        {
            directory.set(key, Some(account));
        }
    });
    *world.resource_mut::<UidIndex>() = UidIndex { is_complete: true, is_new: true };
}

/// The first batch stores what the reader has entered.
fn store_new_index(world: &mut World) {
    let mut index = world.resource_mut::<UidIndex>();
    if index.is_new {
        index.set_changed();
    }
}

/// A uid belongs to the account that is indexed for it, and to no other.
pub(in crate::platforms::sud) fn check(inspection: &mut Inspection<'_>) {
    if !inspection.world_row::<UidIndex>().is_some_and(|index| index.is_complete) {
        return;
    }
    inspection.each_player::<SudIdentity>(|inspection, account, bound| {
        let Some(key) = key(&bound) else {
            return;
        };
        let holder = inspection.get(INDEX_TABLE, key.as_bytes()).and_then(|entry| decode_entry(&entry));
        if holder != Some(account) {
            let uid = &bound.uid;
            let what = match holder {
                Some(holder) => {
                    format!("{account} is bound to the uid {uid}, which belongs to {holder}; bind one anew")
                }
                None => format!("{account} is bound to the uid {uid}, which is not in the index: others can bind it"),
            };
            inspection.breach(SudIdentity::TABLE, &account.to_key(), Some(account), what);
        }
    });
    inspection.each(INDEX_TABLE, |inspection, entry, value| {
        let Some(account) = entry.starts_with(key_of("").as_bytes()).then(|| decode_entry(value)).flatten() else {
            return;
        };
        let bound = inspection.player_row::<SudIdentity>(account).as_ref().and_then(key);
        if bound.is_none_or(|key| key.as_bytes() != entry) {
            let what = format!("the entry keeps a uid for {account}, which is not bound to it");
            inspection.breach(INDEX_TABLE, entry, Some(account), what);
        }
    });
}

pub(super) fn register(app: &mut App) {
    app.add_world_row::<UidIndex>().add_start_reader(SudIdentity::TABLE, index_bindings);
    app.add_start_hook(store_new_index).add_arrival(arrive).add_farewell(part);
}
