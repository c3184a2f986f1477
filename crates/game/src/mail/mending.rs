//! Mails under a clock that was ahead and is right again.

use bevy_ecs::prelude::*;

use crate::mail::{Broadcasts, Mailbox};
use raidkeep_engine::mend::Mend;
use raidkeep_engine::storage::EditWorld;

/// The day up to which a player's mails are counted is that of the mend.
pub(super) fn mend_player(world: &mut World, player: Entity, mend: &Mend) {
    let is_ahead = world.get::<Mailbox>(player).is_some_and(|mailbox| mailbox.head.sent_day > mend.day);
    if is_ahead && let Some(mut mailbox) = world.edit::<Mailbox>(player) {
        mailbox.head.sent_day = mend.day;
        mailbox.head_unsaved = true;
    }
}

/// The gift for a boss comes within a day.
const LONGEST_DELAY_SECONDS: i64 = 86_400;

/// What is not delivered yet comes after its usual delay at the latest.
pub(super) fn mend_world(world: &mut World, mend: &Mend) {
    let latest = mend.within(i64::MAX, LONGEST_DELAY_SECONDS);
    let mut broadcasts = world.resource_mut::<Broadcasts>();
    if broadcasts.delivers_after(latest) {
        broadcasts.deliver_by(latest);
    }
}
