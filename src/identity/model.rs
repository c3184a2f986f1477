//! Accounts, logins and tokens.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::identity::names;
use crate::player::AccountId;
use crate::storage::{IndexKey, PlayerRow};

/// Stands in the name of every guest and in no name that can be signed up.
pub const GUEST_MARK: char = '#';

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
        let name = format!("玩家{GUEST_MARK}{}", account.0);
        Self { name, unique_id: Some(unique_id.to_owned()), created_at, ..Self::default() }
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
