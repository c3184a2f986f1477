//! Accounts that share a name on a platform. Accounts made by this program do not; those of earlier programs may.

use std::collections::BTreeMap;
use std::hash::Hasher;

use serde::Serialize;

use crate::identity::model::Account;
use crate::spelling::folded;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::hash::StableHasher;
use raidkeep_engine::storage::Rows;
use raidkeep_engine::storage::{PlayerRow, StorageError, decode_value};

/// An account that has its purse together with another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sharer {
    /// The world's name.
    pub world: String,
    /// The account.
    pub account: AccountId,
    /// Its name in the world.
    pub name: String,
    /// Its name at MCRMB.
    pub wname: String,
}

/// The accounts of these worlds that share a purse with another, together those of one purse. A platform may ignore
/// letter case, so case does not tell two purses apart. Reads all accounts.
pub fn shared_purses(worlds: &[Rows]) -> Result<Vec<Vec<Sharer>>, StorageError> {
    let mut hashes = Vec::new();
    for rows in worlds {
        scan(rows, &mut |_, account| hashes.push(hash(account.wname())))?;
    }
    hashes.sort_unstable();
    // A hash that occurs twice is that of a shared name, or very rarely of two; names tell below.
    let mut repeated: Vec<u64> = hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    repeated.dedup();
    if repeated.is_empty() {
        return Ok(Vec::new());
    }
    let mut purses: BTreeMap<String, Vec<Sharer>> = BTreeMap::new();
    for rows in worlds {
        scan(rows, &mut |number, account| {
            if repeated.binary_search(&hash(account.wname())).is_ok() {
                let (name, wname) = (account.name().to_owned(), account.wname().to_owned());
                let sharer = Sharer { world: rows.world_name().to_owned(), account: number, name, wname };
                purses.entry(folded(&sharer.wname)).or_default().push(sharer);
            }
        })?;
    }
    Ok(purses.into_values().filter(|sharers| sharers.len() > 1).collect())
}

/// What to do about accounts that share a purse, for the operator.
pub fn told(sharers: &[Sharer]) -> String {
    let told = |sharer: &Sharer| format!("{} of {} ({})", sharer.name, sharer.world, sharer.wname);
    let sharers: Vec<String> = sharers.iter().map(told).collect();
    format!(
        "these accounts share a purse at MCRMB; give all but one their own with wname_assign: {}",
        sharers.join(", ")
    )
}

/// A row that cannot be read is for `raidkeep verify` to find.
fn scan(rows: &Rows, each: &mut dyn FnMut(AccountId, &Account)) -> Result<(), StorageError> {
    rows.scan(<Account as PlayerRow>::TABLE, &mut |key, value| {
        let account = decode_value(Account::VERSION, value, Account::upgrade);
        if let (Ok(key), Ok(account)) = (key.try_into(), account) {
            each(AccountId::from_key(key), &account);
        }
    })
}

fn hash(wname: &str) -> u64 {
    let mut hasher = StableHasher::default();
    hasher.write(folded(wname).as_bytes());
    hasher.finish()
}
