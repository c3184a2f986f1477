//! The thread that archives what a world commits.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::meters::Meters;
use crate::outside::Epoch;
use crate::storage::StoredWorld;
use crate::storage::continuous::deleted::{DeletedAccount, DeletionList, deleted_by};
use crate::storage::continuous::error::at;
use crate::storage::continuous::folder::WorldFolder;
use crate::storage::continuous::keeper::{Held, Keeper, Life};
use crate::storage::continuous::plan::check_world;
use crate::storage::continuous::shipper::{Shipment, Shipper};
use crate::storage::continuous::{ArchiveError, ArchiveTask};
use crate::storage::log_store::{LogRecord, ReadHeld};

/// How long a record may wait to be synced.
const SYNC_EVERY: Duration = Duration::from_secs(1);
/// Until an archive whose disk has failed is tried again.
const RETRY: Duration = Duration::from_secs(5);
/// Deletions wait in a queue of this size where there is no archive.
const DELETIONS_QUEUE_BYTES: usize = 64 << 20;

/// Archives the records of one world behind its commits.
pub struct Archivist {
    task: ArchiveTask,
    life: Life,
    folder: Option<WorldFolder>,
    /// `None` while the archive cannot be opened.
    keeper: Option<Keeper>,
    /// What the log held at the start, until the archive was opened.
    held: Held,
    lists: Vec<DeletionList>,
    queued: Arc<AtomicUsize>,
    /// While the disk fails: when it is tried again.
    retry_at: Option<Instant>,
    sync_at: Option<Instant>,
    /// While a list cannot be written: when it is tried again.
    lists_retry_at: Option<Instant>,
    is_failing: bool,
    meters: ArchiveMeters,
}

/// What is measured about an archive.
struct ArchiveMeters {
    is_failing: metrics::Gauge,
    records: metrics::Counter,
    lost: metrics::Counter,
    failures: metrics::Counter,
}

impl ArchiveMeters {
    fn new(meters: &Meters) -> Self {
        Self {
            is_failing: meters.gauge("raidkeep_archive_failing", &[]),
            records: meters.counter("raidkeep_archive_records_total", &[]),
            lost: meters.counter("raidkeep_archive_records_lost_total", &[]),
            failures: meters.counter("raidkeep_archive_failures_total", &[]),
        }
    }
}

impl Archivist {
    /// Starts archiving what a world commits that is about to start, and what its log holds beyond the archive. `None`
    /// when there is neither an archive nor a folder of backups.
    ///
    /// # Errors
    /// When the archive is of another world, or the log cannot be read. An archive whose disk fails is no error: it is
    /// tried again.
    pub fn start(task: ArchiveTask, store: &StoredWorld) -> Result<Option<Shipper>, ArchiveError> {
        let name = store.rows.world_name().to_owned();
        let archive = Path::new(&task.settings.folder);
        let takes_all = !task.settings.folder.is_empty();
        let folder = takes_all.then(|| WorldFolder::new(archive, &name));
        let of_archive = folder.iter().map(|_| DeletionList::of_archive(archive, &name));
        let of_backups = task.backups.iter().map(|backups| DeletionList::of_backups(backups, &name));
        let lists: Vec<_> = of_archive.chain(of_backups).collect();
        let Some(world) = store.rows.reached()?.world.filter(|_| !lists.is_empty()) else {
            return Ok(None);
        };
        if let Some(folder) = &folder {
            check_world(folder, world)?;
        }
        let read_held = store.log.held()?;
        let held = Held { records: Vec::new(), next: store.log.next_record() };
        let meters = ArchiveMeters::new(&Meters::of_name(&name));
        meters.is_failing.set(0.0);
        let queued = Arc::new(AtomicUsize::new(0));
        let queue_bytes = if takes_all { task.settings.queue_bytes } else { DELETIONS_QUEUE_BYTES };
        let ((sender, shipments), (ending, ended)) = (channel(), channel());
        let counted = queued.clone();
        let (rows, tenure) = (store.rows.clone(), store.tenure.clone());
        let archivist = Self {
            task,
            life: Life { world, epoch: store.log.epoch(), rows, tenure },
            folder,
            keeper: None,
            held,
            lists,
            queued: counted,
            retry_at: None,
            sync_at: None,
            lists_retry_at: None,
            is_failing: false,
            meters,
        };
        let spawned = std::thread::Builder::new().name("raidkeep-archive".into()).spawn(move || {
            archivist.run(read_held, &shipments);
            drop(ending);
        });
        spawned.map_err(at("start a thread for", Path::new("the archive")))?;
        Ok(Some(Shipper { sender: Some(sender), queued, queue_bytes, takes_all, ended }))
    }

    fn run(mut self, read_held: ReadHeld, shipments: &Receiver<Shipment>) {
        let Some((held, since)) = await_held(read_held, shipments, RETRY) else {
            tracing::error!("the archive lacks all of this run; it follows after the next start, from the log");
            return;
        };
        for (epoch, record) in held {
            let shipment = Shipment { epoch, record, is_lost: false };
            self.note_deletions(&shipment);
            if self.folder.is_some() {
                self.held.records.push((epoch, shipment.record));
            }
        }
        self.open();
        since.iter().for_each(|each| self.take(each));
        loop {
            let wakes_at = self.work();
            let arrived = match wakes_at {
                None => shipments.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => shipments.recv_timeout(at.saturating_duration_since(Instant::now())),
            };
            match arrived {
                Ok(first) => std::iter::once(first).chain(shipments.try_iter()).for_each(|each| self.take(&each)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.write_lists();
        if let Some(Err(error)) = self.keeper.take().map(Keeper::finish) {
            tracing::error!(%error, "the archive lacks the end of this run; it follows after the next start, from the log");
        }
    }

    /// Opens the archive, and archives what the log holds beyond it.
    fn open(&mut self) {
        let Some(folder) = self.folder.clone().filter(|_| self.keeper.is_none()) else {
            return;
        };
        match Keeper::open(self.task.clone(), folder, self.life.clone(), &self.held) {
            Ok(keeper) => {
                self.keeper = Some(keeper);
                self.held.records = Vec::new();
                self.recover();
            }
            Err(error @ ArchiveError::Elsewhere { .. }) => {
                tracing::warn!(%error, "this node archives nothing more of the world");
                self.folder = None;
                self.held.records = Vec::new();
            }
            Err(error) => self.fail(&error),
        }
    }

    fn take(&mut self, shipment: &Shipment) {
        self.queued.fetch_sub(shipment.record.bytes.len(), Ordering::Relaxed);
        self.note_deletions(shipment);
        if shipment.is_lost || self.folder.is_none() {
            return;
        }
        if self.keeper.is_none() {
            // What came since the start is behind what the log held then.
            self.held.next = shipment.record.number + 1;
            self.held.records.push((shipment.epoch, shipment.record.clone()));
            self.shorten_held();
            return;
        }
        let number = shipment.record.number;
        let expected = self.keeper.as_ref().map_or(number, Keeper::next);
        self.meters.lost.increment(number.saturating_sub(expected));
        if self.retry_at.is_some() {
            self.meters.lost.increment(1);
            self.keeper.iter_mut().for_each(|keeper| keeper.skip(number));
            return;
        }
        self.attempt(|keeper| keeper.push(shipment.epoch, &shipment.record));
        self.meters.records.increment(1);
        if self.keeper.as_ref().is_some_and(Keeper::needs_sync) {
            self.sync_at.get_or_insert_with(|| Instant::now() + SYNC_EVERY);
        }
    }

    /// While the archive cannot be opened, what waits for it is bounded.
    fn shorten_held(&mut self) {
        let bytes =
            |records: &[(_, LogRecord)]| -> usize { records.iter().map(|(_, record)| record.bytes.len()).sum() };
        if self.held.records.len() > 1 && bytes(&self.held.records) > self.task.settings.queue_bytes {
            let gone = self.held.records.len() / 2;
            self.held.records.drain(..gone);
            self.meters.lost.increment(gone as u64);
        }
    }

    /// Does what is due; returns when there is something to do again.
    fn work(&mut self) -> Option<Instant> {
        let now = Instant::now();
        if self.retry_at.is_some_and(|at| at <= now) {
            self.retry_at = None;
            if self.keeper.is_none() {
                self.open();
            } else if self.attempt(Keeper::resume) {
                self.recover();
            }
        }
        if self.sync_at.is_some_and(|at| at <= now) {
            self.sync_at = None;
            self.attempt(Keeper::sync);
        }
        self.write_lists();
        let mut look_at = None;
        self.attempt(|keeper| {
            look_at = keeper.look_after_bases()?;
            Ok(())
        });
        [self.retry_at, self.sync_at, look_at, self.lists_retry_at].into_iter().flatten().min()
    }

    /// Lets the keeper do something, unless its disk fails; whether it succeeded.
    fn attempt(&mut self, act: impl FnOnce(&mut Keeper) -> Result<(), ArchiveError>) -> bool {
        if self.retry_at.is_some() {
            return false;
        }
        let Some(keeper) = &mut self.keeper else {
            return false;
        };
        let Err(error) = act(keeper) else {
            return true;
        };
        keeper.give_up(&error.to_string());
        self.sync_at = None;
        self.fail(&error);
        false
    }

    fn fail(&mut self, error: &ArchiveError) {
        self.retry_at = Some(Instant::now() + RETRY);
        self.meters.is_failing.set(1.0);
        self.meters.failures.increment(1);
        if std::mem::replace(&mut self.is_failing, true) {
            return;
        }
        tracing::error!(
            %error,
            "the archive cannot be written (disk full? folder gone?): the world goes on, what it does now is missing in \
             the archive. It is tried again every few seconds, and goes on with a new base"
        );
    }

    fn recover(&mut self) {
        self.meters.is_failing.set(0.0);
        if std::mem::replace(&mut self.is_failing, false) {
            tracing::info!("the archive can be written again");
        }
    }

    fn note_deletions(&mut self, shipment: &Shipment) {
        for (account, moment_ms) in deleted_by(&shipment.record, &self.task.tables.identity) {
            let (epoch, record, world) = (shipment.epoch, shipment.record.number, self.life.world);
            let deleted = DeletedAccount { epoch, record, account, moment_ms, world };
            self.lists.iter_mut().for_each(|list| list.add(deleted));
        }
    }

    fn write_lists(&mut self) {
        if self.lists_retry_at.is_some_and(|at| at > Instant::now()) {
            return;
        }
        self.lists_retry_at = None;
        for list in &mut self.lists {
            if let Err(error) = list.write() {
                self.lists_retry_at = Some(Instant::now() + RETRY);
                self.meters.failures.increment(1);
                tracing::error!(%error, "a deleted account cannot be listed for restores; it is tried again");
            }
        }
    }
}

/// Records with their epochs, as a log holds them.
type HeldRecords = Vec<(Epoch, LogRecord)>;

/// What the log held at the start, and what was committed until it could be read: accounts that are deleted in it must be
/// listed. `None` when the world ends before.
fn await_held(
    mut read_held: ReadHeld,
    shipments: &Receiver<Shipment>,
    pause: Duration,
) -> Option<(HeldRecords, Vec<Shipment>)> {
    let mut since = Vec::new();
    loop {
        match read_held() {
            Ok(held) => return Some((held, since)),
            Err(error) => tracing::error!(%error, "the archive waits for what the log holds, which is read again soon"),
        }
        let again_at = Instant::now() + pause;
        loop {
            match shipments.recv_timeout(again_at.saturating_duration_since(Instant::now())) {
                Ok(shipment) => since.push(shipment),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::StorageError;

    fn record(number: u64) -> LogRecord {
        LogRecord { number, bytes: Arc::default() }
    }

    /// Fails so many times.
    fn reads(mut failures: u32) -> ReadHeld {
        Box::new(move || {
            if failures == 0 {
                return Ok(vec![(Epoch::BEFORE, record(1))]);
            }
            failures -= 1;
            Err(StorageError::stopped())
        })
    }

    #[test]
    fn what_the_log_holds_is_read_again_until_it_is_known_and_nothing_that_came_meanwhile_is_missed() {
        let (sender, shipments) = channel();
        for number in [2, 3] {
            let shipment = Shipment { epoch: Epoch::BEFORE, record: record(number), is_lost: false };
            sender.send(shipment).expect("somebody listens");
        }
        let (held, since) = await_held(reads(2), &shipments, Duration::ZERO).expect("the world goes on");
        assert_eq!(held, [(Epoch::BEFORE, record(1))]);
        let came = since
            .iter()
            .map(|shipment| shipment.record.number)
            .chain(shipments.try_iter().map(|shipment| shipment.record.number));
        assert_eq!(came.collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn nobody_waits_for_what_a_log_holds_once_the_world_has_ended() {
        let (sender, shipments) = channel();
        drop(sender);
        assert!(await_held(reads(1), &shipments, RETRY).is_none());
    }
}
