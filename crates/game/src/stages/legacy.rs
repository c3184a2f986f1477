//! The legacy functions `enter_stage` and `pass_stage`, which use the same sessions
//! (docs/contract/stages.md#legacy-functions).
//!
//! `enter_world_boss_stage` and `leave_world_boss_stage` are aliases for them.

use std::marker::PhantomData;

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::boss::rules::BOSS_TICKET;
use crate::boss::{BossField, ChallengesLeft, Ratios};
use crate::energy::EnergyMoments;
use crate::items::{Amount, LegacyChange};
use crate::stages::layouts::{LayoutRules, Monster, MonsterRules, Wave};
use crate::stages::model::Mode;
use crate::stages::requests::{ENTRY, Raider, RaiderItem, Short, StageTables, collect_victory, pay, reported_damage};
use crate::stages::session::{OpenSession, Sessions};
use crate::stages::suspects::{Anomaly, Misdeed, believe};
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::login::Login;
use raidkeep_engine::random::Randomness;
use raidkeep_engine::request::lenient::{self, Given, Integer};
use raidkeep_engine::request::{Answer, Call, Player, Refusal, Request, Success};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::Directory;

pub(super) fn register(app: &mut App) {
    app.add_request::<EnterStage<Plain>, _>(enter_stage::<Plain>);
    app.add_request::<EnterStage<LegacyWorldBoss>, _>(enter_stage::<LegacyWorldBoss>);
    app.add_request::<PassStage<Plain>, _>(pass_stage::<Plain>);
    app.add_request::<PassStage<LegacyWorldBoss>, _>(pass_stage::<LegacyWorldBoss>);
}

/// The names under which a legacy function is called.
pub trait LegacyName: Clone + Send + Sync + 'static {
    /// The name for entering.
    const ENTER: &'static str;
    /// The name for leaving.
    const PASS: &'static str;
}

/// `enter_stage`, `pass_stage`.
#[derive(Debug, Clone)]
pub struct Plain;
/// `enter_world_boss_stage`, `leave_world_boss_stage`.
#[derive(Debug, Clone)]
pub struct LegacyWorldBoss;

impl LegacyName for Plain {
    const ENTER: &'static str = "enter_stage";
    const PASS: &'static str = "pass_stage";
}

impl LegacyName for LegacyWorldBoss {
    const ENTER: &'static str = "enter_world_boss_stage";
    const PASS: &'static str = "leave_world_boss_stage";
}

/// The legacy boss room, 3000, and the stages of boss mode above it.
const BOSS_ROOM: std::ops::RangeInclusive<i64> = 3000..=3999;

const STAGE: Refusal = Refusal::new(99, "stage error");
const MATERIALS: Refusal = Refusal::new(98, "materials insufficient");
const NOT_CONFIGURED: Refusal = Refusal::new(96, "There is no configuration information for this stage");
const STILL_INSIDE: Refusal = Refusal::new(95, "abnormal data, log in again");
const NOT_ENTERED: Refusal = Refusal::new(98, "stage error");
const ALL_DEAD: Refusal = Refusal::new(99, "all bosses are dead");
const NO_TICKET: Refusal = Refusal::new(98, "no more ticket, try tomorrow");
const ABNORMAL_DAMAGE: Refusal = Refusal::new(99, "abnormal data");

/// `enter_stage {token, stage}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EnterStage<N> {
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    stage: i64,
    #[serde(skip)]
    name: PhantomData<N>,
}

impl<N: LegacyName> Request for EnterStage<N> {
    const FUNCTION: &'static str = N::ENTER;
    type Caller = Player;
    type Reply = LegacyEntered;
}

/// The reply of `enter_stage`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum LegacyEntered {
    /// Outside the boss room.
    Stage(Box<LegacyStageEntered>),
    /// In the boss room.
    BossRoom(BossRoomEntered),
}

/// What the client needs to play a stage.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LegacyStageEntered {
    enter_stages: Vec<Cost>,
    exp_info: LegacyExp,
    world_boss: Empty,
    energy: LegacyEnergy,
    enemy_layout: Vec<Wave>,
    monster: Vec<Monster>,
    at: EnergyMoments,
}

/// An item of `enter_stages`, with `iid` as a number.
#[derive(Debug, Serialize, JsonSchema)]
struct Cost {
    iid: u32,
    remaining: i64,
    reward: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct LegacyExp {
    exp: i64,
    level: u32,
    need: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct LegacyEnergy {
    time: i64,
    remaining: i64,
    reward: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Empty {}

/// The flat reply of the boss room, with the challenges left also where `enter_stage` documents them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BossRoomEntered {
    energy: i64,
    cooling_time: i64,
    consume: i64,
    times: u32,
    cd_time: i64,
    world_boss: ChallengesLeft,
    at: EnergyMoments,
}

/// What a client shows of a stage.
#[derive(SystemParam)]
struct Scenery<'w> {
    layouts: Res<'w, Rules<LayoutRules>>,
    monsters: Res<'w, Rules<MonsterRules>>,
}

fn enter_stage<N: LegacyName>(
    In(call): In<Call<EnterStage<N>>>,
    mut players: Query<(Raider, &mut Login)>,
    mut sessions: Sessions,
    tables: StageTables,
    scenery: Scenery,
    mut directory: ResMut<Directory>,
    field: BossField,
) -> Answer<LegacyEntered> {
    let (mut player, mut login) = call.caller.get_mut(&mut players)?;
    if let Some(open) = sessions.open(&player.visitor).filter(|open| open.mode != Mode::General) {
        sessions.clear(&mut player.visitor, Anomaly::new(Misdeed::StillInside, open.stage.into()));
        revoke(&mut login, &mut directory);
        return Err(STILL_INSIDE);
    }
    let stage = call.request.stage;
    if BOSS_ROOM.contains(&stage) {
        let stage = u32::try_from(stage).map_err(|_| STAGE)?;
        let entered = enter_boss_room(&mut player, &mut sessions, stage, &tables, &field)?;
        return Ok(Success::with(LegacyEntered::BossRoom(entered)).message("enter world boss success"));
    }
    let entered = enter_plain_stage(&mut player, &mut sessions, stage, &tables, &scenery)?;
    Ok(Success::with(LegacyEntered::Stage(Box::new(entered))))
}

fn enter_plain_stage(
    player: &mut RaiderItem,
    sessions: &mut Sessions,
    stage: i64,
    tables: &StageTables,
    scenery: &Scenery,
) -> Result<LegacyStageEntered, Refusal> {
    let now = tables.clock.now();
    let rules = tables.stages.mode_of(stage).ok_or(STAGE)?;
    let stage = rules.in_range(stage).ok_or(STAGE)?;
    let highest = player.progress.highest(rules, &tables.clock);
    if stage > rules.reachable(highest) || (!rules.repeatable && stage <= highest) {
        return Err(STAGE);
    }
    let block = rules.stage(stage).ok_or(NOT_CONFIGURED)?;
    let entry = block.legacy.as_ref().ok_or(NOT_CONFIGURED)?;
    if !block.windows.is_empty() {
        let window = block.open_since(now, &tables.clock);
        if window.is_none_or(|window| player.progress.has_paid(stage, window)) {
            return Err(STAGE);
        }
    }
    if !player.inventory.covers(&entry.cost) {
        return Err(MATERIALS);
    }
    pay(&mut player.energy, &mut player.inventory, entry.energy, &entry.cost, ENTRY, tables)?;
    sessions.enter(&mut player.visitor, stage, rules.mode, now);
    let left = |cost: &Amount| Cost {
        iid: cost.item.id,
        remaining: player.inventory.quantity(cost.item),
        reward: -cost.quantity,
    };
    let standing = tables.levels.standing(player.experience.total);
    let layout = block.layout.as_deref().and_then(|layout| scenery.layouts.layout(layout));
    Ok(LegacyStageEntered {
        enter_stages: entry.cost.iter().map(left).collect(),
        exp_info: LegacyExp { exp: standing.exp, level: standing.level, need: standing.need },
        world_boss: Empty {},
        energy: LegacyEnergy {
            time: player.energy.cooling(now, &tables.energy),
            remaining: player.energy.points(now, &tables.energy),
            reward: -entry.energy,
        },
        enemy_layout: layout.map(|layout| layout.waves.clone()).unwrap_or_default(),
        monster: layout.map(|layout| scenery.monsters.of_layout(layout)).unwrap_or_default(),
        at: EnergyMoments::of(&player.energy, now, &tables.energy),
    })
}

fn enter_boss_room(
    player: &mut RaiderItem,
    sessions: &mut Sessions,
    stage: u32,
    tables: &StageTables,
    field: &BossField,
) -> Result<BossRoomEntered, Refusal> {
    let (now, today) = (tables.clock.now(), tables.clock.day());
    if !field.anybody_alive() {
        return Err(ALL_DEAD);
    }
    let is_vip = tables.tickets.is_vip(&player.inventory);
    let ticket = tables.tickets.kind(BOSS_TICKET).ok_or(NOT_CONFIGURED)?;
    if player.tickets.left(ticket, is_vip, today) == 0 {
        return Err(NO_TICKET);
    }
    let is_room = i64::from(stage) == *BOSS_ROOM.start();
    let is_configured = tables.stages.mode(Mode::Boss).is_some_and(|rules| rules.stage(stage).is_some());
    if !is_room && !is_configured {
        return Err(NOT_CONFIGURED);
    }
    let entry = &field.rules.legacy_entry;
    pay(&mut player.energy, &mut player.inventory, entry.energy, &entry.cost, ENTRY, tables)
        .map_err(|short| if short == Short::Materials { NOT_CONFIGURED } else { short.into() })?;
    player.tickets.take(ticket, is_vip, today);
    sessions.enter(&mut player.visitor, stage, Mode::Boss, now);
    let (times, cd_time) = (player.tickets.left(ticket, is_vip, today), tables.clock.seconds_to_next_day());
    Ok(BossRoomEntered {
        energy: player.energy.points(now, &tables.energy),
        cooling_time: player.energy.cooling(now, &tables.energy),
        consume: -entry.energy,
        times,
        cd_time,
        world_boss: ChallengesLeft::new(cd_time, times),
        at: EnergyMoments::of(&player.energy, now, &tables.energy),
    })
}

/// Revokes the token of a client that sent abnormal data.
fn revoke(login: &mut Mut<Login>, directory: &mut Directory) {
    if let Some(key) = login.revoke() {
        directory.set(key, None);
    }
}

/// `pass_stage {token, stage}`, and `damage` in the boss room.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PassStage<N> {
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    stage: i64,
    /// Clients also spell it `damange` (docs/contract/stage-protocol.md#spellings).
    #[serde(
        default,
        alias = "damange",
        deserialize_with = "lenient::any_integer",
        skip_serializing_if = "lenient::Given::is_missing"
    )]
    damage: Given,
    #[serde(skip)]
    name: PhantomData<N>,
}

impl<N: LegacyName> Request for PassStage<N> {
    const FUNCTION: &'static str = N::PASS;
    type Caller = Player;
    type Reply = LegacyPassed;
}

/// The reply of `pass_stage`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum LegacyPassed {
    /// Outside the boss room.
    Stage(StagePassed),
    /// In the boss room.
    BossRoom(BossRoomLeft),
}

/// The rewards of a stage.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StagePassed {
    pass_stages: Vec<LegacyChange>,
    p_exp: PassedExp,
    p_stage: PassedStage,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PassedExp {
    remaining: i64,
    reward: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PassedStage {
    finally: u32,
    vary: u32,
}

/// The result of a blow in the boss room.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BossRoomLeft {
    new_record: u8,
    highest_damage: u64,
    boss_life_ratio: Ratios,
}

fn pass_stage<N: LegacyName>(
    In(call): In<Call<PassStage<N>>>,
    mut players: Query<(Raider, &mut Login)>,
    mut sessions: Sessions,
    tables: StageTables,
    mut directory: ResMut<Directory>,
    mut random: ResMut<Randomness>,
    mut field: BossField,
) -> Answer<LegacyPassed> {
    let (mut player, mut login) = call.caller.get_mut(&mut players)?;
    let is_boss_room = BOSS_ROOM.contains(&call.request.stage);
    let stage = u32::try_from(call.request.stage).map_err(|_| STAGE)?;
    let rules = tables.stages.mode_of(call.request.stage);
    if rules.is_none() && !is_boss_room {
        return Err(STAGE);
    }
    let Some(open) = sessions.open(&player.visitor).filter(|open| open.stage == stage) else {
        sessions.clear(&mut player.visitor, Anomaly::new(Misdeed::NotEntered, stage.into()));
        revoke(&mut login, &mut directory);
        return Err(NOT_ENTERED);
    };
    if is_boss_room {
        let left =
            leave_boss_room(&mut player, &mut sessions, call.caller, open, call.request.damage, &tables, &mut field)?;
        return Ok(Success::with(LegacyPassed::BossRoom(left)));
    }
    let rules = rules.ok_or(STAGE)?;
    rules.stage(stage).ok_or(NOT_CONFIGURED)?;
    sessions.leave(&mut player.visitor, None);
    let won = collect_victory(&mut player, rules, open, &tables.clock, &mut random);
    Ok(Success::with(LegacyPassed::Stage(StagePassed {
        pass_stages: LegacyChange::after(&player.inventory, &won.reward),
        p_exp: PassedExp { remaining: player.experience.total, reward: won.exp },
        p_stage: PassedStage { finally: player.progress.highest(rules, &tables.clock), vary: won.rise },
    })))
}

/// Abnormal damage is counted and leaves the session open, as in the new function.
fn leave_boss_room(
    player: &mut RaiderItem,
    sessions: &mut Sessions,
    caller: Player,
    open: OpenSession,
    damage: Given,
    tables: &StageTables,
    field: &mut BossField,
) -> Result<BossRoomLeft, Refusal> {
    let damage = believe(player, open, reported_damage(damage)?, tables, field).map_err(|anomaly| {
        sessions.note_anomaly(&mut player.visitor, anomaly);
        ABNORMAL_DAMAGE
    })?;
    sessions.leave(&mut player.visitor, Some(damage));
    let struck = field.strike(caller, damage, field.rules.surplus_carries_over.legacy);
    Ok(BossRoomLeft {
        new_record: struck.is_record.into(),
        highest_damage: struck.best,
        boss_life_ratio: field.ratios("boss"),
    })
}
