//! Checks a folder of assets as an editor has it: with what is not saved yet.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use jiff::tz::TimeZone;
use raidkeep_engine::rules::{AsOf, AssetSource, AssetStudy, Catalogue};

use crate::language::names::{IdSlots, WrittenNames};

/// A check that has to be run. It may take a while.
#[derive(Debug)]
pub struct FolderCheck {
    pub(super) folder: PathBuf,
    /// Counts the changes of the folder and of what is open in it.
    pub(super) generation: u64,
    /// The versions of the open files.
    pub(super) versions: BTreeMap<String, i32>,
    pub(super) source: AssetSource,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) zone: TimeZone,
    pub(super) shipped: Arc<OnceLock<IdSlots>>,
}

/// What a check has found.
#[derive(Debug)]
pub struct CheckedFolder {
    pub(super) folder: PathBuf,
    pub(super) generation: u64,
    pub(super) versions: BTreeMap<String, i32>,
    pub(super) study: AssetStudy,
    pub(super) names: WrittenNames,
}

impl FolderCheck {
    /// The folder that is checked.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads and checks the folder, as of a moment in unix seconds.
    #[must_use]
    pub fn run(self, moment: i64) -> CheckedFolder {
        let Self { folder, generation, versions, source, catalogue, zone, shipped } = self;
        // Where ids stand is known from the shipped assets too: a new file has none yet.
        shipped.get_or_init(|| {
            let study = catalogue.study(&raidkeep_game::shipped_assets());
            WrittenNames::of(&study, &catalogue).slots
        });
        let study = catalogue.study_at(&source, AsOf { moment, zone: &zone });
        let names = WrittenNames::of(&study, &catalogue);
        CheckedFolder { folder, generation, versions, study, names }
    }
}
