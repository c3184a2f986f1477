//! The tasks of one player.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::narrator::Story;
use crate::tasks::events::ActiveEvent;
use crate::tasks::queue::TaskQueue;
use crate::tasks::scripts::{PersonalTasks, PublicTasks, Task};
use raidkeep_engine::storage::{Arrival, PlayerRow, Unfit};

/// Identifies a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskName {
    /// From the public queue, by name.
    Public(String),
    /// Made for the player.
    Personal {
        /// From which template.
        template: String,
        /// About what.
        subject: String,
    },
}

impl TaskName {
    /// As players see it; `None` when the rules no longer have it.
    pub fn shown(&self, personal: &PersonalTasks) -> Option<String> {
        match self {
            Self::Public(name) => Some(name.clone()),
            Self::Personal { template, subject } => Some(personal.get(template)?.task_name(subject)),
        }
    }

    /// The task; `None` when the rules no longer have it.
    pub fn find<'a>(&self, public: &'a PublicTasks, personal: &'a PersonalTasks) -> Option<&'a Task> {
        match self {
            Self::Public(name) => public.get(name),
            Self::Personal { template, .. } => personal.get(template).map(|template| &template.task),
        }
    }

    /// Whether it was made for the player.
    pub fn is_personal(&self) -> bool {
        matches!(self, Self::Personal { .. })
    }

    /// What it is about; empty for public tasks, whose texts say it themselves.
    pub fn subject(&self) -> &str {
        match self {
            Self::Public(_) => "",
            Self::Personal { subject, .. } => subject,
        }
    }
}

/// The task a player is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveTask {
    /// Which one.
    pub name: TaskName,
    /// The progress in it.
    pub story: Story,
}

/// A player's tasks.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct TaskBook {
    active: Option<ActiveTask>,
    personal: Vec<TaskName>,
    /// The number of a refill of the queue, and which of its tasks the player has taken.
    taken: (u64, Vec<String>),
    /// The day of the last personal task, and how many were made on it.
    wished: (i32, u32),
    /// The special event the player is in. Documents of earlier programs have none.
    #[serde(default)]
    event: Option<ActiveEvent>,
}

/// Version 1, from when special events were one line each.
#[derive(Deserialize)]
struct TaskBook1 {
    active: Option<ActiveTask>,
    personal: Vec<TaskName>,
    taken: (u64, Vec<String>),
    wished: (i32, u32),
}

impl PlayerRow for TaskBook {
    const TABLE: &'static str = "tasks";
    const VERSION: u16 = 2;

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    fn is_blank(&self) -> bool {
        *self == Self::default()
    }

    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        let before: TaskBook1 = postcard::from_bytes(bytes).ok().filter(|_| version == 1)?;
        let TaskBook1 { active, personal, taken, wished } = before;
        Some(Self { active, personal, taken, wished, event: None })
    }

    /// Another world draws other tasks and has its own count of refills.
    fn arrive(&mut self, arrival: Arrival<'_>) -> Result<(), Unfit> {
        if !arrival.is_same_world {
            self.taken = (0, Vec::new());
        }
        Ok(())
    }
}

impl TaskBook {
    /// The task the player is in.
    pub fn active(&self) -> Option<&ActiveTask> {
        self.active.as_ref()
    }

    /// The public tasks that the player may take: each once per refill.
    pub fn public<'a>(&self, queue: &'a TaskQueue) -> impl Iterator<Item = &'a str> {
        let names = queue.names().iter().filter(|name| !self.has_taken(queue.filling(), name));
        names.map(String::as_str)
    }

    fn has_taken(&self, filling: u64, name: &str) -> bool {
        self.taken.0 == filling && self.taken.1.iter().any(|taken| taken == name)
    }

    /// The pending personal tasks.
    pub fn personal(&self) -> &[TaskName] {
        &self.personal
    }

    /// How many personal tasks were made today. A clock set back to an earlier day does not reset the count.
    pub fn wished_on(&self, today: i32) -> u32 {
        if today > self.wished.0 { 0 } else { self.wished.1 }
    }

    /// Adds a personal task that was made today.
    pub fn add_personal(&mut self, name: TaskName, today: i32) {
        self.wished = (today.max(self.wished.0), self.wished_on(today).saturating_add(1));
        self.personal.push(name);
    }

    /// Begins a task. A personal one is no longer pending; a public one is not offered again until the next refill.
    pub fn begin(&mut self, name: TaskName, story: Story, filling: u64) {
        match &name {
            TaskName::Personal { .. } => self.personal.retain(|waiting| *waiting != name),
            TaskName::Public(name) => {
                if self.taken.0 != filling {
                    self.taken = (filling, Vec::new());
                }
                self.taken.1.push(name.clone());
            }
        }
        self.active = Some(ActiveTask { name, story });
    }

    /// Advances the task to a scene, with a new throw of the die.
    pub fn go_on(&mut self, scene: &str, throw: u64) {
        if let Some(active) = &mut self.active {
            active.story.go_on(scene, throw);
        }
    }

    /// The special event the player is in.
    pub fn event(&self) -> Option<&ActiveEvent> {
        self.event.as_ref()
    }

    /// Begins a special event; one under way is dropped.
    pub fn begin_event(&mut self, event: ActiveEvent) {
        self.event = Some(event);
    }

    /// Advances the special event to a scene, with a new throw of the die.
    pub fn event_goes_on(&mut self, scene: &str, throw: u64) {
        if let Some(active) = &mut self.event {
            active.story.go_on(scene, throw);
        }
    }

    /// Ends the special event.
    pub fn finish_event(&mut self) {
        self.event = None;
    }

    /// Ends the task the player is in.
    pub fn finish(&mut self) -> Option<ActiveTask> {
        self.active.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn personal(subject: &str) -> TaskName {
        TaskName::Personal { template: "hunt".to_owned(), subject: subject.to_owned() }
    }

    #[test]
    fn the_tasks_of_an_earlier_program_are_kept() {
        let before = (None::<ActiveTask>, vec![personal("狼")], (3_u64, vec!["走失的小羊".to_owned()]), (100, 1_u32));
        let mut row = Vec::new();
        raidkeep_engine::storage::encode_value(1, &before, &mut row);
        let read = raidkeep_engine::storage::decode_value(TaskBook::VERSION, &row, TaskBook::upgrade);
        let book = read.expect("version 1 can be upgraded");
        assert_eq!((book.personal(), book.wished_on(100)), (&[personal("狼")][..], 1));
        assert!(book.has_taken(3, "走失的小羊") && book.event().is_none());
    }

    #[test]
    fn days_count_personal_tasks_and_a_clock_that_jumps_back_makes_none_new() {
        let mut book = TaskBook::default();
        book.add_personal(personal("狼"), 100);
        book.add_personal(personal("虎"), 100);
        assert_eq!(book.wished_on(100), 2);
        assert_eq!(book.wished_on(99), 2, "going back to yesterday starts no new day");
        assert_eq!(book.wished_on(101), 0);
        book.add_personal(personal("豹"), 99);
        assert_eq!(book.wished_on(100), 3);
    }
}
