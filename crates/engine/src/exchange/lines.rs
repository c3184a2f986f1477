//! The exchanges in flight: how many each platform may have, their deadlines, and who gets their outcomes.
//!
//! Deadlines run on the simulation's clock. The transport that carries the exchanges has its own real-time limit.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::due::DueQueue;
use crate::exchange::circuit::{Circuit, CircuitSettings};
use crate::exchange::outage::{Ended, Outage};
use crate::exchange::{Answered, CallFailure, CallOutcome, Exchange};
use crate::meters::Meters;
use crate::numbers::ExchangeId;

/// A line to one platform. Each feature that calls one adds a line of its own, so that none holds up another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line(pub &'static str);

/// A line's limits. Times are seconds of the simulation's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct LineSettings {
    /// Exchanges in flight at the same time.
    pub in_flight: usize,
    /// How long to wait for an answer.
    pub deadline_seconds: i64,
    /// When the circuit of a failing platform opens; `None` = never.
    pub circuit: Option<CircuitSettings>,
    /// How long a request waits for an answer, in seconds of real time; `None` = until the deadline. The exchange goes on
    /// without it.
    pub answer_within_seconds: Option<u64>,
}

/// Who an exchange is made for: a parked request, or the system that takes the outcomes of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner(pub &'static str);

/// The tick itself hands outcomes to parked requests.
pub const WAITING_REQUEST: Owner = Owner("request");

/// Why an exchange was not started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotStarted {
    /// The line's limit of exchanges in flight is reached.
    Full,
    /// The platform's circuit is open.
    CircuitOpen,
    /// No feature has added that line.
    NoSuchLine,
}

/// An outgoing exchange. It leaves when every change up to the tick that made it is on disk.
#[derive(Debug)]
pub struct Outgoing {
    /// Its number among the exchanges of this world since the start.
    pub number: ExchangeId,
    /// The HTTP request to make.
    pub exchange: Exchange,
    /// How long to wait for its answer, in seconds.
    pub deadline_seconds: i64,
}

/// A finished exchange.
#[derive(Debug)]
pub struct Done {
    /// Who it was made for.
    pub owner: Owner,
    /// Its number.
    pub number: ExchangeId,
    /// How it ended. One that missed its deadline may be reported a second time, when its answer comes late.
    pub outcome: CallOutcome,
}

#[derive(Debug)]
struct Open {
    line: Line,
    owner: Owner,
    /// False once the deadline has passed; the answer may still come.
    is_awaited: bool,
}

#[derive(Debug)]
struct LineState {
    settings: LineSettings,
    in_flight: usize,
    circuit: Circuit,
    /// `None` for a line to many clients: the failure of one says nothing about the others.
    outage: Option<Outage>,
    meters: Option<LineMeters>,
}

#[derive(Debug)]
struct LineMeters {
    answered: metrics::Counter,
    failed: metrics::Counter,
    /// 1 while the circuit is open; `None` for a line without one.
    circuit_open: Option<metrics::Gauge>,
}

impl LineMeters {
    fn new(line: Line, has_circuit: bool, meters: &Meters) -> Self {
        let calls =
            |outcome| meters.counter("raidkeep_platform_calls_total", &[("platform", line.0), ("outcome", outcome)]);
        let (answered, failed) = (calls("answered"), calls("failed"));
        let circuit_open = has_circuit.then(|| meters.gauge("raidkeep_circuit_open", &[("platform", line.0)]));
        if let Some(open) = &circuit_open {
            open.set(0.0);
        }
        Self { answered, failed, circuit_open }
    }
}

impl LineState {
    fn new(settings: LineSettings, outage: Option<Outage>) -> Self {
        Self { settings, in_flight: 0, circuit: Circuit::default(), outage, meters: None }
    }

    /// Notes how a call ended that was awaited. `complaint` says what an operator should know: a platform that answers
    /// with a refusal has not failed, but its address or key may be wrong.
    fn close(&mut self, line: Line, has_failed: bool, complaint: Option<String>, now: i64) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(meters) = &self.meters {
            let calls = if has_failed { &meters.failed } else { &meters.answered };
            calls.increment(1);
        }
        match self.settings.circuit {
            Some(settings) if has_failed => self.circuit.note_failure(settings, now),
            _ => self.circuit.note_answer(),
        }
        if let Some(open) = self.meters.as_ref().and_then(|meters| meters.circuit_open.as_ref()) {
            open.set(f64::from(u8::from(self.circuit.is_open())));
        }
        let Some(outage) = &mut self.outage else { return };
        match complaint {
            Some(why) => {
                if outage.note_failure(now) {
                    tracing::warn!(platform = line.0, why, "a platform fails; this is told again when it answers");
                }
            }
            None => {
                if let Some(Ended { seconds, calls }) = outage.note_answer(now) {
                    tracing::info!(platform = line.0, seconds, failed_calls = calls, "a platform answers again");
                }
            }
        }
    }
}

/// How many late answers are still awaited; the oldest are forgotten first.
const LATE_MAX: usize = 4096;

/// All lines and their exchanges in flight.
#[derive(Debug, Default, Resource)]
pub struct Exchanges {
    lines: BTreeMap<Line, LineState>,
    open: HashMap<ExchangeId, Open, foldhash::fast::FixedState>,
    deadlines: DueQueue<ExchangeId>,
    late: BTreeSet<ExchangeId>,
    last_number: ExchangeId,
    outgoing: Vec<Outgoing>,
    done: Vec<Done>,
}

impl Exchanges {
    /// Adds a line to a platform.
    pub fn add_line(&mut self, line: Line, settings: LineSettings) {
        self.lines.insert(line, LineState::new(settings, Some(Outage::default())));
    }

    /// Adds a line to many clients, whose failures are not told.
    pub fn add_line_to_clients(&mut self, line: Line, settings: LineSettings) {
        self.lines.insert(line, LineState::new(settings, None));
    }

    /// Whether an exchange on this line would be started at `now` (unix seconds).
    pub fn check(&mut self, line: Line, now: i64) -> Result<(), NotStarted> {
        let state = self.lines.get_mut(&line).ok_or(NotStarted::NoSuchLine)?;
        if state.settings.circuit.is_some_and(|settings| !state.circuit.lets_through(settings, now)) {
            return Err(NotStarted::CircuitOpen);
        }
        if state.in_flight >= state.settings.in_flight { Err(NotStarted::Full) } else { Ok(()) }
    }

    /// Starts an exchange at `now` (unix seconds) and returns its number.
    pub fn start(&mut self, line: Line, owner: Owner, exchange: Exchange, now: i64) -> Result<ExchangeId, NotStarted> {
        self.check(line, now)?;
        let state = self.lines.get_mut(&line).ok_or(NotStarted::NoSuchLine)?;
        state.in_flight += 1;
        state.circuit.note_call();
        let deadline_seconds = state.settings.deadline_seconds;
        self.last_number.0 += 1;
        let (number, deadline) = (self.last_number, now + deadline_seconds);
        self.open.insert(number, Open { line, owner, is_awaited: true });
        self.deadlines.set(number, deadline);
        self.outgoing.push(Outgoing { number, exchange, deadline_seconds });
        Ok(number)
    }

    /// Notes how an exchange ended.
    pub fn note_outcome(&mut self, number: ExchangeId, outcome: CallOutcome, now: i64) {
        let Some(open) = self.open.remove(&number) else {
            return;
        };
        self.late.remove(&number);
        if open.is_awaited {
            self.deadlines.cancel(number);
            let (has_failed, complaint) = match &outcome {
                Err(failure) => (true, Some(failure.to_string())),
                Ok(Answered { status, .. }) => {
                    (*status >= 500, (*status >= 400).then(|| format!("HTTP status {status}")))
                }
            };
            self.close(open.line, has_failed, complaint, now);
        }
        self.done.push(Done { owner: open.owner, number, outcome });
    }

    /// Ends the exchanges whose deadline has passed.
    pub fn expire(&mut self, now: i64) {
        while let Some(number) = self.deadlines.pop(now) {
            let Some(open) = self.open.get_mut(&number) else {
                continue;
            };
            open.is_awaited = false;
            let (line, owner) = (open.line, open.owner);
            self.close(line, true, Some(CallFailure::TimedOut.to_string()), now);
            self.done.push(Done { owner, number, outcome: Err(CallFailure::TimedOut) });
            self.late.insert(number);
            if self.late.len() > LATE_MAX
                && let Some(oldest) = self.late.pop_first()
            {
                self.open.remove(&oldest);
            }
        }
    }

    fn close(&mut self, line: Line, has_failed: bool, complaint: Option<String>, now: i64) {
        if let Some(state) = self.lines.get_mut(&line) {
            state.close(line, has_failed, complaint, now);
        }
    }

    /// Takes the outcomes for one owner, in the order they arrived.
    pub fn take_done(&mut self, owner: Owner) -> Vec<Done> {
        self.done.extract_if(.., |done| done.owner == owner).collect()
    }

    /// Takes the exchanges started in this tick.
    pub fn take_outgoing(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.outgoing)
    }

    /// When the next deadline passes, unix seconds.
    pub fn next_deadline(&self) -> Option<i64> {
        self.deadlines.next_at()
    }

    /// How long a request waits for an answer on a line, in real time; `None` = until the deadline.
    pub fn patience(&self, line: Line) -> Option<Duration> {
        self.lines.get(&line)?.settings.answer_within_seconds.map(Duration::from_secs)
    }

    /// How many exchanges are in flight on a line.
    pub fn in_flight(&self, line: Line) -> usize {
        self.lines.get(&line).map_or(0, |state| state.in_flight)
    }

    /// How many more exchanges the line can take now.
    pub fn room(&self, line: Line) -> usize {
        self.lines.get(&line).map_or(0, |state| state.settings.in_flight.saturating_sub(state.in_flight))
    }
}

/// Begins to measure the lines of a world.
pub(crate) fn begin_meters(world: &mut World) {
    let meters = world.resource::<Meters>().clone();
    if let Some(mut exchanges) = world.get_resource_mut::<Exchanges>() {
        for (line, state) in &mut exchanges.lines {
            state.meters = Some(LineMeters::new(*line, state.settings.circuit.is_some(), &meters));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Method;

    const LINE: Line = Line("test");
    const OWNER: Owner = Owner("tester");

    fn exchange() -> Exchange {
        Exchange { method: Method::Get, url: "http://host/".to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    fn answered(status: u16) -> CallOutcome {
        Ok(Answered { status, body: Vec::new() })
    }

    fn exchanges(in_flight: usize) -> Exchanges {
        let mut exchanges = Exchanges::default();
        let circuit = Some(CircuitSettings { failures: 2, open_seconds: 30 });
        let settings = LineSettings { in_flight, deadline_seconds: 10, circuit, answer_within_seconds: None };
        exchanges.add_line(LINE, settings);
        exchanges
    }

    #[test]
    fn a_line_carries_only_so_many_at_a_time() {
        let mut exchanges = exchanges(2);
        let first = exchanges.start(LINE, OWNER, exchange(), 0).expect("room for two");
        exchanges.start(LINE, OWNER, exchange(), 0).expect("room for two");
        assert_eq!(exchanges.start(LINE, OWNER, exchange(), 0), Err(NotStarted::Full));
        exchanges.note_outcome(first, answered(200), 1);
        assert!(exchanges.start(LINE, OWNER, exchange(), 1).is_ok(), "an answer makes room");
        assert_eq!(exchanges.take_outgoing().len(), 3);
    }

    #[test]
    fn a_deadline_ends_an_exchange_and_its_late_answer_is_told_all_the_same() {
        let mut exchanges = exchanges(1);
        let number = exchanges.start(LINE, OWNER, exchange(), 0).expect("room for one");
        exchanges.expire(9);
        assert!(exchanges.take_done(OWNER).is_empty());
        exchanges.expire(10);
        let done = exchanges.take_done(OWNER);
        assert_eq!(done.len(), 1);
        assert_eq!((done[0].number, &done[0].outcome), (number, &Err(CallFailure::TimedOut)));
        assert_eq!(exchanges.in_flight(LINE), 0);
        exchanges.note_outcome(number, answered(200), 50);
        assert_eq!(exchanges.take_done(OWNER)[0].outcome, answered(200));
        exchanges.note_outcome(number, answered(200), 51);
        assert!(exchanges.take_done(OWNER).is_empty(), "no outcome is reported a third time");
        assert_eq!(exchanges.in_flight(LINE), 0, "a late answer frees no place twice");
    }

    #[test]
    fn a_platform_that_fails_is_left_alone_and_tried_again() {
        let mut exchanges = exchanges(9);
        for outcome in [answered(503), Err(CallFailure::Lost(String::new()))] {
            let number = exchanges.start(LINE, OWNER, exchange(), 0).expect("a closed circuit");
            exchanges.note_outcome(number, outcome, 0);
        }
        assert_eq!(exchanges.start(LINE, OWNER, exchange(), 29), Err(NotStarted::CircuitOpen));
        let number = exchanges.start(LINE, OWNER, exchange(), 30).expect("one trial call goes out");
        assert_eq!(exchanges.start(LINE, OWNER, exchange(), 30), Err(NotStarted::CircuitOpen));
        exchanges.note_outcome(number, answered(200), 31);
        assert!(exchanges.start(LINE, OWNER, exchange(), 31).is_ok());
    }

    #[test]
    fn a_probe_that_finds_no_room_does_not_close_the_door() {
        let mut exchanges = exchanges(0);
        assert_eq!(exchanges.start(LINE, OWNER, exchange(), 0), Err(NotStarted::Full));
        assert_eq!(exchanges.start(Line("other"), OWNER, exchange(), 0), Err(NotStarted::NoSuchLine));
    }
}
