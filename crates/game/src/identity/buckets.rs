//! Limits that slow down and never close: so many at once, and as many again spread evenly over each window.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// How many at once, and as many again in each window. 0 = no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    most: u32,
    window: Duration,
}

impl Quota {
    /// `most` at once, and as many again in each `window_seconds`.
    pub fn new(most: u32, window_seconds: u32) -> Self {
        Self { most, window: Duration::from_secs(window_seconds.into()) }
    }

    /// How long one of them takes to come again; `None` without a limit.
    fn interval(self) -> Option<Duration> {
        self.window.checked_div(self.most)
    }
}

/// More keys than twice this are not kept; those used longest ago are forgotten first.
const KEYS_MAX: usize = 100_000;

/// A bucket for each key, in real time.
#[derive(Debug)]
pub struct Buckets<K> {
    /// When each is full again, of the keys used lately.
    recent: HashMap<K, Duration>,
    /// The keys used before those.
    earlier: HashMap<K, Duration>,
}

impl<K> Default for Buckets<K> {
    fn default() -> Self {
        Self { recent: HashMap::new(), earlier: HashMap::new() }
    }
}

impl<K: Hash + Eq> Buckets<K> {
    fn full_at(&self, key: &K) -> Duration {
        self.recent.get(key).or_else(|| self.earlier.get(key)).copied().unwrap_or_default()
    }

    /// How long until one may be taken; zero = now.
    pub fn wait(&self, key: &K, quota: Quota, now: Duration) -> Duration {
        let Some(interval) = quota.interval() else {
            return Duration::ZERO;
        };
        let full_at = self.full_at(key).max(now) + interval;
        full_at.saturating_sub(now + quota.window)
    }

    /// Takes one.
    pub fn take(&mut self, key: K, quota: Quota, now: Duration) {
        let Some(interval) = quota.interval() else {
            return;
        };
        let full_at = self.full_at(&key).max(now) + interval;
        if self.recent.len() >= KEYS_MAX {
            self.earlier = std::mem::take(&mut self.recent);
        }
        self.recent.insert(key, full_at);
    }

    /// Fills a bucket.
    pub fn fill(&mut self, key: &K) {
        self.recent.remove(key);
        self.earlier.remove(key);
    }

    /// Gives one back that should not have counted.
    pub fn give_back(&mut self, key: &K, quota: Quota) {
        let full_at = self.recent.get_mut(key).or_else(|| self.earlier.get_mut(key));
        if let (Some(interval), Some(full_at)) = (quota.interval(), full_at) {
            *full_at = full_at.saturating_sub(interval);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1000);

    fn take(buckets: &mut Buckets<u32>, quota: Quota, now: Duration) -> bool {
        let may = buckets.wait(&7, quota, now).is_zero();
        if may {
            buckets.take(7, quota, now);
        }
        may
    }

    #[test]
    fn a_quota_is_there_at_once_and_comes_again_evenly() {
        let (mut buckets, quota) = (Buckets::default(), Quota::new(10, 600));
        let taken = (0..20).filter(|_| take(&mut buckets, quota, NOW)).count();
        assert_eq!(taken, 10);
        assert_eq!(buckets.wait(&7, quota, NOW), Duration::from_secs(60), "the next one comes after a tenth of it");
        assert!(take(&mut buckets, quota, NOW + Duration::from_secs(60)));
        assert!(!take(&mut buckets, quota, NOW + Duration::from_secs(119)));
        assert_eq!(buckets.wait(&8, quota, NOW), Duration::ZERO, "each key has its own");
        let later = NOW + Duration::from_secs(3600);
        assert_eq!((0..20).filter(|_| take(&mut buckets, quota, later)).count(), 10, "no more come together");
    }

    #[test]
    fn what_is_given_back_may_be_taken_again_and_zero_is_no_limit() {
        let (mut buckets, quota) = (Buckets::default(), Quota::new(1, 600));
        assert!(take(&mut buckets, quota, NOW) && !take(&mut buckets, quota, NOW));
        buckets.give_back(&7, quota);
        assert!(take(&mut buckets, quota, NOW));
        assert!(take(&mut buckets, Quota::new(1, 600), NOW + Duration::from_secs(600)));
        buckets.fill(&7);
        assert_eq!(buckets.wait(&7, quota, NOW), Duration::ZERO);
        assert!((0..100).all(|_| take(&mut buckets, Quota::new(0, 600), NOW)));
    }

    #[test]
    fn no_flood_of_keys_makes_it_grow_without_end() {
        let (mut buckets, quota) = (Buckets::default(), Quota::new(1, 600));
        for key in 0..5 * KEYS_MAX {
            buckets.take(key, quota, NOW);
        }
        assert!(buckets.recent.len() + buckets.earlier.len() <= 2 * KEYS_MAX);
        assert!(!buckets.wait(&(5 * KEYS_MAX - 1), quota, NOW).is_zero(), "the latest are still known");
    }
}
