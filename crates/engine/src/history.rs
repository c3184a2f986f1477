//! Which terms were in force when, for values computed from elapsed time.
//!
//! Values that grow with time are computed on demand. If the rules have changed meanwhile, each part of that time
//! counts by the terms then in force: after a reload, after a restart with other assets, however long the player was
//! away. So the world keeps the terms of the past year as intervals.
//!
//! Not here: what the terms mean; each feature defines its own.

use std::fmt::Debug;

use bevy_ecs::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::storage::WorldRow;

/// Terms by which time is paid: rules, or values derived from them. They are stored, so their format has a version.
pub trait Terms: Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The table of their history.
    const TABLE: &'static str;
    /// The version of the row format.
    const VERSION: u16 = 1;

    /// Reads a history of an earlier version; `None` when it cannot be read.
    fn upgrade(_version: u16, _bytes: &[u8]) -> Option<History<Self>> {
        None
    }
}

/// Intervals that ended longer ago than this are dropped: a year and a day.
const KEPT_SECONDS: i64 = 366 * 86_400;

/// The terms in force in this world during the past year. Time before the oldest interval counts by its terms.
#[derive(Debug, Clone, PartialEq, Eq, Resource, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct History<T: Terms> {
    /// Terms that come and go, such as those of an event, are kept once.
    terms: Vec<T>,
    /// The oldest first; each ends where the next begins. The last one is in force.
    intervals: Vec<Interval>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Interval {
    /// Unix seconds; `i64::MIN` for the very first interval.
    since: i64,
    /// Index into the terms.
    terms: usize,
}

/// A piece of time under the same terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'h, T> {
    /// The terms.
    pub terms: &'h T,
    /// Numbers the terms: pieces under equal terms have the same number.
    pub number: usize,
    /// Unix seconds.
    pub from: i64,
    /// Unix seconds, not included.
    pub until: i64,
}

impl<T: Terms> Default for History<T> {
    fn default() -> Self {
        Self { terms: Vec::new(), intervals: Vec::new() }
    }
}

impl<T: Terms> WorldRow for History<T> {
    const TABLE: &'static str = T::TABLE;
    const VERSION: u16 = T::VERSION;

    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        T::upgrade(version, bytes)
    }
}

impl<T: Terms> History<T> {
    /// The terms in force; `None` in a world that has not ticked yet.
    pub fn in_force(&self) -> Option<&T> {
        self.terms.get(self.intervals.last()?.terms)
    }

    /// The terms in force, and since when (unix seconds).
    pub fn last(&self) -> Option<(i64, &T)> {
        let last = self.intervals.last()?;
        Some((last.since, self.terms.get(last.terms)?))
    }

    /// The same intervals under other terms, for rows of an earlier version.
    pub fn map<U: Terms>(self, to: impl FnMut(T) -> U) -> History<U> {
        History { terms: self.terms.into_iter().map(to).collect(), intervals: self.intervals }
    }

    /// Begins an interval: these terms are in force from `at` (unix seconds), which may be past, for a change while the
    /// server was down. It is clamped to the previous change, in case the clock has jumped back.
    pub fn begin(&mut self, terms: T, at: i64) {
        let at = match self.intervals.last() {
            None => i64::MIN,
            Some(last) => at.max(last.since),
        };
        // Terms replaced within the second were never in force.
        let has_replaced = self.intervals.pop_if(|last| last.since == at).is_some();
        let known = self.terms.iter().position(|known| *known == terms);
        let number = known.unwrap_or_else(|| {
            self.terms.push(terms);
            self.terms.len() - 1
        });
        if self.intervals.last().is_none_or(|last| last.terms != number) {
            self.intervals.push(Interval { since: at, terms: number });
        }
        let oldest = at.saturating_sub(KEPT_SECONDS);
        let ended = self.intervals.iter().skip(1).take_while(|next| next.since <= oldest).count();
        self.intervals.drain(..ended);
        if ended > 0 || has_replaced {
            self.forget_unused();
        }
    }

    /// The clock was set back: what was changed later than `at` (unix seconds) counts as changed then.
    pub fn bring_back(&mut self, at: i64) {
        let later = self.intervals.iter().rev().take_while(|interval| interval.since > at).count();
        if later > 0 {
            let last = self.intervals[self.intervals.len() - 1].terms;
            let terms = self.terms[last].clone();
            self.intervals.truncate((self.intervals.len() - later).max(1));
            self.begin(terms, at);
            self.forget_unused();
        }
    }

    fn forget_unused(&mut self) {
        for unused in (0..self.terms.len()).rev() {
            if self.intervals.iter().all(|interval| interval.terms != unused) {
                self.terms.remove(unused);
                self.intervals.iter_mut().filter(|interval| interval.terms > unused).for_each(|kept| kept.terms -= 1);
            }
        }
    }

    /// The changes after a moment (unix seconds), the oldest first: when, from which terms, to which.
    pub fn changes_after(&self, moment: i64) -> impl Iterator<Item = (i64, &T, &T)> {
        let held = self.held_at(moment);
        self.intervals[held..]
            .windows(2)
            .map(|pair| (pair[1].since, &self.terms[pair[0].terms], &self.terms[pair[1].terms]))
    }

    /// The time from one moment to another (unix seconds), cut where the terms changed. The last piece is under the terms at
    /// `until`, and may be empty; the others are not.
    pub fn pieces(&self, from: i64, until: i64) -> impl Iterator<Item = Piece<'_, T>> {
        let (first, last) = (self.held_at(from), self.held_at(until));
        (first..=last).take(self.intervals.len()).map(move |at| {
            let Interval { since, terms } = self.intervals[at];
            let ends = if at == last { until } else { self.intervals[at + 1].since };
            Piece { terms: &self.terms[terms], number: terms, from: since.max(from), until: ends }
        })
    }

    /// The index of the interval that contains a moment.
    fn held_at(&self, moment: i64) -> usize {
        self.intervals.partition_point(|interval| interval.since <= moment).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    impl Terms for u8 {
        const TABLE: &'static str = "numbers";
    }

    fn history(changes: &[(i64, u8)]) -> History<u8> {
        let mut history = History::default();
        changes.iter().for_each(|(at, terms)| history.begin(*terms, *at));
        history
    }

    fn pieces(history: &History<u8>, from: i64, until: i64) -> Vec<(u8, i64, i64)> {
        history.pieces(from, until).map(|piece| (*piece.terms, piece.from, piece.until)).collect()
    }

    #[test]
    fn time_is_cut_where_the_terms_changed() {
        let history = history(&[(100, 1), (200, 2), (300, 1)]);
        assert_eq!(pieces(&history, 0, 400), [(1, 0, 200), (2, 200, 300), (1, 300, 400)]);
        assert_eq!(pieces(&history, 250, 300), [(2, 250, 300), (1, 300, 300)], "a change belongs to the new terms");
        assert_eq!(pieces(&history, 310, 310), [(1, 310, 310)]);
        assert_eq!(history.terms, [1, 2], "terms that come back are kept once");
        assert_eq!(history.changes_after(200).collect::<Vec<_>>(), [(300, &2, &1)]);
        assert_eq!(pieces(&History::default(), 0, 9), []);
        assert_eq!(History::<u8>::default().in_force(), None);
    }

    #[test]
    fn what_an_event_brought_while_the_server_was_down_is_entered_afterwards() {
        let mut history = history(&[(0, 1)]);
        history.begin(2, 500);
        history.begin(1, 600);
        assert_eq!(pieces(&history, 450, 1000), [(1, 450, 500), (2, 500, 600), (1, 600, 1000)]);
    }

    #[test]
    fn what_held_for_no_time_is_not_kept_and_a_clock_set_back_changes_no_past() {
        let mut history = history(&[(0, 1), (100, 2), (100, 3)]);
        assert_eq!(pieces(&history, 0, 200), [(1, 0, 100), (3, 100, 200)]);
        history.begin(1, 100);
        assert_eq!(pieces(&history, 0, 200), [(1, 0, 200)], "nothing has changed after all");
        history.begin(2, 150);
        history.begin(3, 50);
        assert_eq!(pieces(&history, 0, 200), [(1, 0, 150), (3, 150, 200)]);
    }

    #[test]
    fn a_year_is_kept_however_often_the_terms_changed() {
        let hours: Vec<_> = (0..20_000).map(|hour| (hour * 3600, u8::from(hour % 2 == 0))).collect();
        let history = history(&hours);
        let last = 19_999 * 3600;
        let kept = pieces(&history, last - 365 * 86_400, last).len();
        assert_eq!(kept, 365 * 24 + 1, "each hour of the year");
        assert!(history.intervals.len() < 367 * 24, "and no more than that");
    }

    proptest! {
        #[test]
        fn each_second_is_in_one_piece_under_the_terms_that_were_begun_last(
            changes in prop::collection::vec((0_i64..50, any::<bool>()), 1..20), from in 0_i64..1000, length in 0_i64..1000
        ) {
            let (mut at, mut begun, mut history) = (0, Vec::new(), History::default());
            for (wait, terms) in changes {
                at += wait;
                begun.push((at, u8::from(terms)));
                history.begin(u8::from(terms), at);
            }
            let until = from + length;
            let found: Vec<_> = history.pieces(from, until).collect();
            prop_assert_eq!((found[0].from, found[found.len() - 1].until), (from, until));
            prop_assert!(found.windows(2).all(|pair| pair[0].until == pair[1].from && pair[0].number != pair[1].number));
            for piece in found.iter().filter(|piece| piece.from < piece.until) {
                for second in [piece.from, piece.until - 1] {
                    // Time before the oldest interval counts by its terms.
                    let held = begun.iter().rfind(|(at, _)| *at <= second).or(begun.first());
                    prop_assert_eq!(Some(piece.terms), held.map(|(_, terms)| terms), "second {}", second);
                }
            }
        }
    }
}
