//! What requests call rule sets, and where the files of each are.

use std::sync::Arc;

use raidkeep_engine::reload::Reloader;
use raidkeep_engine::request::Refusal;
use raidkeep_engine::rules::{Problem, RuleFiles, Severity};
use raidkeep_engine::storage::Rows;

use crate::rule_sets::model::RuleBook;
use crate::rule_sets::requests::{NO_SUCH_SET, files_of};

/// The name of the set in force.
pub(super) const RUNNING: &str = "running";
/// The name of what the folder has.
pub(super) const FOLDER: &str = "folder";

/// A set that a request names.
pub(super) struct Side {
    pub(super) name: String,
    pub(super) rows: Rows,
    pub(super) reloader: Arc<Reloader>,
}

/// Why a set cannot be used.
pub(super) struct Unusable {
    pub(super) message: String,
    /// The mistakes of the folder, if it has any.
    pub(super) problems: Vec<Problem>,
}

/// Refuses names of sets that there are not.
pub(super) fn check_known<'n>(names: impl IntoIterator<Item = &'n String>, book: &RuleBook) -> Result<(), Refusal> {
    let is_known = |name: &String| name == RUNNING || name == FOLDER || book.has(name);
    if names.into_iter().all(is_known) { Ok(()) } else { Err(NO_SUCH_SET) }
}

impl Side {
    /// Its files, whether or not they have mistakes.
    pub(super) fn files(&self) -> Result<RuleFiles, String> {
        match self.name.as_str() {
            RUNNING => Ok(self.reloader.with_rules(|rules| rules.files())),
            FOLDER => self.reloader.read_files().map_err(|problems| problems.to_string()),
            fingerprint => files_of(&self.rows, fingerprint),
        }
    }

    /// The same; those of the folder only if it has no mistakes.
    pub(super) fn usable_files(&self) -> Result<RuleFiles, Unusable> {
        if self.name != FOLDER {
            return self.files().map_err(|message| Unusable { message, problems: Vec::new() });
        }
        self.reloader.check().map_err(|problems| {
            let first = problems.iter().find(|problem| problem.severity == Severity::Error);
            let first = first.map(ToString::to_string).unwrap_or_default();
            Unusable {
                message: format!("the folder has errors, the first of which is {first}"),
                problems: problems.iter().cloned().collect(),
            }
        })
    }
}
