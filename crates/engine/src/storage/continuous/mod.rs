//! The continuous archive: each record of a world's log once more, in a folder that may be on another disk.
//!
//! Below that folder each world has one of its own. Records are in segments (`segment`) of ascending sequence numbers, in
//! the sectors of the log. Now and then a copy of the rows is put beside them, a *base*. A base and the records behind it
//! give the world as of any later moment ([`restore`], [`past`]).
//!
//! Only the epoch of the world that has begun a segment (its `owner`) writes into it. Of what is there the reader takes what
//! counts (`succession`): who had the world no more may have gone on writing.
//!
//! Records that follow each other without a gap are a *line*. A new line begins, with a base of its own, where records
//! could not be archived, and where the world was put back to an earlier state. The segment that begins a line says why.
//!
//! The [`archivist`] is a thread behind the commits. Nothing waits for it: what it cannot take is a gap.
//!
//! Beside the segments is the [list of deleted accounts](deleted), so that a restore does not bring them back.

pub mod archivist;
mod bases;
pub mod check;
pub mod deleted;
mod error;
mod folder;
mod keeper;
mod owner;
pub mod past;
mod plan;
mod records;
pub mod restore;
mod segment;
mod shipper;
mod succession;
mod touches;
mod writer;

pub use archivist::Archivist;
pub use error::ArchiveError;
pub use folder::worlds;
pub use shipper::Shipper;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

/// The operator's settings for the continuous archive.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct ArchiveSettings {
    /// Its folder; empty = no archive.
    pub folder: String,
    /// Size in bytes after which a segment is closed and the next one begun.
    pub segment_bytes: u64,
    /// Bytes of records that may wait for the archive's disk; what is beyond that is a gap.
    pub queue_bytes: usize,
    /// Hours from one base to the next, while the world changes.
    pub base_hours: u32,
    /// Days that can be restored; 0 = all.
    pub keep_days: u32,
}

/// Which tables tell whom a record touches.
#[derive(Debug, Clone, Default)]
pub struct ArchivedTables {
    /// Tables of which each key begins with an account.
    pub players: Vec<String>,
    /// The one of them that says which accounts exist.
    pub identity: String,
}

/// What the archivist of a world works with.
#[derive(Debug, Clone)]
pub struct ArchiveTask {
    /// The settings.
    pub settings: ArchiveSettings,
    /// The folder of the backups, where deleted accounts are listed as well.
    pub backups: Option<PathBuf>,
    /// Which tables tell whom a record touches.
    pub tables: ArchivedTables,
}
