//! Figures: what happens in the world, counted for each day (docs/figures.md).
//!
//! They are counted as things happen and never by scanning: at the end of a tick, from what other features note in it. The
//! counts of the day are in memory and on disk, where the tick's batch changes only those that have changed; so they are as
//! durable as what they count. When the date changes, they become two rows: the counts of the day, and its details.
//!
//! Nothing imports this folder: features that know something keep it for whoever counts, such as
//! [`StageTally`](crate::stages::StageTally).

mod activity;
mod count;
mod days;
mod meters;
mod model;
pub mod requests;
pub mod shown;
mod today;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use raidkeep_engine::mend::MendApp;
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::{ArchivedRow, StorageApp};
use raidkeep_engine::travel::PortabilityApp;
use raidkeep_engine::verify::VerifyApp;

pub use activity::Activity;
pub use days::{DetailedDay, FiguresDay};
pub use model::{DayCounts, DaySums, FigureSubject, FlowTally};
pub use today::{CountsToday, DetailsToday, FiguresToday, TodayRow};

/// The figures of each day, and the function that tells them.
pub struct FiguresPlugin;

impl Plugin for FiguresPlugin {
    fn build(&self, app: &mut App) {
        app.add_player_rows::<Activity>().add_moments::<Activity>();
        app.add_world_row::<FiguresToday>()
            .init_resource::<CountsToday>()
            .init_resource::<DetailsToday>()
            .init_resource::<count::Travelled>();
        app.add_archived_rows::<TodayRow>().add_start_reader(TodayRow::TABLE, today::restore);
        app.add_archived_rows::<FiguresDay>().add_archived_rows::<DetailedDay>();
        app.add_start_hook(today::begin).add_start_hook(meters::begin);
        app.add_arrival(|world, player| world.resource_mut::<count::Travelled>().arrived.push(player.account));
        app.add_farewell(|world, _| world.resource_mut::<count::Travelled>().deleted += 1);
        app.add_systems(Tick, count::count.after(TickSystems::Extensions).before(TickSystems::Messages));
        requests::register(app);
    }
}
