//! Rate limits on password attempts, by account and by address. They use real time.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::normal_email;

/// How many failed attempts are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttemptLimits {
    /// For one e-mail address, within the window. 0 = no limit.
    pub per_account: u32,
    /// From one network address, within the window. 0 = no limit.
    pub per_address: u32,
    /// The window.
    pub window_seconds: u32,
}

impl Default for AttemptLimits {
    fn default() -> Self {
        Self { per_account: 10, per_address: 100, window_seconds: 600 }
    }
}

/// More keys than this are not kept; the oldest windows are dropped first.
const KEYS_MAX: usize = 100_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Account(String),
    Address(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Window {
    failures: u32,
    began: Duration,
}

/// Recent failed attempts.
#[derive(Debug, Default, Resource)]
pub struct Attempts {
    windows: HashMap<Key, Window>,
}

impl Attempts {
    /// Whether another attempt is allowed.
    pub fn allows(&self, email: &str, address: Option<IpAddr>, now: Duration, limits: AttemptLimits) -> bool {
        let below = |key: &Key, most: u32| most == 0 || self.failures(key, now, limits) < most;
        below(&Key::Account(normal_email(email)), limits.per_account)
            && address.is_none_or(|address| below(&Key::Address(address), limits.per_address))
    }

    fn failures(&self, key: &Key, now: Duration, limits: AttemptLimits) -> u32 {
        let length = Duration::from_secs(limits.window_seconds.into());
        self.windows.get(key).filter(|window| now < window.began + length).map_or(0, |window| window.failures)
    }

    /// Counts a failed attempt.
    pub fn failed(&mut self, email: &str, address: Option<IpAddr>, now: Duration, limits: AttemptLimits) {
        let length = Duration::from_secs(limits.window_seconds.into());
        if self.windows.len() >= KEYS_MAX {
            self.windows.retain(|_, window| now < window.began + length);
        }
        if self.windows.len() >= KEYS_MAX {
            self.windows.clear();
        }
        let keys = [Some(Key::Account(normal_email(email))), address.map(Key::Address)];
        for key in keys.into_iter().flatten() {
            let window = self.windows.entry(key).or_insert(Window { failures: 0, began: now });
            if now >= window.began + length {
                *window = Window { failures: 0, began: now };
            }
            window.failures += 1;
        }
    }

    /// A success clears the account's count, so that a stranger's attempts do not lock out the owner.
    pub fn succeeded(&mut self, email: &str) {
        self.windows.remove(&Key::Account(normal_email(email)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: AttemptLimits = AttemptLimits { per_account: 2, per_address: 3, window_seconds: 60 };

    #[test]
    fn attempts_end_at_the_limit_and_begin_again_after_the_window() {
        let mut attempts = Attempts::default();
        let now = Duration::from_secs(5);
        attempts.failed("A@x", None, now, LIMITS);
        assert!(attempts.allows("a@x", None, now, LIMITS));
        attempts.failed("a@x", None, now, LIMITS);
        assert!(!attempts.allows("a@X", None, now, LIMITS), "letter case makes no other account");
        assert!(attempts.allows("b@x", None, now, LIMITS));
        assert!(attempts.allows("a@x", None, now + Duration::from_secs(60), LIMITS));
    }

    #[test]
    fn one_address_cannot_try_many_accounts() {
        let mut attempts = Attempts::default();
        let address = Some(IpAddr::from([127, 0, 0, 1]));
        for email in ["a@x", "b@x", "c@x"] {
            assert!(attempts.allows(email, address, Duration::ZERO, LIMITS));
            attempts.failed(email, address, Duration::ZERO, LIMITS);
        }
        assert!(!attempts.allows("d@x", address, Duration::ZERO, LIMITS));
    }
}
