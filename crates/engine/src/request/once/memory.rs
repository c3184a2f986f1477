//! What is remembered of keyed requests: the last replies, the keys before them, and how far each series has come.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::request::once::order::{Number, hash_of, order_of};
use crate::request::once::{OnceKey, OnceSettings, Repeat};

/// So many requests, numbered in a row, become one [`Block`] when the next is about to take the place of their first.
pub(super) const BLOCK: u64 = 64;

/// What is remembered of the keyed requests of one player, or of the operator.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyMemory {
    /// The last [`BLOCK`] requests, in order.
    pub(super) entries: VecDeque<Entry>,
    /// Those before, in order. The last requests of the newest block may still be among the entries.
    pub(super) blocks: VecDeque<Block>,
    /// The longest unused first.
    pub(super) series: Vec<Series>,
    #[serde(skip)]
    pub(super) unsaved: Unsaved,
}

/// A request that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Counts the holder's keyed requests.
    pub(super) ordinal: u64,
    pub(super) key: Box<str>,
    pub(super) fingerprint: u64,
    /// `None` when it is no longer kept, or never was.
    pub(super) body: Option<String>,
}

/// The keys of [`BLOCK`] requests, without their replies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Block {
    /// The requests' ordinals divided by [`BLOCK`].
    pub(super) number: u64,
    /// The hashes of the keys.
    pub(super) keys: Vec<u64>,
    /// The series that occur among them, each with its highest number.
    pub(super) highest: Vec<(u64, Number)>,
}

/// A series of ordered keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Series {
    /// The hash of its name.
    pub(super) name: u64,
    /// The highest number that was forgotten.
    pub(super) forgotten: Option<Number>,
}

/// What has changed since it was last saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Unsaved {
    /// Ordinals.
    pub(super) entries: BTreeSet<u64>,
    /// Numbers of blocks.
    pub(super) blocks: Vec<u64>,
    /// Numbers of blocks that are gone.
    pub(super) forgotten: Vec<u64>,
    pub(super) series: bool,
}

impl KeyMemory {
    /// Looks up this key.
    pub fn look_up(&self, once: &OnceKey) -> Repeat {
        if let Some(entry) = self.entries.iter().rev().find(|entry| entry.key == once.key) {
            return match &entry.body {
                _ if entry.fingerprint != once.fingerprint => Repeat::Misused,
                Some(body) => Repeat::Same(body.clone()),
                None => Repeat::Used,
            };
        }
        if !self.blocks.is_empty() {
            let hash = hash_of(&once.key);
            if self.blocks.iter().any(|block| block.keys.contains(&hash)) {
                return Repeat::Used;
            }
        }
        if self.series.is_empty() {
            return Repeat::New;
        }
        let forgotten = order_of(&once.key).is_some_and(|(name, number)| {
            self.series.iter().any(|series| series.name == name && series.forgotten.as_ref() >= Some(&number))
        });
        if forgotten { Repeat::Used } else { Repeat::New }
    }

    /// Notes that the request was carried out, and keeps the reply as far as there is room. A later reply to the same
    /// key replaces it.
    pub fn keep(&mut self, once: OnceKey, body: &str, settings: &OnceSettings) {
        let ordinal = match self.entries.iter().rev().find(|entry| entry.key == once.key) {
            Some(entry) => entry.ordinal,
            None => self.append(once, settings),
        };
        self.make_room(ordinal, body.len(), settings);
        if body.len() <= settings.reply_bytes_per_player
            && let Some(entry) = self.entry_mut(ordinal)
        {
            entry.body = Some(body.to_owned());
        }
        self.unsaved.entries.insert(ordinal);
    }

    /// Drops every reply. The keys stay.
    pub fn drop_replies(&mut self) {
        for entry in self.entries.iter_mut().filter(|entry| entry.body.is_some()) {
            entry.body = None;
            self.unsaved.entries.insert(entry.ordinal);
        }
    }

    /// Bytes of the replies kept.
    pub fn reply_bytes(&self) -> usize {
        self.entries.iter().filter_map(|entry| entry.body.as_ref()).map(String::len).sum()
    }

    pub(super) fn entry(&self, ordinal: u64) -> Option<&Entry> {
        self.entries.binary_search_by_key(&ordinal, |entry| entry.ordinal).ok().and_then(|at| self.entries.get(at))
    }

    fn entry_mut(&mut self, ordinal: u64) -> Option<&mut Entry> {
        self.entries.binary_search_by_key(&ordinal, |entry| entry.ordinal).ok().and_then(|at| self.entries.get_mut(at))
    }

    /// Adds a request without a reply; returns its ordinal.
    fn append(&mut self, OnceKey { key, fingerprint }: OnceKey, settings: &OnceSettings) -> u64 {
        let ordinal = self.entries.back().map_or(0, |last| last.ordinal + 1);
        if ordinal.is_multiple_of(BLOCK) && ordinal > 0 {
            self.seal(ordinal / BLOCK - 1);
            self.forget_blocks(ordinal, settings);
        }
        if let Some((name, _)) = order_of(&key) {
            self.use_series(name, settings.series);
        }
        self.entries.push_back(Entry { ordinal, key, fingerprint, body: None });
        if self.entries.len() as u64 > BLOCK {
            self.entries.pop_front();
        }
        ordinal
    }

    /// Makes a block of the requests whose places the next ones will take.
    fn seal(&mut self, number: u64) {
        let mut block = Block { number, keys: Vec::new(), highest: Vec::new() };
        for entry in self.entries.iter().filter(|entry| entry.ordinal / BLOCK == number) {
            block.keys.push(hash_of(&entry.key));
            let Some((name, number)) = order_of(&entry.key) else {
                continue;
            };
            match block.highest.iter_mut().find(|(series, _)| *series == name) {
                Some((_, highest)) if *highest < number => *highest = number,
                Some(_) => {}
                None => block.highest.push((name, number)),
            }
        }
        self.blocks.push_back(block);
        self.unsaved.blocks.push(number);
    }

    /// Forgets the blocks that are out of reach of the request with this ordinal. Of their ordered keys it stays known
    /// how far their series have come.
    fn forget_blocks(&mut self, ordinal: u64, settings: &OnceSettings) {
        let first_remembered = ordinal.saturating_sub(settings.replies + settings.keys);
        while let Some(block) = self.blocks.pop_front_if(|block| block.number < first_remembered / BLOCK) {
            self.unsaved.forgotten.push(block.number);
            for (name, highest) in block.highest {
                if let Some(series) = self.series.iter_mut().find(|series| series.name == name)
                    && series.forgotten.as_ref() < Some(&highest)
                {
                    series.forgotten = Some(highest);
                    self.unsaved.series = true;
                }
            }
        }
    }

    /// Makes this the series used last, and forgets the longest unused beyond `max`.
    fn use_series(&mut self, name: u64, max: usize) {
        if self.series.last().is_some_and(|last| last.name == name) {
            return;
        }
        let known = self.series.iter().position(|series| series.name == name);
        let used = known.map_or(Series { name, forgotten: None }, |at| self.series.remove(at));
        self.series.push(used);
        let surplus = self.series.len().saturating_sub(max);
        self.series.drain(..surplus);
        self.unsaved.series = true;
    }

    /// Drops the reply of this request and, oldest first, those beyond the limits once it has one of `bytes` bytes.
    pub(super) fn make_room(&mut self, ordinal: u64, bytes: usize, settings: &OnceSettings) {
        if let Some(entry) = self.entry_mut(ordinal) {
            entry.body = None;
        }
        let mut kept = self.reply_bytes();
        let bytes = if bytes > settings.reply_bytes_per_player { 0 } else { bytes };
        let last = self.entries.back().map_or(0, |last| last.ordinal);
        for entry in &mut self.entries {
            let is_recent = entry.ordinal + settings.replies > last;
            if is_recent && kept + bytes <= settings.reply_bytes_per_player {
                break;
            }
            if let Some(body) = entry.body.take() {
                kept -= body.len();
                self.unsaved.entries.insert(entry.ordinal);
            }
        }
    }
}
