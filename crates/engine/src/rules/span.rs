//! Durations as designers write them: `1d 2h 30m 15s`.

use std::str::FromStr;

use jiff::SpanRelativeTo;
use jiff::fmt::friendly::SpanParser;
use serde::{Deserialize, Deserializer, de};

use crate::schema::{schema_by_hand, text_of};

/// The longest span, in days: ten years.
pub const SPAN_DAYS_MAX: i64 = 3660;

/// A span of game time in whole seconds, never negative and not above [`SPAN_DAYS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// How long.
    pub seconds: i64,
}

/// Reads Jiff's friendly format. A day has 24 hours; months and years have no fixed length and are refused.
impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let span = SpanParser::new().parse_span(text.trim());
        let duration = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()));
        let whole = duration.ok().filter(|duration| !duration.is_negative() && duration.subsec_nanos() == 0);
        let seconds = whole
            .ok_or_else(|| format!("\"{text}\" is no duration; expected parts such as \"1d 2h 30m 15s\""))?
            .as_secs();
        match seconds > SPAN_DAYS_MAX * 86_400 {
            true => Err(format!("\"{text}\" is too long; expected {SPAN_DAYS_MAX}d or less")),
            false => Ok(Self { seconds }),
        }
    }
}

schema_by_hand!(Span, "Span", |_| text_of(
    "A span of time, such as `30d` or `1d 2h 30m 15s`; a day has 24 hours.",
    "^[0-9]"
));

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
        for (text, seconds) in [("15s", 15), ("1d 2h 30m 15s", 95_415), ("36h", 129_600), ("0s", 0), (" 1000s ", 1000)]
        {
            assert_eq!(text.parse(), Ok(Span { seconds }), "{text}");
        }
    }

    #[test]
    fn words_and_fractions_are_understood_too() {
        for (text, seconds) in [("5 minutes", 300), ("1 day, 2 hours", 93_600), ("1.5h", 5400), ("1w", 604_800)] {
            assert_eq!(text.parse(), Ok(Span { seconds }), "{text}");
        }
    }

    #[test]
    fn what_is_no_span_is_explained() {
        for text in ["", " ", "5", "h", "-5s", "5s ago", "0.5s", "1mo", "1y", "1s 1h", "秒", "99999999999d"] {
            let explained = text.parse::<Span>().is_err_and(|error| error.contains("1d 2h 30m 15s"));
            assert!(explained, "{text:?} should be refused with an example");
        }
        assert!("3661d".parse::<Span>().is_err_and(|error| error.contains("expected 3660d or less")));
    }
}
