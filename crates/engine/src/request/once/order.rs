//! Ordered keys, `SERIES#NUMBER`: the numbers of a series rise.

use std::cmp::Ordering;
use std::hash::Hasher;

use serde::{Deserialize, Serialize};

use crate::hash::StableHasher;

/// The compact form of a key, or of the name of a series. Who finds two texts with one hash only has its own request
/// refused.
pub(super) fn hash_of(text: &str) -> u64 {
    let mut hasher = StableHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// A decimal number of any length, without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Box<str>")]
pub(super) struct Number(Box<str>);

impl Number {
    fn read(text: &str) -> Option<Self> {
        let is_decimal = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_decimal.then(|| Self(text.trim_start_matches('0').into()))
    }
}

impl TryFrom<Box<str>> for Number {
    type Error = &'static str;

    fn try_from(text: Box<str>) -> Result<Self, Self::Error> {
        let is_plain = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_plain { Ok(Self(text)) } else { Err("expected digits without leading zeros; zero is empty") }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The series of an ordered key, by its hash, and the key's number in it; `None` for a key without order.
pub(super) fn order_of(key: &str) -> Option<(u64, Number)> {
    let (series, number) = key.rsplit_once('#')?;
    Some((hash_of(series), Number::read(number)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_ordered_if_a_decimal_number_stands_behind_its_last_hash_sign() {
        assert_eq!(order_of("a#b#7"), Some((hash_of("a#b"), Number("7".into()))));
        assert!(order_of("#0").is_some(), "the name of a series may be empty");
        for unordered in ["a", "7", "a#", "a#7#", "a#-7", "a#+7", "a#7.0", "a# 7", "a#x7", "a#٧"] {
            assert_eq!(order_of(unordered), None, "{unordered}");
        }
    }

    #[test]
    fn numbers_are_compared_by_value_at_any_length() {
        let number = |text: &str| Number::read(text).expect("digits");
        let rising = ["0", "7", "10", "18446744073709551616", "99999999999999999999999999999999999999999999"];
        assert!(rising.windows(2).all(|pair| number(pair[0]) < number(pair[1])));
        assert_eq!(number("007"), number("7"));
        assert_eq!(number("00"), number("0"));
    }
}
