//! Which rates and chances pay players who hang up a stage, for whoever is about to change them.

use raidkeep_engine::rules::SingleFile;
use raidkeep_engine::storage::{PlayerRow, decode_value};
use raidkeep_engine::usage::{RowInUse, UsedEntry, Uses};

use crate::hang_up::{HangUp, HangUpRules};

const RATE: UsedEntry =
    UsedEntry { table: <HangUpRules as SingleFile>::PATH, list: "rates", how: "hang up a stage that it pays" };
const CHANCES: UsedEntry = UsedEntry { list: "chances", ..RATE };

pub(super) fn count(row: &RowInUse<'_>, uses: &mut Uses) {
    let hang_up = decode_value::<HangUp>(HangUp::VERSION, row.value, HangUp::upgrade);
    let Some((stage, rules)) = hang_up.ok().and_then(|hang_up| hang_up.stage()).zip(row.tables.get::<HangUpRules>())
    else {
        return;
    };
    for (entry, paying) in [(RATE, rules.rate_stage(stage)), (CHANCES, rules.chances_stage(stage))] {
        if let Some(paying) = paying {
            uses.note(entry, &paying.to_string(), row.account(), 1);
        }
    }
}
