//! Versions of the programs that players use, as requests say them in `data.client` (docs/contract/envelope.md#client-versions).

use std::borrow::Cow;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// How many numbers a version has at most.
const NUMBERS: usize = 4;

/// A version of a client: up to four numbers with dots between them; those that are left out are 0. What follows a `-` or `+`
/// does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientVersion([u32; NUMBERS]);

/// A text that is no version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected up to four numbers with dots between them, such as 1.4.2")]
pub struct NoVersion;

impl FromStr for ClientVersion {
    type Err = NoVersion;

    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let counted = text.split(['-', '+']).next().unwrap_or(text);
        let mut numbers = [0; NUMBERS];
        for (at, part) in counted.split('.').enumerate() {
            let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let number = part.parse().ok().filter(|_| is_number).ok_or(NoVersion)?;
            *numbers.get_mut(at).ok_or(NoVersion)? = number;
        }
        Ok(Self(numbers))
    }
}

/// The client that a request names.
#[derive(Debug, Deserialize)]
pub struct SaidClient<'a> {
    /// Its name.
    #[serde(borrow, default)]
    pub name: Option<Cow<'a, str>>,
    /// Its version, as a [`ClientVersion`].
    #[serde(borrow, default)]
    pub version: Option<Cow<'a, str>>,
}

impl<'a> SaidClient<'a> {
    /// Reads `data.client`; `None` when it is not what the contract describes, as any field that a function does not know.
    pub fn read(raw: &'a RawValue) -> Option<Self> {
        serde_json::from_str(raw.get()).ok()
    }
}

/// Which client is served, the `data` of status 19.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClientUpdate {
    /// The oldest version that is served.
    pub minimum: Box<str>,
    /// Where to get a newer one.
    pub url: Box<str>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn version(text: &str) -> ClientVersion {
        text.parse().expect("a version")
    }

    #[test]
    fn versions_compare_by_their_numbers_and_not_by_their_letters() {
        assert!(version("1.9") < version("1.10") && version("1.10") < version("2"));
        assert!(version("1.2.3") < version("1.2.3.1"));
        assert_eq!(version("1.2"), version("1.2.0.0"), "what is left out is 0");
        assert_eq!(version("1.2.3-beta.4+build"), version("1.2.3"), "what follows does not count");
        for odd in ["", ".", "1.", ".1", "1..2", "v1", "1.2.3.4.5", "+1", "-1", "1,2", "4294967296", "1. 2"] {
            assert_eq!(odd.parse::<ClientVersion>(), Err(NoVersion), "{odd}");
        }
    }

    #[test]
    fn a_client_is_read_as_far_as_it_is_named() {
        let raw = |text: &str| RawValue::from_string(text.to_owned()).expect("JSON");
        let both = raw(r#"{"name":"bot","version":"1.2","other":1}"#);
        let said = SaidClient::read(&both).expect("a client");
        assert_eq!((said.name.as_deref(), said.version.as_deref()), (Some("bot"), Some("1.2")));
        let name = raw(r#"{"name":"bot","version":null}"#);
        assert!(SaidClient::read(&name).is_some_and(|said| said.version.is_none()));
        for other in ["5", r#""bot""#, r#"{"name":5}"#] {
            assert!(SaidClient::read(&raw(other)).is_none(), "{other}");
        }
    }

    proptest! {
        #[test]
        fn versions_are_ordered_as_lists_of_numbers(one: [u32; NUMBERS], other: [u32; NUMBERS]) {
            let text = |numbers: [u32; NUMBERS]| numbers.map(|number| number.to_string()).join(".");
            prop_assert_eq!(version(&text(one)).cmp(&version(&text(other))), one.cmp(&other));
        }

        #[test]
        fn any_text_is_a_version_or_none(text in ".{0,30}") {
            let _ = text.parse::<ClientVersion>();
        }
    }
}
