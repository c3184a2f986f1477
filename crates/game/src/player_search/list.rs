//! `player_list`: all accounts in the order of their numbers.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::{Account, account_in_row};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::players::Players;
use raidkeep_engine::request;
use raidkeep_engine::request::answer::rows_found;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Call, Operator, Refusal, Success, Waits};
use raidkeep_engine::storage::{PlayerRow, RowQuery};
use raidkeep_engine::verify::inspection::account_of;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<PlayerList, _>(player_list);
}

/// `player_list {after?, limit?}`: all accounts in the order of their numbers.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerList {
    /// Only accounts with higher numbers: `next` of the page before.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    after: Option<i64>,
    /// Missing = 50, at most 500.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    limit: Option<i64>,
}

request!(Operator, "player_list", PlayerList => PlayersListed, RIGHT = Right::VIEW);

/// The reply of `player_list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlayersListed {
    /// In the order of their numbers.
    players: Vec<ListedPlayer>,
    /// The `after` of the next page; null when this was the last.
    next: Option<u64>,
}

/// One account.
#[derive(Debug, Serialize, JsonSchema)]
struct ListedPlayer {
    /// Its number.
    player: u64,
    /// Its name.
    name: String,
    /// Whether a device logs in to it as a guest.
    is_guest: bool,
    /// When it was made, unix seconds.
    made_at: i64,
}

impl ListedPlayer {
    fn read(key: &[u8], value: &[u8]) -> Option<(AccountId, Self)> {
        let (account, row) = (account_of(key)?, account_in_row(value)?);
        let (name, is_guest, made_at) = (row.name().to_owned(), row.email().is_none(), row.made_at());
        Some((account, Self { player: account.0, name, is_guest, made_at }))
    }
}

fn player_list(In(call): In<Call<PlayerList>>, players: Res<Players>) -> Waits<PlayersListed> {
    let PlayerList { after, limit } = call.request;
    let limit =
        lenient::page_size(limit).ok_or_else(|| Refusal::malformed("data.limit", "an integer from 1 to 500"))?;
    let after = u64::try_from(after.unwrap_or(0));
    let after = after.map_err(|_| Refusal::malformed("data.after", "the number of an account, 0 or more"))?;
    let from = AccountId(after.saturating_add(1));
    // One more than is listed shows whether there is another page.
    let query = RowQuery::range(<Account as PlayerRow>::TABLE, &from.to_key(), &[u8::MAX; 9]).first(limit + 1);
    let rows = rows_found(query, call.fact)?;
    let has_more = rows.len() > limit;
    let listed: Vec<_> = rows.iter().take(limit).filter_map(|(key, value)| ListedPlayer::read(key, value)).collect();
    let next = listed.last().filter(|_| has_more).map(|(account, _)| account.0);
    // A player may be deleted while the rows are read.
    let there = listed.into_iter().filter(|(account, _)| !players.is_deleted(*account));
    Ok(Success::with(PlayersListed { players: there.map(|(_, player)| player).collect(), next }))
}
