//! `archive verify`: reads everything, and tells what can be restored, what is missing and what is damaged.

use std::path::Path;

use serde::Serialize;

use crate::clock::shown_utc;
use crate::storage::RowStore;
use crate::storage::continuous::ArchiveError;
use crate::storage::continuous::folder::{Base, Newest, WorldFolder};
use crate::storage::continuous::owner::SegmentName;
use crate::storage::continuous::segment::{Anew, Reason, Segment};
use crate::storage::continuous::succession::Succession;
use crate::storage::proof::verify_copy;
use crate::storage::store::Store;

/// The archive of a world as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArchiveVerified {
    /// The world's name.
    pub world: String,
    /// From when to when it can be restored, in UTC; several where there are gaps.
    pub ranges: Vec<[String; 2]>,
    /// Segments that were read.
    pub segments: u64,
    /// Segments that do not count: whoever wrote them had the world no more, or died before the first record.
    pub left: u64,
    /// Bases that were read.
    pub bases: u64,
    /// Records in the segments.
    pub records: u64,
    /// What was not archived when it happened.
    pub gaps: Vec<String>,
    /// What is damaged or has vanished since.
    pub damages: Vec<String>,
}

/// A stretch of a line without a gap.
struct Stretch {
    line: u32,
    first_record: u64,
    last_record: u64,
    last_ms: Option<i64>,
}

/// Checks the archive of a world.
///
/// # Errors
/// When it cannot be read for another reason than damage.
pub fn verify_archive(archive: &Path, world: &str) -> Result<ArchiveVerified, ArchiveError> {
    let folder = WorldFolder::new(archive, world);
    let (world, ranges, gaps, damages) = (world.to_owned(), Vec::new(), Vec::new(), Vec::new());
    let mut verified = ArchiveVerified { world, ranges, segments: 0, left: 0, bases: 0, records: 0, gaps, damages };
    let bases = sound_bases(&folder, &mut verified)?;
    let mut stretches: Vec<Stretch> = Vec::new();
    let succession = Succession::of(&folder)?;
    verified.left = succession.left.len() as u64;
    let mut before: Option<SegmentName> = None;
    for (name, segment) in &succession.entries {
        if let Some(before) = before.filter(|before| before.sequence + 1 != name.sequence) {
            let expected = SegmentName { sequence: before.sequence + 1, ..*name };
            verified.damages.push(format!("{} is missing", folder.segment(expected).display()));
        }
        match segment {
            Ok(segment) => read_segment(segment, &mut stretches, &mut verified)?,
            Err(error) => verified.damages.push(error.to_string()),
        }
        before = Some(*name);
    }
    let has = |name: SegmentName| succession.entries.iter().any(|(found, _)| *found == name);
    match succession.newest(&folder) {
        Err(error @ ArchiveError::Damaged { .. }) => verified.damages.push(error.to_string()),
        newest => verified.damages.extend(newest?.and_then(|newest| check_newest(&folder, newest, has, &stretches))),
    }
    verified.ranges = ranges_of(&stretches, &bases);
    Ok(verified)
}

/// What is missing of the newest segment; `has` tells which are there.
fn check_newest(
    folder: &WorldFolder,
    (name, newest): (SegmentName, Newest),
    has: impl Fn(SegmentName) -> bool,
    stretches: &[Stretch],
) -> Option<String> {
    let file = folder.segment(name);
    let known = stretches.last().map_or(0, |stretch| stretch.last_record);
    if !has(name) {
        return Some(format!("{} is missing", file.display()));
    }
    newest
        .last_record
        .filter(|last| *last > known)
        .map(|last| format!("{} was cut: it had record {last}", file.display()))
}

/// Reads all bases; returns those that are sound.
fn sound_bases(folder: &WorldFolder, verified: &mut ArchiveVerified) -> Result<Vec<Base>, ArchiveError> {
    let mut sound = Vec::new();
    for base in folder.bases()? {
        verified.bases += 1;
        let name = base.name();
        let checked = verify_copy(&folder.path, &name).map_err(ArchiveError::from);
        match checked.and_then(|_| Ok(Store::read_folder(&folder.path, &name)?.rows.reached()?)) {
            Ok(reached) if reached.record == base.record => sound.push(base),
            Ok(_) => {
                let file = folder.base(&base);
                verified.damages.push(format!("{} is not the base that its name says", file.display()));
            }
            Err(error) => verified.damages.push(error.to_string()),
        }
    }
    Ok(sound)
}

fn read_segment(
    segment: &Segment,
    stretches: &mut Vec<Stretch>,
    verified: &mut ArchiveVerified,
) -> Result<(), ArchiveError> {
    verified.segments += 1;
    let (line, first_record) = (segment.head.line, segment.head.first_record);
    if let Some(anew) = &segment.head.anew {
        verified.gaps.extend(told(anew, first_record));
    }
    let follows = stretches.last().is_some_and(|last| last.line == line && last.last_record + 1 == first_record);
    if !follows {
        let is_lost = stretches.last().is_some_and(|last| last.line == line);
        if is_lost || (segment.head.anew.is_none() && stretches.is_empty() && verified.segments > 1) {
            let from = stretches.last().map_or(1, |last| last.last_record + 1);
            let until = first_record.saturating_sub(1);
            verified.damages.push(format!("before {}, records {from} to {until} are missing", segment.path.display()));
        }
        stretches.push(Stretch { line, first_record, last_record: first_record - 1, last_ms: None });
    }
    let Some(stretch) = stretches.last_mut() else {
        return Ok(());
    };
    for record in segment.all_records() {
        match record {
            Ok(record) => {
                verified.records += 1;
                stretch.last_record = record.number;
                stretch.last_ms = Some(record.place().moment_ms);
            }
            Err(error @ ArchiveError::Damaged { .. }) => {
                verified.damages.push(error.to_string());
                return Ok(());
            }
            Err(error) => return Err(error),
        }
    }
    let last = stretch.last_record;
    match check_end(segment, last) {
        Err(error @ ArchiveError::Damaged { .. }) => verified.damages.push(error.to_string()),
        checked => verified.damages.extend(checked?),
    }
    Ok(())
}

/// What is wrong with the end of a closed segment whose records end with `last`.
fn check_end(segment: &Segment, last: u64) -> Result<Option<String>, ArchiveError> {
    let (Some(tail), Some(index)) = (segment.whole_tail(), segment.index()?) else {
        return Ok(None);
    };
    let file = segment.path.display();
    if tail.last.record != last {
        return Ok(Some(format!("{file} lacks records at its end")));
    }
    Ok((segment.touches()?.to_bytes() != index).then(|| format!("{file} has an index of other records")))
}

fn told(anew: &Anew, first_record: u64) -> Option<String> {
    let after = anew.after?;
    let from = shown_utc(after.moment_ms);
    match anew.reason {
        Reason::First => None,
        Reason::Gap => {
            let (first, last) = (after.record + 1, first_record.saturating_sub(1));
            Some(format!("after {from}, records {first} to {last} were not archived: {}", anew.why))
        }
        Reason::PutBack => Some(format!("after {from}, the world was put back and went on from record {first_record}")),
    }
}

/// From the first base of each stretch to its end.
fn ranges_of(stretches: &[Stretch], bases: &[Base]) -> Vec<[String; 2]> {
    let range = |stretch: &Stretch| {
        let fits = |base: &&Base| {
            base.line == stretch.line && (stretch.first_record - 1..=stretch.last_record).contains(&base.record)
        };
        let first = bases.iter().find(fits)?;
        let last_ms = stretch.last_ms.unwrap_or(first.moment_ms).max(first.moment_ms);
        Some([shown_utc(first.moment_ms), shown_utc(last_ms)])
    };
    stretches.iter().filter_map(range).collect()
}
