//! The tokens with which players prove who they are.
//!
//! Tokens are kept as SHA-256 hashes and never logged. Not here: how somebody comes by one.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::storage::{Arrival, IndexKey, PlayerRow, Unfit};

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
    pub fn token_hash(&self) -> Option<&[u8; 32]> {
        self.token_hash.as_ref()
    }

    /// Where the directory keeps the valid token.
    pub fn current_key(&self) -> Option<IndexKey> {
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
