//! Mutable access to stored components that also marks the entity as [`Touched`].

use std::ops::Deref;

use bevy_ecs::component::Mutable;
use bevy_ecs::prelude::*;
use bevy_ecs::query::{QueryData, QueryEntityError, QueryFilter};
use bevy_ecs::system::{Deferred, SystemBuffer, SystemMeta, SystemParam};
use bevy_ecs::world::DeferredWorld;

use crate::storage::Touched;

/// A query for systems that change entities other than the caller of a request. It reads like any query; changes go
/// through [`get_mut`](Self::get_mut), which marks the entity to be saved when the tick ends.
///
/// A system may have several. Their entities are in [`Touched`] once the system's commands are applied.
#[derive(SystemParam)]
pub struct Edit<'w, 's, D: QueryData + 'static, F: QueryFilter + 'static = ()> {
    query: Query<'w, 's, D, F>,
    edited: Deferred<'s, Edited>,
}

#[derive(Default)]
struct Edited(Vec<Entity>);

impl SystemBuffer for Edited {
    fn queue(&mut self, _: &SystemMeta, mut world: DeferredWorld) {
        if !self.0.is_empty() {
            let mut touched = world.resource_mut::<Touched>();
            self.0.drain(..).for_each(|entity| touched.push(entity));
        }
    }
}

impl<'s, D: QueryData, F: QueryFilter> Edit<'_, 's, D, F> {
    /// The query's item for an entity, to change it.
    pub fn get_mut(&mut self, entity: Entity) -> Result<D::Item<'_, 's>, QueryEntityError> {
        let found = self.query.get_mut(entity)?;
        self.edited.0.push(entity);
        Ok(found)
    }
}

impl<'w, 's, D: QueryData, F: QueryFilter> Deref for Edit<'w, 's, D, F> {
    type Target = Query<'w, 's, D, F>;

    fn deref(&self) -> &Self::Target {
        &self.query
    }
}

/// The same for exclusive systems.
pub trait EditWorld {
    /// A stored component of an entity, to change it. The entity is saved when the tick ends.
    fn edit<T: Component<Mutability = Mutable>>(&mut self, entity: Entity) -> Option<Mut<'_, T>>;
}

impl EditWorld for World {
    fn edit<T: Component<Mutability = Mutable>>(&mut self, entity: Entity) -> Option<Mut<'_, T>> {
        self.resource_mut::<Touched>().push(entity);
        self.get_mut(entity)
    }
}
