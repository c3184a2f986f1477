//! Tickets as replies show them.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::tickets::{TicketRules, Tickets};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::schema::{map_of, schema_by_hand};

/// A player's tickets as `limits` shows them: `{"18":3,"19":2}`.
#[derive(Debug)]
pub struct Limits(Vec<(u16, u32)>);

impl Limits {
    /// All kinds, as of `today`.
    pub fn of(tickets: &Tickets, rules: &TicketRules, is_vip: bool, today: i32) -> Self {
        Self(rules.kinds.iter().map(|kind| (kind.key, tickets.left(kind, is_vip, today))).collect())
    }

    /// Some kinds, in the order given.
    pub fn some(tickets: &Tickets, rules: &TicketRules, keys: &[u16], is_vip: bool, today: i32) -> Self {
        let kinds = keys.iter().filter_map(|key| rules.kind(*key));
        Self(kinds.map(|kind| (kind.key, tickets.left(kind, is_vip, today))).collect())
    }
}

schema_by_hand!(Limits, "Limits", |generator| map_of::<u32>("Tickets left by the key of their kind.", generator));

impl Serialize for Limits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, left)| (key, left)))
    }
}

/// When tickets are full again, unix seconds.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct NextReset {
    /// The next local midnight, unix seconds.
    next_reset_at: i64,
}

impl NextReset {
    /// The next reset according to the clock.
    pub fn of(clock: &Clock) -> Self {
        Self { next_reset_at: clock.next_day_at() }
    }
}
