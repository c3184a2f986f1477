//! `wname_assign`: an operator gives an account a purse of its own (docs/platforms.md#one-purse-one-account).

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_time::{Real, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::platform_names::{NameKind, TakenNames, WORLD_MARK};
use crate::identity::{Account, NO_SUCH_PLAYER, find_by_name, note_played};
use crate::orders::open_order;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::players::Players;
use raidkeep_engine::request;
use raidkeep_engine::request::{Call, Code, Operator, Refusal, Success, Unready, Waits};
use raidkeep_engine::storage::{Archive, Directory, EditWorld};

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<WnameAssign, _>(wname_assign);
}

/// `wname_assign {token, name, wname?}`: without `wname`, the one that a new account would get.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WnameAssign {
    /// The player's name.
    name: String,
    /// The name of the purse; missing = the one that a new account would get.
    #[serde(default)]
    wname: Option<String>,
}

request!(
    Operator, "wname_assign", WnameAssign => WnameAssigned, RIGHT = Right::ORDERS,
    CODES = &[
        Code::of(NO_SUCH_PLAYER),
        Code::refusal(OPEN_ORDER, "an order of the player is unsettled"),
        Code::of(TAKEN),
    ],
);

/// The reply of `wname_assign`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WnameAssigned {
    /// The player's name.
    name: String,
    /// The purse it has now.
    wname: String,
    /// The one it had. Its points stay there.
    former: String,
}

const OPEN_ORDER: i32 = 98;
const TAKEN: Refusal = Refusal::new(97, "an account has or had this wname");

/// The longest name that is assigned, in bytes.
const WNAME_BYTES_MAX: usize = 64;

fn wname_assign(In(call): In<Call<WnameAssign>>, world: &mut World) -> Waits<WnameAssigned> {
    let WnameAssign { name, wname } = call.request;
    let account = find_by_name(world.resource::<Directory>(), &name)?.ok_or(NO_SUCH_PLAYER)?;
    let now = world.resource::<Time<Real>>().elapsed();
    let entity = world.resource_mut::<Players>().find(account, now)?;
    if let Some(why) = open_order(world, account) {
        return Err(Refusal::saying(OPEN_ORDER, why).into());
    }
    let described = world.get::<Account>(entity).ok_or(NO_SUCH_PLAYER)?;
    let (name, former) = (described.name().to_owned(), described.wname().to_owned());
    let wname = match wname {
        Some(wname) => chosen(world, account, wname)?,
        None => usual(world, account, &name, &former),
    };
    // A purse of its own is something that would be missed.
    note_played(world, account);
    world.resource_scope(|world, mut archive: Mut<Archive>| {
        let mut taken = world.resource_mut::<TakenNames>();
        taken.set(&mut archive, NameKind::Wname, &former, None);
        taken.set(&mut archive, NameKind::Wname, &wname, Some(account));
    });
    if let Some(mut account) = world.edit::<Account>(entity) {
        account.set_wname(wname.clone());
    }
    tracing::info!(player = %name, %account, %former, %wname, "an operator has given an account another purse");
    Ok(Success::with(WnameAssigned { name, wname, former }))
}

/// The name that a new account called `name` would get, other than the former one.
fn usual(world: &World, account: AccountId, name: &str, former: &str) -> String {
    let (place, taken) = (world.resource::<WorldPlace>(), world.resource::<TakenNames>());
    let usual = taken.free(NameKind::Wname, place.distinct(name), account);
    if usual == former { TakenNames::numbered(&usual, account) } else { usual }
}

/// The name that the operator wants, if nobody in this world has or had it.
fn chosen(world: &World, account: AccountId, wname: String) -> Result<String, Unready> {
    if wname.is_empty() || wname.len() > WNAME_BYTES_MAX || wname.chars().any(char::is_control) {
        return Err(Refusal::malformed("data.wname", "1 to 64 bytes without control characters").into());
    }
    let place = world.resource::<WorldPlace>();
    let own = wname.rsplit_once(WORLD_MARK).filter(|(name, _)| place.distinct(name) == wname);
    let owner = find_by_name(world.resource::<Directory>(), own.map_or(wname.as_str(), |(name, _)| name))?;
    let is_taken = world.resource::<TakenNames>().contains(NameKind::Wname, &wname);
    if is_taken || owner.is_some_and(|owner| owner != account) { Err(TAKEN.into()) } else { Ok(wname) }
}
