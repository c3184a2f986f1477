//! The signature of MCRMB (docs/contract/points-platform.md#signature).

use std::borrow::Cow;

use md5::{Digest, Md5};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use subtle::{Choice, ConstantTimeEq};

use super::hex;
use crate::platforms::secret::Secret;

/// Everything except the unreserved characters of RFC 3986 is encoded, so that the URL is unambiguous for every server.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The query string of a call: `sign=..` and then the parameters in the order given, percent-encoded.
///
/// The signature is the MD5 of the values *as they appear in the URL*, in its order, and the key.
pub fn signed_query(parameters: &[(&str, &str)], key: &Secret) -> String {
    let encoded: Vec<(&str, String)> =
        parameters.iter().map(|(name, value)| (*name, utf8_percent_encode(value, RESERVED).to_string())).collect();
    let sign = sign(encoded.iter().map(|(_, value)| value.as_bytes()), key);
    encoded.iter().fold(format!("sign={sign}"), |query, (name, value)| query + "&" + name + "=" + value)
}

fn sign<'a>(values: impl Iterator<Item = &'a [u8]>, key: &Secret) -> String {
    let hash = values.fold(Md5::new(), |hash, value| hash.chain_update(value));
    hex(&hash.chain_update(key.expose()).finalize())
}

/// How closely a signature has to follow the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// To the letter: 32 lowercase hex digits.
    Document,
    /// As the platform does for the plugins in use: capitals, and hashes whose leading zeros were dropped.
    Plugins,
}

/// A query string as it was received.
#[derive(Clone)]
pub struct ReceivedQuery<'a> {
    parameters: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> ReceivedQuery<'a> {
    /// Parses any text; a part that is not `name=value` is a name without a value.
    pub fn parse(raw: &'a str) -> Self {
        let pairs = raw.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        Self { parameters: pairs.map(|(name, value)| (decoded_text(name), value)).collect() }
    }

    /// The decoded value of a parameter; `None` when it is missing or empty. Of duplicates the first one counts.
    pub fn get(&self, name: &str) -> Option<String> {
        let (_, value) = self.parameters.iter().find(|(known, _)| known == name)?;
        Some(decoded_text(value).into_owned()).filter(|value| !value.is_empty())
    }

    /// Whether `sign` comes first, as the contract demands, and matches the other values, either as they appear in the
    /// URL or decoded, because clients do either.
    pub fn is_signed_by(&self, key: &Secret, strictness: Strictness) -> bool {
        self.is_signed_over(|_| true, key, strictness)
    }

    /// Like [`ReceivedQuery::is_signed_by`], for a signature that covers only the parameters with these names.
    pub fn is_signed_over_only(&self, names: &[&str], key: &Secret, strictness: Strictness) -> bool {
        self.is_signed_over(|name| names.contains(&name), key, strictness)
    }

    fn is_signed_over(&self, is_covered: impl Fn(&str) -> bool, key: &Secret, strictness: Strictness) -> bool {
        let Some(((first, received), others)) = self.parameters.split_first() else {
            return false;
        };
        if first != "sign" {
            return false;
        }
        let received = match strictness {
            Strictness::Document => (*received).to_owned(),
            Strictness::Plugins => format!("{:0>width$}", received.to_ascii_lowercase(), width = HASH_DIGITS),
        };
        let covered: Vec<&str> = others.iter().filter(|(name, _)| is_covered(name)).map(|(_, value)| *value).collect();
        let decoded: Vec<Cow<'_, [u8]>> = covered.iter().map(|value| decoded_bytes(value)).collect();
        let over_raw = sign(covered.iter().map(|value| value.as_bytes()), key);
        let over_decoded = sign(decoded.iter().map(Cow::as_ref), key);
        let fits: Choice =
            over_raw.as_bytes().ct_eq(received.as_bytes()) | over_decoded.as_bytes().ct_eq(received.as_bytes());
        fits.into()
    }
}

/// The length of an MD5 hash in hex.
const HASH_DIGITS: usize = 32;

/// Decodes `%20` and, as web servers do in queries, `+`.
fn decoded_bytes(value: &str) -> Cow<'_, [u8]> {
    if value.contains('+') {
        let spaced = value.replace('+', " ");
        return Cow::Owned(percent_decode_str(&spaced).collect());
    }
    percent_decode_str(value).into()
}

fn decoded_text(value: &str) -> Cow<'_, str> {
    match decoded_bytes(value) {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> Secret {
        Secret::new("abcabc")
    }

    #[test]
    fn the_documents_example_has_the_documents_signature() {
        let query = signed_query(&[("sid", "1"), ("wname", "test")], &key());
        assert_eq!(query, "sign=2d459e0f9ab822d7ecf61f4e7b119763&sid=1&wname=test");
        assert!(ReceivedQuery::parse(&query).is_signed_by(&key(), Strictness::Document));
    }

    #[test]
    fn values_are_hashed_as_they_stand_in_the_url() {
        let query = signed_query(&[("wname", "a b"), ("use", "剑+1&~")], &key());
        let (sign, rest) = query.split_once('&').expect("a signature and values");
        assert_eq!(rest, "wname=a%20b&use=%E5%89%91%2B1%26~");
        let expected = hex(&Md5::digest("a%20b%E5%89%91%2B1%26~abcabc"));
        assert_eq!(sign, format!("sign={expected}"));
    }

    #[test]
    fn a_signature_over_decoded_values_is_accepted_too() {
        let sign = hex(&Md5::digest("a b剑abcabc"));
        for wname in ["a%20b", "a+b"] {
            let query = format!("sign={sign}&wname={wname}&use=%E5%89%91");
            let query = ReceivedQuery::parse(&query);
            assert!(query.is_signed_by(&key(), Strictness::Document), "{wname} is \"a b\" to a web server");
        }
    }

    #[test]
    fn a_hash_in_capitals_or_without_its_leading_zeros_is_one_to_plugins_and_none_to_the_document() {
        let hash = |wname: &str| hex(&Md5::digest(format!("1{wname}abcabc")));
        let name = (0..).map(|number| number.to_string()).find(|name| hash(name).starts_with("00"));
        let name = name.expect("every 256th hash begins with two zeros");
        let whole = hash(&name);
        for sign in [whole.to_uppercase(), whole[1..].to_owned(), whole[2..].to_owned()] {
            let query = format!("sign={sign}&sid=1&wname={name}");
            let query = ReceivedQuery::parse(&query);
            assert!(query.is_signed_by(&key(), Strictness::Plugins), "{sign}");
            assert!(!query.is_signed_by(&key(), Strictness::Document), "{sign}");
        }
    }

    #[test]
    fn a_signature_may_cover_some_of_the_parameters() {
        let sign = hex(&Md5::digest("1ann1700000000abcabc"));
        let query = format!("sign={sign}&sid=1&wname=ann&ctype=1&time=1700000000");
        let query = ReceivedQuery::parse(&query);
        assert!(query.is_signed_over_only(&["sid", "wname", "time"], &key(), Strictness::Document));
        assert!(!query.is_signed_by(&key(), Strictness::Plugins), "it does not cover ctype");
    }

    #[test]
    fn a_signature_that_is_not_first_or_does_not_fit_is_refused() {
        let good = "2d459e0f9ab822d7ecf61f4e7b119763";
        for query in [
            format!("sid=1&sign={good}&wname=test"),
            format!("sign={good}&sid=1&wname=tess"),
            format!("sign={good}&wname=test&sid=1"),
            "sign=&sid=1&wname=test".to_owned(),
            String::new(),
        ] {
            assert!(!ReceivedQuery::parse(&query).is_signed_by(&key(), Strictness::Plugins), "{query} is not signed");
        }
    }

    proptest! {
        #[test]
        fn any_query_can_be_read(raw in ".{0,80}") {
            let query = ReceivedQuery::parse(&raw);
            let _ = query.get("sid");
            prop_assert!(!query.is_signed_by(&key(), Strictness::Plugins), "nobody guesses a signature");
        }

        #[test]
        fn what_is_signed_is_read_back(wname in ".{1,20}", purpose in ".{1,40}") {
            let text = signed_query(&[("wname", &wname), ("use", &purpose)], &key());
            let query = ReceivedQuery::parse(&text);
            prop_assert!(query.is_signed_by(&key(), Strictness::Document));
            let other = Secret::new("abcabd");
            prop_assert!(!query.is_signed_by(&other, Strictness::Plugins), "another key does not fit");
            prop_assert_eq!(query.get("wname"), Some(wname));
            prop_assert_eq!(query.get("use"), Some(purpose));
        }
    }
}
