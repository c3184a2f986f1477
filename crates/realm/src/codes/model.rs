//! Batches of codes, and what is kept of each code and of who has redeemed it.

use std::collections::{BTreeMap, HashMap};

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use raidkeep_engine::request::Refusal;
use raidkeep_engine::storage::{ArchivedRow, WorldRow};
use raidkeep_game::gift_codes::{CODE_GONE, CODE_REDEEMED, CODE_USED_UP};
use raidkeep_game::items::Amount;

use crate::codes::letters::Code;

/// What the codes of a batch have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeBatch {
    /// Unix seconds.
    pub made_at: i64,
    /// The operator's name.
    pub made_by: String,
    /// How many codes.
    pub count: u32,
    /// The goods.
    pub items: Vec<Amount>,
    /// Unix seconds after which nobody can redeem them.
    pub until: i64,
    /// How many times each code can be redeemed in all.
    pub uses: u32,
    /// How many times one player can redeem one of them.
    pub per_player: u32,
    /// Subject of the mail.
    pub title: String,
    /// Text of the mail.
    pub text: String,
    /// Whether an operator has withdrawn it.
    pub is_withdrawn: bool,
}

impl CodeBatch {
    /// Whether one more may be redeemed, of a code that was redeemed `used` times, by a player who has redeemed it `own` times.
    pub(super) fn check(&self, used: u32, own: u32, now: i64) -> Result<(), Refusal> {
        if own >= self.per_player {
            return Err(CODE_REDEEMED);
        }
        if self.is_withdrawn || now >= self.until {
            return Err(CODE_GONE);
        }
        if used >= self.uses { Err(CODE_USED_UP) } else { Ok(()) }
    }
}

/// All batches by number, from 1.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct CodeBatches(pub BTreeMap<u32, CodeBatch>);

impl WorldRow for CodeBatches {
    const TABLE: &'static str = "gift_batches";
}

/// How many times the codes of each batch were redeemed.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct CodeTotals(pub BTreeMap<u32, u64>);

impl WorldRow for CodeTotals {
    const TABLE: &'static str = "gift_totals";
}

/// A code, by its letters.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCode {
    /// How many times it was redeemed.
    pub used: u32,
}

impl ArchivedRow for KeptCode {
    const TABLE: &'static str = "gift_codes";
}

/// What one player has redeemed of one code.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptUse {
    /// How many times.
    pub times: u32,
    /// The last time, unix seconds.
    pub at: i64,
}

impl ArchivedRow for KeptUse {
    const TABLE: &'static str = "gift_uses";
}

/// A code with the player who redeems it: the key of a [`KeptUse`].
pub(super) type UseKey = [u8; 28];

pub(super) fn use_key(code: &Code, world: u32, player: u64) -> UseKey {
    let mut key = [0; 28];
    key[..16].copy_from_slice(code);
    key[16..20].copy_from_slice(&world.to_be_bytes());
    key[20..].copy_from_slice(&player.to_be_bytes());
    key
}

/// Rows that were read or written lately; those used longest ago are forgotten first. A row that was forgotten has been
/// written long before the next query for it.
#[derive(Debug, Default, Resource)]
pub struct Recent {
    pub(super) codes: Lately<Code, KeptCode>,
    pub(super) uses: Lately<UseKey, KeptUse>,
}

/// More entries than twice this are not kept.
const ENTRIES: usize = 100_000;

#[derive(Debug)]
pub(super) struct Lately<K, V> {
    new: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K, V> Default for Lately<K, V> {
    fn default() -> Self {
        Self { new: HashMap::new(), old: HashMap::new() }
    }
}

impl<K: std::hash::Hash + Eq, V: Copy> Lately<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<V> {
        self.new.get(key).or_else(|| self.old.get(key)).copied()
    }

    pub(super) fn put(&mut self, key: K, value: V) {
        if self.new.len() >= ENTRIES {
            self.old = std::mem::take(&mut self.new);
        }
        self.new.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_who_has_redeemed_a_code_is_told_so_whatever_became_of_it() {
        let batch = CodeBatch {
            made_at: 0,
            made_by: "ann".to_owned(),
            count: 1,
            items: Vec::new(),
            until: 100,
            uses: 3,
            per_player: 2,
            title: String::new(),
            text: String::new(),
            is_withdrawn: false,
        };
        assert_eq!(batch.check(2, 1, 99), Ok(()));
        assert_eq!(batch.check(3, 1, 99), Err(CODE_USED_UP));
        assert_eq!(batch.check(2, 0, 100), Err(CODE_GONE), "until the second before");
        assert_eq!(batch.check(3, 2, 200), Err(CODE_REDEEMED));
        assert_eq!(CodeBatch { is_withdrawn: true, ..batch }.check(0, 0, 0), Err(CODE_GONE));
    }

    #[test]
    fn what_was_written_last_is_remembered_longest() {
        let mut lately = Lately::default();
        lately.put(0, 'a');
        lately.put(0, 'b');
        (1..ENTRIES).for_each(|key| lately.put(key, 'x'));
        lately.put(ENTRIES, 'c');
        assert_eq!((lately.get(&0), lately.get(&ENTRIES), lately.get(&(ENTRIES + 1))), (Some('b'), Some('c'), None));
        (ENTRIES..2 * ENTRIES).for_each(|key| lately.put(key, 'x'));
        lately.put(2 * ENTRIES, 'x');
        assert_eq!(lately.get(&0), None);
    }
}
