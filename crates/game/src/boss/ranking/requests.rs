//! `stage_damage_ranking`, `get_top_damage`, `damage_ranking` (docs/contract/world-boss-and-ranking.md#ranking).

use std::marker::PhantomData;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::boss::ranking::Ranking;
use crate::boss::ranking::faces::{Face, Faces};
use crate::boss::ranking::{best, worlds};
use crate::boss::{BossRecord, Season};
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request::lenient::{self, Given};
use raidkeep_engine::request::{Call, Code, Player, Refusal, Request, Success, Waits};

/// Rows per page.
pub(super) const PAGE_ROWS: usize = 10;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<ShowRanking<StageDamageRanking>, _>(show_ranking::<StageDamageRanking>);
    app.add_waiting_request::<ShowRanking<GetTopDamage>, _>(show_ranking::<GetTopDamage>);
    app.add_waiting_request::<ShowRanking<DamageRanking>, _>(show_ranking::<DamageRanking>);
    app.add_waiting_request::<worlds::WorldRanking, _>(worlds::world_ranking);
    app.add_waiting_request::<best::BestOfWorld, _>(best::best_of_world);
}

/// The page that is asked for, and how many rows are before it; none for what is no page.
pub(super) fn rows_before(page: Given) -> Option<(i64, usize)> {
    let Given::Number(page) = page else { return None };
    let before = usize::try_from(page).ok()?.checked_sub(1)?;
    Some((page, before.saturating_mul(PAGE_ROWS)))
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
    mut faces: Faces,
    records: Query<&BossRecord>,
) -> Waits<RankingPage> {
    let (page, before) = rows_before(call.request.page).ok_or(F::PAGE)?;
    let mut rank = Vec::with_capacity(PAGE_ROWS);
    for (number, account, damage) in ranking.range(before.saturating_add(1), PAGE_ROWS) {
        if let Some(Face { name, fid, level }) = faces.of(account)? {
            rank.push(RankingRow { number, name, damage, fid, level });
        }
    }
    if rank.is_empty() {
        return Err(F::NO_ROWS.into());
    }
    let own = ranking.rank(call.caller.account).and_then(|rank| i64::try_from(rank).ok());
    let damage = records.get(call.caller.entity).map_or(0, |record| record.best(season.number));
    Ok(Success::with(RankingPage { page, damage, ranking: own.unwrap_or(-1), rank }))
}
