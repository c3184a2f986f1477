//! The rules beside a journal: it is replayed under those it was recorded under, so a copy of them is kept next to it.

use std::path::PathBuf;

use raidkeep_engine::journal;
use raidkeep_engine::reload::RulesNews;
use raidkeep_engine::reload::reloader::Subscriber;
use raidkeep_engine::rules::LoadedRules;

/// Where the rules of the journals are kept.
pub(super) struct KeptRules {
    folder: PathBuf,
}

impl KeptRules {
    /// `None` where no journals are written.
    pub(super) fn of(folder: &str) -> Option<Self> {
        (!folder.is_empty()).then(|| Self { folder: folder.into() })
    }

    /// Keeps a copy.
    pub(super) fn keep(&self, rules: &LoadedRules) -> std::io::Result<()> {
        journal::file::keep_rules(&self.folder, rules)
    }

    /// Sees changed assets before the worlds do, so that the copy of the rules exists when a journal names them.
    pub(super) fn subscriber(self) -> Subscriber {
        Box::new(move |news| {
            if let RulesNews::Changed(rules) = news
                && let Err(error) = self.keep(&rules)
            {
                tracing::error!(%error, "the new rules cannot be copied next to the journal; it can be replayed only up to them");
            }
        })
    }
}
