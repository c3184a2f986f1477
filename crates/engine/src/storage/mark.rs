//! Tells whether anything stored has changed within a part of a tick.

use bevy_ecs::change_detection::Tick as ChangeTick;
use bevy_ecs::prelude::*;

use crate::account::AccountId;
use crate::storage::rows::Persistence;
use crate::storage::{Archive, Batch, Directory, Discarded, Stored, Touched};

/// A point within a tick.
#[derive(Debug)]
pub struct Mark {
    since: ChangeTick,
    /// The entities touched before, except the last: one that is touched again right away is not listed again.
    touched: usize,
    pending: usize,
}

impl Mark {
    /// Marks the present.
    pub fn set(world: &mut World) -> Self {
        let touched = world.resource::<Touched>().entities().len().saturating_sub(1);
        Self { since: world.increment_change_tick(), touched, pending: pending(world) }
    }

    /// Whether anything has changed since that will be stored. What was only borrowed as mutable counts as changed, as
    /// it does for rows.
    pub fn is_passed(&self, world: &mut World) -> bool {
        if pending(world) != self.pending {
            return true;
        }
        let now = world.increment_change_tick();
        let touched: Vec<Entity> =
            world.resource::<Touched>().entities().get(self.touched..).unwrap_or_default().into();
        world.resource_scope(|world, persistence: Mut<Persistence>| {
            let mut resources = persistence.worlds.iter();
            let is_resource_changed = resources.any(|kind| {
                let ticks = world.get_resource_change_ticks_by_id(kind.component);
                ticks.is_some_and(|ticks| ticks.is_changed(self.since, now))
            });
            is_resource_changed || touched.iter().any(|entity| self.is_changed(world, *entity, &persistence, now))
        })
    }

    /// The players among the entities touched since, in order of their numbers.
    pub fn touched_accounts(&self, world: &World) -> Vec<AccountId> {
        let touched = world.resource::<Touched>().entities().get(self.touched..).unwrap_or_default();
        let mut accounts: Vec<AccountId> =
            touched.iter().filter_map(|entity| world.get::<Stored>(*entity).map(Stored::account)).collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }

    fn is_changed(&self, world: &mut World, entity: Entity, persistence: &Persistence, now: ChangeTick) -> bool {
        let Ok(entity) = world.get_entity_mut(entity) else {
            return false;
        };
        let players = persistence.players.iter().map(|kind| kind.component);
        let mut components = players.chain(persistence.entities.iter().map(|kind| kind.component));
        let is_changed = components.any(|component| {
            entity.get_change_ticks_by_id(component).is_some_and(|ticks| ticks.is_changed(self.since, now))
        });
        let Some(account) = entity.get::<Stored>().map(Stored::account).filter(|_| !is_changed) else {
            return is_changed;
        };
        let mut owned = Batch::default();
        persistence.owned.iter().for_each(|kind| (kind.save)(&entity, account, [self.since, now], &mut owned));
        !owned.is_empty()
    }
}

/// How much the tick's batch will hold that is no component and no resource.
fn pending(world: &World) -> usize {
    let rows = world.resource::<Directory>().pending() + world.resource::<Archive>().pending();
    let moment = usize::from(world.resource::<Persistence>().moment_changed);
    rows + world.resource::<Discarded>().pending() + moment
}
