//! The pending reports, and when each is sent again.

use std::collections::{BTreeMap, HashMap};

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::platforms::secret::Secret;
use crate::platforms::sud::rounds::RoundId;
use crate::platforms::sud::sessions::{self, SessionKeys, Unopened};
use crate::platforms::sud::wire::{ReportMessage, SudReport};
use raidkeep_engine::due::DueQueue;
use raidkeep_engine::numbers::ExchangeId;
use raidkeep_engine::storage::WorldEntity;

/// The number of a report: two for each round, the start before the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReportId(pub u64);

impl ReportId {
    fn of(round: RoundId, message: &ReportMessage) -> Self {
        Self(round.0 * 2 + u64::from(matches!(message, ReportMessage::GameSettle(_))))
    }

    /// Its round.
    pub fn round(self) -> RoundId {
        RoundId(self.0 / 2)
    }

    /// Whether it reports the end.
    pub fn is_settle(self) -> bool {
        self.0 % 2 == 1
    }

    /// The report of the same round's beginning.
    pub fn start(self) -> Self {
        Self(self.0 & !1)
    }

    /// The report of the same round's end.
    pub fn settle(self) -> Self {
        Self(self.0 | 1)
    }
}

/// A report that the platform has not accepted yet.
#[derive(Debug, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct PendingReport {
    /// Its number.
    pub id: ReportId,
    /// The platform's id of the round.
    pub game_round_id: Box<str>,
    /// The text that is sent, the same in every attempt.
    pub body: Body,
    /// How many attempts have failed.
    pub attempts: u32,
    /// When it is sent next, unix seconds; `None` when it was given up.
    pub next_at: Option<i64>,
    /// The error of the last attempt.
    pub last_error: Box<str>,
    /// When the reported event happened, unix seconds.
    pub created_at: i64,
}

/// The text of a report, in which the player's session with the platform is as it is kept. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body(pub Box<str>);

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Body {
    /// The exact text that is signed and sent.
    ///
    /// # Errors
    /// When the session cannot be opened.
    pub fn opened(&self, keys: &SessionKeys) -> Result<String, Unopened> {
        sessions::open_in_report(keys, &self.0)
    }
}

impl PendingReport {
    /// A report that is to be sent at once. `ss_token` is as it is kept.
    pub fn new(round: RoundId, message: ReportMessage, uid: &str, ss_token: &str, now: i64) -> Self {
        let id = ReportId::of(round, &message);
        let game_round_id = message.game_round_id().into();
        let report = SudReport { message, uid: uid.to_owned(), ss_token: Secret::new(ss_token) };
        let body = serde_json::to_string(&report).expect("a report should be plain data");
        Self {
            id,
            game_round_id,
            body: Body(body.into()),
            attempts: 0,
            next_at: Some(now),
            last_error: Box::default(),
            created_at: now,
        }
    }

    /// Notes a failed attempt; `delays` are the seconds before each retry. Returns whether the report is given up.
    pub fn note_failure(&mut self, error: &str, now: i64, delays: &[i64]) -> bool {
        let delay = delays.get(self.attempts as usize);
        self.attempts = self.attempts.saturating_add(1);
        self.last_error = error.into();
        self.next_at = delay.map(|delay| now + delay);
        self.next_at.is_none()
    }

    /// Waits for a key that is missing, without counting an attempt: there is one at the earliest after a restart.
    pub fn wait_for_key(&mut self, why: &Unopened, now: i64, delays: &[i64]) {
        self.last_error = why.to_string().into();
        self.next_at = Some(now + delays.iter().max().copied().unwrap_or(0).max(1));
    }

    /// Stops retrying.
    pub fn give_up(&mut self, why: &str) {
        self.last_error = why.into();
        self.next_at = None;
    }

    /// Restarts it from the first attempt.
    pub fn retry(&mut self, now: i64) {
        self.attempts = 0;
        self.next_at = Some(now);
    }

    /// A clock that jumped back does not make it wait longer than scheduled.
    pub fn clamp(&mut self, now: i64, delays: &[i64]) -> bool {
        let longest = self.attempts.checked_sub(1).and_then(|last| delays.get(last as usize)).copied().unwrap_or(0);
        let is_late = self.next_at.is_some_and(|at| at > now + longest);
        if is_late {
            self.next_at = Some(now + longest);
        }
        is_late
    }
}

impl WorldEntity for PendingReport {
    const TABLE: &'static str = "reports";

    fn key(&self) -> u64 {
        self.id.0
    }
}

/// Index of the pending reports, and which are due.
#[derive(Debug, Default, Resource)]
pub struct ReportBook {
    entities: BTreeMap<ReportId, Entity>,
    due: DueQueue<ReportId>,
    asked: HashMap<ExchangeId, ReportId>,
}

impl ReportBook {
    /// Adds a report. That of an end waits until the platform has accepted that of the beginning.
    pub fn add(&mut self, report: &PendingReport, entity: Entity) {
        self.entities.insert(report.id, entity);
        self.schedule(report);
    }

    /// Schedules a report.
    pub fn schedule(&mut self, report: &PendingReport) {
        self.unschedule(report.id);
        let is_blocked = report.id.is_settle() && self.entities.contains_key(&report.id.start());
        if let (false, Some(at)) = (is_blocked, report.next_at) {
            self.due.set(report.id, at);
        }
    }

    /// Unschedules a report for now.
    pub fn unschedule(&mut self, id: ReportId) {
        self.due.cancel(id);
    }

    /// Removes a report.
    pub fn remove(&mut self, id: ReportId) {
        self.unschedule(id);
        self.entities.remove(&id);
    }

    /// Takes the report that has been due the longest.
    pub fn take_due(&mut self, now: i64) -> Option<(ReportId, Entity)> {
        let id = self.due.pop(now)?;
        Some((id, *self.entities.get(&id)?))
    }

    /// When the next one is due, unix seconds.
    pub fn next_due(&self) -> Option<i64> {
        self.due.next_at()
    }

    /// The entity of a report.
    pub fn entity(&self, id: ReportId) -> Option<Entity> {
        self.entities.get(&id).copied()
    }

    /// All reports, the oldest first.
    pub fn oldest_first(&self) -> impl Iterator<Item = (ReportId, Entity)> {
        self.entities.iter().map(|(id, entity)| (*id, *entity))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entities.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entities.is_empty()
    }

    /// Records which report an exchange carries.
    pub fn note_sent(&mut self, exchange: ExchangeId, id: ReportId) {
        self.asked.insert(exchange, id);
    }

    /// The report that an exchange carried.
    pub fn take_sent(&mut self, exchange: ExchangeId) -> Option<ReportId> {
        self.asked.remove(&exchange)
    }

    /// Whether a report is in flight.
    pub fn is_under_way(&self, id: ReportId) -> bool {
        self.asked.values().any(|sent| *sent == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platforms::sud::wire::{GameSettle, GameStart};

    const DELAYS: [i64; 10] = [60, 60, 60, 240, 600, 600, 3600, 7200, 14400, 28800];

    fn start(round: u64) -> PendingReport {
        let message: GameStart = serde_json::from_value(serde_json::json!({
            "mg_id": 1, "mg_id_str": "1", "room_id": "r", "game_mode": 1, "game_round_id": round.to_string(),
            "battle_start_at": 0, "players": [], "report_game_info_extras": "", "report_game_info_key": ""
        }))
        .expect("the documented shape");
        PendingReport::new(RoundId(round), ReportMessage::GameStart(message), "1", "", 100)
    }

    fn settle(round: u64) -> PendingReport {
        let message: GameSettle = serde_json::from_value(serde_json::json!({
            "mg_id": 1, "mg_id_str": "1", "room_id": "r", "game_mode": 1, "game_round_id": round.to_string(),
            "battle_start_at": 0, "battle_end_at": 1, "battle_duration": 1, "results": [],
            "report_game_info_extras": "", "report_game_info_key": ""
        }))
        .expect("the documented shape");
        PendingReport::new(RoundId(round), ReportMessage::GameSettle(message), "1", "", 100)
    }

    #[test]
    fn the_documents_schedule_ends_after_55620_seconds() {
        let mut report = start(1);
        let mut now = 100;
        let mut waits = Vec::new();
        while !report.note_failure("down", now, &DELAYS) {
            let next = report.next_at.expect("not given up");
            waits.push(next - now);
            now = next;
        }
        assert_eq!(waits, DELAYS);
        assert_eq!((now - 100, report.attempts), (55_620, 11));
    }

    #[test]
    fn the_end_is_due_only_after_the_beginning_was_taken() {
        let mut world = World::new();
        let mut book = ReportBook::default();
        let (first, last) = (start(5), settle(5));
        book.add(&first, world.spawn_empty().id());
        book.add(&last, world.spawn_empty().id());
        assert_eq!(book.take_due(100).map(|(id, _)| id), Some(first.id));
        assert_eq!(book.take_due(i64::MAX), None, "the end waits, however late it is");
        book.remove(first.id);
        book.schedule(&last);
        assert_eq!(book.take_due(100).map(|(id, _)| id), Some(last.id));
    }

    #[test]
    fn a_clock_that_jumps_back_shortens_the_wait_to_what_it_was() {
        let mut report = start(1);
        report.note_failure("down", 1_000_000, &DELAYS);
        assert!(report.clamp(500, &DELAYS));
        assert_eq!(report.next_at, Some(560));
        assert!(!report.clamp(500, &DELAYS));
    }
}
