//! `season_ranking` and `season_rewards_of`, for operators.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::boss::past::{self, ArchivedSeason, PastRank, SeasonArchive};
use crate::boss::ranking::Ranking;
use crate::boss::ranking::outcome::{self, RewardsTold};
use crate::boss::{BossRecord, Season};
use crate::identity::{Account, NO_SUCH_PLAYER, account_in_row, player_numbered};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::players::Players;
use raidkeep_engine::request;
use raidkeep_engine::request::answer::found_when_folded;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Call, Code, Fact, Job, Operator, Refusal, Success, Unready, Waits};
use raidkeep_engine::start::RowSource;
use raidkeep_engine::storage::Rows;
use raidkeep_engine::storage::{PlayerRow, StorageError};

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<SeasonRanking, _>(season_ranking);
    app.add_waiting_request::<SeasonRewardsOf, _>(season_rewards_of);
}

const NO_SUCH_SEASON: Refusal = Refusal::new(98, "no such season, or it is no longer kept");
const UNREADABLE: i32 = 97;

/// `season_ranking {season?, after?, limit?}`: the ranking of a season.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SeasonRanking {
    /// The number of the season; missing = the one that runs.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    season: Option<i64>,
    /// Only ranks behind this one: `next` of the page before.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    after: Option<i64>,
    /// Missing = 50, at most 500.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    limit: Option<i64>,
}

request!(
    Operator, "season_ranking", SeasonRanking => SeasonRanked, RIGHT = Right::VIEW,
    CODES = &[Code::of(NO_SUCH_SEASON), Code::refusal(UNREADABLE, "rows of the season cannot be read")],
);

/// The reply of `season_ranking`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SeasonRanked {
    /// The number of the season.
    season: u32,
    /// When it ended, unix seconds; null for the one that runs, and for one that ended before that was kept.
    ended_at: Option<i64>,
    /// How many players have a rank, as far as that was kept.
    players: usize,
    /// The ranks, the best first.
    ranking: Vec<RankShown>,
    /// The `after` of the next page; null when this was the last.
    next: Option<usize>,
}

/// One rank.
#[derive(Debug, Serialize, JsonSchema)]
struct RankShown {
    /// From 1.
    rank: usize,
    /// The account's number.
    player: u64,
    /// The player's name; null for one that was deleted.
    name: Option<String>,
    /// The best damage of the season.
    damage: u64,
}

/// The result of a job, in a form that a journal can store: errors as text.
type Read<T> = Result<T, String>;

/// A page of a ranking with the names of those whose players are not in memory.
type NamedRanks = Vec<(PastRank, Option<String>)>;

fn season_ranking(In(call): In<Call<SeasonRanking>>, world: &World) -> Waits<SeasonRanked> {
    let SeasonRanking { season, after, limit } = call.request;
    let limit =
        lenient::page_size(limit).ok_or_else(|| Refusal::malformed("data.limit", "an integer from 1 to 500"))?;
    let after = usize::try_from(after.unwrap_or(0));
    let after = after.map_err(|_| Refusal::malformed("data.after", "a rank, 0 or more"))?;
    let chosen = Chosen::of(world, season)?;
    let players = chosen.players(world);
    let (count, first) = (limit.min(players.saturating_sub(after)), after.saturating_add(1));
    let in_memory = chosen.in_memory(world, first, count);
    let number = chosen.number(world);
    let read = move |rows: &Rows| {
        let ranks = in_memory.map_or_else(|| past::read_ranks(rows, number, first, count), Ok)?;
        let named = ranks.into_iter().map(|rank| Ok((rank, name_in_rows(rows, rank.account)?)));
        named.collect::<Result<NamedRanks, StorageError>>()
    };
    let ranks: NamedRanks = read_by_job(world, call.fact, read)?;
    let next = ranks.last().map(|(rank, _)| rank.rank).filter(|last| *last < players);
    let shown = |(PastRank { rank, account, damage }, name): (PastRank, Option<String>)| {
        let name = name.filter(|_| !world.resource::<Players>().is_deleted(account));
        RankShown { rank, player: account.0, name, damage }
    };
    let ranking = ranks.into_iter().map(shown).collect();
    Ok(Success::with(SeasonRanked { season: number, ended_at: chosen.ended_at(), players, ranking, next }))
}

/// A season that is asked for.
enum Chosen<'w> {
    Running,
    Over(&'w ArchivedSeason),
}

impl<'w> Chosen<'w> {
    fn of(world: &'w World, number: Option<i64>) -> Result<Self, Refusal> {
        let running = world.resource::<Season>().number;
        let Some(number) = number else {
            return Ok(Self::Running);
        };
        let number = u32::try_from(number).map_err(|_| NO_SUCH_SEASON)?;
        if number == running {
            return Ok(Self::Running);
        }
        world.resource::<SeasonArchive>().season(number).map(Self::Over).ok_or(NO_SUCH_SEASON)
    }

    fn number(&self, world: &World) -> u32 {
        match self {
            Self::Running => world.resource::<Season>().number,
            Self::Over(season) => season.number,
        }
    }

    fn ended_at(&self) -> Option<i64> {
        match self {
            Self::Running => None,
            Self::Over(season) => season.ending.as_ref().map(|ending| ending.ended_at),
        }
    }

    fn players(&self, world: &World) -> usize {
        match self {
            Self::Running => world.resource::<Ranking>().len(),
            Self::Over(season) => season.ending.as_ref().map_or(season.best.len(), |ending| ending.players),
        }
    }

    /// These ranks, unless they are in rows.
    fn in_memory(&self, world: &World, first: usize, count: usize) -> Option<Vec<PastRank>> {
        match self {
            Self::Running => {
                let ranks = world.resource::<Ranking>().range(first, count);
                Some(ranks.map(|(rank, account, damage)| PastRank { rank, account, damage }).collect())
            }
            Self::Over(season) if season.ending.is_none() => {
                let ranks = (1..).zip(&season.best).skip(first - 1).take(count);
                Some(
                    ranks
                        .map(|(rank, (account, damage))| PastRank { rank, account: *account, damage: *damage })
                        .collect(),
                )
            }
            Self::Over(_) => None,
        }
    }
}

fn name_in_rows(rows: &Rows, account: AccountId) -> Result<Option<String>, StorageError> {
    let row = rows.get(<Account as PlayerRow>::TABLE, &account.to_key())?;
    Ok(row.and_then(|row| account_in_row(&row)).map(|account| account.name().to_owned()))
}

/// What `read` finds on disk when everything before is folded.
fn read_by_job<T: Serialize + serde::de::DeserializeOwned + Send + Sync + 'static>(
    world: &World,
    fact: Option<Fact>,
    read: impl FnOnce(&Rows) -> Result<T, StorageError> + Send + Sync + 'static,
) -> Result<T, Unready> {
    let read: Read<T> = found_when_folded(fact, "the rows were not read, retry", || {
        let source = world.resource::<RowSource>().clone();
        Ok(Job::new(move || -> Read<T> { read(&source.0).map_err(|error| error.to_string()) }))
    })?;
    Ok(read.map_err(|error| Refusal::saying(UNREADABLE, error))?)
}

/// `season_rewards_of {player, season?}`: what a season brought a player, or why nothing.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SeasonRewardsOf {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// The number of the season; missing = the last one that is over.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    season: Option<i64>,
}

request!(
    Operator, "season_rewards_of", SeasonRewardsOf => RewardsTold, RIGHT = Right::VIEW,
    CODES = &[
        Code::of(NO_SUCH_PLAYER),
        Code::of(NO_SUCH_SEASON),
        Code::refusal(UNREADABLE, "rows of the season cannot be read"),
    ],
);

fn season_rewards_of(In(call): In<Call<SeasonRewardsOf>>, world: &World) -> Waits<RewardsTold> {
    let mut fact = call.fact;
    let latest = world.resource::<SeasonArchive>().0.last().map(|season| i64::from(season.number));
    let asked_for = call.request.season.or(latest).ok_or(NO_SUCH_SEASON)?;
    let chosen = Chosen::of(world, Some(asked_for))?;
    let player = player_numbered(world.resource::<Players>(), call.request.player, &mut fact)?;
    let told = match chosen {
        Chosen::Running => {
            let season = world.resource::<Season>().number;
            let record = world.get::<BossRecord>(player.entity).ok_or_else(Refusal::internal)?;
            let rank = world.resource::<Ranking>().rank(player.account);
            outcome::of_running(world, season, rank.map(|rank| (rank, record.best(season))))
        }
        Chosen::Over(season) => match &season.ending {
            None => {
                let place = season.best.iter().position(|(account, _)| *account == player.account);
                outcome::of_former(season.number, place.map(|place| (place + 1, season.best[place].1)))
            }
            Some(ending) => {
                let (number, account) = (season.number, player.account);
                let rank = read_by_job(world, fact, move |rows| past::read_rank_of(rows, number, account))?;
                outcome::of_past(world, player, (number, ending), rank.map(|rank: PastRank| (rank.rank, rank.damage)))
            }
        },
    };
    Ok(Success::with(told))
}
