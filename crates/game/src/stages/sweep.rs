//! Sweeping: the rewards of a passed general stage at once, `mopping_up_stage` (docs/contract/stages.md#sweeping).

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::drops::Drops;
use crate::energy::{EnergyChange, EnergyMoments};
use crate::items::{Amount, Cause, ItemRules};
use crate::stages::Mode;
use crate::stages::codes;
use crate::stages::requests::{ExpInfo, Raider, StageTables, pay};
use crate::stages::rules::{COST, StageRules};
use crate::stages::runs::{SweepRun, sweeps_of};
use crate::timed_events::{Changeable, check_changes};
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::random::Randomness;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Given, Integer};
use raidkeep_engine::request::{Answer, Call, Code, Player, Reads, Refusal, Success};
use raidkeep_engine::rules::{Place, Report, Rules, Table, Tables, only};

pub(super) fn register(app: &mut App) {
    app.add_request::<MoppingUpStage, _>(mopping_up_stage);
}

/// `sweep.ron`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SweepRules")]
pub struct SweepRules<S = SweepBlock> {
    /// Runs of stages.
    pub stages: Vec<S>,
}

/// A run of stages with rewards that grow along it.
#[derive(Debug, Clone)]
pub struct SweepBlock {
    /// Its entry in the file, counted from 0: the stages of a run with formulas share one.
    pub entry: usize,
    /// The first stage of the run.
    pub from: u32,
    /// The last stage of the run.
    pub to: u32,
    /// Energy of one sweep.
    pub energy: i64,
    /// Items of one sweep.
    pub cost: Vec<Amount>,
    /// What one sweep of the first stage grants.
    pub rewards: Vec<Amount>,
    /// What each further stage of the run adds.
    pub growth: Vec<Amount>,
    /// Drop tables from `drops/` that one sweep rolls besides: `["scrolls"]`, or `["scrolls:2"]` for two times.
    pub drops: Drops,
    /// Experience of one sweep.
    pub exp: i64,
}

impl SweepRules {
    /// What one sweep of a stage grants; `None` if it cannot be swept.
    pub fn rewards_of(&self, stage: u32) -> Option<Vec<Amount>> {
        self.block(stage)?.rewards(stage, 1)
    }

    /// The drop tables of sweeps, with the first and the last stage.
    pub fn drops(&self) -> impl Iterator<Item = (u32, u32, &Drops)> {
        self.stages.iter().map(|block| (block.from, block.to, &block.drops))
    }

    fn block(&self, stage: u32) -> Option<&SweepBlock> {
        self.stages.iter().find(|block| (block.from..=block.to).contains(&stage))
    }
}

impl SweepBlock {
    /// What `count` sweeps of a stage grant; `None` on overflow.
    pub(super) fn rewards(&self, stage: u32, count: i64) -> Option<Vec<Amount>> {
        let steps = i64::from(stage - self.from);
        let scaled = |reward: &Amount| {
            let growth = self.growth.iter().filter(|growth| growth.item == reward.item);
            let growth = growth.map(|growth| growth.quantity).sum::<i64>().checked_mul(steps)?;
            let quantity = reward.quantity.checked_add(growth)?.checked_mul(count)?;
            Some(Amount { quantity, ..*reward })
        };
        self.rewards.iter().map(scaled).collect()
    }

    fn cost(&self, count: i64) -> Option<Vec<Amount>> {
        let scaled = |cost: &Amount| Some(Amount { quantity: cost.quantity.checked_mul(count)?, ..*cost });
        self.cost.iter().map(scaled).collect()
    }
}

impl Table for SweepRules {
    const PATH: &'static str = "sweep.ron";
    type File = SweepRules<SweepRun>;

    fn assemble(files: Vec<(String, SweepRules<SweepRun>)>, report: &mut Report) -> Self {
        Self { stages: sweeps_of(&only(files).stages, <Self as Table>::PATH, report) }
    }

    fn validate(&self, tables: &Tables, report: &mut Report) {
        self.check(tables, report);
        check_changes(self, tables, report, Self::check_changed);
    }
}

impl SweepRules {
    fn check_changed(&self, tables: &Tables, report: &mut Report) {
        self.check(tables, report);
        for block in &self.stages {
            let place = Place::file(Self::PATH).key("stages").index(block.entry);
            report.check_range(place.clone().key("energy"), block.energy, &COST);
            report.check_range(place.key("exp"), block.exp, &COST);
        }
    }

    fn check(&self, tables: &Tables, report: &mut Report) {
        for (index, block) in self.stages.iter().enumerate() {
            let place = Place::file(Self::PATH).key("stages").index(block.entry);
            if self.stages[..index].iter().any(|earlier| block.from <= earlier.to && earlier.from <= block.to) {
                report.error(place.clone().key("from"), "the run overlaps an earlier one");
            }
            check_block(block, tables, &place, report);
        }
    }
}

fn check_block(block: &SweepBlock, tables: &Tables, place: &Place, report: &mut Report) {
    let general = tables.get::<StageRules>().and_then(|stages| stages.mode(Mode::General));
    let (first, last) = general.map_or((1, u32::MAX), |general| (general.first, general.last));
    if !(first..=last).contains(&block.from) {
        report.error(place.clone().key("from"), format!("expected a general stage, {first} to {last}"));
    }
    if block.to < block.from {
        report.error(place.clone().key("to"), format!("{} is below from, {}", block.to, block.from));
    } else if block.to > last && block.from <= last {
        report.error(place.clone().key("to"), format!("{} is above {last}, the last general stage", block.to));
    }
    for (at, growth) in block.growth.iter().enumerate() {
        let exists = tables.get::<ItemRules>().is_none_or(|items| items.item(growth.item).is_some());
        if exists && !block.rewards.iter().any(|reward| reward.item == growth.item) {
            let place = place.clone().key("growth").index(at);
            report.error(place, format!("item {} is not among the rewards, so it cannot grow", growth.item));
        }
    }
    block.drops.check(&place.clone().key("drops"), report);
    if let Some(items) = tables.get::<ItemRules>() {
        items.check_all(&block.cost, 1, &place.clone().key("cost"), report);
        items.check_all(&block.rewards, 1, &place.clone().key("rewards"), report);
        items.check_all(&block.growth, 0, &place.clone().key("growth"), report);
    }
}

/// `mopping_up_stage {token, stage, count}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MoppingUpStage {
    /// A general stage that is passed.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    stage: i64,
    /// Missing = 1.
    #[serde(default, deserialize_with = "lenient::any_integer", skip_serializing_if = "lenient::Given::is_missing")]
    count: Given,
}

request!(
    Player, "mopping_up_stage", MoppingUpStage => Swept,
    READS = Reads::Caller,
    CODES = &[
        Code::of(codes::NOT_PASSED),
        Code::of(codes::NOT_CONFIGURED),
        Code::of(codes::ENERGY),
        Code::of(codes::COUNT),
        Code::of(codes::MATERIALS),
    ],
);

/// The reply of `mopping_up_stage`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Swept {
    /// What is left of the items in `reward`, in the same order.
    remain: Vec<Amount>,
    /// What was gained.
    reward: Vec<Amount>,
    /// The energy after that.
    energy: EnergyChange,
    /// The experience after that.
    exp_info: ExpInfo,
    /// The same moments in unix seconds.
    at: EnergyMoments,
}

/// The ledger's reason for the cost and the rewards of a sweep.
const SWEEP: Cause = Cause::new("sweep");

fn mopping_up_stage(
    In(call): In<Call<MoppingUpStage>>,
    mut players: Query<Raider>,
    tables: StageTables,
    sweep: Res<Rules<SweepRules>>,
    mut random: ResMut<Randomness>,
) -> Answer<Swept> {
    let mut player = call.caller.get_mut(&mut players)?;
    let count = positive(call.request.count)?;
    let highest = player.progress.highest_general();
    let stage = u32::try_from(call.request.stage).ok().filter(|stage| (1..=highest).contains(stage));
    let stage = stage.ok_or(codes::NOT_PASSED)?;
    let block = sweep.block(stage).ok_or(codes::NOT_CONFIGURED)?;
    let block = block.under(stage, tables.own_changes(&player.visitor));
    let points = player.energy.points(tables.clock.now(), &tables.energy);
    let energy = block.energy.checked_mul(count).filter(|energy| *energy <= points).ok_or(codes::ENERGY)?;
    let cost = block.cost(count).ok_or(codes::MATERIALS)?;
    let (mut reward, exp) = block.rewards(stage, count).zip(block.exp.checked_mul(count)).ok_or(codes::COUNT)?;
    let drops = (!block.drops.is_empty()).then(|| tables.drops.under(tables.own_changes(&player.visitor)));
    if drops.as_ref().is_some_and(|drops| !drops.can_draw(&block.drops, count.unsigned_abs())) {
        return Err(codes::COUNT);
    }
    pay(&mut player.energy, &mut player.inventory, energy, &cost, SWEEP, &tables)?;
    if let Some(drops) = drops {
        reward.extend(drops.draw(&block.drops, count.unsigned_abs(), &mut player.inventory, &mut random));
    }
    player.inventory.grant(&reward, SWEEP);
    player.experience.earn(exp);
    let now = tables.clock.now();
    Ok(Success::with(Swept {
        remain: player.inventory.remain_of(&reward),
        reward,
        energy: EnergyChange::after(&player.energy, -energy, now, &tables.energy),
        exp_info: tables.exp_info(*player.experience, exp),
        at: EnergyMoments::of(&player.energy, now, &tables.energy),
    }))
}

fn positive(count: Given) -> Result<i64, Refusal> {
    match count {
        Given::Missing => Ok(1),
        Given::Number(count) if count > 0 => Ok(count),
        Given::Number(_) | Given::Other => Err(codes::COUNT),
    }
}
