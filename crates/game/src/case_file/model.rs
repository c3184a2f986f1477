//! The file that operators keep about a player.

use std::collections::BTreeSet;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case_file::portable::PortableCaseFile;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::storage::{Arrival, Batch, Departure, PlayerRows, RowError, Unfit, decode_value, encode_value};

/// The most notes about one player.
pub(super) const NOTES_MAX: usize = 100;

/// While a ban holds, the player can neither act nor log in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ban {
    /// When it began, unix seconds.
    pub at: i64,
    /// When it ends, unix seconds; absent = never.
    #[serde(default, skip_serializing_if = "is_never")]
    pub until: Option<i64>,
    /// What the player is told.
    pub message: String,
    /// Why, for operators.
    pub reason: String,
    /// The operator.
    pub by: String,
}

/// While a mute holds, nobody reads what the player writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mute {
    /// When it began, unix seconds.
    pub at: i64,
    /// When it ends, unix seconds; absent = never.
    #[serde(default, skip_serializing_if = "is_never")]
    pub until: Option<i64>,
    /// Why, for operators.
    pub reason: String,
    /// The operator.
    pub by: String,
}

/// What an operator has noted about a player.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// Counts the notes about the player from 1. Part of the row's key.
    pub number: u64,
    /// Unix seconds.
    pub at: i64,
    /// The operator.
    pub by: String,
    /// What it says.
    pub text: String,
}

/// Whether a moment is left out. Documents and replies leave it out; rows, which have no names, hold it.
fn is_never(until: &Option<i64>) -> bool {
    until.is_none()
}

fn holds(until: Option<i64>, now: i64) -> bool {
    until.is_none_or(|until| now < until)
}

/// What operators keep about a player, for nearly all of them nothing.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component)]
pub struct CaseFile {
    kept: Option<Box<Kept>>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Kept {
    entries: Entries,
    /// In order of number.
    notes: Vec<Note>,
    /// The numbers of notes that were added or removed since they were last stored.
    unsaved: BTreeSet<u64>,
}

/// Everything but the notes, as it is in the row.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entries {
    pub(super) ban: Option<BanRow>,
    pub(super) mute: Option<MuteRow>,
    pub(super) last_note: u64,
    /// The ledger's movements that were undone, in order.
    pub(super) undone: Vec<u64>,
    /// How many attempts at stages were given back.
    pub(super) attempts_returned: u64,
}

/// A [`Ban`] in a row: began, ends, message, reason, operator.
pub(super) type BanRow = (i64, Option<i64>, String, String, String);
/// A [`Mute`] in a row: began, ends, reason, operator.
pub(super) type MuteRow = (i64, Option<i64>, String, String);

impl CaseFile {
    fn entries(&self) -> Option<&Entries> {
        self.kept.as_ref().map(|kept| &kept.entries)
    }

    fn kept_mut(&mut self) -> &mut Kept {
        self.kept.get_or_insert_default()
    }

    /// The ban that holds now.
    pub fn ban(&self, now: i64) -> Option<Ban> {
        let (at, until, message, reason, by) = self.entries()?.ban.clone().filter(|ban| holds(ban.1, now))?;
        Some(Ban { at, until, message, reason, by })
    }

    /// Begins a ban, or lifts the one there is.
    pub fn set_ban(&mut self, ban: Option<Ban>) {
        self.kept_mut().entries.ban =
            ban.map(|Ban { at, until, message, reason, by }| (at, until, message, reason, by));
    }

    /// The mute that holds now.
    pub fn mute(&self, now: i64) -> Option<Mute> {
        let (at, until, reason, by) = self.entries()?.mute.clone().filter(|mute| holds(mute.1, now))?;
        Some(Mute { at, until, reason, by })
    }

    /// Begins a mute, or lifts the one there is.
    pub fn set_mute(&mut self, mute: Option<Mute>) {
        self.kept_mut().entries.mute = mute.map(|Mute { at, until, reason, by }| (at, until, reason, by));
    }

    /// The notes, the oldest first.
    pub fn notes(&self) -> &[Note] {
        self.kept.as_ref().map_or(&[], |kept| &kept.notes)
    }

    /// Adds a note; returns its number, or `None` when there are too many.
    pub fn add_note(&mut self, at: i64, by: String, text: String) -> Option<u64> {
        if self.notes().len() >= NOTES_MAX {
            return None;
        }
        let kept = self.kept_mut();
        kept.entries.last_note += 1;
        let number = kept.entries.last_note;
        kept.notes.push(Note { number, at, by, text });
        kept.unsaved.insert(number);
        Some(number)
    }

    /// Removes the note of this number; returns whether there was one.
    pub fn remove_note(&mut self, number: u64) -> bool {
        let is_there = self.notes().iter().any(|note| note.number == number);
        if is_there {
            let kept = self.kept_mut();
            kept.notes.retain(|note| note.number != number);
            kept.unsaved.insert(number);
        }
        is_there
    }

    /// Whether this movement of the ledger was undone.
    pub fn is_undone(&self, movement: u64) -> bool {
        self.entries().is_some_and(|entries| entries.undone.binary_search(&movement).is_ok())
    }

    /// Notes that a movement was undone. Those up to `dropped` are no longer in the ledger, so nobody can ask for them.
    pub fn note_undone(&mut self, movement: u64, dropped: u64) {
        let undone = &mut self.kept_mut().entries.undone;
        undone.retain(|undone| *undone > dropped);
        if let Err(at) = undone.binary_search(&movement) {
            undone.insert(at, movement);
        }
    }

    /// How many attempts at stages were given back.
    pub fn attempts_returned(&self) -> u64 {
        self.entries().map_or(0, |entries| entries.attempts_returned)
    }

    /// Counts an attempt that was given back.
    pub fn count_returned_attempt(&mut self) {
        self.kept_mut().entries.attempts_returned += 1;
    }

    /// All of it, to travel.
    pub(super) fn into_parts(self) -> (Entries, Vec<Note>) {
        self.kept.map(|kept| (kept.entries, kept.notes)).unwrap_or_default()
    }

    /// What has travelled, none of which has a row here.
    pub(super) fn brought(entries: Entries, notes: Vec<Note>) -> Self {
        let unsaved = notes.iter().map(|note| note.number).collect();
        let kept = Kept { entries, notes, unsaved };
        let is_empty = kept.entries == Entries::default() && kept.notes.is_empty();
        Self { kept: (!is_empty).then(|| Box::new(kept)) }
    }
}

const VERSION: u16 = 1;

/// A note in a row: time, operator, text.
type NoteRow = (i64, String, String);

fn note_key(account: AccountId, number: u64) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&account.to_key());
    key[8..].copy_from_slice(&number.to_be_bytes());
    key
}

fn encode_note(note: &Note, out: &mut Vec<u8>) {
    encode_value(VERSION, &(note.at, &note.by, &note.text), out);
}

/// One row with the entries, and one for each note behind it.
impl PlayerRows for CaseFile {
    const TABLE: &'static str = "case_files";
    const ROW_VERSION: u16 = VERSION;

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    fn save(&mut self, account: AccountId, batch: &mut Batch) {
        let Some(kept) = &mut self.kept else {
            return;
        };
        for number in std::mem::take(&mut kept.unsaved) {
            let key = note_key(account, number);
            match kept.notes.iter().find(|note| note.number == number) {
                Some(note) => batch.put(Self::TABLE, &key, |out| encode_note(note, out)),
                None => batch.delete(Self::TABLE, &key),
            }
        }
        batch.put(Self::TABLE, &account.to_key(), |out| encode_value(VERSION, &kept.entries, out));
    }

    fn digest(&self, out: &mut Vec<u8>) {
        if let Some(kept) = &self.kept {
            encode_value(VERSION, &kept.entries, out);
            kept.notes.iter().for_each(|note| encode_note(note, out));
        }
    }

    fn load(rows: &[(Vec<u8>, Vec<u8>)], _: &World) -> Result<Self, RowError> {
        let Some(((_, entries), notes)) = rows.split_first() else {
            return Ok(Self::default());
        };
        let entries = decode_value(VERSION, entries, |_, _| None)?;
        let notes = notes.iter().map(|(key, value)| read_note(key, value)).collect::<Result<_, _>>()?;
        let kept = Kept { entries, notes, unsaved: BTreeSet::new() };
        Ok(Self { kept: Some(Box::new(kept)) })
    }

    type Portable = PortableCaseFile;

    fn pack(self, _: Departure<'_>) -> Result<PortableCaseFile, RowError> {
        Ok(PortableCaseFile::of(self))
    }

    fn unpack(portable: PortableCaseFile, _: Arrival<'_>) -> Result<Self, Unfit> {
        portable.into_case_file()
    }
}

fn read_note(key: &[u8], value: &[u8]) -> Result<Note, RowError> {
    let number = key.get(8..).and_then(|number| number.try_into().ok()).ok_or(RowError::Damaged)?;
    let (at, by, text) = decode_value::<NoteRow>(VERSION, value, |_, _| None)?;
    Ok(Note { number: u64::from_be_bytes(number), at, by, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use raidkeep_engine::numbers::BatchNumber;

    fn ban(until: Option<i64>) -> Ban {
        Ban { at: 10, until, message: "farewell".into(), reason: "bot".into(), by: "ann".into() }
    }

    #[test]
    fn a_ban_and_a_mute_hold_until_their_moment_or_for_ever() {
        let mut file = CaseFile::default();
        assert_eq!((file.ban(0), file.mute(0)), (None, None));
        file.set_ban(Some(ban(Some(20))));
        assert_eq!((file.ban(19), file.ban(20)), (Some(ban(Some(20))), None), "it ends at the second");
        file.set_ban(Some(ban(None)));
        assert_eq!(file.ban(i64::MAX), Some(ban(None)));
        let mute = Mute { at: 10, until: Some(30), reason: "spam".into(), by: "ann".into() };
        file.set_mute(Some(mute.clone()));
        assert_eq!((file.mute(29), file.mute(30)), (Some(mute), None));
        file.set_ban(None);
        assert_eq!(file.ban(0), None);
    }

    #[test]
    fn a_player_has_so_many_notes_and_their_numbers_are_not_given_again() {
        let mut file = CaseFile::default();
        let add = |file: &mut CaseFile| file.add_note(5, "ann".into(), "text".into());
        for number in 1..=NOTES_MAX as u64 {
            assert_eq!(add(&mut file), Some(number));
        }
        assert_eq!(add(&mut file), None, "there are too many");
        assert!(file.remove_note(100) && !file.remove_note(100));
        assert_eq!(add(&mut file), Some(101));
    }

    #[test]
    fn undone_movements_are_remembered_as_long_as_the_ledger_has_them() {
        let mut file = CaseFile::default();
        [7, 3, 7].into_iter().for_each(|movement| file.note_undone(movement, 0));
        assert!(file.is_undone(3) && file.is_undone(7) && !file.is_undone(5));
        file.note_undone(9, 3);
        assert!(!file.is_undone(3) && file.is_undone(7) && file.is_undone(9));
    }

    /// The rows that a save makes of the table's.
    fn store(file: &mut CaseFile, rows: &mut std::collections::BTreeMap<Vec<u8>, Vec<u8>>) {
        let mut batch = Batch::new(BatchNumber(1), 5000);
        file.save(AccountId(7), &mut batch);
        for row in batch.rows() {
            match row.value {
                Some(value) => drop(rows.insert(row.key.to_vec(), value.to_vec())),
                None => drop(rows.remove(row.key)),
            }
        }
    }

    #[test]
    fn only_what_is_kept_has_rows_and_they_give_it_back() {
        let (mut file, mut rows) = (CaseFile::default(), std::collections::BTreeMap::new());
        store(&mut file, &mut rows);
        assert!(rows.is_empty(), "nothing is kept about nearly all players");
        file.set_ban(Some(ban(None)));
        for _ in 0..3 {
            file.add_note(5, "ann".into(), "text".into());
        }
        store(&mut file, &mut rows);
        file.remove_note(2);
        file.note_undone(4, 0);
        store(&mut file, &mut rows);
        assert_eq!(rows.len(), 3, "the entries and two notes");
        let rows: Vec<_> = rows.into_iter().collect();
        let world = World::new();
        assert_eq!(CaseFile::load(&rows, &world), Ok(file));
    }
}
