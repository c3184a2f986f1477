//! What tells a row that is damaged, has vanished or is of another time: a checksum behind each row's value, and digests
//! of the rows that belong together.
//!
//! There is a digest of each table, of each player's rows, and of each bucket of the index, so that whoever reads a
//! whole table, a player or a name learns whether something is missing. They change in the transaction that changes
//! the rows. The index is stored by bucket, so that a bucket's entries are adjacent.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::Hasher;

use crate::account::AccountId;
use crate::hash::StableHasher;
use crate::storage::StorageError;
use crate::storage::directory::INDEX_TABLE;
use crate::storage::stored::FoldTarget;

/// The table of the digests, and of which tables hold players.
pub const DIGEST_TABLE: &str = "row_digests";
/// The key of the names of the tables that hold players.
pub const PLAYER_TABLES: &[u8] = b"k";
/// What the keys of the accounts' digests begin with.
pub(super) const ACCOUNT_DIGESTS: u8 = b'p';

const CHECKSUM_BYTES: usize = 4;
/// How many bytes the keys of the index are stored behind.
pub const BUCKET_BYTES: usize = 2;

/// What the keys of the index are stored behind.
pub type Bucket = [u8; BUCKET_BYTES];

/// A row that is not what was written, or a group of rows of which something is missing or of another time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowDamage {
    /// The table.
    pub table: String,
    /// The row's key; empty for a group of rows.
    pub key: Vec<u8>,
    /// Whose row it is, if it is an account's.
    pub account: Option<AccountId>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for RowDamage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "table {}", self.table)?;
        if !self.key.is_empty() {
            out.write_str(", row ")?;
            self.key.iter().try_for_each(|byte| write!(out, "{byte:02x}"))?;
        }
        if let Some(account) = self.account {
            write!(out, " of {account}")?;
        }
        write!(out, ": {}", self.what)
    }
}

/// A row as it was written.
#[derive(Debug, Clone, Copy)]
pub(in crate::storage) struct SoundRow<'a> {
    pub(in crate::storage) key: &'a [u8],
    pub(in crate::storage) value: &'a [u8],
    checksum: u32,
}

fn checksum_of(table: &str, key: &[u8], value: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for part in [table.as_bytes(), key] {
        // With its length, so that no byte can move from one part to the next.
        hasher.update(&(part.len() as u32).to_le_bytes());
        hasher.update(part);
    }
    hasher.update(value);
    hasher.finalize()
}

/// The bucket of a name.
pub fn bucket_of(key: &[u8]) -> Bucket {
    let mut hasher = StableHasher::default();
    hasher.write(key);
    let hash = hasher.finish();
    [hash as u8, (hash >> 32) as u8]
}

/// The key under which a row is stored.
pub fn stored_key<'a>(table: &str, key: &'a [u8]) -> Cow<'a, [u8]> {
    if table == INDEX_TABLE { [&bucket_of(key), key].concat().into() } else { key.into() }
}

/// The key of a stored row.
pub fn shown_key<'a>(table: &str, stored_key: &'a [u8]) -> &'a [u8] {
    let hidden = if table == INDEX_TABLE { BUCKET_BYTES } else { 0 };
    stored_key.get(hidden..).unwrap_or_default()
}

/// Replaces `out` with the value as it is stored; returns its checksum.
pub fn write_value(table: &str, key: &[u8], value: &[u8], out: &mut Vec<u8>) -> u32 {
    let checksum = checksum_of(table, key, value);
    out.clear();
    out.extend_from_slice(value);
    out.extend_from_slice(&checksum.to_le_bytes());
    checksum
}

/// The checksum behind a stored value.
pub fn stored_checksum(stored: &[u8]) -> u32 {
    stored.last_chunk().copied().map_or(0, u32::from_le_bytes)
}

/// The row, if it is what was written.
pub(in crate::storage) fn read_row<'a>(
    table: &str,
    stored_key: &'a [u8],
    stored: &'a [u8],
) -> Result<SoundRow<'a>, RowDamage> {
    let key = shown_key(table, stored_key);
    let row = stored.split_last_chunk::<CHECKSUM_BYTES>().map(|(value, checksum)| {
        let checksum = u32::from_le_bytes(*checksum);
        SoundRow { key, value, checksum }
    });
    let is_in_place = table != INDEX_TABLE || stored_key.starts_with(&bucket_of(key));
    let is_sound = |row: &SoundRow<'_>| row.checksum == checksum_of(table, key, row.value) && is_in_place;
    row.filter(is_sound).ok_or_else(|| RowDamage {
        table: table.to_owned(),
        key: key.to_vec(),
        account: None,
        what: "the row is damaged: its checksum does not fit".to_owned(),
    })
}

/// The row, whatever it is worth.
pub(in crate::storage) fn trust_row<'a>(table: &str, stored_key: &'a [u8], stored: &'a [u8]) -> SoundRow<'a> {
    let (value, checksum) = stored.split_last_chunk::<CHECKSUM_BYTES>().unwrap_or((stored, &[0; 4]));
    SoundRow { key: shown_key(table, stored_key), value, checksum: u32::from_le_bytes(*checksum) }
}

/// Rows that have a digest together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group<'a> {
    /// All rows of a table.
    Table(&'a str),
    /// The rows of an account in the tables that hold players.
    Account(AccountId),
    /// The entries of the index whose stored keys begin with this.
    Bucket(Bucket),
}

impl<'a> Group<'a> {
    /// The key of its digest.
    pub fn key(&self) -> Vec<u8> {
        match self {
            Self::Table(name) => [b"t", name.as_bytes()].concat(),
            Self::Account(account) => [&[ACCOUNT_DIGESTS][..], &account.to_key()].concat(),
            Self::Bucket(bucket) => [&b"i"[..], bucket].concat(),
        }
    }

    /// What the stored keys of its rows begin with, in whatever tables they are.
    pub fn prefix(&self) -> Vec<u8> {
        match self {
            Self::Table(_) => Vec::new(),
            Self::Account(account) => account.to_key().to_vec(),
            Self::Bucket(bucket) => bucket.to_vec(),
        }
    }

    fn from_key(key: &'a [u8]) -> Option<Self> {
        match key.split_first()? {
            (b't', name) => Some(Self::Table(std::str::from_utf8(name).ok()?)),
            (&ACCOUNT_DIGESTS, account) => Some(Self::Account(AccountId::from_key(account.try_into().ok()?))),
            (b'i', bucket) => Some(Self::Bucket(bucket.try_into().ok()?)),
            _ => None,
        }
    }

    /// What is wrong when the digest does not fit.
    pub(super) fn damage(&self) -> RowDamage {
        let gone = "are missing, or of another time";
        let (table, account, what) = match self {
            Self::Table(name) => (*name, None, format!("rows of this table {gone}")),
            Self::Account(account) => (DIGEST_TABLE, Some(*account), format!("rows of this account {gone}")),
            Self::Bucket([first, second]) => {
                (INDEX_TABLE, None, format!("names in bucket {first:02x}{second:02x} {gone}"))
            }
        };
        RowDamage { table: table.to_owned(), key: Vec::new(), account, what }
    }
}

/// The number of rows in a group, and the sum of their checksums; or a change of both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::storage) struct Digest {
    count: u64,
    sum: u64,
}

impl Digest {
    const BYTES: usize = 16;

    pub(super) fn add(&mut self, row: SoundRow<'_>) {
        self.add_checksum(row.checksum);
    }

    fn add_checksum(&mut self, checksum: u32) {
        self.merge(Self { count: 1, sum: checksum.into() });
    }

    fn subtract_checksum(&mut self, checksum: u32) {
        self.merge(Self { count: 1_u64.wrapping_neg(), sum: u64::from(checksum).wrapping_neg() });
    }

    fn merge(&mut self, other: Self) {
        self.count = self.count.wrapping_add(other.count);
        self.sum = self.sum.wrapping_add(other.sum);
    }

    fn encode(self, key: &[u8]) -> Vec<u8> {
        let mut bytes = [self.count.to_le_bytes(), self.sum.to_le_bytes()].concat();
        bytes.extend(checksum_of(DIGEST_TABLE, key, &bytes).to_le_bytes());
        bytes
    }

    /// The digest that is kept of a group: of no rows when there is none, `None` when it is damaged.
    pub(super) fn kept(group: &Group<'_>, stored: Option<&[u8]>) -> Option<Self> {
        stored.map_or(Some(Self::default()), |stored| Self::decode(&group.key(), stored))
    }

    fn decode(key: &[u8], stored: &[u8]) -> Option<Self> {
        let row = read_row(DIGEST_TABLE, key, stored).ok()?;
        let (count, sum) = row.value.split_first_chunk::<8>().filter(|_| row.value.len() == Self::BYTES)?;
        Some(Self { count: u64::from_le_bytes(*count), sum: u64::from_le_bytes(sum.try_into().ok()?) })
    }
}

/// A digest that is kept, and the group it is of; `None` for what is damaged, or known to nobody.
pub(super) fn read_digest<'a>(key: &'a [u8], stored: &[u8]) -> (Option<Group<'a>>, Option<Digest>) {
    (Group::from_key(key), Digest::decode(key, stored))
}

/// How the digests change with rows that are written and removed.
pub struct DigestTally<'a> {
    player_tables: &'a BTreeSet<String>,
    changes: BTreeMap<Group<'a>, Digest>,
}

impl<'a> DigestTally<'a> {
    /// No changes yet; each account has a digest of its rows in these tables.
    pub fn new(player_tables: &'a BTreeSet<String>) -> Self {
        Self { player_tables, changes: BTreeMap::new() }
    }

    /// Takes in a row that is written.
    pub fn add(&mut self, table: &'a str, key: &[u8], checksum: u32) {
        self.each_group(table, key, |digest| digest.add_checksum(checksum));
    }

    /// Takes in a row that is removed, or overwritten.
    pub fn subtract(&mut self, table: &'a str, key: &[u8], checksum: u32) {
        self.each_group(table, key, |digest| digest.subtract_checksum(checksum));
    }

    fn each_group(&mut self, table: &'a str, key: &[u8], mut change: impl FnMut(&mut Digest)) {
        change(self.changes.entry(Group::Table(table)).or_default());
        if table == INDEX_TABLE {
            change(self.changes.entry(Group::Bucket(bucket_of(key))).or_default());
        } else if let (Some(account), true) = (key.first_chunk(), self.player_tables.contains(table)) {
            change(self.changes.entry(Group::Account(AccountId::from_key(*account))).or_default());
        }
    }

    /// Only the accounts' digests.
    pub(super) fn retain_accounts(&mut self) {
        self.changes.retain(|group, _| matches!(group, Group::Account(_)));
    }

    /// Changes the digests. One that is damaged stays so, to be found by whoever reads its rows.
    ///
    /// # Errors
    /// When the database fails.
    pub fn apply(&self, target: &mut dyn FoldTarget) -> Result<(), StorageError> {
        let changes = self.changes.iter().filter(|(_, change)| **change != Digest::default());
        let (keys, changes): (Vec<_>, Vec<&Digest>) = changes.map(|(group, change)| (group.key(), change)).unzip();
        let mut kept = Vec::with_capacity(keys.len());
        for ((key, change), stored) in keys.iter().zip(changes).zip(target.digests(&keys)?) {
            let digest = stored.map_or(Some(Digest::default()), |stored| Digest::decode(key, &stored));
            let Some(mut digest) = digest else {
                continue;
            };
            digest.merge(*change);
            kept.push((key.clone(), (digest != Digest::default()).then(|| digest.encode(key))));
        }
        target.keep_digests(&kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flipped_bit_anywhere_in_a_row_is_found() {
        for table in ["energy", INDEX_TABLE] {
            let key = stored_key(table, b"name:ann").into_owned();
            let mut stored = Vec::new();
            write_value(table, b"name:ann", b"value", &mut stored);
            let row = read_row(table, &key, &stored).expect("it is as it was written");
            assert_eq!((row.key, row.value), (&b"name:ann"[..], &b"value"[..]));
            for bit in 0..(key.len() + stored.len()) * 8 {
                let mut all = [&key[..], &stored].concat();
                all[bit / 8] ^= 1 << (bit % 8);
                let (key, stored) = all.split_at(key.len());
                assert!(read_row(table, key, stored).is_err(), "bit {bit} in a row of {table}");
            }
            assert!(read_row("another", &key, &stored).is_err(), "a row of another table");
        }
    }

    #[test]
    fn a_digest_knows_how_many_rows_there_are_and_which() {
        let mut digest = Digest::default();
        digest.add_checksum(7);
        digest.add_checksum(0);
        assert_ne!(digest, {
            let mut other = Digest::default();
            other.add_checksum(7);
            other
        });
        let stored = digest.encode(b"p1");
        assert_eq!(Digest::decode(b"p1", &stored), Some(digest));
        assert_eq!(Digest::decode(b"p2", &stored), None, "the digest of another group");
        digest.subtract_checksum(7);
        digest.subtract_checksum(0);
        assert_eq!(digest, Digest::default());
    }
}
