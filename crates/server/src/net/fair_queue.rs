//! A bounded queue in which askers take turns: one with much to ask waits for itself, not the others for it.

use std::collections::{BTreeMap, VecDeque};

/// What waits, by asker.
pub struct FairQueue<A, T> {
    /// What each asker has waiting. Nobody is here without anything.
    waiting: BTreeMap<A, VecDeque<T>>,
    /// The askers with something waiting, the next first.
    turns: VecDeque<A>,
    /// How much of each asker runs or waits.
    open: BTreeMap<A, usize>,
    /// The same of all askers.
    open_in_all: usize,
    running: usize,
    limits: QueueLimits,
}

/// The limits of a queue.
#[derive(Debug, Clone, Copy)]
pub struct QueueLimits {
    /// How many run at the same time.
    pub at_a_time: usize,
    /// How many run or wait.
    pub most: usize,
    /// How many of one asker run or wait.
    pub per_asker: usize,
}

impl<A: Ord + Copy, T> FairQueue<A, T> {
    /// An empty queue.
    pub fn new(limits: QueueLimits) -> Self {
        Self {
            waiting: BTreeMap::new(),
            turns: VecDeque::new(),
            open: BTreeMap::new(),
            open_in_all: 0,
            running: 0,
            limits,
        }
    }

    /// Adds something to what an asker has waiting; gives it back if there is no room.
    pub fn push(&mut self, asker: A, item: T) -> Result<(), T> {
        let open = self.open.get(&asker).copied().unwrap_or_default();
        if open >= self.limits.per_asker || self.open_in_all >= self.limits.most {
            return Err(item);
        }
        self.open.insert(asker, open + 1);
        self.open_in_all += 1;
        let waiting = self.waiting.entry(asker).or_default();
        if waiting.is_empty() {
            self.turns.push_back(asker);
        }
        waiting.push_back(item);
        Ok(())
    }

    /// Takes out what runs next, if there is a place for it. [`Self::end`] frees the place.
    pub fn start_next(&mut self) -> Option<(A, T)> {
        if self.running >= self.limits.at_a_time {
            return None;
        }
        let asker = self.turns.pop_front()?;
        let waiting = self.waiting.get_mut(&asker)?;
        let item = waiting.pop_front()?;
        if waiting.is_empty() {
            self.waiting.remove(&asker);
        } else {
            self.turns.push_back(asker);
        }
        self.running += 1;
        Some((asker, item))
    }

    /// Something of this asker has ended.
    pub fn end(&mut self, asker: A) {
        self.running = self.running.saturating_sub(1);
        self.open_in_all = self.open_in_all.saturating_sub(1);
        let left = self.open.get(&asker).map_or(0, |open| open.saturating_sub(1));
        if left == 0 {
            self.open.remove(&asker);
        } else {
            self.open.insert(asker, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> FairQueue<char, u32> {
        FairQueue::new(QueueLimits { at_a_time: 1, most: 10, per_asker: 6 })
    }

    #[test]
    fn askers_take_turns_however_much_one_of_them_has_waiting() {
        let mut queue = queue();
        let taken = (0..20).filter(|n| queue.push('a', *n).is_ok()).count();
        assert_eq!(taken, 6, "one asker does not fill the queue");
        assert_eq!((queue.push('b', 0), queue.push('b', 1)), (Ok(()), Ok(())));
        let mut order = String::new();
        while let Some((asker, _)) = queue.start_next() {
            order.push(asker);
            assert_eq!(queue.start_next(), None, "one at a time");
            queue.end(asker);
        }
        assert_eq!(order, "ababaaaa");
    }

    #[test]
    fn all_askers_together_have_a_limit_too_and_an_end_makes_room() {
        let mut queue = queue();
        let taken = ('a'..='z').filter(|asker| queue.push(*asker, 0).is_ok()).count();
        assert_eq!(taken, 10);
        let (asker, _) = queue.start_next().expect("the first");
        assert_eq!(queue.push('z', 0), Err(0), "what runs counts");
        queue.end(asker);
        assert_eq!(queue.push('z', 0), Ok(()));
    }
}
