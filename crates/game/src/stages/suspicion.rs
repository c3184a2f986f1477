//! Warnings about stages that are valid but probably a mistake: nobody can enter them, or their rewards jump.

use crate::energy::EnergyRules;
use crate::items::suspicion::warn_of_jumps;
use crate::items::{Amount, ItemRules};
use crate::levels::LevelRules;
use crate::stages::rules::{ModeRules, StageBlock};
use crate::tickets::TicketRules;
use raidkeep_engine::rules::{Place, Report, Tables};

/// Checks all stages of a mode.
pub(super) fn look(mode: &ModeRules, tables: &Tables, place: &Place, report: &mut Report) {
    let tickets = tables.get::<TicketRules>();
    let kind = tickets.zip(mode.ticket).and_then(|(tickets, key)| Some((tickets, tickets.kind(key)?)));
    if kind.is_some_and(|(tickets, kind)| !tickets.is_obtainable(kind)) {
        let message = "nobody can ever enter: there are 0 of this ticket a day, and it is not sold";
        report.warning(place.clone().key("ticket"), message);
    }
    let stages = place.clone().key("stages");
    for (index, block) in mode.stages.iter().enumerate() {
        let place = stages.clone().index(block.entry);
        look_at_entry(block, tables, &place, report);
        look_at_potions(mode, block, tables, &place, report);
        if let Some(before) = index.checked_sub(1).map(|before| &mode.stages[before]) {
            warn_of_jumps(&before.rewards, &block.rewards, &place.key("rewards"), report);
        }
    }
}

/// Warns of a stage that pays for its own entry: its potions give back the energy that it takes, without end.
fn look_at_potions(mode: &ModeRules, block: &StageBlock, tables: &Tables, place: &Place, report: &mut Report) {
    let is_limited = !mode.repeatable || mode.ticket.is_some() || block.is_timed();
    let Some(items) = tables.get::<ItemRules>().filter(|_| !is_limited) else {
        return;
    };
    let worth = |reward: &Amount| {
        let energy = items.item(reward.item).and_then(|item| item.energy).unwrap_or(0);
        energy.saturating_mul(reward.quantity)
    };
    let potions = block.rewards.iter().map(worth).fold(0, i64::saturating_add);
    let entry = block.legacy.as_ref().map_or(block.energy, |legacy| legacy.energy.min(block.energy));
    if potions > 0 && potions >= entry {
        let message =
            format!("its potions give {potions} energy, and entering takes {entry}: it can be played forever");
        report.warning(place.clone().key("rewards"), message);
    }
}

fn look_at_entry(block: &StageBlock, tables: &Tables, place: &Place, report: &mut Report) {
    if let Some(top) = tables.get::<LevelRules>().map(LevelRules::top).filter(|top| block.level > *top) {
        let message = format!("nobody can ever enter: the highest level is {top}");
        report.warning(place.clone().key("level"), message);
    }
    if let Some(energy) = tables.get::<EnergyRules>().filter(|energy| block.energy > energy.maximum) {
        let message = format!("takes more energy than comes back: the maximum is {}", energy.maximum);
        report.warning(place.clone().key("energy"), message);
    }
}
