//! Deletes accounts again that were deleted after the state that a world was put back to.
//!
//! The world is loaded and does not run; what it does here is put into its rows at once.

use std::time::Instant;

use bevy_ecs::prelude::*;

use crate::identity::{Account, Accounts};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::players::{self, Players};
use raidkeep_engine::storage::Rows;
use raidkeep_engine::storage::StorageError;
use raidkeep_engine::storage::store::LogRecord;
use raidkeep_engine::tick::{Moment, Simulation};
use raidkeep_engine::travel::{self, Traveller};

/// What became of the accounts that were to be deleted again.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DeletedAgain {
    /// These are gone.
    pub deleted: Vec<AccountId>,
    /// These are still there.
    pub kept: Vec<KeptAccount>,
}

/// An account that could not be deleted.
#[derive(Debug, PartialEq, Eq)]
pub struct KeptAccount {
    /// Which.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Why.
    pub why: String,
}

/// Deletes these accounts, as far as they exist and nothing prevents it, and puts that into the rows. No later account
/// gets a number up to `last`.
///
/// # Errors
/// When the rows cannot be read or written.
pub fn delete_again(
    simulation: &mut Simulation,
    rows: &Rows,
    accounts: &[AccountId],
    last: AccountId,
) -> Result<DeletedAgain, StorageError> {
    let tables = simulation.player_tables();
    let world = simulation.world_mut();
    let mut again = DeletedAgain::default();
    for account in accounts {
        if let Some(loaded) = rows.load_player(&tables, *account)? {
            match delete_one(world, *account, Some(loaded)) {
                Ok(()) => again.deleted.push(*account),
                Err(kept) => again.kept.push(kept),
            }
        }
    }
    let is_used = world.resource::<Accounts>().last() >= last;
    if is_used && again.deleted.is_empty() {
        return Ok(again);
    }
    world.resource_mut::<Accounts>().skip(last);
    let reached = rows.reached()?;
    let moment = Moment { wall_ms: reached.moment_ms, real: Instant::now(), folded_batch: reached.batch };
    let effects = simulation.tick(&mut Vec::new(), moment);
    if let Some(batch) = effects.batch {
        let mut bytes = Vec::new();
        batch.encode(&mut bytes);
        rows.fold(reached.epoch, &[LogRecord { number: reached.record + 1, bytes: bytes.into() }])?;
    }
    Ok(again)
}

fn delete_one(
    world: &mut World,
    account: AccountId,
    loaded: Option<raidkeep_engine::storage::LoadedPlayer>,
) -> Result<(), KeptAccount> {
    let unreadable = |why: String| KeptAccount { account, name: String::new(), why };
    players::restore(world, account, loaded).map_err(|refusal| unreadable(refusal.message.to_string()))?;
    let entity = world.resource::<Players>().entity(account);
    let entity = entity.ok_or_else(|| unreadable("it cannot be loaded".to_owned()))?;
    if let Some(why) = travel::obstacle(world, account) {
        let name = world.get::<Account>(entity).map(|account| account.name().to_owned()).unwrap_or_default();
        return Err(KeptAccount { account, name, why });
    }
    travel::delete(world, Traveller { account, entity });
    Ok(())
}
