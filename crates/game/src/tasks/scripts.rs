//! `tasks/*.ron`, the public tasks, and `personal_tasks/*.ron`, the templates of personal ones.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::drops::Drops;
use crate::images::Images;
use crate::narrator::check_script;
use crate::narrator::script::Script;
use crate::narrator::words::Spoken;
use crate::tasks::rules::{RewardRange, TaskRules};
use crate::timed_events::check_changes;
use raidkeep_engine::rules::{Place, Report, Table, Tables};
use raidkeep_engine::template::Template;

/// A task: the contents of a file in `tasks/`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicTask {
    /// As players see and choose it.
    pub name: String,
    /// The settings that every task has.
    pub task: Task,
}

/// The settings of a task of either kind.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// How hard it is.
    #[schemars(range(min = 1, max = 1000), extend("unit" = "level"))]
    pub level: u32,
    /// An image.
    pub background: String,
    /// What it grants.
    pub reward: RewardRange,
    /// Drop tables from `drops/` that an ending with the whole reward rolls besides: `["scrolls"]`, or `["scrolls:2"]` for
    /// two times.
    #[serde(default)]
    pub drops: Drops,
    /// What happens in it.
    pub script: Script,
}

/// A template of personal tasks: the contents of a file in `personal_tasks/`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskTemplate {
    /// The task's name, with `{subject}` in it.
    pub name: Template,
    /// The player's wish must contain one of these.
    pub keywords: Vec<String>,
    /// What the task may be about; the first that the wish mentions, or else a random one.
    pub subjects: Vec<Subject>,
    /// The settings that every task has.
    pub task: Task,
}

/// What a personal task is about.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Replaces `{subject}`.
    pub name: String,
    /// The player's wish must contain one of these.
    pub keywords: Vec<String>,
}

impl Task {
    fn check(&self, place: &Place, known_places: &[&str], tables: &Tables, report: &mut Report) {
        if let Some(rules) = tables.get::<TaskRules>() {
            if self.level > rules.level_max {
                let message = format!("{} is more than {}, the level_max of tasks.ron", self.level, rules.level_max);
                report.error(place.clone().key("level"), message);
            }
            self.reward.check(rules, &place.clone().key("reward"), report);
        }
        self.drops.check(&place.clone().key("drops"), report);
        if !self.drops.is_empty() && self.script.endings.values().all(|ending| ending.reward_percent() < 100) {
            let message = "are never rolled: no ending grants the whole reward";
            report.warning(place.clone().key("drops"), message).hint("reward_percent: 100 in an ending");
        }
        if let Some(images) = tables.get::<Images>() {
            images.check_name(&self.background, &place.clone().key("background"), report);
        }
        check_script(&self.script, &place.clone().key("script"), known_places, tables, report);
    }
}

/// The public tasks by their names.
#[derive(Debug, Clone)]
pub struct PublicTasks {
    by_name: BTreeMap<String, (String, Task)>,
}

impl PublicTasks {
    /// The task with that name.
    pub fn get(&self, name: &str) -> Option<&Task> {
        self.by_name.get(name).map(|(_, task)| task)
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// All tasks with their files and names, in the order of names.
    pub fn placed(&self) -> impl Iterator<Item = (&str, &str, &Task)> {
        self.by_name.iter().map(|(name, (file, task))| (file.as_str(), name.as_str(), task))
    }

    /// All tasks with their names, in order.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Task)> {
        self.by_name.iter().map(|(name, (_, task))| (name.as_str(), task))
    }

    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = (&str, &mut Task)> {
        self.by_name.iter_mut().map(|(name, (_, task))| (name.as_str(), task))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }
}

/// The longest name of a task, in characters.
const NAME_MAX_CHARS: usize = 30;

fn check_name(name: &str, place: &Place, report: &mut Report) {
    if name.trim().is_empty() || name.chars().count() > NAME_MAX_CHARS {
        report.error(place, format!("expected 1 to {NAME_MAX_CHARS} characters"));
    }
}

impl Table for PublicTasks {
    const PATH: &'static str = "tasks/";
    type File = PublicTask;

    fn assemble(files: Vec<(String, PublicTask)>, report: &mut Report) -> Self {
        let mut by_name = BTreeMap::new();
        for (file, PublicTask { name, task }) in files {
            check_name(&name, &Place::file(&file).key("name"), report);
            if let Some((earlier, _)) = by_name.get(&name) {
                let message = format!("\"{name}\" is already the name of the task in {earlier}");
                report.error(Place::file(&file).key("name"), message);
            } else {
                by_name.insert(name, (file, task));
            }
        }
        Self { by_name }
    }

    fn validate(&self, tables: &Tables, report: &mut Report) {
        for (file, task) in self.by_name.values() {
            task.check(&Place::file(file).key("task"), &["player"], tables, report);
        }
        check_changes(self, tables, report, |changed: &Self, _, report| {
            for (file, task) in changed.by_name.values() {
                task.reward.check_ranges(&Place::file(file).key("task").key("reward"), report);
            }
        });
    }
}

/// The templates of personal tasks, by file name without folder and extension.
#[derive(Debug, Clone)]
pub struct PersonalTasks {
    by_file: BTreeMap<String, TaskTemplate>,
}

impl PersonalTasks {
    /// The template with that name.
    pub fn get(&self, template: &str) -> Option<&TaskTemplate> {
        self.by_file.get(template)
    }

    /// All templates with their names, in order.
    pub fn all(&self) -> impl Iterator<Item = (&str, &TaskTemplate)> {
        self.by_file.iter().map(|(name, template)| (name.as_str(), template))
    }

    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = (&str, &mut Task)> {
        self.by_file.iter_mut().map(|(name, template)| (name.as_str(), &mut template.task))
    }

    /// The template that a wish mentions. If there are several, the one with the longest matching word, because short
    /// words occur inside longer ones (打 in 打听); then the first by name.
    pub fn find(&self, wish: &str) -> Option<(&str, &TaskTemplate)> {
        let spoken = Spoken::new(wish);
        let length = |template: &TaskTemplate| {
            let found = template.keywords.iter().filter(|word| spoken.has(word));
            found.map(|word| word.chars().count()).max()
        };
        let named = self.all().filter_map(|(name, template)| Some((length(template)?, name, template)));
        // On a tie `min_by_key` takes the first.
        let best = named.min_by_key(|(length, _, _)| std::cmp::Reverse(*length));
        best.map(|(_, name, template)| (name, template))
    }
}

impl TaskTemplate {
    /// What a wish is about; `throw`, any number, decides if it does not say.
    pub fn subject(&self, wish: &str, throw: u64) -> &str {
        let spoken = Spoken::new(wish);
        let by_chance = || {
            let count = u64::try_from(self.subjects.len()).unwrap_or(1).max(1);
            self.subjects.get(usize::try_from(throw % count).unwrap_or(0))
        };
        let subject = self.subjects.iter().find(|subject| spoken.has_any(&subject.keywords)).or_else(by_chance);
        subject.map_or("", |subject| &subject.name)
    }

    /// The name of the task about a subject.
    pub fn task_name(&self, subject: &str) -> String {
        self.name.fill(&[("subject", &subject)])
    }

    fn check(&self, place: &Place, tables: &Tables, report: &mut Report) {
        self.name.check(&["subject"], &place.clone().key("name"), report);
        if !self.name.to_string().contains("{subject}") {
            report.error(place.clone().key("name"), "expected {subject} in the name, so that names differ");
        }
        if self.keywords.is_empty() || self.keywords.iter().any(|word| word.trim().is_empty()) {
            report.error(place.clone().key("keywords"), "expected at least one word, and none empty");
        }
        if self.subjects.is_empty() {
            report.error(place.clone().key("subjects"), "expected at least one subject");
        }
        for (index, subject) in self.subjects.iter().enumerate() {
            let place = place.clone().key("subjects").index(index);
            check_name(&self.task_name(&subject.name), &place.clone().key("name"), report);
            if subject.keywords.iter().any(|word| word.trim().is_empty()) {
                report.error(place.key("keywords"), "one of the words is empty");
            }
        }
        self.task.check(&place.clone().key("task"), &["player", "subject"], tables, report);
    }
}

impl Table for PersonalTasks {
    const PATH: &'static str = "personal_tasks/";
    type File = TaskTemplate;

    fn assemble(files: Vec<(String, TaskTemplate)>, _: &mut Report) -> Self {
        let short = |file: &str| file.trim_start_matches(Self::PATH).trim_end_matches(".ron").to_owned();
        Self { by_file: files.into_iter().map(|(file, template)| (short(&file), template)).collect() }
    }

    fn validate(&self, tables: &Tables, report: &mut Report) {
        for (name, template) in &self.by_file {
            template.check(&Place::file(format!("{}{name}.ron", Self::PATH)), tables, report);
        }
        check_changes(self, tables, report, |changed: &Self, _, report| {
            for (name, template) in &changed.by_file {
                let place = Place::file(format!("{}{name}.ron", Self::PATH));
                template.task.reward.check_ranges(&place.key("task").key("reward"), report);
            }
        });
    }
}
