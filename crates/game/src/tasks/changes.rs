//! Tasks as events change them.

use crate::tasks::model::TaskName;
use crate::tasks::rules::{RewardRange, TaskRules};
use crate::tasks::scripts::{PersonalTasks, PublicTasks, Task};
use crate::timed_events::{Changeable, EventChange, Numbers};

impl Changeable for PublicTasks {
    fn has(of: &Numbers) -> bool {
        matches!(of, Numbers::TaskRewards { .. } | Numbers::TaskExp { .. })
    }

    fn names(&self) -> Vec<&str> {
        PublicTasks::names(self).collect()
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        apply_to(self.all_mut(), change)
    }
}

impl Changeable for PersonalTasks {
    fn has(of: &Numbers) -> bool {
        matches!(of, Numbers::PersonalTaskRewards { .. } | Numbers::PersonalTaskExp { .. })
    }

    fn names(&self) -> Vec<&str> {
        self.all().map(|(name, _)| name).collect()
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        apply_to(self.all_mut(), change)
    }
}

impl Changeable for TaskRules {
    fn has(of: &Numbers) -> bool {
        matches!(of, Numbers::TasksPersonalDaily {})
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        change.change(&mut self.personal_per_day, u32::MAX);
        1
    }
}

fn apply_to<'t>(tasks: impl Iterator<Item = (&'t str, &'t mut Task)>, change: &EventChange) -> usize {
    let selector = change.of.selector();
    tasks.filter(|(name, _)| selector.is_of(name)).map(|(_, task)| task.reward.apply(change)).sum()
}

impl RewardRange {
    /// This reward of a task as changes make it, in their order.
    pub(super) fn under<'c>(mut self, task: &TaskName, changes: impl Iterator<Item = &'c EventChange>) -> Self {
        let is_meant = |change: &EventChange| match task {
            TaskName::Public(name) => PublicTasks::has(&change.of) && change.of.selector().is_of(name),
            TaskName::Personal { template, .. } => {
                PersonalTasks::has(&change.of) && change.of.selector().is_of(template)
            }
        };
        for change in changes.filter(|change| is_meant(change)) {
            self.apply(change);
        }
        self
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        let ranges = match change.of {
            Numbers::TaskRewards { .. } | Numbers::PersonalTaskRewards { .. } => {
                vec![&mut self.dragon_eye, &mut self.phoenix_feather]
            }
            _ => vec![&mut self.experience],
        };
        let numbers = ranges.into_iter().flat_map(|(least, most)| [least, most]);
        numbers.map(|number| change.change(number, i64::MAX)).count()
    }
}
