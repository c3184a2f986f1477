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

use crate::boss::BossField;
use crate::energy::{Energy, EnergyMoments};
use crate::identity::Tokens;
use crate::items::{Amount, LegacyChange};
use crate::stages::boss_room::{self, BossRoomBlow, BossRoomEntered};
use crate::stages::codes::ENERGY;
use crate::stages::layouts::{LayoutRules, Monster, MonsterRules, Wave};
use crate::stages::model::Mode;
use crate::stages::requests::{ENTRY, Raider, RaiderItem, StageTables, pay};
use crate::stages::session::Sessions;
use crate::stages::suspects::{Anomaly, Misdeed};
use crate::stages::terms::SessionTables;
use crate::stages::winnings::collect_victory;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::login::Login;
use raidkeep_engine::random::Randomness;
use raidkeep_engine::request::lenient::{self, Given, Integer};
use raidkeep_engine::request::{Answer, Call, Code, Player, Refusal, Request, Success};
use raidkeep_engine::rules::Rules;

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

/// The codes that document 1 lists for all stages.
pub(super) mod codes {
    use raidkeep_engine::request::Refusal;

    pub(in crate::stages) const STAGE: Refusal = Refusal::new(99, "stage error");
    pub(in crate::stages) const MATERIALS: Refusal = Refusal::new(98, "materials insufficient");
    pub(in crate::stages) const NOT_CONFIGURED: Refusal =
        Refusal::new(96, "There is no configuration information for this stage");
}

use codes::{MATERIALS, NOT_CONFIGURED, STAGE};

const STILL_INSIDE: Refusal = Refusal::new(95, "abnormal data, log in again");
const NOT_ENTERED: Refusal = Refusal::new(98, "stage error");

/// `enter_stage {token, stage}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EnterStage<N> {
    /// The number of the stage.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    stage: i64,
    #[serde(skip)]
    name: PhantomData<N>,
}

impl<N: LegacyName> Request for EnterStage<N> {
    const FUNCTION: &'static str = N::ENTER;
    const CODES: &'static [Code] = &[
        Code::of(STILL_INSIDE).meaning("a stage that cannot be left at will is still open; the token has ended"),
        Code::of(STAGE),
        Code::of(NOT_CONFIGURED),
        Code::of(MATERIALS),
        Code::of(ENERGY),
        Code::of(boss_room::ALL_DEAD),
        Code::of(boss_room::NO_TICKET),
    ];
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
    /// The items that the entry took.
    enter_stages: Vec<Cost>,
    /// The player's experience.
    exp_info: LegacyExp,
    /// Nothing outside the boss room.
    world_boss: Empty,
    /// The energy after the entry.
    energy: LegacyEnergy,
    /// The waves of enemies.
    enemy_layout: Vec<Wave>,
    /// The monsters of these waves.
    monster: Vec<Monster>,
    /// The same moments in unix seconds.
    at: EnergyMoments,
}

/// An item of `enter_stages`, with `iid` as a number.
#[derive(Debug, Serialize, JsonSchema)]
struct Cost {
    /// The item's number in group 3.
    iid: u32,
    /// How many are left.
    remaining: i64,
    /// The change, such as -3.
    reward: i64,
}

/// Experience, as the legacy functions name it.
#[derive(Debug, Serialize, JsonSchema)]
struct LegacyExp {
    /// Experience in all.
    exp: i64,
    /// The level that this makes.
    level: u32,
    /// Experience missing for the next level; 0 at the highest.
    need: i64,
}

/// Energy after a change, as the legacy functions name it.
#[derive(Debug, Serialize, JsonSchema)]
struct LegacyEnergy {
    /// Seconds to the next point; -1 when none is coming back.
    time: i64,
    /// Points left.
    remaining: i64,
    /// The change, such as -6.
    reward: i64,
}

impl LegacyEnergy {
    /// The state after a change.
    fn after(energy: &Energy, reward: i64, tables: &StageTables) -> Self {
        let now = tables.clock.now();
        Self { time: energy.cooling(now, &tables.energy), remaining: energy.points(now, &tables.energy), reward }
    }
}

/// Nothing: `{}`.
#[derive(Debug, Serialize, JsonSchema)]
struct Empty {}

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
    tables: SessionTables,
    scenery: Scenery,
    mut tokens: Tokens,
    field: BossField,
) -> Answer<LegacyEntered> {
    let (mut player, mut login) = call.caller.get_mut(&mut players)?;
    let open = sessions.open(&player.visitor).map(|session| session.open());
    if let Some(open) = open.filter(|open| open.mode != Mode::General) {
        sessions.clear(&mut player.visitor, Anomaly::new(Misdeed::StillInside, open.stage.into()));
        tokens.revoke(&mut login);
        return Err(STILL_INSIDE.noted());
    }
    let stage = call.request.stage;
    if let Some(stage) = boss_room::in_range(stage) {
        let entered = boss_room::enter(&mut player, &mut sessions, stage, &tables, &field)?;
        return Ok(Success::with(LegacyEntered::BossRoom(entered)).message("enter world boss success"));
    }
    let entered = enter_plain_stage(&mut player, &mut sessions, stage, &tables, &scenery)?;
    Ok(Success::with(LegacyEntered::Stage(Box::new(entered))))
}

fn enter_plain_stage(
    player: &mut RaiderItem,
    sessions: &mut Sessions,
    stage: i64,
    tables: &SessionTables,
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
    let block = block.under(stage, tables.own_changes(&player.visitor));
    let entry = block.legacy.as_ref().ok_or(NOT_CONFIGURED)?;
    if block.is_timed() {
        let opening = block.opening(now, &tables.clock);
        if opening.is_none_or(|opening| player.progress.has_paid(stage, &opening)) {
            return Err(STAGE);
        }
    }
    if !player.inventory.covers(&entry.cost) {
        return Err(MATERIALS);
    }
    pay(&mut player.energy, &mut player.inventory, entry.energy, &entry.cost, ENTRY, tables)?;
    sessions.enter(&mut player.visitor, tables.session(stage, rules.mode));
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
        energy: LegacyEnergy::after(&player.energy, -entry.energy, tables),
        enemy_layout: layout.map(|layout| layout.waves.clone()).unwrap_or_default(),
        monster: layout.map(|layout| scenery.monsters.of_layout(layout)).unwrap_or_default(),
        at: EnergyMoments::of(&player.energy, now, &tables.energy),
    })
}

/// `pass_stage {token, stage}`, and `damage` in the boss room.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PassStage<N> {
    /// The number of the stage.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    stage: i64,
    /// In the boss room: the damage done.
    #[serde(default, deserialize_with = "lenient::any_integer", skip_serializing_if = "lenient::Given::is_missing")]
    damage: Given,
    /// Another spelling (docs/contract/stage-protocol.md#spellings).
    #[serde(default, deserialize_with = "lenient::any_integer", skip_serializing_if = "lenient::Given::is_missing")]
    damange: Given,
    #[serde(skip)]
    name: PhantomData<N>,
}

impl<N: LegacyName> Request for PassStage<N> {
    const FUNCTION: &'static str = N::PASS;
    const CODES: &'static [Code] = &[
        Code::of(STAGE),
        Code::of(NOT_CONFIGURED),
        Code::of(NOT_ENTERED).meaning("this stage was not entered; the token has ended"),
        Code::of(boss_room::ABNORMAL_DAMAGE),
    ];
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

/// The result of a visit to the boss room.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BossRoomLeft {
    #[serde(flatten)]
    blow: BossRoomBlow,
    /// For the stages of boss mode, which are passed as well; absent for 3000.
    #[serde(flatten)]
    passed: Option<StagePassed>,
}

/// The rewards of a stage.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StagePassed {
    /// The items gained.
    pass_stages: Vec<LegacyChange>,
    /// The experience gained.
    p_exp: PassedExp,
    /// The progress.
    p_stage: PassedStage,
    /// The energy now.
    energy: LegacyEnergy,
}

/// Experience after a victory.
#[derive(Debug, Serialize, JsonSchema)]
struct PassedExp {
    /// Experience in all.
    remaining: i64,
    /// What was gained.
    reward: i64,
}

/// The progress after a victory.
#[derive(Debug, Serialize, JsonSchema)]
struct PassedStage {
    /// The highest stage passed in the mode.
    finally: u32,
    /// By how many it rose.
    vary: u32,
}

fn pass_stage<N: LegacyName>(
    In(call): In<Call<PassStage<N>>>,
    mut players: Query<(Raider, &mut Login)>,
    mut sessions: Sessions,
    tables: SessionTables,
    mut tokens: Tokens,
    mut random: ResMut<Randomness>,
    mut field: BossField,
) -> Answer<LegacyPassed> {
    let (mut player, mut login) = call.caller.get_mut(&mut players)?;
    let PassStage { stage, damage, damange, .. } = call.request;
    let session = sessions.open(&player.visitor).filter(|session| i64::from(session.open().stage) == stage);
    let (rules, is_boss_room) = (tables.stages_of(session).mode_of(stage), boss_room::in_range(stage).is_some());
    let stage = u32::try_from(stage).ok().filter(|_| rules.is_some() || is_boss_room).ok_or(STAGE)?;
    let Some(session) = session else {
        let is_configured = boss_room::is_room(stage) || rules.is_some_and(|rules| rules.stage(stage).is_some());
        if !is_configured {
            return Err(NOT_CONFIGURED);
        }
        sessions.clear(&mut player.visitor, Anomaly::new(Misdeed::NotEntered, stage.into()));
        tokens.revoke(&mut login);
        return Err(NOT_ENTERED.noted());
    };
    let blow = match is_boss_room {
        false => None,
        true => Some(boss_room::strike(
            &mut player,
            &mut sessions,
            (call.caller, session),
            damage.or(damange),
            &tables,
            &mut field,
        )?),
    };
    sessions.leave(&mut player.visitor, blow.as_ref().map(|(_, damage)| *damage));
    // Nothing is passed in the room itself, which belongs to no mode.
    let passed = rules.map(|rules| {
        let won = collect_victory(&mut player, rules, session, &tables, &mut random);
        StagePassed {
            pass_stages: LegacyChange::after(&player.inventory, &won.reward),
            p_exp: PassedExp { remaining: player.experience.total, reward: won.exp },
            p_stage: PassedStage {
                finally: player.progress.highest(tables.present(rules), &tables.clock),
                vary: won.rise,
            },
            energy: LegacyEnergy::after(&player.energy, 0, &tables),
        }
    });
    Ok(match (blow, passed) {
        (Some((blow, _)), passed) => Success::with(LegacyPassed::BossRoom(BossRoomLeft { blow, passed })),
        (None, Some(passed)) => Success::with(LegacyPassed::Stage(passed)),
        (None, None) => return Err(STAGE),
    })
}
