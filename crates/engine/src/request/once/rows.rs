//! A player's keys, in rows: one for each of the last requests, one for each block before them, one for its series.
//!
//! A request writes its own row. Those that its place belonged to before become a block with the first request of the
//! next block, so a key that is remembered without its reply costs some eight bytes.

use bevy_ecs::prelude::*;
use serde::Deserialize;

use crate::account::AccountId;
use crate::request::once::budget::{enter, leave};
use crate::request::once::memory::{BLOCK, Block, Entry, Series};
use crate::request::once::{KeyMemory, PortableKeys};
use crate::storage::{Arrival, Batch, Departure, PlayerRows, RowError, Unfit, decode_value, encode_value};

/// The rows' version. In the first one every entry had its reply, and there was nothing else.
const VERSION: u16 = 2;
/// What follows the account in a row's key: the place of an entry, or one of these. A block's number follows.
const BLOCKS: u8 = BLOCK as u8;
const SERIES: u8 = BLOCKS + 1;

/// A player's keyed requests.
#[derive(Debug, Default, Component)]
#[component(on_insert = enter, on_discard = leave)]
pub struct OnceLog {
    memory: KeyMemory,
    /// The stamp and the bytes with which its replies are counted in the [`ReplyBudget`](super::ReplyBudget).
    pub(super) counted: (u64, usize),
}

impl OnceLog {
    pub(super) fn of(memory: KeyMemory) -> Self {
        Self { memory, counted: (0, 0) }
    }

    /// What is remembered.
    pub fn memory(&self) -> &KeyMemory {
        &self.memory
    }

    pub(super) fn memory_mut(&mut self) -> &mut KeyMemory {
        &mut self.memory
    }
}

fn entry_key(account: AccountId, ordinal: u64) -> Vec<u8> {
    let place = u8::try_from(ordinal % BLOCK).unwrap_or_default();
    [&account.to_key()[..], &[place]].concat()
}

fn block_key(account: AccountId, number: u64) -> Vec<u8> {
    [&account.to_key()[..], &[BLOCKS], &number.to_be_bytes()].concat()
}

/// An entry of the first version.
fn upgrade(version: u16, bytes: &[u8]) -> Option<Entry> {
    #[derive(Deserialize)]
    struct Answered {
        ordinal: u64,
        key: Box<str>,
        fingerprint: u64,
        body: String,
    }
    let Answered { ordinal, key, fingerprint, body } = (version == 1).then(|| postcard::from_bytes(bytes).ok())??;
    Some(Entry { ordinal, key, fingerprint, body: Some(body) })
}

impl PlayerRows for OnceLog {
    const TABLE: &'static str = "once";
    const ROW_VERSION: u16 = VERSION;

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    fn save(&mut self, account: AccountId, batch: &mut Batch) {
        let unsaved = std::mem::take(&mut self.memory.unsaved);
        for entry in unsaved.entries.into_iter().filter_map(|ordinal| self.memory.entry(ordinal)) {
            let key = entry_key(account, entry.ordinal);
            batch.put(Self::TABLE, &key, |value| encode_value(VERSION, entry, value));
        }
        for block in self.memory.blocks.iter().filter(|block| unsaved.blocks.contains(&block.number)) {
            let key = block_key(account, block.number);
            batch.put(Self::TABLE, &key, |value| encode_value(VERSION, block, value));
        }
        for number in unsaved.forgotten {
            batch.delete(Self::TABLE, &block_key(account, number));
        }
        if unsaved.series {
            let key = [&account.to_key()[..], &[SERIES]].concat();
            batch.put(Self::TABLE, &key, |value| encode_value(VERSION, &self.memory.series, value));
        }
    }

    fn digest(&self, out: &mut Vec<u8>) {
        encode_value(VERSION, &self.memory, out);
    }

    fn load(rows: &[(Vec<u8>, Vec<u8>)], _: &World) -> Result<Self, RowError> {
        let mut memory = KeyMemory::default();
        let mut entries = Vec::with_capacity(rows.len());
        for (key, value) in rows {
            match key.get(8) {
                Some(&BLOCKS) => memory.blocks.push_back(decode_value::<Block>(VERSION, value, |_, _| None)?),
                Some(&SERIES) => memory.series = decode_value::<Vec<Series>>(VERSION, value, |_, _| None)?,
                Some(_) => entries.push(decode_value(VERSION, value, upgrade)?),
                None => return Err(RowError::Damaged),
            }
        }
        entries.sort_unstable_by_key(|entry: &Entry| entry.ordinal);
        memory.entries = entries.into();
        Ok(Self::of(memory))
    }

    type Portable = PortableKeys;

    fn pack(self, _: Departure<'_>) -> Result<PortableKeys, RowError> {
        Ok(PortableKeys::of(self.memory))
    }

    fn unpack(portable: PortableKeys, arrival: Arrival<'_>) -> Result<Self, Unfit> {
        portable.into_memory(arrival.world.resource()).map(Self::of)
    }
}
