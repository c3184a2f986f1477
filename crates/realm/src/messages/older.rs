//! Whether the realm is an older copy than the one that the worlds have heard.

use raidkeep_engine::realm::RealmTaken;
use raidkeep_engine::storage::{ArchivedRow, RowQuery, Rows, StorageError, WorldRow};

use crate::messages::{KeptMessage, MessageTotals, key};

/// The realm is older than what a world has taken of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "world {world} has taken message {taken} of the realm, but the realm {ends}: it is an older copy, or another one. Put back the \
     newer files of the realm; or start once with --accept-realm, and what the realm has said since its copy was made stays in the \
     worlds, while gift codes, operators and bans of that time are lost"
)]
pub struct RealmIsOlder {
    /// The world.
    pub world: u32,
    /// The message that it took last.
    pub taken: u64,
    /// What the realm has instead.
    ends: String,
}

/// Compares the realm at rest with what a world has taken of it.
///
/// # Errors
/// [`RealmIsOlder`], inside of what reading the rows may fail with.
pub fn check_realm(rows: &Rows, world: u32, taken: RealmTaken) -> Result<Result<(), RealmIsOlder>, StorageError> {
    let totals = rows.only_row(MessageTotals::TABLE)?;
    let totals = totals.and_then(|row| MessageTotals::read(&row).ok()).unwrap_or_default();
    let total = totals.0.get(&world).cloned().unwrap_or_default();
    let older = |ends: String| Ok(Err(RealmIsOlder { world, taken: taken.number, ends }));
    if taken.number > total.last {
        return older(format!("has written {} to it", total.last));
    }
    if taken.number <= total.deleted {
        return Ok(Ok(()));
    }
    let found = rows.read(&RowQuery::one(KeptMessage::TABLE, &key(world, taken.number)))?;
    let kept = found.first().and_then(|(_, value)| KeptMessage::read(value).ok());
    match kept {
        Some(kept) if kept.epoch == taken.epoch => Ok(Ok(())),
        Some(_) => older("has written another message under this number".to_owned()),
        None => older("does not have that message".to_owned()),
    }
}
