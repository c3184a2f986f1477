//! The way back to a world for what runs beside it.

use std::sync::Arc;

use crate::net::inbox::Inbox;
use raidkeep_engine::tick::Input;

/// Where the results of what one life of a world has begun go. A world that was opened again has begun none of it, and
/// numbers its own jobs and calls anew: results for an earlier life are dropped.
#[derive(Clone)]
pub struct Returns {
    inbox: Arc<Inbox>,
    life: u64,
}

impl Returns {
    pub(super) fn new(inbox: Arc<Inbox>, life: u64) -> Self {
        Self { inbox, life }
    }

    /// Brings a result.
    pub fn push(&self, input: Input) {
        self.inbox.push_to(self.life, input);
    }
}
