//! The names by which platforms know accounts: `wname` at MCRMB and the default uid at SUD
//! (docs/contract/points-platform.md#who-an-account-is).
//!
//! An account gets both when it is made and keeps them. Almost all follow from the account's own name or number, and
//! cannot collide; only the others are noted here.

use std::collections::HashMap;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::identity::{Account, UntriedGuests};
use crate::spelling;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::outside::{Epoch, Numbering, WorldPlace};
use raidkeep_engine::storage::rows::RowScan;
use raidkeep_engine::storage::{Archive, ArchivedRow};
use raidkeep_engine::travel::Traveller;

/// Separates a name from the number of its world. No name contains it.
pub const WORLD_MARK: char = '@';
/// Separates a name that an earlier account had from the number of the account. No name contains it.
pub const ACCOUNT_MARK: char = '~';

/// A kind of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// At MCRMB.
    Wname,
    /// At SUD.
    Uid,
}

/// A name by its hash, so that nothing readable remains of a deleted account. Platforms may ignore letter case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct NameHash([u8; 16]);

impl NameHash {
    fn of(kind: NameKind, name: &str) -> Self {
        let kind = match kind {
            NameKind::Wname => "wname:",
            NameKind::Uid => "uid:",
        };
        let hash = Sha256::new().chain_update(kind).chain_update(spelling::folded(name)).finalize();
        Self(std::array::from_fn(|at| hash[at]))
    }
}

/// A name on a platform that does not follow from the name or the number of a living account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenName {
    /// The account that has it; `None` when that was deleted or has another one now.
    holder: Option<AccountId>,
}

impl ArchivedRow for TakenName {
    const TABLE: &'static str = "platform_names";
}

/// All [`TakenName`]s of the world.
#[derive(Debug, Default, Resource)]
pub struct TakenNames {
    holders: HashMap<NameHash, Option<AccountId>>,
}

impl TakenNames {
    /// Whether an earlier account had the name, or another one has it now.
    pub fn contains(&self, kind: NameKind, name: &str) -> bool {
        self.holders.contains_key(&NameHash::of(kind, name))
    }

    /// The living account that has the name.
    pub fn holder(&self, kind: NameKind, name: &str) -> Option<AccountId> {
        self.holders.get(&NameHash::of(kind, name)).copied().flatten()
    }

    /// Notes who has the name; `None` = nobody any more, and nobody will get it.
    pub fn set(&mut self, archive: &mut Archive, kind: NameKind, name: &str, holder: Option<AccountId>) {
        let hash = NameHash::of(kind, name);
        self.holders.insert(hash, holder);
        archive.put(&hash.0, &TakenName { holder });
    }

    /// The name for a new account: `usual`, or that with the account's number where it is taken.
    pub fn free(&self, kind: NameKind, usual: String, account: AccountId) -> String {
        if self.contains(kind, &usual) { Self::numbered(&usual, account) } else { usual }
    }

    /// A name with the number of its account, which no other account of the world gets.
    pub fn numbered(name: &str, account: AccountId) -> String {
        format!("{name}{ACCOUNT_MARK}{}", account.0)
    }
}

/// The names of an account that is being made: at MCRMB and at SUD.
pub(super) fn of_new(world: &World, account: AccountId, name: &str) -> (String, Option<String>) {
    if world.resource::<Numbering>().epoch == Epoch::BEFORE {
        // The journal of an earlier program is replayed, which named accounts so.
        return (name.to_owned(), None);
    }
    let (place, taken) = (*world.resource::<WorldPlace>(), world.resource::<TakenNames>());
    let wname = taken.free(NameKind::Wname, place.distinct(name), account);
    let uid = taken.free(NameKind::Uid, place.distinct(&account.0.to_string()), account);
    (wname, Some(uid))
}

/// Reads the taken names at the start.
pub(super) fn restore(world: &mut World, scan: RowScan<'_>) {
    let mut taken = world.resource_mut::<TakenNames>();
    scan(&mut |key, value| match (key.try_into(), TakenName::read(value)) {
        (Ok(hash), Ok(row)) => drop(taken.holders.insert(NameHash(hash), row.holder)),
        (_, read) => {
            let table = TakenName::TABLE;
            tracing::error!(table, ?key, error = ?read.err(), "a taken name cannot be read; it may be given again");
        }
    });
}

/// The names of an imported player are its own; new accounts of this world get others.
pub(super) fn note_arrival(world: &mut World, player: Traveller) {
    note(world, player, Some(player.account));
}

/// The names of a deleted player are never given again: its points and records stay on the platforms. Those of a guest
/// who never played follow from its number and have nothing there.
pub(super) fn note_departure(world: &mut World, player: Traveller) {
    if !world.resource::<UntriedGuests>().contains(player.account) {
        note(world, player, None);
    }
}

fn note(world: &mut World, Traveller { account, entity }: Traveller, holder: Option<AccountId>) {
    let Some(row) = world.get::<Account>(entity) else {
        return;
    };
    let names = [(NameKind::Wname, row.wname().to_owned()), (NameKind::Uid, row.uid(account))];
    world.resource_scope(|world, mut archive: Mut<Archive>| {
        let mut taken = world.resource_mut::<TakenNames>();
        for (kind, name) in names {
            taken.set(&mut archive, kind, &name, holder);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_was_had_is_given_with_the_number_of_the_account() {
        let (mut taken, mut archive) = (TakenNames::default(), Archive::default());
        let free = |taken: &TakenNames| taken.free(NameKind::Wname, "Sword".to_owned(), AccountId(7));
        assert_eq!(free(&taken), "Sword");
        taken.set(&mut archive, NameKind::Wname, "sword", None);
        assert_eq!(free(&taken), "Sword~7", "a platform may take both for one");
        assert_eq!(
            taken.free(NameKind::Uid, "Sword".to_owned(), AccountId(7)),
            "Sword",
            "platforms have names of their own"
        );
        assert_eq!(taken.holder(NameKind::Wname, "Sword"), None);
        taken.set(&mut archive, NameKind::Wname, "Sword", Some(AccountId(9)));
        assert_eq!(taken.holder(NameKind::Wname, "sword"), Some(AccountId(9)));
    }
}
