//! Accounts.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::identity::rules::is_plausible_email;
use crate::identity::{names, password};
use crate::spelling;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::storage::{Arrival, Claim, IndexKey, PlayerRow, Unfit, decode_value};

/// Part of every guest's name, and of no name that can be signed up.
pub const GUEST_MARK: char = '#';

/// The longest name that rules may allow, in characters.
const NAME_CHARS_MAX: usize = 64;

fn guest_name(account: AccountId) -> String {
    format!("玩家{GUEST_MARK}{}", account.0)
}

/// Whether it is a guest's name, however the mark is encoded.
pub(super) fn is_guest_name(name: &str) -> bool {
    spelling::folded(name).contains(GUEST_MARK)
}

/// The name in an account's row, for people who inspect rows.
pub(super) fn name_in_row(value: &[u8]) -> Option<String> {
    decode_value(Account::VERSION, value, Account::upgrade).ok().map(|account: Account| account.name)
}

/// Who a player is. Rarely changes.
#[derive(Debug, Clone, Default, Component, Serialize, Deserialize)]
pub struct Account {
    name: String,
    email: Option<String>,
    unique_id: Option<String>,
    password_hash: Option<String>,
    created_at: i64,
}

impl Account {
    /// A guest, identified by a number that the device made up.
    pub fn guest(account: AccountId, unique_id: &str, created_at: i64) -> Self {
        Self { name: guest_name(account), unique_id: Some(unique_id.to_owned()), created_at, ..Self::default() }
    }

    /// A player who signed up.
    pub fn registered(name: String, email: String, password_hash: String, created_at: i64) -> Self {
        Self { name, email: Some(email), password_hash: Some(password_hash), created_at, unique_id: None }
    }

    /// The name others see; unique in the world.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The Argon2id hash of the password; guests have none.
    pub fn password_hash(&self) -> Option<&str> {
        self.password_hash.as_deref()
    }

    /// The index keys that no other account can have, apart from its name.
    pub fn own_keys(&self) -> Vec<IndexKey> {
        let email = self.email.as_deref().map(names::email);
        email.into_iter().chain(self.unique_id.as_deref().map(names::unique_id)).collect()
    }
}

impl PlayerRow for Account {
    const TABLE: &'static str = "accounts";

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    fn arrive(&mut self, arrival: Arrival<'_>) -> Result<(), Unfit> {
        if self.email.is_none() && self.unique_id.is_none() {
            return Err(Unfit::at("", "expected an email or a unique_id, without which nobody can log in"));
        }
        if self.email.as_deref().is_some_and(|email| !is_plausible_email(email)) {
            return Err(Unfit::at("email", "is no e-mail address"));
        }
        if self.password_hash.as_deref().is_some_and(|hash| !password::is_hash(hash)) {
            return Err(Unfit::at("password_hash", "is no Argon2id hash of a password"));
        }
        // A guest's name contains its number, which differs in this world.
        if is_guest_name(&self.name) {
            self.name = guest_name(arrival.account);
        } else if self.name.trim().is_empty() || self.name.chars().count() > NAME_CHARS_MAX {
            return Err(Unfit::at("name", format!("expected 1 to {NAME_CHARS_MAX} characters")));
        }
        Ok(())
    }

    fn claims(&self) -> Vec<Claim> {
        let claim = |kind: &str, name: &str, key| Claim { key, what: format!("{kind} {name}") };
        let email = self.email.iter().map(|email| claim("the e-mail address", email, names::email(email)));
        let id = self.unique_id.iter().map(|id| claim("the unique_id", id, names::unique_id(id)));
        names::claims(&self.name).chain(email).chain(id).collect()
    }
}
