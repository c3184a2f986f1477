//! What can happen to a file behind the server's back.

use std::ops::Range;

use rand::{Rng, RngExt};

const PAGE_BYTES: usize = 4096;
const SECTOR_BYTES: usize = 512;

/// Something that happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileDamage {
    /// A single bit was flipped where something is written.
    Flipped,
    /// It lost its end.
    Cut,
    /// It was replaced by a copy of an earlier time.
    Older,
    /// It was exchanged with the one of another world.
    Exchanged,
    /// It is empty, or gone.
    Deleted,
    /// A page that was written is zeros.
    ZeroedPage,
    /// Its first half is of now, its second of an earlier time.
    TornCopy,
}

impl FileDamage {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Flipped, Self::Cut, Self::Older, Self::Exchanged, Self::Deleted, Self::ZeroedPage, Self::TornCopy];

    /// Does it to the bytes of a file, at a random place. `earlier` and `other` are the same file of an earlier time and of
    /// another world. Returns what was done, for a report.
    pub fn strike(self, bytes: &mut Vec<u8>, earlier: &[u8], other: &[u8], random: &mut impl Rng) -> String {
        let place = used_place(bytes, random);
        let bit = random.random_range(0..8_u32);
        let length = if bytes.is_empty() { 0 } else { random.random_range(0..bytes.len()) };
        match self {
            Self::Flipped => bytes.get_mut(place).into_iter().for_each(|byte| *byte ^= 1 << bit),
            Self::Cut => bytes.truncate(length),
            Self::Older => *bytes = earlier.to_vec(),
            Self::Exchanged => *bytes = other.to_vec(),
            Self::Deleted => bytes.clear(),
            Self::ZeroedPage => {
                let page = place / PAGE_BYTES * PAGE_BYTES;
                let end = bytes.len().min(page + PAGE_BYTES);
                bytes[page..end].fill(0);
            }
            Self::TornCopy => {
                let middle = bytes.len().min(earlier.len()) / 2;
                bytes.truncate(middle);
                bytes.extend_from_slice(&earlier[middle..]);
            }
        }
        match self {
            Self::Flipped => format!("bit {bit} of byte {place} flipped"),
            Self::Cut => format!("cut to {length} bytes"),
            Self::ZeroedPage => format!("the page around byte {place} zeroed"),
            Self::Older | Self::Exchanged | Self::Deleted | Self::TornCopy => format!("{self:?}"),
        }
    }
}

/// A place among the bytes that are not zero; 0 if there are none.
fn used_place(bytes: &[u8], random: &mut impl Rng) -> usize {
    let is_used = |at: &usize| bytes[*at] != 0;
    let used: Vec<Range<usize>> = (0..bytes.len())
        .step_by(SECTOR_BYTES)
        .map(|start| start..bytes.len().min(start + SECTOR_BYTES))
        .filter(|range| range.clone().any(|at| is_used(&at)))
        .collect();
    if used.is_empty() {
        return 0;
    }
    let places: Vec<usize> = used[random.random_range(0..used.len())].clone().filter(is_used).collect();
    places[random.random_range(0..places.len())]
}
