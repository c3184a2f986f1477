//! The tokens that authenticate players.
//!
//! Tokens are kept as SHA-256 hashes and never logged. Not here: how tokens are obtained.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::account::AccountId;
use crate::storage::{Arrival, IndexKey, PlayerRow, Unfit, complete_value};

/// The one valid token of an account, the number of tokens issued so far, where its player has logged in, and the tokens
/// before.
#[derive(Debug, Clone, Default, Component, Serialize, Deserialize)]
pub struct Login {
    token_hash: Option<[u8; 32]>,
    expires_at: i64,
    generation: u32,
    /// The latest first.
    #[serde(default)]
    places: Vec<LoginPlace>,
    /// The latest first.
    #[serde(default)]
    former: Vec<FormerToken>,
}

/// A token that ended before it would have expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct FormerToken {
    hash: [u8; 32],
    generation: u32,
    expires_at: i64,
    ending: TokenEnd,
}

/// Why a token ended before it would have expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenEnd {
    /// By a later login.
    Replaced,
    /// By the server or an operator.
    Revoked,
    /// By a ban.
    Banned,
}

impl From<TokenEnd> for TokenFault {
    fn from(ending: TokenEnd) -> Self {
        match ending {
            TokenEnd::Replaced => Self::Replaced,
            TokenEnd::Revoked => Self::Revoked,
            // Once the ban is over, the client logs in again.
            TokenEnd::Banned => Self::Expired,
        }
    }
}

/// Why a token is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenFault {
    /// Its time is over, or a ban has ended it that is over.
    Expired,
    /// The account has logged in elsewhere since.
    Replaced,
    /// The server or an operator ended it.
    Revoked,
    /// It is none of those that are remembered.
    Unknown,
}

/// A part of the network from which an account has logged in, as a hash: where players are is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginPlace([u8; 8]);

impl LoginPlace {
    /// The place of an account. `bytes` stands for the part of the network.
    pub fn new(account: AccountId, bytes: &[u8]) -> Self {
        let hash = Sha256::new().chain_update("place:").chain_update(account.to_key()).chain_update(bytes).finalize();
        Self(std::array::from_fn(|at| hash[at]))
    }
}

impl Login {
    /// The directory key of a token, by its hash.
    pub fn index_key(token_hash: &[u8; 32]) -> IndexKey {
        IndexKey::new("token", token_hash)
    }

    /// The directory keys of the valid token and of those that are remembered.
    pub fn keys(&self) -> Vec<IndexKey> {
        self.hashes().map(|(hash, _)| Self::index_key(hash)).collect()
    }

    /// The hashes of the valid token and of those that are remembered, each with the moment at which it expires.
    pub fn hashes(&self) -> impl Iterator<Item = (&[u8; 32], i64)> {
        let current = self.token_hash.as_ref().map(|hash| (hash, self.expires_at));
        current.into_iter().chain(self.former.iter().map(|former| (&former.hash, former.expires_at)))
    }

    /// Whether this is the hash of the valid token; errs with why it is not.
    pub fn check_token(&self, hash: &[u8; 32], now: i64) -> Result<(), TokenFault> {
        if self.token_hash.as_ref() == Some(hash) {
            return if now < self.expires_at { Ok(()) } else { Err(TokenFault::Expired) };
        }
        let former = self.former.iter().find(|former| former.hash == *hash && now < former.expires_at);
        Err(former.map_or(TokenFault::Unknown, |former| former.ending.into()))
    }

    /// Whether the token of this generation is the valid one; errs with why it is not. One that is no longer remembered
    /// was followed by others.
    pub fn check_generation(&self, generation: u32, now: i64) -> Result<(), TokenFault> {
        if generation == self.generation && self.token_hash.is_some() {
            return if now < self.expires_at { Ok(()) } else { Err(TokenFault::Expired) };
        }
        let former = self.former.iter().find(|former| former.generation == generation);
        let forgotten = if generation == self.generation { TokenFault::Revoked } else { TokenFault::Replaced };
        Err(former.map_or(forgotten, |former| former.ending.into()))
    }

    /// Whether there is a token that has not expired.
    pub fn is_valid(&self, now: i64) -> bool {
        self.token_hash.is_some() && now < self.expires_at
    }

    /// The number of tokens issued so far.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Makes this the valid token; returns the directory key to set.
    pub fn issue(&mut self, token: &Token, expires_at: i64) -> IndexKey {
        let hash = token.hash();
        self.token_hash = Some(hash);
        self.expires_at = expires_at;
        self.generation = self.generation.wrapping_add(1);
        Self::index_key(&hash)
    }

    /// Whether the player has logged in from there.
    pub fn knows(&self, place: LoginPlace) -> bool {
        self.places.contains(&place)
    }

    /// Notes that the player is there; of earlier places the latest are kept, `most` in all.
    pub fn note_place(&mut self, place: LoginPlace, most: usize) {
        self.places.retain(|known| *known != place);
        self.places.insert(0, place);
        self.places.truncate(most);
    }

    /// The clock was set back: a token is valid for at most this long from now on.
    pub fn shorten(&mut self, expires_at: i64) {
        self.expires_at = self.expires_at.min(expires_at);
        for former in &mut self.former {
            former.expires_at = former.expires_at.min(expires_at);
        }
    }

    /// When the token expires, unix seconds.
    pub fn expires_at(&self) -> i64 {
        self.expires_at
    }

    /// Ends the token. Of those that ended and have not expired, the latest `most` are remembered; returns the directory
    /// keys of the others, to be removed.
    pub fn end(&mut self, ending: TokenEnd, now: i64, most: usize) -> Vec<IndexKey> {
        if let Some(hash) = self.token_hash.take() {
            let (generation, expires_at) = (self.generation, self.expires_at);
            self.former.insert(0, FormerToken { hash, generation, expires_at, ending });
        }
        let mut left = most;
        let forgotten = self.former.extract_if(.., |former| {
            let is_kept = now < former.expires_at && left > 0;
            left -= usize::from(is_kept);
            !is_kept
        });
        forgotten.map(|former| Self::index_key(&former.hash)).collect()
    }
}

impl PlayerRow for Login {
    const TABLE: &'static str = "logins";
    const VERSION: u16 = 3;

    /// Version 1 lacked the places, version 2 the former tokens.
    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        let former = Vec::<FormerToken>::new();
        match version {
            1 => complete_value(bytes, &(Vec::<LoginPlace>::new(), former)),
            2 => complete_value(bytes, &former),
            _ => None,
        }
    }

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    /// A document has only the number of tokens issued.
    fn depart(&mut self) {
        *self = Self { generation: self.generation, ..Self::default() };
    }

    fn arrive(&mut self, _: Arrival<'_>) -> Result<(), Unfit> {
        self.depart();
        Ok(())
    }
}

/// What a token is made from.
#[derive(Clone, Copy)]
pub enum TokenSource {
    /// 32 unguessable bytes, fresh for each request.
    Fresh([u8; 32]),
    /// The hash of a token issued when the journal was recorded; the token itself was never written down.
    Recorded([u8; 32]),
}

impl std::fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenSource(hidden)")
    }
}

/// A token in clear text, on its way to its client.
#[derive(Clone, Serialize, JsonSchema)]
#[serde(into = "String")]
#[schemars(with = "String")]
pub struct Token {
    text: String,
    hash: [u8; 32],
}

impl Token {
    /// The token of this source. One from a journal has no usable text.
    pub fn new(source: TokenSource) -> Self {
        match source {
            TokenSource::Fresh(entropy) => {
                let text = BASE64_URL_SAFE_NO_PAD.encode(entropy);
                Self { hash: hash_token(&text), text }
            }
            TokenSource::Recorded(hash) => Self { text: String::new(), hash },
        }
    }

    /// The token of this text, which another node has issued.
    pub fn issued(text: String) -> Self {
        Self { hash: hash_token(&text), text }
    }

    /// Its stored form.
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

/// The form in which a client's token is looked up.
pub fn hash_token(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
