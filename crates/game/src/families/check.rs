//! What must hold of families: members exist, nobody is in two, and no two have the same name.

use std::collections::BTreeMap;

use crate::families::model::{Family, LastFamily};
use crate::spelling::folded;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::storage::WorldEntity;
use raidkeep_engine::verify::Inspection;

pub(super) fn check(inspection: &mut Inspection<'_>) {
    let table = <Family as WorldEntity>::TABLE;
    let Some(last) = inspection.world_row::<LastFamily>().map(|last| last.number()) else {
        return;
    };
    let mut family_of: BTreeMap<AccountId, u64> = BTreeMap::new();
    let mut by_name: BTreeMap<String, u64> = BTreeMap::new();
    inspection.each_entity::<Family>(|inspection, key, family| {
        let id = family.id();
        if id > last {
            inspection.breach(table, key, None, format!("family {id} exists, but the last one founded was {last}"));
        }
        if family.members().is_empty() {
            inspection.breach(table, key, None, format!("family {id} has no members"));
        }
        if let Some(other) = by_name.insert(folded(family.name()), id) {
            let what = format!("families {other} and {id} are both called {}", family.name());
            inspection.breach(table, key, None, what);
        }
        for member in family.members() {
            inspection.must_exist(table, key, member.account, "a member");
            if let Some(other) = family_of.insert(member.account, id) {
                let what = format!("{} is a member of families {other} and {id}", member.account);
                inspection.breach(table, key, Some(member.account), what);
            }
        }
    });
}
