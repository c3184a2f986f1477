//! The queue between the world, which never waits, and the writer of the entries.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::journal::frames::{Head, encode_frame};

/// Takes the entries of a journal in order.
pub trait JournalSink: Send + Sync {
    /// Takes an entry; `false` when it cannot, in which case the journal has to end.
    fn take(&mut self, entry: Vec<u8>) -> bool;
}

/// Entries waiting for the disk, limited by their total bytes.
#[derive(Debug)]
pub struct Queue {
    waiting: Mutex<Waiting>,
    bytes_max: usize,
}

#[derive(Debug, Default)]
struct Waiting {
    entries: Vec<Vec<u8>>,
    bytes: usize,
    is_closed: bool,
    has_overflowed: bool,
}

/// Entries taken out of a queue.
#[derive(Debug)]
pub struct Taken {
    /// In order.
    pub entries: Vec<Vec<u8>>,
    /// Whether the queue is closed and empty.
    pub is_closed: bool,
    /// Whether entries after these were refused.
    pub has_overflowed: bool,
}

impl Queue {
    /// A queue of at most this many bytes.
    pub fn new(bytes_max: usize) -> Self {
        Self { waiting: Mutex::default(), bytes_max }
    }

    /// Appends an entry; `false` when the queue is full or closed. A queue that has overflowed accepts nothing more.
    pub fn put(&self, entry: Vec<u8>) -> bool {
        let mut waiting = self.lock();
        if waiting.is_closed || waiting.has_overflowed {
            return false;
        }
        if waiting.bytes + entry.len() > self.bytes_max {
            waiting.has_overflowed = true;
            return false;
        }
        waiting.bytes += entry.len();
        waiting.entries.push(entry);
        true
    }

    /// Takes all entries.
    pub fn take(&self) -> Taken {
        let mut waiting = self.lock();
        waiting.bytes = 0;
        let entries = std::mem::take(&mut waiting.entries);
        Taken { entries, is_closed: waiting.is_closed, has_overflowed: waiting.has_overflowed }
    }

    /// Closes the queue to further entries.
    pub fn close(&self) {
        self.lock().is_closed = true;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A journal in memory, for tests and benchmarks. Clones share the same journal.
#[derive(Debug, Clone, Default)]
pub struct MemoryJournal(Arc<Mutex<Vec<u8>>>);

impl MemoryJournal {
    /// The bytes of its file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Head { id: 0, part: 0 }.encode();
        bytes.extend_from_slice(&self.0.lock().unwrap_or_else(PoisonError::into_inner));
        bytes
    }
}

impl JournalSink for MemoryJournal {
    fn take(&mut self, entry: Vec<u8>) -> bool {
        encode_frame(&entry, &mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_refuses_and_takes_nothing_behind_the_gap() {
        let queue = Queue::new(10);
        assert!(queue.put(vec![1; 6]));
        assert!(!queue.put(vec![2; 5]), "more than ten bytes");
        let taken = queue.take();
        assert_eq!((taken.entries.len(), taken.has_overflowed), (1, true));
        assert!(!queue.put(vec![3]), "an entry after a gap would be misread");
    }
}
