//! What a world knows of planned maintenance, and what happens when.

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::account::AccountId;
use raidkeep_engine::closing::Closed;
use raidkeep_engine::events::Event;
use raidkeep_engine::storage::WorldRow;

/// A time at which the game is closed, as one world is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MaintenanceWindow {
    /// Counts from 1.
    pub number: u64,
    /// When it begins, unix seconds.
    pub from: i64,
    /// When it ends, unix seconds.
    pub until: i64,
    /// Why, for players.
    pub message: String,
    /// The accounts of this world that may play all the same.
    pub admitted: Vec<u64>,
}

impl MaintenanceWindow {
    /// What it does to the game.
    pub(super) fn closed(&self) -> Closed {
        let admitted = self.admitted.iter().copied().map(AccountId).collect();
        Closed { message: self.message.as_str().into(), until: self.until, admitted }
    }

    fn news(&self, phase: MaintenancePhase) -> MaintenanceNews {
        let Self { from, until, message, .. } = self.clone();
        MaintenanceNews { phase, from, until, message }
    }
}

/// What players are told about maintenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MaintenancePhase {
    /// It begins at `from`.
    Planned,
    /// It has begun.
    Begun,
    /// It goes on with another end, message or list of those admitted.
    Changed,
    /// It is over.
    Over,
    /// It does not take place.
    Cancelled,
}

/// The event `maintenance`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MaintenanceNews {
    /// What has happened.
    phase: MaintenancePhase,
    /// When it begins, unix seconds.
    from: i64,
    /// When it ends, unix seconds.
    until: i64,
    /// Why.
    message: String,
}

impl Event for MaintenanceNews {
    const NAME: &'static str = "maintenance";
}

/// Planned and running maintenance.
#[derive(Debug, Default, Clone, PartialEq, Eq, Resource, Serialize, Deserialize)]
pub struct Maintenance {
    /// By beginning; they do not overlap.
    windows: Vec<MaintenanceWindow>,
    /// The one that has closed the game.
    running: Option<MaintenanceWindow>,
    /// The one that players were told of, before it begins.
    told: Option<MaintenanceWindow>,
}

impl WorldRow for Maintenance {
    const TABLE: &'static str = "maintenance";
}

impl Maintenance {
    /// Replaces what is planned.
    pub(super) fn plan(&mut self, mut windows: Vec<MaintenanceWindow>) {
        windows.sort_by_key(|window| window.from);
        self.windows = windows;
    }

    /// What is planned or running, by beginning.
    pub fn windows(&self) -> &[MaintenanceWindow] {
        &self.windows
    }

    /// The one that has closed the game.
    pub fn running(&self) -> Option<&MaintenanceWindow> {
        self.running.as_ref()
    }

    /// Goes on to `now`; returns what players are to be told. They hear of what begins within `warn_seconds`.
    pub(super) fn step(&mut self, now: i64, warn_seconds: i64) -> Vec<MaintenanceNews> {
        self.windows.retain(|window| window.until > now);
        let running = self.windows.iter().find(|window| window.from <= now).cloned();
        let ahead = |window: &&MaintenanceWindow| window.from > now;
        let soon = self.windows.iter().find(|window| window.from > now && window.from - now <= warn_seconds);
        let told = self.told.take().filter(|told| told.until > now);
        let moved = told.as_ref().and_then(|told| self.windows.iter().find(|window| window.number == told.number));
        let mut news = Vec::new();
        match (&self.running, &running) {
            (Some(before), Some(now)) if before == now => {}
            (Some(before), Some(now)) if before.number == now.number => news.push(now.news(MaintenancePhase::Changed)),
            (_, Some(begun)) => news.push(begun.news(MaintenancePhase::Begun)),
            (Some(ended), None) => news.push(ended.news(MaintenancePhase::Over)),
            (None, None) => {}
        }
        if let (Some(told), None) = (&told, moved) {
            news.push(told.news(MaintenancePhase::Cancelled));
        }
        news.extend(soon.or(moved.filter(ahead)).map(|window| window.news(MaintenancePhase::Planned)));
        self.told = soon.cloned();
        self.running = running;
        news
    }

    /// When the next step is due, if players are warned so many seconds before a beginning.
    pub(super) fn next_moment(&self, now: i64, warn_seconds: impl Iterator<Item = i64> + Clone) -> Option<i64> {
        let moments = |window: &MaintenanceWindow| {
            let (from, until) = (window.from, window.until);
            warn_seconds.clone().map(move |seconds| from - seconds).chain([from, until])
        };
        self.windows.iter().flat_map(moments).filter(|at| *at > now).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STEPS: [i64; 2] = [600, 60];

    fn window(number: u64, from: i64, until: i64) -> MaintenanceWindow {
        MaintenanceWindow { number, from, until, message: "Back soon.".into(), admitted: Vec::new() }
    }

    fn phases(news: &[MaintenanceNews]) -> Vec<MaintenancePhase> {
        news.iter().map(|told| told.phase).collect()
    }

    #[test]
    fn players_hear_of_each_step_once_and_of_nothing_in_between() {
        let mut maintenance = Maintenance::default();
        maintenance.plan(vec![window(1, 1000, 2000)]);
        let mut told = Vec::new();
        let mut now = 0;
        loop {
            let news = maintenance.step(now, STEPS[0]);
            told.extend(news.iter().map(|news| (now, news.phase)));
            let Some(next) = maintenance.next_moment(now, STEPS.into_iter()) else { break };
            now = next;
        }
        let expected = [
            (400, MaintenancePhase::Planned),
            (940, MaintenancePhase::Planned),
            (1000, MaintenancePhase::Begun),
            (2000, MaintenancePhase::Over),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_change_is_told_to_those_who_know_of_it() {
        let mut maintenance = Maintenance::default();
        maintenance.plan(vec![window(1, 1000, 2000)]);
        assert_eq!(phases(&maintenance.step(0, 600)), [], "nobody knows of it yet");
        maintenance.plan(Vec::new());
        assert_eq!(phases(&maintenance.step(1, 600)), []);
        maintenance.plan(vec![window(2, 1000, 2000)]);
        assert_eq!(phases(&maintenance.step(500, 600)), [MaintenancePhase::Planned]);
        maintenance.plan(vec![window(2, 5000, 6000)]);
        assert_eq!(
            phases(&maintenance.step(501, 600)),
            [MaintenancePhase::Planned],
            "it was moved beyond the warnings"
        );
        maintenance.plan(vec![window(2, 1000, 2000)]);
        maintenance.step(502, 600);
        maintenance.plan(Vec::new());
        assert_eq!(phases(&maintenance.step(503, 600)), [MaintenancePhase::Cancelled]);
        maintenance.plan(vec![window(3, 504, 2000)]);
        assert_eq!(phases(&maintenance.step(504, 600)), [MaintenancePhase::Begun]);
        maintenance.plan(vec![window(3, 504, 1000)]);
        assert_eq!(phases(&maintenance.step(505, 600)), [MaintenancePhase::Changed]);
        maintenance.plan(Vec::new());
        assert_eq!(phases(&maintenance.step(506, 600)), [MaintenancePhase::Over]);
        assert_eq!(maintenance.running(), None);
    }

    proptest! {
        #[test]
        fn the_game_is_closed_from_the_beginning_to_the_end_and_at_no_other_time(
            from in 1..1000_i64, length in 1..1000_i64, moments in prop::collection::vec(0..2500_i64, 1..20),
        ) {
            let mut maintenance = Maintenance::default();
            maintenance.plan(vec![window(1, from, from + length)]);
            let mut moments = moments;
            moments.sort_unstable();
            for now in moments {
                maintenance.step(now, STEPS[0]);
                prop_assert_eq!(maintenance.running().is_some(), (from..from + length).contains(&now));
            }
        }
    }
}
