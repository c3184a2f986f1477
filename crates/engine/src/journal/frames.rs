//! The files of a journal: a header, then one frame per entry.
//!
//! Header: `RAIDJRNL`, format (u32), id of the journal (i64, unix milliseconds of its start), number of the part (u32).
//! Frame: length of the entry (u32), its hash (u64), the entry (postcard). Numbers are little endian. A crash may cut
//! the last frame short; an incomplete frame ends the file.

use std::hash::Hasher;
use std::io::{self, Read};

use crate::hash::StableHasher;
use crate::journal::record::{Record, StartRecord};

/// The magic bytes of each file.
pub const MAGIC: &[u8; 8] = b"RAIDJRNL";
/// The file format. Format 1 is from programs in which players had no entities of their own, format 2 from programs
/// without epochs, format 3 from programs whose sessions kept no terms; all can still be read.
pub const FORMAT: u32 = 4;
/// The first byte of an encoded [`Record::Start`].
const START: u8 = 0;
/// The first byte of an encoded [`Record::Tick`]; the moment follows.
const TICK: u8 = 2;
const HEAD_BYTES: usize = 24;
const FRAME_HEAD_BYTES: usize = 12;
/// How much of an entry is read at a time, so that a corrupt length allocates no memory.
const PIECE_BYTES: u64 = 1 << 20;

/// Why a file cannot be read as a journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// An I/O error.
    #[error("cannot read the journal {path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// It is not a journal.
    #[error("this is no journal of raidkeep: expected a file that begins with RAIDJRNL and the start of a world")]
    NoJournal,
    /// A later program wrote it.
    #[error("the journal has format {found}; this program reads formats up to {FORMAT}. Use the program that wrote it")]
    OtherFormat {
        /// In the file.
        found: u32,
    },
    /// It is not the first part.
    #[error(
        "this is part {part} of a journal, and a replay begins with part 0: give the file whose name ends in -0000"
    )]
    LaterPart {
        /// Which one.
        part: u32,
    },
}

/// The header of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The same in all parts of a journal.
    pub id: i64,
    /// Counted from 0.
    pub part: u32,
}

impl Head {
    /// The bytes of the header.
    pub fn encode(self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(&self.id.to_le_bytes());
        bytes.extend_from_slice(&self.part.to_le_bytes());
        bytes
    }
}

/// The frame of an entry.
///
/// # Panics
/// When the entry is 4 GiB long, which no tick comes near.
pub fn encode_frame(entry: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(entry.len()).expect("an entry should be under 4 GiB");
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&hash(entry).to_le_bytes());
    out.extend_from_slice(entry);
}

fn hash(entry: &[u8]) -> u64 {
    let mut hasher = StableHasher::default();
    hasher.write(entry);
    hasher.finish()
}

/// How the frames of a file end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FramesEnd {
    /// After a complete frame.
    Clean,
    /// At a truncated or damaged frame, at this byte.
    Torn(u64),
}

/// The entries of one file.
#[derive(Debug)]
pub struct Frames<R> {
    reader: R,
    format: u32,
    at: u64,
    end: Option<FramesEnd>,
}

impl<R: Read> Frames<R> {
    /// Reads the header.
    pub fn open(mut reader: R) -> Result<(Head, Self), JournalError> {
        let mut head = [0; HEAD_BYTES];
        reader.read_exact(&mut head).map_err(|_| JournalError::NoJournal)?;
        let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        if &head[..8] != MAGIC {
            return Err(JournalError::NoJournal);
        }
        if !(1..=FORMAT).contains(&number(8)) {
            return Err(JournalError::OtherFormat { found: number(8) });
        }
        let id = (i64::from(number(16)) << 32) | i64::from(number(12));
        Ok((Head { id, part: number(20) }, Self { reader, format: number(8), at: HEAD_BYTES as u64, end: None }))
    }

    /// How the frames ended, once there are no more.
    pub fn end(&self) -> Option<FramesEnd> {
        self.end
    }

    fn read(&mut self) -> Result<Record, FramesEnd> {
        let at = self.at;
        let entry = self.read_entry()?;
        self.decode(entry, at)
    }

    fn decode(&self, mut entry: Vec<u8>, at: u64) -> Result<Record, FramesEnd> {
        if entry.first() == Some(&START) {
            entry.extend(StartRecord::ending_of_earlier_program(self.format));
        }
        postcard::from_bytes(&entry).map_err(|_| FramesEnd::Torn(at))
    }

    /// The next entry, as [`Iterator::next`] gives it; ticks before this moment of the wall clock (unix milliseconds) are
    /// passed over, without the cost of decoding their inputs.
    pub fn next_since(&mut self, wall_ms: i64) -> Option<Record> {
        if self.end.is_some() {
            return None;
        }
        let read = loop {
            let at = self.at;
            match self.read_entry() {
                Ok(entry) if is_tick_before(&entry, wall_ms) => {}
                Ok(entry) => break self.decode(entry, at),
                Err(end) => break Err(end),
            }
        };
        read.map_err(|end| self.end = Some(end)).ok()
    }

    fn read_entry(&mut self) -> Result<Vec<u8>, FramesEnd> {
        let torn = FramesEnd::Torn(self.at);
        let mut head = Vec::with_capacity(FRAME_HEAD_BYTES);
        self.reader.by_ref().take(FRAME_HEAD_BYTES as u64).read_to_end(&mut head).map_err(|_| torn)?;
        if head.is_empty() {
            return Err(FramesEnd::Clean);
        }
        let (length, expected) = head.split_first_chunk::<4>().ok_or(torn)?;
        let (length, expected) = (u64::from(u32::from_le_bytes(*length)), expected.first_chunk::<8>().ok_or(torn)?);
        let mut entry = Vec::new();
        while (entry.len() as u64) < length {
            let piece = PIECE_BYTES.min(length - entry.len() as u64);
            let read = self.reader.by_ref().take(piece).read_to_end(&mut entry).map_err(|_| torn)?;
            if read == 0 {
                return Err(torn);
            }
        }
        if hash(&entry).to_le_bytes() != *expected {
            return Err(torn);
        }
        self.at += FRAME_HEAD_BYTES as u64 + length;
        Ok(entry)
    }
}

/// Whether an encoded entry is a tick of before this moment.
fn is_tick_before(entry: &[u8], wall_ms: i64) -> bool {
    let Ok(((variant, at), _)) = postcard::take_from_bytes::<(u8, i64)>(entry) else {
        return false;
    };
    variant == TICK && at < wall_ms
}

impl<R: Read> Iterator for Frames<R> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        if self.end.is_some() {
            return None;
        }
        match self.read() {
            Ok(record) => Some(record),
            Err(end) => {
                self.end = Some(end);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::record::{RowLayout, TickOutcome, TickRecord};
    use crate::numbers::BatchNumber;
    use crate::outside::{Epoch, WorldPlace};
    use proptest::prelude::*;

    fn journal(records: &[Record]) -> Vec<u8> {
        let mut bytes = Head { id: 1_773_115_200_000, part: 3 }.encode();
        for record in records {
            encode_frame(&postcard::to_stdvec(record).expect("plain data"), &mut bytes);
        }
        bytes
    }

    fn records() -> Vec<Record> {
        vec![Record::Checkpoint { ticks: 3, hash: 7 }, Record::Rows(vec![9; 300]), Record::End]
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let bytes = journal(&records());
        let (head, mut frames) = Frames::open(&bytes[..]).expect("a journal");
        assert_eq!(head, Head { id: 1_773_115_200_000, part: 3 });
        assert_eq!(frames.by_ref().collect::<Vec<_>>(), records());
        assert_eq!(frames.end(), Some(FramesEnd::Clean));
    }

    fn tick(wall_ms: i64) -> Record {
        let (folded_batch, before) = (BatchNumber::default(), TickOutcome::default());
        Record::Tick(TickRecord { wall_ms, real_ns: 0, folded_batch, before, inputs: Vec::new() })
    }

    #[test]
    fn ticks_before_a_moment_are_passed_over_and_nothing_else() {
        let bytes = journal(&[tick(300), Record::Checkpoint { ticks: 1, hash: 7 }, tick(-5), tick(400), tick(500)]);
        let (_, mut frames) = Frames::open(&bytes[..]).expect("a journal");
        let rest: Vec<Record> = std::iter::from_fn(|| frames.next_since(400)).collect();
        assert_eq!(rest, [Record::Checkpoint { ticks: 1, hash: 7 }, tick(400), tick(500)]);
        assert_eq!(frames.end(), Some(FramesEnd::Clean));
    }

    #[test]
    fn other_files_and_later_formats_are_told_apart() {
        assert!(matches!(Frames::open(&b"PK"[..]), Err(JournalError::NoJournal)));
        assert!(matches!(Frames::open(&[0; 40][..]), Err(JournalError::NoJournal)));
        let mut bytes = journal(&[]);
        bytes[8] = 1;
        assert!(Frames::open(&bytes[..]).is_ok(), "an earlier format is read");
        bytes[8] = 5;
        assert!(matches!(Frames::open(&bytes[..]), Err(JournalError::OtherFormat { found: 5 })));
    }

    #[test]
    fn the_start_of_a_journal_of_an_earlier_program_is_read() {
        let start = StartRecord {
            program: "raidkeep".to_owned(),
            rules: 7,
            config: "{}".to_owned(),
            wall_ms: 1_773_115_200_000,
            seed: 300,
            last_batch: BatchNumber(300),
            moment_ms: Some(5),
            functions: vec!["ping".to_owned()],
            player_tables: vec!["accounts".to_owned()],
            epoch: Epoch::BEFORE,
            place: WorldPlace::ALONE,
            layout: RowLayout::BEFORE,
        };
        let record = Record::Start(Box::new(start));
        let entry = postcard::to_stdvec(&record).expect("plain data");
        for format in [1, 2, 3, 4] {
            let ending = StartRecord::ending_of_earlier_program(format);
            assert!(entry.ends_with(&ending), "what is missing is what it means");
            let mut bytes = journal(&[]);
            bytes[8] = u8::try_from(format).expect("a small number");
            encode_frame(&entry[..entry.len() - ending.len()], &mut bytes);
            let (_, frames) = Frames::open(&bytes[..]).expect("an earlier format");
            assert_eq!(frames.collect::<Vec<_>>().as_slice(), std::slice::from_ref(&record), "format {format}");
        }
    }

    proptest! {
        #[test]
        fn a_cut_or_changed_file_gives_its_first_entries_and_nothing_else(cut in 24..400_usize, flip in any::<bool>()) {
            let mut bytes = journal(&records());
            let cut = cut.min(bytes.len() - 1);
            if flip { bytes[cut] ^= 0x40 } else { bytes.truncate(cut) }
            let (_, mut frames) = Frames::open(&bytes[..]).expect("a journal");
            let read: Vec<Record> = frames.by_ref().collect();
            prop_assert!(read.len() < 3 && read[..] == records()[..read.len()], "{:?}", read);
            prop_assert!(flip == matches!(frames.end(), Some(FramesEnd::Torn(_))) || !flip);
        }
    }
}
