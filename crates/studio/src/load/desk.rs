//! The bookkeeping of one client: which requests are due, in flight and answered. It knows neither sockets nor clocks.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use crate::load::asker::{Carried, RequestSource};
use crate::load::connection::ConnectionError;
use crate::load::frame;
use crate::load::pace::{MeasurementWindow, RequestSchedule};
use crate::load::script::LoadScript;
use crate::load::tally::Tally;

/// State shared by the clients of one thread.
#[derive(Debug)]
pub struct Common {
    /// What they send.
    pub script: Rc<LoadScript>,
    /// What they have received.
    pub tally: RefCell<Tally>,
    /// When measurements count.
    pub window: Cell<MeasurementWindow>,
    /// Requests left to send.
    pub left: Cell<u64>,
    /// Maximum requests in flight per client.
    pub in_flight: usize,
}

/// A request in flight.
#[derive(Debug)]
struct Sent {
    due_ns: u64,
    sequence: usize,
    step: usize,
}

/// The bookkeeping of one client.
#[derive(Debug)]
pub struct Desk {
    common: Rc<Common>,
    asker: RequestSource,
    /// When requests are due in an open loop; in a closed loop they are due as soon as there is room.
    schedule: Option<RequestSchedule>,
    /// Oldest first: replies arrive in request order.
    flight: VecDeque<Sent>,
    takers: VecDeque<Rc<RefCell<Carried>>>,
}

impl Desk {
    /// A desk with nothing in flight.
    #[must_use]
    pub fn new(common: Rc<Common>, asker: RequestSource, schedule: Option<RequestSchedule>) -> Self {
        Self { common, asker, schedule, flight: VecDeque::new(), takers: VecDeque::new() }
    }

    /// Appends all requests to `out` that are due and have room.
    pub fn fill(&mut self, now_ns: u64, out: &mut Vec<u8>) {
        while self.flight.len() < self.common.in_flight
            && let Some(due_ns) = self.due_ns(now_ns)
        {
            let Some(asked) = self.asker.push_next(out) else { return };
            if let Some(schedule) = &mut self.schedule {
                schedule.take(now_ns, self.common.window.get());
            }
            self.common.left.update(|left| left - 1);
            self.flight.push_back(Sent { due_ns, sequence: asked.sequence, step: asked.step });
            self.takers.extend(asked.taker);
        }
    }

    /// When the next request became due; `None` if it is not due yet.
    #[must_use]
    pub fn due_ns(&self, now_ns: u64) -> Option<u64> {
        let due_ns = self.schedule.as_ref().map_or(now_ns, RequestSchedule::next_ns);
        let is_due = due_ns <= now_ns && due_ns < self.common.window.get().until_ns && self.common.left.get() > 0;
        is_due.then_some(due_ns)
    }

    /// Handles a text frame from the server.
    ///
    /// # Errors
    ///
    /// It is a reply although no request is in flight.
    pub fn land(&mut self, now_ns: u64, text: &[u8]) -> Result<(), ConnectionError> {
        let mut tally = self.common.tally.borrow_mut();
        let Some(status) = frame::status(text) else {
            tally.events += 1;
            return Ok(());
        };
        let sent = self.flight.pop_front().ok_or(ConnectionError::Nonsense("a reply to no request"))?;
        let request = &self.common.script.sequences[sent.sequence][sent.step];
        if !request.takes.is_empty()
            && let Some(taker) = self.takers.pop_front()
        {
            taker.borrow_mut().take(&self.common.script, sent.sequence, sent.step, text);
        }
        if !request.statuses.contains(&status) {
            tally.note_unexpected(request.kind, status, text);
        }
        if self.common.window.get().counts(sent.due_ns) {
            tally.reply(request.kind, status, now_ns.saturating_sub(sent.due_ns));
            tally.last_reply_ns = now_ns;
        }
        Ok(())
    }

    /// Requests in flight.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.flight.len()
    }

    /// Whether all requests have been sent and answered.
    #[must_use]
    pub fn is_done(&self, now_ns: u64) -> bool {
        self.flight.is_empty() && (now_ns >= self.common.window.get().until_ns || self.common.left.get() == 0)
    }

    /// Whether this connection is finished and the next sequence needs a new one.
    #[must_use]
    pub fn wants_connection(&self) -> bool {
        self.flight.is_empty() && self.asker.is_paused()
    }

    /// Moves to a new connection; requests in flight on the old one stay unanswered.
    pub fn reconnect(&mut self) {
        self.flight.clear();
        self.takers.clear();
        self.asker.resume();
    }

    /// Gives up a request that cannot be sent, so that a run of N requests ends.
    pub fn forfeit(&self) {
        self.common.left.update(|left| left.saturating_sub(1));
    }

    /// Counts requests that were due and never sent.
    pub fn close(mut self) {
        let mut tally = self.common.tally.borrow_mut();
        tally.cut_short += self.asker.cut_short;
        let window = self.common.window.get();
        if let Some(schedule) = &mut self.schedule
            && self.common.left.get() > 0
            && window.until_ns != u64::MAX
        {
            while let Some(due_ns) = schedule.take(window.until_ns, window) {
                if window.counts(due_ns) {
                    tally.unsent(window.until_ns - due_ns);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::mix::Mix;

    const MS: u64 = 1_000_000;
    const OK: &[u8] = br#"{"status":0,"message":"success"}"#;

    fn desk(left: u64, in_flight: usize, rate: Option<f64>) -> (Rc<Common>, Desk) {
        let text = r#"(about: "a test", in_flight: 1, sequences: [(weight: 1, steps: [(function: "ping")])])"#;
        let script = Rc::new(LoadScript::new(&Mix::read("m.ron", text).expect("a mix"), 0));
        let common = Rc::new(Common {
            script: script.clone(),
            tally: RefCell::new(Tally::new(1)),
            window: Cell::new(MeasurementWindow { from_ns: 0, until_ns: 1000 * MS }),
            left: Cell::new(left),
            in_flight,
        });
        let asker = RequestSource::new(script.clone(), script.values("r", 0), 1);
        (common.clone(), Desk::new(common, asker, rate.map(|rate| RequestSchedule::new(rate, 0, 1))))
    }

    #[test]
    fn a_closed_loop_sends_again_only_after_a_reply() {
        let (common, mut desk) = desk(5, 2, None);
        desk.fill(0, &mut Vec::new());
        desk.fill(MS, &mut Vec::new());
        assert_eq!(desk.under_way(), 2);
        desk.land(3 * MS, OK).expect("a reply");
        desk.fill(3 * MS, &mut Vec::new());
        assert_eq!((desk.under_way(), common.left.get()), (2, 2));
        let slowest = common.tally.borrow().all().max();
        assert!((3000..=3003).contains(&slowest), "microseconds to three digits: {slowest}");
        (0..4).for_each(|_| {
            desk.land(4 * MS, OK).expect("a reply");
            desk.fill(4 * MS, &mut Vec::new());
        });
        assert!(desk.is_done(4 * MS), "all five are answered");
        assert!(desk.land(5 * MS, OK).is_err(), "a sixth reply answers nothing");
    }

    #[test]
    fn an_open_loop_sends_on_schedule_and_counts_from_when_requests_were_due() {
        let (common, mut desk) = desk(u64::MAX, 3, Some(100.0));
        desk.fill(25 * MS, &mut Vec::new());
        assert_eq!(desk.under_way(), 3, "due at 0, 10 and 20 ms");
        desk.fill(95 * MS, &mut Vec::new());
        assert_eq!(desk.under_way(), 3, "no more may be in flight");
        desk.land(100 * MS, OK).expect("a reply");
        desk.fill(100 * MS, &mut Vec::new());
        desk.land(110 * MS, OK).expect("a reply");
        desk.land(110 * MS, OK).expect("a reply");
        desk.land(110 * MS, OK).expect("a reply");
        let all = common.tally.borrow().all();
        assert_eq!(all.len(), 4);
        assert!((100_000..100_100).contains(&all.max()), "the second waited from 10 to 110 ms: {}", all.max());
        desk.close();
        let tally = common.tally.borrow();
        assert_eq!(tally.unsent.len(), 96, "and requests never sent are counted too");
        assert!(tally.unsent.max() >= 960_000, "as having waited to the end: {}", tally.unsent.max());
    }

    #[test]
    fn events_and_unexpected_statuses_are_counted_separately() {
        let (common, mut desk) = desk(2, 2, None);
        desk.fill(0, &mut Vec::new());
        desk.land(MS, br#"{"event":"mail_received","data":{}}"#).expect("an event");
        desk.land(MS, br#"{"status":15,"message":"too many requests"}"#).expect("a refusal");
        let tally = common.tally.borrow();
        assert_eq!((tally.events, tally.answered()), (1, 1));
        assert_eq!((tally.unexpected[0].status, tally.unexpected[0].count), (15, 1));
    }
}
