//! What must hold of challenges: both players exist, and they differ.

use crate::challenges::model::{Challenge, LastChallenge};
use raidkeep_engine::storage::WorldEntity;
use raidkeep_engine::verify::Inspection;

pub(super) fn check(inspection: &mut Inspection<'_>) {
    let table = <Challenge as WorldEntity>::TABLE;
    let Some(last) = inspection.world_row::<LastChallenge>().map(|last| last.number()) else {
        return;
    };
    inspection.each_entity::<Challenge>(|inspection, key, challenge| {
        inspection.must_exist(table, key, challenge.challenger, "the challenger");
        inspection.must_exist(table, key, challenge.challenged, "the challenged");
        if challenge.challenger == challenge.challenged {
            inspection.breach(table, key, Some(challenge.challenger), "a player challenges itself");
        }
        if challenge.id > last {
            let what = format!("challenge {} is there, and the last one made was {last}", challenge.id);
            inspection.breach(table, key, Some(challenge.challenger), what);
        }
    });
}
