//! The operators' functions for reports: `report_list`, `report_retry`, `report_drop`.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platforms::sud::reporter::forget;
use crate::platforms::sud::reports::{PendingReport, ReportBook, ReportId};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Answer, Call, Code, Operator, Refusal, Success};
use raidkeep_engine::storage::EditWorld;

pub(super) fn register(app: &mut App) {
    app.add_request::<ReportList, _>(report_list);
    app.add_request::<ReportRetry, _>(report_retry);
    app.add_request::<ReportDrop, _>(report_drop);
}

/// The state of a report, as operators see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// It is in flight, or waits for its time.
    Waiting,
    /// It reports an end and waits until the report of the round's start was accepted.
    Blocked,
    /// Every attempt of the schedule has failed.
    GivenUp,
}

/// A report as operators see it; never its body, which contains a player's session.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReportShown {
    /// The report's number.
    report: u64,
    /// The round that it is about.
    round: Box<str>,
    /// `game_start` or `game_settle`.
    report_type: &'static str,
    /// Why it waits.
    state: ReportState,
    /// How often it was sent.
    attempts: u32,
    /// When it is sent next, unix seconds; null if it is not.
    next_at: Option<i64>,
    /// What went wrong last; empty if nothing has.
    last_error: Box<str>,
    /// Unix seconds.
    created_at: i64,
}

impl ReportShown {
    fn of(report: &PendingReport, book: &ReportBook) -> Self {
        let is_blocked = report.id.is_settle() && book.entity(report.id.start()).is_some();
        let state = match report.next_at {
            None => ReportState::GivenUp,
            Some(_) if is_blocked => ReportState::Blocked,
            Some(_) => ReportState::Waiting,
        };
        Self {
            report: report.id.0,
            round: report.game_round_id.clone(),
            report_type: if report.id.is_settle() { "game_settle" } else { "game_start" },
            state,
            attempts: report.attempts,
            next_at: report.next_at.filter(|_| !is_blocked),
            last_error: report.last_error.clone(),
            created_at: report.created_at,
        }
    }
}

/// `report_list {token, state?, after?, limit?}`: the oldest first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ReportList {
    /// Only reports in this state.
    #[serde(default)]
    state: Option<ReportState>,
    /// Only reports with greater numbers: `next` of the page before.
    #[serde(default, deserialize_with = "raidkeep_engine::request::lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    after: Option<i64>,
    /// Missing = 50, at most 500.
    #[serde(default, deserialize_with = "raidkeep_engine::request::lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    limit: Option<i64>,
}

request!(Operator, "report_list", ReportList => ReportsShown, RIGHT = Right::VIEW);

/// The reply of `report_list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReportsShown {
    /// How many reports are pending in all.
    pending: usize,
    /// Oldest first.
    reports: Vec<ReportShown>,
    /// The `after` of the next page.
    next: Option<u64>,
}

fn report_list(
    In(call): In<Call<ReportList>>,
    book: Res<ReportBook>,
    reports: Query<&PendingReport>,
) -> Answer<ReportsShown> {
    let ReportList { state, after, limit } = call.request;
    let limit = lenient::page_size(limit).ok_or_else(|| Refusal::malformed("data.limit", "1 to 500"))?;
    let after = after.and_then(|after| u64::try_from(after).ok());
    let listed = book.oldest_first().filter(|(id, _)| after.is_none_or(|after| id.0 > after));
    let shown = listed.filter_map(|(_, entity)| reports.get(entity).ok()).map(|report| ReportShown::of(report, &book));
    let mut shown: Vec<ReportShown> =
        shown.filter(|shown| state.is_none_or(|state| shown.state == state)).take(limit + 1).collect();
    let has_more = shown.len() > limit;
    shown.truncate(limit);
    let next = shown.last().filter(|_| has_more).map(|last| last.report);
    Ok(Success::with(ReportsShown { pending: book.len(), reports: shown, next }))
}

/// `report_retry {token, report}`: restarts a report from the first attempt, with the report that waits for it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ReportRetry {
    /// The report's number.
    #[serde(deserialize_with = "raidkeep_engine::request::lenient::integer")]
    #[schemars(with = "Integer")]
    report: i64,
}

request!(
    Operator, "report_retry", ReportRetry => ReportShown, RIGHT = Right::ORDERS,
    CODES = &[Code::of(NO_SUCH_REPORT), Code::of(UNDER_WAY)],
);

const NO_SUCH_REPORT: Refusal = Refusal::new(99, "no such report waits");
const UNDER_WAY: Refusal = Refusal::new(98, "the report is under way, retry in a moment");

fn find(book: &ReportBook, number: i64) -> Result<(ReportId, Entity), Refusal> {
    let id = u64::try_from(number).map(ReportId).map_err(|_| NO_SUCH_REPORT)?;
    let entity = book.entity(id).ok_or(NO_SUCH_REPORT)?;
    if book.is_under_way(id) { Err(UNDER_WAY) } else { Ok((id, entity)) }
}

fn report_retry(In(call): In<Call<ReportRetry>>, world: &mut World) -> Answer<ReportShown> {
    let (id, _) = find(world.resource::<ReportBook>(), call.request.report)?;
    let now = world.resource::<Clock>().now();
    // The end of a round cannot be reported before its beginning.
    for id in [id.start(), id.settle()] {
        let Ok((_, entity)) = find(world.resource::<ReportBook>(), i64::try_from(id.0).unwrap_or(-1)) else {
            continue;
        };
        if let Some(report) = world.edit::<PendingReport>(entity).map(|mut report| {
            report.retry(now);
            report.clone()
        }) {
            world.resource_mut::<ReportBook>().schedule(&report);
        }
    }
    world.resource_mut::<raidkeep_engine::schedule::Surroundings>().wake_within(std::time::Duration::ZERO);
    show(world, id)
}

fn show(world: &World, id: ReportId) -> Answer<ReportShown> {
    let book = world.resource::<ReportBook>();
    let report = book.entity(id).and_then(|entity| world.get::<PendingReport>(entity)).ok_or(NO_SUCH_REPORT)?;
    Ok(Success::with(ReportShown::of(report, book)))
}

/// `report_drop {token, report, reason}`: stops sending a report. The end of its round is then reported without it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ReportDrop {
    /// The report's number.
    #[serde(deserialize_with = "raidkeep_engine::request::lenient::integer")]
    #[schemars(with = "Integer")]
    report: i64,
    /// Why; it is written to the log.
    reason: String,
}

request!(Operator, "report_drop", ReportDrop => ReportShown, RIGHT = Right::ORDERS, CODES = &[Code::of(NO_SUCH_REPORT), Code::of(UNDER_WAY)]);

fn report_drop(In(call): In<Call<ReportDrop>>, world: &mut World) -> Answer<ReportShown> {
    let (id, entity) = find(world.resource::<ReportBook>(), call.request.report)?;
    let reason = call.request.reason;
    if reason.trim().is_empty() {
        return Err(Refusal::malformed("data.reason", "why the report is dropped; it is written to the log"));
    }
    let dropped = show(world, id)?;
    tracing::info!(report = id.0, reason, "an operator has dropped a report");
    forget(world, id, entity);
    Ok(dropped)
}
