//! The tokens of deleted accounts, remembered until they would have expired: whoever still has one is told that it was
//! revoked. Of the account nothing is kept.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::due::DueQueue;
use crate::login::{Login, TokenFault};
use crate::storage::rows::RowScan;
use crate::storage::{Archive, ArchivedRow, StorageApp};

/// A token of a deleted account. Its key is the hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedToken {
    /// Unix seconds.
    expires_at: i64,
}

impl ArchivedRow for RevokedToken {
    const TABLE: &'static str = "revoked_tokens";
}

/// All of them, by the moment at which they would have expired.
#[derive(Debug, Default, Resource)]
pub struct RevokedTokens(DueQueue<[u8; 32]>);

impl RevokedTokens {
    /// Why this token, which no account has, is not valid.
    pub fn fault(&self, hash: &[u8; 32], now: i64) -> TokenFault {
        match self.0.moment(*hash) {
            Some(expires_at) if now < expires_at => TokenFault::Revoked,
            _ => TokenFault::Unknown,
        }
    }
}

/// Remembers the tokens of a player who is about to be deleted.
pub fn remember(world: &mut World, player: Entity) {
    let now = world.resource::<Clock>().now();
    let Some(login) = world.get::<Login>(player) else {
        return;
    };
    let tokens: Vec<_> = login.hashes().filter(|(_, at)| now < *at).map(|(hash, at)| (*hash, at)).collect();
    for (hash, expires_at) in tokens {
        world.resource_mut::<RevokedTokens>().0.set(hash, expires_at);
        world.resource_mut::<Archive>().put(&hash, &RevokedToken { expires_at });
    }
}

/// Forgets those that would have expired by now.
pub(crate) fn forget_expired(world: &mut World) {
    let now = world.resource::<Clock>().now();
    while let Some(hash) = world.resource_mut::<RevokedTokens>().0.pop(now) {
        world.resource_mut::<Archive>().delete::<RevokedToken>(&hash);
    }
}

fn restore(world: &mut World, scan: RowScan<'_>) {
    let mut revoked = world.resource_mut::<RevokedTokens>();
    scan(&mut |key, value| match (key.try_into(), RevokedToken::read(value)) {
        (Ok(hash), Ok(row)) => revoked.0.set(hash, row.expires_at),
        (_, read) => {
            let table = RevokedToken::TABLE;
            tracing::error!(table, error = ?read.err(), "a revoked token's row cannot be read; the token counts as unknown");
        }
    });
}

/// Remembers the tokens of deleted accounts.
pub struct RevokedPlugin;

impl Plugin for RevokedPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<RevokedTokens>().add_start_reader(RevokedToken::TABLE, restore);
    }
}
