//! Leases as a node judges them, by its own monotonic clock alone. Nothing here asks what time it is, so that a test can say.
//!
//! No clock of a machine is compared with another one's. Whoever has a world stops answering when its own clock says that the
//! lease, as of the request that renewed it last, is over. Others take the world only after they have seen no renewal for longer
//! than that by their own clock.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long leases last.
#[derive(Debug, Clone, Copy)]
pub struct LeaseTimes {
    /// For how long a world may be answered for after a renewal was requested.
    pub length: Duration,
}

impl Default for LeaseTimes {
    fn default() -> Self {
        Self { length: Duration::from_secs(3) }
    }
}

impl LeaseTimes {
    /// Between two renewals, and two looks at whether a lease has ended. A take-over may be late by one of them.
    pub fn pause(self) -> Duration {
        self.length / 12
    }

    /// For how long no renewal must be seen before a world is taken. Clocks may run at rates that differ by a few percent.
    pub fn silence(self) -> Duration {
        self.length + self.length / 10
    }
}

/// For how long this node may answer for a world.
#[derive(Debug, Clone)]
pub struct Term {
    times: LeaseTimes,
    ends: Instant,
    is_over: bool,
}

impl Term {
    /// One whose lease was requested at this instant.
    pub fn begin(times: LeaseTimes, requested: Instant) -> Self {
        Self { times, ends: requested + times.length, is_over: false }
    }

    /// Whether nobody else can have the world at this instant. Once it does not hold, it never does again.
    pub fn holds(&mut self, now: Instant) -> bool {
        self.is_over |= now >= self.ends;
        !self.is_over
    }

    /// Notes at `now` that the lease was renewed by a request sent at `requested`. One that has ended stays so.
    pub fn renew(&mut self, requested: Instant, now: Instant) {
        if self.holds(now) {
            self.ends = self.ends.max(requested + self.times.length);
        }
    }

    /// Notes that the world belongs to somebody else.
    pub fn end(&mut self) {
        self.is_over = true;
    }
}

/// A lease as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenLease {
    /// The epoch that its holder has begun.
    pub epoch: i64,
    /// Who took the world last.
    pub node: String,
    /// Rises with each renewal.
    pub renewals: i64,
    /// Whether it was given back.
    pub is_free: bool,
}

/// The leases of all worlds, and since when this node has seen each as it is.
#[derive(Debug, Clone, Default)]
pub struct LeaseView {
    seen: BTreeMap<String, (SeenLease, Instant)>,
    /// The last epoch of each world in which this process has had it, if it answers for it no more.
    over: BTreeMap<String, i64>,
}

impl LeaseView {
    /// Takes what was looked up at this instant.
    pub fn note(&mut self, world: String, lease: SeenLease, now: Instant) {
        match self.seen.get(&world) {
            Some((before, _)) if *before == lease => {}
            _ => drop(self.seen.insert(world, (lease, now))),
        }
    }

    /// Forgets all, because nobody could look: what was not looked at meanwhile may have been renewed.
    pub fn look_away(&mut self) {
        self.seen.clear();
    }

    /// Notes that this process answers no more for a world that it had in this epoch: nobody need wait for that lease.
    pub fn note_over(&mut self, world: String, epoch: i64) {
        self.over.insert(world, epoch);
    }

    fn has_ended(&self, world: &str, (lease, since): &(SeenLease, Instant), times: LeaseTimes, now: Instant) -> bool {
        let is_over = self.over.get(world) == Some(&lease.epoch);
        is_over || now.saturating_duration_since(*since) >= times.silence()
    }

    /// Who has a world; `None` = nobody, or it was not looked yet.
    pub fn holder(&self, world: &str, times: LeaseTimes, now: Instant) -> Option<&str> {
        let seen = self.seen.get(world)?;
        let is_held = !seen.0.is_free && !self.has_ended(world, seen, times, now);
        is_held.then_some(seen.0.node.as_str())
    }

    /// The lease of a world, if it has ended.
    pub fn ended(&self, world: &str, times: LeaseTimes, now: Instant) -> Option<&SeenLease> {
        let seen = self.seen.get(world)?;
        self.has_ended(world, seen, times, now).then_some(&seen.0)
    }

    /// The worlds that were seen.
    pub fn worlds(&self) -> impl Iterator<Item = &str> {
        self.seen.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: LeaseTimes = LeaseTimes { length: Duration::from_secs(100) };

    fn after(began: Instant, seconds: u64) -> Instant {
        began + Duration::from_secs(seconds)
    }

    #[test]
    fn a_term_lasts_from_the_request_that_renewed_it() {
        let began = Instant::now();
        let mut term = Term::begin(TIMES, began);
        assert!(term.holds(after(began, 99)));
        term.renew(after(began, 50), after(began, 99));
        term.renew(after(began, 20), after(began, 99));
        assert!(term.holds(after(began, 149)), "an earlier request shortens nothing");
        assert!(!term.holds(after(began, 150)));
        term.renew(after(began, 151), after(began, 152));
        assert!(!term.holds(after(began, 152)), "somebody else may have the world by now");
    }

    #[test]
    fn what_belongs_to_somebody_else_never_comes_back() {
        let began = Instant::now();
        let mut term = Term::begin(TIMES, began);
        term.end();
        term.renew(after(began, 1), after(began, 2));
        assert!(!term.holds(after(began, 2)));
    }

    #[test]
    fn a_lease_ends_for_others_a_tenth_later_than_for_its_holder() {
        let began = Instant::now();
        let mut view = LeaseView::default();
        let lease = |renewals| SeenLease { epoch: 1, node: "a".to_owned(), renewals, is_free: false };
        view.note("world-0".to_owned(), lease(1), began);
        view.note("world-0".to_owned(), lease(1), after(began, 60));
        assert_eq!(view.holder("world-0", TIMES, after(began, 109)), Some("a"));
        assert_eq!(view.ended("world-0", TIMES, after(began, 109)), None);
        assert_eq!(view.ended("world-0", TIMES, after(began, 110)), Some(&lease(1)), "it was not renewed");
        view.note("world-0".to_owned(), lease(2), after(began, 111));
        assert_eq!(view.ended("world-0", TIMES, after(began, 111)), None, "it was");
        view.look_away();
        assert_eq!(view.ended("world-0", TIMES, after(began, 1000)), None, "nobody has looked");
    }

    #[test]
    fn a_process_waits_for_no_lease_of_its_own_that_is_over() {
        let began = Instant::now();
        let mut view = LeaseView::default();
        let lease = |epoch| SeenLease { epoch, node: "a".to_owned(), renewals: 1, is_free: false };
        view.note_over("world-0".to_owned(), 1);
        assert_eq!(view.ended("world-0", TIMES, began), None, "it does not know whether somebody else has the world");
        view.note("world-0".to_owned(), lease(1), began);
        assert_eq!(view.holder("world-0", TIMES, began), None);
        assert_eq!(view.ended("world-0", TIMES, began), Some(&lease(1)));
        view.note("world-0".to_owned(), lease(2), began);
        assert_eq!(view.holder("world-0", TIMES, began), Some("a"), "a later one is awaited like any other");
        assert_eq!(view.ended("world-0", TIMES, began), None);
    }
}
