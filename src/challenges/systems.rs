//! What happens to challenges with time: those that nobody answers end.

use bevy_ecs::prelude::*;

use crate::challenges::duels::Duels;
use crate::clock::Clock;
use crate::tick::Surroundings;

/// Ends the challenges that nobody has answered in time.
pub fn end_unanswered(mut duels: Duels, clock: Res<Clock>, mut surroundings: ResMut<Surroundings>) {
    if let Some(at) = duels.end_unanswered() {
        surroundings.wake_at(at, &clock);
    }
}
