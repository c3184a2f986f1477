//! Runs of stages as the files write them, with formulas, and the stages that they stand for.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::boss::PlausibleDamage;
use crate::drops::Drops;
use crate::items::{Amount, CurvedAmount};
use crate::stages::rules::{LegacyEntry, StageBlock};
use crate::stages::sweep::SweepBlock;
use crate::windows::Window;
use raidkeep_engine::rules::{CurvedNumber, CurvedText, Place, Report};

/// The most that a formula may say, as of plain numbers.
const NUMBER_MAX: i64 = 1_000_000_000;
const LEVEL_MAX: i64 = 100_000;
/// The most stages of a run with formulas, each of which is kept on its own.
const STAGES_MAX: u32 = 10_000;

/// A run of stages with the same settings. A number, a quantity or `{..}` in `layout` may be a formula in `n`, the number of
/// the stage: `exp: "500 + 20 * (n - 8)"`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageRun {
    /// The first stage of the run.
    #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
    from: u32,
    /// The last stage of the run; absent = the first only.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
    to: Option<u32>,
    /// The lowest level at which a player may enter.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100_000), extend("unit" = "level"))]
    level: CurvedNumber<u32>,
    /// Energy that entering takes.
    #[schemars(range(min = 0, max = 1_000_000_000), extend("unit" = "points of energy"))]
    energy: CurvedNumber<i64>,
    /// Items that entering takes.
    #[serde(default)]
    cost: Vec<CurvedAmount>,
    /// What a victory grants.
    #[serde(default)]
    rewards: Vec<CurvedAmount>,
    /// How many of the rewards are drawn, with replacement; absent = all are granted.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100), extend("unit" = "rewards"))]
    random: Option<u32>,
    /// Drop tables from `drops/` that a victory rolls besides: `["scrolls"]`, or `["scrolls:2"]` for two times.
    #[serde(default)]
    drops: Drops,
    /// Experience that a victory grants.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1_000_000_000), extend("unit" = "experience"))]
    exp: CurvedNumber<i64>,
    /// What the legacy function `enter_stage` takes instead; absent = the stage is not configured
    /// there.
    #[serde(default)]
    legacy: Option<LegacyRun>,
    /// When the stage is open; empty = always. With windows, a stage pays out once in each; windows that touch or
    /// overlap are one.
    #[serde(default)]
    windows: Vec<Window>,
    /// Whether events open it: it is open in its windows and while an event runs that `opens` it, and at no other time.
    #[serde(default)]
    by_events: bool,
    /// The layout of the enemies, from `layouts.ron`.
    #[serde(default)]
    layout: Option<CurvedText>,
    /// In boss mode, how much reported damage is believed; absent = as in `world_boss.ron`.
    #[serde(default)]
    plausible_damage: Option<PlausibleDamage>,
}

/// What the legacy function `enter_stage` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LegacyRun {
    /// Energy.
    #[schemars(range(min = 0, max = 1_000_000_000), extend("unit" = "points of energy"))]
    energy: CurvedNumber<i64>,
    /// Items. An amount of 0 shows the item in the reply.
    #[serde(default)]
    cost: Vec<CurvedAmount>,
}

/// A run of stages with rewards that grow along it: by `growth`, or by formulas in `n`, the number of the stage.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SweepRun {
    /// The first stage of the run.
    #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
    from: u32,
    /// The last stage of the run.
    #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
    to: u32,
    /// Energy of one sweep.
    #[schemars(range(min = 0, max = 1_000_000_000), extend("unit" = "points of energy"))]
    energy: CurvedNumber<i64>,
    /// Items of one sweep.
    #[serde(default)]
    cost: Vec<CurvedAmount>,
    /// What one sweep grants; with `growth`, one of the first stage.
    rewards: Vec<CurvedAmount>,
    /// What each further stage of the run adds.
    #[serde(default)]
    growth: Vec<Amount>,
    /// Drop tables from `drops/` that one sweep rolls besides: `["scrolls"]`, or `["scrolls:2"]` for two times.
    #[serde(default)]
    drops: Drops,
    /// Experience of one sweep.
    #[schemars(range(min = 0, max = 1_000_000_000), extend("unit" = "experience"))]
    exp: CurvedNumber<i64>,
}

/// The values of a run at one stage, and what could not be computed.
struct Values<'a> {
    n: u32,
    place: &'a Place,
    report: &'a mut Report,
    is_faulty: bool,
}

impl<'a> Values<'a> {
    fn new(n: u32, place: &'a Place, report: &'a mut Report) -> Self {
        Self { n, place, report, is_faulty: false }
    }

    fn or_told<T>(&mut self, place: Place, value: Result<T, String>) -> Option<T> {
        value
            .map_err(|message| {
                self.is_faulty = true;
                self.report.error(place, message);
            })
            .ok()
    }

    fn number<N: TryFrom<i64> + TryInto<i64> + Copy + Default>(&mut self, keys: &[&str], curve: &CurvedNumber<N>) -> N {
        let place = keys.iter().fold(self.place.clone(), |place, key| place.key(key));
        let most = if keys == ["level"] { LEVEL_MAX } else { NUMBER_MAX };
        let value = curve.at(self.n).and_then(|value| match value.try_into() {
            Ok(number) if curve.is_formula() && number > most => {
                Err(format!("is {number} at n = {}, expected {most} or less", self.n))
            }
            _ => Ok(value),
        });
        self.or_told(place, value).unwrap_or_default()
    }

    fn amounts(&mut self, keys: &[&str], amounts: &[CurvedAmount]) -> Vec<Amount> {
        let place = keys.iter().fold(self.place.clone(), |place, key| place.key(key));
        let values = amounts.iter().enumerate();
        values.filter_map(|(index, amount)| self.or_told(place.clone().index(index), amount.at(self.n))).collect()
    }

    fn text(&mut self, key: &str, text: &CurvedText) -> Option<String> {
        self.or_told(self.place.clone().key(key), text.at(self.n))
    }
}

/// Whether any of some amounts is a formula.
fn any_formula(amounts: &[CurvedAmount]) -> bool {
    amounts.iter().any(|amount| amount.quantity.is_formula())
}

impl StageRun {
    fn has_formula(&self) -> bool {
        let of_legacy = |legacy: &LegacyRun| legacy.energy.is_formula() || any_formula(&legacy.cost);
        self.level.is_formula()
            || self.energy.is_formula()
            || self.exp.is_formula()
            || any_formula(&self.cost)
            || any_formula(&self.rewards)
            || self.legacy.as_ref().is_some_and(of_legacy)
            || self.layout.as_ref().is_some_and(CurvedText::is_formula)
    }

    fn block(&self, from: u32, to: Option<u32>, entry: usize, values: &mut Values<'_>) -> StageBlock {
        StageBlock {
            entry,
            from,
            to,
            level: values.number(&["level"], &self.level),
            energy: values.number(&["energy"], &self.energy),
            cost: values.amounts(&["cost"], &self.cost),
            rewards: values.amounts(&["rewards"], &self.rewards),
            random: self.random,
            drops: self.drops.clone(),
            exp: values.number(&["exp"], &self.exp),
            legacy: self.legacy.as_ref().map(|legacy| LegacyEntry {
                energy: values.number(&["legacy", "energy"], &legacy.energy),
                cost: values.amounts(&["legacy", "cost"], &legacy.cost),
            }),
            windows: self.windows.clone(),
            by_events: self.by_events,
            layout: self.layout.as_ref().and_then(|layout| values.text("layout", layout)),
            plausible_damage: self.plausible_damage,
        }
    }
}

impl SweepRun {
    fn block(&self, from: u32, to: u32, entry: usize, values: &mut Values<'_>) -> SweepBlock {
        SweepBlock {
            entry,
            from,
            to,
            energy: values.number(&["energy"], &self.energy),
            cost: values.amounts(&["cost"], &self.cost),
            rewards: values.amounts(&["rewards"], &self.rewards),
            growth: self.growth.clone(),
            drops: self.drops.clone(),
            exp: values.number(&["exp"], &self.exp),
        }
    }

    fn has_formula(&self) -> bool {
        self.energy.is_formula() || self.exp.is_formula() || any_formula(&self.cost) || any_formula(&self.rewards)
    }
}

/// The stages of all runs of a file: those of a run with formulas one by one.
pub(super) fn stages_of(runs: &[StageRun], file: &str, report: &mut Report) -> Vec<StageBlock> {
    let mut stages = Vec::new();
    for (entry, run) in runs.iter().enumerate() {
        let place = Place::file(file).key("stages").index(entry);
        let last = run.to.unwrap_or(run.from);
        if run.has_formula() && is_short(run.from, last, &place, report) {
            let block = |stage, values: &mut Values<'_>| run.block(stage, None, entry, values);
            stages.extend(one_by_one(run.from, last, &place, report, block));
        } else {
            stages.push(run.block(run.from, run.to, entry, &mut Values::new(run.from, &place, report)));
        }
    }
    stages
}

/// The same of sweeps.
pub(super) fn sweeps_of(runs: &[SweepRun], file: &str, report: &mut Report) -> Vec<SweepBlock> {
    let mut sweeps = Vec::new();
    for (entry, run) in runs.iter().enumerate() {
        let place = Place::file(file).key("stages").index(entry);
        if run.has_formula() && !run.growth.is_empty() {
            report.error(place.clone().key("growth"), "grows beside formulas, expected one of both");
        }
        if run.has_formula() && is_short(run.from, run.to, &place, report) {
            let block = |stage, values: &mut Values<'_>| run.block(stage, stage, entry, values);
            sweeps.extend(one_by_one(run.from, run.to, &place, report, block));
        } else {
            sweeps.push(run.block(run.from, run.to, entry, &mut Values::new(run.from, &place, report)));
        }
    }
    sweeps
}

/// Whether the stages of a run can be kept one by one.
fn is_short(from: u32, last: u32, place: &Place, report: &mut Report) -> bool {
    let is_short = last.saturating_sub(from) < STAGES_MAX;
    if !is_short {
        report.error(place.clone().key("to"), format!("a run with formulas has at most {STAGES_MAX} stages"));
    }
    is_short && last >= from
}

fn one_by_one<B>(
    from: u32,
    last: u32,
    place: &Place,
    report: &mut Report,
    block: impl Fn(u32, &mut Values<'_>) -> B,
) -> Vec<B> {
    let mut is_faulty = false;
    let mut stage = |stage: u32| {
        // The first stage without a value is told, the rest is as wrong.
        let mut unheard = Report::default();
        let heard = if is_faulty { &mut unheard } else { &mut *report };
        let mut values = Values::new(stage, place, heard);
        let block = block(stage, &mut values);
        is_faulty |= values.is_faulty;
        block
    };
    (from..=last).map(&mut stage).collect()
}
