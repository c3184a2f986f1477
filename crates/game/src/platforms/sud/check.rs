//! Invariants of rounds and reports: the report of an end waits only for that of its own beginning.

use crate::platforms::sud::reports::PendingReport;
use crate::platforms::sud::rounds::{Round, RoundNumbers};
use raidkeep_engine::storage::WorldEntity;
use raidkeep_engine::verify::Inspection;

pub(super) fn check(inspection: &mut Inspection<'_>) {
    let Some(begun) = inspection.world_row::<RoundNumbers>().map(|numbers| numbers.begun()) else {
        return;
    };
    inspection.each_entity::<Round>(|inspection, key, round| {
        let table = <Round as WorldEntity>::TABLE;
        if round.key() > begun {
            let what = format!("round {} goes on, and {begun} have begun in all", round.key());
            inspection.breach(table, key, None, what);
        }
        for account in round.accounts() {
            inspection.must_exist(table, key, account, "a player of the round");
        }
    });
    inspection.each_entity::<PendingReport>(|inspection, key, report| {
        for what in misfits(inspection, &report, begun) {
            inspection.breach(<PendingReport as WorldEntity>::TABLE, key, None, what);
        }
    });
}

fn misfits(inspection: &mut Inspection<'_>, report: &PendingReport, begun: u64) -> Vec<String> {
    let mut misfits = Vec::new();
    let round = report.id.round();
    if round.0 > begun {
        misfits.push(format!("the report is about round {}, and {begun} have begun in all", round.0));
    }
    if !report.id.is_settle() {
        return misfits;
    }
    if inspection.get(<Round as WorldEntity>::TABLE, &round.0.to_be_bytes()).is_some() {
        misfits.push(format!("the report tells of the end of round {}, which goes on", round.0));
    }
    let start = inspection.get(<PendingReport as WorldEntity>::TABLE, &report.id.start().0.to_be_bytes());
    let start = start.and_then(|row| PendingReport::read(&row).ok());
    if let Some(start) = start.filter(|start| start.game_round_id != report.game_round_id) {
        let what = format!("the report waits behind that of another round, {}", start.game_round_id);
        misfits.push(what);
    }
    misfits
}
