//! Operators with names, passwords, roles and sessions.
//!
//! Passwords are kept as Argon2id hashes, tokens of sessions as SHA-256 hashes, secrets of second factors sealed. The
//! server's own token stays as the first admin's way in; it is no account.

mod directory;
pub mod log_in;
pub mod manage;
pub mod model;
pub mod own;
mod totp;

use std::sync::Arc;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use raidkeep_engine::address::AddressKey;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::due::{Agenda, Occasion};
use raidkeep_engine::realm::HelloSystems;
use raidkeep_engine::request::{Job, Need, Refusal, Unready};
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::StorageApp;
use raidkeep_game::identity::PasswordCost;
use raidkeep_game::identity::buckets::Buckets;
use raidkeep_game::platforms::sud::sessions::SessionKeys;

use crate::roles::Roles;
use model::{OperatorBook, OperatorSessions};

pub use directory::{KnownOperator, OperatorDirectory};
pub use log_in::OperatorLogin;
pub use own::{OperatorPassword, OperatorSelf};

/// How operators log in.
#[derive(Debug, Clone, Resource)]
pub struct OperatorSettings {
    /// The roles.
    pub roles: Arc<Roles>,
    /// The cost of a password's hash.
    pub password_cost: PasswordCost,
    /// What seals the secrets of second factors.
    pub keys: SessionKeys,
}

impl Default for OperatorSettings {
    fn default() -> Self {
        Self { roles: Arc::default(), password_cost: PasswordCost::default(), keys: SessionKeys::unknown() }
    }
}

/// Fewest characters of an operator's password.
pub(crate) const PASSWORD_CHARS_MIN: usize = 10;

/// Failed log-ins, in real time.
#[derive(Debug, Default, Resource)]
struct Failures {
    by_name: Buckets<String>,
    by_address: Buckets<Option<AddressKey>>,
}

/// The next end of a session.
const SESSION_END: Occasion = Occasion("end of an operator's session");

/// Operators as a plugin.
pub struct OperatorsPlugin {
    /// How they log in.
    pub settings: OperatorSettings,
}

impl Plugin for OperatorsPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(self.settings.clone()).init_resource::<OperatorDirectory>().init_resource::<Failures>();
        app.add_world_row::<OperatorBook>().add_world_row::<OperatorSessions>();
        log_in::register(app);
        own::register(app);
        manage::register(app);
        app.add_start_hook(|world| {
            world.resource::<OperatorDirectory>().renew(world.resource(), world.resource());
        });
        app.add_systems(Tick, end_sessions.before(HelloSystems).in_set(TickSystems::Messages));
    }
}

/// Ends sessions that are over, and tells the way in what has changed.
fn end_sessions(
    mut sessions: ResMut<OperatorSessions>,
    book: Res<OperatorBook>,
    directory: Res<OperatorDirectory>,
    mut agenda: ResMut<Agenda>,
    clock: Res<Clock>,
) {
    if agenda.pop(SESSION_END, clock.now()).is_some() {
        sessions.expire(clock.now());
    }
    if sessions.is_changed() || book.is_changed() {
        directory.renew(&sessions, &book);
        if let Some(end) = sessions.next_end() {
            agenda.set(SESSION_END, 0, end);
        }
    }
}

/// The hash of a new password, which a job computes.
fn hashed(password: &str, cost: PasswordCost, fact: Option<raidkeep_engine::request::Fact>) -> Result<String, Unready> {
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(Refusal::malformed("data.password", "10 characters or more").into());
    }
    match fact.and_then(|fact| fact.downcast::<Result<String, String>>().ok()) {
        Some(hash) => hash.map_err(|error| {
            tracing::error!(%error, "a password could not be hashed; check identity.password_cost in the configuration");
            Refusal::internal().into()
        }),
        None => {
            let password = password.to_owned();
            Err(Need::Job(Job::new(move || cost.hash(&password))).into())
        }
    }
}
