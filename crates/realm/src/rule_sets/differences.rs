//! `rules_diff`: how two rule sets differ, field by field.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::reload::Reloading;
use raidkeep_engine::reload::requests::reloader;
use raidkeep_engine::request;
use raidkeep_engine::request::answer::found_when_folded;
use raidkeep_engine::request::{Call, Code, Job, Operator, Refusal, Success, Waits};
use raidkeep_engine::rules::RuleFiles;
use raidkeep_engine::start::RowSource;

use crate::rule_sets::model::RuleBook;
use crate::rule_sets::requests::NO_SUCH_SET;
use crate::rule_sets::sides::{FOLDER, RUNNING, Side, check_known};

/// The most differences in one reply.
const DIFFERENCES_MAX: usize = 500;

const NO_DIFFER: Refusal = Refusal::new(98, "this server cannot compare its rules");
/// The status when a side cannot be read.
const UNREADABLE: i32 = 99;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<RulesDiff, _>(rules_diff);
}

/// Says how two sets differ, or why they cannot be compared.
#[derive(Debug, Clone, Copy, Resource)]
pub struct RuleDiffer(pub fn(RuleFiles, RuleFiles) -> Result<Vec<RuleDifference>, String>);

/// An entry, or the settings of a file, that differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleDifference {
    /// The heading that it belongs under, such as `Stages`.
    pub topic: String,
    /// What differs, such as `stage 12`.
    pub subject: String,
    /// `added`, `removed` or `changed`.
    pub kind: String,
    /// The file that it is in.
    pub file: String,
    /// Which of its values differ; all of them for one that was added or removed.
    pub values: Vec<DifferentValue>,
}

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DifferentValue {
    /// Its key, such as `rewards of first win`.
    pub key: String,
    /// The value of the first side; null = it has none.
    pub from: Option<String>,
    /// The value of the second side; null = it has none.
    pub to: Option<String>,
}

/// `rules_diff {from?, to?}`: how two rule sets differ, field by field. Each side is `running`, `folder`, or a fingerprint of
/// the history.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RulesDiff {
    /// The first side; missing = `running`.
    from: Option<String>,
    /// The second side; missing = `folder`.
    to: Option<String>,
}

request!(
    Operator, "rules_diff", RulesDiff => RulesDiffered, RIGHT = Right::VIEW, IN_REALM = true,
    CODES = &[
        Code::of(NO_DIFFER),
        Code::refusal(UNREADABLE, "a side cannot be read; the message says why"),
        Code::of(NO_SUCH_SET),
    ],
);

/// The reply of `rules_diff`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RulesDiffered {
    /// The first side, as asked for.
    from: String,
    /// The second side.
    to: String,
    /// Those of stages first; at most 500.
    differences: Vec<RuleDifference>,
    /// How many more there are.
    left_out: usize,
}

/// The result of the job.
type Compared = Result<Vec<RuleDifference>, String>;

fn rules_diff(
    In(call): In<Call<RulesDiff>>,
    (book, rows): (Res<RuleBook>, Res<RowSource>),
    (differ, reloading): (Option<Res<RuleDiffer>>, Option<Res<Reloading>>),
) -> Waits<RulesDiffered> {
    let from = call.request.from.unwrap_or_else(|| RUNNING.to_owned());
    let to = call.request.to.unwrap_or_else(|| FOLDER.to_owned());
    let compared: Compared = found_when_folded(call.fact, "the sets were not compared, retry", || {
        let (differ, reloader) = (*differ.ok_or(NO_DIFFER)?, reloader(reloading.as_deref())?);
        check_known([&from, &to], &book)?;
        let [from, to] =
            [&from, &to].map(|name| Side { name: name.clone(), rows: rows.0.clone(), reloader: reloader.clone() });
        Ok(Job::at_leisure(move || -> Compared { (differ.0)(from.files()?, to.files()?) }))
    })?;
    let mut differences = compared.map_err(|error| Refusal::saying(UNREADABLE, error))?;
    let left_out = differences.len().saturating_sub(DIFFERENCES_MAX);
    differences.truncate(DIFFERENCES_MAX);
    Ok(Success::with(RulesDiffered { from, to, differences, left_out }))
}
