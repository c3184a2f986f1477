//! Who operators are: those who have the server's own token, which comes from the environment or is created at the first
//! start, and those whom the realm knows by name.

use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand::TryRng;
use subtle::ConstantTimeEq;

use crate::net::way_in::TOKEN_MISSING;
use raidkeep_engine::login::{TokenFault, hash_token};
use raidkeep_engine::operators::{OperatorIdentity, Right};
use raidkeep_engine::private;
use raidkeep_engine::request::registry::RequestKind;
use raidkeep_engine::request::{Refusal, Request, status};
use raidkeep_engine::throttle::LogThrottle;
use raidkeep_realm::operators::{KnownOperator, OperatorDirectory, OperatorPassword, OperatorSelf};
use raidkeep_realm::roles::Roles;

/// The environment variable that holds the token.
pub const OPERATOR_TOKEN_VARIABLE: &str = "RAIDKEEP_OPERATOR_TOKEN";
const FILE_NAME: &str = "operator_token";

/// The least length of an operator token, in characters. Whoever guesses it owns every world.
const TOKEN_CHARS_MIN: usize = 16;

/// Why there is no operator token.
#[derive(Debug, thiserror::Error)]
pub enum OperatorTokenError {
    /// It could be guessed.
    #[error(
        "the operator token in {place} is {found} characters long, expected {TOKEN_CHARS_MIN} or more; a good one: openssl rand -hex 32"
    )]
    TooShort {
        /// The variable or the file.
        place: String,
        /// Its length.
        found: usize,
    },
    /// Its file, or the system's randomness, failed.
    #[error("cannot read or make the operator token: {0}")]
    System(#[from] std::io::Error),
}

/// The hash of the operator token; the token itself is not stored.
#[derive(Clone)]
pub struct OperatorToken {
    hash: [u8; 32],
    guesses: Arc<Guesses>,
}

/// Wrong tokens for operator functions, in the log and in the metrics.
struct Guesses {
    began: Instant,
    throttle: Mutex<LogThrottle>,
    counter: metrics::Counter,
}

impl Default for Guesses {
    fn default() -> Self {
        let counter = metrics::counter!("raidkeep_operator_tokens_refused_total");
        Self { began: Instant::now(), throttle: Mutex::default(), counter }
    }
}

impl OperatorToken {
    /// An operator token with this text.
    pub fn new(token: &str) -> Self {
        Self { hash: hash_token(token), guesses: Arc::default() }
    }

    /// Takes the token from the environment, else from the data folder, else creates one there that only the owner can
    /// read.
    ///
    /// # Errors
    /// When the token is too short, or its file cannot be read or made.
    pub fn load(data: &Path) -> Result<Self, OperatorTokenError> {
        if let Some(given) = Self::given(data)? {
            return Ok(given);
        }
        let (path, token) = (data.join(FILE_NAME), make_token()?);
        private::replace(&path, token.as_bytes())?;
        tracing::info!(file = %path.display(), "made an operator token");
        Ok(Self::new(&token))
    }

    /// The token in the environment, else in the data folder, if there is one.
    ///
    /// # Errors
    /// When it is too short, or its file cannot be read.
    pub fn given(data: &Path) -> Result<Option<Self>, OperatorTokenError> {
        if let Some(token) = std::env::var(OPERATOR_TOKEN_VARIABLE).ok().filter(|token| !token.is_empty()) {
            return Self::checked(&token, OPERATOR_TOKEN_VARIABLE).map(Some);
        }
        let path = data.join(FILE_NAME);
        match std::fs::read_to_string(&path) {
            Ok(token) if token.trim().is_empty() => Ok(None),
            Ok(token) => Self::checked(token.trim(), &path.display().to_string()).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses a token that can be guessed.
    fn checked(token: &str, place: &str) -> Result<Self, OperatorTokenError> {
        let found = token.chars().count();
        if found < TOKEN_CHARS_MIN {
            return Err(OperatorTokenError::TooShort { place: place.to_owned(), found });
        }
        Ok(Self::new(token))
    }

    /// Whether this is the token. Takes the same time for every wrong one.
    pub fn accepts(&self, token: &str) -> bool {
        self.hash.ct_eq(&hash_token(token)).into()
    }

    /// Notes that a client sent another token with an operator function.
    pub fn note_guess(&self, address: Option<IpAddr>) {
        self.guesses.counter.increment(1);
        let now = self.guesses.began.elapsed();
        let due = self.guesses.throttle.lock().unwrap_or_else(PoisonError::into_inner).note(now);
        if let Some(requests) = due {
            let address = address.map(|address| address.to_string());
            tracing::warn!(address, requests, "operator functions are called with a wrong token");
        }
    }
}

/// Admits operators to functions.
pub struct OperatorDesk {
    token: OperatorToken,
    roles: Arc<Roles>,
    /// Empty until the realm runs, and without one.
    directory: Mutex<Option<OperatorDirectory>>,
}

impl OperatorDesk {
    /// Knows the server's own token, and what roles may do.
    pub fn new(token: OperatorToken, roles: Arc<Roles>) -> Self {
        Self { token, roles, directory: Mutex::default() }
    }

    /// Asks this directory for the sessions of operators with names.
    pub fn use_directory(&self, directory: &OperatorDirectory) {
        *self.directory.lock().unwrap_or_else(PoisonError::into_inner) = Some(directory.clone());
    }

    /// Who an operator's token belongs to, if their role may call the function.
    ///
    /// # Errors
    /// Status 12 without a token, 11 with one that is nobody's, 20 without the right.
    pub fn admit(
        &self,
        kind: &RequestKind,
        token: Option<&str>,
        address: Option<IpAddr>,
    ) -> Result<Arc<OperatorIdentity>, Refusal> {
        let token = token.ok_or(TOKEN_MISSING)?;
        let KnownOperator { identity, must_change } =
            self.identify(token, address).ok_or(Refusal::invalid_token(TokenFault::Unknown))?;
        if must_change && ![OperatorPassword::FUNCTION, OperatorSelf::FUNCTION].contains(&kind.function) {
            return Err(Refusal::new(status::NOT_PERMITTED, "change your password first (operator_password)"));
        }
        match kind.right {
            Some(right) if self.roles.allow(&identity.role, right) => Ok(Arc::new(identity)),
            right => {
                let right = right.map_or("of nobody", Right::name);
                let said =
                    format!("role {} does not have the right {right:?}, which {} needs", identity.role, kind.function);
                Err(Refusal::saying(status::NOT_PERMITTED, said))
            }
        }
    }

    /// Whether this is the server's own token.
    pub(super) fn is_own(&self, token: &str) -> bool {
        self.token.accepts(token)
    }

    /// Whose this token is; `None` when it is nobody's.
    pub fn identify(&self, token: &str, address: Option<IpAddr>) -> Option<KnownOperator> {
        if self.token.accepts(token) {
            return Some(KnownOperator { identity: OperatorIdentity::of_token(address), must_change: false });
        }
        let directory = self.directory.lock().unwrap_or_else(PoisonError::into_inner).clone();
        directory?.find(token, address, &self.roles)
    }

    /// What the roles may do.
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// Notes that a client sent another token with an operator function.
    pub fn note_guess(&self, address: Option<IpAddr>) {
        self.token.note_guess(address);
    }
}

/// 32 unguessable bytes.
pub fn entropy() -> std::io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes)
}

fn make_token() -> std::io::Result<String> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(entropy()?))
}
