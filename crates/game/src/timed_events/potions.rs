//! Potions as events change them. Items lie below events, so that this stands here and not with them.

use crate::items::{ItemRules, POTION};
use crate::timed_events::{Changeable, EventChange, Numbers, check_changes};
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

impl Changeable for ItemRules {
    fn has(of: &Numbers) -> bool {
        matches!(of, Numbers::PotionEnergy { .. })
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        let meant = self.items.iter_mut().filter(|item| change.has_item(item.id));
        meant.filter_map(|item| item.energy.as_mut()).map(|energy| change.change(energy, i64::MAX)).count()
    }
}

/// Reports what events do to potions.
pub(super) fn check(tables: &Tables, report: &mut Report) {
    let Some(items) = tables.get::<ItemRules>() else {
        return;
    };
    check_changes(items, tables, report, |changed: &ItemRules, _, report| {
        for (index, item) in changed.items.iter().enumerate() {
            let place = Place::file(<ItemRules as SingleFile>::PATH).key("items").index(index).key("energy");
            if let Some(energy) = item.energy {
                report.check_range(place, energy, &POTION);
            }
        }
    });
}
