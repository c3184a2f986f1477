//! Rate limits of connections and players. They run on real time.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{DefaultDirectRateLimiter, NotUntil, Quota, RateLimiter};

use crate::config::ClientLimits;
use crate::net::budget::Throttle;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::address::AddressKey;

/// This many requests a second, with bursts of twice as many. 0 = no limit.
fn quota(rate: u32) -> Option<Quota> {
    let rate = NonZeroU32::new(rate)?;
    Some(Quota::per_second(rate).allow_burst(rate.saturating_mul(NonZeroU32::MIN.saturating_add(1))))
}

/// Milliseconds after which the next request is allowed.
fn wait_ms(until: &NotUntil<<DefaultClock as Clock>::Instant>) -> u64 {
    let wait = until.wait_time_from(DefaultClock::default().now());
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1)
}

/// One rate limit; shared by everything counted together.
#[derive(Clone)]
pub struct Limiter(Option<Arc<DefaultDirectRateLimiter>>);

impl Limiter {
    /// This many requests a second, with bursts of twice as many. 0 = no limit.
    pub fn per_second(rate: u32) -> Self {
        Self(quota(rate).map(|quota| Arc::new(RateLimiter::direct(quota))))
    }

    /// Counts a request; errs with the milliseconds after which the next one is allowed.
    pub fn check(&self) -> Result<(), u64> {
        let Some(limiter) = &self.0 else {
            return Ok(());
        };
        limiter.check().map_err(|until| wait_ms(&until))
    }
}

/// The limits of signed-in players, one per player regardless of the number of connections.
pub struct PlayerLimits {
    rate: u32,
    limiters: Mutex<Limiters>,
}

#[derive(Default)]
struct Limiters {
    by_player: HashMap<(u32, AccountId), Limiter>,
    prune_at: usize,
}

impl PlayerLimits {
    /// This many requests a second for each player. 0 = no limit.
    pub fn new(rate: u32) -> Self {
        Self { rate, limiters: Mutex::default() }
    }

    /// The limit of a player.
    pub fn of(&self, world: u32, account: AccountId) -> Limiter {
        if self.rate == 0 {
            return Limiter(None);
        }
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        if limiters.by_player.len() >= limiters.prune_at {
            let in_use = |limiter: &Limiter| limiter.0.as_ref().is_some_and(|limiter| Arc::strong_count(limiter) > 1);
            limiters.by_player.retain(|_, limiter| in_use(limiter));
            limiters.prune_at = (limiters.by_player.len() * 2).max(1024);
        }
        limiters.by_player.entry((world, account)).or_insert_with(|| Limiter::per_second(self.rate)).clone()
    }
}

/// The limits of addresses that send HTTP requests, where no connection is signed in.
pub struct AddressLimits {
    limiter: Option<RateLimiter<AddressKey, HashMapStateStore<AddressKey>, DefaultClock>>,
    /// At this many addresses, idle ones are forgotten.
    prune_at: AtomicUsize,
    refusals: Mutex<Refusals>,
}

/// How fast addresses beyond their limit are refused. Those that are within it again are forgotten.
struct Refusals {
    per_second: u32,
    throttles: HashMap<AddressKey, Throttle>,
    prune_at: usize,
}

/// At least this many addresses are remembered.
const ADDRESSES_KEPT: usize = 4096;

impl AddressLimits {
    /// As many requests of each address, and refusals of those beyond, as the limits allow.
    pub fn new(limits: &ClientLimits) -> Self {
        Self::per_second(limits.requests_per_second_per_address, limits.refusals_per_second)
    }

    /// With bursts of twice as many. 0 = no limit.
    fn per_second(requests: u32, refusals: u32) -> Self {
        Self {
            limiter: quota(requests).map(RateLimiter::hashmap),
            prune_at: AtomicUsize::new(ADDRESSES_KEPT),
            refusals: Mutex::new(Refusals {
                per_second: refusals,
                throttles: HashMap::new(),
                prune_at: ADDRESSES_KEPT,
            }),
        }
    }

    /// No limits.
    pub fn none() -> Self {
        Self::per_second(0, 0)
    }

    /// Counts a request; errs with the milliseconds after which the next one is allowed.
    pub fn check(&self, address: IpAddr) -> Result<(), u64> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        if limiter.len() >= self.prune_at.load(Ordering::Relaxed) {
            limiter.retain_recent();
            // With many addresses at once, scanning all of them for every request would be too slow.
            self.prune_at.store((limiter.len() * 2).max(ADDRESSES_KEPT), Ordering::Relaxed);
        }
        limiter.check_key(&AddressKey::from(address)).map_err(|until| wait_ms(&until))
    }

    /// Counts a refusal; returns when it may be sent, if that is in the future. All connections of an address together
    /// are refused no faster than one.
    pub fn refuse(&self, address: IpAddr) -> Option<Instant> {
        let now = Instant::now();
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        if refusals.throttles.len() >= refusals.prune_at {
            refusals.throttles.retain(|_, throttle| !throttle.is_rested(now));
            refusals.prune_at = (refusals.throttles.len() * 2).max(ADDRESSES_KEPT);
        }
        let per_second = refusals.per_second;
        refusals.throttles.entry(AddressKey::from(address)).or_insert_with(|| Throttle::new(per_second)).spend(1, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_allows_a_burst_and_then_tells_how_long_to_wait() {
        let limiter = Limiter::per_second(5);
        let allowed = (0..20).take_while(|_| limiter.check().is_ok()).count();
        assert_eq!(allowed, 10, "bursts of twice the rate");
        let wait_ms = limiter.check().expect_err("the burst is used up");
        assert!((1..=200).contains(&wait_ms), "{wait_ms}");
        assert!((0..1000).all(|_| Limiter::per_second(0).check().is_ok()), "0 = no limit");
    }

    #[test]
    fn each_address_has_a_limit_of_its_own() {
        let limits = AddressLimits::per_second(1, 0);
        let (first, second) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        assert!(limits.check(first).is_ok() && limits.check(first).is_ok());
        assert!(limits.check(first).is_err(), "the burst is used up");
        assert!(limits.check(second).is_ok());
    }

    #[test]
    fn an_address_beyond_its_limit_is_refused_more_and_more_slowly() {
        let limits = AddressLimits::per_second(1, 10);
        let here = IpAddr::from([127, 0, 0, 1]);
        let at_once = (0..40).take_while(|_| limits.refuse(here).is_none()).count();
        assert_eq!(at_once, 20, "bursts of twice the rate");
        let waits: Vec<_> = (0..3).filter_map(|_| limits.refuse(here)).collect();
        assert!(waits.is_sorted() && waits.len() == 3, "each waits for those before it");
        assert!(limits.refuse(IpAddr::from([127, 0, 0, 2])).is_none(), "others are not affected");
    }

    #[test]
    fn two_connections_of_a_player_share_its_limit() {
        let limits = PlayerLimits::new(1);
        let (first, second) = (limits.of(0, AccountId(1)), limits.of(0, AccountId(1)));
        assert!(first.check().is_ok() && second.check().is_ok());
        assert!(first.check().is_err() && second.check().is_err());
        assert!(limits.of(1, AccountId(1)).check().is_ok(), "another world, another player");
    }
}
