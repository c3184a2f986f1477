//! The phases of a tick, and what its systems know about the world's surroundings.

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
    /// Time advances, inputs are taken in, and what depends on changed rules is updated.
    Receive,
    /// Days and months that have begun take effect, before any request sees them.
    Calendar,
    /// Answers of the platforms take effect, and new calls to them are started.
    Platforms,
    /// Requests are answered, in the order they arrived.
    Handle,
    /// What is due happens.
    Simulate,
    /// Idle players are evicted.
    PutAway,
    /// What is due in third-party features happens, after the game's own.
    Extensions,
    /// What goes to the realm, and from the realm to the worlds.
    Messages,
    /// Changed components become the tick's batch.
    Persist,
}

/// Real time and the progress of the storage at this tick.
#[derive(Debug, Default, Resource)]
pub struct Surroundings {
    /// The last batch that has been folded into rows.
    pub folded_batch: BatchNumber,
    /// When the next tick must come even without input, as requested by this tick's systems.
    pub wake_after: Option<Duration>,
}

impl Surroundings {
    /// Requests a tick as soon as the game's clock has reached `moment` (unix seconds).
    pub fn wake_at(&mut self, moment: i64, clock: &Clock) {
        if let Some(delay) = clock.real_time_until(moment) {
            self.wake_within(delay);
        }
    }

    /// Requests a tick within this much real time.
    pub fn wake_within(&mut self, delay: Duration) {
        self.wake_after = Some(self.wake_after.map_or(delay, |earlier| earlier.min(delay)));
    }
}
