//! Which bosses players have hurt or killed, for whoever is about to change one.

use raidkeep_engine::rules::SingleFile;
use raidkeep_engine::storage::WorldEntity;
use raidkeep_engine::usage::{RowInUse, UsedEntry, Uses};

use crate::boss::{BossRules, WorldBoss};

const DEAD: UsedEntry = UsedEntry { table: <BossRules as SingleFile>::PATH, list: "bosses", how: "is dead" };
const HURT: UsedEntry = UsedEntry { how: "is hurt", ..DEAD };

pub(super) fn count(row: &RowInUse<'_>, uses: &mut Uses) {
    let bosses = row.tables.get::<BossRules>().map_or(&[][..], |rules| &rules.bosses);
    if let Ok(boss) = WorldBoss::read(row.value)
        && let Some(entry) = bosses.get(boss.number as usize)
        && boss.left < boss.life
    {
        uses.note(if boss.is_alive() { HURT } else { DEAD }, &entry.name, None, 1);
    }
}
