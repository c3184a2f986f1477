//! An incident, and what becomes of it.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::outside::Epoch;
use raidkeep_engine::realm::incidents::{IncidentKind, IncidentNews, IncidentReport};
use raidkeep_engine::storage::{WorldEntity, WorldRow};

/// What operators have done about an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IncidentState {
    /// Nothing yet, or it has happened again since it was closed.
    Open,
    /// Somebody knows of it.
    Seen,
    /// It is done with, until it happens again.
    Closed,
}

/// Which incident it is: the same is counted.
pub(super) type IncidentKey = (Option<u32>, IncidentKind, Box<str>, Box<str>);

/// Something that went wrong, once or many times.
#[derive(Debug, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct Incident {
    /// Its number, from 1.
    pub(super) number: u64,
    /// Where; `None` = in the process, as its log says.
    pub(super) world: Option<u32>,
    /// What it is, and its last circumstances. `count` is how often in all.
    pub(super) news: IncidentNews,
    /// Counts what the realm was told: greater = happened later.
    pub(super) turn: u64,
    /// Unix seconds.
    pub(super) first_at: i64,
    pub(super) last_at: i64,
    pub(super) state: IncidentState,
    /// The last change of the state by somebody, or by itself.
    pub(super) handled: Option<Handled>,
}

/// What was done about an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Handled {
    /// Unix seconds.
    pub(super) at: i64,
    /// The operator; `None` = it was over by itself.
    pub(super) by: Option<String>,
    /// What they say about it.
    pub(super) note: String,
}

impl WorldEntity for Incident {
    const TABLE: &'static str = "incidents";

    fn key(&self) -> u64 {
        self.number
    }
}

impl Incident {
    /// Which one it is.
    pub(super) fn key(&self) -> IncidentKey {
        key_of(self.world, &self.news)
    }

    /// It has happened again.
    pub(super) fn happen_again(&mut self, news: IncidentNews, turn: u64, now: i64) {
        let count = self.news.count.saturating_add(news.count);
        self.news = IncidentNews { count, ..news };
        (self.turn, self.last_at) = (turn, now);
        if self.state == IncidentState::Closed {
            self.state = IncidentState::Open;
        }
    }

    /// Moves it on. Returns false when it is closed, which only another occurrence changes.
    pub(super) fn handle(&mut self, state: IncidentState, handled: Handled) -> bool {
        let is_open = self.state != IncidentState::Closed;
        if is_open {
            self.state = state;
            self.handled = Some(handled);
        }
        is_open
    }

    /// Which one makes room first when there are too many: the least of these.
    pub(super) fn staying(&self) -> (std::cmp::Reverse<IncidentState>, u64) {
        (std::cmp::Reverse(self.state), self.turn)
    }
}

/// Which incident this is, in this world.
pub(super) fn key_of(world: Option<u32>, news: &IncidentNews) -> IncidentKey {
    (world, news.kind, news.what.clone(), news.source.clone())
}

/// What the list has counted, and the last report of each world.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct IncidentTotals {
    /// The number of the last incident.
    pub(super) last: u64,
    /// The last turn.
    pub(super) turn: u64,
    taken: BTreeMap<u32, (Epoch, u64)>,
}

impl WorldRow for IncidentTotals {
    const TABLE: &'static str = "incident_totals";
}

impl IncidentTotals {
    /// Whether a report comes for the first time. A world sends one until it is answered, and only then the next.
    pub(super) fn admit(&mut self, report: &IncidentReport) -> bool {
        let IncidentReport { world, epoch, number, .. } = *report;
        world.is_none_or(|world| self.taken.insert(world, (epoch, number)) != Some((epoch, number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incident(state: IncidentState, turn: u64) -> Incident {
        let news = IncidentNews::once(IncidentKind::LogError, "no backup", "engine::backup", "disk full");
        Incident { number: 1, world: None, news, turn, first_at: 5, last_at: 5, state, handled: None }
    }

    fn handled(by: &str) -> Handled {
        Handled { at: 7, by: Some(by.to_owned()), note: String::new() }
    }

    #[test]
    fn the_same_again_is_counted_and_opens_what_was_closed_but_not_what_was_seen() {
        for (before, after) in [
            (IncidentState::Open, IncidentState::Open),
            (IncidentState::Seen, IncidentState::Seen),
            (IncidentState::Closed, IncidentState::Open),
        ] {
            let mut incident = incident(before, 1);
            let again =
                IncidentNews { count: 3, ..IncidentNews::once(IncidentKind::LogError, "no backup", "", "gone") };
            incident.happen_again(again, 2, 9);
            assert_eq!((incident.news.count, incident.first_at, incident.last_at, incident.turn), (4, 5, 9, 2));
            assert_eq!((incident.state, &*incident.news.detail), (after, "gone"), "{before:?}");
        }
    }

    #[test]
    fn only_another_occurrence_changes_one_that_is_closed() {
        let mut incident = incident(IncidentState::Open, 1);
        assert!(incident.handle(IncidentState::Seen, handled("ann")));
        assert!(incident.handle(IncidentState::Closed, handled("bob")));
        assert!(!incident.handle(IncidentState::Seen, handled("cat")));
        assert_eq!((incident.state, incident.handled), (IncidentState::Closed, Some(handled("bob"))));
    }

    #[test]
    fn closed_ones_make_room_first_and_open_ones_last_each_time_the_one_that_happened_longest_ago() {
        let mut all = [
            (IncidentState::Open, 1),
            (IncidentState::Closed, 5),
            (IncidentState::Seen, 2),
            (IncidentState::Closed, 4),
        ];
        all.sort_by_key(|(state, turn)| incident(*state, *turn).staying());
        assert_eq!(all.map(|(_, turn)| turn), [4, 5, 2, 1]);
    }

    #[test]
    fn a_report_that_comes_again_is_known_and_the_process_says_nothing_twice() {
        let mut totals = IncidentTotals::default();
        let report = |world, generation: u32, number| IncidentReport {
            world,
            epoch: Epoch::BEFORE.next(generation),
            number,
            over: Vec::new(),
            news: Vec::new(),
        };
        assert!(totals.admit(&report(Some(0), 1, 1)) && !totals.admit(&report(Some(0), 1, 1)));
        assert!(totals.admit(&report(Some(1), 1, 1)), "worlds count on their own");
        assert!(totals.admit(&report(Some(0), 2, 1)), "a world that was put back counts the same numbers again");
        assert!(totals.admit(&report(None, 0, 0)) && totals.admit(&report(None, 0, 0)));
    }
}
