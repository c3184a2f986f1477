//! Whose a segment is. Nobody writes into a file of somebody else.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use crate::outside::Epoch;

const SEGMENT_SUFFIX: &str = ".segment";

/// Who writes: the world in one epoch. Later ones compare greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub(super) struct Owner {
    /// How often the world was put back behind the epochs that the archive knew.
    pub(super) era: u32,
    pub(super) epoch: Epoch,
}

impl Owner {
    /// What it is called in names of files.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (epoch, era) = text.strip_prefix('E')?.split_once('-').unwrap_or((&text[1..], "0"));
        let owner = Self { era: era.parse().ok()?, epoch: Epoch::from_u64(u64::from_str_radix(epoch, 16).ok()?) };
        (owner.to_string() == text).then_some(owner)
    }
}

impl Display for Owner {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.era {
            0 => write!(f, "{}", self.epoch),
            era => write!(f, "{}-{era}", self.epoch),
        }
    }
}

/// Which segment a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct SegmentName {
    /// Its number among the segments of the world.
    pub(super) sequence: u64,
    /// `None` = an earlier program has written it.
    pub(super) owner: Option<Owner>,
}

impl SegmentName {
    /// The name of its file.
    pub(super) fn file(self) -> String {
        let Self { sequence, owner } = self;
        match owner {
            None => format!("{sequence:010}{SEGMENT_SUFFIX}"),
            Some(owner) => format!("{sequence:010}-{owner}{SEGMENT_SUFFIX}"),
        }
    }

    /// The segment that a file with this name is.
    pub(super) fn parse(file: &str) -> Option<Self> {
        let name = file.strip_suffix(SEGMENT_SUFFIX)?;
        let (sequence, owner) = match name.split_once('-') {
            None => (name, None),
            Some((sequence, owner)) => (sequence, Some(Owner::parse(owner)?)),
        };
        let parsed = Self { sequence: sequence.parse().ok()?, owner };
        (parsed.file() == file).then_some(parsed)
    }

    /// The one before it, as far as its own name tells.
    pub(super) fn usual_before(self) -> Option<Self> {
        let sequence = self.sequence.checked_sub(1).filter(|sequence| *sequence > 0)?;
        Some(Self { sequence, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written_and_no_others() {
        let epoch = Epoch::BEFORE.next(7).next(0xABCD);
        let owners = [None, Some(Owner { era: 0, epoch }), Some(Owner { era: 3, epoch })];
        let files = owners.map(|owner| SegmentName { sequence: 17, owner }.file());
        assert_eq!(files, ["0000000017.segment", "0000000017-E20000ABCD.segment", "0000000017-E20000ABCD-3.segment"]);
        for (file, owner) in files.iter().zip(owners) {
            assert_eq!(SegmentName::parse(file), Some(SegmentName { sequence: 17, owner }));
        }
        for other in
            ["17.segment", "0000000017-.segment", "0000000017-E20000ABCD-0.segment", "0000000017-e2.segment", "x"]
        {
            assert_eq!(SegmentName::parse(other), None, "{other}");
        }
        assert!(owners.is_sorted(), "who has put the world back comes later");
    }
}
