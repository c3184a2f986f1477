//! What the task functions share: the player, the rules, and how a task begins and ends.

use std::sync::Arc;

use bevy_ecs::prelude::*;
use bevy_ecs::query::QueryData;
use bevy_ecs::system::SystemParam;
use rand::RngExt;

use crate::case_file::CaseFile;
use crate::character::{Attributes, CharacterRules};
use crate::crafting::Possessions;
use crate::drops::{DropTables, Drops};
use crate::identity::Account;
use crate::images::Images;
use crate::items::{Amount, Cause, Inventory};
use crate::levels::{Experience, LevelRules};
use crate::narrator::script::Scene;
use crate::narrator::story::Next;
use crate::narrator::{Cast, NarratorRules, Said, SpecialEvents, Story};
use crate::tasks::model::{ActiveTask, TaskBook, TaskName};
use crate::tasks::queue::TaskQueue;
use crate::tasks::rules::{RewardRange, RewardShown, TaskRules};
use crate::tasks::scripts::{PersonalTasks, PublicTasks, Task};
use crate::timed_events::EventRules;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::random::Randomness;
use raidkeep_engine::request::Refusal;
use raidkeep_engine::rules::Rules;

/// The reply to a broken invariant.
pub(super) const INTERNAL: Refusal = Refusal::internal();

/// The ledger's reason for the rewards of tasks.
const REWARD: Cause = Cause::new("task");

/// The player who makes the request.
#[derive(QueryData)]
#[query_data(mutable)]
pub struct TaskPlayer {
    pub(super) account: &'static Account,
    pub(super) book: &'static mut TaskBook,
    pub(super) inventory: &'static mut Inventory,
    pub(super) experience: &'static mut Experience,
    pub(super) possessions: &'static Possessions,
    file: &'static CaseFile,
}

/// The rules that tasks are played by.
#[derive(SystemParam)]
pub struct TaskStage<'w> {
    pub(super) public: Res<'w, Rules<PublicTasks>>,
    pub(super) personal: Res<'w, Rules<PersonalTasks>>,
    pub(super) rules: Res<'w, Rules<TaskRules>>,
    pub(super) narrator: Res<'w, Rules<NarratorRules>>,
    pub(super) cast: Res<'w, Rules<Cast>>,
    pub(super) events: Res<'w, Rules<SpecialEvents>>,
    pub(super) images: Res<'w, Rules<Images>>,
    pub(super) levels: Res<'w, Rules<LevelRules>>,
    pub(super) queue: Res<'w, TaskQueue>,
    pub(super) randomness: ResMut<'w, Randomness>,
    drops: DropTables<'w>,
    timed: Res<'w, Rules<EventRules>>,
    clock: Res<'w, Clock>,
    characters: Res<'w, Rules<CharacterRules>>,
}

impl TaskStage<'_> {
    /// Refuses what a muted player says.
    pub(super) fn may_say(&self, player: &TaskPlayerItem, text: &str) -> Result<(), Refusal> {
        player.file.may_say(text, self.clock.now())
    }

    /// The player's attributes.
    pub(super) fn attributes(&self, experience: &Experience, owned: &Possessions) -> Attributes {
        self.characters.attributes(self.levels.standing(experience.total).level, owned)
    }

    /// A throw of the die.
    pub(super) fn throw(&mut self) -> u64 {
        self.randomness.source().random()
    }

    /// The scene of a task under way; `None` when the rules no longer have it.
    pub(super) fn scene(&self, active: &ActiveTask) -> Option<&Scene> {
        active.story.scene(&active.name.find(&self.public, &self.personal)?.script)
    }

    /// The text of the player's current scene.
    pub(super) fn opening(&self, active: &ActiveTask, account: &Account) -> String {
        let scene = self.scene(active);
        let fill = |scene: &Scene| scene.text.fill(&[("player", &account.name()), ("subject", &active.name.subject())]);
        scene.map(fill).unwrap_or_default()
    }

    /// The background of a task under way, base64.
    pub(super) fn background(&self, active: &ActiveTask) -> Option<Arc<str>> {
        self.images.get(&active.name.find(&self.public, &self.personal)?.background)
    }

    /// Begins a task; `None` when the rules do not have it.
    pub(super) fn begin(&mut self, player: &mut TaskPlayerItem<'_, '_>, name: TaskName) -> Option<()> {
        let throw = self.throw();
        let story = Story::begin(&name.find(&self.public, &self.personal)?.script, throw);
        player.book.begin(name, story, self.queue.filling());
        Some(())
    }

    /// The outcome of a message in the task under way; `None` when there is none, or the rules no longer have it.
    /// Changes nothing; [`Self::take_step`] does.
    pub(super) fn play(&self, player: &TaskPlayerItem<'_, '_>, said: &Said<'_>) -> Option<Played> {
        let active = player.book.active()?;
        let task = active.name.find(&self.public, &self.personal)?;
        let beat = active.story.hear(&task.script, said, &self.narrator)?;
        let speaker = self.cast.get(beat.speaker)?;
        Some(Played {
            role: speaker.name.clone(),
            portrait: self.images.get(&speaker.portrait),
            script: beat.tell(&[("player", &player.account.name()), ("subject", &active.name.subject())]),
            situation: active.story.situation(),
            step: self.step(beat.next, task, active, player.account),
        })
    }

    fn step(&self, next: Next<'_>, task: &Task, active: &ActiveTask, account: &Account) -> Step {
        match next {
            Next::Scene(scene) => Step::To(scene.to_owned()),
            Next::Ending(ending) => {
                let own = self.timed.own_changes(account.made_at(), self.clock.now());
                let (range, percent) = (task.reward.under(&active.name, own), ending.reward_percent());
                let drops = if percent >= 100 { task.drops.clone() } else { Drops::default() };
                Step::End { range, drops, percent }
            }
        }
    }

    /// Takes the step that a message leads to; returns the reward if it was the last. This is the only place where a
    /// task grants anything.
    pub(super) fn take_step(&mut self, player: &mut TaskPlayerItem<'_, '_>, step: Step) -> Option<TaskWon> {
        match step {
            Step::To(scene) => {
                let throw = self.throw();
                player.book.go_on(&scene, throw);
                None
            }
            Step::End { range, drops, percent } => {
                let reward = range.draw(percent, &mut self.randomness);
                player.book.finish();
                player.inventory.grant(&self.rules.items(reward), REWARD);
                player.experience.earn(reward.experience);
                let tables = self.drops.of(player.account.made_at());
                let drawn = tables.draw(&drops, 1, &mut player.inventory, &mut self.randomness);
                player.inventory.grant(&drawn, REWARD);
                Some(TaskWon { reward: self.rules.show(reward), drawn })
            }
        }
    }
}

/// The outcome of a message, according to the script.
#[derive(Debug)]
pub(super) struct Played {
    /// Who speaks.
    pub(super) role: String,
    /// Its portrait, base64.
    pub(super) portrait: Option<Arc<str>>,
    /// The scripted text.
    pub(super) script: String,
    /// Identifies the situation that this is the outcome of.
    pub(super) situation: u64,
    /// Where the story goes.
    pub(super) step: Step,
}

/// Where a story goes.
#[derive(Debug)]
pub(super) enum Step {
    /// On to a scene.
    To(String),
    /// The end.
    End {
        /// The whole reward.
        range: RewardRange,
        /// What is rolled besides.
        drops: Drops,
        /// The percentage of the reward that is granted.
        percent: u32,
    },
}

/// What a task has brought.
#[derive(Debug)]
pub(super) struct TaskWon {
    /// The reward.
    pub(super) reward: RewardShown,
    /// What came from drop tables.
    pub(super) drawn: Vec<Amount>,
}
