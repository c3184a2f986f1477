//! Sessions that earlier programs have kept in clear: sealed once, after the first start.

use bevy_app::App;
use bevy_ecs::change_detection::DetectChangesMut;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::SudIdentity;
use crate::platforms::PlatformSystems;
use crate::platforms::sud::SudSessions;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::players::Players;
use raidkeep_engine::request::{BackgroundJobs, Job, JobKey};
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::rows::RowScan;
use raidkeep_engine::storage::{Archive, ArchivedRow, EditWorld, PlayerRow, StorageApp, WorldRow, decode_value};
use raidkeep_engine::verify::inspection::account_of;

const OWNER: &str = "former sessions with SUD";

/// Whether no session is kept in clear.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
struct SessionsSealed {
    is_done: bool,
    #[serde(skip)]
    is_new: bool,
}

impl WorldRow for SessionsSealed {
    const TABLE: &'static str = "sud_sessions_sealed";
}

/// The row of an identity, written without its player in memory.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct IdentityRow(SudIdentity);

impl ArchivedRow for IdentityRow {
    const TABLE: &'static str = <SudIdentity as PlayerRow>::TABLE;
    const VERSION: u16 = <SudIdentity as PlayerRow>::VERSION;
}

/// Starts the job that seals them. A start reader of the identities.
fn seal_former(world: &mut World, scan: RowScan<'_>) {
    if world.resource::<SessionsSealed>().is_done {
        return;
    }
    let mut former: Vec<(AccountId, SudIdentity)> = Vec::new();
    scan(&mut |key, value| {
        let bound = decode_value(SudIdentity::VERSION, value, SudIdentity::upgrade).ok();
        if let (Some(account), Some(bound)) = (account_of(key), bound.filter(SudIdentity::is_in_clear)) {
            former.push((account, bound));
        }
    });
    if former.is_empty() {
        *world.resource_mut::<SessionsSealed>() = SessionsSealed { is_done: true, is_new: true };
        return;
    }
    let SudSessions(keys) = world.resource::<SudSessions>();
    let keys = keys.clone();
    let seal = move |(account, bound): (AccountId, SudIdentity)| {
        let sealed = keys.seal(&bound.ss_token)?;
        Some((account, SudIdentity { ss_token: sealed.0, ..bound }))
    };
    let job = Job::at_leisure(move || former.into_iter().filter_map(seal).collect::<Vec<(AccountId, SudIdentity)>>());
    world.resource_mut::<BackgroundJobs>().start(JobKey { owner: OWNER, number: 0 }, job);
}

/// Puts the sealed ones in their place. Without room for the job, the next start tries again.
fn take_sealed(world: &mut World) {
    for (_, fact) in world.resource_mut::<BackgroundJobs>().take_done(OWNER) {
        let Some(sealed) = fact.and_then(|fact| fact.downcast::<Vec<(AccountId, SudIdentity)>>().ok()) else {
            continue;
        };
        for (account, bound) in *sealed {
            put(world, account, bound);
        }
        world.resource_mut::<SessionsSealed>().is_done = true;
    }
}

/// A player who is in memory may have bound another session meanwhile, or be deleted.
fn put(world: &mut World, account: AccountId, sealed: SudIdentity) {
    let players = world.resource::<Players>();
    match players.entity(account) {
        None if players.is_deleted(account) => {}
        None => world.resource_mut::<Archive>().put(&account.to_key(), &IdentityRow(sealed)),
        Some(entity) => {
            if world.get::<SudIdentity>(entity).is_some_and(SudIdentity::is_in_clear)
                && let Some(mut bound) = world.edit::<SudIdentity>(entity)
            {
                bound.ss_token = sealed.ss_token;
            }
        }
    }
}

/// The first batch says it when there was nothing to seal. A start hook.
fn store_done(world: &mut World) {
    let mut sealed = world.resource_mut::<SessionsSealed>();
    if sealed.is_new {
        sealed.set_changed();
    }
}

pub(super) fn register(app: &mut App) {
    app.add_world_row::<SessionsSealed>().add_start_reader(SudIdentity::TABLE, seal_former).add_start_hook(store_done);
    let is_open = |sealed: Res<SessionsSealed>| !sealed.is_done;
    app.add_systems(Tick, take_sealed.run_if(is_open).in_set(TickSystems::Platforms).after(PlatformSystems::Push));
}
