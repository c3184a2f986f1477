//! How players prove who they are.

use schemars::JsonSchema;
use serde::Deserialize;

use raidkeep_game::identity::{AttemptLimits, NewAccountLimits, PasswordCost};

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
