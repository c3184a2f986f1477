//! Second factors: codes of six digits that change every 30 seconds (RFC 6238).

use totp_rs::{Builder, Secret};

/// Whether a text is a secret that a code can be made from: base32, at least 16 bytes.
pub(super) fn is_secret(text: &str) -> bool {
    Secret::try_from_base32(text).is_ok_and(|secret| Builder::new().with_secret(secret).build().is_ok())
}

/// The step of this code at a moment, unix seconds, or up to 30 seconds before or after; `None` when it is no code of this
/// secret.
pub(super) fn step_of(secret: &str, code: &str, now: i64) -> Option<u64> {
    let secret = Secret::try_from_base32(secret).ok()?;
    let totp = Builder::new().with_secret(secret).with_skew(1).build().ok()?;
    totp.check(code.trim(), u64::try_from(now).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "12345678901234567890", the secret of the examples of RFC 6238.
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn codes_are_those_of_the_standard_and_hold_for_a_minute_and_a_half() {
        // The standard's 94287082 and 07081804, of which six digits are used.
        assert_eq!(step_of(SECRET, "287082", 59), Some(1));
        assert_eq!(step_of(SECRET, "081804", 1_111_111_109), Some(37_037_036));
        assert_eq!(step_of(SECRET, " 287082 ", 89), Some(1), "one step late");
        assert_eq!(step_of(SECRET, "287082", 120), None, "two steps late");
        assert_eq!(step_of(SECRET, "000000", 59), None);
        assert_eq!(step_of("no base32!", "287082", 59), None);
    }

    #[test]
    fn short_secrets_are_none() {
        assert!(is_secret(SECRET));
        assert!(!is_secret("GEZDGNBV") && !is_secret("1890") && !is_secret(""));
    }
}
