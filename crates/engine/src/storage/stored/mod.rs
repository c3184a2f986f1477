//! How rows are stored, in whatever database: with a checksum behind each value, and digests of the rows that belong
//! together.
//!
//! A database gives its rows as [`StoredRows`] and takes changes as a [`FoldTarget`]; what is checked when they are read
//! ([`CheckedRows`]), and what a fold changes ([`Changes`]), is the same for all of them.

mod checked;
mod digests;
mod fold;
mod players;
mod recount;
mod rows;

pub use checked::CheckedRows;
pub use digests::{
    BUCKET_BYTES, Bucket, DIGEST_TABLE, DigestTally, Group, PLAYER_TABLES, RowDamage, bucket_of, shown_key,
    stored_checksum, stored_key, write_value,
};
pub(in crate::storage) use digests::{Digest, SoundRow, read_row, trust_row};
pub use fold::{Changes, FoldTarget, LastValues, behind_prefix};
pub(in crate::storage) use players::read_player_tables;
pub use players::{KnownPlayers, renew_player_tables};
pub(in crate::storage) use recount::{Recount, damages};
pub use rows::{EachStored, StoredRows};
