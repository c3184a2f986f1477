//! Warnings about stages that are valid but that nobody can enter.

use crate::energy::EnergyRules;
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
    for block in &mode.stages {
        look_at_entry(block, tables, &stages.clone().index(block.entry), report);
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
