//! Password hashes. Hashing deliberately takes tens of milliseconds, so it runs as a job.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most that a hash may cost: memory in KiB, passes and lanes. Every log-in pays it again.
const MEMORY_KIB_MAX: u32 = 1 << 20;
const PASSES_MAX: u32 = 64;
const LANES_MAX: u32 = 16;

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
        let Self { memory_kib, passes } = self;
        if memory_kib > MEMORY_KIB_MAX {
            return Err(format!(
                "memory_kib: {memory_kib} is out of range, expected 8 to {MEMORY_KIB_MAX}; each of \
                 identity.password_jobs takes that much"
            ));
        }
        if passes > PASSES_MAX {
            return Err(format!(
                "passes: {passes} is out of range, expected 1 to {PASSES_MAX}; every log-in waits for them"
            ));
        }
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

/// Whether a text is a valid password hash that costs no more than a log-in may.
pub fn is_hash(text: &str) -> bool {
    let hash = PasswordHash::new(text).ok().filter(|hash| hash.hash.is_some());
    hash.and_then(|hash| Params::try_from(&hash).ok()).is_some_and(|cost| {
        cost.m_cost() <= MEMORY_KIB_MAX && cost.t_cost() <= PASSES_MAX && cost.p_cost() <= LANES_MAX
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_hash_costs_more_than_the_server_can_bear() {
        let cost = |memory_kib, passes| PasswordCost { memory_kib, passes }.check();
        assert_eq!(cost(19_456, 2), Ok(()));
        for (memory_kib, passes, key) in [(u32::MAX, 1, "memory_kib"), (64, u32::MAX, "passes")] {
            let told = cost(memory_kib, passes).expect_err(key);
            assert!(told.contains(key), "{told}");
        }
        let hash =
            |cost: &str| format!("$argon2id$v=19${cost}$c29tZXNhbHQ$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI");
        assert!(is_hash(&hash("m=64,t=1,p=1")));
        for costly in ["m=4000000,t=1,p=1", "m=64,t=4000000,p=1", "m=8000,t=1,p=1000"] {
            assert!(!is_hash(&hash(costly)), "an import may not bring {costly}");
        }
    }

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
