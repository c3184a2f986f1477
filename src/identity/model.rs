//! Accounts, logins and tokens.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::identity::rules::is_plausible_email;
use crate::identity::{names, password};
use crate::player::AccountId;
use crate::storage::{Arrival, Claim, IndexKey, PlayerRow, Unfit};

/// Stands in the name of every guest and in no name that can be signed up.
pub const GUEST_MARK: char = '#';

/// The longest name that rules may allow, in characters.
const NAME_CHARS_MAX: usize = 64;

fn guest_name(account: AccountId) -> String {
    format!("玩家{GUEST_MARK}{}", account.0)
}

/// Who a player is. Changes rarely.
#[derive(Debug, Clone, Default, Component, Serialize, Deserialize)]
pub struct Account {
    name: String,
    email: Option<String>,
    unique_id: Option<String>,
    password_hash: Option<String>,
    created_at: i64,
}

impl Account {
    /// A guest, known by a number that its device has made up.
    pub fn guest(account: AccountId, unique_id: &str, created_at: i64) -> Self {
        Self { name: guest_name(account), unique_id: Some(unique_id.to_owned()), created_at, ..Self::default() }
    }

    /// Somebody who signed up.
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

    /// The names under which the account is found.
    pub fn index_keys(&self) -> Vec<IndexKey> {
        let mut keys = vec![names::username(&self.name)];
        keys.extend(self.email.as_deref().map(names::email));
        keys.extend(self.unique_id.as_deref().map(names::unique_id));
        keys
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
        // The name of a guest is made of its number, and that is another one here.
        if self.name.contains(GUEST_MARK) {
            self.name = guest_name(arrival.account);
        } else if self.name.trim().is_empty() || self.name.chars().count() > NAME_CHARS_MAX {
            return Err(Unfit::at("name", format!("expected 1 to {NAME_CHARS_MAX} characters")));
        }
        Ok(())
    }

    fn claims(&self) -> Vec<Claim> {
        let claim = |kind: &str, name: &str, key| Claim { key, what: format!("{kind} {name}") };
        let name = claim("the name", &self.name, names::username(&self.name));
        let email = self.email.iter().map(|email| claim("the e-mail address", email, names::email(email)));
        let id = self.unique_id.iter().map(|id| claim("the unique_id", id, names::unique_id(id)));
        [name].into_iter().chain(email).chain(id).collect()
    }
}

/// The one token of an account that is valid, and how many there were.
#[derive(Debug, Clone, Default, Component, Serialize, Deserialize)]
pub struct Login {
    token_hash: Option<[u8; 32]>,
    expires_at: i64,
    generation: u32,
}

impl Login {
    /// Where the directory keeps a token, by the hash of it.
    pub fn index_key(token_hash: &[u8; 32]) -> IndexKey {
        IndexKey::new("token", token_hash)
    }

    /// The hash of the token, if there is one.
    pub(super) fn token_hash(&self) -> Option<&[u8; 32]> {
        self.token_hash.as_ref()
    }

    /// Where the directory keeps the valid token.
    pub(super) fn current_key(&self) -> Option<IndexKey> {
        self.token_hash().map(Self::index_key)
    }

    /// Whether there is a token that has not expired.
    pub fn is_valid(&self, now: i64) -> bool {
        self.token_hash.is_some() && now < self.expires_at
    }

    /// Counts the tokens that were issued.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Makes this the valid token; returns where the directory has to keep it.
    pub fn issue(&mut self, token: &Token, expires_at: i64) -> IndexKey {
        let hash = token.hash();
        *self = Self { token_hash: Some(hash), expires_at, generation: self.generation.wrapping_add(1) };
        Self::index_key(&hash)
    }

    /// Makes the token worthless; returns where the directory kept it.
    pub fn revoke(&mut self) -> Option<IndexKey> {
        self.token_hash.take().map(|hash| Self::index_key(&hash))
    }
}

impl PlayerRow for Login {
    const TABLE: &'static str = "logins";

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    /// How many tokens there were is all that is told of them.
    fn depart(&mut self) {
        *self = Self { generation: self.generation, ..Self::default() };
    }

    fn arrive(&mut self, _: Arrival<'_>) -> Result<(), Unfit> {
        self.depart();
        Ok(())
    }
}

/// What a token is made of.
#[derive(Clone, Copy)]
pub enum TokenSource {
    /// 32 bytes nobody can guess, fresh for each request.
    Fresh([u8; 32]),
    /// The hash of a token that was given out when this happened first; the token itself was written down nowhere.
    Recorded([u8; 32]),
}

impl std::fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenSource(hidden)")
    }
}

/// A token in clear, on its way to the client that may use it.
#[derive(Clone, Serialize, JsonSchema)]
#[serde(into = "String")]
#[schemars(with = "String")]
pub struct Token {
    text: String,
    hash: [u8; 32],
}

impl Token {
    /// The token of this source. One from a record has no text that anybody could use.
    pub fn new(source: TokenSource) -> Self {
        match source {
            TokenSource::Fresh(entropy) => {
                let text = BASE64_URL_SAFE_NO_PAD.encode(entropy);
                Self { hash: hash_token(&text), text }
            }
            TokenSource::Recorded(hash) => Self { text: String::new(), hash },
        }
    }

    /// The form in which it is kept.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }
}

impl From<Token> for String {
    fn from(token: Token) -> Self {
        token.text
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(hidden)")
    }
}

/// The form in which a token that a client sent is looked up.
pub fn hash_token(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
