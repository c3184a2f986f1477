//! The drop tables in force for one player.

use std::borrow::Cow;

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use crate::drops::rules::DropRules;
use crate::timed_events::{Changeable, EventChange, EventRules};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::rules::Rules;

/// The drop tables in force.
#[derive(SystemParam)]
pub struct DropTables<'w> {
    /// For everybody.
    pub rules: Res<'w, Rules<DropRules>>,
    events: Res<'w, Rules<EventRules>>,
    clock: Res<'w, Clock>,
}

impl DropTables<'_> {
    /// For a player whose account was made at that moment (unix seconds): as its own events change them.
    pub fn of(&self, made_at: i64) -> Cow<'_, DropRules> {
        self.rules.under(self.own_changes(made_at))
    }

    /// What the player's own events change now.
    pub fn own_changes(&self, made_at: i64) -> impl Iterator<Item = &EventChange> {
        self.events.own_changes(made_at, self.clock.now())
    }
}
