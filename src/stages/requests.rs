//! `enter_stage_*` and `victory_stage_*` (document 1, new functions; semantics, section 7).

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::query::QueryData;
use bevy_ecs::system::SystemParam;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::energy::{Energy, EnergyChange, EnergyMoments, EnergyRules};
use crate::items::{Amount, Inventory};
use crate::levels::{Experience, LevelRules};
use crate::random::Randomness;
use crate::request::{Answer, Call, Player, Reads, Refusal, Request, RequestApp, Success, lenient, status};
use crate::rules::Rules;
use crate::stages::model::{Mode, Progress, StageSession};
use crate::stages::rules::{ModeRules, StageBlock, StageRules};

pub(super) fn register(app: &mut App) {
    app.add_request::<EnterStageGeneral, _>(enter_stage_general);
    app.add_request::<VictoryStageGeneral, _>(victory_stage_general);
}

/// The codes of the new functions (document 1).
pub(super) mod codes {
    use crate::request::Refusal;

    pub(in crate::stages) const NOT_PASSED: Refusal = Refusal::new(99, "Do not sweep until you pass this checkpoint");
    pub(in crate::stages) const NOT_CONFIGURED: Refusal =
        Refusal::new(98, "There is no configuration information for this stage");
    pub(in crate::stages) const ENERGY: Refusal = Refusal::new(97, "energy insufficient");
    pub(in crate::stages) const COUNT: Refusal = Refusal::new(96, "Can only be a positive integer");
    pub(in crate::stages) const MATERIALS: Refusal = Refusal::new(95, "materials insufficient");
    pub(in crate::stages) const MISMATCH: Refusal = Refusal::new(94, "stage mismatch");
    pub(in crate::stages) const STAGE: Refusal = Refusal::new(91, "stage error");
    pub(in crate::stages) const LEVEL: Refusal = Refusal::new(90, "level insufficient");
}

/// What the stage functions look at and change of a player.
#[derive(QueryData)]
#[query_data(mutable)]
pub(super) struct Raider {
    pub(super) energy: &'static mut Energy,
    pub(super) inventory: &'static mut Inventory,
    pub(super) experience: &'static mut Experience,
    pub(super) progress: &'static mut Progress,
    pub(super) session: &'static mut StageSession,
}

/// The rules that every stage function needs, and the time.
#[derive(SystemParam)]
pub(super) struct StageTables<'w> {
    pub(super) clock: Res<'w, Clock>,
    pub(super) stages: Res<'w, Rules<StageRules>>,
    pub(super) levels: Res<'w, Rules<LevelRules>>,
    pub(super) energy: Res<'w, Rules<EnergyRules>>,
}

impl StageTables<'_> {
    pub(super) fn mode(&self, mode: Mode) -> Result<&ModeRules, Refusal> {
        self.stages.mode(mode).ok_or(codes::NOT_CONFIGURED)
    }

    /// Experience as the replies show it.
    pub(super) fn exp_info(&self, experience: Experience, reward: i64) -> ExpInfo {
        let standing = self.levels.standing(experience.total);
        ExpInfo { exp: standing.exp, level: standing.level, need: standing.need, reward }
    }
}

pub(super) fn no_player<E>(_: E) -> Refusal {
    Refusal::new(status::INTERNAL_ERROR, "internal error")
}

/// `enter_stage_general {token, stage}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnterStageGeneral {
    #[serde(deserialize_with = "lenient::integer")]
    stage: i64,
}

impl Request for EnterStageGeneral {
    const FUNCTION: &'static str = "enter_stage_general";
    const READS: Reads = Reads::Caller;
    type Caller = Player;
    type Reply = StageEntered;
}

/// The reply of `enter_stage_*`.
#[derive(Debug, Serialize)]
pub struct StageEntered {
    energy: EnergyChange,
    at: EnergyMoments,
}

fn enter_stage_general(
    In(call): In<Call<EnterStageGeneral>>,
    mut players: Query<Raider>,
    tables: StageTables,
) -> Answer<StageEntered> {
    let player = players.get_mut(call.caller.entity).map_err(no_player)?;
    enter(player, Mode::General, call.request.stage, &tables)
}

/// Checks in the order of semantics, section 7; then pays and opens the session.
fn enter(mut player: RaiderItem, mode: Mode, stage: i64, tables: &StageTables) -> Answer<StageEntered> {
    let now = tables.clock.now();
    let rules = tables.mode(mode)?;
    let stage = rules.in_range(stage).ok_or(codes::STAGE)?;
    if stage > rules.reachable(player.progress.highest(mode)) {
        return Err(codes::STAGE);
    }
    let block = rules.stage(stage).ok_or(codes::NOT_CONFIGURED)?;
    if tables.levels.standing(player.experience.total).level < block.level {
        return Err(codes::LEVEL);
    }
    pay(&mut player.energy, &mut player.inventory, block.energy, &block.cost, tables)?;
    player.session.enter(stage, mode, now);
    Ok(Success::with(StageEntered {
        energy: EnergyChange::after(&player.energy, -block.energy, now, &tables.energy),
        at: EnergyMoments::of(&player.energy, now, &tables.energy),
    }))
}

/// Takes energy and items, or, when either is short, neither.
pub(super) fn pay(
    energy: &mut Mut<Energy>,
    inventory: &mut Mut<Inventory>,
    points: i64,
    cost: &[Amount],
    tables: &StageTables,
) -> Result<(), Refusal> {
    let now = tables.clock.now();
    if energy.points(now, &tables.energy) < points {
        return Err(codes::ENERGY);
    }
    if !cost.is_empty() && !inventory.pay(cost) {
        return Err(codes::MATERIALS);
    }
    if points > 0 {
        energy.spend(points, now, &tables.energy);
    }
    Ok(())
}

/// `victory_stage_general {token, stage}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VictoryStageGeneral {
    #[serde(deserialize_with = "lenient::integer")]
    stage: i64,
}

impl Request for VictoryStageGeneral {
    const FUNCTION: &'static str = "victory_stage_general";
    const READS: Reads = Reads::Caller;
    type Caller = Player;
    type Reply = StageWon;
}

/// The reply of `victory_stage_*`.
#[derive(Debug, Serialize)]
pub struct StageWon {
    boss: NoBoss,
    remain: Vec<Amount>,
    reward: Vec<Amount>,
    exp_info: ExpInfo,
}

/// `boss` outside boss mode: `{}`.
#[derive(Debug, Serialize)]
struct NoBoss {}

/// Experience after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ExpInfo {
    exp: i64,
    level: u32,
    need: i64,
    reward: i64,
}

fn victory_stage_general(
    In(call): In<Call<VictoryStageGeneral>>,
    mut players: Query<Raider>,
    tables: StageTables,
    mut random: ResMut<Randomness>,
) -> Answer<StageWon> {
    let player = players.get_mut(call.caller.entity).map_err(no_player)?;
    win(player, Mode::General, call.request.stage, &tables, &mut random)
}

fn win(
    mut player: RaiderItem,
    mode: Mode,
    stage: i64,
    tables: &StageTables,
    random: &mut Randomness,
) -> Answer<StageWon> {
    let rules = tables.mode(mode)?;
    let stage = rules.in_range(stage).ok_or(codes::STAGE)?;
    if player.session.open().is_none_or(|open| open.stage != stage) {
        return Err(codes::MISMATCH);
    }
    let Won { reward, exp, .. } = collect_victory(&mut player, rules, stage, random);
    Ok(Success::with(StageWon {
        boss: NoBoss {},
        remain: player.inventory.remain_of(&reward),
        reward,
        exp_info: tables.exp_info(*player.experience, exp),
    }))
}

/// What a victory brought.
pub(super) struct Won {
    pub(super) reward: Vec<Amount>,
    pub(super) exp: i64,
    /// How many stages more are passed than before.
    pub(super) rise: u32,
}

/// Closes the session and hands out what the victory brings. A stage that is no longer configured
/// brings nothing but its passing.
pub(super) fn collect_victory(player: &mut RaiderItem, rules: &ModeRules, stage: u32, random: &mut Randomness) -> Won {
    player.session.leave(stage);
    let before = player.progress.highest(rules.mode).max(rules.first - 1);
    let rise = stage.saturating_sub(before);
    if rise > 0 {
        player.progress.pass(rules.mode, stage);
    }
    let block = rules.stage(stage);
    let reward = block.map(|block| draw(block, random)).unwrap_or_default();
    let exp = block.map_or(0, |block| block.exp);
    if !reward.is_empty() {
        player.inventory.grant(&reward);
    }
    if exp > 0 {
        player.experience.earn(exp);
    }
    Won { reward, exp, rise }
}

/// All rewards of a stage, or as many as it says, drawn with replacement.
fn draw(block: &StageBlock, random: &mut Randomness) -> Vec<Amount> {
    use rand::seq::IndexedRandom;
    match block.random {
        None => block.rewards.clone(),
        Some(draws) => (0..draws).filter_map(|_| block.rewards.choose(random.source()).copied()).collect(),
    }
}
