//! Where drop tables are rolled.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::Serialize;

use crate::battles::{BattleRules, FighterRules};
use crate::drop_rates::requests::decimals;
use crate::drops::{DropRules, Drops};
use crate::hang_up::HangUpRules;
use crate::items::ItemId;
use crate::stages::{StageRules, SweepRules};
use crate::tasks::{PersonalTasks, PublicTasks};
use raidkeep_engine::rules::Rules;

/// What rolls drop tables.
#[derive(SystemParam)]
pub(super) struct RollingRules<'w> {
    stages: Res<'w, Rules<StageRules>>,
    sweeps: Res<'w, Rules<SweepRules>>,
    pub(super) hang_up: Res<'w, Rules<HangUpRules>>,
    battles: Res<'w, Rules<BattleRules>>,
    fighters: Res<'w, Rules<FighterRules>>,
    tasks: Res<'w, Rules<PublicTasks>>,
    personal_tasks: Res<'w, Rules<PersonalTasks>>,
}

/// What rolls a drop table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Roller {
    /// A victory in the stages `from` to `to`.
    Stage,
    /// A sweep of the stages `from` to `to`.
    Sweep,
    /// A minute of hang-up on the stages `from` to `to`, with this `chance`.
    HangUp,
    /// A battle between players with this `outcome`.
    Battle,
    /// A battle against the fighter `name` with this `outcome`.
    Fighter,
    /// The public task `name`.
    Task,
    /// Personal tasks of the template `name`.
    PersonalTask,
    /// The chest `item`.
    Chest,
    /// The drop table `name`, when it draws the entry.
    Table,
}

/// A place where a drop table is rolled.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct RolledBy {
    /// What it is.
    by: Roller,
    /// How many times it rolls the table.
    times: u32,
    /// The first stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u32>,
    /// The last stage; absent for hang-up on all stages from there on.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u32>,
    /// The fighter, the task or the table.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The chest.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<ItemId>,
    /// `winner`, `drawn` or `loser`.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    /// The chance that a minute of hang-up rolls, with six decimals.
    #[serde(skip_serializing_if = "Option::is_none")]
    chance: Option<String>,
}

impl RolledBy {
    fn new(by: Roller) -> Self {
        Self { by, times: 1, from: None, to: None, name: None, item: None, outcome: None, chance: None }
    }

    fn stages(by: Roller, from: u32, to: u32) -> Self {
        Self { from: Some(from), to: Some(to), ..Self::new(by) }
    }

    fn named(by: Roller, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..Self::new(by) }
    }
}

impl RollingRules<'_> {
    /// Each place that rolls drop tables, with the list of these. Tables and hang-up are as a player's own events make them.
    pub(super) fn all<'r>(&'r self, tables: &'r DropRules, hang_up: &'r HangUpRules) -> Vec<(RolledBy, &'r Drops)> {
        let stages = self.stages.drops().map(|(from, to, drops)| (RolledBy::stages(Roller::Stage, from, to), drops));
        let sweeps = self.sweeps.drops().map(|(from, to, drops)| (RolledBy::stages(Roller::Sweep, from, to), drops));
        let hang_up = hang_up.drops().map(|(from, to, roll)| {
            let chance = Some(decimals(roll.probability()));
            (RolledBy { from: Some(from), to, chance, ..RolledBy::new(Roller::HangUp) }, &roll.drops)
        });
        let battles = self.battles.rewards.each().into_iter().map(|(outcome, spoils)| {
            (RolledBy { outcome: Some(outcome), ..RolledBy::new(Roller::Battle) }, &spoils.drops)
        });
        let fighters = self.fighters.fighters.iter().flat_map(|fighter| {
            let place = RolledBy::named(Roller::Fighter, &fighter.name);
            let each = fighter.rewards.each().into_iter();
            each.map(move |(outcome, spoils)| (RolledBy { outcome: Some(outcome), ..place.clone() }, &spoils.drops))
        });
        let tasks = self.tasks.all().map(|(name, task)| (RolledBy::named(Roller::Task, name), &task.drops));
        let personal = self.personal_tasks.all();
        let personal =
            personal.map(|(name, template)| (RolledBy::named(Roller::PersonalTask, name), &template.task.drops));
        let chests = tables.all_chests();
        let chests =
            chests.map(|chest| (RolledBy { item: Some(chest.item), ..RolledBy::new(Roller::Chest) }, &chest.drops));
        let all = stages.chain(sweeps).chain(hang_up).chain(battles).chain(fighters).chain(tasks).chain(personal);
        all.chain(chests).filter(|(_, drops)| !drops.is_empty()).collect()
    }
}

/// Those that roll a table, and the tables that lead to it.
pub(super) fn rollers_of(table: &str, all: &[(RolledBy, &Drops)], tables: &DropRules) -> Vec<RolledBy> {
    let rolling = all.iter().filter_map(|(place, drops)| match drops.times(table) {
        0 => None,
        times => Some(RolledBy { times, ..place.clone() }),
    });
    let leading = tables.tables().filter(|other| other.entries.iter().any(|e| e.table.as_deref() == Some(table)));
    rolling.chain(leading.map(|other| RolledBy::named(Roller::Table, &other.id))).collect()
}
