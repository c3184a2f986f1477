//! Limits on password attempts. They use real time.
//!
//! Guessing is slowed down by pair of account and address, and across all places from which an account has never been
//! opened. Whoever is at a place from which it has been opened is held up by guesses made there, and by no others.

use std::time::Duration;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::buckets::{Buckets, Quota};
use crate::identity::normal_email;
use raidkeep_engine::address::AddressKey;

/// How many failed attempts are allowed at once, and again in each window. An IPv6 address counts as its /64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttemptLimits {
    /// For one account from one address from which it has never been opened. 0 = no limit.
    pub per_pair: u32,
    /// For one account from one address from which it has been opened; no other limit applies there. 0 = no limit.
    pub per_known_pair: u32,
    /// For one account from all addresses from which it has never been opened. 0 = no limit.
    pub per_account: u32,
    /// From one address, for all accounts that have never been opened from there. 0 = no limit.
    pub per_address: u32,
    /// The window, in seconds.
    pub window_seconds: u32,
}

impl Default for AttemptLimits {
    fn default() -> Self {
        Self { per_pair: 10, per_known_pair: 300, per_account: 100, per_address: 1000, window_seconds: 600 }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Pair(String, Option<AddressKey>),
    KnownPair(String, Option<AddressKey>),
    Account(String),
    Address(AddressKey),
}

/// An attempt to log in.
#[derive(Debug, Clone)]
pub struct LoginAttempt {
    /// The normalized e-mail address, whether an account has it or not.
    email: String,
    /// Where it comes from; `None` = from within the process.
    address: Option<AddressKey>,
    is_known: bool,
}

impl LoginAttempt {
    /// An attempt from this address. `is_known` says whether the account has been opened from there.
    pub fn new(email: &str, address: Option<AddressKey>, is_known: bool) -> Self {
        Self { email: normal_email(email), address, is_known }
    }

    /// What it counts for.
    fn counts(&self, limits: AttemptLimits) -> Vec<(Key, Quota)> {
        let quota = |most| Quota::new(most, limits.window_seconds);
        let email = || self.email.clone();
        if self.is_known {
            return vec![(Key::KnownPair(email(), self.address), quota(limits.per_known_pair))];
        }
        let address = self.address.map(|address| (Key::Address(address), quota(limits.per_address)));
        let account = (Key::Account(email()), quota(limits.per_account));
        let pair = (Key::Pair(email(), self.address), quota(limits.per_pair));
        [pair, account].into_iter().chain(address).collect()
    }
}

/// Recent attempts that failed or are being checked.
#[derive(Debug, Default, Resource)]
pub struct Attempts {
    buckets: Buckets<Key>,
}

impl Attempts {
    /// Counts an attempt, which may go on then. Errs with the time until the next one may.
    pub fn begin(&mut self, attempt: &LoginAttempt, now: Duration, limits: AttemptLimits) -> Result<(), Duration> {
        let counts = attempt.counts(limits);
        let wait = counts.iter().map(|(key, quota)| self.buckets.wait(key, *quota, now)).max().unwrap_or_default();
        if !wait.is_zero() {
            return Err(wait);
        }
        counts.into_iter().for_each(|(key, quota)| self.buckets.take(key, quota, now));
        Ok(())
    }

    /// An attempt that has succeeded does not count, nor do those before it from there: only the owner could.
    pub fn succeeded(&mut self, attempt: &LoginAttempt, limits: AttemptLimits) {
        for (key, quota) in attempt.counts(limits) {
            match key {
                Key::Pair(..) | Key::KnownPair(..) => self.buckets.fill(&key),
                Key::Account(_) | Key::Address(_) => self.buckets.give_back(&key, quota),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    const LIMITS: AttemptLimits =
        AttemptLimits { per_pair: 2, per_known_pair: 5, per_account: 4, per_address: 6, window_seconds: 60 };

    fn from(last: u8) -> Option<AddressKey> {
        Some(IpAddr::from([192, 0, 2, last]).into())
    }

    /// How many of twenty guesses come through.
    fn guesses(attempts: &mut Attempts, attempt: &LoginAttempt) -> usize {
        (0..20).filter(|_| attempts.begin(attempt, Duration::ZERO, LIMITS).is_ok()).count()
    }

    #[test]
    fn a_pair_is_slowed_down_first_and_then_the_account() {
        let mut attempts = Attempts::default();
        assert_eq!(guesses(&mut attempts, &LoginAttempt::new("A@x", from(1), false)), 2);
        assert_eq!(
            guesses(&mut attempts, &LoginAttempt::new(" a@X ", from(1), false)),
            0,
            "spelling makes no other account"
        );
        assert_eq!(guesses(&mut attempts, &LoginAttempt::new("a@x", from(2), false)), 2);
        assert_eq!(guesses(&mut attempts, &LoginAttempt::new("a@x", from(3), false)), 0, "four for the account in all");
        assert_eq!(
            guesses(&mut attempts, &LoginAttempt::new("a@x", from(9), true)),
            5,
            "a known place has its own count"
        );
    }

    #[test]
    fn a_hundred_thousand_guesses_from_elsewhere_hold_up_nobody_at_a_known_place() {
        let (mut attempts, limits) = (Attempts::default(), AttemptLimits::default());
        let botnet =
            (0..10_000_u16).map(|n| Some(IpAddr::from([198, 18, n.to_be_bytes()[0], n.to_be_bytes()[1]]).into()));
        let guesses = botnet.flat_map(|place| [place; 10]).map(|place| LoginAttempt::new("a@x", place, false));
        let through = guesses.filter(|guess| attempts.begin(guess, Duration::ZERO, limits).is_ok()).count();
        assert_eq!(through, 100);
        let owner = LoginAttempt::new("a@x", from(1), true);
        assert_eq!(attempts.begin(&owner, Duration::ZERO, limits), Ok(()));
    }

    #[test]
    fn one_address_cannot_try_many_accounts() {
        let mut attempts = Attempts::default();
        let tried = |email: &str| LoginAttempt::new(email, from(1), false);
        let through: usize = ["a", "b", "c", "d"].map(|email| guesses(&mut attempts, &tried(email))).iter().sum();
        assert_eq!(through, 6);
        assert_eq!(guesses(&mut attempts, &LoginAttempt::new("e", from(2), false)), 2, "the next address can");
    }

    #[test]
    fn who_gets_in_is_not_counted() {
        let mut attempts = Attempts::default();
        let owner = LoginAttempt::new("a@x", from(1), false);
        for _ in 0..20 {
            assert_eq!(attempts.begin(&owner, Duration::ZERO, LIMITS), Ok(()));
            attempts.succeeded(&owner, LIMITS);
        }
    }
}
