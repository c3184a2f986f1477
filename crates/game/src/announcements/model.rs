//! When announcements are told.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::storage::WorldRow;

/// A moment that was missed by more seconds, because the world did not run or was put back, is not made up for.
const LATE_SECONDS: i64 = 600;

/// A text for everybody who is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Announcement {
    /// Counts from 1.
    pub number: u64,
    /// What it says.
    pub text: String,
    /// When it is told first, unix seconds.
    pub at: i64,
    /// Seconds from one time to the next; 0 = it is told once.
    pub every_seconds: i64,
    /// It is told before this moment only, unix seconds.
    pub until: i64,
}

impl Announcement {
    /// The first moment after `now` at which it is told.
    fn after(&self, now: i64) -> Option<i64> {
        if now < self.at {
            return Some(self.at).filter(|at| *at < self.until);
        }
        let times = (now - self.at).checked_div(self.every_seconds)? + 1;
        let next = self.at.saturating_add(times.saturating_mul(self.every_seconds));
        (next < self.until).then_some(next)
    }
}

/// An announcement of which at least one time is ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Ahead {
    announcement: Announcement,
    /// Unix seconds.
    next_at: i64,
}

/// What a world has still to announce.
#[derive(Debug, Default, Clone, PartialEq, Eq, Resource, Serialize, Deserialize)]
pub struct Announcements {
    /// By number.
    ahead: BTreeMap<u64, Ahead>,
    /// The greatest number that the realm has named. A lower one that is not ahead has been told.
    last: u64,
}

impl WorldRow for Announcements {
    const TABLE: &'static str = "announcements";
}

impl Announcements {
    /// Takes over those that the realm names. Those that are known go on; those that it no longer names are withdrawn.
    pub(super) fn replace(&mut self, named: Vec<Announcement>) {
        let mut known = std::mem::take(&mut self.ahead);
        let last = self.last;
        for announcement in named {
            let number = announcement.number;
            self.last = self.last.max(number);
            if let Some(ahead) = known.remove(&number) {
                self.ahead.insert(number, ahead);
            } else if number > last {
                let next_at = announcement.at;
                self.ahead.insert(number, Ahead { announcement, next_at });
            }
        }
    }

    /// Takes out the number and text of those that are due, by number.
    pub(super) fn take_due(&mut self, now: i64) -> Vec<(u64, String)> {
        let mut due = Vec::new();
        self.ahead.retain(|number, ahead| {
            if ahead.next_at > now {
                return true;
            }
            let Ahead { announcement, next_at } = ahead;
            if now - *next_at <= LATE_SECONDS && now < announcement.until {
                due.push((*number, announcement.text.clone()));
            }
            announcement.after(now).map(|next| *next_at = next).is_some()
        });
        due
    }

    /// When the next one is due, unix seconds.
    pub(super) fn next_moment(&self) -> Option<i64> {
        self.ahead.values().map(|ahead| ahead.next_at).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn announcement(number: u64, at: i64, every_seconds: i64, until: i64) -> Announcement {
        Announcement { number, text: format!("text {number}"), at, every_seconds, until }
    }

    /// The moments at which each is told when the world wakes whenever something is due.
    fn moments(mut announcements: Announcements, until: i64) -> Vec<(i64, u64)> {
        let mut told = Vec::new();
        while let Some(now) = announcements.next_moment().filter(|at| *at < until) {
            told.extend(announcements.take_due(now).into_iter().map(|(number, _)| (now, number)));
        }
        told
    }

    #[test]
    fn one_is_told_at_its_moment_and_at_each_repetition_before_the_end() {
        let mut announcements = Announcements::default();
        announcements.replace(vec![announcement(1, 100, 0, 700), announcement(2, 150, 60, 270)]);
        assert_eq!(moments(announcements, i64::MAX), [(100, 1), (150, 2), (210, 2)], "none at its end");
    }

    #[test]
    fn one_that_was_told_is_not_told_again_when_the_realm_names_it_again() {
        let mut announcements = Announcements::default();
        let once = announcement(1, 100, 0, 700);
        announcements.replace(vec![once.clone()]);
        assert_eq!(announcements.take_due(100).len(), 1);
        announcements.replace(vec![once, announcement(2, 120, 0, 720)]);
        assert_eq!(announcements.take_due(120), [(2, "text 2".to_owned())]);
    }

    #[test]
    fn one_that_the_realm_no_longer_names_is_withdrawn() {
        let mut announcements = Announcements::default();
        announcements.replace(vec![announcement(1, 100, 60, 1000), announcement(2, 100, 0, 700)]);
        announcements.take_due(100);
        announcements.replace(Vec::new());
        assert_eq!(announcements.next_moment(), None);
    }

    #[test]
    fn what_was_missed_for_long_is_not_made_up_for() {
        let mut announcements = Announcements::default();
        announcements.replace(vec![announcement(1, 100, 0, 5000), announcement(2, 100, 1000, 5000)]);
        assert_eq!(announcements.take_due(100 + LATE_SECONDS + 1), []);
        assert_eq!(announcements.next_moment(), Some(1100), "the repetitions go on in their rhythm");
    }

    proptest! {
        #[test]
        fn the_times_are_a_multiple_of_the_interval_after_the_first(
            at in 0..1000_i64, every in 1..500_i64, length in 1..2000_i64, now in 0..3000_i64,
        ) {
            let repeated = announcement(1, at, every, at + length);
            if let Some(next) = repeated.after(now) {
                prop_assert!(next > now && next >= at && next < at + length && (next - at) % every == 0);
                prop_assert!(next == at || next - every <= now, "none is left out");
            }
        }
    }
}
