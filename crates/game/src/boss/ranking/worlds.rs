//! `world_ranking` (docs/contract/world-boss-and-ranking.md#the-best-of-all-worlds).
//!
//! The realm has the list of all worlds. A world that is asked for a page asks for the list, and keeps it for some seconds.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::boss::ranking::Ranking;
use crate::boss::ranking::best::{AskBestOfWorlds, BEST_OF_WORLDS, BestAnywhere, BestOfWorlds, BestPlayer};
use crate::boss::ranking::faces::Faces;
use crate::boss::ranking::requests::{PAGE_ROWS, RankingFunction, StageDamageRanking, rows_before};
use crate::boss::{BossRecord, Season};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::exchange::CallOutcome;
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::realm::{REALM_LINE, RealmAnswer, RealmLink, to_realm};
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Given};
use raidkeep_engine::request::{Call, Code, Fact, Need, Player, Refusal, Request, Success, Unready, Waits};

/// For how many seconds a list of the realm is shown before it is asked for again.
const FRESH_SECONDS: i64 = 5;

/// `world_ranking {token, page}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WorldRanking {
    /// Which page, from 1; one has ten rows.
    #[serde(default, deserialize_with = "lenient::any_integer", skip_serializing_if = "lenient::Given::is_missing")]
    page: Given,
}

request!(
    Player, "world_ranking", WorldRanking => WorldRankingPage,
    CODES = &[Code::of(StageDamageRanking::PAGE), Code::of(StageDamageRanking::NO_ROWS)],
);

/// The reply: a page of the best of all worlds, and the player's own rank among them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WorldRankingPage {
    /// Which page this is, from 1.
    page: i64,
    /// The caller's own best damage this season.
    damage: u64,
    /// The caller's own rank among the best of all worlds, from 1; -1 for who is not among them.
    ranking: i64,
    /// The rows of the page.
    rank: Vec<WorldRankingRow>,
}

/// One player's row.
#[derive(Debug, Serialize, JsonSchema)]
struct WorldRankingRow {
    /// The rank, from 1.
    #[serde(rename = "NO")]
    number: usize,
    /// The player's name.
    name: String,
    /// The best damage of the season.
    damage: u64,
    /// The family's name; empty for a player in none.
    fid: String,
    /// The player's level.
    level: u32,
    /// The player's world.
    world: u32,
}

/// The list of all worlds, as the realm told it last. In memory only: it is asked for again.
#[derive(Debug, Default, Resource)]
pub(super) struct HeardBest(Option<(i64, BestOfWorlds)>);

impl HeardBest {
    /// The list of a season that was told not long before `now` (unix seconds).
    fn fresh(&self, ends_on: Option<i32>, now: i64) -> Option<&[BestAnywhere]> {
        let (at, told) = self.0.as_ref()?;
        let is_fresh = (0..FRESH_SECONDS).contains(&(now - at));
        (is_fresh && told.ends_on == ends_on).then_some(&told.best)
    }

    /// The list of a season, whenever it was told.
    fn any(&self, ends_on: Option<i32>) -> Option<&[BestAnywhere]> {
        let (_, told) = self.0.as_ref()?;
        (told.ends_on == ends_on).then_some(&told.best)
    }
}

/// Where the best of all worlds are.
#[derive(SystemParam)]
pub(super) struct BestHall<'w> {
    heard: ResMut<'w, HeardBest>,
    link: Res<'w, RealmLink>,
    place: Res<'w, WorldPlace>,
    ranking: Res<'w, Ranking>,
    season: Res<'w, Season>,
    clock: Res<'w, Clock>,
}

impl BestHall<'_> {
    /// The best of all worlds. While the realm does not answer, they are those that it has told before.
    fn of_realm(&mut self, fact: Option<Fact>) -> Result<&[BestAnywhere], Unready> {
        let (ends_on, now) = (self.season.ends_on, self.clock.now());
        let outcome = fact.and_then(|fact| fact.downcast::<CallOutcome>().ok());
        let is_answered = outcome.is_some();
        if let Some(RealmAnswer::Done(told)) = outcome.map(|outcome| RealmAnswer::<BestOfWorlds>::of(&outcome)) {
            self.heard.0 = Some((now, told));
        }
        if !is_answered && self.heard.fresh(ends_on, now).is_none() {
            let exchange = to_realm(<AskBestOfWorlds as Request>::FUNCTION, &AskBestOfWorlds { ends_on });
            return Err(Need::Exchange(REALM_LINE, exchange).into());
        }
        self.heard.any(ends_on).ok_or_else(|| Refusal::busy("the realm does not answer, retry later").into())
    }

    /// The best of this world, which has no realm and so knows of no other: those on a page.
    fn own_page(&self, before: usize, faces: &mut Faces) -> Result<Vec<BestAnywhere>, Need> {
        let mut page = Vec::new();
        for (_, account, damage) in self.ranking.best(BEST_OF_WORLDS).skip(before).take(PAGE_ROWS) {
            let best = faces.of(account)?.map(|face| BestPlayer::of(account, damage, face));
            page.extend(best.map(|best| BestAnywhere { world: self.place.number, best }));
        }
        Ok(page)
    }
}

pub(super) fn world_ranking(
    In(call): In<Call<WorldRanking>>,
    mut hall: BestHall,
    mut faces: Faces,
    records: Query<&BossRecord>,
) -> Waits<WorldRankingPage> {
    let (page, before) = rows_before(call.request.page).ok_or(StageDamageRanking::PAGE)?;
    let (own, own_world) = (call.caller.account, hall.place.number);
    let damage = records.get(call.caller.entity).map_or(0, |record| record.best(hall.season.number));
    let (shown, rank) = if hall.link.has_realm {
        let best = hall.of_realm(call.fact)?;
        let rank = best.iter().position(|one| (one.world, one.best.player) == (own_world, own.0)).map(|at| at + 1);
        (best.iter().skip(before).take(PAGE_ROWS).cloned().collect(), rank)
    } else {
        let rank = hall.ranking.rank(own).filter(|rank| *rank <= BEST_OF_WORLDS);
        (hall.own_page(before, &mut faces)?, rank)
    };
    if shown.is_empty() {
        return Err(StageDamageRanking::NO_ROWS.into());
    }
    let ranking = rank.and_then(|rank| i64::try_from(rank).ok()).unwrap_or(-1);
    let rank = (before + 1..).zip(shown).map(|(number, one)| WorldRankingRow::of(number, one)).collect();
    Ok(Success::with(WorldRankingPage { page, damage, ranking, rank }))
}

impl WorldRankingRow {
    fn of(number: usize, BestAnywhere { world, best }: BestAnywhere) -> Self {
        let BestPlayer { name, damage, fid, level, .. } = best;
        Self { number, name, damage, fid, level, world }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_fresh_for_some_seconds_in_its_season_also_when_the_clock_is_set_back() {
        let told = BestOfWorlds { ends_on: Some(30), best: Vec::new() };
        let heard = HeardBest(Some((100, told)));
        for (ends_on, now, is_fresh) in
            [(Some(30), 100, true), (Some(30), 104, true), (Some(30), 105, false), (Some(30), 99, false)]
        {
            assert_eq!(heard.fresh(ends_on, now).is_some(), is_fresh, "at {now}");
        }
        assert!(heard.fresh(Some(61), 100).is_none() && heard.any(Some(61)).is_none(), "the season has ended");
        assert!(heard.any(Some(30)).is_some() && HeardBest::default().any(None).is_none());
    }
}
