//! What bosses and seasons give, and what the legacy room takes.

use crate::boss::rules::{BOSS_TICKET, BossRules};
use crate::trade::{Frequency, Good, Trade, TradeKind};
use raidkeep_engine::rules::{Place, Table, Tables};

/// The legacy boss room, the gifts of bosses, the rewards of a season.
pub fn trades(tables: &Tables) -> Vec<Trade> {
    let Some(rules) = tables.get::<BossRules>() else {
        return Vec::new();
    };
    let file = Place::file(<BossRules as Table>::PATH);
    let entry = &rules.legacy_entry;
    let room = Trade::new(TradeKind::LegacyStage, "boss room by enter_stage", file.clone(), "legacy_entry.energy")
        .taking(Good::Energy, entry.energy as f64, "legacy_entry.energy")
        .taking_items(&entry.cost, "legacy_entry.cost")
        .taking(Good::Ticket(BOSS_TICKET), 1.0, "");
    let gifts =
        rules.bosses.iter().enumerate().map(|(index, boss)| {
            let place = file.clone().key("bosses").index(index);
            Trade::new(TradeKind::Gift, format!("gift of boss {} ({})", boss.name, boss.id()), place, "gift")
                .giving_items(&boss.gift.items, 1.0, "gift.items")
        });
    let ranks = rules.season_rewards.iter().enumerate().map(|(index, bracket)| {
        let place = file.clone().key("season_rewards").index(index);
        let name = format!("season's ranks {} to {}", bracket.from, bracket.to);
        Trade::new(TradeKind::Gift, name, place, "items").giving_items(&bracket.items, 1.0, "items")
    });
    let seldom = gifts.chain(ranks).map(|gift| gift.with_frequency(Frequency::Seldom));
    std::iter::once(room).chain(seldom).collect()
}
