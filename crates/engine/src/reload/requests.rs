//! `rules_status` and `rules_reload`, for operators.

use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dispatch::RequestApp;
use crate::operators::Right;
use crate::reload::{ReloadOutcome, Reloader, Reloading, RulesPin, RulesState, shown};
use crate::request;
use crate::request::{Answer, Call, Code, Job, Need, Operator, Refusal, Success, Unready, Waits};
use crate::rules::Problem;

/// The refusal of a server that was started without a place to read rules from.
const NOT_HERE: Refusal = Refusal::new(98, "this server cannot read its rules again");
/// The status of a change of the rules when they have errors.
const REFUSED: i32 = 99;
/// The status of a change of the rules when the realm does not keep them.
const NOT_KEPT: i32 = 97;

pub(super) fn register(app: &mut App) {
    app.add_request::<RulesStatus, _>(rules_status);
    app.add_waiting_request::<RulesReload, _>(rules_reload);
}

/// `rules_status {token}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RulesStatus {}

request!(Operator, "rules_status", RulesStatus => RulesStatusShown, RIGHT = Right::VIEW);

/// The reply of `rules_status`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RulesStatusShown {
    /// The same for the same assets.
    fingerprint: String,
    /// Where the assets are read from; null where they cannot be read again.
    source: Option<String>,
    /// Whether changes are detected without `rules_reload`.
    watched: bool,
    /// Which set is pinned, so that the assets change nothing; null = none.
    pinned: Option<RulesPin>,
    /// The fingerprint of what the assets had when they were last read without errors; null = they were not yet.
    offered: Option<String>,
    /// When this world adopted the rules, unix seconds; null = at its start.
    changed_at: Option<i64>,
    /// Warnings about them.
    warnings: Vec<Problem>,
    /// Later assets that could not be used, if any; null again when they are fixed.
    refused: Option<RefusedShown>,
}

/// Assets that could not be used.
#[derive(Debug, Serialize, JsonSchema)]
struct RefusedShown {
    /// Unix seconds.
    at: i64,
    /// What is wrong with them.
    problems: Vec<Problem>,
}

fn rules_status(
    In(_): In<Call<RulesStatus>>,
    state: Res<RulesState>,
    reloading: Option<Res<Reloading>>,
) -> Answer<RulesStatusShown> {
    let refused = state.refused.as_ref();
    Ok(Success::with(RulesStatusShown {
        fingerprint: shown(state.fingerprint),
        source: reloading.as_ref().map(|reloading| reloading.0.source().describe()),
        watched: reloading.as_ref().is_some_and(|reloading| reloading.0.is_watched()),
        pinned: reloading.as_ref().and_then(|reloading| reloading.0.pin()),
        offered: reloading.and_then(|reloading| reloading.0.offered()),
        changed_at: state.changed_at,
        warnings: state.warnings.iter().cloned().collect(),
        refused: refused
            .map(|refused| RefusedShown { at: refused.at, problems: refused.problems.iter().cloned().collect() }),
    }))
}

/// `rules_reload {token}`: reads the assets again, for all worlds.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RulesReload {}

/// The codes of every function that changes the rules of all worlds.
pub const CHANGE_CODES: [Code; 3] = [
    Code::of(NOT_HERE),
    Code::refusal(REFUSED, "the assets have errors, which `problems` lists, and the rules stay as they are"),
    Code::refusal(NOT_KEPT, "the realm has not kept the rules, and they stay as they are; the message says why"),
];

request!(
    Operator, "rules_reload", RulesReload => Reloaded, RIGHT = Right::RULES,
    ACTS_OUTSIDE = true,
    CODES = &CHANGE_CODES,
);

/// What an attempt to change the rules has come to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reloaded {
    /// Whether the rules in force are others than before.
    changed: bool,
    /// Of the rules that are in force; absent when the attempt has failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    /// Which set is pinned, so that the assets change nothing; null = none.
    pinned: Option<RulesPin>,
    /// Warnings, and errors when the assets were refused.
    problems: Vec<Problem>,
}

/// The outcome of an attempt, in the form kept in a journal.
#[derive(Debug, Serialize, Deserialize)]
pub struct RulesAttempt {
    changed: bool,
    /// Of the rules that are in force; `None` when the attempt has failed.
    fingerprint: Option<u64>,
    pinned: Option<RulesPin>,
    /// Why the rules could not be kept.
    not_kept: Option<String>,
    problems: Vec<Problem>,
}

impl RulesAttempt {
    /// Makes an attempt. It may block, so it is one for a job.
    pub fn make(reloader: &Reloader, attempt: impl FnOnce(&Reloader) -> ReloadOutcome) -> Self {
        let outcome = attempt(reloader);
        let mut made = Self {
            changed: matches!(outcome, ReloadOutcome::Changed(_)),
            fingerprint: None,
            pinned: reloader.pin(),
            not_kept: None,
            problems: Vec::new(),
        };
        match outcome {
            ReloadOutcome::Changed(rules)
            | ReloadOutcome::Mended(rules)
            | ReloadOutcome::Pinned(rules)
            | ReloadOutcome::Unchanged(rules) => {
                made.fingerprint = Some(rules.fingerprint);
                made.problems = rules.warnings.iter().cloned().collect();
            }
            ReloadOutcome::Refused(problems) => made.problems = problems.iter().cloned().collect(),
            ReloadOutcome::NotKept(error) => made.not_kept = Some(error.to_string()),
        }
        made
    }

    /// Whether it has brought about what was asked for.
    pub fn has_succeeded(&self) -> bool {
        self.fingerprint.is_some()
    }

    /// The fingerprint of the rules in force after an attempt that has succeeded, in the form operators see.
    pub fn fingerprint_shown(&self) -> Option<String> {
        self.fingerprint.map(shown)
    }

    /// The reply.
    pub fn answer(self) -> Success<Reloaded> {
        let has_succeeded = self.has_succeeded();
        let Self { changed, fingerprint, pinned, not_kept, problems } = self;
        let reloaded = Success::with(Reloaded { changed, fingerprint: fingerprint.map(shown), pinned, problems });
        match not_kept {
            Some(why) => reloaded.status(NOT_KEPT).message(why),
            None if has_succeeded => reloaded,
            None => reloaded.status(REFUSED).message("the assets have errors, the rules stay as they are"),
        }
    }
}

/// The reloader of this server.
///
/// # Errors
/// When it has no place to read rules from.
pub fn reloader(reloading: Option<&Reloading>) -> Result<Arc<Reloader>, Refusal> {
    reloading.map(|reloading| reloading.0.clone()).ok_or(NOT_HERE)
}

fn rules_reload(In(call): In<Call<RulesReload>>, reloading: Option<Res<Reloading>>) -> Waits<Reloaded> {
    let reloader = reloader(reloading.as_deref())?;
    // The worlds get their new rules before this fact arrives.
    let Some(attempt) = call.fact.and_then(|fact| fact.downcast::<RulesAttempt>().ok()) else {
        let by = call.caller.identity.name.to_string();
        let attempt = move || RulesAttempt::make(&reloader, |reloader| reloader.reload(&by));
        return Err(Unready::Needs(Need::Job(Job::new(attempt))));
    };
    Ok(attempt.answer())
}
