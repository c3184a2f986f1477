//! `rules_status` and `rules_reload`, for operators.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dispatch::RequestApp;
use crate::operators::Right;
use crate::reload::{ReloadOutcome, Reloading, RulesState, shown};
use crate::request;
use crate::request::{Answer, Call, Code, Job, Need, Operator, Refusal, Success, Unready, Waits};
use crate::rules::Problem;

/// The refusal of a server that was started without a place to read rules from.
const NOT_HERE: Refusal = Refusal::new(98, "this server cannot read its rules again");
/// The status of `rules_reload` when the assets have errors.
const REFUSED: i32 = 99;

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
        watched: reloading.is_some_and(|reloading| reloading.0.is_watched()),
        changed_at: state.changed_at,
        warnings: state.warnings.iter().cloned().collect(),
        refused: refused
            .map(|refused| RefusedShown { at: refused.at, problems: refused.problems.iter().cloned().collect() }),
    }))
}

/// `rules_reload {token}`: reads the assets again, for all worlds.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RulesReload {}

request!(
    Operator, "rules_reload", RulesReload => Reloaded, RIGHT = Right::RULES,
    ACTS_OUTSIDE = true,
    CODES = &[
        Code::of(NOT_HERE),
        Code::refusal(REFUSED, "the assets have errors, which `problems` lists, and the rules stay as they are"),
    ],
);

/// The reply of `rules_reload`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reloaded {
    /// Whether the assets differ from those in use before.
    changed: bool,
    /// Of the rules that are in force; absent when the assets were refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    /// Warnings, and errors when the assets were refused.
    problems: Vec<Problem>,
}

/// The outcome of an attempt, in the form kept in a journal.
#[derive(Debug, Serialize, Deserialize)]
struct Attempt {
    changed: bool,
    /// Of the rules that are in force; `None` when the assets were refused.
    fingerprint: Option<u64>,
    problems: Vec<Problem>,
}

impl From<ReloadOutcome> for Attempt {
    fn from(outcome: ReloadOutcome) -> Self {
        let changed = matches!(outcome, ReloadOutcome::Changed(_));
        match outcome {
            ReloadOutcome::Changed(rules) | ReloadOutcome::Mended(rules) | ReloadOutcome::Unchanged(rules) => Self {
                changed,
                fingerprint: Some(rules.fingerprint),
                problems: rules.warnings.iter().cloned().collect(),
            },
            ReloadOutcome::Refused(problems) => {
                Self { changed, fingerprint: None, problems: problems.iter().cloned().collect() }
            }
        }
    }
}

fn rules_reload(In(call): In<Call<RulesReload>>, reloading: Option<Res<Reloading>>) -> Waits<Reloaded> {
    let reloader = reloading.ok_or(NOT_HERE)?.0.clone();
    // The worlds get their new rules before this fact arrives.
    let Some(attempt) = call.fact.and_then(|fact| fact.downcast::<Attempt>().ok()) else {
        return Err(Unready::Needs(Need::Job(Job::new(move || Attempt::from(reloader.reload())))));
    };
    let Attempt { changed, fingerprint, problems } = *attempt;
    let reloaded = Success::with(Reloaded { changed, fingerprint: fingerprint.map(shown), problems });
    Ok(match fingerprint {
        Some(_) => reloaded,
        None => reloaded.status(REFUSED).message("the assets have errors, the rules stay as they are"),
    })
}
