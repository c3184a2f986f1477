//! The limit on the replies of all players in memory together.

use std::collections::BTreeMap;

use bevy_ecs::lifecycle::HookContext;
use bevy_ecs::prelude::*;
use bevy_ecs::world::DeferredWorld;

use crate::request::once::{OnceKey, OnceLog, OnceSettings};
use crate::storage::EditWorld;

/// The replies kept for players in memory.
#[derive(Debug, Default, Resource)]
pub struct ReplyBudget {
    bytes: usize,
    /// The players with replies, by when they got their last one.
    by_age: BTreeMap<u64, Entity>,
    last_stamp: u64,
}

impl ReplyBudget {
    /// Bytes of the replies of all players in memory.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn add(&mut self, player: Entity, bytes: usize) -> u64 {
        if bytes == 0 {
            return 0;
        }
        self.bytes += bytes;
        self.last_stamp += 1;
        self.by_age.insert(self.last_stamp, player);
        self.last_stamp
    }

    fn remove(&mut self, stamp: u64, bytes: usize) {
        if self.by_age.remove(&stamp).is_some() {
            self.bytes -= bytes;
        }
    }

    /// The player who got its last reply before all others, if there are too many bytes.
    fn surplus(&self, bytes_max: usize) -> Option<Entity> {
        self.by_age.first_key_value().filter(|_| self.bytes > bytes_max).map(|(_, player)| *player)
    }
}

/// Counts the replies of a player who enters memory.
pub(super) fn enter(mut world: DeferredWorld<'_>, HookContext { entity, .. }: HookContext) {
    let bytes = world.get::<OnceLog>(entity).map_or(0, |log| log.memory().reply_bytes());
    if bytes == 0 {
        return;
    }
    let stamp = world.get_resource_mut::<ReplyBudget>().map_or(0, |mut budget| budget.add(entity, bytes));
    if let Some(mut log) = world.get_mut::<OnceLog>(entity) {
        log.bypass_change_detection().counted = (stamp, bytes);
    }
}

/// Discounts those of a player who leaves it.
pub(super) fn leave(mut world: DeferredWorld<'_>, HookContext { entity, .. }: HookContext) {
    let (stamp, bytes) = world.get::<OnceLog>(entity).map_or((0, 0), |log| log.counted);
    if let (1.., Some(mut budget)) = (stamp, world.get_resource_mut::<ReplyBudget>()) {
        budget.remove(stamp, bytes);
    }
}

/// Keeps a player's reply. If all of them together are too many bytes, the players who got their last reply before the
/// others lose theirs.
pub(super) fn keep(world: &mut World, player: Entity, once: OnceKey, body: &str, settings: &OnceSettings) {
    let changed = change(world, player, |log| log.memory_mut().keep(once, body, settings));
    if !changed {
        return;
    }
    while let Some(oldest) = world.resource::<ReplyBudget>().surplus(settings.reply_bytes_per_world) {
        if !change(world, oldest, |log| log.memory_mut().drop_replies()) {
            break;
        }
    }
}

fn change(world: &mut World, player: Entity, change: impl FnOnce(&mut OnceLog)) -> bool {
    let Some(mut log) = world.edit::<OnceLog>(player) else {
        return false;
    };
    let (stamp, bytes_before) = log.counted;
    change(&mut log);
    let bytes = log.memory().reply_bytes();
    let mut budget = world.resource_mut::<ReplyBudget>();
    budget.remove(stamp, bytes_before);
    let stamp = budget.add(player, bytes);
    if let Some(mut log) = world.get_mut::<OnceLog>(player) {
        log.counted = (stamp, bytes);
    }
    true
}
