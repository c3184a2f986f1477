//! Guests who have never played: they are forgotten after a while, so that nobody fills the disk by logging in.
//!
//! A guest has played once it has sent any request that could change something. Until then a row says when it was
//! last seen: when it logged in, or was still connected at the time to forget it. The row is written and deleted in the
//! batch of whatever is the reason.

use std::collections::BTreeSet;

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use bevy_time::{Real, Time};
use serde::{Deserialize, Serialize};

use crate::identity::IdentitySettings;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::due::DueQueue;
use raidkeep_engine::events::Listeners;
use raidkeep_engine::meters::Meters;
use raidkeep_engine::players::Players;
use raidkeep_engine::request::reply::Outbox;
use raidkeep_engine::schedule::Surroundings;
use raidkeep_engine::storage::rows::RowScan;
use raidkeep_engine::storage::{Archive, ArchivedRow};
use raidkeep_engine::travel::{self, Traveller};

/// The counter of guests who were forgotten.
pub(super) const FORGOTTEN: &str = "raidkeep_guests_forgotten_total";
/// This many are looked after in one tick, so that no request waits for all of them.
const PER_TICK_MAX: usize = 256;

/// A guest who has never played. Its key is the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UntriedGuest {
    /// Unix seconds.
    seen_at: i64,
}

impl ArchivedRow for UntriedGuest {
    const TABLE: &'static str = "untried_guests";
}

/// All of them.
#[derive(Debug, Default, Resource)]
pub struct UntriedGuests {
    /// By when each was last seen.
    by_last_seen: DueQueue<AccountId>,
    /// Those to forget as soon as they are in memory.
    loading: BTreeSet<AccountId>,
}

impl UntriedGuests {
    /// Whether this is one of them.
    pub fn contains(&self, account: AccountId) -> bool {
        self.by_last_seen.moment(account).is_some() || self.loading.contains(&account)
    }

    fn note(&mut self, account: AccountId, seen_at: i64) {
        self.loading.remove(&account);
        self.by_last_seen.set(account, seen_at);
    }

    fn remove_noted(&mut self, account: AccountId, archive: &mut Archive) {
        if self.contains(account) {
            self.by_last_seen.cancel(account);
            self.loading.remove(&account);
            archive.delete::<UntriedGuest>(&account.to_key());
        }
    }
}

/// A guest has been made, or is here again without having played.
pub(super) fn note_seen(world: &mut World, account: AccountId) {
    let seen_at = world.resource::<Clock>().now();
    world.resource_mut::<UntriedGuests>().note(account, seen_at);
    world.resource_mut::<Archive>().put(&account.to_key(), &UntriedGuest { seen_at });
}

/// The player is no guest who never played, from now on.
pub fn note_played(world: &mut World, account: AccountId) {
    world.resource_scope(|world, mut guests: Mut<UntriedGuests>| {
        guests.remove_noted(account, &mut world.resource_mut::<Archive>());
    });
}

/// Notes that players have played, for handlers that change nothing else in this world.
#[derive(SystemParam)]
pub struct PlayedNotes<'w> {
    guests: ResMut<'w, UntriedGuests>,
    archive: ResMut<'w, Archive>,
}

impl PlayedNotes<'_> {
    /// The player is no guest who never played, from now on.
    pub fn note(&mut self, account: AccountId) {
        self.guests.remove_noted(account, &mut self.archive);
    }
}

/// The player is deleted.
pub(super) fn note_departure(world: &mut World, player: Traveller) {
    note_played(world, player.account);
}

/// Reads the guests at the start.
pub(super) fn restore(world: &mut World, scan: RowScan<'_>) {
    let mut guests = world.resource_mut::<UntriedGuests>();
    scan(&mut |key, value| match (key.try_into(), UntriedGuest::read(value)) {
        (Ok(key), Ok(row)) => guests.note(AccountId::from_key(key), row.seen_at),
        (_, read) => {
            let table = UntriedGuest::TABLE;
            tracing::error!(table, ?key, error = ?read.err(), "a guest's row cannot be read; the guest is kept");
        }
    });
}

/// Forgets the guests whose time has come. Those who are not in memory are loaded first, because what is to be removed
/// follows from their rows.
pub(super) fn forget(world: &mut World) {
    let after = world.resource::<IdentitySettings>().forget_guests_seconds;
    if after == 0 {
        return;
    }
    let (now, real) = (world.resource::<Clock>().now(), world.resource::<Time<Real>>().elapsed());
    let mut here = Vec::new();
    world.resource_scope(|world, mut guests: Mut<UntriedGuests>| {
        let players = world.resource::<Players>();
        here.extend(guests.loading.extract_if(.., |account| players.entity(*account).is_some()));
        let due: Vec<AccountId> = guests.by_last_seen.due(now - after).take(PER_TICK_MAX).collect();
        for account in due {
            if world.resource_mut::<Players>().find(account, real).is_ok() {
                here.push(account);
            } else {
                guests.by_last_seen.cancel(account);
                guests.loading.insert(account);
                world.resource_mut::<Outbox>().players.push(account);
            }
        }
    });
    let forgotten = here.into_iter().filter(|account| forget_one(world, *account)).count();
    if forgotten > 0 {
        tracing::info!(forgotten, "forgot guests who have never played");
        world.resource::<Meters>().counter(FORGOTTEN, &[]).increment(forgotten as u64);
    }
    if let Some(at) = world.resource::<UntriedGuests>().by_last_seen.next_at() {
        let delay = world.resource::<Clock>().real_time_until(at + after);
        delay.into_iter().for_each(|delay| world.resource_mut::<Surroundings>().wake_within(delay));
    }
}

/// Whether the guest could be deleted now. One who is connected, or whom something keeps, is looked at again after another
/// such while.
fn forget_one(world: &mut World, account: AccountId) -> bool {
    let Some(entity) = world.resource::<Players>().entity(account) else {
        return false;
    };
    let is_connected = world.get::<Listeners>(entity).is_some_and(Listeners::is_connected);
    if is_connected || travel::obstacle(world, account).is_some() {
        note_seen(world, account);
        return false;
    }
    travel::delete(world, Traveller { account, entity });
    true
}
