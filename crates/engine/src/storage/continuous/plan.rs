//! What to read for the world as of a moment: a base, and the segments behind it.

use crate::storage::continuous::ArchiveError;
use crate::storage::continuous::folder::{Base, Newest, WorldFolder};
use crate::storage::continuous::owner::SegmentName;
use crate::storage::continuous::segment::{Reason, Segment, damaged};
use crate::storage::continuous::succession::Succession;

/// Checks that a folder is of this world, or of none yet.
pub(super) fn check_world(folder: &WorldFolder, world: u64) -> Result<(), ArchiveError> {
    // A folder that cannot be read now may be read later.
    let Some(name) = folder.segments().ok().and_then(|segments| segments.last().copied()) else {
        return Ok(());
    };
    let path = folder.segment(name);
    match Segment::open(path.clone(), name) {
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
        let succession = Succession::of(folder)?;
        let names: Vec<SegmentName> = succession.entries.iter().map(|(name, _)| *name).collect();
        let newest = succession.newest(folder);
        let segments = succession.into_segments();
        if segments.is_empty() && bases.is_empty() {
            return Err(ArchiveError::Nothing { folder: folder.shown() });
        }
        let until = until_ms.unwrap_or(i64::MAX);
        let mut last = None;
        for (at, segment) in segments.iter().enumerate().rev() {
            if segment.first_ms()?.is_some_and(|first_ms| first_ms <= until) {
                last = Some(at);
                break;
            }
        }
        let begun = last.map(|last| segments[last].head.line);
        let is_begun = |base: &&Base| until_ms.is_none() || !is_put_back(&segments, base);
        let based = bases.iter().rfind(|base| base.moment_ms <= until && is_begun(base)).map(|base| base.line);
        let line = begun.max(based).ok_or_else(|| ArchiveError::NoBase { folder: folder.shown(), to_ms: until })?;
        check_gap(folder, &bases, &segments, line, until_ms)?;
        let base = bases.iter().rfind(|base| base.line == line && base.moment_ms <= until);
        let base = base.cloned().ok_or_else(|| no_base(folder, &bases, &segments, line, until))?;
        let opened: Vec<u64> = segments.iter().map(|segment| segment.head.name.sequence).collect();
        let (mut wanted, mut behind) = (Vec::new(), Vec::new());
        for (at, segment) in segments.into_iter().enumerate().filter(|(_, segment)| segment.head.line == line) {
            if last.is_some_and(|last| at <= last) { wanted.push(segment) } else { behind.push(segment) }
        }
        let from = wanted.iter().rposition(|segment| segment.head.first_record <= base.record + 1).unwrap_or(0);
        wanted.drain(..from);
        let chain = Self { base, segments: wanted, until_ms };
        let Some(known) = chain.check_segments()? else {
            return Ok(chain);
        };
        let reached = check_behind(known, &behind, chain.base.record)?;
        let newest = newest?;
        if let Some(last) = known.0 {
            let next = SegmentName { sequence: last.head.name.sequence + 1, ..last.head.name };
            check_next(folder, (next, &names, &opened), newest, known.1 + 1)?;
        }
        check_newest(folder, reached, (newest, &names))?;
        Ok(chain)
    }

    /// Nothing may be missing between the base and the moment. Returns the last segment and the last record, unless the
    /// moment is before that record.
    fn check_segments(&self) -> Result<Option<(Option<&Segment>, u64)>, ArchiveError> {
        let mut known = (None, self.base.record);
        for segment in &self.segments {
            check_follows(known, segment, self.base.record)?;
            let last = segment.last()?;
            known = (Some(segment), last.map_or(segment.head.first_record - 1, |last| last.record));
            if last.zip(self.until_ms).is_some_and(|(last, until)| last.moment_ms > until) {
                return Ok(None);
            }
        }
        Ok(Some(known))
    }
}

/// The segment behind the last one that is wanted must be there, if there ever was one, whatever line it belongs to.
fn check_next(
    folder: &WorldFolder,
    (next, names, opened): (SegmentName, &[SegmentName], &[u64]),
    newest: Option<(SegmentName, Newest)>,
    from: u64,
) -> Result<(), ArchiveError> {
    if opened.contains(&next.sequence) {
        return Ok(());
    }
    if let Some(name) = names.iter().find(|name| name.sequence == next.sequence) {
        return Err(damaged(&folder.segment(*name), 0));
    }
    let noted = newest.map(|(name, _)| name);
    let last = noted.map_or(0, |name| name.sequence).max(opened.last().copied().unwrap_or(0));
    if last < next.sequence {
        return Ok(());
    }
    let name = noted.filter(|name| name.sequence == next.sequence).unwrap_or(next);
    Err(ArchiveError::Gone { file: folder.segment(name).display().to_string(), from })
}

/// What is behind the moment follows, up to the first record there. Returns the segment that has it.
fn check_behind<'a>(
    known: (Option<&'a Segment>, u64),
    behind: &'a [Segment],
    base: u64,
) -> Result<Option<&'a Segment>, ArchiveError> {
    let mut known = known;
    for segment in behind {
        check_follows(known, segment, base)?;
        let last = segment.last()?;
        known = (Some(segment), last.map_or(segment.head.first_record - 1, |last| last.record));
        if last.is_some() {
            break;
        }
    }
    Ok(known.0)
}

/// The newest segment is there, and if it was closed it has all that it had then.
fn check_newest(
    folder: &WorldFolder,
    reached: Option<&Segment>,
    (newest, names): (Option<(SegmentName, Newest)>, &[SegmentName]),
) -> Result<(), ArchiveError> {
    let Some((name, newest)) = newest else {
        return Ok(());
    };
    if !names.contains(&name) {
        return Err(ArchiveError::Gone { file: folder.segment(name).display().to_string(), from: newest.first_record });
    }
    let Some(segment) = reached.filter(|segment| segment.head.name == name) else {
        return Ok(());
    };
    let last = segment.last()?.map(|last| last.record);
    if newest.last_record > last { Err(segment.cut()) } else { Ok(()) }
}

/// Whether a base is the earlier state that its line was put back to. Until the line has a record, the moments behind that
/// state are those of the line before.
fn is_put_back(segments: &[Segment], base: &Base) -> bool {
    let first = segments.iter().find(|segment| segment.head.line == base.line);
    let anew = first.and_then(|first| Some((first, first.head.anew.as_ref()?)));
    anew.is_some_and(|(first, anew)| anew.reason == Reason::PutBack && base.record < first.head.first_record)
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
    // Where nobody knows how far it went, its damage is met when it is read.
    let Some(from_ms) = anew.after.map(|after| after.moment_ms).filter(|from_ms| until_ms > *from_ms) else {
        return Ok(());
    };
    Err(ArchiveError::Gap {
        folder: folder.shown(),
        from_ms,
        until_ms: bases.iter().find(|base| base.line > line).map(|base| base.moment_ms),
        why: anew.why.clone(),
    })
}

/// A segment follows the one before it, or the base, and what is known until there.
fn check_follows((before, known): (Option<&Segment>, u64), segment: &Segment, base: u64) -> Result<(), ArchiveError> {
    let first = segment.head.first_record;
    let is_next = before.is_none_or(|before| before.head.name.sequence + 1 == segment.head.name.sequence);
    // Only the first may begin before the base ends.
    if (is_next && first == known + 1) || (before.is_none() && first <= base + 1) {
        return Ok(());
    }
    let (from, until) = (known + 1, first.saturating_sub(1));
    Err(ArchiveError::Missing { file: segment.path.display().to_string(), from, until })
}
