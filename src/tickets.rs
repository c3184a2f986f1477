//! Daily tickets (semantics, section 6).
//!
//! A ticket kind is a key of `limits`. All kinds reset at local midnight; nothing happens at that
//! moment, a player's count of an earlier day simply stands for a full one.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize, Serializer};

use crate::clock::Clock;
use crate::rules::{Place, Report, RulesApp, Table, Tables, only};
use crate::storage::{PlayerRow, StorageApp};

/// What a player has used of each ticket kind on one day.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct Tickets {
    day: i32,
    used: Vec<(u16, u32)>,
}

impl Tickets {
    /// How many are left of a kind on `today`. A clock that jumped back to an earlier day gives
    /// none twice.
    pub fn left(&self, kind: &TicketKind, today: i32) -> u32 {
        if today > self.day {
            return kind.daily;
        }
        let used = self.used.iter().find(|(key, _)| *key == kind.key).map_or(0, |(_, used)| *used);
        kind.daily.saturating_sub(used)
    }
}

impl PlayerRow for Tickets {
    const TABLE: &'static str = "tickets";

    fn newcomer(world: &World) -> Self {
        Self { day: world.resource::<Clock>().day(), used: Vec::new() }
    }
}

/// `tickets.ron`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketRules {
    /// Every kind, in the order `limits` shows them.
    pub kinds: Vec<TicketKind>,
}

/// One kind of tickets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketKind {
    /// The key in `limits`; not an item number.
    pub key: u16,
    /// For people.
    pub name: String,
    /// How many a player has each day.
    pub daily: u32,
}

impl Table for TicketRules {
    const PATH: &'static str = "tickets.ron";
    type File = Self;

    fn assemble(files: Vec<(String, Self)>, _: &mut Report) -> Self {
        only(files)
    }

    fn validate(&self, _: &Tables, report: &mut Report) {
        for (index, kind) in self.kinds.iter().enumerate() {
            if self.kinds[..index].iter().any(|earlier| earlier.key == kind.key) {
                let place = Place::file(Self::PATH).key("kinds").index(index).key("key");
                report.error(place, format!("ticket kind {} stands here a second time", kind.key));
            }
        }
    }
}

/// A player's tickets as `limits` shows them: `{"18":3,"19":2}`.
#[derive(Debug)]
pub struct Limits(Vec<(u16, u32)>);

impl Limits {
    /// All kinds, as of `today`.
    pub fn of(tickets: &Tickets, rules: &TicketRules, today: i32) -> Self {
        Self(rules.kinds.iter().map(|kind| (kind.key, tickets.left(kind, today))).collect())
    }
}

impl Serialize for Limits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, left)| (key, left)))
    }
}

/// Tickets of players.
pub struct TicketsPlugin;

impl Plugin for TicketsPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<TicketRules>().add_player_rows::<Tickets>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_are_whole_again_the_next_day_and_only_then() {
        let kind = TicketKind { key: 18, name: String::new(), daily: 3 };
        let tickets = Tickets { day: 100, used: vec![(18, 2)] };
        assert_eq!(tickets.left(&kind, 100), 1);
        assert_eq!(tickets.left(&kind, 101), 3);
        assert_eq!(tickets.left(&kind, 99), 1, "a clock that jumps back grants nothing");
    }
}
