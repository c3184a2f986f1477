//! What the commit thread hands over. It never waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use crate::outside::Epoch;
use crate::storage::store::LogRecord;

/// How long a stop waits for the archive's disk. What is not archived by then follows after the next start, from the log.
const STOP_PATIENCE: Duration = Duration::from_secs(10);

/// A committed record on its way to the archivist.
pub(super) struct Shipment {
    pub(super) epoch: Epoch,
    pub(super) record: LogRecord,
    /// Whether there was no room for it, so that only the accounts that it deletes are listed.
    pub(super) is_lost: bool,
}

/// Hands committed records to the archivist of the world. Dropping it waits until they are on disk.
#[derive(Debug)]
pub struct Shipper {
    pub(super) sender: Option<Sender<Shipment>>,
    pub(super) queued: Arc<AtomicUsize>,
    pub(super) queue_bytes: usize,
    /// Whether records are archived, or only deletions listed.
    pub(super) takes_all: bool,
    /// Disconnected once the archivist has ended.
    pub(super) ended: Receiver<()>,
}

impl Shipper {
    /// Hands over a record that was committed; `deletes` tells whether it deletes accounts.
    pub(in crate::storage) fn ship(&self, epoch: Epoch, record: &LogRecord, deletes: bool) {
        let bytes = record.bytes.len();
        let is_lost = self.queued.load(Ordering::Relaxed) + bytes > self.queue_bytes;
        if !deletes && (is_lost || !self.takes_all) {
            return;
        }
        self.queued.fetch_add(bytes, Ordering::Relaxed);
        if let Some(sender) = &self.sender {
            // An archivist that has ended has said why.
            let _ = sender.send(Shipment { epoch, record: record.clone(), is_lost });
        }
    }
}

impl Drop for Shipper {
    fn drop(&mut self) {
        self.sender = None;
        if self.ended.recv_timeout(STOP_PATIENCE) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            tracing::warn!("the archive's disk is too slow; what it lacks is archived after the next start");
        }
    }
}
