//! What stages and sweeps take and give.

use crate::drops::rolling;
use crate::stages::model::Mode;
use crate::stages::rules::{ModeRules, StageBlock, StageRules};
use crate::stages::sweep::{SweepBlock, SweepRules};
use crate::trade::{Frequency, Good, Trade, TradeKind};
use raidkeep_engine::rules::{Place, Table, Tables};

/// The trades of stages, then those of sweeps.
pub fn trades(tables: &Tables) -> Vec<Trade> {
    let mut all = Vec::new();
    for (file, mode) in tables.get::<StageRules>().into_iter().flat_map(StageRules::modes) {
        for block in &mode.stages {
            let place = Place::file(file).key("stages").index(block.entry);
            // The new functions have no activity stages.
            if mode.mode != Mode::Activity {
                all.push(entry(mode, block, tables, place.clone()));
            }
            all.extend(legacy_entry(mode, block, tables, place));
        }
    }
    for block in tables.get::<SweepRules>().into_iter().flat_map(|rules| &rules.stages) {
        let place = Place::file(<SweepRules as Table>::PATH).key("stages").index(block.entry);
        all.extend(sweep(block, block.from, tables, place.clone()));
        if block.to > block.from && !block.growth.is_empty() {
            all.extend(sweep(block, block.to, tables, place));
        }
    }
    all
}

fn entry(mode: &ModeRules, block: &StageBlock, tables: &Tables, place: Place) -> Trade {
    let entry = Trade::new(TradeKind::Stage, numbers(block), place, "energy")
        .taking(Good::Energy, block.energy as f64, "energy")
        .taking_items(&block.cost, "cost");
    won(entry, mode, block, tables)
}

fn legacy_entry(mode: &ModeRules, block: &StageBlock, tables: &Tables, place: Place) -> Option<Trade> {
    let legacy = block.legacy.as_ref()?;
    let entry =
        Trade::new(TradeKind::LegacyStage, format!("{} by enter_stage", numbers(block)), place, "legacy.energy")
            .taking(Good::Energy, legacy.energy as f64, "legacy.energy")
            .taking_items(&legacy.cost, "legacy.cost");
    Some(won(entry, mode, block, tables))
}

fn numbers(block: &StageBlock) -> String {
    match block.to.filter(|to| *to > block.from) {
        Some(to) => format!("stages {} to {to}", block.from),
        None => format!("stage {}", block.from),
    }
}

/// What a victory gives. What pays once only (a stage that cannot be repeated, or that is open at times) is not made at will.
fn won(entry: Trade, mode: &ModeRules, block: &StageBlock, tables: &Tables) -> Trade {
    let drawn = block.random.map_or(1.0, |draws| f64::from(draws) / block.rewards.len().max(1) as f64);
    let is_seldom = !mode.repeatable || block.is_timed();
    let ticket = mode.ticket.into_iter();
    let entry = ticket.fold(entry, |entry, ticket| entry.taking(Good::Ticket(ticket), 1.0, ""));
    rolling(entry, &block.drops, 1.0, "drops", tables)
        .giving_items(&block.rewards, drawn, "rewards")
        .giving(Good::Experience, block.exp as f64, "exp")
        .from_level(block.level)
        .with_frequency(if is_seldom { Frequency::Seldom } else { Frequency::Always })
}

fn sweep(block: &SweepBlock, stage: u32, tables: &Tables, place: Place) -> Option<Trade> {
    let name = match (block.to > block.from, block.growth.is_empty()) {
        (true, true) => format!("sweep of stages {} to {}", block.from, block.to),
        _ => format!("sweep of stage {stage}"),
    };
    let sweep = Trade::new(TradeKind::Sweep, name, place, "energy")
        .taking(Good::Energy, block.energy as f64, "energy")
        .taking_items(&block.cost, "cost")
        .giving_items(&block.rewards(stage, 1)?, 1.0, "rewards")
        .giving(Good::Experience, block.exp as f64, "exp");
    Some(rolling(sweep, &block.drops, 1.0, "drops", tables))
}
