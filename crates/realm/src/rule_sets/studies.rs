//! Studies of rule sets: what the realm orders of the program, and what it hears of them.
//!
//! A study is simulated beside the server, takes minutes, and concerns no player. So the program keeps the studies, and forgets
//! them when it ends; what a request finds out about them is an input of the realm.

use std::fmt;
use std::sync::Arc;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::rules::RuleFiles;

/// Has rule sets studied beside the server, one study at a time.
pub trait StudyDesk: Send + Sync {
    /// Begins a study, and returns its number.
    ///
    /// # Errors
    /// The number of the study that is under way.
    fn begin(&self, order: StudyOrder) -> Result<u64, u64>;

    /// The last studies, the newest first.
    fn list(&self) -> Vec<StudyShown>;

    /// What a study has found; `None` if it is not known, or not done.
    fn report(&self, study: u64) -> Option<StudyReport>;

    /// Ends a study. Returns whether it was under way.
    fn stop(&self, study: u64) -> bool;
}

/// The desk of this program, if it has one.
#[derive(Clone, Default, Resource)]
pub struct StudyRoom(pub Option<Arc<dyn StudyDesk>>);

impl fmt::Debug for StudyRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StudyRoom")
    }
}

/// How rule sets are studied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StudyKind {
    /// The same players under two sets, and what differs by more than chance.
    #[default]
    Compare,
    /// Players under one set.
    Simulate,
}

/// What is to be studied, for whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyOrder {
    /// One set is simulated, two are compared.
    pub sides: Vec<StudySide>,
    /// How many players are simulated with each seed.
    pub players: u32,
    /// For how many days.
    pub days: u32,
    /// With how many seeds.
    pub seeds: u32,
    /// The first seed.
    pub seed: u64,
    /// The operator's name.
    pub by: String,
    /// When it was ordered, unix seconds.
    pub at: i64,
}

/// A rule set that is studied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudySide {
    /// What reports call it.
    pub name: String,
    /// Its files.
    pub files: RuleFiles,
}

/// How far a study is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StudyState {
    /// It is under way.
    Running,
    /// It has a report.
    Done,
    /// It came to nothing; `failure` says why.
    Failed,
    /// An operator has ended it.
    Stopped,
}

/// A study, as operators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StudyShown {
    /// Counts from 1, at each start of the server anew.
    pub study: u64,
    /// How far it is.
    pub state: StudyState,
    /// How much of it is done, 0 to 100.
    pub percent: u32,
    /// How.
    pub kind: StudyKind,
    /// The set that it is compared with; null = none.
    pub from: Option<String>,
    /// The set that is studied: `running`, `folder`, or a fingerprint.
    pub to: String,
    /// How many players are simulated with each seed.
    pub players: u32,
    /// For how many days.
    pub days: u32,
    /// With how many seeds.
    pub seeds: u32,
    /// The first seed.
    pub seed: u64,
    /// Who has begun it.
    pub by: String,
    /// When, unix seconds.
    pub at: i64,
    /// How long it has taken so far, or took.
    pub seconds: u64,
    /// Why it failed; null = it has not.
    pub failure: Option<String>,
}

impl StudyShown {
    /// A study that begins.
    pub fn beginning(study: u64, order: &StudyOrder) -> Self {
        let StudyOrder { sides, players, days, seeds, seed, by, at } = order;
        let mut names = sides.iter().rev().map(|side| side.name.clone());
        let (to, from) = (names.next().unwrap_or_default(), names.next());
        Self {
            study,
            state: StudyState::Running,
            percent: 0,
            kind: if from.is_some() { StudyKind::Compare } else { StudyKind::Simulate },
            from,
            to,
            players: *players,
            days: *days,
            seeds: *seeds,
            seed: *seed,
            by: by.clone(),
            at: *at,
            seconds: 0,
            failure: None,
        }
    }
}

/// What a study has found. Its words are English, as in the reports of `raidkeep simulate` and `compare`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StudyReport {
    /// In a sentence or two.
    pub verdict: String,
    /// How to read the tables.
    pub notes: Vec<String>,
    /// What was found.
    pub tables: Vec<StudyTable>,
    /// How the clearest figures developed.
    pub charts: Vec<StudyChart>,
    /// Everything, as an HTML page that needs nothing else.
    pub page: String,
}

/// A table of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StudyTable {
    /// What it shows.
    pub title: String,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows, each with a text for every column.
    pub rows: Vec<Vec<String>>,
}

/// A figure by day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StudyChart {
    /// What it shows.
    pub title: String,
    /// The unit of the values.
    pub unit: String,
    /// A line for each set or archetype.
    pub lines: Vec<StudyLine>,
}

/// A line of a chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StudyLine {
    /// What it is of.
    pub name: String,
    /// The values of days 1, 2 and so on.
    pub values: Vec<f64>,
}
