//! What a load of the files comes to.

use std::sync::Arc;

use super::catalogue::Tables;
use super::names::AllNames;
use super::problem::Problems;
use super::report::{Place, Report};
use super::texts::TableTexts;

/// Rules that are complete and valid.
#[derive(Debug, Default, Clone)]
pub struct LoadedRules {
    /// The tables.
    pub tables: Tables,
    /// What they were read from.
    pub texts: Arc<TableTexts>,
    /// Probable mistakes that do no harm.
    pub warnings: Problems,
    /// A fingerprint that changes with the name or content of any image or any file that a table reads.
    pub fingerprint: u64,
}

/// All that a load learns about the files, valid or not.
#[derive(Debug, Default)]
pub struct AssetStudy {
    /// The tables that could be read.
    pub tables: Tables,
    /// What they were read from.
    pub texts: Arc<TableTexts>,
    /// What is wrong.
    pub problems: Problems,
    /// As in [`LoadedRules`].
    pub fingerprint: u64,
    /// Which names are given and used where.
    pub names: AllNames,
    pub(super) report: Report,
}

impl AssetStudy {
    /// The line and column of a place, both counted from 1, columns in characters.
    #[must_use]
    pub fn position(&self, place: &Place) -> (u32, u32) {
        self.report.position(place)
    }

    pub(super) fn into_rules(self) -> Result<LoadedRules, Problems> {
        if self.problems.has_errors() { Err(self.problems) } else { Ok(self.into_former_rules()) }
    }

    /// The rules, whatever is wrong with them.
    pub(super) fn into_former_rules(self) -> LoadedRules {
        let Self { tables, texts, problems: warnings, fingerprint, .. } = self;
        LoadedRules { tables, texts, warnings, fingerprint }
    }
}
