//! Players in memory: loaded at their first request, evicted when idle.
//!
//! Not here: a player's state; each feature adds its own components.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use bevy_time::{Real, Time};

use crate::account::AccountId;
use crate::barrier::barred;
use crate::clock::Clock;
use crate::closing::Closure;
use crate::events::Listeners;
use crate::login::{Login, TokenFault};
use crate::mend;
use crate::meters::Meters;
use crate::request::command::Credential;
use crate::request::parked::Parked;
use crate::request::{Need, Player, Refusal, SignIn, Unready, status};
use crate::revoked::{self, RevokedPlugin, RevokedTokens};
use crate::schedule::{Surroundings, Tick, TickSystems};
use crate::storage::{Directory, Discarded, LoadedPlayer, Stored, rows};

/// Interval between checks for idle players.
const SWEEP_INTERVAL: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy)]
struct InMemory {
    entity: Entity,
    used_at: Duration,
}

/// The players in memory.
#[derive(Debug, Default, Resource)]
pub struct Players {
    by_account: HashMap<AccountId, InMemory, foldhash::fast::FixedState>,
    /// The accounts deleted since the start: rows read before the deletion must not revive them. Their numbers are
    /// never reused.
    deleted: BTreeSet<AccountId>,
    next_sweep_at: Duration,
}

impl Players {
    /// The player's entity; errs with the need to load a player who is not in memory.
    pub fn find(&mut self, account: AccountId, now: Duration) -> Result<Entity, Need> {
        let found = self.by_account.get_mut(&account).ok_or(Need::Player(account))?;
        found.used_at = now;
        Ok(found.entity)
    }

    /// The player's entity, if in memory.
    pub fn entity(&self, account: AccountId) -> Option<Entity> {
        self.by_account.get(&account).map(|player| player.entity)
    }

    /// Adds a player who was loaded or created.
    pub fn insert(&mut self, account: AccountId, entity: Entity, now: Duration) {
        self.by_account.insert(account, InMemory { entity, used_at: now });
    }

    /// Whether the account was deleted since the start.
    pub fn is_deleted(&self, account: AccountId) -> bool {
        self.deleted.contains(&account)
    }

    /// Those in memory, in no particular order.
    pub fn in_memory(&self) -> Vec<(AccountId, Entity)> {
        self.by_account.iter().map(|(account, player)| (*account, player.entity)).collect()
    }

    /// How many are in memory.
    pub fn len(&self) -> usize {
        self.by_account.len()
    }

    /// Whether none is in memory.
    pub fn is_empty(&self) -> bool {
        self.by_account.is_empty()
    }
}

/// How long players stay in memory.
#[derive(Debug, Clone, Copy, Resource)]
pub struct PutAway {
    /// Real time without a request after which a player is evicted.
    pub idle: Duration,
}

/// Who a credential authenticates. `SignIn` is returned when the connection should remember it.
pub fn authenticate(world: &mut World, credential: &Credential) -> Result<(Player, Option<SignIn>), Unready> {
    let account = match credential {
        Credential::None => return Err(Refusal::new(status::TOKEN_NOT_PRESENT, "token not present").into()),
        Credential::Operator(_) => return Err(Refusal::invalid_token(TokenFault::Unknown).into()),
        Credential::SignedIn(sign_in) => Some(sign_in.account),
        Credential::Token(hash) => world.resource::<Directory>().find(&Login::index_key(hash))?,
    };
    let now = world.resource::<Clock>().now();
    let Some(account) = account.filter(|account| !world.resource::<Players>().is_deleted(*account)) else {
        let fault = match credential {
            Credential::Token(hash) => world.resource::<RevokedTokens>().fault(hash, now),
            _ => TokenFault::Revoked,
        };
        return Err(Refusal::invalid_token(fault).into());
    };
    let real = world.resource::<Time<Real>>().elapsed();
    let entity = world.resource_mut::<Players>().find(account, real)?;
    let login = world.get::<Login>(entity).ok_or_else(Refusal::internal)?;
    let checked = match credential {
        Credential::SignedIn(sign_in) => login.check_generation(sign_in.generation, now),
        Credential::Token(hash) => login.check_token(hash, now),
        Credential::None | Credential::Operator(_) => Err(TokenFault::Unknown),
    };
    if let Err(fault) = checked {
        return Err(barred(world, entity).unwrap_or_else(|| Refusal::invalid_token(fault)).into());
    }
    let is_new = matches!(credential, Credential::Token(_));
    let sign_in = is_new.then(|| SignIn { account, generation: login.generation() });
    Ok((Player { entity, account }, sign_in))
}

/// Puts a player into memory whose rows were read.
pub fn restore(world: &mut World, account: AccountId, rows: Option<LoadedPlayer>) -> Result<(), Refusal> {
    let now = world.resource::<Time<Real>>().elapsed();
    let players = world.resource_mut::<Players>().into_inner();
    // A request that waited for a player deleted meanwhile finds out when it is run again.
    if players.is_deleted(account) || players.find(account, now).is_ok() {
        return Ok(());
    }
    let internal = Refusal::internal();
    let Some(rows) = rows else {
        tracing::error!(%account, "the index names an account that has no rows; its requests are refused");
        return Err(internal);
    };
    match rows::spawn_stored(world, account, &rows) {
        Ok(entity) => {
            world.resource_mut::<Players>().insert(account, entity, now);
            mend::catch_up(world, account, entity);
            Ok(())
        }
        Err((table, error)) => {
            tracing::error!(%account, table, %error, "a player cannot be loaded; its requests are refused and its rows stay as they are");
            Err(internal)
        }
    }
}

/// Deletes a player from the world, and its rows from disk when the tick ends. Everything else that refers to the
/// player must be gone before.
pub fn remove(world: &mut World, account: AccountId) {
    let mut players = world.resource_mut::<Players>();
    players.deleted.insert(account);
    let in_memory = players.by_account.remove(&account);
    world.resource_mut::<Discarded>().push_player(account);
    if let Some(player) = in_memory {
        world.despawn(player.entity);
    }
}

/// Evicts the players who have been idle, if their rows are folded, and forgets the tokens of deleted ones that would have
/// expired.
pub fn put_away_idle(world: &mut World) {
    revoked::forget_expired(world);
    let now = world.resource::<Time<Real>>().elapsed();
    let players = world.resource::<Players>();
    if now >= players.next_sweep_at {
        sweep(world, now);
        world.resource_mut::<Players>().next_sweep_at = now + SWEEP_INTERVAL;
    }
    let players = world.resource::<Players>();
    if !players.is_empty() {
        let delay = players.next_sweep_at.saturating_sub(now);
        world.resource_mut::<Surroundings>().wake_within(delay);
    }
}

fn sweep(world: &mut World, now: Duration) {
    // Of a closed game nobody comes back soon.
    let is_closed = world.resource::<Closure>().is_closed();
    let idle = if is_closed { Duration::ZERO } else { world.resource::<PutAway>().idle };
    let folded_batch = world.resource::<Surroundings>().folded_batch;
    world.resource_mut::<Directory>().forget_folded(folded_batch);
    let parked = world.resource::<Parked>();
    let is_idle = |account: &AccountId, player: &InMemory| {
        now.saturating_sub(player.used_at) >= idle
            && !parked.awaits_player(*account)
            && !world.get::<Listeners>(player.entity).is_some_and(Listeners::is_connected)
            && world.get::<Stored>(player.entity).is_some_and(|stored| stored.changed_in() <= folded_batch)
    };
    let players = world.resource::<Players>().by_account.iter();
    let leaving: Vec<(AccountId, Entity)> = players
        .filter(|(account, player)| is_idle(account, player))
        .map(|(account, player)| (*account, player.entity))
        .collect();
    for (account, entity) in leaving {
        world.resource_mut::<Players>().by_account.remove(&account);
        world.despawn(entity);
    }
    let in_memory = world.resource::<Players>().len();
    world.resource::<Meters>().gauge(IN_MEMORY, &[]).set(in_memory as f64);
}

const IN_MEMORY: &str = "raidkeep_players_in_memory";

/// Begins to count the players in memory.
pub(crate) fn begin_meters(world: &mut World) {
    world.resource::<Meters>().gauge(IN_MEMORY, &[]).set(0.0);
}

/// Players in memory, and their eviction.
pub struct PlayersPlugin {
    /// Real time without a request after which a player is evicted.
    pub idle: Duration,
}

impl Default for PlayersPlugin {
    fn default() -> Self {
        Self { idle: Duration::from_secs(600) }
    }
}

impl Plugin for PlayersPlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins(RevokedPlugin).init_resource::<Players>().init_resource::<Closure>();
        app.insert_resource(PutAway { idle: self.idle });
        app.add_systems(Tick, put_away_idle.in_set(TickSystems::PutAway));
    }
}
