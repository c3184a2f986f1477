//! Which account a name, an e-mail address, a device or a token belongs to.
//!
//! The index is on disk; the directory holds in memory only recent lookups and what is not folded yet.

use std::collections::HashMap;

use bevy_ecs::prelude::*;

use crate::account::AccountId;
use crate::numbers::BatchNumber;
use crate::storage::{Batch, decode_value, encode_value};

/// The table's name.
pub const INDEX_TABLE: &str = "index";

/// A unique name of an account within one kind of names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IndexKey(Vec<u8>);

impl IndexKey {
    /// `kind` separates the name spaces. Long names are stored by their hash.
    pub fn new(kind: &str, name: &[u8]) -> Self {
        use sha2::Digest;
        let mut key = Vec::with_capacity(kind.len() + 1 + name.len().min(32));
        key.extend_from_slice(kind.as_bytes());
        key.push(b':');
        if name.len() <= 64 {
            key.extend_from_slice(name);
        } else {
            key.push(0);
            key.extend_from_slice(&sha2::Sha256::digest(name));
        }
        Self(key)
    }

    /// The key with these bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The row's key in [`INDEX_TABLE`].
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    account: Option<AccountId>,
    /// The batch that holds the entry; 0 for one read from disk.
    batch: BatchNumber,
}

/// An index entry that is not in memory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the entry has to be looked up")]
pub struct NotLookedUp(pub IndexKey);

/// The part of the index that is in memory, and the changes of this tick.
#[derive(Debug, Default, Resource)]
pub struct Directory {
    entries: HashMap<IndexKey, Entry>,
    changed: Vec<IndexKey>,
}

impl Directory {
    /// The account of that name, or none. Errs when the entry is not in memory.
    pub fn find(&self, key: &IndexKey) -> Result<Option<AccountId>, NotLookedUp> {
        match self.entries.get(key) {
            Some(entry) => Ok(entry.account),
            None => Err(NotLookedUp(key.clone())),
        }
    }

    /// Assigns the name to an account, or frees it.
    pub fn set(&mut self, key: IndexKey, account: Option<AccountId>) {
        self.entries.insert(key.clone(), Entry { account, batch: BatchNumber(u64::MAX) });
        self.changed.push(key);
    }

    /// Adds the result of a lookup, unless the entry was changed meanwhile.
    pub fn found(&mut self, key: IndexKey, account: Option<AccountId>) {
        self.entries.entry(key).or_insert(Entry { account, batch: BatchNumber::default() });
    }

    /// Evicts entries that can be looked up again.
    pub fn forget_folded(&mut self, folded_batch: BatchNumber) {
        self.entries.retain(|_, entry| entry.batch > folded_batch);
    }

    /// How many entries are in memory.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no entry is in memory.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many entries the tick has changed so far.
    pub(super) fn pending(&self) -> usize {
        self.changed.len()
    }

    pub(super) fn save(&mut self, number: BatchNumber, batch: &mut Batch) {
        for key in self.changed.drain(..) {
            let Some(entry) = self.entries.get_mut(&key) else {
                continue;
            };
            entry.batch = number;
            match entry.account {
                Some(account) => batch.put(INDEX_TABLE, &key.0, |out| encode_entry(account, out)),
                None => batch.delete(INDEX_TABLE, &key.0),
            }
        }
    }
}

/// Appends the value of a row of [`INDEX_TABLE`].
pub fn encode_entry(account: AccountId, out: &mut Vec<u8>) {
    encode_value(1, &account, out);
}

/// Reads a row of [`INDEX_TABLE`].
pub fn decode_entry(value: &[u8]) -> Option<AccountId> {
    decode_value(1, value, |_, _| None).ok()
}
