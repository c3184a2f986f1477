//! What is due when: moments in order of time, one for each key.

use std::collections::{BTreeMap, BTreeSet};

/// Keys in the order of their moments (unix seconds). Looking for what is due costs by what is due, never by how much
/// waits.
#[derive(Debug, Clone)]
pub struct DueQueue<K> {
    order: BTreeSet<(i64, K)>,
    moments: BTreeMap<K, i64>,
}

impl<K> Default for DueQueue<K> {
    fn default() -> Self {
        Self { order: BTreeSet::new(), moments: BTreeMap::new() }
    }
}

impl<K: Copy + Ord> DueQueue<K> {
    /// Makes this the key's moment, whatever it was before.
    pub fn set(&mut self, key: K, at: i64) {
        if let Some(before) = self.moments.insert(key, at) {
            self.order.remove(&(before, key));
        }
        self.order.insert((at, key));
    }

    /// Forgets a key.
    pub fn cancel(&mut self, key: K) {
        if let Some(at) = self.moments.remove(&key) {
            self.order.remove(&(at, key));
        }
    }

    /// The key's moment.
    pub fn moment(&self, key: K) -> Option<i64> {
        self.moments.get(&key).copied()
    }

    /// Takes out the key that has been due longest, if any is due.
    pub fn pop(&mut self, now: i64) -> Option<K> {
        let (_, key) = self.order.first().copied().filter(|(at, _)| *at <= now)?;
        self.cancel(key);
        Some(key)
    }

    /// Nothing waits for longer than `seconds` from `now`. That is so by itself, unless the clock was set back; what was due
    /// then would have to wait until the clock is again where it was.
    pub fn bring_within(&mut self, now: i64, seconds: i64) {
        let latest = now.saturating_add(seconds);
        while let Some((_, key)) = self.order.last().copied().filter(|(at, _)| *at > latest) {
            self.set(key, latest);
        }
    }

    /// The earliest moment.
    pub fn next_at(&self) -> Option<i64> {
        self.order.first().map(|(at, _)| *at)
    }

    /// All keys, the one that is due last first.
    pub fn latest_first(&self) -> impl Iterator<Item = K> {
        self.order.iter().rev().map(|(_, key)| *key)
    }

    /// How many keys wait.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_clock_that_was_set_back_makes_nothing_wait_longer_than_it_may() {
        let mut queue = DueQueue::default();
        [(1, 1010), (2, 1060), (3, 1030)].into_iter().for_each(|(key, at)| queue.set(key, at));
        queue.bring_within(1000, 60);
        assert_eq!(queue.moment(2), Some(1060), "as long as it goes on, nothing changes");
        queue.bring_within(-2600, 60);
        assert_eq!(queue.pop(-2541), None);
        assert_eq!(std::iter::from_fn(|| queue.pop(-2540)).collect::<Vec<_>>(), [1, 2, 3]);
    }

    proptest! {
        #[test]
        fn keys_come_out_once_each_by_their_last_moment(
            steps in proptest::collection::vec((0_u8..6, proptest::option::of(0_i64..50)), 0..60)
        ) {
            let mut queue = DueQueue::default();
            let mut model = BTreeMap::new();
            for (key, at) in steps {
                match at {
                    Some(at) => {
                        queue.set(key, at);
                        model.insert(key, at);
                    }
                    None => {
                        queue.cancel(key);
                        model.remove(&key);
                    }
                }
                prop_assert_eq!(queue.next_at(), model.values().min().copied());
                prop_assert_eq!(queue.len(), model.len());
            }
            let mut expected: Vec<_> = model.iter().filter(|(_, at)| **at <= 25).map(|(key, at)| (*at, *key)).collect();
            expected.sort_unstable();
            let popped: Vec<_> = std::iter::from_fn(|| queue.pop(25)).collect();
            prop_assert_eq!(popped, expected.into_iter().map(|(_, key)| key).collect::<Vec<_>>());
            prop_assert!(queue.next_at().is_none_or(|at| at > 25), "what is due later stays");
        }
    }
}
