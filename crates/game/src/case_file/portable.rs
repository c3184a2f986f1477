//! A player's file in a document: a ban travels with the player, so that nobody gets rid of one by moving.

use serde::{Deserialize, Serialize};

use crate::case_file::model::{Ban, CaseFile, Entries, Mute, NOTES_MAX, Note};
use raidkeep_engine::storage::Unfit;

/// What operators keep about a player; empty for nearly all of them.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PortableCaseFile {
    /// Also one that is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    ban: Option<Ban>,
    /// Also one that is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    mute: Option<Mute>,
    /// How many notes there were in all.
    last_note: u64,
    /// In order of number.
    notes: Vec<Note>,
    /// The ledger's movements that were undone, in order.
    undone: Vec<u64>,
    /// How many attempts at stages were given back.
    attempts_returned: u64,
}

impl PortableCaseFile {
    pub(super) fn of(file: CaseFile) -> Self {
        let (Entries { ban, mute, last_note, undone, attempts_returned }, notes) = file.into_parts();
        let ban = ban.map(|(at, until, message, reason, by)| Ban { at, until, message, reason, by });
        let mute = mute.map(|(at, until, reason, by)| Mute { at, until, reason, by });
        Self { ban, mute, last_note, notes, undone, attempts_returned }
    }

    pub(super) fn into_case_file(self) -> Result<CaseFile, Unfit> {
        let Self { ban, mute, last_note, notes, undone, attempts_returned } = self;
        if notes.len() > NOTES_MAX {
            return Err(Unfit::at("notes", format!("expected at most {NOTES_MAX}")));
        }
        for (at, note) in notes.iter().enumerate() {
            let is_in_order = at == 0 || notes[at - 1].number < note.number;
            if !is_in_order || !(1..=last_note).contains(&note.number) {
                return Err(Unfit::at(format!("notes[{at}].number"), "expected rising numbers up to last_note"));
            }
        }
        if let Some(at) = (1..undone.len()).find(|at| undone[at - 1] >= undone[*at]) {
            return Err(Unfit::at(format!("undone[{at}]"), "expected rising numbers"));
        }
        let ban = ban.map(|Ban { at, until, message, reason, by }| (at, until, message, reason, by));
        let mute = mute.map(|Mute { at, until, reason, by }| (at, until, reason, by));
        Ok(CaseFile::brought(Entries { ban, mute, last_note, undone, attempts_returned }, notes))
    }
}
