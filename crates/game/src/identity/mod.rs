//! Player identity: accounts, passwords, tokens (docs/contract/identity.md#accounts).
//!
//! Not here: what a player owns. Passwords are stored as Argon2id hashes, tokens and devices as SHA-256 hashes; none is ever
//! logged.

pub mod attempts;
pub mod buckets;
mod check;
pub mod client;
pub mod collisions;
mod devices;
mod failed_logins;
pub mod log_ins;
pub mod model;
pub mod named;
pub mod names;
pub mod newcomers;
pub mod ordered_names;
pub mod password;
pub mod platform_names;
mod renaming;
pub mod requests;
pub mod rules;
pub mod untried;
mod view;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use bevy_time::{Real, Time};
use serde::{Deserialize, Serialize};

use crate::spelling;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::CallerApp;
use raidkeep_engine::login::{Login, Token, TokenEnd};
use raidkeep_engine::meters::Meters;
use raidkeep_engine::players::{Players, put_away_idle};
use raidkeep_engine::request::{Anyone, LoggedIn, Refusal, SignIn};
use raidkeep_engine::rules::RulesApp;
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::rows::spawn_newcomer;
use raidkeep_engine::storage::{ArchivedRow, Directory, EditWorld, NotLookedUp, StorageApp, WorldRow};
use raidkeep_engine::travel::{PortabilityApp, Traveller};
use raidkeep_engine::verify::VerifyApp;

pub use attempts::{AttemptLimits, Attempts, LoginAttempt};
pub use client::ClientAddress;
pub use devices::{DeviceHash, GivenId};
pub use log_ins::{LogInWay, LogIns};
pub use model::{Account, ONCE_SECONDS, account_in_row};
pub use named::{NO_SUCH_PLAYER, PlayersByName, player_numbered};
pub use names::{find_by_name, find_by_name_with, find_owner, is_name_taken};
pub use newcomers::{NewAccountLimits, NewAccounts};
pub use ordered_names::{FoundName, LateNames, NameSearch};
pub use password::PasswordCost;
pub use platform_names::{TakenName, TakenNames};
pub use renaming::{IdentityFault, give_email, may_be_called, may_be_reached, rename, unbind_device};
pub use rules::NameRules;
pub use untried::{PlayedNotes, UntriedGuests, note_played};

/// The number of the next account.
#[derive(Debug, Resource, Serialize, Deserialize)]
pub struct Accounts {
    next: u64,
}

impl Default for Accounts {
    fn default() -> Self {
        Self { next: 1 }
    }
}

impl Accounts {
    /// The number of the last account that was made: every account of now has at most this one, and every later one a
    /// higher one.
    pub fn last(&self) -> AccountId {
        AccountId(self.next - 1)
    }

    /// Gives no account that is made from now on the number of this one, or a lower one.
    pub fn skip(&mut self, account: AccountId) {
        self.next = self.next.max(account.0.saturating_add(1));
    }
}

impl WorldRow for Accounts {
    const TABLE: &'static str = "next_account";
}

/// Settings of the operator.
#[derive(Debug, Clone, Resource)]
pub struct IdentitySettings {
    /// How long a token is valid, in seconds of game time.
    pub token_seconds: i64,
    /// What a password hash costs.
    pub password_cost: PasswordCost,
    /// Fewest bytes of a new password.
    pub password_bytes_min: usize,
    /// How many failed attempts are allowed.
    pub attempts: AttemptLimits,
    /// From how many places an account is remembered to have been opened.
    pub known_places: usize,
    /// How many ended tokens of an account are remembered, until they would have expired.
    pub former_tokens: usize,
    /// How many accounts may be made.
    pub new_accounts: NewAccountLimits,
    /// After how many seconds of game time a guest who has never played is forgotten. 0 = never.
    pub forget_guests_seconds: i64,
}

impl Default for IdentitySettings {
    fn default() -> Self {
        Self {
            token_seconds: 30 * 86_400,
            password_cost: PasswordCost::default(),
            password_bytes_min: 6,
            attempts: AttemptLimits::default(),
            known_places: 8,
            former_tokens: 4,
            new_accounts: NewAccountLimits::default(),
            forget_guests_seconds: 7 * 86_400,
        }
    }
}

/// Normalizes an e-mail address for comparison: letter case and surrounding spaces are ignored.
fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The account with this e-mail address.
pub fn find_by_email(directory: &Directory, email: &str) -> Result<Option<AccountId>, NotLookedUp> {
    directory.find(&names::email(email))
}

/// The account of the guest with this device.
pub fn find_by_device(directory: &Directory, device: &DeviceHash) -> Result<Option<AccountId>, NotLookedUp> {
    directory.find(&device.key())
}

/// The refusal of a request that names somebody else's role.
pub const NOT_YOUR_ROLE: Refusal = Refusal::new(403, "role: expected your own username");

/// `role` is the username, in any spelling by which it is found, and must be the caller's own
/// (docs/contract/identity.md#roles).
pub fn own_role(account: &Account, role: &str) -> Result<(), Refusal> {
    if spelling::is_same(account.name(), role) { Ok(()) } else { Err(NOT_YOUR_ROLE) }
}

/// Creates an account with everything a newcomer has.
fn create(world: &mut World, describe: impl FnOnce(AccountId, i64) -> Account) -> (AccountId, Entity) {
    let account = next_account(world);
    let described = describe(account, world.resource::<Clock>().now());
    let known_as = platform_names::of_new(world, account, described.name());
    let described = described.known_as(known_as);
    admit(world, |entity| {
        entity.insert(described);
    })
}

/// The number of the next account. Numbers are never reused.
pub fn next_account(world: &World) -> AccountId {
    AccountId(world.resource::<Accounts>().next)
}

/// Admits a new player. `dress` adds the components beyond those of every newcomer, at least the [`Account`].
pub fn admit(world: &mut World, dress: impl FnOnce(&mut EntityWorldMut<'_>)) -> (AccountId, Entity) {
    let account = next_account(world);
    world.resource_mut::<Accounts>().next += 1;
    let entity = spawn_newcomer(world, account);
    dress(&mut world.entity_mut(entity));
    let described = world.get::<Account>(entity).cloned().unwrap_or_default();
    names::enter(world, account, described.name());
    let mut directory = world.resource_mut::<Directory>();
    for key in described.own_keys() {
        directory.set(key, Some(account));
    }
    let now = world.resource::<Time<Real>>().elapsed();
    world.resource_mut::<Players>().insert(account, entity, now);
    (account, entity)
}

/// A deleted player is no longer found by name or token.
fn forget_names(world: &mut World, player: Traveller) {
    let described = world.get::<Account>(player.entity).cloned().unwrap_or_default();
    let tokens = world.get::<Login>(player.entity).map(Login::keys);
    names::leave(world, player.account, described.name());
    let mut directory = world.resource_mut::<Directory>();
    for key in described.own_keys().into_iter().chain(tokens.into_iter().flatten()) {
        directory.set(key, None);
    }
}

/// Ends tokens.
#[derive(SystemParam)]
pub struct Tokens<'w> {
    directory: ResMut<'w, Directory>,
    settings: Res<'w, IdentitySettings>,
    clock: Res<'w, Clock>,
}

impl Tokens<'_> {
    /// Revokes the token of a client that sent abnormal data.
    pub fn revoke(&mut self, login: &mut Login) {
        for key in login.end(TokenEnd::Revoked, self.clock.now(), self.settings.former_tokens) {
            self.directory.set(key, None);
        }
    }
}

/// Ends the token of a player, if it has one.
pub fn end_token(world: &mut World, player: Entity, ending: TokenEnd) {
    let (now, most) = (world.resource::<Clock>().now(), world.resource::<IdentitySettings>().former_tokens);
    world.resource_scope(|world, mut directory: Mut<Directory>| {
        let forgotten = world.edit::<Login>(player).map(|mut login| login.end(ending, now, most));
        forgotten.into_iter().flatten().for_each(|key| directory.set(key, None));
    });
}

/// Gives the player a new token, which replaces the previous one.
fn log_in(world: &mut World, player: Traveller, caller: &Anyone, way: LogInWay) -> LoggedIn {
    let Traveller { account, entity } = player;
    log_ins::note(world, entity, caller.address, way);
    let token = Token::new(caller.token);
    let now = world.resource::<Clock>().now();
    let IdentitySettings { token_seconds, former_tokens, .. } = *world.resource::<IdentitySettings>();
    let generation = world.resource_scope(|world, mut directory: Mut<Directory>| {
        let mut login = world.edit::<Login>(entity)?;
        for forgotten in login.end(TokenEnd::Replaced, now, former_tokens) {
            directory.set(forgotten, None);
        }
        directory.set(login.issue(&token, now + token_seconds), Some(account));
        Some(login.generation())
    });
    let sign_in = SignIn { account, generation: generation.unwrap_or_default() };
    LoggedIn { sign_in, role: None, token }
}

/// Accounts, `signup`, `login`, `login_unique` and `ping`.
#[derive(Default)]
pub struct IdentityPlugin {
    /// Settings of the operator.
    pub settings: IdentitySettings,
}

impl Plugin for IdentityPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(self.settings.clone());
        app.init_resource::<Attempts>().init_resource::<NewAccounts>();
        app.add_rules::<NameRules>();
        app.add_identity_rows::<Account>(model::name_in_row).add_player_rows::<Login>().add_player_rows::<LogIns>();
        app.add_world_row::<Accounts>();
        names::register(app);
        ordered_names::register(app);
        devices::register(app);
        app.init_resource::<TakenNames>().add_archived_rows::<TakenName>();
        app.add_start_reader(TakenName::TABLE, platform_names::restore);
        app.add_arrival(platform_names::note_arrival).add_farewell(platform_names::note_departure);
        app.add_farewell(forget_names);
        // Last, because the farewells before it ask who has never played.
        app.init_resource::<UntriedGuests>().add_archived_rows::<untried::UntriedGuest>();
        app.add_start_reader(untried::UntriedGuest::TABLE, untried::restore);
        app.add_change_hook(note_played).add_farewell(untried::note_departure);
        app.add_start_hook(|world| drop(world.resource::<Meters>().counter(untried::FORGOTTEN, &[])));
        app.add_systems(Tick, untried::forget.in_set(TickSystems::PutAway).before(put_away_idle));
        app.add_check("accounts and their names", check::check);
        failed_logins::register(app);
        requests::register(app);
        view::register(app);
    }
}
