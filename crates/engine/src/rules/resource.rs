//! Makes the loaded rules available to the systems of a world.

use std::ops::Deref;
use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::*;

use super::{Catalogue, Judge, Table, Tables};

/// One table as a system parameter: `Res<Rules<EnergyRules>>`.
#[derive(Debug, Resource)]
pub struct Rules<T: Table>(Arc<T>);

impl<T: Table> Deref for Rules<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The tables that the features of this app have registered.
#[derive(Default, Resource)]
pub struct RuleTables {
    /// Loads them.
    pub catalogue: Catalogue,
    installers: Vec<fn(&Tables, &mut World)>,
}

/// How a feature registers its table.
pub trait RulesApp {
    /// Registers a table to be loaded before the world starts and made available as [`Rules<T>`].
    fn add_rules<T: Table>(&mut self) -> &mut Self;

    /// Adds a look at all tables together, once each of them is valid.
    fn add_judge(&mut self, judge: Judge) -> &mut Self;
}

impl RulesApp for App {
    fn add_rules<T: Table>(&mut self) -> &mut Self {
        let mut tables = self.world_mut().get_resource_or_init::<RuleTables>();
        tables.catalogue.register::<T>();
        tables.installers.push(|tables, world| {
            if let Some(table) = tables.shared::<T>()
                && world.get_resource::<Rules<T>>().is_none_or(|in_force| !Arc::ptr_eq(&in_force.0, &table))
            {
                world.insert_resource(Rules(table));
            }
        });
        self
    }

    fn add_judge(&mut self, judge: Judge) -> &mut Self {
        self.world_mut().get_resource_or_init::<RuleTables>().catalogue.add_judge(judge);
        self
    }
}

/// Installs tables in the world, all of them at once. Those that are there already do not count as changed.
pub fn install(tables: &Tables, world: &mut World) {
    let installers = world.resource::<RuleTables>().installers.clone();
    for install in installers {
        install(tables, world);
    }
}
