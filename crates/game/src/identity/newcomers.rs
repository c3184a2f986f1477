//! Limits on new accounts. They use real time.

use std::time::Duration;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::buckets::{Buckets, Quota};
use raidkeep_engine::address::AddressKey;

/// How many accounts may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccountLimits {
    /// From one address (IPv6: one /64), at once and again in each window. 0 = no limit.
    pub per_address: u32,
    /// The window, in seconds.
    pub window_seconds: u32,
}

impl Default for NewAccountLimits {
    fn default() -> Self {
        Self { per_address: 100, window_seconds: 600 }
    }
}

/// Where accounts were made lately.
#[derive(Debug, Default, Resource)]
pub struct NewAccounts {
    buckets: Buckets<AddressKey>,
}

impl NewAccounts {
    /// Counts an account that is about to be made. Errs with the time until the next one may be. Calls from within the
    /// process have no address and no limit.
    pub fn begin(
        &mut self,
        address: Option<AddressKey>,
        now: Duration,
        limits: NewAccountLimits,
    ) -> Result<(), Duration> {
        let Some(address) = address else {
            return Ok(());
        };
        let quota = Quota::new(limits.per_address, limits.window_seconds);
        let wait = self.buckets.wait(&address, quota, now);
        if !wait.is_zero() {
            return Err(wait);
        }
        self.buckets.take(address, quota, now);
        Ok(())
    }
}
