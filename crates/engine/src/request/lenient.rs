//! Fields as real clients send them: integers also as strings or as `8.0`, and `null` for what is left out.

use std::fmt;

use schemars::json_schema;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::schema::schema_by_hand;

/// Reads an integer, one in a string, or a number without a fraction such as `8.0`; values above `i64::MAX` are clamped
/// to it. No game number reaches that, so the function's own range check refuses an absurd value.
pub fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    deserializer.deserialize_any(IntegerVisitor)
}

/// The same for an optional field: absent and `null` are `None`. Use with `#[serde(default)]`.
pub fn optional_integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    deserializer.deserialize_option(OptionVisitor)
}

/// How many entries of a list an operator wants: `given`, or 50; `None` if that is not 1 to 500.
pub fn page_size(given: Option<i64>) -> Option<usize> {
    const USUAL: i64 = 50;
    const MAX: usize = 500;
    usize::try_from(given.unwrap_or(USUAL)).ok().filter(|size| (1..=MAX).contains(size))
}

/// The integer that a number with a decimal point stands for. Beyond 2^53 such a number may be any of several.
pub fn whole(value: f64) -> Option<i64> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    (value.trunc() == value && value.abs() <= EXACT_MAX).then_some(value as i64)
}

/// For an optional field of a document that is not a function's arguments: `null` counts as absent. Use with
/// `#[serde(default)]`.
pub fn null_as_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// For a text that old clients send and that may be anything: anything but text is `None`. Use with
/// `#[serde(default)]`.
pub fn text_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Read {
        Text(String),
        Other(serde::de::IgnoredAny),
    }
    let read = <Read as serde::Deserialize>::deserialize(deserializer)?;
    Ok(match read {
        Read::Text(text) => Some(text),
        Read::Other(_) => None,
    })
}

/// For fields whose function has a code of its own for "not a number": anything that is not an
/// integer reads as `Given::Other`. Use with `#[serde(default)]`.
pub fn any_integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Given, D::Error> {
    deserializer.deserialize_any(GivenVisitor)
}

/// A number field as sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Given {
    /// The field was not sent, or was null.
    #[default]
    Missing,
    /// An integer.
    Number(i64),
    /// Something other than an integer.
    Other,
}

impl Given {
    /// Whether the field was not sent. Use with `#[serde(skip_serializing_if)]`, so that it is written as it was sent.
    pub fn is_missing(&self) -> bool {
        *self == Self::Missing
    }

    /// This field, or the other one if it was not sent.
    pub fn or(self, other: Self) -> Self {
        if self.is_missing() { other } else { self }
    }
}

/// It reads back the same through [`any_integer`].
impl Serialize for Given {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Missing | Self::Other => serializer.serialize_bool(false),
        }
    }
}

/// The schema of a field that is read with [`integer`].
pub struct Integer;

schema_by_hand!(Integer, "Integer", |_| {
    json_schema!({
        "description": "An integer; it may come as text, or as a number such as 8.0.",
        "anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[+-]?[0-9]+$"}],
    })
});

// Anything but an integer is answered with a code of the function.
schema_by_hand!(Given, "GivenInteger", |generator| generator.subschema_for::<Integer>());

struct IntegerVisitor;

impl Visitor<'_> for IntegerVisitor {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<i64, E> {
        Ok(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<i64, E> {
        whole(value).ok_or_else(|| E::invalid_type(de::Unexpected::Float(value), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<i64, E> {
        text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(shorten(text)), &self))
    }
}

/// Error messages quote at most this much of what a client sent.
fn shorten(text: &str) -> &str {
    let end = text.char_indices().nth(32).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

struct OptionVisitor;

impl<'de> Visitor<'de> for OptionVisitor {
    type Value = Option<i64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        integer(deserializer).map(Some)
    }
}

struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = Given;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Given, E> {
        Ok(Given::Number(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Given, E> {
        Ok(Given::Number(i64::try_from(value).unwrap_or(i64::MAX)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Given, E> {
        Ok(text.parse().map_or(Given::Other, Given::Number))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Given, E> {
        Ok(whole(value).map_or(Given::Other, Given::Number))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Given, E> {
        Ok(Given::Other)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Given, E> {
        Ok(Given::Missing)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Given, A::Error> {
        while seq.next_element::<de::IgnoredAny>()?.is_some() {}
        Ok(Given::Other)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Given, A::Error> {
        while map.next_entry::<de::IgnoredAny, de::IgnoredAny>()?.is_some() {}
        Ok(Given::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Fields {
        #[serde(deserialize_with = "integer")]
        stage: i64,
        #[serde(default, deserialize_with = "optional_integer")]
        damage: Option<i64>,
        #[serde(default, deserialize_with = "any_integer")]
        count: Given,
    }

    fn read(text: &str) -> Result<Fields, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn integers_are_the_same_as_text_and_with_a_decimal_point() {
        let expected = Fields { stage: 8, damage: Some(-5), count: Given::Number(2) };
        assert_eq!(read(r#"{"stage":8.0,"damage":-5.0,"count":2.0}"#).as_ref(), Ok(&expected));
        assert_eq!(read(r#"{"stage":"8","damage":"-5","count":"2"}"#).as_ref(), Ok(&expected));
        assert_eq!(read(r#"{"stage":8,"damage":-5,"count":2}"#).as_ref(), Ok(&expected));
    }

    #[test]
    fn absent_optional_fields_are_told_from_wrong_ones() {
        let read_count = |text: &str| read(text).map(|fields| fields.count);
        assert_eq!(read_count(r#"{"stage":1}"#), Ok(Given::Missing));
        assert_eq!(read_count(r#"{"stage":1,"count":null}"#), Ok(Given::Missing));
        for odd in ["1.5", "true", "[1,[2]]", r#"{"a":{}}"#, r#""x""#] {
            let text = format!(r#"{{"stage":1,"count":{odd}}}"#);
            assert_eq!(read_count(&text), Ok(Given::Other), "{odd} is no integer");
        }
    }

    #[test]
    fn numbers_too_large_for_any_rule_saturate() {
        assert_eq!(read(r#"{"stage":18446744073709551615}"#).map(|f| f.stage), Ok(i64::MAX));
        assert!(read(r#"{"stage":1.5}"#).is_err(), "a fraction is no stage");
        assert!(read(r#"{"stage":99999999999999999999999}"#).is_err(), "beyond 64 bits is no integer");
    }
}
