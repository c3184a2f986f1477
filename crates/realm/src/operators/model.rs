//! Operators, their passwords and their sessions, as they are kept.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use raidkeep_engine::storage::WorldRow;
use serde::{Deserialize, Serialize};

/// How long a session lasts, in seconds.
pub(super) const SESSION_SECONDS: i64 = 12 * 3600;
/// Sessions of one operator; the oldest ends when there is one more.
const SESSIONS_MAX: usize = 16;

/// The longest name of an operator, in characters.
const NAME_CHARS_MAX: usize = 40;

/// An operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorAccount {
    /// The name of a role.
    pub role: String,
    /// The Argon2id hash of the password.
    pub password: String,
    /// Whether somebody else has set the password.
    pub must_change: bool,
    /// The sealed secret of the second factor.
    pub totp: Option<Box<str>>,
    /// The last step whose code was used: no code works twice.
    pub totp_step: u64,
    /// Unix seconds.
    pub added_at: i64,
    /// Unix seconds; `None` before the first log-in.
    pub last_login_at: Option<i64>,
}

/// All operators by name.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct OperatorBook(pub BTreeMap<String, OperatorAccount>);

impl WorldRow for OperatorBook {
    const TABLE: &'static str = "operators";
}

/// A session of an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorSession {
    /// Whose it is.
    pub name: String,
    /// SHA-256 of its token.
    pub hash: [u8; 32],
    /// When it ends, unix seconds.
    pub until: i64,
}

/// All sessions by number.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct OperatorSessions {
    last: u64,
    /// Those that have not ended.
    pub open: BTreeMap<u64, OperatorSession>,
}

impl WorldRow for OperatorSessions {
    const TABLE: &'static str = "operator_sessions";
}

impl OperatorSessions {
    /// Begins a session at `now` (unix seconds).
    pub fn begin(&mut self, name: &str, hash: [u8; 32], now: i64) -> OperatorSession {
        self.last += 1;
        let session = OperatorSession { name: name.to_owned(), hash, until: now + SESSION_SECONDS };
        self.open.insert(self.last, session.clone());
        let own: Vec<u64> = self.of(name).collect();
        own.iter().rev().skip(SESSIONS_MAX).for_each(|number| drop(self.open.remove(number)));
        session
    }

    /// The numbers of an operator's sessions, the oldest first.
    fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = u64> + 'a {
        self.open.iter().filter(move |(_, session)| session.name == name).map(|(number, _)| *number)
    }

    /// Ends an operator's sessions but the one that is kept.
    pub fn end_all(&mut self, name: &str, kept: Option<u64>) {
        self.open.retain(|number, session| session.name != name || Some(*number) == kept);
    }

    /// Ends what is over at `now`; returns whether anything was.
    pub fn expire(&mut self, now: i64) -> bool {
        let before = self.open.len();
        self.open.retain(|_, session| session.until > now);
        self.open.len() < before
    }

    /// When the next session ends.
    pub fn next_end(&self) -> Option<i64> {
        self.open.values().map(|session| session.until).min()
    }
}

/// Whether a text may be the name of an operator: letters, digits, `-`, `_` and `.`; it is written into logs and files.
pub fn is_name(text: &str) -> bool {
    let is_fit = |character: char| character.is_alphanumeric() || "-_.".contains(character);
    !text.is_empty() && text.chars().count() <= NAME_CHARS_MAX && text.chars().all(is_fit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_end_by_themselves_and_the_oldest_when_there_are_too_many() {
        let mut sessions = OperatorSessions::default();
        (0..20).for_each(|number| drop(sessions.begin("ann", [number; 32], i64::from(number))));
        assert_eq!(sessions.open.len(), SESSIONS_MAX);
        assert!(sessions.open.values().all(|session| session.hash[0] >= 4), "the oldest are gone");
        assert_eq!(sessions.next_end(), Some(4 + SESSION_SECONDS));
        assert!(sessions.expire(10 + SESSION_SECONDS));
        assert_eq!(sessions.open.len(), 9);
        sessions.begin("bob", [99; 32], 0);
        sessions.end_all("ann", Some(20));
        assert_eq!(sessions.open.keys().collect::<Vec<_>>(), [&20, &21], "of others, and the one that is kept");
    }

    #[test]
    fn names_of_operators_are_plain_words() {
        assert!(is_name("王.lead_2") && is_name("ann-b"));
        for odd in ["", "a b", "<b>", "a\nb", &"x".repeat(41)] {
            assert!(!is_name(odd), "{odd:?}");
        }
    }
}
