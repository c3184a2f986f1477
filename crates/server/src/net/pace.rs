//! How fast a client is read. Unlike a [`Limiter`](crate::net::limits::Limiter), which refuses, a pace lets the client
//! wait: what has arrived is paid for afterwards, and until then nothing more is read.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use crate::config::ClientLimits;

/// Bursts may be twice a second's worth.
const BURST: Duration = Duration::from_secs(2);

/// Units a second, with bursts of twice as many.
#[derive(Debug, Clone)]
pub struct Pace {
    per_second: u32,
    /// When everything used so far has been paid for.
    paid_at: Instant,
}

impl Pace {
    /// This many units a second. 0 = no limit.
    pub fn new(per_second: u32) -> Self {
        Self { per_second, paid_at: Instant::now() }
    }

    /// Uses this many units now; returns the moment before which no more may be used, if that is in the future.
    pub fn spend(&mut self, units: usize, now: Instant) -> Option<Instant> {
        if self.per_second == 0 {
            return None;
        }
        let seconds = units as f64 / f64::from(self.per_second);
        self.paid_at = self.paid_at.max(now) + Duration::from_secs_f64(seconds);
        self.paid_at.checked_sub(BURST).filter(|at| *at > now)
    }

    /// Whether it is as if nothing had been used.
    pub fn is_rested(&self, now: Instant) -> bool {
        self.paid_at <= now
    }
}

/// What a client may send on one connection. All of it is charged before it is parsed; when it is used up, the socket
/// is not read until the budget has recovered.
#[derive(Debug)]
pub struct Budget {
    bytes: Pace,
    frames: Pace,
    refusals: Pace,
    /// Before this moment nothing is read.
    closed_until: Option<Instant>,
    /// Only while a task waits for that moment.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Budget {
    /// A full budget.
    pub fn new(limits: &ClientLimits) -> Self {
        Self {
            bytes: Pace::new(limits.bytes_per_second_per_connection),
            frames: Pace::new(limits.frames_per_second_per_connection),
            refusals: Pace::new(limits.refusals_per_second),
            closed_until: None,
            alarm: None,
        }
    }

    /// Charges bytes that were read.
    pub fn spend_bytes(&mut self, count: usize) {
        let until = self.bytes.spend(count, Instant::now());
        self.close(until);
    }

    /// Charges a frame of any kind, or an HTTP request.
    pub fn spend_frame(&mut self) {
        let until = self.frames.spend(1, Instant::now());
        self.close(until);
    }

    /// Charges replies that say that requests came too fast.
    pub fn spend_refusals(&mut self, count: usize) {
        if count > 0 {
            let until = self.refusals.spend(count, Instant::now());
            self.close(until);
        }
    }

    fn close(&mut self, until: Option<Instant>) {
        self.closed_until = self.closed_until.max(until);
    }

    /// Whether more may be read now.
    pub fn is_open(&mut self) -> bool {
        if self.closed_until.is_some_and(|until| Instant::now() >= until) {
            self.closed_until = None;
            self.alarm = None;
        }
        self.closed_until.is_none()
    }

    /// Ready when more may be read.
    pub fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.is_open() {
            let Some(until) = self.closed_until else {
                break;
            };
            let alarm = self.alarm.get_or_insert_with(|| {
                metrics::counter!("raidkeep_reads_delayed_total").increment(1);
                Box::pin(sleep_until(until))
            });
            if alarm.deadline() != until {
                alarm.as_mut().reset(until);
            }
            ready!(alarm.as_mut().poll(cx));
        }
        Poll::Ready(())
    }

    /// Waits until more may be read.
    pub async fn opened(&mut self) {
        poll_fn(|cx| self.poll_open(cx)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_what_exceeds_it_is_paid_for_afterwards() {
        let now = Instant::now();
        let mut pace = Pace::new(10);
        assert!((0..20).all(|_| pace.spend(1, now).is_none()), "bursts of twice the rate");
        let until = pace.spend(5, now).expect("the burst is used up");
        assert_eq!((until - now).as_millis(), 500, "five units take half a second");
        let later = now + Duration::from_secs(60);
        assert!(pace.is_rested(later));
        assert!(pace.spend(20, later).is_none() && pace.spend(1, later).is_some(), "rest saves no more than a burst");
        assert!((0..1000).all(|_| Pace::new(0).spend(usize::MAX, now).is_none()), "0 = no limit");
    }

    #[test]
    fn a_budget_stays_closed_until_its_largest_debt_is_paid() {
        let limits = ClientLimits { bytes_per_second_per_connection: 1000, ..crate::config::Config::default().limits };
        let mut budget = Budget::new(&limits);
        budget.spend_bytes(2000);
        assert!(budget.is_open(), "a burst of twice the rate");
        budget.spend_bytes(3_000_000);
        assert!(!budget.is_open(), "the bytes are paid for in some 3000 seconds");
        let until = budget.closed_until;
        budget.spend_frame();
        assert_eq!(budget.closed_until, until, "a frame within its rate shortens nothing");
    }
}
