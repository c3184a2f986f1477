//! The history of rule sets, and what is kept of each.

use std::collections::VecDeque;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use raidkeep_engine::reload::{RuleChange, RulesPin};
use raidkeep_engine::rules::RuleFiles;
use raidkeep_engine::storage::Rows;
use raidkeep_engine::storage::{ArchivedRow, StorageError, WorldRow};

/// How many entries the history has.
pub(super) const ENTRIES_MAX: usize = 50;

/// A rule set that came into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RuleEntry {
    /// Counts from 1.
    pub(super) number: u64,
    pub(super) fingerprint: String,
    pub(super) change: RuleChange,
    /// Unix seconds.
    pub(super) at: i64,
    pub(super) by: String,
    pub(super) reason: String,
    /// Where it was read from.
    pub(super) source: String,
}

/// What the realm knows of rule sets: which came into force last, and which one is pinned.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub(super) struct RuleBook {
    last: u64,
    /// The oldest first.
    entries: VecDeque<RuleEntry>,
    pin: Option<RulesPin>,
}

impl WorldRow for RuleBook {
    const TABLE: &'static str = "rule_book";
}

/// The files of a set that the history mentions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptRuleSet(pub(super) RuleFiles);

impl ArchivedRow for KeptRuleSet {
    const TABLE: &'static str = "rule_sets";
}

/// The row of a set.
pub(super) fn key(fingerprint: &str) -> &[u8] {
    fingerprint.as_bytes()
}

impl RuleBook {
    /// Whether the files of a set are kept.
    pub(super) fn has(&self, fingerprint: &str) -> bool {
        self.entries.iter().any(|entry| entry.fingerprint == fingerprint)
    }

    pub(super) fn pin(&self) -> Option<&RulesPin> {
        self.pin.as_ref()
    }

    /// Those before a number, the newest first.
    pub(super) fn before(&self, number: u64) -> impl Iterator<Item = &RuleEntry> {
        self.entries.iter().rev().filter(move |entry| entry.number < number)
    }

    /// Whether a set may come into force in this way.
    pub(super) fn admits(&self, change: RuleChange) -> bool {
        change != RuleChange::Published || self.pin.is_none()
    }

    /// Notes that a set comes into force, which is admitted. Returns the sets that are not mentioned any more.
    pub(super) fn note(&mut self, entry: RuleEntry) -> Vec<String> {
        let RuleEntry { fingerprint, change, at, by, reason, .. } = entry.clone();
        self.pin = (change == RuleChange::WentBack).then_some(RulesPin { fingerprint, at, by, reason });
        let is_news = change != RuleChange::Published
            || self.entries.back().is_none_or(|last| last.fingerprint != entry.fingerprint);
        if is_news {
            self.last += 1;
            self.entries.push_back(RuleEntry { number: self.last, ..entry });
        }
        let surplus = self.entries.len().saturating_sub(ENTRIES_MAX);
        let dropped: Vec<RuleEntry> = self.entries.drain(..surplus).collect();
        dropped.into_iter().map(|entry| entry.fingerprint).filter(|fingerprint| !self.has(fingerprint)).collect()
    }
}

/// The set that came into force last, with its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetInForce {
    /// The number of its entry in the history, which rises.
    pub number: u64,
    /// Which.
    pub fingerprint: String,
    /// Since when and why it is pinned; `None` = it is not.
    pub pin: Option<RulesPin>,
    /// The files; `None` = they are not there, although they should be.
    pub files: Option<RuleFiles>,
}

/// The set in force in a realm at rest; `None` in a new one.
///
/// # Errors
/// When the rows cannot be read.
pub fn set_in_force(rows: &Rows) -> Result<Option<SetInForce>, StorageError> {
    let unreadable = |table| move |source| StorageError::Row { table, source };
    let Some(book) = rows.only_row(RuleBook::TABLE)? else { return Ok(None) };
    let mut book = RuleBook::read(&book).map_err(unreadable(RuleBook::TABLE))?;
    let Some(RuleEntry { number, fingerprint, .. }) = book.entries.pop_back() else { return Ok(None) };
    let row = rows.get(KeptRuleSet::TABLE, key(&fingerprint))?;
    let set = row.map(|row| KeptRuleSet::read(&row)).transpose().map_err(unreadable(KeptRuleSet::TABLE))?;
    Ok(Some(SetInForce { number, fingerprint, pin: book.pin, files: set.map(|set| set.0) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(fingerprint: &str, change: RuleChange) -> RuleEntry {
        let [by, reason, source] = ["eve", "a try", "the folder assets"].map(str::to_owned);
        RuleEntry { number: 0, fingerprint: fingerprint.to_owned(), change, at: 7, by, reason, source }
    }

    fn fingerprints(book: &RuleBook) -> Vec<&str> {
        book.before(u64::MAX).map(|entry| entry.fingerprint.as_str()).collect()
    }

    #[test]
    fn a_set_that_is_published_twice_in_a_row_is_one_entry() {
        let mut book = RuleBook::default();
        for fingerprint in ["a", "a", "b", "a"] {
            assert_eq!(book.note(entry(fingerprint, RuleChange::Published)), Vec::<String>::new());
        }
        assert_eq!(fingerprints(&book), ["a", "b", "a"], "a restart with the same set is no news");
    }

    #[test]
    fn a_pin_keeps_what_is_published_out_until_it_is_removed() {
        let mut book = RuleBook::default();
        book.note(entry("a", RuleChange::Published));
        book.note(entry("b", RuleChange::Published));
        book.note(entry("a", RuleChange::WentBack));
        assert_eq!(book.pin().map(|pin| pin.fingerprint.as_str()), Some("a"));
        assert!(!book.admits(RuleChange::Published), "a folder changes nothing then");
        assert!(book.admits(RuleChange::WentBack), "another set can be pinned instead");
        book.note(entry("b", RuleChange::Unpinned));
        assert_eq!(book.pin(), None);
        assert!(book.admits(RuleChange::Published));
        assert_eq!(fingerprints(&book), ["b", "a", "b", "a"]);
    }

    #[test]
    fn fifty_entries_are_kept_and_no_files_of_a_set_that_none_of_them_mentions() {
        let mut book = RuleBook::default();
        book.note(entry("first", RuleChange::Published));
        book.note(entry("second", RuleChange::Published));
        book.note(entry("first", RuleChange::Published));
        let mut dropped = Vec::new();
        for number in 3..=ENTRIES_MAX {
            dropped.extend(book.note(entry(&number.to_string(), RuleChange::Published)));
        }
        assert_eq!(dropped, Vec::<String>::new(), "an older entry went, but a later one mentions its set");
        assert_eq!(fingerprints(&book).len(), ENTRIES_MAX);
        assert_eq!(book.note(entry("x", RuleChange::Published)), ["second"]);
        assert!(book.has("first") && !book.has("second"));
        assert_eq!(book.note(entry("y", RuleChange::Published)), ["first"]);
    }
}
