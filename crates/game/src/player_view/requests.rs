//! `player_view`.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::{Account, NO_SUCH_PLAYER, player_numbered};
use crate::items::ItemId;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::players::Players;
use raidkeep_engine::request;
use raidkeep_engine::request::answer::found_when_folded;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Call, Code, Fact, Job, Operator, Refusal, Success, Unready, Waits};
use raidkeep_engine::start::RowSource;
use raidkeep_engine::storage::FoundRows;
use raidkeep_engine::views::{ShownParts, ViewPage, ViewParts, ViewReading, Viewed};

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<PlayerView, _>(player_view);
}

/// `player_view {player, part?, from?, to?, item?, cause?, after?, limit?}`: everything of one player, or one part of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerView {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// Only this part, such as `movements`; missing = all parts.
    #[serde(default)]
    part: Option<String>,
    /// Only what happened at this moment or later, unix seconds.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    from: Option<i64>,
    /// Only what happened before this moment, unix seconds.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    to: Option<i64>,
    /// Only movements of this item.
    #[serde(default)]
    item: Option<ItemId>,
    /// Only movements with this cause, such as `sweep`.
    #[serde(default)]
    cause: Option<String>,
    /// The next page of a part: its `next`. Needs `part`.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    after: Option<i64>,
    /// The most entries of each part that is a list; missing = 50.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    limit: Option<i64>,
}

const NO_SUCH_PART: i32 = 98;
const UNREADABLE: i32 = 97;

request!(
    Operator, "player_view", PlayerView => PlayerViewed, RIGHT = Right::VIEW,
    CODES = &[
        Code::of(NO_SUCH_PLAYER),
        Code::refusal(NO_SUCH_PART, "a view of a player has no such part"),
        Code::refusal(UNREADABLE, "rows of the player cannot be read"),
    ],
);

/// The reply of `player_view`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlayerViewed {
    /// The account's number.
    pub(super) player: u64,
    /// The player's name.
    pub(super) name: String,
    /// What features show of the player.
    pub(super) parts: ShownParts,
}

impl PlayerView {
    fn page(&self) -> Result<ViewPage, Refusal> {
        let limit = lenient::page_size(self.limit)
            .ok_or_else(|| Refusal::malformed("data.limit", "an integer from 1 to 500"))?;
        let after = self.after.map(u64::try_from).transpose();
        let after = after.map_err(|_| Refusal::malformed("data.after", "the next of the page before, 0 or more"))?;
        if after.is_some() && self.part.is_none() {
            return Err(Refusal::malformed("data.part", "the part whose next page this is"));
        }
        Ok(ViewPage {
            from: self.from,
            to: self.to,
            item: self.item.map(|item| item.to_string()),
            cause: self.cause.clone(),
            after,
            limit,
        })
    }
}

fn player_view(In(call): In<Call<PlayerView>>, world: &World) -> Waits<PlayerViewed> {
    let mut fact = call.fact;
    let page = call.request.page()?;
    let parts = world.resource::<ViewParts>();
    let chosen = parts.choose(call.request.part.as_deref()).ok_or_else(|| no_such_part(parts))?;
    let player = player_numbered(world.resource::<Players>(), call.request.player, &mut fact)?;
    let viewed = Viewed { world, player, page: &page };
    let readings = chosen.rows(&viewed)?;
    let rows = if readings.iter().any(Option::is_some) { read(world, readings, fact)? } else { Vec::new() };
    let name = viewed.get::<Account>()?.name().to_owned();
    Ok(Success::with(PlayerViewed { player: player.account.0, name, parts: chosen.show(&viewed, rows)? }))
}

fn no_such_part(parts: &ViewParts) -> Refusal {
    let names: Vec<&str> = parts.names().collect();
    Refusal::saying(NO_SUCH_PART, format!("no such part; there are {}", names.join(", ")))
}

/// The result of the job that reads all rows, in a form that a journal can store: errors as text.
type Read = Result<Vec<FoundRows>, String>;

/// The rows of all readings, which are read by one job when everything before is folded.
fn read(world: &World, readings: Vec<Option<ViewReading>>, fact: Option<Fact>) -> Result<Vec<FoundRows>, Unready> {
    let read: Read = found_when_folded(fact, "the player was not read, retry", || {
        let source = world.resource::<RowSource>().clone();
        let read =
            move |reading: Option<ViewReading>| reading.map_or(Ok(Vec::new()), |reading| reading.read(&source.0));
        Ok(Job::new(move || -> Read {
            readings.into_iter().map(read).collect::<Result<_, _>>().map_err(|error| error.to_string())
        }))
    })?;
    Ok(read.map_err(|error| Refusal::saying(UNREADABLE, error))?)
}
