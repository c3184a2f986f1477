//! Tasks: a public queue, personal ones made on demand, and the one that a player is in
//! (docs/contract/role-play.md#tasks).
//!
//! The narrator's script decides what happens in a task. This module decides who may take which task, tracks each
//! player's progress, and grants the reward once. Nothing that a player or an endpoint writes can grant a reward.

mod changes;
mod conversation;
pub mod events;
pub mod model;
pub mod play;
pub mod queue;
pub mod requests;
pub mod rules;
pub mod scripts;
pub mod talk;
mod trades;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::boss::SeasonSystems;
use raidkeep_engine::rules::RulesApp;
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::storage::StorageApp;

pub use model::{TaskBook, TaskName};
pub use queue::TaskQueue;
pub use rules::TaskRules;
pub use scripts::{PersonalTasks, PublicTasks};
pub use trades::trades;

/// The task queue, personal tasks, and the functions to play them.
pub struct TasksPlugin;

impl Plugin for TasksPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<TaskRules>().add_rules::<PublicTasks>().add_rules::<PersonalTasks>();
        app.add_player_rows::<TaskBook>().add_world_row::<TaskQueue>();
        app.add_systems(Tick, queue::refill.in_set(TickSystems::Calendar).after(SeasonSystems));
        requests::register(app);
        talk::register(app);
    }
}
