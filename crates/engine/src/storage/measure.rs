//! What is measured about the storage of a world.

use std::sync::Arc;

use crate::meters::Meters;
use crate::storage::worker::{StorageEvent, StorageListener};

/// What is measured about commits.
pub(super) struct CommitMeters {
    pub(super) seconds: metrics::Histogram,
    pub(super) batches: metrics::Counter,
    pub(super) log_bytes: metrics::Counter,
}

impl CommitMeters {
    pub(super) fn new(meters: &Meters) -> Self {
        Self {
            seconds: meters.histogram("raidkeep_commit_seconds"),
            batches: meters.counter("raidkeep_committed_batches_total", &[]),
            log_bytes: meters.counter("raidkeep_log_bytes_total", &[]),
        }
    }
}

/// Counts the failures among the events.
pub(super) fn counting_failures(listener: StorageListener, meters: &Meters) -> StorageListener {
    let failures = meters.counter("raidkeep_storage_failures_total", &[]);
    Arc::new(move |event| {
        if matches!(event, StorageEvent::Failed { .. }) {
            failures.increment(1);
        }
        listener(event);
    })
}
