//! The operator token: from the environment, or created at the first start.

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand::TryRng;
use subtle::ConstantTimeEq;

use raidkeep_engine::login::hash_token;
use raidkeep_engine::private;

/// The environment variable that holds the token.
pub const OPERATOR_TOKEN_VARIABLE: &str = "RAIDKEEP_OPERATOR_TOKEN";
const FILE_NAME: &str = "operator_token";

/// The hash of the operator token; the token itself is not stored.
#[derive(Clone)]
pub struct OperatorToken([u8; 32]);

impl OperatorToken {
    /// An operator token with this text.
    pub fn new(token: &str) -> Self {
        Self(hash_token(token))
    }

    /// Takes the token from the environment, else from the data folder, else creates one there that only the owner can
    /// read.
    pub fn load(data: &Path) -> std::io::Result<Self> {
        if let Some(token) = std::env::var(OPERATOR_TOKEN_VARIABLE).ok().filter(|token| !token.is_empty()) {
            return Ok(Self::new(&token));
        }
        let path = data.join(FILE_NAME);
        match std::fs::read_to_string(&path) {
            Ok(token) if !token.trim().is_empty() => Ok(Self::new(token.trim())),
            Ok(_) | Err(_) => {
                let token = make_token()?;
                private::replace(&path, token.as_bytes())?;
                tracing::info!(file = %path.display(), "made an operator token");
                Ok(Self::new(&token))
            }
        }
    }

    /// Whether this is the token. Takes the same time for every wrong one.
    pub fn accepts(&self, token: &str) -> bool {
        self.0.ct_eq(&hash_token(token)).into()
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
