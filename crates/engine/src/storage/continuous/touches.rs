//! Whom the records of a segment touch: the index at the end of a closed one.
//!
//! Layout, numbers in little endian: count (u32), then for each key, ascending, the key (u64) and where its places end
//! (u32), then the places: of each record that touches the key, the sector in the segment where it begins (u32).

use std::collections::BTreeMap;
use std::hash::Hasher;

use crate::account::AccountId;
use crate::hash::StableHasher;
use crate::storage::batch::{Row, batches};
use crate::storage::directory::INDEX_TABLE;

const ENTRY_BYTES: usize = 12;
/// Keys with this bit are names; no account has it.
const NAME_BIT: u64 = 1 << 63;

/// An account, or a name of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TouchKey(u64);

impl TouchKey {
    pub(super) fn account(account: AccountId) -> Self {
        Self(account.0 & !NAME_BIT)
    }

    /// Of an entry of the index of names.
    pub(super) fn name(key: &[u8]) -> Self {
        let mut hasher = StableHasher::default();
        hasher.write(key);
        Self(hasher.finish() | NAME_BIT)
    }

    fn of(row: &Row<'_>, players: &[String]) -> Option<Self> {
        if row.table == INDEX_TABLE {
            return Some(Self::name(row.key));
        }
        let account = row.key.first_chunk().filter(|_| players.iter().any(|table| table == row.table))?;
        Some(Self::account(AccountId::from_key(*account)))
    }
}

/// The touches of the segment that is being written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Touches(BTreeMap<TouchKey, Vec<u32>>);

impl Touches {
    /// Notes whom a record touches that begins with this sector.
    pub(super) fn add(&mut self, sector: u32, record: &[u8], players: &[String]) {
        let rows = batches(record).flat_map(|batch| batch.rows());
        for key in rows.filter_map(|row| TouchKey::of(&row, players)) {
            let places = self.0.entry(key).or_default();
            if places.last() != Some(&sector) {
                places.push(sector);
            }
        }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = (self.0.len() as u32).to_le_bytes().to_vec();
        let mut end = 0_u32;
        for (key, places) in &self.0 {
            end += places.len() as u32;
            bytes.extend_from_slice(&key.0.to_le_bytes());
            bytes.extend_from_slice(&end.to_le_bytes());
        }
        bytes.extend(self.0.values().flatten().flat_map(|place| place.to_le_bytes()));
        bytes
    }
}

/// The sectors of the records that touch a key, ascending; `None` when these bytes are no index.
pub(super) fn find(index: &[u8], key: TouchKey) -> Option<Vec<u32>> {
    let (count, rest) = index.split_first_chunk()?;
    let (entries, places) = rest.split_at_checked(u32::from_le_bytes(*count) as usize * ENTRY_BYTES)?;
    let entries = entries.as_chunks::<ENTRY_BYTES>().0;
    let key_of = |entry: &[u8; ENTRY_BYTES]| entry.first_chunk().map(|key| TouchKey(u64::from_le_bytes(*key)));
    let end_of = |entry: &[u8; ENTRY_BYTES]| entry.last_chunk().map(|end| u32::from_le_bytes(*end) as usize);
    let Ok(found) = entries.binary_search_by(|entry| key_of(entry).cmp(&Some(key))) else {
        return Some(Vec::new());
    };
    let from = found.checked_sub(1).map_or(Some(0), |before| end_of(&entries[before]))?;
    let places = places.as_chunks::<4>().0.get(from..end_of(&entries[found])?)?;
    Some(places.iter().map(|place| u32::from_le_bytes(*place)).collect())
}

/// The highest account in an index.
pub(super) fn highest_account(index: &[u8]) -> Option<AccountId> {
    let (count, rest) = index.split_first_chunk()?;
    let entries = rest.get(..u32::from_le_bytes(*count) as usize * ENTRY_BYTES)?.as_chunks::<ENTRY_BYTES>().0;
    let keys = entries.iter().rev().filter_map(|entry| entry.first_chunk().map(|key| u64::from_le_bytes(*key)));
    keys.map(|key| (key & NAME_BIT == 0).then_some(AccountId(key))).find_map(|account| account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_index_tells_what_touches_a_key(touches in proptest::collection::btree_map(0_u64..50, proptest::collection::vec(any::<u32>(), 1..5), 0..20)) {
            let touches = Touches(touches.into_iter().map(|(key, places)| (TouchKey(key), places)).collect());
            let bytes = touches.to_bytes();
            for key in (0..50).map(TouchKey) {
                let expected = touches.0.get(&key).cloned().unwrap_or_default();
                prop_assert_eq!(find(&bytes, key), Some(expected));
            }
        }

        #[test]
        fn any_bytes_are_an_index_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..100), key: u64) {
            let _ = find(&bytes, TouchKey(key));
        }
    }
}
