//! Drop tables as events change them.

use crate::drops::rules::{DropEntry, DropRules, DropTable};
use crate::timed_events::{Changeable, EventChange, Numbers};

impl Changeable for DropRules {
    fn has(of: &Numbers) -> bool {
        matches!(of, Numbers::DropWeights { .. } | Numbers::DropDraws { .. } | Numbers::DropGuarantee { .. })
    }

    fn names(&self) -> Vec<&str> {
        self.tables().map(|table| table.id.as_str()).collect()
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        let selector = change.of.selector();
        let meant = self.tables_mut().filter(|table| selector.is_of(&table.id));
        let changed = meant.map(|table| table.apply(change)).sum();
        self.measure();
        changed
    }
}

impl DropTable {
    fn apply(&mut self, change: &EventChange) -> usize {
        match change.of {
            Numbers::DropWeights { .. } => {
                let meant = self.entries.iter_mut().filter(|entry| entry.is_meant(change));
                meant.map(|entry| change.change(&mut entry.weight, u32::MAX)).count()
            }
            Numbers::DropDraws { .. } => {
                change.change(&mut self.draws, u32::MAX);
                1
            }
            Numbers::DropGuarantee { .. } => {
                self.guaranteed_after.as_mut().map(|after| change.change(after, u32::MAX)).into_iter().count()
            }
            _ => 0,
        }
    }
}

impl DropEntry {
    fn is_meant(&self, change: &EventChange) -> bool {
        let selector = change.of.selector();
        let grants = |item| self.items.iter().any(|amount| amount.item == item);
        selector.item().is_none_or(grants)
            && selector.leads_to().is_none_or(|table| self.table.as_deref() == Some(table))
    }
}
