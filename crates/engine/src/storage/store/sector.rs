//! The unit in which the log is written: a sector with a checksum of its own.
//!
//! A disk writes a sector wholly or not at all. After a loss of power each sector of the last write is therefore what it
//! was before or what it should have become. A sector that is neither was damaged afterwards, and the two cases can be
//! told apart.
//!
//! Layout, numbers in little endian: checksum (u32, CRC-32 of all that follows, begun with the log's salt), place in the
//! record (u32), number of the record (u64), epoch (u64), bytes used (u16), whether it is the record's last (u8), five
//! zeros, then the bytes.

use crate::outside::Epoch;

/// What a disk writes at once, in bytes.
pub(in crate::storage) const SECTOR_BYTES: usize = 512;
const HEADER_BYTES: usize = 32;
/// The bytes of a record that fit into a sector.
const PAYLOAD_BYTES: usize = SECTOR_BYTES - HEADER_BYTES;

/// A sector as it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::storage) enum Sector<'a> {
    /// Never written.
    Blank,
    /// Neither blank nor whole, or of another log.
    Damaged,
    /// A part of a record.
    Part(Part<'a>),
}

/// A part of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::storage) struct Part<'a> {
    /// The record's number.
    pub(in crate::storage) record: u64,
    /// The epoch it was written in.
    pub(in crate::storage) epoch: Epoch,
    /// The part's place in the record, from 0.
    pub(in crate::storage) index: u32,
    /// Whether the record ends with it.
    pub(in crate::storage) is_last: bool,
    /// The bytes.
    pub(in crate::storage) payload: &'a [u8],
}

/// Reads a sector of the log with this salt.
pub(in crate::storage) fn read_sector(salt: u32, sector: &[u8; SECTOR_BYTES]) -> Sector<'_> {
    if sector.iter().all(|byte| *byte == 0) {
        return Sector::Blank;
    }
    parse(salt, sector).map_or(Sector::Damaged, Sector::Part)
}

fn parse(salt: u32, sector: &[u8; SECTOR_BYTES]) -> Option<Part<'_>> {
    let (checksum, rest) = sector.split_first_chunk()?;
    if u32::from_le_bytes(*checksum) != checksum_of(salt, rest) {
        return None;
    }
    let (index, rest) = rest.split_first_chunk()?;
    let (record, rest) = rest.split_first_chunk()?;
    let (epoch, rest) = rest.split_first_chunk()?;
    let (used, rest) = rest.split_first_chunk()?;
    let (is_last, rest) = rest.split_first()?;
    let payload = rest.get(HEADER_BYTES - 27..)?.get(..usize::from(u16::from_le_bytes(*used)))?;
    Some(Part {
        record: u64::from_le_bytes(*record),
        epoch: Epoch::from_u64(u64::from_le_bytes(*epoch)),
        index: u32::from_le_bytes(*index),
        is_last: *is_last == 1,
        payload,
    })
}

/// A record as sectors, one behind the other. An empty record takes one.
///
/// # Panics
/// When the record has more than 2 TiB, which is a bug.
pub(in crate::storage) fn into_sectors(salt: u32, record: u64, epoch: Epoch, bytes: &[u8]) -> Vec<u8> {
    let count = bytes.len().div_ceil(PAYLOAD_BYTES).max(1);
    let mut out = vec![0; count * SECTOR_BYTES];
    let mut payloads = bytes.chunks(PAYLOAD_BYTES);
    for (index, sector) in out.chunks_exact_mut(SECTOR_BYTES).enumerate() {
        let payload = payloads.next().unwrap_or_default();
        let index_in_record = u32::try_from(index).expect("a record should be under 2 TiB");
        let used = u16::try_from(payload.len()).expect("a sector should hold less than 64 KiB");
        sector[4..8].copy_from_slice(&index_in_record.to_le_bytes());
        sector[8..16].copy_from_slice(&record.to_le_bytes());
        sector[16..24].copy_from_slice(&epoch.to_u64().to_le_bytes());
        sector[24..26].copy_from_slice(&used.to_le_bytes());
        sector[26] = u8::from(index + 1 == count);
        sector[HEADER_BYTES..HEADER_BYTES + payload.len()].copy_from_slice(payload);
        let checksum = checksum_of(salt, &sector[4..]);
        sector[..4].copy_from_slice(&checksum.to_le_bytes());
    }
    out
}

/// The checksum of these bytes in the log with this salt.
pub(in crate::storage) fn checksum_of(salt: u32, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(salt);
    hasher.update(bytes);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SALT: u32 = 77;

    fn sectors(bytes: &[u8]) -> Vec<[u8; SECTOR_BYTES]> {
        let written = into_sectors(SALT, 9, Epoch::from_u64(5), bytes);
        written.as_chunks().0.to_vec()
    }

    proptest! {
        #[test]
        fn a_record_comes_back_from_its_sectors(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let sectors = sectors(&bytes);
            let mut found = Vec::new();
            for (index, sector) in sectors.iter().enumerate() {
                let Sector::Part(part) = read_sector(SALT, sector) else { panic!("a whole sector is read") };
                let is_last = index + 1 == sectors.len();
                prop_assert_eq!((part.record, part.index, part.is_last), (9, u32::try_from(index)?, is_last));
                found.extend_from_slice(part.payload);
            }
            prop_assert_eq!(found, bytes);
        }

        #[test]
        fn every_flipped_bit_is_found(bytes in proptest::collection::vec(any::<u8>(), 0..480), bit in 0..SECTOR_BYTES * 8) {
            let mut sector = sectors(&bytes)[0];
            sector[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(read_sector(SALT, &sector), Sector::Damaged);
        }
    }

    #[test]
    fn a_sector_of_another_log_is_none_of_this_one() {
        assert_eq!(read_sector(SALT + 1, &sectors(b"abc")[0]), Sector::Damaged);
        assert_eq!(read_sector(SALT, &[0; SECTOR_BYTES]), Sector::Blank);
    }
}
