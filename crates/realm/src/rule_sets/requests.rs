//! `rules_history`, `rules_back` and `rules_unpin`.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::audit::AuditNotes;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::reload::requests::{CHANGE_CODES, reloader};
use raidkeep_engine::reload::{Reloaded, Reloading, RuleChange, RulesAttempt, RulesPin};
use raidkeep_engine::request;
use raidkeep_engine::request::answer::found_when_folded;
use raidkeep_engine::request::{Answer, Call, Code, Job, Need, Operator, Refusal, Success, Waits};
use raidkeep_engine::rules::RuleFiles;
use raidkeep_engine::start::RowSource;
use raidkeep_engine::storage::ArchivedRow;
use raidkeep_engine::storage::Rows;
use raidkeep_game::case_file::{REASON_CHARS, author, operator_text};

use crate::rule_sets::model::{KeptRuleSet, RuleBook, RuleEntry, key};

/// The most entries in one reply.
const PAGE: usize = 20;

pub(super) const NO_SUCH_SET: Refusal = Refusal::new(96, "no such rule set in the history");
const NOT_PINNED: Refusal = Refusal::new(95, "no rule set is pinned");
const NO_KEEPER: Refusal = Refusal::new(94, "this server does not keep rule sets");

pub(super) fn register(app: &mut App) {
    app.add_request::<RulesHistory, _>(rules_history);
    app.add_waiting_request::<RulesBack, _>(rules_back);
    app.add_waiting_request::<RulesUnpin, _>(rules_unpin);
}

/// `rules_history {before?}`: the rule sets that came into force, newest first, at most 20 in one reply. The last 50 are kept.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RulesHistory {
    /// Only entries before the one of this number.
    before: Option<u64>,
}

request!(Operator, "rules_history", RulesHistory => RulesHistoryShown, RIGHT = Right::VIEW, IN_REALM = true);

/// The reply of `rules_history`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RulesHistoryShown {
    /// Newest first.
    sets: Vec<RuleEntryShown>,
    /// Which set is pinned, so that what the folder has changes nothing; null = none.
    pinned: Option<RulesPin>,
    /// The `before` of the next page.
    next: Option<u64>,
}

/// A rule set that came into force.
#[derive(Debug, Serialize, JsonSchema)]
struct RuleEntryShown {
    /// Counts from 1.
    number: u64,
    /// As in `rules_status`. A set that came into force several times has several entries.
    fingerprint: String,
    /// Unix seconds.
    at: i64,
    /// How it came into force.
    change: RuleChange,
    /// The operator's name, or what noticed the change.
    by: String,
    /// Why; empty where nobody was asked.
    reason: String,
    /// Where it was read from.
    source: String,
}

impl From<&RuleEntry> for RuleEntryShown {
    fn from(entry: &RuleEntry) -> Self {
        let RuleEntry { number, fingerprint, change, at, by, reason, source } = entry.clone();
        Self { number, fingerprint, at, change, by, reason, source }
    }
}

fn rules_history(In(call): In<Call<RulesHistory>>, book: Res<RuleBook>) -> Answer<RulesHistoryShown> {
    let mut older = book.before(call.request.before.unwrap_or(u64::MAX));
    let sets: Vec<RuleEntryShown> = older.by_ref().take(PAGE).map(RuleEntryShown::from).collect();
    let next = sets.last().map(|last| last.number).filter(|_| older.next().is_some());
    Ok(Success::with(RulesHistoryShown { sets, pinned: book.pin().cloned(), next }))
}

/// `rules_back {fingerprint, reason}`: puts a set of the history into force in all worlds and pins it: what the folder has is
/// still checked, but changes nothing until `rules_unpin`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RulesBack {
    /// Which, as in `rules_history`.
    fingerprint: String,
    /// Why, 1 to 200 characters.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

request!(
    Operator, "rules_back", RulesBack => Reloaded, RIGHT = Right::RULES, IN_REALM = true,
    ACTS_OUTSIDE = true,
    CODES = &[
        CHANGE_CODES[0], CHANGE_CODES[1], CHANGE_CODES[2], Code::of(NO_SUCH_SET), Code::of(NO_KEEPER),
    ],
);

/// The files of a set, or why they cannot be read.
pub(super) fn files_of(rows: &Rows, fingerprint: &str) -> Result<RuleFiles, String> {
    let row = rows.get(KeptRuleSet::TABLE, key(fingerprint)).map_err(|error| error.to_string())?;
    let row = row.ok_or_else(|| format!("the files of the rule set {fingerprint} are not there"))?;
    KeptRuleSet::read(&row).map(|set| set.0).map_err(|error| error.to_string())
}

fn rules_back(
    In(call): In<Call<RulesBack>>,
    (book, rows): (Res<RuleBook>, Res<RowSource>),
    reloading: Option<Res<Reloading>>,
    mut notes: ResMut<AuditNotes>,
) -> Waits<Reloaded> {
    let reloader = reloader(reloading.as_deref())?;
    let RulesBack { fingerprint, reason } = call.request;
    let attempted: Attempted = found_when_folded(call.fact, "it is not known what came of it, retry", || {
        if !book.has(&fingerprint) {
            return Err(NO_SUCH_SET);
        }
        let (rows, by) = (rows.0.clone(), author(&call.caller));
        Ok(Job::new(move || -> Attempted {
            if !reloader.has_keeper() {
                return Ok(None);
            }
            let files = files_of(&rows, &fingerprint)?;
            let name = format!("the rule set {fingerprint} of the history");
            Ok(Some(RulesAttempt::make(&reloader, |reloader| reloader.go_back(name, files, &by, &reason))))
        }))
    })?;
    settled(attempted, "is pinned", &mut notes)
}

/// An attempt; `None` where nobody keeps rule sets, and why the files could not be read.
type Attempted = Result<Option<RulesAttempt>, String>;

fn settled(attempted: Attempted, what: &str, notes: &mut AuditNotes) -> Waits<Reloaded> {
    let attempt = attempted.map_err(|error| {
        tracing::error!("a rule set of the history cannot be read: {error}");
        Refusal::internal()
    })?;
    let attempt = attempt.ok_or(NO_KEEPER)?;
    if let Some(fingerprint) = attempt.fingerprint_shown() {
        notes.add(format!("the rule set {fingerprint} {what}"));
    }
    Ok(attempt.answer())
}

/// `rules_unpin {reason}`: removes the pin; what the folder has now is put into force in all worlds.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RulesUnpin {
    /// Why, 1 to 200 characters.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

request!(
    Operator, "rules_unpin", RulesUnpin => Reloaded, RIGHT = Right::RULES, IN_REALM = true,
    ACTS_OUTSIDE = true,
    CODES = &[CHANGE_CODES[0], CHANGE_CODES[1], CHANGE_CODES[2], Code::of(NOT_PINNED)],
);

fn rules_unpin(
    In(call): In<Call<RulesUnpin>>,
    book: Res<RuleBook>,
    reloading: Option<Res<Reloading>>,
    mut notes: ResMut<AuditNotes>,
) -> Waits<Reloaded> {
    let reloader = reloader(reloading.as_deref())?;
    if let Some(attempt) = call.fact.and_then(|fact| fact.downcast::<Attempted>().ok()) {
        return settled(*attempt, "is in force, no set is pinned", &mut notes);
    }
    if book.pin().is_none() {
        return Err(NOT_PINNED.into());
    }
    let (by, reason) = (author(&call.caller), call.request.reason);
    let attempt =
        move || -> Attempted { Ok(Some(RulesAttempt::make(&reloader, |reloader| reloader.unpin(&by, &reason)))) };
    Err(Need::Job(Job::new(attempt)).into())
}
