//! How fast a client is read. Unlike a [`Limiter`](crate::net::limits::Limiter), which refuses, a budget lets the client
//! wait: what has arrived is paid for afterwards, and until then nothing more is read.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::config::ClientLimits;

/// Bursts may be twice a second's worth.
const BURST: Duration = Duration::from_secs(2);

/// Units a second, with bursts of twice as many.
#[derive(Debug, Clone)]
pub struct Throttle {
    per_second: u32,
    /// When everything used so far has been paid for.
    paid_at: Instant,
}

impl Throttle {
    /// This many units a second. 0 = no limit.
    pub fn new(per_second: u32) -> Self {
        Self { per_second, paid_at: Instant::now() }
    }

    /// Uses this many units now; returns the moment before which no more may be used, if that is in the future.
    pub fn spend(&mut self, units: usize, now: Instant) -> Option<Instant> {
        if self.per_second == 0 {
            return None;
        }
        let nanos = (units as u64).saturating_mul(1_000_000_000) / u64::from(self.per_second);
        self.paid_at = self.paid_at.max(now) + Duration::from_nanos(nanos);
        self.paid_at.checked_sub(BURST).filter(|at| *at > now)
    }

    /// Uses a unit if one may be used now; errs with the moment at which one may, and then nothing is used: who gives up
    /// waiting leaves no debt.
    pub fn try_spend(&mut self, now: Instant) -> Result<(), Instant> {
        let mut spent = self.clone();
        match spent.spend(1, now) {
            None => {
                *self = spent;
                Ok(())
            }
            Some(due) => Err(due),
        }
    }

    /// Whether it is as if nothing had been used.
    pub fn is_rested(&self, now: Instant) -> bool {
        self.paid_at <= now
    }
}

/// What may be sent together from one address, on however many connections.
#[derive(Debug)]
pub struct AddressBudget {
    bytes: Mutex<Throttle>,
    frames: Mutex<Throttle>,
    handshakes: Mutex<Throttle>,
    /// How many TLS handshakes may be under way; `None` = no limit.
    handshakes_at_once: Option<Arc<Semaphore>>,
}

impl AddressBudget {
    /// A full budget.
    pub fn new(limits: &ClientLimits) -> Self {
        Self {
            bytes: Mutex::new(Throttle::new(limits.bytes_per_second_per_address)),
            frames: Mutex::new(Throttle::new(limits.frames_per_second_per_address)),
            handshakes: Mutex::new(Throttle::new(limits.handshakes_per_second_per_address)),
            handshakes_at_once: Some(limits.handshakes_per_address)
                .filter(|most| *most > 0)
                .map(|most| Arc::new(Semaphore::new(most))),
        }
    }

    /// Waits until the address may begin another TLS handshake, which is under way for as long as what is returned lives.
    pub async fn handshake_turn(&self) -> Option<OwnedSemaphorePermit> {
        let turn = match &self.handshakes_at_once {
            // It is never closed.
            Some(places) => places.clone().acquire_owned().await.ok(),
            None => None,
        };
        loop {
            let spent = lock(&self.handshakes).try_spend(Instant::now());
            match spent {
                Ok(()) => return turn,
                Err(due) => tokio::time::sleep_until(due).await,
            }
        }
    }

    /// Whether it is as if nothing had been sent.
    pub fn is_rested(&self, now: Instant) -> bool {
        [&self.bytes, &self.frames, &self.handshakes].into_iter().all(|throttle| lock(throttle).is_rested(now))
    }
}

fn lock(throttle: &Mutex<Throttle>) -> MutexGuard<'_, Throttle> {
    throttle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a client may send on one connection. All of it is charged before it is parsed; when it is used up, the socket
/// is not read until the budget has recovered.
#[derive(Debug)]
pub struct Budget {
    bytes: Throttle,
    frames: Throttle,
    refusals: Throttle,
    address: Option<Arc<AddressBudget>>,
    /// Before this moment nothing is read.
    closed_until: Option<Instant>,
    /// Only while a task waits for that moment.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Budget {
    /// A full budget for a connection from an address that has this one.
    pub fn new(limits: &ClientLimits, address: Option<Arc<AddressBudget>>) -> Self {
        Self {
            bytes: Throttle::new(limits.bytes_per_second_per_connection),
            frames: Throttle::new(limits.frames_per_second_per_connection),
            refusals: Throttle::new(limits.refusals_per_second),
            address,
            closed_until: None,
            alarm: None,
        }
    }

    /// For a connection on which a proxy sends the requests of many clients.
    pub fn unlimited() -> Self {
        let [bytes, frames, refusals] = [0; 3].map(Throttle::new);
        Self { bytes, frames, refusals, address: None, closed_until: None, alarm: None }
    }

    /// Charges bytes that were read.
    pub fn spend_bytes(&mut self, count: usize) {
        let now = Instant::now();
        let own = self.bytes.spend(count, now);
        let address = self.address.as_ref().and_then(|address| lock(&address.bytes).spend(count, now));
        self.close(own.max(address));
    }

    /// Charges a frame of any kind, or an HTTP request, that came at this moment.
    pub fn spend_frame(&mut self, now: Instant) {
        let own = self.frames.spend(1, now);
        let address = self.address.as_ref().and_then(|address| lock(&address.frames).spend(1, now));
        self.close(own.max(address));
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_refused_leaves_no_debt() {
        let mut throttle = Throttle::new(10);
        let now = Instant::now();
        assert!((0..20).all(|_| throttle.try_spend(now).is_ok()), "bursts of twice the rate");
        for _ in 0..1000 {
            let due = throttle.try_spend(now).expect_err("the burst is used up");
            assert_eq!((due - now).as_millis(), 100, "the next one is due after a tenth of a second, however many ask");
        }
        assert!(throttle.try_spend(now + Duration::from_millis(100)).is_ok());
    }

    #[test]
    fn a_burst_passes_and_what_exceeds_it_is_paid_for_afterwards() {
        let mut throttle = Throttle::new(10);
        let now = Instant::now();
        assert!((0..20).all(|_| throttle.spend(1, now).is_none()), "bursts of twice the rate");
        let until = throttle.spend(5, now).expect("the burst is used up");
        assert_eq!((until - now).as_millis(), 500, "five units take half a second");
        let later = now + Duration::from_secs(60);
        assert!(throttle.is_rested(later));
        assert!(
            throttle.spend(20, later).is_none() && throttle.spend(1, later).is_some(),
            "rest saves no more than a burst"
        );
        assert!((0..1000).all(|_| Throttle::new(0).spend(usize::MAX, now).is_none()), "0 = no limit");
    }

    #[test]
    fn a_budget_stays_closed_until_its_largest_debt_is_paid() {
        let limits = ClientLimits { bytes_per_second_per_connection: 1000, ..crate::config::Config::default().limits };
        let mut budget = Budget::new(&limits, None);
        budget.spend_bytes(2000);
        assert!(budget.is_open(), "a burst of twice the rate");
        budget.spend_bytes(3_000_000);
        assert!(!budget.is_open(), "the bytes are paid for in some 3000 seconds");
        let until = budget.closed_until;
        budget.spend_frame(Instant::now());
        assert_eq!(budget.closed_until, until, "a frame within its rate shortens nothing");
    }

    #[test]
    fn all_connections_of_an_address_share_a_budget() {
        let limits = ClientLimits { frames_per_second_per_address: 10, ..crate::config::Config::default().limits };
        let address = Arc::new(AddressBudget::new(&limits));
        assert!(address.is_rested(Instant::now()));
        let mut open = 0;
        for _ in 0..100 {
            let mut budget = Budget::new(&limits, Some(address.clone()));
            budget.spend_frame(Instant::now());
            open += usize::from(budget.is_open());
        }
        assert!((20..=21).contains(&open), "a new connection for each frame gains nothing: {open} were read at once");
        assert!(!address.is_rested(Instant::now()), "and it is remembered when all are closed");
    }
}
