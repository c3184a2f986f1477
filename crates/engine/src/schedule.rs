//! The phases of a tick, and what its systems know of the world's surroundings.

use std::time::Duration;

use bevy_ecs::prelude::*;
use bevy_ecs::schedule::ScheduleLabel;

use crate::clock::Clock;
use crate::numbers::BatchNumber;

/// The schedule that runs once for each tick.
#[derive(Debug, Clone, PartialEq, Eq, Hash, ScheduleLabel)]
pub struct Tick;

/// The phases of a tick, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, SystemSet)]
pub enum TickSystems {
    /// Time has moved on, and what arrived is taken in; what follows from changed rules is brought up to date.
    Receive,
    /// Days and months that have begun take effect, before any request sees them.
    Calendar,
    /// What the platforms outside have answered takes effect, and they are asked what is to be asked.
    Platforms,
    /// Requests are answered, in the order they arrived.
    Handle,
    /// What is due happens.
    Simulate,
    /// Who is idle is put away.
    PutAway,
    /// What is due in features that come from outside happens, when the game has done all of its own.
    Extensions,
    /// Changed components become the tick's batch.
    Persist,
}

/// Real time and progress of the storage, as of this tick.
#[derive(Debug, Default, Resource)]
pub struct Surroundings {
    /// The last batch that has been folded into rows.
    pub folded_batch: BatchNumber,
    /// When the next tick must come even if nothing arrives, as asked for by this tick's systems.
    pub wake_after: Option<Duration>,
}

impl Surroundings {
    /// Asks for a tick when the game's clock has reached `moment` (unix seconds) at the latest.
    pub fn wake_at(&mut self, moment: i64, clock: &Clock) {
        if let Some(delay) = clock.real_time_until(moment) {
            self.wake_within(delay);
        }
    }

    /// Asks for a tick in this much real time at the latest.
    pub fn wake_within(&mut self, delay: Duration) {
        self.wake_after = Some(self.wake_after.map_or(delay, |earlier| earlier.min(delay)));
    }
}
