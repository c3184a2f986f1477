//! Which segments count: those of each owner up to where the next one has carried on.
//!
//! Each segment names the one that its owner has found before it. Those that the newest one of the latest owner leads back to
//! are the archive, each up to where the one behind it begins. A node that hung and goes on writing when another one has the
//! world leaves segments that nothing leads to, and records behind the end of the one that something leads to: they are there
//! once more in those of the next owner, which has found them in the log.

use crate::outside::Epoch;
use crate::storage::continuous::ArchiveError;
use crate::storage::continuous::folder::{Newest, WorldFolder};
use crate::storage::continuous::owner::{Owner, SegmentName};
use crate::storage::continuous::segment::{HEAD_BYTES, Segment};

/// The segments of a world.
#[derive(Debug)]
pub(super) struct Succession {
    /// Those that count, in the order they were written; errs where a head is damaged.
    pub(super) entries: Vec<(SegmentName, Result<Segment, ArchiveError>)>,
    /// Those that do not.
    pub(super) left: Vec<SegmentName>,
    /// What earlier programs have written is of the epoch of its last record.
    shared: Owner,
}

impl Succession {
    /// Reads the heads of all segments.
    ///
    /// # Errors
    /// When the folder or a file cannot be read for another reason than damage.
    pub(super) fn of(folder: &WorldFolder) -> Result<Self, ArchiveError> {
        let mut found = Vec::new();
        let mut left = Vec::new();
        for name in folder.segments()? {
            match Segment::open(folder.segment(name), name) {
                Err(ArchiveError::Damaged { .. }) if is_unfinished(folder, name) => left.push(name),
                Err(error @ ArchiveError::Damaged { .. }) => found.push((name, Err(error))),
                segment => found.push((name, Ok(segment?))),
            }
        }
        let mut succession = Self { entries: Vec::new(), left, shared: last_shared(&found)? };
        let mut next = found.iter().map(|(name, _)| *name).max_by_key(|name| succession.rank(*name));
        while let Some(name) = next {
            let at = found.iter().position(|(found, _)| *found == name);
            let Some(entry) = at.map(|at| found.remove(at)) else { break };
            let before = entry.1.as_ref().map_or_else(|_| name.usual_before(), |segment| segment.head.before);
            next = before.and_then(|before| succession.nearest(&found, before));
            succession.entries.push(entry);
        }
        succession.left.extend(found.iter().map(|(name, _)| *name));
        succession.entries.reverse();
        succession.limit();
        Ok(succession)
    }

    fn owner(&self, name: SegmentName) -> Owner {
        name.owner.unwrap_or(self.shared)
    }

    fn rank(&self, name: SegmentName) -> (Owner, u64) {
        (self.owner(name), name.sequence)
    }

    /// The segment with this name, or what is left before it.
    fn nearest(
        &self,
        found: &[(SegmentName, Result<Segment, ArchiveError>)],
        wanted: SegmentName,
    ) -> Option<SegmentName> {
        let names = found.iter().map(|(name, _)| *name);
        let before = |name: &SegmentName| name.sequence < wanted.sequence && self.owner(*name) <= self.owner(wanted);
        let left = names.clone().filter(before).max_by_key(|name| (name.sequence, self.owner(*name)));
        names.clone().find(|name| *name == wanted).or(left)
    }

    /// Where an owner has carried on, what the one before has written behind that does not count.
    fn limit(&mut self) {
        for at in 1..self.entries.len() {
            let (before, from) = self.entries.split_at_mut(at);
            let (Some((name, Ok(segment))), Some((_, Ok(next)))) = (before.last_mut(), from.first()) else { continue };
            if next.head.name.owner == name.owner || next.head.before != Some(*name) {
                continue;
            }
            segment.until = match &next.head.anew {
                None => next.head.first_record.checked_sub(1),
                Some(anew) => anew.after.map(|after| after.record),
            };
        }
    }

    /// The segments that count and can be read, in the order they were written.
    pub(super) fn into_segments(self) -> Vec<Segment> {
        // Whoever needs another one finds that it is missing.
        self.entries.into_iter().filter_map(|(_, segment)| segment.ok()).collect()
    }

    /// The last segment that counts, and who has written it.
    pub(super) fn last(&self) -> Option<(Owner, SegmentName, Option<&Segment>)> {
        self.entries.last().map(|(name, segment)| (self.owner(*name), *name, segment.as_ref().ok()))
    }

    /// The newest segment that there ever was, as far as it was noted.
    ///
    /// # Errors
    /// When the note is damaged.
    pub(super) fn newest(&self, folder: &WorldFolder) -> Result<Option<(SegmentName, Newest)>, ArchiveError> {
        let rank = |owner: Option<Owner>| owner.unwrap_or(self.shared);
        let last = folder.noted_by()?.into_iter().max_by_key(|owner| rank(*owner));
        let Some(owner) = last.filter(|owner| self.last().is_none_or(|(last, ..)| rank(*owner) >= last)) else {
            return Ok(None);
        };
        let newest = folder.newest(owner)?;
        Ok(newest.map(|newest| (SegmentName { sequence: newest.sequence, owner }, newest)))
    }
}

/// Who has written last of those that wrote into the same files.
fn last_shared(found: &[(SegmentName, Result<Segment, ArchiveError>)]) -> Result<Owner, ArchiveError> {
    for (name, segment) in found.iter().rev() {
        let Some(segment) = segment.as_ref().ok().filter(|_| name.owner.is_none()) else { continue };
        match segment.last() {
            Ok(Some(last)) => return Ok(Owner { era: 0, epoch: last.epoch }),
            Ok(None) | Err(ArchiveError::Damaged { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Owner { era: 0, epoch: Epoch::BEFORE })
}

/// Whether a process died over this segment before it wrote the head, so that it is none yet.
fn is_unfinished(folder: &WorldFolder, name: SegmentName) -> bool {
    let is_noted = folder.newest(name.owner).ok().flatten().is_some_and(|newest| newest.sequence >= name.sequence);
    let has_no_head =
        |bytes: Vec<u8>| bytes.len() < HEAD_BYTES || (bytes.len() == HEAD_BYTES && bytes.iter().all(|byte| *byte == 0));
    !is_noted && std::fs::read(folder.segment(name)).is_ok_and(has_no_head)
}
