//! For how long a node may answer for a world.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use raidkeep_engine::outside::Epoch;
use raidkeep_engine::storage::{StorageError, Tenure};

use crate::connection::Connection;
use crate::lease::{LeaseTimes, Term};
use crate::statement::{ask, number};

const RELEASE: &str = "UPDATE raidkeep.leases SET is_free = true WHERE world = $1 AND epoch = $2";

/// A world that this node has for an epoch, as long as its lease is renewed.
#[derive(Debug)]
pub(crate) struct Tenancy {
    world: Arc<str>,
    epoch: Epoch,
    times: LeaseTimes,
    term: Mutex<Term>,
    is_called_away: AtomicBool,
    load: Load,
}

impl Tenancy {
    /// A world whose lease was requested at this instant.
    pub(crate) fn new(world: Arc<str>, epoch: Epoch, times: LeaseTimes, requested: Instant) -> Self {
        let term = Mutex::new(Term::begin(times, requested));
        Self { world, epoch, times, term, is_called_away: AtomicBool::default(), load: Load::new(requested) }
    }

    fn term(&self) -> MutexGuard<'_, Term> {
        self.term.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn world(&self) -> &Arc<str> {
        &self.world
    }

    pub(crate) fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Notes that the lease was renewed by a request sent at this instant.
    pub(crate) fn renew(&self, requested: Instant) {
        self.term().renew(requested, Instant::now());
    }

    /// Asks whoever serves the world to give it back.
    pub(crate) fn call_away(&self) {
        self.is_called_away.store(true, Ordering::Release);
    }

    /// How much of a second the world works in a second, in microseconds.
    pub(crate) fn load(&self, now: Instant) -> u64 {
        self.load.measure(now)
    }

    /// Notes that the world belongs to somebody else.
    pub(crate) fn end(&self) {
        self.term().end();
    }

    /// Lets the next one take the world at once.
    ///
    /// # Errors
    /// When the database fails; the lease ends by itself then.
    pub(crate) fn release(&self, connection: &Connection) -> Result<(), StorageError> {
        self.end();
        let released = ask(connection, &self.world, RELEASE, vec![number(self.epoch.to_u64().cast_signed())]);
        released.map(drop).map_err(|fault| fault.while_doing("give a world back"))
    }
}

/// How much a world works.
#[derive(Debug)]
struct Load {
    /// Since the last look.
    worked_us: AtomicU64,
    looked: Mutex<Looked>,
}

#[derive(Debug)]
struct Looked {
    at: Instant,
    per_second_us: f64,
}

impl Load {
    /// A look after this time counts for two thirds of what was known before.
    const MEMORY: Duration = Duration::from_secs(10);

    fn new(at: Instant) -> Self {
        Self { worked_us: AtomicU64::default(), looked: Mutex::new(Looked { at, per_second_us: 0.0 }) }
    }

    fn measure(&self, now: Instant) -> u64 {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.saturating_duration_since(looked.at).as_secs_f64();
        if passed > 0.0 {
            let rate = self.worked_us.swap(0, Ordering::Relaxed) as f64 / passed;
            let weight = 1.0 - (-passed / Self::MEMORY.as_secs_f64()).exp();
            *looked = Looked { at: now, per_second_us: looked.per_second_us + (rate - looked.per_second_us) * weight };
        }
        looked.per_second_us as u64
    }
}

/// A world's stores. When they are gone, nobody answers for the world any more, and its lease is not renewed.
#[derive(Debug)]
pub(crate) struct Holding(pub(crate) Arc<Tenancy>);

impl Drop for Holding {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Tenure for Tenancy {
    fn holds(&self) -> bool {
        self.term().holds(Instant::now())
    }

    fn is_called_away(&self) -> bool {
        self.is_called_away.load(Ordering::Acquire)
    }

    fn note_work(&self, measure: &mut dyn FnMut() -> Duration) {
        self.load.worked_us.fetch_add(measure().as_micros() as u64, Ordering::Relaxed);
    }

    fn ask_every(&self) -> Option<Duration> {
        Some(self.times.pause())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenancy(length_ms: u64, requested: Instant) -> Tenancy {
        Tenancy::new(
            "world-0".into(),
            Epoch::BEFORE.next(1),
            LeaseTimes { length: Duration::from_millis(length_ms) },
            requested,
        )
    }

    #[test]
    fn the_load_follows_what_is_worked() {
        let began = Instant::now();
        let held = tenancy(200_000, began);
        held.note_work(&mut || Duration::from_secs(30));
        let at = |seconds| began + Duration::from_secs(seconds);
        let busy = held.load(at(60));
        assert!((490_000..=500_000).contains(&busy), "half of the time: {busy}");
        let later = held.load(at(70));
        assert!((150_000..=200_000).contains(&later), "nothing for ten seconds: {later}");
        assert!(held.load(at(200)) < 10, "it is forgotten");
    }
}
