//! `start_hang_up`, `get_hang_up_reward`, `get_hang_up_info` (docs/contract/hang-up.md#functions).

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::query::QueryData;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::drops::DropRules;
use crate::hang_up::model::{Earnings, HangUp};
use crate::hang_up::rates::Rates;
use crate::hang_up::terms::HangUpTerms;
use crate::identity::Account;
use crate::items::{Cause, Inventory, LegacyChange, Misses};
use crate::stages::Progress;
use raidkeep_engine::clock::{Clock, HoursMinutesSeconds};
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::history::History;
use raidkeep_engine::random::Randomness;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Answer, Call, Code, Player, Reads, Refusal, Success};
use raidkeep_engine::rules::Rules;

pub(super) fn register(app: &mut App) {
    app.add_request::<StartHangUp, _>(start_hang_up);
    app.add_request::<GetHangUpReward, _>(get_hang_up_reward);
    app.add_request::<GetHangUpInfo, _>(get_hang_up_info);
}

/// Success codes of `start_hang_up`.
const SETTLED: i32 = 1;
const SAME_STAGE: i32 = 2;
const STAGE_REFUSED: Refusal = Refusal::new(99, "stage error");
const NOTHING_HANGING: Refusal = Refusal::new(99, "no stage is hanging up");
const NOT_CONFIGURED: Refusal = Refusal::new(96, "There is no configuration information for this stage");

/// `start_hang_up {token, stage}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct StartHangUp {
    /// A general stage that is passed.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    stage: i64,
}

request!(
    Player, "start_hang_up", StartHangUp => HangUpStarted,
    READS = Reads::Caller,
    CODES = &[
        Code::answer(SETTLED, "the stage that hung before was settled, and this one hangs"),
        Code::bare_answer(SAME_STAGE, "this stage hangs already"),
        Code::of(STAGE_REFUSED),
    ],
);

/// The reply of `start_hang_up`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HangUpStarted {
    /// What the stage before has earned; empty if none hung.
    start_hang_up_reward: Vec<LegacyChange>,
    /// The stage that hangs now, and how long the one before did.
    hang_up_info: HangUpInfo,
}

/// Which stage hangs, and how long it (or the one before) has been hanging.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HangUpInfo {
    /// The stage.
    hang_stage: u32,
    /// How long: whole seconds, or `H:MM:SS`.
    time: HangUpTime,
}

/// `time` is `H:MM:SS` in some replies and whole seconds in others (docs/contract/hang-up.md#functions).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum HangUpTime {
    Hours(HoursMinutesSeconds),
    Seconds(i64),
}

/// What the minutes of players are paid by.
#[derive(SystemParam)]
pub struct RateTables<'w> {
    history: Res<'w, History<HangUpTerms>>,
    drops: Res<'w, Rules<DropRules>>,
}

impl RateTables<'_> {
    fn of(&self, account: &Account) -> Rates<'_> {
        Rates { history: &self.history, made_at: account.made_at(), drops: &self.drops }
    }
}

/// The components and resources that the handlers change.
#[derive(QueryData)]
#[query_data(mutable)]
pub struct Hanger {
    hang_up: &'static mut HangUp,
    inventory: &'static mut Inventory,
    progress: &'static Progress,
    account: &'static Account,
}

fn start_hang_up(
    In(call): In<Call<StartHangUp>>,
    mut players: Query<Hanger>,
    clock: Res<Clock>,
    rates: RateTables,
    mut random: ResMut<Randomness>,
) -> Answer<HangUpStarted> {
    let mut player = call.caller.get_mut(&mut players)?;
    let highest = player.progress.highest_general();
    let stage = u32::try_from(call.request.stage).ok().filter(|stage| (1..=highest).contains(stage));
    let stage = stage.ok_or(STAGE_REFUSED)?;
    if player.hang_up.stage() == Some(stage) {
        return Ok(Success::empty().status(SAME_STAGE).message("same stage"));
    }
    let now = clock.now();
    let settled = settle(&mut player.hang_up, &mut player.inventory, now, &rates.of(player.account), &mut random);
    player.hang_up.start(stage, now);
    let reply = |start_hang_up_reward, time| HangUpStarted {
        start_hang_up_reward,
        hang_up_info: HangUpInfo { hang_stage: stage, time },
    };
    Ok(match settled {
        None => Success::with(reply(Vec::new(), HangUpTime::Hours(HoursMinutesSeconds(0)))).message("hang up success"),
        Some((earnings, changes)) => Success::with(reply(changes, HangUpTime::Seconds(earnings.seconds)))
            .status(SETTLED)
            .message("Settlement reward success"),
    })
}

/// The ledger's cause for earnings.
const SETTLEMENT: Cause = Cause::new("hang_up");

fn settle(
    hang_up: &mut HangUp,
    inventory: &mut Mut<Inventory>,
    now: i64,
    rates: &Rates<'_>,
    random: &mut Randomness,
) -> Option<(Earnings, Vec<LegacyChange>)> {
    let mut misses = inventory.misses().clone();
    let earnings = hang_up.settle(now, rates, &mut misses, random.source())?;
    note_misses(inventory, misses);
    inventory.grant(&earnings.amounts, SETTLEMENT);
    let changes = LegacyChange::after(inventory, &earnings.amounts);
    Some((earnings, changes))
}

/// `get_hang_up_reward {token}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GetHangUpReward {}

request!(
    Player, "get_hang_up_reward", GetHangUpReward => HangUpRewarded,
    READS = Reads::Caller,
    CODES = &[Code::of(NOTHING_HANGING), Code::of(NOT_CONFIGURED)],
);

/// The reply of `get_hang_up_reward`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HangUpRewarded {
    /// What was earned, with what is owned now.
    get_hang_up_rewards: Vec<LegacyChange>,
    /// What was settled.
    hang_up_info: HangUpInfo,
}

fn get_hang_up_reward(
    In(call): In<Call<GetHangUpReward>>,
    mut players: Query<Hanger>,
    clock: Res<Clock>,
    rates: RateTables,
    mut random: ResMut<Randomness>,
) -> Answer<HangUpRewarded> {
    let mut player = call.caller.get_mut(&mut players)?;
    check_configured(&player.hang_up, clock.now(), &rates.of(player.account))?;
    let settled =
        settle(&mut player.hang_up, &mut player.inventory, clock.now(), &rates.of(player.account), &mut random);
    let (earnings, get_hang_up_rewards) = settled.ok_or(NOTHING_HANGING)?;
    let hang_up_info = HangUpInfo { hang_stage: earnings.stage, time: HangUpTime::Seconds(earnings.seconds) };
    Ok(Success::with(HangUpRewarded { get_hang_up_rewards, hang_up_info }).message("Settlement reward success"))
}

/// Only misses that others are now change what is kept.
fn note_misses(inventory: &mut Mut<Inventory>, misses: Misses) {
    if *inventory.misses() != misses {
        *inventory.misses_mut() = misses;
    }
}

fn check_configured(hang_up: &HangUp, now: i64, rates: &Rates<'_>) -> Result<(), Refusal> {
    if hang_up.is_configured(now, rates).ok_or(NOTHING_HANGING)? { Ok(()) } else { Err(NOT_CONFIGURED) }
}

/// `get_hang_up_info {token}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GetHangUpInfo {}

request!(
    Player, "get_hang_up_info", GetHangUpInfo => HangUpShown,
    READS = Reads::Caller,
    CODES = &[Code::of(NOTHING_HANGING), Code::of(NOT_CONFIGURED)],
);

/// The reply of `get_hang_up_info`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HangUpShown {
    /// What a settlement would bring now, with what is owned.
    get_hang_up_info: Vec<LegacyChange>,
    /// What hangs, and how long.
    hang_up_info: HangUpInfo,
}

fn get_hang_up_info(
    In(call): In<Call<GetHangUpInfo>>,
    mut players: Query<Hanger>,
    clock: Res<Clock>,
    rates: RateTables,
    mut random: ResMut<Randomness>,
) -> Answer<HangUpShown> {
    let mut player = call.caller.get_mut(&mut players)?;
    check_configured(&player.hang_up, clock.now(), &rates.of(player.account))?;
    let mut misses = player.inventory.misses().clone();
    let rates = rates.of(player.account);
    let looked = player.hang_up.look(clock.now(), &rates, &mut misses, random.source());
    let earnings = looked.ok_or(NOTHING_HANGING)?;
    note_misses(&mut player.inventory, misses);
    let get_hang_up_info = LegacyChange::before(&player.inventory, &earnings.amounts);
    let time = HangUpTime::Hours(HoursMinutesSeconds(earnings.seconds));
    let hang_up_info = HangUpInfo { hang_stage: earnings.stage, time };
    let message = "Successfully get hook information";
    Ok(Success::with(HangUpShown { get_hang_up_info, hang_up_info }).message(message))
}
