//! The signature of SUD: HMAC-SHA1 over four lines (docs/contract/game-reports.md#signature).

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use subtle::ConstantTimeEq;

use super::hex;
use crate::platforms::secret::Secret;

/// The header that carries the signature of a query.
pub const AUTHORIZATION: &str = "Authorization";

/// The headers that carry the signature of a report: app id, timestamp, nonce, signature.
pub const SUD_HEADERS: [&str; 4] = ["Sud-AppId", "Sud-Timestamp", "Sud-Nonce", "Sud-Signature"];

const SCHEME: &str = "Sud-Auth";

/// Milliseconds below it are in April 1970, seconds from it on in the year 2286.
const FIRST_OF_ELEVEN_DIGITS: u64 = 10_000_000_000;

/// Who signed a request, when, and the signature, which is valid for one body only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SudAuth {
    /// The application that signed.
    pub app_id: String,
    /// Unix milliseconds or seconds, as the text that was signed.
    pub timestamp: String,
    /// A text unique to this request.
    pub nonce: String,
    /// Lowercase hex.
    pub signature: String,
}

/// Why a request has no signature that could be verified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// There is none, or it has another scheme.
    #[error("expected the header Authorization: Sud-Auth app_id=\"..\",timestamp=\"..\",nonce=\"..\",signature=\"..\"")]
    NoSudAuth,
    /// The header is truncated, or not valid text.
    #[error("the Sud-Auth header cannot be read; expected fields of the form name=\"value\" with commas between")]
    Malformed,
    /// A part is missing, empty or duplicated.
    #[error("{0} should be given exactly once and not be empty")]
    Field(&'static str),
}

impl SudAuth {
    /// Signs these exact bytes.
    pub fn sign(app_id: &str, timestamp_ms: i64, nonce: &str, body: &[u8], app_secret: &Secret) -> Self {
        let timestamp = timestamp_ms.to_string();
        let signature = signature(app_id, &timestamp, nonce, body, app_secret);
        Self { app_id: app_id.to_owned(), timestamp, nonce: nonce.to_owned(), signature }
    }

    /// Whether the signature matches these exact bytes, in constant time. Says nothing about the age of the request,
    /// nor whether it was sent before.
    pub fn is_signed_by(&self, app_secret: &Secret, body: &[u8]) -> bool {
        let expected = signature(&self.app_id, &self.timestamp, &self.nonce, body, app_secret);
        expected.as_bytes().ct_eq(self.signature.to_ascii_lowercase().as_bytes()).into()
    }

    /// When it was signed, in Unix milliseconds; `None` when that is not a number. Seconds are told from milliseconds by
    /// their digits: there are ten until the year 2286.
    pub fn timestamp_ms(&self) -> Option<i64> {
        let timestamp: i64 = self.timestamp.parse().ok()?;
        if timestamp.unsigned_abs() < FIRST_OF_ELEVEN_DIGITS { Some(timestamp * 1000) } else { Some(timestamp) }
    }

    /// The value of the header [`AUTHORIZATION`].
    pub fn to_header(&self) -> String {
        let Self { app_id, timestamp, nonce, signature } = self;
        format!("{SCHEME} app_id=\"{app_id}\",timestamp=\"{timestamp}\",nonce=\"{nonce}\",signature=\"{signature}\"")
    }

    /// Parses the value of the header [`AUTHORIZATION`]: the fields in any order, unknown ones ignored.
    pub fn from_header(value: &[u8]) -> Result<Self, AuthError> {
        let value = std::str::from_utf8(value).map_err(|_| AuthError::Malformed)?.trim();
        let (scheme, fields) = value.split_once(' ').ok_or(AuthError::NoSudAuth)?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Err(AuthError::NoSudAuth);
        }
        let fields = quoted_fields(fields).ok_or(AuthError::Malformed)?;
        let field = |name: &'static str| {
            let mut values = fields.iter().filter(|(known, _)| *known == name).map(|(_, value)| *value);
            match (values.next(), values.next()) {
                (Some(value), None) if !value.is_empty() => Ok(value.to_owned()),
                _ => Err(AuthError::Field(name)),
            }
        };
        Ok(Self {
            app_id: field("app_id")?,
            timestamp: field("timestamp")?,
            nonce: field("nonce")?,
            signature: field("signature")?,
        })
    }

    /// The four headers of a report.
    pub fn to_headers(&self) -> Vec<(&'static str, String)> {
        let [app_id, timestamp, nonce, signature] = SUD_HEADERS;
        vec![
            (app_id, self.app_id.clone()),
            (timestamp, self.timestamp.clone()),
            (nonce, self.nonce.clone()),
            (signature, self.signature.clone()),
        ]
    }

    /// Parses the four headers of a report; `header` returns the value for a name in [`SUD_HEADERS`].
    pub fn from_headers<'a>(header: impl Fn(&'static str) -> Option<&'a str>) -> Result<Self, AuthError> {
        let [app_id, timestamp, nonce, signature] = SUD_HEADERS.map(|name| {
            let value = header(name).map(str::trim).filter(|value| !value.is_empty());
            value.map(str::to_owned).ok_or(AuthError::Field(name))
        });
        Ok(Self { app_id: app_id?, timestamp: timestamp?, nonce: nonce?, signature: signature? })
    }
}

/// The fields of `name="value", name="value"`; `None` when the text is malformed.
fn quoted_fields(mut text: &str) -> Option<Vec<(&str, &str)>> {
    let mut fields = Vec::new();
    loop {
        let (name, rest) = text.split_once('=')?;
        let (value, rest) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        fields.push((name.trim(), value));
        match rest.trim_start() {
            "" => return Some(fields),
            rest => text = rest.strip_prefix(',')?,
        }
    }
}

fn signature(app_id: &str, timestamp: &str, nonce: &str, body: &[u8], app_secret: &Secret) -> String {
    let head = format!("{app_id}\n{timestamp}\n{nonce}\n");
    hmac_hex::<Hmac<Sha1>>(app_secret, &[head.as_bytes(), body, b"\n"])
}

/// The path under which SUD asks a game server for its routes: hex HMAC-MD5(app_secret, app_id).
pub fn discovery_path(app_id: &str, app_secret: &Secret) -> String {
    hmac_hex::<Hmac<Md5>>(app_secret, &[app_id.as_bytes()])
}

#[expect(clippy::expect_used, reason = "an HMAC takes keys of every length")]
fn hmac_hex<M: Mac + KeyInit>(key: &Secret, parts: &[&[u8]]) -> String {
    let mut mac = <M as KeyInit>::new_from_slice(key.expose().as_bytes()).expect("an HMAC takes keys of every length");
    parts.iter().for_each(|part| mac.update(part));
    hex(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const APP_ID: &str = "1461564080052506636";
    const BODY: &[u8] = br#"{"app_id": "1461564080052506238","mg_id": "1461227817776713818","room_id": "9009"}"#;

    fn secret() -> Secret {
        Secret::new("test-app-secret")
    }

    fn published() -> SudAuth {
        SudAuth::sign(APP_ID, 1_688_464_949_817, "keVJLJTItd1VBtGT", BODY, &secret())
    }

    #[test]
    fn the_published_vectors_hold() {
        assert_eq!(published().signature, "6c83c0c0d430f987fdc903dde6ed42acc4f9a277");
        assert_eq!(discovery_path(APP_ID, &secret()), "69b198d59bc9d492a515643914d9f82b");
    }

    #[test]
    fn a_signature_holds_for_its_body_and_secret_only() {
        assert!(published().is_signed_by(&secret(), BODY));
        assert!(!published().is_signed_by(&secret(), &BODY[1..]), "another body");
        assert!(!published().is_signed_by(&Secret::new("test-app-secres"), BODY), "another secret");
        for change in [
            SudAuth { nonce: "x".to_owned(), ..published() },
            SudAuth { timestamp: "1688464949818".to_owned(), ..published() },
            SudAuth { app_id: "1".to_owned(), ..published() },
            SudAuth { signature: String::new(), ..published() },
        ] {
            assert!(!change.is_signed_by(&secret(), BODY), "{change:?} is not what was signed");
        }
    }

    #[test]
    fn the_header_is_written_as_documented_and_read_in_any_order() {
        let header = published().to_header();
        assert_eq!(
            header,
            "Sud-Auth app_id=\"1461564080052506636\",timestamp=\"1688464949817\",nonce=\"keVJLJTItd1VBtGT\",\
             signature=\"6c83c0c0d430f987fdc903dde6ed42acc4f9a277\""
        );
        assert_eq!(SudAuth::from_header(header.as_bytes()), Ok(published()));
        let shuffled = "sud-auth signature = \"6c83c0c0d430f987fdc903dde6ed42acc4f9a277\" , nonce=\"keVJLJTItd1VBtGT\",\
                        more=\"\",timestamp=\"1688464949817\",app_id=\"1461564080052506636\"";
        assert_eq!(SudAuth::from_header(shuffled.as_bytes()), Ok(published()));
    }

    #[test]
    fn a_timestamp_of_ten_digits_is_in_seconds() {
        let at = |timestamp: &str| SudAuth { timestamp: timestamp.to_owned(), ..published() }.timestamp_ms();
        assert_eq!(at("1688464949817"), Some(1_688_464_949_817));
        assert_eq!(at("1688464949"), Some(1_688_464_949_000));
        assert_eq!(at("9999999999"), Some(9_999_999_999_000));
        assert_eq!(at("10000000000"), Some(10_000_000_000));
        assert_eq!((at("-9223372036854775808"), at("now"), at("")), (Some(i64::MIN), None, None));
    }

    #[test]
    fn headers_that_cannot_be_read_are_explained() {
        let read = |value: &str| SudAuth::from_header(value.as_bytes());
        assert_eq!(read(""), Err(AuthError::NoSudAuth));
        assert_eq!(read("Bearer abc"), Err(AuthError::NoSudAuth));
        assert_eq!(read("Sud-Auth app_id"), Err(AuthError::Malformed));
        assert_eq!(read("Sud-Auth app_id=\"1"), Err(AuthError::Malformed));
        assert_eq!(read("Sud-Auth app_id=\"1\";nonce=\"2\""), Err(AuthError::Malformed));
        assert_eq!(read("Sud-Auth app_id=\"1\",app_id=\"2\""), Err(AuthError::Field("app_id")));
        assert_eq!(read("Sud-Auth app_id=\"1\""), Err(AuthError::Field("timestamp")));
        assert_eq!(SudAuth::from_header(b"Sud-Auth \xff"), Err(AuthError::Malformed));
    }

    #[test]
    fn the_four_headers_carry_the_same() {
        let headers = published().to_headers();
        let value = |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        assert_eq!(SudAuth::from_headers(value), Ok(published()));
        let without_nonce = SudAuth::from_headers(|name| value(name).filter(|_| name != "Sud-Nonce"));
        assert_eq!(without_nonce, Err(AuthError::Field("Sud-Nonce")));
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read_as_a_header(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _ = SudAuth::from_header(&bytes);
            let _ = SudAuth::from_header(&[b"Sud-Auth ".as_slice(), &bytes].concat());
        }

        #[test]
        fn what_is_written_is_read_back(
            app_id in "[0-9]{1,20}", at in 0_i64.., nonce in "[A-Za-z0-9]{1,32}", body in ".{0,60}",
        ) {
            let auth = SudAuth::sign(&app_id, at, &nonce, body.as_bytes(), &secret());
            let read = SudAuth::from_header(auth.to_header().as_bytes());
            prop_assert!(read.as_ref().is_ok_and(|read| read.is_signed_by(&secret(), body.as_bytes())));
            prop_assert_eq!(read, Ok(auth));
        }
    }
}
