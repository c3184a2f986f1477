//! The figures of the day as metrics.

use bevy_ecs::prelude::*;
use metrics::Gauge;

use crate::figures::model::{DayCounts, DaySums, RETURN_DAYS};
use crate::figures::today::{CountsToday, DetailsToday};
use raidkeep_engine::meters::Meters;

/// The gauges of a world. They show the day that is being counted.
#[derive(Resource)]
pub(super) struct FigureMeters {
    active: [Gauge; 3],
    returned: [Gauge; 4],
    others: [Gauge; 14],
}

const OTHERS: [&str; 14] = [
    "raidkeep_day_new_players",
    "raidkeep_day_players_online_most",
    "raidkeep_day_sessions",
    "raidkeep_day_sessions_ended",
    "raidkeep_day_sessions_length_seconds",
    "raidkeep_day_energy_wasted",
    "raidkeep_day_orders",
    "raidkeep_day_orders_granted",
    "raidkeep_day_stages_entered",
    "raidkeep_day_stages_won",
    "raidkeep_day_levels_reached",
    "raidkeep_day_bosses_killed",
    "raidkeep_day_points_gained",
    "raidkeep_day_points_spent",
];

impl FigureMeters {
    fn of(meters: &Meters) -> Self {
        let active = |period| meters.gauge("raidkeep_day_active_players", &[("period", period)]);
        let returned = |days: i32| meters.gauge("raidkeep_day_returned_players", &[("after_days", &days.to_string())]);
        Self {
            active: ["day", "week", "month"].map(active),
            returned: RETURN_DAYS.map(returned),
            others: OTHERS.map(|name| meters.gauge(name, &[])),
        }
    }

    /// Shows these numbers.
    pub(super) fn tell(&mut self, counts: &DayCounts, sums: DaySums) {
        let active = [counts.active, counts.active_week, counts.active_month];
        let others = [
            counts.new,
            counts.online_most,
            counts.sessions,
            counts.sessions_ended,
            counts.session_seconds,
            counts.energy_wasted,
            counts.orders,
            counts.orders_granted,
            sums.stages_entered,
            sums.stages_won,
            sums.levels,
            sums.bosses,
            sums.points_gained,
            sums.points_spent,
        ];
        let gauges = self.active.iter().chain(&self.returned).chain(&self.others);
        let values = active.into_iter().chain(counts.returned).chain(others);
        gauges.zip(values).for_each(|(gauge, value)| gauge.set(value as f64));
    }
}

/// Makes the gauges, with the numbers of the day so far.
pub(super) fn begin(world: &mut World) {
    let mut meters = FigureMeters::of(world.resource::<Meters>());
    meters.tell(&world.resource::<CountsToday>().0, world.resource::<DetailsToday>().sums());
    world.insert_resource(meters);
}
