//! What must hold of battles: the players of a running or unpaid battle exist. Those of a finished one may have been deleted.

use crate::battles::model::Battle;
use crate::battles::verdict::Seat;
use raidkeep_engine::storage::WorldEntity;
use raidkeep_engine::verify::Inspection;

pub(super) fn check(inspection: &mut Inspection<'_>) {
    inspection.each_entity::<Battle>(|inspection, key, battle| {
        for seat in [Seat::Challenger, Seat::Challenged] {
            if let Some(account) = battle.side(seat).account()
                && (battle.ending().is_none() || battle.is_owed(seat))
            {
                inspection.must_exist(<Battle as WorldEntity>::TABLE, key, account, "a fighter");
            }
        }
    });
}
