//! Holds replies until the writes they may have seen are on disk.

use std::collections::BTreeMap;

use crate::exchange::lines::Outgoing;
use crate::numbers::BatchNumber;
use crate::request::answer::{TIMED_OUT, UNCONFIRMED};
use crate::request::reply::{Held, Until};
use crate::tick::Calls;

/// Batches in flight at the same time with a disk of usual speed.
const ROOMS_KEPT: usize = 16;

/// Replies of a world, and its calls to platforms, that may not leave yet.
#[derive(Debug, Default)]
pub struct ReplyGate {
    committed: BatchNumber,
    waiting: BTreeMap<BatchNumber, Vec<Held>>,
    /// Buffers of replies that have left, kept for reuse.
    room: Vec<Vec<Held>>,
    calls: BTreeMap<BatchNumber, Vec<Outgoing>>,
}

impl ReplyGate {
    /// A gate of a world whose batches up to `committed` are on disk.
    pub fn new(committed: BatchNumber) -> Self {
        Self { committed, ..Self::default() }
    }

    /// Admits a tick's replies; those that wait for nothing leave at once.
    pub fn admit(&mut self, replies: impl IntoIterator<Item = Held>) {
        let Self { committed, waiting, room, .. } = self;
        Held::release_all(replies.into_iter().filter_map(|held| match held.until {
            Until::Batch(number) if number > *committed => {
                waiting.entry(number).or_insert_with(|| room.pop().unwrap_or_default()).push(held);
                None
            }
            _ => Some(held),
        }));
    }

    /// Notes that every batch up to this one is on disk.
    pub fn committed(&mut self, number: BatchNumber) {
        self.committed = self.committed.max(number);
        while let Some(entry) = self.waiting.first_entry().filter(|entry| *entry.key() <= self.committed) {
            let mut leaving = entry.remove();
            Held::release_all(leaving.drain(..));
            if self.room.len() < ROOMS_KEPT {
                self.room.push(leaving);
            }
        }
    }

    /// Admits a tick's calls to platforms.
    pub fn admit_calls(&mut self, calls: Calls) {
        if !calls.exchanges.is_empty() {
            self.calls.entry(calls.after_batch).or_default().extend(calls.exchanges);
        }
    }

    /// The calls that may leave now.
    pub fn take_calls(&mut self) -> Vec<Outgoing> {
        let mut leaving = Vec::new();
        while let Some(entry) = self.calls.first_entry().filter(|entry| *entry.key() <= self.committed) {
            leaving.extend(entry.remove());
        }
        leaving
    }

    /// Answers the replies that wait for batches up to this one because the disk takes too long. Their changes may
    /// still become durable.
    pub fn time_out(&mut self, number: BatchNumber) {
        while let Some(entry) = self.waiting.first_entry().filter(|entry| *entry.key() <= number) {
            entry.remove().into_iter().for_each(|held| held.refuse(&TIMED_OUT));
        }
    }

    /// The last batch known to be on disk.
    pub fn committed_batch(&self) -> BatchNumber {
        self.committed
    }

    /// Nothing more will be committed, and nobody knows what of it was: refuses the replies that wait, which no client has
    /// seen.
    pub fn fail(&mut self) {
        self.calls.clear();
        for held in std::mem::take(&mut self.waiting).into_values().flatten() {
            held.refuse(&UNCONFIRMED);
        }
    }

    /// Whether no reply is waiting.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
