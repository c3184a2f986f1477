//! `player_find`: players by whatever they can tell about themselves.

use std::collections::BTreeMap;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::{
    Account, FoundName, GivenId, LateNames, NameSearch, account_in_row, find_by_device, find_by_email,
};
use crate::orders::{OrderId, buyer_in_memory, read_buyer, read_number};
use crate::platforms::sud::player::uids::find_by_uid;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::outside::Numbering;
use raidkeep_engine::players::Players;
use raidkeep_engine::request;
use raidkeep_engine::request::answer::rows_found;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Call, Code, Fact, Job, Need, Operator, Refusal, Success, Unready, Waits};
use raidkeep_engine::start::RowSource;
use raidkeep_engine::storage::Rows;
use raidkeep_engine::storage::{Directory, FoundRows, PlayerRow, RowQuery, StorageError};

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<PlayerFind, _>(player_find);
}

/// By what a player is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// The number of the account.
    Number,
    /// The e-mail address.
    Email,
    /// What its device calls itself; all of it, since only a hash is kept.
    Device,
    /// The uid at SUD.
    Uid,
    /// The number of an order.
    Order,
    /// The start of the name, in any spelling.
    Name,
}

/// `player_find {text, by?, limit?}`: the players that a text finds.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(from = "PlayerFindSent", into = "PlayerFindSent")]
pub struct PlayerFind {
    sought: Sought,
    by: Option<FoundBy>,
    limit: Option<i64>,
}

#[derive(Debug, Clone)]
enum Sought {
    Text(String),
    Device(GivenId),
}

/// The same as it is sent, and as it is recorded: with a hash in place of what a device calls itself.
#[derive(Serialize, Deserialize, JsonSchema)]
struct PlayerFindSent {
    /// 1 to 256 bytes.
    text: String,
    /// Only by this; missing = by everything except the device.
    #[serde(default)]
    by: Option<FoundBy>,
    /// The most players found by their names; missing = 50.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    limit: Option<i64>,
}

impl From<PlayerFindSent> for PlayerFind {
    fn from(PlayerFindSent { text, by, limit }: PlayerFindSent) -> Self {
        let sought = match by {
            Some(FoundBy::Device) => Sought::Device(GivenId::read(text)),
            _ => Sought::Text(text),
        };
        Self { sought, by, limit }
    }
}

impl From<PlayerFind> for PlayerFindSent {
    fn from(PlayerFind { sought, by, limit }: PlayerFind) -> Self {
        let text = match sought {
            Sought::Text(text) => text,
            Sought::Device(device) => device.hash().to_text(),
        };
        Self { text, by, limit }
    }
}

const UNREADABLE: i32 = 97;

request!(
    Operator, "player_find", PlayerFind => PlayersFound, RIGHT = Right::VIEW,
    CODES = &[Code::refusal(UNREADABLE, "rows of a player cannot be read")],
);

/// The reply of `player_find`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlayersFound {
    /// First those found by something of their own, then those found by their names, in the order of names.
    players: Vec<FoundPlayer>,
    /// Whether there are more whose names begin so.
    has_more: bool,
}

/// A player who was found.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct FoundPlayer {
    /// The account's number.
    player: u64,
    /// The player's name.
    name: String,
    /// By what the player was found.
    by: Vec<FoundBy>,
}

/// The most bytes of the text.
const TEXT_BYTES_MAX: usize = 256;

impl PlayerFind {
    /// The text; empty for a device.
    fn text(&self) -> Result<&str, Refusal> {
        let (text, given) = match &self.sought {
            Sought::Text(text) => (text.trim(), text.trim()),
            Sought::Device(GivenId::Sent(device)) => ("", device.as_str()),
            Sought::Device(GivenId::Recorded(_)) => return Ok(""),
        };
        let fits = (1..=TEXT_BYTES_MAX).contains(&given.len());
        if fits { Ok(text) } else { Err(Refusal::malformed("data.text", "a string of 1 to 256 bytes")) }
    }

    fn limit(&self) -> Result<usize, Refusal> {
        lenient::page_size(self.limit).ok_or_else(|| Refusal::malformed("data.limit", "an integer from 1 to 500"))
    }

    fn looks_by(&self, by: FoundBy) -> bool {
        self.by.map_or(by != FoundBy::Device, |only| only == by)
    }
}

fn player_find(In(call): In<Call<PlayerFind>>, world: &World) -> Waits<PlayersFound> {
    let (text, limit) = (call.request.text()?, call.request.limit()?);
    let clues = Clues::of(world, &call.request, text)?;
    let search = call.request.looks_by(FoundBy::Name).then(|| NameSearch::new(text, limit));
    let read = read(world, &clues, search.as_ref(), call.fact)?;
    let mut found = Found::default();
    let of_order = read.buyer.map(|buyer| (FoundBy::Order, buyer));
    for (by, account) in clues.accounts.into_iter().chain(of_order) {
        let name = name_in_memory(world, account).or_else(|| read.names.get(&account).cloned());
        found.add(by, account, name.filter(|_| !world.resource::<Players>().is_deleted(account)));
    }
    let names = search.map(|search| world.resource::<LateNames>().find(&search, read.rows));
    let has_more = names.as_ref().is_some_and(|names| names.has_more);
    for FoundName { account, name } in names.into_iter().flat_map(|names| names.names) {
        found.add(FoundBy::Name, account, Some(name));
    }
    Ok(Success::with(PlayersFound { players: found.0, has_more }))
}

/// What is known about a text before any row is read.
#[derive(Debug, Default)]
struct Clues {
    /// Accounts that it leads to, which may not exist.
    accounts: Vec<(FoundBy, AccountId)>,
    /// An order that is not in memory, and what it is called.
    order: Option<(OrderId, String)>,
}

impl Clues {
    fn of(world: &World, request: &PlayerFind, text: &str) -> Result<Self, Unready> {
        let directory = world.resource::<Directory>();
        let (mut accounts, mut order) = (Vec::new(), None);
        let mut add = |by, account: Option<AccountId>| accounts.extend(account.map(|account| (by, account)));
        if request.looks_by(FoundBy::Number) {
            add(FoundBy::Number, text.parse().ok().map(AccountId));
        }
        if request.looks_by(FoundBy::Email) {
            add(FoundBy::Email, find_by_email(directory, text)?);
        }
        if let Sought::Device(device) = &request.sought {
            add(FoundBy::Device, find_by_device(directory, &device.hash())?);
        }
        if request.looks_by(FoundBy::Uid) {
            add(FoundBy::Uid, find_by_uid(world, text)?);
        }
        // A bare count is the number of an order only for somebody who looks for orders.
        let is_order = request.by == Some(FoundBy::Order) || request.by.is_none() && text.parse::<u64>().is_err();
        let number = is_order.then(|| read_number(text, world.resource::<Numbering>().world)).flatten();
        if let Some(number) = number {
            match buyer_in_memory(world, number, text) {
                Some(buyer) => add(FoundBy::Order, Some(buyer)),
                None => order = Some((number, text.to_owned())),
            }
        }
        Ok(Self { accounts, order })
    }
}

/// What the rows say.
#[derive(Debug, Default, Serialize, Deserialize)]
struct ReadClues {
    /// The rows of the names in order.
    rows: FoundRows,
    /// The names of the accounts that are not in memory, if they exist.
    names: BTreeMap<AccountId, String>,
    /// Who has made the order.
    buyer: Option<AccountId>,
}

/// The result of the job, in a form that a journal can store: errors as text.
type Read = Result<ReadClues, String>;

/// Reads what is not in memory. Names are all that most searches need; for these no job is made.
fn read(world: &World, clues: &Clues, search: Option<&NameSearch>, fact: Option<Fact>) -> Result<ReadClues, Unready> {
    let query = search.map(|search| world.resource::<LateNames>().query(search));
    let accounts = clues.accounts.iter().map(|(_, account)| *account);
    let absent: Vec<AccountId> = accounts.filter(|account| name_in_memory(world, *account).is_none()).collect();
    if absent.is_empty() && clues.order.is_none() {
        let rows = query.map(|query| rows_found(query, fact)).transpose()?;
        return Ok(ReadClues { rows: rows.unwrap_or_default(), ..ReadClues::default() });
    }
    let Some(read) = fact.and_then(|fact| fact.downcast::<Read>().ok()) else {
        let (source, order) = (world.resource::<RowSource>().clone(), clues.order.clone());
        let job = move || -> Read { read_rows(&source.0, query, absent, order).map_err(|error| error.to_string()) };
        return Err(Need::Job(Job::new(job)).into());
    };
    Ok((*read).map_err(|error| Refusal::saying(UNREADABLE, error))?)
}

fn read_rows(
    rows: &Rows,
    query: Option<RowQuery>,
    mut accounts: Vec<AccountId>,
    order: Option<(OrderId, String)>,
) -> Result<ReadClues, StorageError> {
    let buyer = order.map(|(order, text)| read_buyer(rows, order, &text)).transpose()?.flatten();
    accounts.extend(buyer);
    let mut names = BTreeMap::new();
    for account in accounts {
        let row = rows.get(<Account as PlayerRow>::TABLE, &account.to_key())?;
        let name = row.and_then(|row| account_in_row(&row)).map(|account| account.name().to_owned());
        names.extend(name.map(|name| (account, name)));
    }
    let rows = query.map(|query| rows.read(&query)).transpose()?.unwrap_or_default();
    Ok(ReadClues { rows, names, buyer })
}

fn name_in_memory(world: &World, account: AccountId) -> Option<String> {
    let entity = world.resource::<Players>().entity(account)?;
    world.get::<Account>(entity).map(|account| account.name().to_owned())
}

/// Players, each once, in the order in which they were found first.
#[derive(Debug, Default)]
struct Found(Vec<FoundPlayer>);

impl Found {
    /// Adds a player who was found by this; without a name the account does not exist.
    fn add(&mut self, by: FoundBy, account: AccountId, name: Option<String>) {
        let Some(name) = name else {
            return;
        };
        match self.0.iter_mut().find(|found| found.player == account.0) {
            Some(found) => found.by.push(by),
            None => self.0.push(FoundPlayer { player: account.0, name, by: vec![by] }),
        }
    }
}
