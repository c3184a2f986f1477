//! Which bosses players have hurt or killed, for whoever is about to change one.

use raidkeep_engine::rules::Table;
use raidkeep_engine::storage::{WorldEntity, WorldRow};
use raidkeep_engine::usage::{RowInUse, UsedEntry, Uses};

use crate::boss::{BossNumbers, BossRules, WorldBoss};

const DEAD: UsedEntry = UsedEntry { table: <BossRules as Table>::PATH, list: "bosses", how: "is dead" };
const HURT: UsedEntry = UsedEntry { how: "is hurt", ..DEAD };

pub(super) fn count(row: &RowInUse<'_>, uses: &mut Uses) {
    let Some(boss) = WorldBoss::read(row.value).ok().filter(|boss| boss.left < boss.life) else {
        return;
    };
    let numbers = row.rows.only_row(BossNumbers::TABLE).ok().flatten();
    let numbers = numbers.and_then(|numbers| BossNumbers::read(&numbers).ok()).unwrap_or_default();
    if let Some(id) = numbers.id(boss.number) {
        uses.note(if boss.is_alive() { HURT } else { DEAD }, id, None, 1);
    }
}
