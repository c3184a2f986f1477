//! A journal on disk: a thread that writes entries to files of limited size.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle, Thread};
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::journal::frames::{Head, encode_frame};
use crate::journal::queue::{JournalSink, Queue};
use crate::journal::record::Record;
use crate::journal::retention::{DAY, delete_old};
use crate::meters::Meters;
use crate::private;
use crate::rules::{LoadedRules, RuleFiles};

/// The operator's journal settings.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct JournalSettings {
    /// The folder of journals; empty = no journals.
    pub folder: String,
    /// Size in bytes after which a new part is started.
    pub file_bytes: u64,
    /// How many bytes may wait for the disk; beyond that, the journal ends with a gap.
    pub queue_bytes: usize,
    /// Interval between writes, in milliseconds.
    pub write_every_ms: u64,
    /// Interval between state hashes, in real seconds.
    pub checkpoint_seconds: u64,
    /// Days of real time that files are kept after they were last written; 0 = all are kept.
    pub keep_days: u32,
}

/// The path of a part: `world-0-1773115200000-0000.journal`.
pub fn part_path(folder: &Path, name: &str, head: Head) -> PathBuf {
    folder.join(format!("{name}-{}-{:04}.journal", head.id, head.part))
}

/// The folder to which the rules of that fingerprint are copied.
pub fn rules_folder(folder: &Path, fingerprint: u64) -> PathBuf {
    folder.join(format!("rules-{fingerprint:016x}"))
}

/// Copies the files of the rules next to the journals, unless a copy exists.
pub fn keep_rules(folder: &Path, rules: &LoadedRules) -> io::Result<()> {
    let copy = rules_folder(folder, rules.fingerprint);
    if copy.is_dir() {
        return Ok(());
    }
    // A copy cut short by a crash must not be taken for a complete one.
    let unfinished = copy.with_extension("unfinished");
    let RuleFiles { texts, pictures } = rules.files();
    let texts = texts.into_iter().map(|(name, text)| (name, text.into_bytes()));
    for (name, bytes) in texts.chain(pictures) {
        let path = unfinished.join(name);
        private::make_folder(path.parent().unwrap_or(&unfinished))?;
        private::replace(&path, &bytes)?;
    }
    private::rename(&unfinished, &copy)
}

/// The program by version and hash of its binary, so that a replay can recognize another one.
pub fn program_name() -> String {
    let bytes = std::env::current_exe().and_then(std::fs::read).unwrap_or_default();
    let hash = Sha256::digest(&bytes);
    let mark = hash.iter().take(4).fold(0_u32, |mark, byte| mark << 8 | u32::from(*byte));
    format!("raidkeep {} {mark:08x}", env!("CARGO_PKG_VERSION"))
}

/// The writer of a journal on disk. Dropping it writes what is queued, and waits for that.
#[derive(Debug)]
pub struct FileJournal {
    queue: Arc<Queue>,
    /// Waits for the first entry.
    writer: Option<Writer>,
    thread: Option<JoinHandle<()>>,
    gaps: metrics::Counter,
}

impl FileJournal {
    /// Creates the first part. `id` is the moment of the start, unix milliseconds.
    pub fn create(folder: &Path, name: &str, id: i64, settings: &JournalSettings) -> io::Result<Self> {
        private::make_folder(folder)?;
        let queue = Arc::new(Queue::new(settings.queue_bytes));
        let parts = Parts::create(folder, name, id, settings)?;
        let gaps = Meters::of_name(name).counter("raidkeep_journal_gaps_total", &[]);
        let pause = Duration::from_millis(settings.write_every_ms);
        let writer = Writer { queue: queue.clone(), parts, pause, gaps: gaps.clone() };
        Ok(Self { queue, writer: Some(writer), thread: None, gaps })
    }

    /// Writes the first entry before anything happens in the world: the process may be killed at once, and a journal
    /// without its beginning cannot be read. The rest is written by a thread.
    fn begin(&mut self, mut writer: Writer, entry: &[u8]) -> io::Result<()> {
        writer.parts.write(entry, &mut Vec::new())?;
        writer.parts.file.flush()?;
        self.thread = Some(Builder::new().name("raidkeep-journal".into()).spawn(move || writer.run())?);
        Ok(())
    }
}

impl JournalSink for FileJournal {
    fn take(&mut self, entry: Vec<u8>) -> bool {
        let Some(writer) = self.writer.take() else {
            return self.queue.put(entry);
        };
        if let Err(error) = self.begin(writer, &entry) {
            self.queue.close();
            report_gap(&error, &self.gaps);
            return false;
        }
        true
    }
}

impl Drop for FileJournal {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            Thread::unpark(thread.thread());
            if thread.join().is_err() {
                tracing::error!("the thread that writes the journal panicked");
            }
        }
    }
}

/// The files of a journal.
#[derive(Debug)]
struct Parts {
    folder: PathBuf,
    name: String,
    head: Head,
    file: BufWriter<File>,
    began: Instant,
    bytes: u64,
    bytes_max: u64,
    keep_days: u32,
}

impl Parts {
    fn create(folder: &Path, name: &str, id: i64, settings: &JournalSettings) -> io::Result<Self> {
        let head = Head { id, part: 0 };
        let file = open(&part_path(folder, name, head), head)?;
        let parts = Self {
            folder: folder.to_owned(),
            name: name.to_owned(),
            head,
            file,
            began: Instant::now(),
            bytes: 0,
            bytes_max: settings.file_bytes,
            keep_days: settings.keep_days,
        };
        parts.delete_old();
        Ok(parts)
    }

    fn write(&mut self, entry: &[u8], frame: &mut Vec<u8>) -> io::Result<()> {
        if self.is_full() {
            self.file.flush()?;
            self.head.part += 1;
            self.file = open(&part_path(&self.folder, &self.name, self.head), self.head)?;
            (self.began, self.bytes) = (Instant::now(), 0);
            self.delete_old();
        }
        frame.clear();
        encode_frame(entry, frame);
        self.bytes += frame.len() as u64;
        self.file.write_all(frame)
    }

    /// Files are deleted as a whole, so one that is to be deleted some day holds no more than a day.
    fn is_full(&self) -> bool {
        self.bytes > self.bytes_max || (self.keep_days > 0 && self.began.elapsed() > DAY)
    }

    /// The journal goes on if that fails; the next part tries again.
    fn delete_old(&self) {
        let (keep_days, newest) = (self.keep_days, part_path(&self.folder, &self.name, self.head));
        match delete_old(&self.folder, &self.name, keep_days, &newest) {
            Ok(0) => {}
            Ok(files) => tracing::info!(world = self.name, files, keep_days, "deleted what the journal need not keep"),
            Err(error) => tracing::warn!(%error, world = self.name, "old files of the journal cannot be deleted"),
        }
    }
}

fn open(path: &Path, head: Head) -> io::Result<BufWriter<File>> {
    let file = private::options().write(true).create_new(true).open(path)?;
    let mut file = BufWriter::with_capacity(1 << 16, file);
    file.write_all(&head.encode())?;
    file.flush()?;
    private::sync_name(path)?;
    Ok(file)
}

fn report_gap(error: &io::Error, gaps: &metrics::Counter) {
    gaps.increment(1);
    tracing::error!(
        %error,
        "the journal cannot be written and ends here; the game continues. The next start begins a new one"
    );
}

#[derive(Debug)]
struct Writer {
    queue: Arc<Queue>,
    parts: Parts,
    pause: Duration,
    gaps: metrics::Counter,
}

impl Writer {
    /// Polls for entries: a wake-up for each would cost the world more than the entry itself.
    fn run(mut self) {
        if let Err(error) = self.write_all() {
            self.queue.close();
            report_gap(&error, &self.gaps);
        }
    }

    fn write_all(&mut self) -> io::Result<()> {
        let mut frame = Vec::new();
        loop {
            let taken = self.queue.take();
            for entry in &taken.entries {
                self.parts.write(entry, &mut frame)?;
            }
            if taken.has_overflowed {
                let gap = postcard::to_stdvec(&Record::Gap).map_err(io::Error::other)?;
                self.parts.write(&gap, &mut frame)?;
                self.parts.file.flush()?;
                return Err(io::Error::other("the disk is too slow"));
            }
            self.parts.file.flush()?;
            if taken.is_closed {
                return Ok(());
            }
            std::thread::park_timeout(self.pause);
        }
    }
}
