//! How players prove who they are.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::Mistake;
use raidkeep_game::identity::{AttemptLimits, NewAccountLimits, PasswordCost};

/// What is longer than this is no password.
const PASSWORD_BYTES_MAX: usize = 256;
/// Every player's row of log-ins holds as many places.
const KNOWN_PLACES_MAX: usize = 64;
/// Every player's row of log-ins holds as many ended tokens.
const FORMER_TOKENS_MAX: usize = 16;

/// Tokens, passwords, attempts.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Identity {
    /// Days of game time that a token is valid.
    pub token_days: u32,
    /// The cost of a password hash.
    pub password_cost: PasswordCost,
    /// Hashes computed at the same time.
    pub password_jobs: usize,
    /// Hashes queued to be computed.
    pub password_jobs_waiting: usize,
    /// How many of them may be for one address.
    pub password_jobs_per_address: usize,
    /// Fewest bytes of a new password.
    pub password_bytes_min: usize,
    /// Failed logins.
    pub attempts: AttemptLimits,
    /// From how many places an account is remembered to have been opened.
    pub known_places: usize,
    /// How many ended tokens of an account are remembered, until they would have expired.
    pub former_tokens: usize,
    /// New accounts.
    pub new_accounts: NewAccountLimits,
    /// Days of game time after which a guest who has never played is forgotten; 0 = never.
    pub forget_guests_days: u32,
}

impl Identity {
    pub(super) fn mistakes(&self) -> impl Iterator<Item = Mistake> {
        let password = (!(1..=PASSWORD_BYTES_MAX).contains(&self.password_bytes_min))
            .then(|| ("identity.password_bytes_min", format!("expected 1 to {PASSWORD_BYTES_MAX}")));
        let held = |key, found, least, most| {
            let mistake = || (key, format!("expected {least} to {most}; every player's row holds as many"));
            (found > most).then(mistake)
        };
        let places = held("identity.known_places", self.known_places, 1, KNOWN_PLACES_MAX);
        let tokens = held("identity.former_tokens", self.former_tokens, 0, FORMER_TOKENS_MAX);
        [password, places, tokens].into_iter().flatten()
    }
}
