//! Deadline queues: moments in order, one per key.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use bevy_ecs::prelude::*;

/// Keys in the order of their moments (unix seconds). A lookup costs in proportion to what is due, not to what is
/// queued.
#[derive(Debug, Clone)]
pub struct DueQueue<K> {
    order: BTreeSet<(i64, K)>,
    /// Never iterated.
    moments: HashMap<K, i64, foldhash::fast::FixedState>,
}

impl<K> Default for DueQueue<K> {
    fn default() -> Self {
        Self { order: BTreeSet::new(), moments: HashMap::default() }
    }
}

impl<K: Copy + Ord + Hash> DueQueue<K> {
    /// Sets the key's moment, replacing an earlier one.
    pub fn set(&mut self, key: K, at: i64) {
        if let Some(before) = self.moments.insert(key, at) {
            self.order.remove(&(before, key));
        }
        self.order.insert((at, key));
    }

    /// Removes a key.
    pub fn cancel(&mut self, key: K) {
        if let Some(at) = self.moments.remove(&key) {
            self.order.remove(&(at, key));
        }
    }

    /// The key's moment.
    pub fn moment(&self, key: K) -> Option<i64> {
        self.moments.get(&key).copied()
    }

    /// Removes and returns the key that has been due longest, if any is due.
    pub fn pop(&mut self, now: i64) -> Option<K> {
        let (_, key) = self.order.first().copied().filter(|(at, _)| *at <= now)?;
        self.cancel(key);
        Some(key)
    }

    /// Pulls forward every moment later than `seconds` from `now`. There is none unless the clock was set back; its key
    /// would then wait until the clock has caught up.
    pub fn bring_within(&mut self, now: i64, seconds: i64) {
        let latest = now.saturating_add(seconds);
        while let Some((_, key)) = self.order.last().copied().filter(|(at, _)| *at > latest) {
            self.set(key, latest);
        }
    }

    /// The keys that are due, longest due first. They stay in the queue.
    pub fn due(&self, now: i64) -> impl Iterator<Item = K> {
        self.order.iter().take_while(move |(at, _)| *at <= now).map(|(_, key)| *key)
    }

    /// The earliest moment.
    pub fn next_at(&self) -> Option<i64> {
        self.order.first().map(|(at, _)| *at)
    }

    /// All keys, latest moment first.
    pub fn latest_first(&self) -> impl Iterator<Item = K> {
        self.order.iter().rev().map(|(_, key)| *key)
    }

    /// How many keys are queued.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether the queue is empty.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

/// What a moment in the [`Agenda`] is for, such as the end of a battle's round. Each occasion is taken out by one
/// system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occasion(pub &'static str);

/// Something that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The key.
    pub key: u64,
    /// Due since, unix seconds.
    pub at: i64,
}

/// The one queue of moments at which systems act on their own. The world ticks when the next of them comes, and sleeps
/// until then.
///
/// It is in memory only: a feature that needs a moment derives it again from its stored state. Keys are numbers of the
/// feature's own, such as an entity's bits; a player who is evicted may leave moments behind, whose keys then match
/// nobody.
#[derive(Debug, Default, Resource)]
pub struct Agenda(Vec<(Occasion, DueQueue<u64>)>);

impl Agenda {
    fn queue(&self, occasion: Occasion) -> Option<&DueQueue<u64>> {
        self.0.iter().find(|(known, _)| *known == occasion).map(|(_, queue)| queue)
    }

    fn queue_mut(&mut self, occasion: Occasion) -> &mut DueQueue<u64> {
        let known = self.0.iter().position(|(known, _)| *known == occasion);
        let at = known.unwrap_or_else(|| {
            self.0.push((occasion, DueQueue::default()));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }

    /// Sets the key's moment (unix seconds), replacing an earlier one.
    pub fn set(&mut self, occasion: Occasion, key: u64, at: i64) {
        self.queue_mut(occasion).set(key, at);
    }

    /// Removes a key.
    pub fn cancel(&mut self, occasion: Occasion, key: u64) {
        self.queue_mut(occasion).cancel(key);
    }

    /// Removes every key of an occasion.
    pub fn clear(&mut self, occasion: Occasion) {
        *self.queue_mut(occasion) = DueQueue::default();
    }

    /// The key's moment.
    pub fn moment(&self, occasion: Occasion, key: u64) -> Option<i64> {
        self.queue(occasion)?.moment(key)
    }

    /// Removes and returns the key of an occasion that has been due longest, if any is due.
    pub fn pop(&mut self, occasion: Occasion, now: i64) -> Option<Due> {
        let queue = self.queue_mut(occasion);
        let at = queue.next_at()?;
        queue.pop(now).map(|key| Due { key, at })
    }

    /// See [`DueQueue::bring_within`].
    pub fn bring_within(&mut self, occasion: Occasion, now: i64, seconds: i64) {
        self.queue_mut(occasion).bring_within(now, seconds);
    }

    /// Every key of an occasion, latest moment first.
    pub fn latest_first(&self, occasion: Occasion) -> impl Iterator<Item = u64> {
        self.queue(occasion).into_iter().flat_map(DueQueue::latest_first)
    }

    /// The earliest moment of all occasions.
    pub fn next_at(&self) -> Option<i64> {
        self.0.iter().filter_map(|(_, queue)| queue.next_at()).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn occasions_share_the_agenda_and_not_their_keys() {
        let (turn, point) = (Occasion("turn"), Occasion("point"));
        let mut agenda = Agenda::default();
        agenda.set(turn, 7, 30);
        agenda.set(point, 7, 20);
        assert_eq!(agenda.next_at(), Some(20), "the world wakes for whatever comes first");
        assert_eq!((agenda.pop(turn, 20), agenda.pop(point, 20)), (None, Some(Due { key: 7, at: 20 })));
        assert_eq!((agenda.moment(turn, 7), agenda.moment(point, 7)), (Some(30), None));
        agenda.clear(turn);
        assert_eq!(agenda.next_at(), None);
    }

    #[test]
    fn a_clock_that_was_set_back_makes_nothing_wait_longer_than_it_may() {
        let mut queue = DueQueue::default();
        [(1, 1010), (2, 1060), (3, 1030)].into_iter().for_each(|(key, at)| queue.set(key, at));
        queue.bring_within(1000, 60);
        assert_eq!(queue.moment(2), Some(1060), "while the clock runs forward, nothing changes");
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
