//! Which stages players are in, for whoever is about to remove one.

use raidkeep_engine::rules::Table;
use raidkeep_engine::storage::PlayerEntity;
use raidkeep_engine::usage::{RowInUse, UsedEntry, Uses};

use crate::stages::{StageRules, StageSession};

const INSIDE: UsedEntry = UsedEntry { table: <StageRules as Table>::PATH, list: "stages", how: "are inside" };

pub(super) fn count(row: &RowInUse<'_>, uses: &mut Uses) {
    if let Ok(session) = StageSession::read(row.value) {
        uses.note(INSIDE, &session.open().stage.to_string(), row.account(), 1);
    }
}
