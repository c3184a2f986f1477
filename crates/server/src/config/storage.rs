//! How worlds deal with their disks.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::Mistake;

/// What happens after a crash, and when a disk fails.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct StorageSettings {
    /// Whether a start checks every page of the rows of a world that was not closed in an orderly way.
    pub check_after_crash: bool,
    /// Real seconds after which a world whose disk has failed is opened again; each further pause is twice as long.
    pub reopen_first_seconds: u64,
    /// The longest pause.
    pub reopen_most_seconds: u64,
}

impl StorageSettings {
    /// Before the first attempt to open a world again.
    pub(crate) fn first_pause(self) -> Duration {
        Duration::from_secs(self.reopen_first_seconds)
    }

    /// Between two attempts at most.
    pub(crate) fn longest_pause(self) -> Duration {
        Duration::from_secs(self.reopen_most_seconds)
    }

    pub(super) fn mistakes(self) -> impl Iterator<Item = Mistake> {
        const DAY: u64 = 86_400;
        let first = (!(1..=DAY).contains(&self.reopen_first_seconds))
            .then(|| ("storage.reopen_first_seconds", format!("expected 1 to {DAY}")));
        let most = (!(self.reopen_first_seconds..=DAY).contains(&self.reopen_most_seconds))
            .then(|| ("storage.reopen_most_seconds", format!("expected storage.reopen_first_seconds to {DAY}")));
        first.into_iter().chain(most)
    }
}
