//! What is remembered of a player, so that it is counted once.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use raidkeep_engine::mend::{Mend, Moments};
use raidkeep_engine::storage::{Arrival, PlayerRow, Unfit};

/// When a player was counted last. It changes at most once a day, and when the player reaches a level.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct Activity {
    /// The number of the date on which the account was made in this world; `None` = before figures were counted, or
    /// elsewhere.
    pub made_on: Option<i32>,
    /// The number of the last date on which the player was active.
    pub active_on: Option<i32>,
    /// The highest level that was counted; 0 = none is known.
    pub level: u32,
}

impl PlayerRow for Activity {
    const TABLE: &'static str = "activity";

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    /// The figures of another world have counted the player there.
    fn arrive(&mut self, arrival: Arrival<'_>) -> Result<(), Unfit> {
        if !arrival.is_same_world {
            (self.made_on, self.active_on) = (None, None);
        }
        Ok(())
    }
}

impl Moments for Activity {
    fn mend(&mut self, mend: &Mend) {
        self.made_on = self.made_on.map(|date| mend.begun_date(date));
        self.active_on = self.active_on.map(|date| mend.begun_date(date));
    }
}
