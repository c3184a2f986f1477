//! Which items are in mails, for whoever is about to remove one.

use raidkeep_engine::storage::WorldRow;
use raidkeep_engine::usage::{RowInUse, UsedEntry, Uses};

use crate::items::usage::{item, note_items};
use crate::mail::Broadcasts;
use crate::mail::model::{HEAD, Mail};
use crate::mail::rows::row_number;

const UNCLAIMED: UsedEntry = item("in mails that are not claimed");
const ANNOUNCED: UsedEntry = item("in mails to everybody that players may still receive");

pub(super) fn count_mails(row: &RowInUse<'_>, uses: &mut Uses) {
    if row_number(row.key).is_ok_and(|number| number != HEAD)
        && let Ok(mail) = Mail::read(row.value)
        && mail.is_owed()
    {
        note_items(uses, UNCLAIMED, &mail.letter().items, row.account());
    }
}

pub(super) fn count_broadcasts(row: &RowInUse<'_>, uses: &mut Uses) {
    for letter in Broadcasts::read(row.value).iter().flat_map(Broadcasts::letters) {
        note_items(uses, ANNOUNCED, &letter.items, None);
    }
}
