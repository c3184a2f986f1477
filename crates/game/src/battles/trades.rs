//! What battles take and give.

use crate::battles::fighters::{FighterRule, FighterRules};
use crate::battles::rules::BattleRules;
use crate::drops::rolling;
use crate::trade::{Frequency, Good, Trade, TradeKind};
use raidkeep_engine::rules::{Place, SingleFile, Tables};

/// A challenge between players, as one who wins half of them sees it, then one that is won against each fighter.
pub fn trades(tables: &Tables) -> Vec<Trade> {
    let Some(rules) = tables.get::<BattleRules>() else {
        return Vec::new();
    };
    let fighters = tables.get::<FighterRules>().into_iter().flat_map(|rules| &rules.fighters).enumerate();
    let rewarded = Frequency::PerDay(rules.rewarded_per_day.player);
    let won = fighters.map(|(index, fighter)| victory(index, fighter, tables));
    std::iter::once(challenge(rules, tables)).chain(won).map(|battle| battle.with_frequency(rewarded)).collect()
}

/// The stake comes back on average, less the commission.
fn challenge(rules: &BattleRules, tables: &Tables) -> Trade {
    let place = Place::file(<BattleRules as SingleFile>::PATH);
    let mut battle = Trade::new(TradeKind::Battle, "a challenge between players, half of them won", place, "stake")
        .giving_items(&rules.rewards.winner.items, 0.5, "rewards.winner.items")
        .giving_items(&rules.rewards.loser.items, 0.5, "rewards.loser.items")
        .giving(Good::Experience, rules.rewards.winner.exp as f64 / 2.0, "rewards.winner.exp")
        .giving(Good::Experience, rules.rewards.loser.exp as f64 / 2.0, "rewards.loser.exp");
    battle = rolling(battle, &rules.rewards.winner.drops, 0.5, "rewards.winner.drops", tables);
    battle = rolling(battle, &rules.rewards.loser.drops, 0.5, "rewards.loser.drops", tables);
    if let Some(stake) = &rules.stake {
        let pot = stake.each.quantity * 2;
        let commission = pot * i64::from(stake.commission_percent) / 100;
        battle = battle.taking(Good::Item(stake.each.item), commission as f64 / 2.0, "stake.commission_percent");
    }
    battle
}

fn victory(index: usize, fighter: &FighterRule, tables: &Tables) -> Trade {
    let place = Place::file(<FighterRules as SingleFile>::PATH).key("fighters").index(index);
    let spoils = &fighter.rewards.winner;
    let victory = Trade::new(TradeKind::Battle, format!("a battle won against {}", fighter.name), place, "rewards")
        .giving_items(&spoils.items, 1.0, "rewards.winner.items")
        .giving(Good::Experience, spoils.exp as f64, "rewards.winner.exp");
    rolling(victory, &spoils.drops, 1.0, "rewards.winner.drops", tables)
}
