//! What to read for the world as of a moment: a base, and the segments behind it.

use crate::storage::continuous::ArchiveError;
use crate::storage::continuous::folder::{Base, WorldFolder};
use crate::storage::continuous::segment::{HEAD_BYTES, Reason, Segment};

/// The segments of a world in the order they were written. The last one may have been begun by a process that died
/// before it wrote the head; that one is none.
pub(super) fn open_segments(folder: &WorldFolder) -> Result<Vec<Segment>, ArchiveError> {
    let sequences = folder.segments()?;
    let mut segments = Vec::with_capacity(sequences.len());
    for (at, sequence) in sequences.iter().enumerate() {
        let path = folder.segment(*sequence);
        match Segment::open(path.clone(), *sequence) {
            Err(ArchiveError::Damaged { .. }) if at + 1 == sequences.len() && is_unfinished(&path) => {}
            segment => segments.push(segment?),
        }
    }
    Ok(segments)
}

/// Whether a file has no head yet.
pub(super) fn is_unfinished(path: &std::path::Path) -> bool {
    std::fs::read(path).is_ok_and(|bytes| {
        bytes.len() < HEAD_BYTES || (bytes.len() == HEAD_BYTES && bytes.iter().all(|byte| *byte == 0))
    })
}

/// Checks that a folder is of this world, or of none yet.
pub(super) fn check_world(folder: &WorldFolder, world: u64) -> Result<(), ArchiveError> {
    // A folder that cannot be read now may be read later.
    let Some(sequence) = folder.segments().ok().and_then(|segments| segments.last().copied()) else {
        return Ok(());
    };
    let path = folder.segment(sequence);
    match Segment::open(path.clone(), sequence) {
        Ok(newest) if newest.head.world != world => {
            Err(ArchiveError::OfAnotherWorld { file: path.display().to_string() })
        }
        _ => Ok(()),
    }
}

/// A base and the segments with the records behind it, up to a moment.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) base: Base,
    /// In order; the first may begin before the base ends, the last may go on beyond the moment.
    pub(super) segments: Vec<Segment>,
    /// Unix milliseconds; `None` = to the end.
    pub(super) until_ms: Option<i64>,
}

impl Chain {
    /// What to read for the world as of a moment.
    ///
    /// # Errors
    /// When the archive does not have it: nothing, a gap, or a missing segment.
    pub(super) fn of(folder: &WorldFolder, until_ms: Option<i64>) -> Result<Self, ArchiveError> {
        let bases = folder.bases()?;
        let segments = open_segments(folder)?;
        let until = until_ms.unwrap_or(i64::MAX);
        if segments.is_empty() && bases.is_empty() {
            return Err(ArchiveError::Nothing { folder: folder.shown() });
        }
        let mut begun = None;
        for segment in segments.iter().rev() {
            if segment.first_ms()?.is_some_and(|first_ms| first_ms <= until) {
                begun = Some(segment.head.line);
                break;
            }
        }
        let based = bases.iter().rfind(|base| base.moment_ms <= until).map(|base| base.line);
        let line = begun.max(based).ok_or_else(|| ArchiveError::NoBase { folder: folder.shown(), to_ms: until })?;
        check_gap(folder, &bases, &segments, line, until_ms)?;
        let base = bases.iter().rfind(|base| base.line == line && base.moment_ms <= until);
        let base = base.cloned().ok_or_else(|| no_base(folder, &bases, &segments, line, until))?;
        let mut segments: Vec<Segment> = segments.into_iter().filter(|segment| segment.head.line == line).collect();
        check_sequence(&segments, &base)?;
        let from = segments.iter().rposition(|segment| segment.head.first_record <= base.record + 1).unwrap_or(0);
        segments.drain(..from);
        let mut wanted = Vec::with_capacity(segments.len());
        for segment in segments {
            if segment.first_ms()?.is_some_and(|first_ms| first_ms > until) {
                break;
            }
            wanted.push(segment);
        }
        Ok(Self { base, segments: wanted, until_ms })
    }
}

/// The line has records before its first base.
fn no_base(folder: &WorldFolder, bases: &[Base], segments: &[Segment], line: u32, to_ms: i64) -> ArchiveError {
    let begins = segments.iter().find(|segment| segment.head.line == line).and_then(|first| first.head.anew.as_ref());
    let first_base = bases.iter().find(|base| base.line >= line);
    match begins.and_then(|anew| Some((anew, anew.after?))) {
        Some((anew, after)) => ArchiveError::Gap {
            folder: folder.shown(),
            from_ms: after.moment_ms,
            until_ms: first_base.map(|base| base.moment_ms),
            why: anew.why.clone(),
        },
        None => ArchiveError::NoBase { folder: folder.shown(), to_ms },
    }
}

/// A moment behind the last record of a line is known only if nothing was lost after that.
fn check_gap(
    folder: &WorldFolder,
    bases: &[Base],
    segments: &[Segment],
    line: u32,
    until_ms: Option<i64>,
) -> Result<(), ArchiveError> {
    let next = segments.iter().find(|segment| segment.head.line > line).and_then(|next| next.head.anew.as_ref());
    let (Some(anew), Some(until_ms)) = (next.filter(|anew| anew.reason == Reason::Gap), until_ms) else {
        return Ok(());
    };
    let from_ms = anew.after.map_or(i64::MIN, |after| after.moment_ms);
    if until_ms <= from_ms {
        return Ok(());
    }
    Err(ArchiveError::Gap {
        folder: folder.shown(),
        from_ms,
        until_ms: bases.iter().find(|base| base.line > line).map(|base| base.moment_ms),
        why: anew.why.clone(),
    })
}

/// The segments of a line follow each other, and the base.
fn check_sequence(segments: &[Segment], base: &Base) -> Result<(), ArchiveError> {
    if let Some(first) = segments.first().filter(|first| first.head.first_record > base.record + 1) {
        return Err(missing(first, base.record + 1));
    }
    for pair in segments.windows(2) {
        let [before, behind] = pair else { continue };
        if behind.head.first_record <= base.record + 1 {
            continue;
        }
        if before.head.sequence + 1 != behind.head.sequence {
            let from = before.last()?.map_or(before.head.first_record, |last| last.record + 1);
            return Err(missing(behind, from));
        }
        let last = before.last()?.map_or(before.head.first_record, |last| last.record + 1);
        if last != behind.head.first_record {
            return Err(missing(behind, last));
        }
    }
    Ok(())
}

fn missing(before: &Segment, from: u64) -> ArchiveError {
    let until = before.head.first_record.saturating_sub(1);
    ArchiveError::Missing { file: before.path.display().to_string(), from, until }
}
