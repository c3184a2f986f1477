//! The best of all worlds, for `world_ranking`: the realm keeps those of each world, and merges them when a world asks.
//!
//! What a world has told last replaces what it told before. The realm asks a world that says that its best have changed
//! (`best_changed`), each world at its own start, and one whose list is old when somebody looks: names and levels in it may have
//! changed since.

use std::collections::{BTreeMap, BTreeSet};

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::due::{Agenda, Due, Occasion};
use raidkeep_engine::exchange::lines::{Done, Exchanges, Owner};
use raidkeep_engine::numbers::ExchangeId;
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::realm::{REALM_LINE, RealmAnswer, to_world};
use raidkeep_engine::request::{Answer, Call, Request, Success};
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::{StorageApp, WorldRow};
use raidkeep_game::boss::ranking::{AskBestOfWorlds, BestChanged, BestOfWorld, BestOfWorlds, WorldBest};

use crate::messages::DeliverySystems;

/// A list that is older than so many seconds is asked for again when somebody looks.
const OLD_AFTER_SECONDS: i64 = 600;
/// Seconds after which a world that has not answered is asked again.
const AGAIN_AFTER_SECONDS: i64 = 1;

const OWNER: Owner = Owner("best of worlds");
/// By world.
const AGAIN: Occasion = Occasion("best of a world");

/// The best of each world, by world.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
struct KeptBest(BTreeMap<u32, WorldBest>);

impl WorldRow for KeptBest {
    const TABLE: &'static str = "realm_best";
}

/// Which worlds have to be asked, and which were.
#[derive(Debug, Default, Resource)]
struct BestErrand {
    due: BTreeSet<u32>,
    under_way: BTreeMap<ExchangeId, u32>,
    /// When each world has told its list, unix seconds; only since the start.
    told_at: BTreeMap<u32, i64>,
}

impl BestErrand {
    /// Has a world asked whose list is old.
    fn refresh(&mut self, world: u32, now: i64) {
        let is_young = self.told_at.get(&world).is_some_and(|at| (0..OLD_AFTER_SECONDS).contains(&(now - at)));
        if !is_young {
            self.due.insert(world);
        }
    }

    /// The worlds to ask now: not those that have been asked and not answered yet.
    fn take_due(&mut self) -> Vec<u32> {
        let waits = |world: &u32| !self.under_way.values().any(|asked| asked == world);
        self.due.extract_if(.., |world| waits(world)).collect()
    }
}

/// The functions as a plugin.
pub struct BestOfWorldsPlugin;

impl Plugin for BestOfWorldsPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<BestErrand>().add_world_row::<KeptBest>();
        app.add_request::<BestChanged, _>(best_changed).add_request::<AskBestOfWorlds, _>(best_of_worlds);
        app.add_start_hook(begin);
        app.add_systems(Tick, ask_worlds.after(DeliverySystems).in_set(TickSystems::Messages));
    }
}

/// What a world has told meanwhile is lost if the realm was put back, so all are asked.
fn begin(world: &mut World) {
    let worlds = world.resource::<WorldPlace>().worlds;
    world.resource_mut::<BestErrand>().due = (0..worlds).collect();
}

fn best_changed(In(call): In<Call<BestChanged>>, mut errand: ResMut<BestErrand>, place: Res<WorldPlace>) -> Answer<()> {
    if call.request.world < place.worlds {
        errand.due.insert(call.request.world);
    }
    Ok(Success::empty())
}

fn best_of_worlds(
    In(call): In<Call<AskBestOfWorlds>>,
    kept: Res<KeptBest>,
    mut errand: ResMut<BestErrand>,
    (place, clock): (Res<WorldPlace>, Res<Clock>),
) -> Answer<BestOfWorlds> {
    (0..place.worlds).for_each(|world| errand.refresh(world, clock.now()));
    let lists = kept.0.range(..place.worlds).map(|(world, list)| (*world, list));
    Ok(Success::with(BestOfWorlds::merge(lists, call.request.ends_on)))
}

fn ask_worlds(
    mut errand: ResMut<BestErrand>,
    mut kept: ResMut<KeptBest>,
    (mut exchanges, mut agenda): (ResMut<Exchanges>, ResMut<Agenda>),
    clock: Res<Clock>,
) {
    for Done { number, outcome, .. } in exchanges.take_done(OWNER) {
        let Some(world) = errand.under_way.remove(&number) else { continue };
        match RealmAnswer::<WorldBest>::of(&outcome) {
            RealmAnswer::Done(list) => {
                errand.told_at.insert(world, clock.now());
                // Taking the row mutably stores it again.
                if kept.0.get(&world) != Some(&list) {
                    kept.0.insert(world, list);
                }
            }
            RealmAnswer::Later => agenda.set(AGAIN, world.into(), clock.now() + AGAIN_AFTER_SECONDS),
            RealmAnswer::Refused(status, message) => {
                tracing::error!(world, status, message, "a world does not tell its best");
            }
            RealmAnswer::Nowhere => {}
        }
    }
    while let Some(Due { key, .. }) = agenda.pop(AGAIN, clock.now()) {
        errand.due.extend(u32::try_from(key).ok());
    }
    for world in errand.take_due() {
        let exchange = to_world(world, <BestOfWorld as Request>::FUNCTION, &BestOfWorld {});
        match exchanges.start(REALM_LINE, OWNER, exchange, clock.now()) {
            Ok(number) => drop(errand.under_way.insert(number, world)),
            Err(_) => agenda.set(AGAIN, world.into(), clock.now() + AGAIN_AFTER_SECONDS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_is_asked_once_at_a_time_and_again_when_its_list_is_old() {
        let mut errand = BestErrand::default();
        errand.refresh(0, 100);
        errand.refresh(1, 100);
        assert_eq!(errand.take_due(), [0, 1]);
        errand.under_way.insert(ExchangeId::default(), 0);
        errand.due.extend([0, 1]);
        assert_eq!(errand.take_due(), [1], "its answer is awaited");
        errand.under_way.clear();
        assert_eq!(errand.take_due(), [0], "what has changed meanwhile is asked for");
        errand.told_at.insert(0, 100);
        errand.refresh(0, 100 + OLD_AFTER_SECONDS - 1);
        assert!(errand.due.is_empty());
        errand.refresh(0, 100 + OLD_AFTER_SECONDS);
        assert_eq!(errand.take_due(), [0]);
    }
}
