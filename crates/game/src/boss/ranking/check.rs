//! Invariants of the ranking, which is the players' records in order: the order is unambiguous.

use std::collections::BTreeMap;

use crate::boss::{BossRecord, Season};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::storage::PlayerRow;
use raidkeep_engine::verify::Inspection;

pub(super) fn check(inspection: &mut Inspection<'_>) {
    let Some(season) = inspection.world_row::<Season>() else {
        return;
    };
    let mut reached_by: BTreeMap<u64, AccountId> = BTreeMap::new();
    inspection.each_player::<BossRecord>(|inspection, account, record| {
        let what = if record.season() > season.number {
            Some(format!("the record is of season {}, and the present one is {}", record.season(), season.number))
        } else if let Some((_, reached)) = record.standing(season.number) {
            let earlier = reached_by.insert(reached, account);
            let twice = earlier.map(|earlier| format!("the record is number {reached}, as that of {earlier} is"));
            let beyond = (reached > season.records)
                .then(|| format!("the record is number {reached}, and {} were counted in all", season.records));
            twice.or(beyond)
        } else {
            None
        };
        if let Some(what) = what {
            let what = format!("{what}: the player's rank is not certain");
            inspection.breach(<BossRecord as PlayerRow>::TABLE, &account.to_key(), Some(account), what);
        }
    });
}
