//! The public queue: the same tasks for everybody, replaced at regular intervals.

use bevy_ecs::prelude::*;
use rand::seq::IteratorRandom;
use serde::{Deserialize, Serialize};

use crate::tasks::rules::TaskRules;
use crate::tasks::scripts::PublicTasks;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::random::Randomness;
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::WorldRow;

/// The tasks on offer at present.
#[derive(Debug, Default, Clone, PartialEq, Eq, Resource, Serialize, Deserialize)]
pub struct TaskQueue {
    /// Counts the refills.
    filling: u64,
    names: Vec<String>,
    refill_at: i64,
}

impl WorldRow for TaskQueue {
    const TABLE: &'static str = "task_queue";
}

impl TaskQueue {
    /// Counts refills; a player who took a task of one refill may take it again after a later one.
    pub fn filling(&self) -> u64 {
        self.filling
    }

    /// The names of the tasks.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether it is time to refill it.
    pub fn is_due(&self, now: i64) -> bool {
        now >= self.refill_at
    }

    /// Whether the next refill is more than one interval away, because the clock was set back.
    fn waits_too_long(&self, now: i64, rules: &TaskRules) -> bool {
        self.refill_at > now.saturating_add(rules.refill_seconds.max(1))
    }

    /// Whether the rules no longer have one of its tasks, or ask for a different number of them.
    pub fn is_outdated(&self, tasks: &PublicTasks, rules: &TaskRules) -> bool {
        self.names.len() != rules.queue_size || self.names.iter().any(|name| tasks.get(name).is_none())
    }

    /// Fills it with tasks drawn at random. The next refill stays on schedule even if this one is late.
    pub fn refill(&mut self, tasks: &PublicTasks, rules: &TaskRules, now: i64, randomness: &mut Randomness) {
        self.filling += 1;
        let mut names = tasks.names().sample(randomness.source(), rules.queue_size);
        names.sort_by_key(|name| tasks.get(name).map(|task| task.level));
        self.names = names.into_iter().map(str::to_owned).collect();
        let interval = rules.refill_seconds.max(1);
        let is_first = self.refill_at == 0;
        let late = now.saturating_sub(self.refill_at).max(0) % interval;
        self.refill_at = now.saturating_add(if is_first { interval } else { interval - late });
    }
}

/// Refills the queue before any request sees it. Nobody is notified, so the world need not wake for it.
pub fn refill(
    mut queue: ResMut<TaskQueue>,
    mut randomness: ResMut<Randomness>,
    tasks: Res<Rules<PublicTasks>>,
    rules: Res<Rules<TaskRules>>,
    clock: Res<Clock>,
) {
    if queue.waits_too_long(clock.now(), &rules) {
        queue.refill_at = clock.now().saturating_add(rules.refill_seconds.max(1));
    }
    // The queue may be older than the rules: when the world starts, and when they have changed.
    let may_be_outdated = tasks.is_changed() || rules.is_changed();
    let is_outdated = may_be_outdated && queue.is_outdated(&tasks, &rules);
    if is_outdated || queue.is_due(clock.now()) {
        queue.refill(&tasks, &rules, clock.now(), &mut randomness);
    }
}
