//! `stages/*.ron`: one file for each mode.

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::boss::PlausibleDamage;
use crate::drops::Drops;
use crate::items::{Amount, ItemRules};
use crate::schedule::Schedule;
use crate::stages::layouts::LAYOUT;
use crate::stages::runs::{StageRun, stages_of};
use crate::stages::{Mode, suspicion};
use crate::tickets::TICKET;
use crate::timed_events::check_changes;
use crate::windows::{self, Opening, Window};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::rules::{Place, Report, Table, Tables};

/// Energy that a stage may take, and experience that it may grant.
pub(super) const COST: RangeInclusive<i64> = 0..=1_000_000_000;

/// All modes and their stages.
#[derive(Debug, Clone)]
pub struct StageRules {
    modes: Vec<(String, ModeRules)>,
}

/// One mode: the contents of one file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ModeRules")]
pub struct ModeRules<S = StageBlock> {
    /// Which mode the file configures.
    pub mode: Mode,
    /// The lowest stage number of the mode.
    #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
    pub first: u32,
    /// The highest stage number of the mode, whether configured or not.
    #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "stage number"))]
    pub last: u32,
    /// Whether a stage that is passed may be entered again.
    #[serde(default = "yes")]
    pub repeatable: bool,
    /// Whether stages open one after the other.
    #[serde(default = "yes")]
    pub sequential: bool,
    /// The kind of ticket that an entry takes.
    #[serde(default)]
    #[schemars(range(min = 0, max = 65_535), extend("unit" = "ticket kind"))]
    pub ticket: Option<u16>,
    /// The kinds of ticket that the reply shows.
    #[serde(default)]
    #[schemars(inner(range(min = 0, max = 65_535)), extend("unit" = "ticket kind"))]
    pub limits: Vec<u16>,
    /// When the progress is reset: `daily`, `weekly(monday)`, `monthly` or `dates(["2026-12-24"])`; absent = never.
    #[serde(default)]
    pub resets: Option<Schedule>,
    /// A new player has passed the stages up to this number.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1_000_000_000), extend("unit" = "stage number"))]
    pub newcomer_passed: u32,
    /// The configured stages.
    pub stages: Vec<S>,
}

fn yes() -> bool {
    true
}

/// A run of stages with the same settings.
#[derive(Debug, Clone)]
pub struct StageBlock {
    /// Its entry in the file, counted from 0: the stages of a run with formulas share one.
    pub entry: usize,
    /// The first stage of the run.
    pub from: u32,
    /// The last stage of the run; absent = the first only.
    pub to: Option<u32>,
    /// The lowest level at which a player may enter.
    pub level: u32,
    /// Energy that entering takes.
    pub energy: i64,
    /// Items that entering takes.
    pub cost: Vec<Amount>,
    /// What a victory grants.
    pub rewards: Vec<Amount>,
    /// How many of the rewards are drawn, with replacement; absent = all are granted.
    pub random: Option<u32>,
    /// Drop tables from `drops/` that a victory rolls besides: `["scrolls"]`, or `["scrolls:2"]` for two times.
    pub drops: Drops,
    /// Experience that a victory grants.
    pub exp: i64,
    /// What the legacy function `enter_stage` takes instead; absent = the stage is not configured
    /// there.
    pub legacy: Option<LegacyEntry>,
    /// When the stage is open; empty = always. With windows, a stage pays out once in each; windows that touch or
    /// overlap are one.
    pub windows: Vec<Window>,
    /// Whether events open it: it is open in its windows and while an event runs that `opens` it, and at no other time.
    pub by_events: bool,
    /// The layout of the enemies, from `layouts.ron`.
    pub layout: Option<String>,
    /// In boss mode, how much reported damage is believed; absent = as in `world_boss.ron`.
    pub plausible_damage: Option<PlausibleDamage>,
}

/// What the legacy function `enter_stage` takes.
#[derive(Debug, Clone)]
pub struct LegacyEntry {
    /// Energy.
    pub energy: i64,
    /// Items. An amount of 0 shows the item in the reply.
    pub cost: Vec<Amount>,
}

impl StageBlock {
    pub(super) fn last(&self) -> u32 {
        self.to.unwrap_or(self.from)
    }

    /// Whether it is open at some times only, and pays once in each.
    pub fn is_timed(&self) -> bool {
        self.by_events || !self.windows.is_empty()
    }

    /// Which windows were open at `moment`; `None` when none was.
    pub fn opening(&self, moment: i64, clock: &Clock) -> Option<Opening> {
        Opening::at(&self.windows, moment, clock.zone())
    }

    /// Whether a stage is one of the run.
    pub fn contains(&self, stage: u32) -> bool {
        (self.from..=self.last()).contains(&stage)
    }
}

impl<S> ModeRules<S> {
    fn with_stages<T>(self, stages: Vec<T>) -> ModeRules<T> {
        let Self { mode, first, last, repeatable, sequential, ticket, limits, resets, newcomer_passed, stages: _ } =
            self;
        ModeRules { mode, first, last, repeatable, sequential, ticket, limits, resets, newcomer_passed, stages }
    }
}

impl ModeRules {
    /// The stage's number, if it belongs to this mode.
    pub fn in_range(&self, stage: i64) -> Option<u32> {
        u32::try_from(stage).ok().filter(|stage| (self.first..=self.last).contains(stage))
    }

    /// The highest stage that a player with this highest passed one may enter.
    pub fn reachable(&self, highest: u32) -> u32 {
        if self.sequential { highest.max(self.first - 1).saturating_add(1) } else { self.last }
    }

    /// The stage's configuration.
    pub fn stage(&self, stage: u32) -> Option<&StageBlock> {
        self.stages.iter().find(|block| block.contains(stage))
    }
}

impl StageRules {
    /// A mode's rules.
    pub fn mode(&self, mode: Mode) -> Option<&ModeRules> {
        self.modes.iter().map(|(_, rules)| rules).find(|rules| rules.mode == mode)
    }

    /// The mode whose range contains this stage.
    pub fn mode_of(&self, stage: i64) -> Option<&ModeRules> {
        self.modes.iter().map(|(_, rules)| rules).find(|rules| rules.in_range(stage).is_some())
    }

    /// All modes, each with its file.
    pub fn modes(&self) -> impl Iterator<Item = (&str, &ModeRules)> {
        self.modes.iter().map(|(file, mode)| (file.as_str(), mode))
    }

    pub(super) fn modes_mut(&mut self) -> impl Iterator<Item = &mut ModeRules> {
        self.modes.iter_mut().map(|(_, mode)| mode)
    }

    /// The drop tables of victories, with the first and the last stage.
    pub fn drops(&self) -> impl Iterator<Item = (u32, u32, &Drops)> {
        let blocks = self.modes.iter().flat_map(|(_, mode)| &mode.stages);
        blocks.map(|block| (block.from, block.last(), &block.drops))
    }

    pub(super) fn placed_blocks(&self) -> impl Iterator<Item = (Place, &StageBlock)> {
        self.modes.iter().flat_map(|(file, mode)| {
            let place = Place::file(file).key("stages");
            mode.stages.iter().map(move |block| (place.clone().index(block.entry), block))
        })
    }

    /// Whether a stage has this layout, or may have it in a file that is missing.
    pub fn may_have_layout(&self, id: &str) -> bool {
        if Mode::ALL.into_iter().any(|mode| self.mode(mode).is_none()) {
            return true;
        }
        let blocks = self.modes.iter().flat_map(|(_, mode)| &mode.stages);
        blocks.filter_map(|block| block.layout.as_deref()).any(|layout| layout == id)
    }

    /// The general stages a new player has passed.
    pub fn newcomer_passed(&self) -> u32 {
        self.mode(Mode::General).map_or(0, |rules| rules.newcomer_passed)
    }
}

impl StageRules {
    /// Reports modes that no file configures: every function of theirs would answer that its stage does not exist.
    fn check_modes(&self, report: &mut Report) {
        // A mode that two files configure is probably meant to be the one that is missing, and is reported already.
        let is_twice = |mode: Mode| self.modes.iter().filter(|(_, rules)| rules.mode == mode).count() > 1;
        if Mode::ALL.into_iter().any(is_twice) {
            return;
        }
        for mode in Mode::ALL.into_iter().filter(|mode| self.mode(*mode).is_none()) {
            let message = format!("no file has `mode: {0}`, expected {1}{0}.ron", mode.name(), Self::PATH);
            report
                .error(Place::file(Self::PATH), message)
                .hint("a mode without stages is a file too, with `stages: []`");
        }
    }
}

impl Table for StageRules {
    const PATH: &'static str = "stages/";
    type File = ModeRules<StageRun>;

    fn assemble(files: Vec<(String, ModeRules<StageRun>)>, report: &mut Report) -> Self {
        let modes = files.into_iter().map(|(file, mode)| {
            let stages = stages_of(&mode.stages, &file, report);
            (file, mode.with_stages(stages))
        });
        Self { modes: modes.collect() }
    }

    fn validate(&self, tables: &Tables, report: &mut Report) {
        self.check_modes(report);
        self.check(tables, report);
        // What events say of stages that are missing follows from that.
        if Mode::ALL.into_iter().all(|mode| self.mode(mode).is_some()) {
            self.check_openings(tables, report);
            check_changes(self, tables, report, Self::check_changed);
        }
    }
}

impl StageRules {
    fn check_changed(&self, tables: &Tables, report: &mut Report) {
        self.check(tables, report);
        for (file, mode) in &self.modes {
            for block in &mode.stages {
                let place = Place::file(file).key("stages").index(block.entry);
                report.check_range(place.clone().key("energy"), block.energy, &COST);
                report.check_range(place.clone().key("exp"), block.exp, &COST);
                if let Some(legacy) = &block.legacy {
                    report.check_range(place.key("legacy").key("energy"), legacy.energy, &COST);
                }
            }
        }
    }

    fn check(&self, tables: &Tables, report: &mut Report) {
        for (index, (file, mode)) in self.modes.iter().enumerate() {
            let place = Place::file(file);
            for (earlier_file, earlier) in &self.modes[..index] {
                if earlier.mode == mode.mode {
                    let message = format!("{earlier_file} already configures this mode");
                    report.error(place.clone().key("mode"), message);
                } else if mode.first <= earlier.last && earlier.first <= mode.last {
                    let message = format!("the range overlaps that of {earlier_file}");
                    report.error(place.clone().key("first"), message);
                }
            }
            check_mode(mode, &place, report);
            check_references(mode, tables, &place, report);
            suspicion::look(mode, tables, &place, report);
        }
    }
}

fn check_mode(mode: &ModeRules, place: &Place, report: &mut Report) {
    if mode.last < mode.first {
        report.error(place.clone().key("last"), format!("{} is below first, {}", mode.last, mode.first));
    }
    if mode.newcomer_passed != 0 && !(mode.first..=mode.last).contains(&mode.newcomer_passed) {
        let message = format!("expected a stage from {} to {}, or 0", mode.first, mode.last);
        report.error(place.clone().key("newcomer_passed"), message);
    }
    if let Some(resets) = &mode.resets {
        resets.check(&place.clone().key("resets"), report);
    }
    let mut expected = mode.first;
    for block in &mode.stages {
        let place = place.clone().key("stages").index(block.entry);
        check_run(block, mode, expected, &place, report);
        check_numbers(block, &place, report);
        check_damage(block, mode, &place, report);
        expected = block.last().saturating_add(1);
    }
}

fn check_run(block: &StageBlock, mode: &ModeRules, expected: u32, place: &Place, report: &mut Report) {
    if block.from < expected {
        let message = format!("stage {} overlaps the previous run, expected {expected}", block.from);
        report.error(place.clone().key("from"), message);
    } else if block.from > expected && mode.sequential {
        let message = format!(
            "stages {expected} to {} are missing, so stage {} can never be reached",
            block.from - 1,
            block.from
        );
        report.error(place.clone().key("from"), message);
    }
    if block.from > mode.last {
        let message = format!("stage {} is above {}, the last of the mode", block.from, mode.last);
        report.error(place.clone().key("from"), message);
    } else if block.last() < block.from {
        report.error(place.clone().key("to"), format!("{} is below from, {}", block.last(), block.from));
    } else if block.last() > mode.last {
        let message = format!("{} is above {}, the last stage of the mode", block.last(), mode.last);
        report.error(place.clone().key("to"), message);
    }
}

fn check_numbers(block: &StageBlock, place: &Place, report: &mut Report) {
    if block.random.is_some() && block.rewards.is_empty() {
        report.error(place.clone().key("random"), "there are no rewards to draw from");
    }
}

fn check_damage(block: &StageBlock, mode: &ModeRules, place: &Place, report: &mut Report) {
    let place = place.clone().key("plausible_damage");
    match block.plausible_damage {
        Some(_) if mode.mode != Mode::Boss => drop(report.error(place, "only boss stages report damage")),
        Some(rules) => rules.check(&place, report),
        None => {}
    }
}

fn check_tickets(mode: &ModeRules, place: &Place, report: &mut Report) {
    let shown = mode.limits.iter().enumerate().map(|(index, key)| (*key, place.clone().key("limits").index(index)));
    for (key, place) in mode.ticket.map(|key| (key, place.clone().key("ticket"))).into_iter().chain(shown) {
        report.name_used(TICKET, key.to_string(), &place);
    }
}

fn check_references(mode: &ModeRules, tables: &Tables, place: &Place, report: &mut Report) {
    check_tickets(mode, place, report);
    for block in &mode.stages {
        let place = place.clone().key("stages").index(block.entry);
        if let Some(items) = tables.get::<ItemRules>() {
            items.check_all(&block.cost, 1, &place.clone().key("cost"), report);
            items.check_all(&block.rewards, 1, &place.clone().key("rewards"), report);
            if let Some(legacy) = &block.legacy {
                items.check_all(&legacy.cost, 0, &place.clone().key("legacy").key("cost"), report);
            }
        }
        windows::check_all(&block.windows, &place.clone().key("windows"), report);
        block.drops.check(&place.clone().key("drops"), report);
        if let Some(layout) = &block.layout {
            report.name_used(LAYOUT, layout.clone(), &place.key("layout"));
        }
    }
}
