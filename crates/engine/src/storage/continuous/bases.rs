//! Bases: copies of the rows beside the segments, and what they make superfluous.

use std::thread::{Builder, JoinHandle};

use crate::storage::continuous::ArchiveError;
use crate::storage::continuous::error::at;
use crate::storage::continuous::folder::{Base, WorldFolder};
use crate::storage::continuous::owner::Owner;
use crate::storage::continuous::succession::Succession;
use crate::storage::folder::{PROOF_SUFFIX, rows_file};
use crate::storage::store::Store;
use crate::storage::{RowStore, Rows};

const DAY_MS: i64 = 86_400_000;

/// A base that is being made, on a thread of its own.
pub(super) struct BaseJob(JoinHandle<Result<Base, ArchiveError>>);

impl BaseJob {
    /// Copies the rows as a base of this line.
    pub(super) fn start(folder: &WorldFolder, owner: Owner, rows: &Rows, line: u32) -> Result<Self, ArchiveError> {
        let (at_folder, rows, place) = (folder.clone(), rows.clone(), folder.path.clone());
        let thread = Builder::new().name("raidkeep-base".into()).spawn(move || make(&at_folder, owner, &rows, line));
        thread.map(Self).map_err(at("start a thread for a base in", &place))
    }

    pub(super) fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    /// The base that was made.
    pub(super) fn finish(self) -> Result<Base, ArchiveError> {
        let ended = std::io::Error::other("the thread ended");
        let place = std::path::Path::new("of the archive");
        self.0.join().unwrap_or_else(|_| Err(at("make a base", place)(ended)))
    }
}

/// Makes a proven copy of the rows, and gives it its name.
fn make(folder: &WorldFolder, owner: Owner, rows: &Rows, line: u32) -> Result<Base, ArchiveError> {
    for left in folder.unfinished_bases(owner)? {
        std::fs::remove_dir_all(&left).map_err(at("delete", &left))?;
    }
    let unfinished = folder.unfinished_base(owner);
    rows.copy_to(&unfinished)?;
    let copy = Store::read_folder(&unfinished, rows.world_name())?.rows;
    let file = rows_file(&unfinished, rows.world_name());
    let reached = copy.reached()?;
    drop(copy);
    let base = Base { line, record: reached.record, moment_ms: reached.moment_ms };
    let path = folder.base(&base);
    let proof = unfinished.join(format!("{}{PROOF_SUFFIX}", rows.world_name()));
    std::fs::rename(&proof, folder.base_proof(&base)).map_err(at("rename", &proof))?;
    std::fs::rename(&file, &path).map_err(at("rename", &file))?;
    folder.sync()?;
    // If it stays, the next base deletes it.
    let _ = std::fs::remove_dir_all(&unfinished);
    tracing::info!(file = %path.display(), "made a base of the archive");
    Ok(base)
}

/// Deletes the bases and segments that nobody needs who restores to a moment of the last `keep_days` days; 0 keeps all.
pub(super) fn delete_old(folder: &WorldFolder, keep_days: u32) -> Result<(), ArchiveError> {
    let (bases, succession) = (folder.bases()?, Succession::of(folder)?);
    let left = succession.left.clone();
    let segments = succession.into_segments();
    let Some(newest) = bases.last().filter(|_| keep_days > 0) else {
        return Ok(());
    };
    let keep_from = newest.moment_ms - i64::from(keep_days) * DAY_MS;
    let Some(oldest) = bases.iter().rfind(|base| base.moment_ms <= keep_from) else {
        return Ok(());
    };
    let (mut deleted, mut until) = (0, 0);
    for (at_segment, segment) in segments.iter().enumerate() {
        // Where the next one of the line begins, this one ends.
        let next = segments.get(at_segment + 1).filter(|next| next.head.line == segment.head.line);
        let is_covered = next.is_some_and(|next| next.head.first_record <= oldest.record + 1);
        if segment.head.line < oldest.line || (segment.head.line == oldest.line && is_covered) {
            std::fs::remove_file(&segment.path).map_err(at("delete", &segment.path))?;
            deleted += 1;
            until = segment.head.name.sequence;
        }
    }
    for path in left.iter().filter(|left| left.sequence <= until).map(|left| folder.segment(*left)) {
        std::fs::remove_file(&path).map_err(at("delete", &path))?;
        deleted += 1;
    }
    for base in bases.iter().take_while(|base| *base < oldest) {
        for path in [folder.base(base), folder.base_proof(base)] {
            std::fs::remove_file(&path).map_err(at("delete", &path))?;
        }
        deleted += 1;
    }
    if deleted > 0 {
        tracing::info!(folder = folder.shown(), files = deleted, keep_days, "deleted what the archive need not keep");
    }
    folder.sync()
}
