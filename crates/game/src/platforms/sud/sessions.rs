//! How players' sessions with SUD (`ss_token`) are kept: encrypted, because whoever has one can act for its player there.
//!
//! What is kept is a text, `sealed:KEY:BYTES`. Earlier programs have kept the session itself.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::platforms::secret::Secret;

/// The environment variable that holds the keys.
pub const SESSION_KEYS_VARIABLE: &str = "RAIDKEEP_SESSION_KEYS";
/// The file of the data folder that holds them otherwise.
pub const SESSION_KEYS_FILE: &str = "session_keys";

/// In front of a sealed session.
const MARK: &str = "sealed:";
const KEY_BYTES: usize = 32;

/// The keys with which sessions are sealed. The first one seals, and all open what they have sealed, so that a key is
/// replaced by putting a new one in front of it.
#[derive(Clone)]
pub struct SessionKeys(Arc<KeyRing>);

enum KeyRing {
    Known(Vec<SessionKey>),
    /// Of a replay, which sends nothing.
    Unknown,
}

struct SessionKey {
    /// Tells keys apart and reveals nothing of them.
    id: String,
    key: LessSafeKey,
}

/// A sealed session, as a job makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedSession(pub Box<str>);

/// A session that cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// The key is not there.
    #[error(
        "the ss_token is sealed with key {id}, which this server does not have: put it into {SESSION_KEYS_VARIABLE}, or into \
         the file {SESSION_KEYS_FILE} of the data folder, behind the key that is there, and start the server again"
    )]
    NoKey {
        /// The key's id.
        id: String,
    },
    /// The key is there, and did not seal this.
    #[error("the ss_token is damaged; the player has to bind its uid again")]
    Damaged,
}

impl SessionKeys {
    /// The keys in a text, separated by commas or white space: each 32 bytes in base64url.
    ///
    /// # Errors
    /// When there is none, or one is no key; what is wrong is told without the key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let texts = text.split([',', ' ', '\t', '\r', '\n']).filter(|text| !text.is_empty());
        let keys: Option<Vec<SessionKey>> = texts.map(SessionKey::parse).collect();
        match keys {
            Some(keys) if !keys.is_empty() => Ok(Self(Arc::new(KeyRing::Known(keys)))),
            _ => Err(format!(
                "expected keys of {KEY_BYTES} bytes in base64url without padding, separated by commas or lines"
            )),
        }
    }

    /// A new key, in the form that [`SessionKeys::parse`] reads. `None` when the system has no random bits.
    pub fn make_key() -> Option<String> {
        random::<KEY_BYTES>().map(|key| BASE64_URL_SAFE_NO_PAD.encode(key))
    }

    /// Stands in for the keys in a replay: every session opens, and is empty.
    pub fn unknown() -> Self {
        Self(Arc::new(KeyRing::Unknown))
    }

    /// Seals a session. `None` when the system has no random bits.
    pub fn seal(&self, session: &str) -> Option<SealedSession> {
        let KeyRing::Known(keys) = &*self.0 else { return None };
        let SessionKey { id, key } = keys.first()?;
        let nonce = random::<NONCE_LEN>()?;
        let mut bytes = session.as_bytes().to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut bytes).ok()?;
        let sealed = BASE64_URL_SAFE_NO_PAD.encode([&nonce[..], &bytes].concat());
        Some(SealedSession(format!("{MARK}{id}:{sealed}").into()))
    }

    /// Opens what is kept of a session: a sealed one, one of an earlier program, or none, which is empty.
    ///
    /// # Errors
    /// When its key is missing.
    pub fn open(&self, kept: &str) -> Result<Secret, Unopened> {
        let Some(sealed) = kept.strip_prefix(MARK) else {
            return Ok(Secret::new(kept));
        };
        let KeyRing::Known(keys) = &*self.0 else {
            return Ok(Secret::new(""));
        };
        let (id, sealed) = sealed.split_once(':').ok_or(Unopened::Damaged)?;
        let known = keys.iter().find(|key| key.id == id);
        let SessionKey { key, .. } = known.ok_or_else(|| Unopened::NoKey { id: id.to_owned() })?;
        key.open(sealed).map(Secret::new).ok_or(Unopened::Damaged)
    }
}

/// Whether what is kept of a session is sealed.
pub(super) fn is_sealed(kept: &str) -> bool {
    kept.starts_with(MARK)
}

/// Opens what is kept of a session inside the text of a report, which has it as its last field.
pub(super) fn open_in_report(keys: &SessionKeys, report: &str) -> Result<String, Unopened> {
    let field = format!("\"ss_token\":\"{MARK}");
    let Some(begin) = report.rfind(&field).map(|at| at + field.len() - MARK.len()) else {
        return Ok(report.to_owned());
    };
    let (before, rest) = report.split_at(begin);
    let (kept, behind) = rest.split_once('"').ok_or(Unopened::Damaged)?;
    let session = keys.open(kept)?;
    let text = serde_json::to_string(session.expose()).map_err(|_| Unopened::Damaged)?;
    Ok(format!("{}{text}{behind}", &before[..before.len() - 1]))
}

trait Open {
    fn open(&self, sealed: &str) -> Option<String>;
}

impl Open for LessSafeKey {
    fn open(&self, sealed: &str) -> Option<String> {
        let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk_mut::<NONCE_LEN>()?;
        let opened = self.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), sealed).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }
}

impl SessionKey {
    fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; KEY_BYTES] = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let hash = Sha256::digest([b"raidkeep session key".as_slice(), &bytes].concat());
        let id = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &bytes).ok()?);
        Some(Self { id, key })
    }
}

fn random<const BYTES: usize>() -> Option<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes)
}

/// A key of its own, which nobody else has: sessions cannot be opened after the process has ended.
impl Default for SessionKeys {
    fn default() -> Self {
        let key = Self::make_key().and_then(|key| SessionKey::parse(&key));
        Self(Arc::new(KeyRing::Known(key.into_iter().collect())))
    }
}

impl std::fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionKeys(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> String {
        SessionKeys::make_key().expect("a system with random bits")
    }

    fn keys(text: &str) -> SessionKeys {
        SessionKeys::parse(text).expect("keys")
    }

    #[test]
    fn a_key_is_replaced_by_putting_a_new_one_in_front_of_it() {
        let (old, new) = (key(), key());
        let sealed = keys(&old).seal("session").expect("it can be sealed").0;
        assert!(!sealed.contains("session"), "{sealed}");
        assert_ne!(keys(&old).seal("session").expect("it can be sealed").0, sealed, "equal sessions look different");
        let both = keys(&format!("{new},{old}\n"));
        assert_eq!(both.open(&sealed).map(|opened| opened.expose().to_owned()).as_deref(), Ok("session"));
        let again = both.seal("session").expect("it can be sealed").0;
        assert!(keys(&old).open(&again).is_err() && keys(&new).open(&again).is_ok(), "the first one seals");
        let told = keys(&new).open(&sealed).expect_err("the key is gone").to_string();
        assert!(told.contains(SESSION_KEYS_VARIABLE) && told.contains(&sealed[7..15]), "{told}");
    }

    #[test]
    fn what_was_changed_does_not_open() {
        let keys = keys(&key());
        let sealed = keys.seal("session").expect("it can be sealed").0;
        for at in 16..sealed.len() {
            let mut bytes = sealed.clone().into_string().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'Q' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("it is ASCII");
            assert_eq!(keys.open(&changed), Err(Unopened::Damaged), "character {at}");
        }
        assert_eq!(keys.open("of-an-earlier-program").map(|opened| opened.expose().len()), Ok(21));
    }

    #[test]
    fn a_report_is_sent_with_the_session_whatever_its_other_fields_say() {
        let keys = keys(&key());
        let sealed = keys.seal("a\"b\\c").expect("it can be sealed").0;
        let extras = r#""ss_token":"sealed:x"#;
        let report = serde_json::json!({"extras": extras, "ss_token": &*sealed}).to_string();
        let sent: serde_json::Value =
            serde_json::from_str(&open_in_report(&keys, &report).expect("the key is there")).expect("JSON");
        assert_eq!(sent, serde_json::json!({"extras": extras, "ss_token": "a\"b\\c"}));
        let earlier = r#"{"ss_token":"clear"}"#;
        assert_eq!(open_in_report(&keys, earlier).as_deref(), Ok(earlier));
    }

    #[test]
    fn keys_that_are_none_are_refused_without_showing_them() {
        for text in ["", " ,", "short", &format!("{},short", key())] {
            let told = SessionKeys::parse(text).map(|_| ()).expect_err(text);
            assert!(told.contains("32 bytes") && !told.contains("short"), "{told}");
        }
    }
}
