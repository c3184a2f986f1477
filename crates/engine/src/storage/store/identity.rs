//! Which world a file belongs to, and what it is: the beginning of every file beside the rows.

use crate::storage::StorageError;
use crate::storage::store::sector::{SECTOR_BYTES, checksum_of};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    Log,
    Mark,
}

impl FileKind {
    fn magic(self) -> &'static [u8; 16] {
        match self {
            Self::Log => b"raidkeep log 1\n\0",
            Self::Mark => b"raidkeep mark 1\n",
        }
    }
}

/// The identity of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) kind: FileKind,
    /// The id of the world, which its rows name too.
    pub(super) world: u64,
}

impl Identity {
    /// What it takes at the beginning of a file.
    pub(super) const BYTES: usize = 32;

    /// The kind, the world, and a checksum of both.
    pub(super) fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..16].copy_from_slice(self.kind.magic());
        bytes[16..24].copy_from_slice(&self.world.to_le_bytes());
        let checksum = checksum_of(0, &bytes[..24]);
        bytes[24..28].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Checks that a file begins with this identity.
    pub(super) fn check(self, sector: &[u8; SECTOR_BYTES], name: &str) -> Result<(), StorageError> {
        let file = || name.to_owned();
        let found = &sector[..Self::BYTES];
        if found == self.to_bytes() {
            return Ok(());
        }
        let other = u64::from_le_bytes(found[16..24].try_into().unwrap_or_default());
        let is_whole = found == (Self { world: other, ..self }).to_bytes();
        Err(if is_whole {
            StorageError::OfAnotherWorld { file: file() }
        } else {
            StorageError::Damaged { file: file(), at: 0 }
        })
    }
}
