//! What virtual players know of the rules.

use bevy_ecs::prelude::*;

use crate::simulate::policy::{CraftedKind, TaskKind};
use crate::simulate::tales::Tales;
use raidkeep_engine::rules::Rules;
use raidkeep_game::battles::FighterRules;
use raidkeep_game::crafting::CraftRules;
use raidkeep_game::stages::{Mode, StageRules, SweepRules};
use raidkeep_game::tasks::{PersonalTasks, PublicTasks};

/// What players know of the rules.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// The first stage of each mode.
    first_stages: Vec<(Mode, u32)>,
    /// Ranges of stages that can be swept: from, to, energy per sweep.
    sweeps: Vec<(u32, u32, i64)>,
    /// Activity stages, in order.
    activities: Vec<u32>,
    /// How many skills, and how many pieces of equipment, a player may own.
    owned_max: [usize; 2],
    /// The names of the game master's fighters.
    pub(super) fighters: Vec<String>,
    public: Tales,
    personal: Tales,
    /// Words that the game master understands as a wish for a personal task.
    pub(super) wishes: Vec<String>,
}

impl Knowledge {
    /// From the rules of a world.
    pub fn of(world: &World) -> Self {
        let (tasks, templates) = (world.resource::<Rules<PublicTasks>>(), world.resource::<Rules<PersonalTasks>>());
        let crafting = world.resource::<Rules<CraftRules>>();
        let fighters = world.resource::<Rules<FighterRules>>().fighters.iter();
        Self {
            owned_max: [crafting.skill.owned_max, crafting.equipment.owned_max],
            fighters: fighters.map(|fighter| fighter.name.clone()).collect(),
            public: Tales::public(tasks),
            personal: Tales::personal(templates),
            wishes: wishes(templates),
            ..Self::of_stages(world.resource::<Rules<StageRules>>(), world.resource::<Rules<SweepRules>>())
        }
    }

    /// Of the stages alone.
    pub(super) fn of_stages(stages: &StageRules, sweep: &SweepRules) -> Self {
        let modes = [Mode::General, Mode::Endless, Mode::Activity, Mode::Boss, Mode::Coin, Mode::Exp];
        let first_stages = modes.into_iter().filter_map(|mode| Some((mode, stages.mode(mode)?.first))).collect();
        // Activity stages are entered with the legacy function alone.
        let activity = stages.mode(Mode::Activity).map_or(&[][..], |mode| &mode.stages);
        let activities = activity.iter().filter(|block| block.legacy.is_some());
        Self {
            first_stages,
            sweeps: sweep.stages.iter().map(|run| (run.from, run.to, run.energy)).collect(),
            activities: activities.flat_map(|block| block.from..=block.to.unwrap_or(block.from)).collect(),
            ..Self::default()
        }
    }

    pub(super) fn first_stage(&self, mode: Mode) -> u32 {
        self.first_stages.iter().find(|(known, _)| *known == mode).map_or(0, |(_, first)| *first)
    }

    /// The highest stage up to `highest` that can be swept, and its energy.
    pub(super) fn sweepable(&self, highest: u32) -> Option<(u32, i64)> {
        let runs = self.sweeps.iter().filter(|(from, ..)| *from <= highest);
        runs.map(|(_, to, energy)| ((*to).min(highest), *energy)).max()
    }

    /// The first activity stage after one.
    pub(super) fn activity_after(&self, stage: u32) -> Option<u32> {
        self.activities.iter().copied().find(|known| *known > stage)
    }

    pub(super) fn owned_max(&self, kind: CraftedKind) -> usize {
        self.owned_max[kind.index()]
    }

    pub(super) fn tales(&self, kind: TaskKind) -> &Tales {
        match kind {
            TaskKind::Public => &self.public,
            TaskKind::Personal => &self.personal,
        }
    }
}

/// A wish for each template and each of its subjects.
fn wishes(templates: &PersonalTasks) -> Vec<String> {
    let mut wishes = Vec::new();
    for (_, template) in templates.all() {
        let Some(what) = template.keywords.first() else {
            continue;
        };
        let about = template.subjects.iter().filter_map(|subject| subject.keywords.first());
        wishes.extend(about.map(|about| format!("{what} {about}")));
    }
    wishes
}
