//! The best of all worlds: what a world tells the realm of its own ranking, and what the realm makes of all of them.
//!
//! A world says that its best have changed, and the realm asks for them. So each list is as new as the question, whatever is
//! repeated or lost, and a world that was put back replaces its list by saying so at its start.

use std::cmp::Reverse;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::boss::Season;
use crate::boss::ranking::Ranking;
use crate::boss::ranking::faces::{Face, Faces};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::due::{Agenda, Occasion};
use raidkeep_engine::exchange::lines::{Exchanges, Owner};
use raidkeep_engine::operators::Right;
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::realm::{REALM_LINE, RealmAnswer, to_realm};
use raidkeep_engine::request;
use raidkeep_engine::request::{Call, Operator, Request, Success, Waits};

/// How many of each world are told, and how many of all worlds are shown. More would not be the best of all for sure.
pub const BEST_OF_WORLDS: usize = 100;
/// Seconds from one word to the realm to the next.
const PAUSE_SECONDS: i64 = 5;

const OWNER: Owner = Owner("changed best");
const NEXT: Occasion = Occasion("changed best to the realm");

/// One of the best of a world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BestPlayer {
    /// The account's number.
    pub player: u64,
    /// The player's name.
    pub name: String,
    /// The best damage of the season.
    pub damage: u64,
    /// The family's name; empty for a player in none.
    pub fid: String,
    /// The player's level.
    pub level: u32,
}

/// The best of one world in its season, and so the reply of `best_of_world`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorldBest {
    /// The number of the day that ends the season; null = it does not end. Worlds count their seasons since their own
    /// beginnings, but a season ends in all of them on one day.
    pub ends_on: Option<i32>,
    /// The best first.
    pub best: Vec<BestPlayer>,
}

/// One of the best of all worlds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BestAnywhere {
    /// The player's world.
    pub world: u32,
    /// The player.
    pub best: BestPlayer,
}

/// The best of all worlds in one season, and so the reply of `best_of_worlds`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BestOfWorlds {
    /// The number of the day that ends the season; null = it does not end.
    pub ends_on: Option<i32>,
    /// The best first.
    pub best: Vec<BestAnywhere>,
}

impl BestOfWorlds {
    /// Merges the lists of worlds, in the order of their numbers. Those of another season do not count. Of equal damages that of
    /// the lower world comes first; no clock tells which was earlier.
    pub fn merge<'l>(lists: impl Iterator<Item = (u32, &'l WorldBest)>, ends_on: Option<i32>) -> Self {
        let of_season = lists.filter(|(_, list)| list.ends_on == ends_on);
        let mut all: Vec<(u32, &BestPlayer)> =
            of_season.flat_map(|(world, list)| list.best.iter().map(move |best| (world, best))).collect();
        all.sort_by_key(|(_, best)| Reverse(best.damage));
        all.truncate(BEST_OF_WORLDS);
        let best = all.into_iter().map(|(world, best)| BestAnywhere { world, best: best.clone() }).collect();
        Self { ends_on, best }
    }
}

/// `best_changed {world}`, a function of the realm: the best of a world are no longer those that it has told.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BestChanged {
    /// The world's number.
    pub world: u32,
}

request!(Operator, "best_changed", BestChanged => (), RIGHT = Right::WORLDS, IN_REALM = true);

/// `best_of_world {}`, a function of worlds: the best of this world.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BestOfWorld {}

request!(Operator, "best_of_world", BestOfWorld => WorldBest, RIGHT = Right::WORLDS);

/// `best_of_worlds {ends_on}`, a function of the realm: the best of all worlds.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AskBestOfWorlds {
    /// The number of the day that ends the season; null = it does not end.
    pub ends_on: Option<i32>,
}

request!(Operator, "best_of_worlds", AskBestOfWorlds => BestOfWorlds, RIGHT = Right::WORLDS, IN_REALM = true);

impl BestPlayer {
    /// A player of this damage.
    pub(super) fn of(account: AccountId, damage: u64, Face { name, fid, level }: Face) -> Self {
        Self { player: account.0, name, damage, fid, level }
    }
}

pub(super) fn best_of_world(
    _: In<Call<BestOfWorld>>,
    (ranking, season): (Res<Ranking>, Res<Season>),
    mut faces: Faces,
) -> Waits<WorldBest> {
    let mut best = Vec::new();
    for (_, account, damage) in ranking.best(BEST_OF_WORLDS) {
        best.extend(faces.of(account)?.map(|face| BestPlayer::of(account, damage, face)));
    }
    Ok(Success::with(WorldBest { ends_on: season.ends_on, best }))
}

/// Whether the realm knows of the best of this world.
#[derive(Debug, Default, Resource)]
pub(super) struct BestNews {
    /// What the realm knows of, with the end of its season.
    told: Option<(Option<i32>, Vec<(AccountId, u64)>)>,
    is_due: bool,
    is_under_way: bool,
    /// Whether the next word waits for its moment.
    pauses: bool,
}

/// Says that the best have changed. Only a change of the ranking is looked at, and only so often: every record changes it.
pub(super) fn tell_of_best(
    place: Res<WorldPlace>,
    (ranking, season): (Res<Ranking>, Res<Season>),
    mut news: ResMut<BestNews>,
    (mut exchanges, mut agenda): (ResMut<Exchanges>, ResMut<Agenda>),
    clock: Res<Clock>,
) {
    if ranking.is_changed() || season.is_changed() {
        news.is_due = true;
    }
    for done in exchanges.take_done(OWNER) {
        news.is_under_way = false;
        if RealmAnswer::<()>::of(&done.outcome) == RealmAnswer::Later {
            news.told = None;
            news.is_due = true;
        }
    }
    while agenda.pop(NEXT, clock.now()).is_some() {
        news.pauses = false;
    }
    if !news.is_due || news.is_under_way || news.pauses {
        return;
    }
    let best = ranking.best(BEST_OF_WORLDS).map(|(_, account, damage)| (account, damage)).collect();
    let now = Some((season.ends_on, best));
    news.is_due = false;
    if news.told == now {
        return;
    }
    let exchange = to_realm(<BestChanged as Request>::FUNCTION, &BestChanged { world: place.number });
    news.is_under_way = exchanges.start(REALM_LINE, OWNER, exchange, clock.now()).is_ok();
    news.is_due = !news.is_under_way;
    news.told = now.filter(|_| news.is_under_way);
    news.pauses = true;
    agenda.set(NEXT, 0, clock.now() + PAUSE_SECONDS);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(ends_on: Option<i32>, damages: &[u64]) -> WorldBest {
        let player = |(number, damage): (u64, &u64)| BestPlayer {
            player: number,
            name: format!("p{number}"),
            damage: *damage,
            fid: String::new(),
            level: 1,
        };
        WorldBest { ends_on, best: (1..).zip(damages).map(player).collect() }
    }

    fn merged(lists: &[WorldBest], ends_on: Option<i32>) -> Vec<(u32, u64, u64)> {
        let merged = BestOfWorlds::merge((0..).zip(lists), ends_on);
        assert_eq!(merged.ends_on, ends_on);
        merged.best.into_iter().map(|one| (one.world, one.best.player, one.best.damage)).collect()
    }

    #[test]
    fn the_best_of_all_worlds_come_by_damage_and_then_by_world() {
        let lists = [list(None, &[90, 50, 50]), list(None, &[100, 50])];
        assert_eq!(merged(&lists, None), [(1, 1, 100), (0, 1, 90), (0, 2, 50), (0, 3, 50), (1, 2, 50)]);
    }

    #[test]
    fn a_world_that_is_in_another_season_does_not_count() {
        let lists = [list(Some(30), &[90]), list(Some(61), &[20]), list(None, &[10])];
        assert_eq!(merged(&lists, Some(61)), [(1, 1, 20)]);
        assert_eq!(merged(&lists, Some(30)), [(0, 1, 90)]);
        assert_eq!(merged(&lists, Some(91)), []);
    }

    #[test]
    fn no_more_are_shown_than_are_the_best_for_sure() {
        let many: Vec<u64> = (1..=BEST_OF_WORLDS as u64).rev().collect();
        let merged = merged(&[list(None, &many), list(None, &many)], None);
        assert_eq!((merged.len(), merged[0], merged[99]), (100, (0, 1, 100), (1, 50, 51)));
    }
}
