//! The nonces of signed queries, each of which counts once (docs/contract/match-query.md#signature). They are rows, so
//! that no query can be replayed after a restart.

use std::collections::{BTreeMap, BTreeSet};

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use serde::{Deserialize, Serialize};

use raidkeep_engine::mend::{Mend, MendApp};
use raidkeep_engine::storage::{Discarded, StorageApp, WorldEntity, WorldRow};

/// How many nonces are remembered; when full, queries are refused until the oldest have expired.
const NONCES_MAX: usize = 65_536;
/// The longest nonce that is accepted, in bytes.
const NONCE_BYTES_MAX: usize = 128;

pub(super) fn register(app: &mut App) {
    app.init_resource::<NonceBook>()
        .add_world_entities::<UsedNonce>()
        .add_world_row::<NonceHorizon>()
        .add_world_mend(mend);
}

/// A nonce that was used.
#[derive(Debug, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub(super) struct UsedNonce {
    number: u64,
    /// When its query was signed, in Unix milliseconds.
    signed_ms: i64,
    nonce: Box<str>,
}

impl WorldEntity for UsedNonce {
    const TABLE: &'static str = "nonces";

    fn key(&self) -> u64 {
        self.number
    }
}

/// When the last forgotten nonce was signed, in Unix milliseconds. Queries signed before are refused, or they could be
/// replayed once a clock that jumped ahead comes back.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub(super) struct NonceHorizon {
    forgotten_ms: i64,
}

impl WorldRow for NonceHorizon {
    const TABLE: &'static str = "nonce_horizon";
}

/// The clock was set back: queries signed from now on are answered. Of those signed before, nobody knows which were
/// used; the nonces of a later time are remembered until that time is over.
fn mend(world: &mut World, mend: &Mend) {
    let mut horizon = world.resource_mut::<NonceHorizon>();
    let mended_ms = horizon.forgotten_ms.min(mend.at.saturating_mul(1000));
    if mended_ms != horizon.forgotten_ms {
        horizon.forgotten_ms = mended_ms;
    }
}

/// The remembered nonces, by text and by age.
#[derive(Debug, Default, Resource)]
pub(super) struct NonceBook {
    by_text: BTreeMap<Box<str>, Entity>,
    by_time: BTreeSet<(i64, Box<str>)>,
    last_number: u64,
    is_restored: bool,
}

impl NonceBook {
    fn add(&mut self, used: &UsedNonce, entity: Entity) {
        self.by_text.insert(used.nonce.clone(), entity);
        self.by_time.insert((used.signed_ms, used.nonce.clone()));
        self.last_number = self.last_number.max(used.number);
    }

    fn has_room_for(&self, nonce: &str) -> bool {
        nonce.len() <= NONCE_BYTES_MAX && self.by_text.len() < NONCES_MAX && !self.by_text.contains_key(nonce)
    }

    /// Takes out the oldest nonce if it was signed before `oldest_ms`.
    fn take_older_than(&mut self, oldest_ms: i64) -> Option<(i64, Option<Entity>)> {
        let (signed_ms, _) = self.by_time.first().filter(|(signed_ms, _)| *signed_ms < oldest_ms)?;
        let signed_ms = *signed_ms;
        let (_, nonce) = self.by_time.pop_first()?;
        Some((signed_ms, self.by_text.remove(&nonce)))
    }
}

/// Remembers nonces.
#[derive(SystemParam)]
pub(super) struct Nonces<'w, 's> {
    commands: Commands<'w, 's>,
    book: ResMut<'w, NonceBook>,
    horizon: ResMut<'w, NonceHorizon>,
    stored: Query<'w, 's, (Entity, &'static UsedNonce)>,
    discarded: ResMut<'w, Discarded>,
}

impl Nonces<'_, '_> {
    /// Uses a nonce for a query that was signed at `signed_ms`. Returns `false` when it was used before, may have been,
    /// or cannot be remembered. What was signed before `oldest_ms` is not accepted any more, so it is forgotten.
    pub(super) fn take(&mut self, nonce: &str, signed_ms: i64, oldest_ms: i64) -> bool {
        if !std::mem::replace(&mut self.book.is_restored, true) {
            self.stored.iter().for_each(|(entity, used)| self.book.add(used, entity));
        }
        while let Some((signed_ms, entity)) = self.book.take_older_than(oldest_ms) {
            self.horizon.forgotten_ms = self.horizon.forgotten_ms.max(signed_ms);
            entity.into_iter().for_each(|entity| self.discarded.push(entity));
        }
        if signed_ms <= self.horizon.forgotten_ms || !self.book.has_room_for(nonce) {
            return false;
        }
        let used = UsedNonce { number: self.book.last_number + 1, signed_ms, nonce: nonce.into() };
        let entity = self.commands.spawn_empty().id();
        self.book.add(&used, entity);
        self.commands.entity(entity).insert(used);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(number: u64, signed_ms: i64, nonce: &str) -> UsedNonce {
        UsedNonce { number, signed_ms, nonce: nonce.into() }
    }

    #[test]
    fn a_nonce_has_room_once_until_it_is_too_old_to_be_accepted_at_all() {
        let mut book = NonceBook::default();
        assert!(book.has_room_for("a"));
        book.add(&used(1, 1000, "a"), Entity::PLACEHOLDER);
        book.add(&used(2, 1500, "b"), Entity::PLACEHOLDER);
        assert!(!book.has_room_for("a"), "used before");
        assert_eq!(book.take_older_than(1000), None, "it could still be replayed");
        assert_eq!(book.take_older_than(1001), Some((1000, Some(Entity::PLACEHOLDER))));
        assert_eq!(book.take_older_than(1001), None, "only the oldest are forgotten");
        assert!(book.has_room_for("a") && !book.has_room_for("b"));
        assert!(!book.has_room_for(&"x".repeat(NONCE_BYTES_MAX + 1)), "too long to be remembered");
    }
}
