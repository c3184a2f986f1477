//! The best of all worlds, for `world_ranking`: the realm keeps those of each world, and merges them when a world asks.
//!
//! What a world has told last replaces what it told before. The realm asks a world that says that its best have changed
//! (`best_changed`), each world at its own start, and one whose list is old when somebody looks: names and levels in it may have
//! changed since.

use std::collections::BTreeMap;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::due::Occasion;
use raidkeep_engine::exchange::lines::Owner;
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::realm::{RealmAnswer, to_world};
use raidkeep_engine::request::{Answer, Call, Request, Success};
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::{StorageApp, WorldRow};
use raidkeep_game::boss::ranking::{AskBestOfWorlds, BestChanged, BestOfWorld, BestOfWorlds, WorldBest};

use crate::errands::{AGAIN_AFTER_SECONDS, Errands, LineToWorlds};
use crate::messages::DeliverySystems;

/// A list that is older than so many seconds is asked for again when somebody looks.
const OLD_AFTER_SECONDS: i64 = 600;

const OWNER: Owner = Owner("best of worlds");
/// By world.
const AGAIN: Occasion = Occasion("best of a world");

/// The best of each world, by world.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
struct KeptBest(BTreeMap<u32, WorldBest>);

impl WorldRow for KeptBest {
    const TABLE: &'static str = "realm_best";
}

/// Which worlds are to be asked, by world, and when each has told its list, unix seconds; only since the start.
#[derive(Debug, Resource)]
struct BestErrands {
    errands: Errands,
    told_at: BTreeMap<u32, i64>,
}

impl Default for BestErrands {
    fn default() -> Self {
        Self { errands: Errands::new(OWNER, AGAIN), told_at: BTreeMap::new() }
    }
}

impl BestErrands {
    /// Whether what a world has told last is old, or nothing.
    fn is_old(&self, world: u32, now: i64) -> bool {
        !self.told_at.get(&world).is_some_and(|at| (0..OLD_AFTER_SECONDS).contains(&(now - at)))
    }
}

/// The functions as a plugin.
pub struct BestOfWorldsPlugin;

impl Plugin for BestOfWorldsPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<BestErrands>().add_world_row::<KeptBest>();
        app.add_request::<BestChanged, _>(best_changed).add_request::<AskBestOfWorlds, _>(best_of_worlds);
        app.add_start_hook(begin);
        app.add_systems(Tick, ask_worlds.after(DeliverySystems).in_set(TickSystems::Messages));
    }
}

/// What a world has told meanwhile is lost if the realm was put back, so all are asked.
fn begin(world: &mut World) {
    let worlds = world.resource::<WorldPlace>().worlds;
    let mut best = world.resource_mut::<BestErrands>();
    (0..worlds).for_each(|number| best.errands.add(number.into()));
}

fn best_changed(In(call): In<Call<BestChanged>>, mut best: ResMut<BestErrands>, place: Res<WorldPlace>) -> Answer<()> {
    if call.request.world < place.worlds {
        best.errands.add(call.request.world.into());
    }
    Ok(Success::empty())
}

fn best_of_worlds(
    In(call): In<Call<AskBestOfWorlds>>,
    kept: Res<KeptBest>,
    mut best: ResMut<BestErrands>,
    (place, clock): (Res<WorldPlace>, Res<Clock>),
) -> Answer<BestOfWorlds> {
    for world in 0..place.worlds {
        if best.is_old(world, clock.now()) {
            best.errands.add(world.into());
        }
    }
    let lists = kept.0.range(..place.worlds).map(|(world, list)| (*world, list));
    Ok(Success::with(BestOfWorlds::merge(lists, call.request.ends_on)))
}

fn ask_worlds(mut best: ResMut<BestErrands>, mut kept: ResMut<KeptBest>, mut line: LineToWorlds) {
    for (key, answer) in best.errands.answers::<WorldBest>(&mut line) {
        let Ok(world) = u32::try_from(key) else { continue };
        match answer {
            RealmAnswer::Done(list) => {
                best.told_at.insert(world, line.now());
                // Taking the row mutably stores it again.
                if kept.0.get(&world) != Some(&list) {
                    kept.0.insert(world, list);
                }
            }
            RealmAnswer::Later => best.errands.add_later(key, AGAIN_AFTER_SECONDS, &mut line),
            RealmAnswer::Refused(status, message) => {
                tracing::error!(world, status, message, "a world does not tell its best");
            }
            RealmAnswer::Nowhere => {}
        }
    }
    let question = |world| to_world(world, <BestOfWorld as Request>::FUNCTION, &BestOfWorld {});
    best.errands.ask(&mut line, |key| u32::try_from(key).ok().map(question));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_old_when_it_was_told_long_ago_or_never() {
        let mut best = BestErrands::default();
        assert!(best.is_old(0, 100));
        best.told_at.insert(0, 100);
        assert!(!best.is_old(0, 100 + OLD_AFTER_SECONDS - 1) && best.is_old(0, 100 + OLD_AFTER_SECONDS));
        assert!(best.is_old(1, 100), "worlds are asked on their own");
    }
}
