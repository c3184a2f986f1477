//! Durations as designers write them: `1d 2h 30m 15s`.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

/// The longest span, in days: ten years.
pub const DAYS_MAX: i64 = 3660;

/// A span of game time in whole seconds, never negative and not above [`DAYS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// How long.
    pub seconds: i64,
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no duration; expected parts such as \"1d 2h 30m 15s\"");
        let mut parts = text.split_whitespace().peekable();
        parts.peek().ok_or_else(wrong)?;
        let seconds = parts.try_fold(0_i64, |sum, part| sum.checked_add(part_seconds(part)?));
        let seconds = seconds.ok_or_else(wrong)?;
        match seconds > DAYS_MAX * 86_400 {
            true => Err(format!("\"{text}\" is too long; expected {DAYS_MAX}d or less")),
            false => Ok(Self { seconds }),
        }
    }
}

fn part_seconds(part: &str) -> Option<i64> {
    let unit = part.chars().next_back()?;
    let count: u32 = part.strip_suffix(unit)?.parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return None,
    };
    i64::from(count).checked_mul(seconds)
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_sums_of_their_parts() {
        for (text, seconds) in [("15s", 15), ("1d 2h 30m 15s", 95_415), ("36h", 129_600), ("0s", 0)] {
            assert_eq!(text.parse(), Ok(Span { seconds }), "{text}");
        }
    }

    #[test]
    fn what_is_no_span_is_explained() {
        for text in ["", " ", "5", "h", "-5s", "1.5h", "5 s", "1y", "秒", "99999999999d"] {
            assert!(text.parse::<Span>().is_err_and(|error| error.contains("1d 2h 30m 15s")), "{text}");
        }
        assert!("3661d".parse::<Span>().is_err_and(|error| error.contains("expected 3660d or less")));
    }
}
