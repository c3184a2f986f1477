//! Time-driven changes of challenges: unanswered ones expire.

use bevy_ecs::prelude::*;

use crate::challenges::duels::Duels;
use raidkeep_engine::travel::Traveller;

/// Ends the challenges that were not answered in time, and drops the portraits of those whose battle is gone.
pub fn end_what_is_due(mut duels: Duels) {
    duels.end_unanswered();
    duels.drop_portraits();
}

/// Ends the challenges of a player who is being deleted.
pub fn part(In(player): In<Traveller>, mut duels: Duels) {
    duels.end_all_of(player.account);
}
