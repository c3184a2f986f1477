//! `clock_mend`: an operator mends what a clock that was ahead has left behind (docs/operating.md#a-wrong-clock).
//!
//! Not here: what each feature does about it, which it registers with [`MendApp`].

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::{Account, Accounts, IdentitySettings, ONCE_SECONDS};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::login::Login;
use raidkeep_engine::mend::{Mend, MendApp, Mended, Mends, mend};
use raidkeep_engine::operators::Right;
use raidkeep_engine::players::Players;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Operator, Success};
use raidkeep_engine::storage::{EditWorld, StorageApp};

/// `clock_mend`, and what it has to remember.
pub struct MendingPlugin;

impl Plugin for MendingPlugin {
    fn build(&self, app: &mut App) {
        app.add_player_rows::<Mended>().add_world_row::<Mends>();
        app.add_player_mend(shorten_token).add_player_mend(shorten_once);
        app.add_request::<ClockMend, _>(clock_mend);
    }
}

/// A token is valid for no longer than one that is issued now.
fn shorten_token(world: &mut World, player: Entity, mend: &Mend) {
    let latest = mend.within(i64::MAX, world.resource::<IdentitySettings>().token_seconds);
    if world.get::<Login>(player).is_some_and(|login| login.expires_at() > latest)
        && let Some(mut login) = world.edit::<Login>(player)
    {
        login.shorten(latest);
    }
}

/// The same for a password for one log-in.
fn shorten_once(world: &mut World, player: Entity, mend: &Mend) {
    let latest = mend.within(i64::MAX, ONCE_SECONDS);
    if world.get::<Account>(player).and_then(Account::once_until).is_some_and(|until| until > latest)
        && let Some(mut account) = world.edit::<Account>(player)
    {
        account.shorten_once(latest);
    }
}

/// `clock_mend {token}`: moments that lie in the future, because the clock was ahead when they were stored, are brought
/// back to now. What was paid or used up stays so.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClockMend {}

request!(Operator, "clock_mend", ClockMend => ClockMended, RIGHT = Right::CLOCK);

/// The reply of `clock_mend`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClockMended {
    /// Numbers the mends of this world from 1.
    mend: u32,
    /// The moment that counts, unix seconds.
    at: i64,
    /// The same as local date and time, `YYYY-MM-DD HH:MM:SS`.
    time: String,
    /// How many players were mended at once. The others are when they are loaded.
    players_in_memory: usize,
}

fn clock_mend(In(_): In<Call<ClockMend>>, world: &mut World) -> Answer<ClockMended> {
    let last_account = world.resource::<Accounts>().last();
    let players = world.resource::<Players>().in_memory();
    let players_in_memory = players.len();
    let Mend { number, at, .. } = mend(world, last_account, players);
    let time = world.resource::<Clock>().local_time(at);
    tracing::info!(mend = number, time, players_in_memory, "an operator has mended what a wrong clock has left");
    Ok(Success::with(ClockMended { mend: number, at, time, players_in_memory }))
}
