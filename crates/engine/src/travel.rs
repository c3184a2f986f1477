//! What features must do about players who arrive or leave, besides loading and deleting their rows.

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::{IntoSystem, SystemId};
use serde_json::Value;

use crate::account::AccountId;
use crate::players;
use crate::storage::{ArchivedRow, WorldEntity};

/// A player who was just imported, or is about to be deleted.
#[derive(Debug, Clone, Copy)]
pub struct Traveller {
    /// The account.
    pub account: AccountId,
    /// The player's entity, in memory.
    pub entity: Entity,
}

/// Something of the world that refers to players.
pub trait Mention {
    /// Whether it refers to this player.
    fn names(&self, account: AccountId) -> bool;
}

/// Returns why a player cannot be deleted, for the operator; `None` = nothing prevents it.
pub type Obstacle = fn(&World, AccountId) -> Option<String>;

/// Deletes a player in memory and everything that the world stores about it.
pub fn delete(world: &mut World, player: Traveller) {
    world.resource_scope(|world, hooks: Mut<TravelHooks>| hooks.part(world, player));
    players::remove(world, player.account);
}

/// What prevents the deletion of a player, if anything does.
pub fn obstacle(world: &World, account: AccountId) -> Option<String> {
    world.resource::<TravelHooks>().obstacles.iter().find_map(|obstacle| obstacle(world, account))
}

/// Everything that features have registered.
#[derive(Default, Resource)]
pub struct TravelHooks {
    /// Reasons that prevent a deletion.
    pub obstacles: Vec<Obstacle>,
    /// Hooks run before a player is deleted.
    pub farewells: Vec<Farewell>,
    /// Hooks run after a player is imported.
    pub arrivals: Vec<Hook>,
    /// World entities that are described in documents.
    pub mentions: Vec<Mentions>,
    /// Rows on disk that are described in documents.
    pub archives: Vec<ArchivedMentions>,
}

/// A feature's reaction to a player's arrival or departure.
pub type Hook = fn(&mut World, Traveller);

/// A hook, or a system used as one.
pub enum Farewell {
    /// A function.
    Hook(Hook),
    /// A system.
    System(SystemId<In<Traveller>>),
}

impl TravelHooks {
    /// Runs every feature's hook for a player's departure.
    fn part(&self, world: &mut World, player: Traveller) {
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

/// World entities described in documents for people; they are not imported.
#[derive(Clone, Copy)]
pub struct Mentions {
    /// The table's name.
    pub table: &'static str,
    /// All that refer to the player, as JSON.
    pub tell: fn(&mut World, AccountId) -> Vec<Value>,
}

/// The same for rows that are on disk only.
#[derive(Clone, Copy)]
pub struct ArchivedMentions {
    /// The table's name.
    pub table: &'static str,
    /// Whether a row refers to the player.
    pub names: fn(&[u8], AccountId) -> bool,
    /// A row as JSON.
    pub tell: fn(&[u8]) -> Option<Value>,
}

/// How a feature reacts to players who arrive or leave.
pub trait PortabilityApp {
    /// Prevents the deletion of a player while this gives a reason.
    fn add_obstacle(&mut self, obstacle: Obstacle) -> &mut Self;
    /// Registers a hook for each player about to be deleted, called before its rows are removed. Afterwards nothing may
    /// refer to the player.
    fn add_farewell(&mut self, farewell: Hook) -> &mut Self;
    /// The same for a system.
    fn add_farewell_system<M>(&mut self, system: impl IntoSystem<In<Traveller>, (), M> + 'static) -> &mut Self;
    /// Registers a hook for each imported player.
    fn add_arrival(&mut self, arrival: Hook) -> &mut Self;
    /// Includes in documents the world's entities that refer to the player.
    fn add_mentions<T: WorldEntity + Mention>(&mut self) -> &mut Self;
    /// Includes in documents the rows on disk that refer to the player.
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
