//! The segments of a running world: which is written, when a line begins, and when a base is due.

use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use crate::clock::wall_ms;
use crate::outside::Epoch;
use crate::storage::continuous::bases::{BaseJob, delete_old};
use crate::storage::continuous::folder::{Newest, WorldFolder};
use crate::storage::continuous::owner::{Owner, SegmentName};
use crate::storage::continuous::segment::{Anew, Head, Place, Reason, Segment};
use crate::storage::continuous::succession::Succession;
use crate::storage::continuous::writer::SegmentWriter;
use crate::storage::continuous::{ArchiveError, ArchiveTask};
use crate::storage::store::LogRecord;
use crate::storage::{Rows, Tenure};

/// Until a base is tried again that could not be made, and until the rows are looked at again that it waits for.
const BASE_RETRY: Duration = Duration::from_secs(60);
const BASE_POLL: Duration = Duration::from_millis(200);

/// Writes the archive of one world.
pub(super) struct Keeper {
    task: ArchiveTask,
    folder: WorldFolder,
    life: Life,
    /// Who writes.
    owner: Owner,
    writer: Option<SegmentWriter>,
    line: u32,
    /// The last line of which anything was found.
    last_line: u32,
    /// The last segment, which the next one carries on.
    last: Option<SegmentName>,
    /// The record that comes next, if nothing is lost.
    next: u64,
    /// The last record that is on the archive's disk.
    kept: Option<Place>,
    /// Why the next segment begins a line, if it does.
    anew: Option<Anew>,
    bases: Bases,
}

/// The life of a world that is archived.
#[derive(Debug, Clone)]
pub(super) struct Life {
    /// The id of the world.
    pub(super) world: u64,
    pub(super) epoch: Epoch,
    pub(super) rows: Rows,
    /// As long as it holds, the archive is this life's.
    pub(super) tenure: Arc<dyn Tenure>,
}

/// What is known about bases.
struct Bases {
    job: Option<BaseJob>,
    /// The last record that the next base must have, because its line begins behind that.
    needed: Option<u64>,
    /// When the next one is due, if the world changes.
    due_at: Instant,
    has_changes: bool,
    /// No base is tried before.
    not_before: Instant,
}

/// What the world's log holds when it starts.
pub(super) struct Held {
    pub(super) records: Vec<(Epoch, LogRecord)>,
    /// The number of the record that comes next.
    pub(super) next: u64,
}

impl Keeper {
    /// Carries on the archive of a world, or begins one, and archives what the log holds beyond it.
    pub(super) fn open(task: ArchiveTask, folder: WorldFolder, life: Life, held: &Held) -> Result<Self, ArchiveError> {
        folder.make()?;
        let succession = Succession::of(&folder)?;
        let last = succession.last();
        let owner = owner_after(last.map(|(owner, ..)| owner), &life, &folder)?;
        let (line, last_line) = lines(&succession, &folder)?;
        let now = Instant::now();
        let bases = Bases { job: None, needed: None, due_at: now, has_changes: false, not_before: now };
        let (writer, kept, anew, next) = (None, None, None, held.next);
        let name = last.map(|(_, name, _)| name);
        let mut keeper =
            Self { task, folder, life, owner, writer, line, last_line, last: name, next, kept, anew, bases };
        match last {
            None => keeper.begin_line(Anew { reason: Reason::First, after: None, why: "the archive begins".into() })?,
            Some((_, _, Some(newest))) => keeper.go_on(newest, held)?,
            // A damaged one stays as it is.
            Some((_, _, None)) => keeper.begin_line(damaged_before("its head cannot be read"))?,
        }
        Ok(keeper)
    }

    fn go_on(&mut self, newest: &Segment, held: &Held) -> Result<(), ArchiveError> {
        let last = match newest.last() {
            Err(error @ ArchiveError::Damaged { .. }) => {
                return self.begin_line(damaged_before(&error.to_string()));
            }
            last => last?,
        };
        newest.sync()?;
        self.kept = last;
        let behind = match last {
            None if held.next == newest.head.first_record => Some(held.records.len()),
            None => held.records.iter().position(|(_, record)| record.number == newest.head.first_record),
            Some(Place { record, epoch, .. }) => {
                let found = held.records.iter().position(|(held, found)| (*held, found.number) == (epoch, record));
                found.map(|found| found + 1)
            }
        };
        let Some(behind) = behind else {
            return self.begin_line(self.why_anew(last, held));
        };
        self.plan_base()?;
        let missing = &held.records[behind..];
        self.next = missing.first().map_or(held.next, |(_, record)| record.number);
        if !missing.is_empty() {
            tracing::info!(records = missing.len(), "the archive gets what the log holds beyond it");
        }
        missing.iter().try_for_each(|(epoch, record)| self.push(*epoch, record))?;
        self.sync()
    }

    /// Why the records of the log do not follow those of the archive.
    fn why_anew(&self, last: Option<Place>, held: &Held) -> Anew {
        let is_earlier = last.is_some_and(|last| held.next <= last.record);
        let is_other = last.is_some_and(|last| held.records.iter().any(|(_, record)| record.number == last.record));
        match is_earlier || is_other || held.records.is_empty() {
            true => Anew { reason: Reason::PutBack, after: last, why: "the world was put back".to_owned() },
            false => Anew {
                reason: Reason::Gap,
                after: last,
                why: "the world ran without its archive, and its log no longer has what the archive lacks".to_owned(),
            },
        }
    }

    /// When the next base is due, from those that there are.
    fn plan_base(&mut self) -> Result<(), ArchiveError> {
        let bases = self.folder.bases()?;
        let Some(newest) = bases.iter().rfind(|base| base.line == self.line) else {
            self.bases.needed = Some(self.next - 1);
            return Ok(());
        };
        let made = std::fs::metadata(self.folder.base(newest)).and_then(|found| found.modified()).ok();
        let now = UNIX_EPOCH + Duration::from_millis(wall_ms().try_into().unwrap_or_default());
        let age = made.and_then(|made| now.duration_since(made).ok()).unwrap_or_default();
        self.bases.due_at = Instant::now() + self.interval().saturating_sub(age);
        self.bases.has_changes = self.kept.is_some_and(|kept| kept.record > newest.record);
        delete_old(&self.folder, self.task.settings.keep_days)
    }

    fn interval(&self) -> Duration {
        Duration::from_secs(u64::from(self.task.settings.base_hours) * 3600)
    }

    /// Begins a line with the next record.
    fn begin_line(&mut self, anew: Anew) -> Result<(), ArchiveError> {
        let reason = anew.reason;
        let line = self.last_line + 1;
        self.begin_segment(line, Some(anew))?;
        (self.line, self.last_line) = (line, line);
        self.bases.needed = Some(self.next - 1);
        self.bases.not_before = Instant::now();
        tracing::info!(folder = self.folder.shown(), line = self.line, ?reason, "a line of the archive begins");
        Ok(())
    }

    fn begin_segment(&mut self, line: u32, anew: Option<Anew>) -> Result<(), ArchiveError> {
        let sequence = self.last.map_or(0, |last| last.sequence) + 1;
        let name = SegmentName { sequence, owner: Some(self.owner) };
        let (world, first_record, players) = (self.life.world, self.next, self.task.tables.players.clone());
        let head = Head { name, before: self.last, world, line, first_record, anew, players };
        self.writer = Some(SegmentWriter::begin(&self.folder, head)?);
        self.folder.note_newest(self.owner, &Newest { sequence, first_record, last_record: None })?;
        self.last = Some(name);
        Ok(())
    }

    /// The number of the record that comes next, if nothing is lost.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Archives a record.
    pub(super) fn push(&mut self, epoch: Epoch, record: &LogRecord) -> Result<(), ArchiveError> {
        if record.number != self.next {
            self.give_up("records came faster than the archive's disk takes them");
            self.next = record.number;
        }
        self.resume()?;
        if self.writer.is_none() {
            self.begin_segment(self.line, None)?;
        }
        self.next = record.number + 1;
        self.bases.has_changes = true;
        if let Some(writer) = &mut self.writer {
            writer.push(epoch, record)?;
            if writer.bytes() >= self.task.settings.segment_bytes {
                self.close()?;
            }
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), ArchiveError> {
        if let Some(writer) = self.writer.take() {
            let (last, Head { name: SegmentName { sequence, .. }, first_record, .. }) =
                (writer.last, writer.head.clone());
            writer.close()?;
            self.kept = last.or(self.kept);
            let last_record = last.map(|last| last.record);
            self.folder.note_newest(self.owner, &Newest { sequence, first_record, last_record })?;
        }
        Ok(())
    }

    /// Whether something waits for the disk.
    pub(super) fn needs_sync(&self) -> bool {
        self.writer.as_ref().is_some_and(SegmentWriter::needs_sync)
    }

    /// Waits until everything that was pushed is on disk.
    pub(super) fn sync(&mut self) -> Result<(), ArchiveError> {
        if let Some(writer) = &mut self.writer {
            writer.sync()?;
            self.kept = writer.last.or(self.kept);
        }
        Ok(())
    }

    /// Notes that records are lost to the archive: a line begins with the next one.
    pub(super) fn give_up(&mut self, why: &str) {
        // What can still be written of the segment is; it stays open if that fails too.
        let _ = self.sync();
        self.writer = None;
        self.anew.get_or_insert_with(|| Anew { reason: Reason::Gap, after: self.kept, why: why.to_owned() });
    }

    /// Notes that this record was not archived.
    pub(super) fn skip(&mut self, record: u64) {
        self.next = record + 1;
    }

    /// Begins the line that a failure has made necessary, if it has.
    pub(super) fn resume(&mut self) -> Result<(), ArchiveError> {
        if let Some(anew) = self.anew.clone() {
            self.begin_line(anew)?;
            self.anew = None;
        }
        Ok(())
    }

    /// Whether a line had to be begun and could not.
    pub(super) fn has_given_up(&self) -> bool {
        self.anew.is_some()
    }

    /// Makes a base if one is due, and deletes what the settings no longer keep. Returns when to look again.
    pub(super) fn look_after_bases(&mut self) -> Result<Option<Instant>, ArchiveError> {
        let now = Instant::now();
        if !self.life.tenure.holds() {
            // From now on that is for whoever has the world.
            return Ok(None);
        }
        if let Some(job) = &self.bases.job {
            if !job.is_finished() {
                return Ok(Some(now + BASE_POLL));
            }
            let made = self.bases.job.take().map(BaseJob::finish);
            match made {
                Some(Ok(base)) => self.note_base(base.line, base.record)?,
                Some(Err(error)) => {
                    self.bases.not_before = now + BASE_RETRY;
                    tracing::error!(%error, "no base was made for the archive; it is tried again");
                }
                None => {}
            }
        }
        let is_due = self.bases.needed.is_some() || (self.bases.has_changes && self.bases.due_at <= now);
        let later = self.bases.has_changes.then_some(self.bases.due_at);
        if !is_due || self.has_given_up() {
            return Ok(later.filter(|_| !is_due));
        }
        if self.bases.not_before > now {
            return Ok(Some(self.bases.not_before));
        }
        // The records that the line lacks must be in the base.
        if self.bases.needed.is_none_or(|needed| self.life.rows.reached().is_ok_and(|rows| rows.record >= needed)) {
            self.bases.job = Some(BaseJob::start(&self.folder, self.owner, &self.life.rows, self.line)?);
        }
        Ok(Some(now + BASE_POLL))
    }

    /// Closes the segment, whose end is known from then on, and waits until no base is being made: that would hold the rows
    /// open.
    pub(super) fn finish(mut self) -> Result<(), ArchiveError> {
        let has_records = self.writer.as_ref().is_some_and(|writer| writer.last.is_some());
        let closed = if has_records { self.close() } else { Ok(()) };
        self.bases.job.take().map_or(Ok(()), |job| job.finish().map(drop))?;
        closed
    }

    fn note_base(&mut self, line: u32, record: u64) -> Result<(), ArchiveError> {
        if line == self.line {
            self.bases.needed = self.bases.needed.filter(|needed| *needed > record);
        }
        self.bases.due_at = Instant::now() + self.interval();
        self.bases.has_changes = self.next > record + 1;
        delete_old(&self.folder, self.task.settings.keep_days)
    }
}

/// Who a life is in an archive of which `last` has written last.
fn owner_after(last: Option<Owner>, life: &Life, folder: &WorldFolder) -> Result<Owner, ArchiveError> {
    let Life { epoch, tenure, .. } = life;
    match last {
        None => Ok(Owner { era: 0, epoch: *epoch }),
        Some(last) if last.epoch <= *epoch => Ok(Owner { epoch: *epoch, ..last }),
        // The world was put back to a state from before that epoch.
        Some(last) if tenure.holds() => Ok(Owner { era: last.era + 1, epoch: *epoch }),
        Some(last) => Err(ArchiveError::Elsewhere { folder: folder.shown(), epoch: last.epoch }),
    }
}

/// The line of the last segment that counts, and the last one of which there is anything.
fn lines(succession: &Succession, folder: &WorldFolder) -> Result<(u32, u32), ArchiveError> {
    let mut counting = succession.entries.iter().filter_map(|(_, segment)| segment.as_ref().ok());
    let line = counting.next_back().map_or(0, |last| last.head.line);
    let mut last = folder.bases()?.last().map_or(line, |base| base.line.max(line));
    for name in &succession.left {
        if let Ok(left) = Segment::open(folder.segment(*name), *name) {
            last = last.max(left.head.line);
        }
    }
    Ok((line, last))
}

/// A line begins because nobody knows where the one before ends.
fn damaged_before(what: &str) -> Anew {
    let why = format!("the segment that was open is damaged: {what}");
    Anew { reason: Reason::Gap, after: None, why }
}
