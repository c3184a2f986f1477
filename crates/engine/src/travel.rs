//! What a feature has to do with players who come and go, beside their rows.

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::{IntoSystem, SystemId};
use serde_json::Value;

use crate::account::AccountId;
use crate::storage::{ArchivedRow, WorldEntity};

/// A player who has just come with a document, or is about to leave for ever.
#[derive(Debug, Clone, Copy)]
pub struct Traveller {
    /// The account.
    pub account: AccountId,
    /// The player's entity, in memory.
    pub entity: Entity,
}

/// Something that belongs to the world and names players.
pub trait Mention {
    /// Whether it names this one.
    fn names(&self, account: AccountId) -> bool;
}

/// Says why a player cannot be deleted, to the operator; `None` = nothing is in the way.
pub type Obstacle = fn(&World, AccountId) -> Option<String>;

/// Everything that features have registered.
#[derive(Default, Resource)]
pub struct TravelHooks {
    /// What is in the way of a deletion.
    pub obstacles: Vec<Obstacle>,
    /// What happens when somebody leaves for ever.
    pub farewells: Vec<Farewell>,
    /// What happens when somebody has come with a document.
    pub arrivals: Vec<Hook>,
    /// World entities that documents tell of.
    pub mentions: Vec<Mentions>,
    /// Rows on disk that documents tell of.
    pub archives: Vec<ArchivedMentions>,
}

/// What a feature does about somebody who comes or goes.
pub type Hook = fn(&mut World, Traveller);

/// A hook, or a system that is run like one.
pub enum Farewell {
    /// A function.
    Hook(Hook),
    /// A system.
    System(SystemId<In<Traveller>>),
}

impl TravelHooks {
    /// Has every feature part from somebody.
    pub fn part(&self, world: &mut World, player: Traveller) {
        for farewell in &self.farewells {
            match farewell {
                Farewell::Hook(hook) => hook(world, player),
                Farewell::System(system) => {
                    let parted = world.run_system_with(*system, player);
                    parted
                        .expect("a feature should set up what its farewell needs; without it half a player would stay");
                }
            }
        }
    }
}

/// World entities that are told in documents for people; nothing of them is taken in.
#[derive(Clone, Copy)]
pub struct Mentions {
    /// The table's name.
    pub table: &'static str,
    /// All that name the player, as JSON.
    pub tell: fn(&mut World, AccountId) -> Vec<Value>,
}

/// The same of rows that are on disk only.
#[derive(Clone, Copy)]
pub struct ArchivedMentions {
    /// The table's name.
    pub table: &'static str,
    /// Whether a row names the player.
    pub names: fn(&[u8], AccountId) -> bool,
    /// A row as JSON.
    pub tell: fn(&[u8]) -> Option<Value>,
}

/// How a feature says what it has to do with players who come and go.
pub trait PortabilityApp {
    /// Nobody is deleted while there is such a reason against it.
    fn add_obstacle(&mut self, obstacle: Obstacle) -> &mut Self;
    /// Called with everybody who leaves for ever, before its rows go. Afterwards nothing may lead to it.
    fn add_farewell(&mut self, farewell: Hook) -> &mut Self;
    /// The same for a system.
    fn add_farewell_system<M>(&mut self, system: impl IntoSystem<In<Traveller>, (), M> + 'static) -> &mut Self;
    /// Called with everybody who has come with a document.
    fn add_arrival(&mut self, arrival: Hook) -> &mut Self;
    /// Has documents tell of the world's entities that name the player.
    fn add_mentions<T: WorldEntity + Mention>(&mut self) -> &mut Self;
    /// Has documents tell of rows on disk that name the player.
    fn add_archived_mentions<T: ArchivedRow + Mention>(&mut self) -> &mut Self;
}

impl PortabilityApp for App {
    fn add_obstacle(&mut self, obstacle: Obstacle) -> &mut Self {
        hooks(self).obstacles.push(obstacle);
        self
    }

    fn add_farewell(&mut self, farewell: Hook) -> &mut Self {
        hooks(self).farewells.push(Farewell::Hook(farewell));
        self
    }

    fn add_farewell_system<M>(&mut self, system: impl IntoSystem<In<Traveller>, (), M> + 'static) -> &mut Self {
        let system = self.world_mut().register_system(system);
        hooks(self).farewells.push(Farewell::System(system));
        self
    }

    fn add_arrival(&mut self, arrival: Hook) -> &mut Self {
        hooks(self).arrivals.push(arrival);
        self
    }

    fn add_mentions<T: WorldEntity + Mention>(&mut self) -> &mut Self {
        hooks(self).mentions.push(Mentions { table: T::TABLE, tell: tell_entities::<T> });
        self
    }

    fn add_archived_mentions<T: ArchivedRow + Mention>(&mut self) -> &mut Self {
        let names = |value: &[u8], account| T::read(value).is_ok_and(|row| row.names(account));
        let tell = |value: &[u8]| serde_json::to_value(T::read(value).ok()?).ok();
        hooks(self).archives.push(ArchivedMentions { table: T::TABLE, names, tell });
        self
    }
}

fn hooks(app: &mut App) -> Mut<'_, TravelHooks> {
    app.init_resource::<TravelHooks>().world_mut().resource_mut::<TravelHooks>()
}

/// In the order of their keys.
fn tell_entities<T: WorldEntity + Mention>(world: &mut World, account: AccountId) -> Vec<Value> {
    let mut entities = world.query::<&T>();
    let mut naming: Vec<&T> = entities.iter(world).filter(|row| row.names(account)).collect();
    naming.sort_unstable_by_key(|row| row.key());
    naming.into_iter().filter_map(|row| serde_json::to_value(row).ok()).collect()
}
