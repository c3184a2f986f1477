//! Players who move from one world to another: `player_move`, `player_move_again` and `player_move_list`.
//!
//! The realm keeps each move as a row and orders its steps by messages to the two worlds, whose half is in
//! [`raidkeep_game::portability::moving`]: the world that the player leaves holds it and tells its document, the other one takes
//! it or refuses, and then the first drops it or lets it free. So there is one of the player at any time, and what a world has
//! done is done again by messages where the world was put back.

mod errands;
mod model;
pub mod requests;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::realm::TellingSystems;
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::StorageApp;

use crate::messages::DeliverySystems;
use crate::moves::errands::MoveErrands;
use crate::moves::model::MoveBook;
use crate::moves::requests::{PlayerMove, PlayerMoveAgain, PlayerMoveList};

/// The functions as a plugin.
pub struct RealmMovesPlugin;

impl Plugin for RealmMovesPlugin {
    fn build(&self, app: &mut App) {
        app.add_world_row::<MoveBook>().init_resource::<MoveErrands>();
        app.add_waiting_request::<PlayerMove, _>(requests::player_move);
        app.add_waiting_request::<PlayerMoveAgain, _>(requests::player_move_again);
        app.add_request::<PlayerMoveList, _>(requests::player_move_list);
        app.add_start_hook(errands::begin);
        let systems = (errands::heed_hellos, errands::hear_worlds, errands::ask_worlds).chain();
        app.add_systems(Tick, systems.before(DeliverySystems).after(TellingSystems).in_set(TickSystems::Messages));
    }
}
