//! Password hashes. Hashing deliberately takes tens of milliseconds, so it runs as a job.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The cost of a new password hash (Argon2id). Hashes made with other costs can still be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

impl Default for PasswordCost {
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2 }
    }
}

impl PasswordCost {
    fn hasher(self) -> Result<Argon2<'static>, String> {
        let params = Params::new(self.memory_kib, self.passes, 1, None).map_err(|error| error.to_string())?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    /// Whether these costs are valid.
    pub fn check(self) -> Result<(), String> {
        self.hasher().map(|_| ())
    }

    /// Hashes a password with a fresh salt.
    pub fn hash(self, password: &str) -> Result<String, String> {
        let hash = self.hasher()?.hash_password(password.as_bytes()).map_err(|error| error.to_string())?;
        Ok(hash.to_string())
    }
}

/// Whether this is the password of the hash.
pub fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Whether a text is a valid password hash.
pub fn is_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok_and(|hash| hash.hash.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits_and_no_hash_shows_it() {
        let cost = PasswordCost { memory_kib: 64, passes: 1 };
        let hash = cost.hash("secret-1").expect("valid costs");
        assert!(verify("secret-1", &hash));
        assert!(!verify("secret-2", &hash));
        assert!(!verify("secret-1", "no hash at all"));
        assert!(hash.starts_with("$argon2id$") && !hash.contains("secret"));
        assert_ne!(hash, cost.hash("secret-1").expect("valid costs"), "every hash has its own salt");
    }
}
