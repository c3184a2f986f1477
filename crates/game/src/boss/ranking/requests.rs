//! `stage_damage_ranking`, `get_top_damage`, `damage_ranking` (docs/contract/world-boss-and-ranking.md#ranking).

use std::marker::PhantomData;

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_time::{Real, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::boss::ranking::Ranking;
use crate::boss::{BossRecord, Season};
use crate::families::Families;
use crate::identity::Account;
use crate::levels::{Experience, LevelRules};
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::players::Players;
use raidkeep_engine::request::lenient::{self, Given};
use raidkeep_engine::request::{Call, Code, Player, Refusal, Request, Success, Waits};
use raidkeep_engine::rules::Rules;

/// Rows per page.
const PAGE_ROWS: usize = 10;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<ShowRanking<StageDamageRanking>, _>(show_ranking::<StageDamageRanking>);
    app.add_waiting_request::<ShowRanking<GetTopDamage>, _>(show_ranking::<GetTopDamage>);
    app.add_waiting_request::<ShowRanking<DamageRanking>, _>(show_ranking::<DamageRanking>);
}

/// One of the names of the ranking function, with its codes.
pub trait RankingFunction: Clone + Send + Sync + 'static {
    /// The function's name.
    const FUNCTION: &'static str;
    /// `page` is below 1 or not a number.
    const PAGE: Refusal;
    /// The page has no rows.
    const NO_ROWS: Refusal;
}

/// The new function.
#[derive(Debug, Clone)]
pub struct StageDamageRanking;
/// A legacy name.
#[derive(Debug, Clone)]
pub struct GetTopDamage;
/// A legacy name.
#[derive(Debug, Clone)]
pub struct DamageRanking;

impl RankingFunction for StageDamageRanking {
    const FUNCTION: &'static str = "stage_damage_ranking";
    const PAGE: Refusal = Refusal::new(89, "Page number error");
    const NO_ROWS: Refusal = Refusal::new(88, "No data for this page");
}

impl RankingFunction for GetTopDamage {
    const FUNCTION: &'static str = "get_top_damage";
    const PAGE: Refusal = Refusal::new(99, "Page number error");
    const NO_ROWS: Refusal = Refusal::new(98, "No data for this page");
}

impl RankingFunction for DamageRanking {
    const FUNCTION: &'static str = "damage_ranking";
    const PAGE: Refusal = GetTopDamage::PAGE;
    const NO_ROWS: Refusal = GetTopDamage::NO_ROWS;
}

/// `stage_damage_ranking {token, page}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ShowRanking<F> {
    /// Which page, from 1; one has ten rows.
    #[serde(default, deserialize_with = "lenient::any_integer", skip_serializing_if = "lenient::Given::is_missing")]
    page: Given,
    #[serde(skip)]
    function: PhantomData<F>,
}

impl<F: RankingFunction> Request for ShowRanking<F> {
    const FUNCTION: &'static str = F::FUNCTION;
    const CODES: &'static [Code] = &[Code::of(F::PAGE), Code::of(F::NO_ROWS)];
    type Caller = Player;
    type Reply = RankingPage;
}

/// The reply: a page of the ranking, and the player's own rank.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RankingPage {
    /// Which page this is, from 1.
    page: i64,
    /// The caller's own best damage this season.
    damage: u64,
    /// The caller's own rank, from 1; -1 without one.
    ranking: i64,
    /// The rows of the page.
    rank: Vec<RankingRow>,
}

/// One player's row.
#[derive(Debug, Serialize, JsonSchema)]
struct RankingRow {
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
}

fn show_ranking<F: RankingFunction>(
    In(call): In<Call<ShowRanking<F>>>,
    (ranking, season): (Res<Ranking>, Res<Season>),
    levels: Res<Rules<LevelRules>>,
    time: Res<Time<Real>>,
    mut players: ResMut<Players>,
    faces: Query<(&Account, &Experience, &BossRecord)>,
    families: Families,
) -> Waits<RankingPage> {
    let Given::Number(page) = call.request.page else {
        return Err(F::PAGE.into());
    };
    let before = usize::try_from(page).ok().and_then(|page| page.checked_sub(1)).ok_or(F::PAGE)?;
    let first = before.saturating_mul(PAGE_ROWS).saturating_add(1);
    let mut rank = Vec::with_capacity(PAGE_ROWS);
    for (number, account, damage) in ranking.range(first, PAGE_ROWS) {
        let entity = players.find(account, time.elapsed())?;
        if let Ok((face, experience, _)) = faces.get(entity) {
            let level = levels.standing(experience.total).level;
            let fid = families.of(account).map(|family| family.name().to_owned()).unwrap_or_default();
            rank.push(RankingRow { number, name: face.name().to_owned(), damage, fid, level });
        }
    }
    if rank.is_empty() {
        return Err(F::NO_ROWS.into());
    }
    let own = ranking.rank(call.caller.account).and_then(|rank| i64::try_from(rank).ok());
    let damage = faces.get(call.caller.entity).map_or(0, |(_, _, record)| record.best(season.number));
    Ok(Success::with(RankingPage { page, damage, ranking: own.unwrap_or(-1), rank }))
}
