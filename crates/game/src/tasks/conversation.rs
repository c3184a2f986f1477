//! What the game master does and says in conversation with a player.

use std::fmt::Display;
use std::sync::Arc;

use crate::narrator::GameMaster;
use crate::narrator::words::Spoken;
use crate::tasks::events::{EventHeard, Reported};
use crate::tasks::model::TaskName;
use crate::tasks::play::{TaskPlayerItem, TaskStage};
use raidkeep_engine::template::Template;

/// Why no task is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Objection {
    /// No template fits.
    NotUnderstood,
    /// The task of this name is already pending or under way.
    Known(String),
    /// Too many are pending.
    ListFull,
    /// Too many were made today.
    DayFull,
}

/// The answer to a player who wants to take a task.
#[derive(Debug)]
pub(super) struct Accepted {
    /// What the game master says.
    pub(super) text: String,
    /// Whether the task has begun.
    pub(super) is_begun: bool,
    /// Its background if so, base64.
    pub(super) background: Option<Arc<str>>,
}

/// A player in conversation with the game master.
pub(super) struct Conversation<'a, 'p, 'q, 'w> {
    pub(super) player: &'a mut TaskPlayerItem<'p, 'q>,
    pub(super) stage: &'a mut TaskStage<'w>,
    pub(super) master: &'a GameMaster,
}

impl Conversation<'_, '_, '_, '_> {
    /// The task that a text names, among those the player may take; the longest name if there are several.
    pub(super) fn named_task(&self, text: &str) -> Option<TaskName> {
        let public = self.player.book.public(&self.stage.queue).map(|name| TaskName::Public(name.to_owned()));
        let offered = public.chain(self.player.book.personal().iter().cloned());
        let spoken = Spoken::new(text);
        let shown = offered.filter_map(|name| Some((name.shown(&self.stage.personal)?, name)));
        let named = shown.filter(|(shown, _)| spoken.has(shown));
        named.max_by_key(|(shown, _)| shown.chars().count()).map(|(_, name)| name)
    }

    /// Begins a task, unless another is under way; `None` when the rules do not have it.
    pub(super) fn accept(&mut self, name: TaskName) -> Option<Accepted> {
        if self.task_under_way().is_some() {
            let text = self.say(&self.master.tasks.busy);
            return Some(Accepted { text, is_begun: false, background: None });
        }
        self.stage.begin(self.player, name)?;
        let active = self.player.book.active()?;
        let opening = self.stage.opening(active, self.player.account);
        let text = format!("{}\n{opening}", self.say(&self.master.tasks.accepted));
        Some(Accepted { text, is_begun: true, background: self.stage.background(active) })
    }

    /// Drops the task under way; returns what the game master says.
    pub(super) fn give_up(&mut self) -> String {
        if self.task_under_way().is_none() {
            return self.say(&self.master.tasks.none_active);
        }
        let text = self.say(&self.master.tasks.given_up);
        self.player.book.finish();
        text
    }

    /// What the game master says to a text.
    pub(super) fn chat(&mut self, text: &str) -> String {
        let line = self.master.line(text, &mut self.stage.randomness);
        line.map(|line| self.say(line)).unwrap_or_default()
    }

    /// The answer to a special event. Changes nothing but the state of the dice.
    pub(super) fn event(&mut self, reported: &Reported<'_>) -> EventHeard {
        let heard = self.stage.hear_event(self.player, self.master, reported);
        heard.unwrap_or_else(|| {
            let line = self.master.other_event(&mut self.stage.randomness);
            EventHeard { script: line.map(|line| self.say(line)).unwrap_or_default(), ..EventHeard::default() }
        })
    }

    /// The name of the task the player is in.
    fn task_under_way(&self) -> Option<String> {
        let active = self.player.book.active().filter(|active| self.stage.scene(active).is_some())?;
        active.name.shown(&self.stage.personal)
    }

    fn say(&self, line: &Template) -> String {
        self.say_of(line, self.task_under_way())
    }

    /// A line with this task for `{task}`.
    pub(super) fn say_of(&self, line: &Template, task: Option<String>) -> String {
        let list = |names: Vec<String>| if names.is_empty() { self.master.nothing.clone() } else { names.join("、") };
        let tasks = self.player.book.public(&self.stage.queue).map(str::to_owned).collect();
        let personal = self.player.book.personal().iter().filter_map(|name| name.shown(&self.stage.personal)).collect();
        let values: [(&str, &dyn Display); 5] = [
            ("player", &self.player.account.name()),
            ("level", &self.stage.levels.standing(self.player.experience.total).level),
            ("task", &task.unwrap_or_else(|| self.master.nothing.clone())),
            ("tasks", &list(tasks)),
            ("personal", &list(personal)),
        ];
        line.fill(&values)
    }

    /// Makes a task from a wish; returns its name as players see it.
    pub(super) fn grant_wish(&mut self, wish: &str, today: i32) -> Result<String, Objection> {
        let rules = &self.stage.rules;
        if self.player.book.personal().len() >= rules.personal_max {
            return Err(Objection::ListFull);
        }
        if self.player.book.wished_on(today) >= rules.personal_per_day {
            return Err(Objection::DayFull);
        }
        let throw = self.stage.throw();
        let (file, template) = self.stage.personal.find(wish).ok_or(Objection::NotUnderstood)?;
        let subject = template.subject(wish, throw);
        let name = TaskName::Personal { template: file.to_owned(), subject: subject.to_owned() };
        let shown = template.task_name(subject);
        let is_active = self.player.book.active().is_some_and(|active| active.name == name);
        if is_active || self.player.book.personal().contains(&name) {
            return Err(Objection::Known(shown));
        }
        self.player.book.add_personal(name, today);
        Ok(shown)
    }
}
