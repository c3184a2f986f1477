//! Idempotency keys: a repeated keyed request changes nothing and gets its first reply again
//! (docs/contract/envelope.md#idempotency-keys).

use std::collections::VecDeque;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::request::{Refusal, status};
use crate::storage::{Arrival, Batch, Departure, PlayerRows, RowError, Unfit, decode_value, encode_value};

/// How many keyed requests are remembered per player.
pub const REMEMBERED: u64 = 64;

/// A client's key, and the request it was used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnceKey {
    /// As the client chose it.
    pub key: Box<str>,
    /// The fingerprint of function and arguments.
    pub fingerprint: u64,
}

/// The result of looking up a keyed request.
#[derive(Debug, PartialEq, Eq)]
pub enum Repeat {
    /// The key is new.
    New,
    /// The same request, already answered with this body.
    Same(Vec<u8>),
    /// The key was used for another request.
    Misused,
}

impl Repeat {
    /// The refusal of a misused key.
    pub const fn misused() -> Refusal {
        Refusal::new(status::MALFORMED, "once: this key was used for another request")
    }
}

/// A player's last keyed requests with their replies.
#[derive(Debug, Default, Component)]
pub struct OnceLog {
    entries: VecDeque<Entry>,
    unsaved: usize,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    ordinal: u64,
    key: Box<str>,
    fingerprint: u64,
    body: Vec<u8>,
}

impl OnceLog {
    /// Looks up this key.
    pub fn look_up(&self, once: &OnceKey) -> Repeat {
        // A request that has started something leaves two replies; the later one counts.
        match self.entries.iter().rev().find(|entry| entry.key == once.key) {
            None => Repeat::New,
            Some(entry) if entry.fingerprint == once.fingerprint => Repeat::Same(entry.body.clone()),
            Some(_) => Repeat::Misused,
        }
    }

    /// Remembers the reply, and forgets the oldest beyond [`REMEMBERED`].
    pub fn keep(&mut self, once: OnceKey, body: &[u8]) {
        let ordinal = self.entries.back().map_or(0, |last| last.ordinal + 1);
        let OnceKey { key, fingerprint } = once;
        self.entries.push_back(Entry { ordinal, key, fingerprint, body: body.to_vec() });
        self.unsaved += 1;
        if self.entries.len() as u64 > REMEMBERED {
            self.entries.pop_front();
        }
    }
}

impl PlayerRows for OnceLog {
    const TABLE: &'static str = "once";

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    fn save(&mut self, account: AccountId, batch: &mut Batch) {
        let unsaved = std::mem::take(&mut self.unsaved).min(self.entries.len());
        for entry in self.entries.range(self.entries.len() - unsaved..) {
            let slot = u8::try_from(entry.ordinal % REMEMBERED).unwrap_or_default();
            let key = [&account.to_key()[..], &[slot]].concat();
            batch.put(Self::TABLE, &key, |value| encode_value(1, entry, value));
        }
    }

    fn digest(&self, out: &mut Vec<u8>) {
        for entry in &self.entries {
            encode_value(1, entry, out);
        }
    }

    fn load(rows: &[(Vec<u8>, Vec<u8>)], _: &World) -> Result<Self, RowError> {
        let mut entries = Vec::with_capacity(rows.len());
        for (_, value) in rows {
            entries.push(decode_value::<Entry>(1, value, |_, _| None)?);
        }
        entries.sort_unstable_by_key(|entry| entry.ordinal);
        Ok(Self { entries: entries.into(), unsaved: 0 })
    }

    type Portable = Vec<PortableEntry>;

    fn pack(self, _: Departure<'_>) -> Result<Vec<PortableEntry>, RowError> {
        let portable = |Entry { ordinal, key, fingerprint, body }| {
            let reply = String::from_utf8(body).map_err(|_| RowError::Damaged)?;
            Ok(PortableEntry { ordinal, key, fingerprint, reply })
        };
        self.entries.into_iter().map(portable).collect()
    }

    fn unpack(portable: Vec<PortableEntry>, _: Arrival<'_>) -> Result<Self, Unfit> {
        if portable.len() as u64 > REMEMBERED {
            return Err(Unfit::at("", format!("expected {REMEMBERED} keys at most")));
        }
        // The ordinal decides the slot, and no two replies may share one.
        if let Some(at) = portable.windows(2).position(|pair| pair[0].ordinal.checked_add(1) != Some(pair[1].ordinal)) {
            return Err(Unfit::at(format!("[{}].ordinal", at + 1), "expected one more than the ordinal before"));
        }
        if portable.last().is_some_and(|last| last.ordinal == u64::MAX) {
            return Err(Unfit::at(format!("[{}].ordinal", portable.len() - 1), "leaves no number for the next"));
        }
        let entry = |PortableEntry { ordinal, key, fingerprint, reply }| Entry {
            ordinal,
            key,
            fingerprint,
            body: reply.into_bytes(),
        };
        let entries: VecDeque<Entry> = portable.into_iter().map(entry).collect();
        Ok(Self { unsaved: entries.len(), entries })
    }
}

/// A keyed request in its player's document.
#[derive(Debug, Serialize, Deserialize)]
pub struct PortableEntry {
    ordinal: u64,
    key: Box<str>,
    fingerprint: u64,
    /// The reply, without the `id` and the closing brace.
    reply: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn once(key: &str, fingerprint: u64) -> OnceKey {
        OnceKey { key: key.into(), fingerprint }
    }

    #[test]
    fn a_key_answers_only_the_request_it_was_used_for() {
        let mut log = OnceLog::default();
        log.keep(once("a", 1), b"first");
        assert_eq!(log.look_up(&once("a", 1)), Repeat::Same(b"first".to_vec()));
        assert_eq!(log.look_up(&once("a", 2)), Repeat::Misused);
        assert_eq!(log.look_up(&once("b", 1)), Repeat::New);
    }

    #[test]
    fn the_last_64_keys_are_remembered_across_a_reload() {
        let mut log = OnceLog::default();
        let mut rows = std::collections::BTreeMap::new();
        for n in 0..100_u64 {
            log.keep(once(&n.to_string(), n), n.to_string().as_bytes());
            let mut batch = Batch::default();
            log.save(AccountId(7), &mut batch);
            for row in batch.rows() {
                rows.insert(row.key.to_vec(), row.value.expect("a kept reply").to_vec());
            }
        }
        assert_eq!(rows.len(), 64, "older replies are overwritten");
        let rows: Vec<_> = rows.into_iter().collect();
        let loaded = OnceLog::load(&rows, &World::new()).expect("own rows should be readable");
        assert_eq!(loaded.look_up(&once("35", 35)), Repeat::New, "forgotten");
        assert_eq!(loaded.look_up(&once("36", 36)), Repeat::Same(b"36".to_vec()));
        assert_eq!(loaded.look_up(&once("99", 99)), Repeat::Same(b"99".to_vec()));
    }
}
