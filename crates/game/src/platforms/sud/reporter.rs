//! Sends the reports that are due, and handles the platform's answers.

use std::time::Duration;

use bevy_ecs::prelude::*;
use rand::RngExt;
use serde::Deserialize;

use crate::platforms::settings::SudSettings;
use crate::platforms::signature::SudAuth;
use crate::platforms::sud::reports::{PendingReport, ReportBook, ReportId};
use crate::platforms::sud::sessions::Unopened;
use crate::platforms::sud::wire::ReportAnswer;
use crate::platforms::sud::{REPORTS, SudPlatform, SudSessions, rounds};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::exchange::lines::{Exchanges, Owner};
use raidkeep_engine::exchange::{CallOutcome, Exchange, Method};
use raidkeep_engine::meters::Meters;
use raidkeep_engine::random::Randomness;
use raidkeep_engine::realm::incidents::{self, IncidentKind};
use raidkeep_engine::schedule::Surroundings;
use raidkeep_engine::storage::{Discarded, EditWorld};

const OWNER: Owner = Owner("reports");

/// The reporter's state between two ticks.
#[derive(Debug, Default)]
pub struct Memory {
    is_under_way: bool,
    last_now: i64,
    pending_told: usize,
}

/// Sends what is due, as far as the line has room; the rest waits until an answer makes room.
pub fn send_reports(world: &mut World, mut memory: Local<Memory>) {
    let Some(platform) = world.resource::<SudPlatform>().0.clone() else {
        return;
    };
    let now = world.resource::<Clock>().now();
    world.resource_mut::<rounds::RoundBook>().forget_fresh();
    if !std::mem::replace(&mut memory.is_under_way, true) {
        restore(world);
        clamp_all(world, now, &platform);
    } else if now < memory.last_now {
        clamp_all(world, now, &platform);
    }
    memory.last_now = now;
    for done in world.resource_mut::<Exchanges>().take_done(OWNER) {
        // A late answer is ignored: the report has been sent again, or is scheduled for that.
        if let Some(id) = world.resource_mut::<ReportBook>().take_sent(done.number) {
            take_in(world, id, done.outcome, now, &platform);
        }
    }
    while world.resource::<Exchanges>().room(REPORTS) > 0 {
        let Some((id, entity)) = world.resource_mut::<ReportBook>().take_due(now) else {
            break;
        };
        send(world, id, entity, now, &platform);
    }
    wake(world, now);
    let pending = world.resource::<ReportBook>().len();
    if std::mem::replace(&mut memory.pending_told, pending) != pending {
        world.resource::<Meters>().gauge(PENDING, &[]).set(pending as f64);
    }
}

const PENDING: &str = "raidkeep_reports_pending";

/// Begins to count reports.
pub(super) fn begin_meters(world: &mut World) {
    let meters = world.resource::<Meters>();
    meters.gauge(PENDING, &[]).set(0.0);
    ["taken", "failed", "given_up"].iter().for_each(|outcome| drop(counter(meters, outcome)));
}

fn counter(meters: &Meters, outcome: &str) -> metrics::Counter {
    meters.counter("raidkeep_reports_total", &[("outcome", outcome)])
}

fn wake(world: &mut World, now: i64) {
    let next_due = world.resource::<ReportBook>().next_due();
    // Without room, the next answer wakes the world.
    if let Some(at) = next_due.filter(|_| world.resource::<Exchanges>().room(REPORTS) > 0) {
        world.resource_scope(|world, clock: Mut<Clock>| {
            let mut surroundings = world.resource_mut::<Surroundings>();
            if at <= now { surroundings.wake_within(Duration::ZERO) } else { surroundings.wake_at(at, &clock) }
        });
    }
}

/// Loads what was read from disk at the start into the books.
fn restore(world: &mut World) {
    rounds::restore(world);
    let mut pending: Vec<(ReportId, Entity)> =
        world.query::<(Entity, &PendingReport)>().iter(world).map(|(entity, report)| (report.id, entity)).collect();
    pending.sort_unstable();
    for (_, entity) in pending {
        if let Some(report) = world.get::<PendingReport>(entity).cloned() {
            world.resource_mut::<ReportBook>().add(&report, entity);
        }
    }
}

/// After a start, and after a clock that jumped back, nothing waits longer than scheduled.
fn clamp_all(world: &mut World, now: i64, platform: &SudSettings) {
    let all: Vec<Entity> = world.resource::<ReportBook>().oldest_first().map(|(_, entity)| entity).collect();
    for entity in all {
        let late = world.edit::<PendingReport>(entity).and_then(|mut report| {
            let mut clamped = report.clone();
            clamped.clamp(now, &platform.retry_seconds).then(|| {
                *report = clamped.clone();
                clamped
            })
        });
        if let Some(report) = late {
            world.resource_mut::<ReportBook>().schedule(&report);
        }
    }
}

fn send(world: &mut World, id: ReportId, entity: Entity, now: i64, platform: &SudSettings) {
    let SudSessions(keys) = world.resource::<SudSessions>();
    let body = match world.get::<PendingReport>(entity).map(|report| report.body.opened(keys)) {
        None => return,
        Some(Ok(body)) => body.into_bytes(),
        Some(Err(unopened)) => return hold_back(world, entity, &unopened, now, platform),
    };
    let auth = sign(world, platform, &body);
    let mut headers = auth.to_headers();
    headers.push(("Content-Type", "application/json;charset=utf-8".to_owned()));
    let exchange = Exchange { method: Method::Post, url: platform.callback.clone(), headers, body };
    match world.resource_mut::<Exchanges>().start(REPORTS, OWNER, exchange, now) {
        Ok(number) => world.resource_mut::<ReportBook>().note_sent(number, id),
        Err(_) => {
            if let Some(report) = world.get::<PendingReport>(entity).cloned() {
                world.resource_mut::<ReportBook>().schedule(&report);
            }
        }
    }
}

/// A report without its session would be refused, or count for nobody.
fn hold_back(world: &mut World, entity: Entity, unopened: &Unopened, now: i64, platform: &SudSettings) {
    let Some(mut report) = world.edit::<PendingReport>(entity) else {
        return;
    };
    report.wait_for_key(unopened, now, &platform.retry_seconds);
    let report = report.clone();
    let round = &report.game_round_id;
    tracing::error!(incident = "report", %round, %unopened, "a report is not sent and waits; see report_list");
    incidents::note(world, IncidentKind::Report, "a report is not sent and waits", "", &format!("{round}: {unopened}"));
    world.resource_mut::<ReportBook>().schedule(&report);
}

/// Signs a body with the current time and a fresh nonce.
pub(super) fn sign(world: &mut World, platform: &SudSettings, body: &[u8]) -> SudAuth {
    let now_ms = world.resource::<Clock>().now_ms();
    let chance: u64 = world.resource_mut::<Randomness>().source().random();
    SudAuth::sign(&platform.app_id, now_ms, &format!("{now_ms:x}{chance:016x}"), body, &platform.app_secret)
}

fn take_in(world: &mut World, id: ReportId, outcome: CallOutcome, now: i64, platform: &SudSettings) {
    let Some(entity) = world.resource::<ReportBook>().entity(id) else {
        return;
    };
    match read_answer(outcome) {
        Ok(()) => {
            counter(world.resource::<Meters>(), "taken").increment(1);
            forget(world, id, entity);
        }
        Err(error) => {
            counter(world.resource::<Meters>(), "failed").increment(1);
            let Some(mut report) = world.edit::<PendingReport>(entity) else {
                return;
            };
            let is_given_up = report.note_failure(&error, now, &platform.retry_seconds);
            let report = report.clone();
            world.resource_mut::<ReportBook>().schedule(&report);
            if is_given_up {
                give_up(world, &report);
            }
        }
    }
}

/// Whether the platform has accepted a report, or why not.
fn read_answer(outcome: CallOutcome) -> Result<(), String> {
    /// Only the field that decides; the rest of an answer may be anything.
    #[derive(Deserialize)]
    struct Code {
        ret_code: i32,
    }
    let answered = outcome.map_err(|failure| failure.to_string())?;
    if answered.status != 200 {
        return Err(format!("HTTP status {}", answered.status));
    }
    let code: Code =
        serde_json::from_slice(&answered.body).map_err(|error| format!("no answer as documented: {error}"))?;
    let message =
        || serde_json::from_slice::<ReportAnswer>(&answered.body).map(|answer| answer.ret_msg).unwrap_or_default();
    if code.ret_code == 0 { Ok(()) } else { Err(format!("ret_code {}: {}", code.ret_code, message())) }
}

/// Removes a finished report; the end of its round may be reported now.
pub(super) fn forget(world: &mut World, id: ReportId, entity: Entity) {
    world.resource_mut::<ReportBook>().remove(id);
    world.resource_mut::<Discarded>().push(entity);
    if !id.is_settle()
        && let Some(report) = settle_of(world, id)
    {
        world.resource_mut::<ReportBook>().schedule(&report);
    }
}

fn settle_of(world: &World, id: ReportId) -> Option<PendingReport> {
    let entity = world.resource::<ReportBook>().entity(id.settle())?;
    world.get::<PendingReport>(entity).cloned()
}

fn give_up(world: &mut World, report: &PendingReport) {
    tracing::error!(
        incident = "report", round = %report.game_round_id, kind = if report.id.is_settle() { "game_settle" } else { "game_start" },
        error = %report.last_error,
        "a report was not accepted and is given up; see report_list, and report_retry when the receiver works again"
    );
    counter(world.resource::<Meters>(), "given_up").increment(1);
    let detail = format!("{}: {}", report.game_round_id, report.last_error);
    incidents::note(world, IncidentKind::Report, "a report was not accepted and is given up", "", &detail);
    let settle = world.resource::<ReportBook>().entity(report.id.settle()).filter(|_| !report.id.is_settle());
    if let Some(mut settle) = settle.and_then(|entity| world.edit::<PendingReport>(entity)) {
        settle.give_up("its game_start was not taken");
    }
}
