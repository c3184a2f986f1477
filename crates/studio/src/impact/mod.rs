//! What players of a running server have of what a new folder of assets changes or removes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diff::{AssetChange, AssetFiles, ChangeKind, DiffError, diff};
use raidkeep_engine::rules::AssetSource;
use raidkeep_engine::usage::EntryUse;

/// What a server says of the rules it runs under, as `rules_usage` replies.
#[derive(Debug, Clone, Deserialize)]
pub struct RulesInUse {
    /// The fingerprint of its rules.
    pub fingerprint: String,
    /// Its files, by their path below the assets.
    pub files: BTreeMap<String, String>,
    /// What its players and its world have of them.
    pub uses: Vec<EntryUse>,
}

/// What a new folder would do to a running server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Impact {
    /// The server.
    pub server: String,
    /// The fingerprint of its rules.
    pub fingerprint: String,
    /// How many entries the folder changes, removes or adds, whether anybody has them or not.
    pub changes: usize,
    /// Those that something is there of.
    pub touched: Vec<TouchedChange>,
}

/// A change of something that is in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TouchedChange {
    /// The change.
    #[serde(flatten)]
    pub change: AssetChange,
    /// Who has what of it.
    pub uses: Vec<EntryUse>,
}

impl Impact {
    /// Compares a new folder with what a server runs under.
    ///
    /// # Errors
    /// When a file cannot be read or is not well-formed.
    pub fn of(server: &str, in_use: RulesInUse, folder: &AssetSource) -> Result<Self, DiffError> {
        let RulesInUse { fingerprint, files, uses } = in_use;
        let before = AssetFiles { name: server.to_owned(), texts: files, pictures: BTreeMap::new() };
        let after = AssetFiles::read("the new assets", folder)?;
        // The server has told of no pictures, and nobody owns one. Of the folder, it reads what its tables read.
        let strangers = |file: &String| before.texts.contains_key(file) || table_reads(file);
        let texts = after.texts.into_iter().filter(|(file, _)| strangers(file)).collect();
        let after = AssetFiles { texts, pictures: BTreeMap::new(), ..after };
        let changes = diff(&before, &after)?.changes;
        let count = changes.len();
        let touch = |change: AssetChange| {
            let of_entry = |used: &&EntryUse| {
                let entry = change.entry.as_ref();
                entry.is_some_and(|entry| {
                    (&entry.table, &entry.list) == (&used.table, &used.list) && entry.contains(&used.id)
                })
            };
            let uses: Vec<EntryUse> = uses.iter().filter(of_entry).cloned().collect();
            (!uses.is_empty()).then_some(TouchedChange { change, uses })
        };
        let touched = changes.into_iter().filter_map(touch).collect();
        Ok(Self { server: server.to_owned(), fingerprint, changes: count, touched })
    }

    /// How many changes remove something that is in use.
    pub fn removals(&self) -> usize {
        self.touched.iter().filter(|touched| touched.change.kind == ChangeKind::Removed).count()
    }

    /// As text: a line for each change, and under it who has what of it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for TouchedChange { change, uses } in &self.touched {
            text.push_str(&format!("{}: {}\n", change.subject, change.words()));
            uses.iter().for_each(|used| text.push_str(&format!("  {}\n", words(used))));
        }
        let (touched, removed) = (self.touched.len(), self.removals());
        let changes = counted(self.changes, "change", "changes");
        text + &format!("{changes} against {}, {touched} of what is in use, {removed} that remove it\n", self.server)
    }
}

/// Whether a table of the game reads the file.
fn table_reads(file: &str) -> bool {
    let catalogue = raidkeep_game::catalogue(&raidkeep_game::GameSettings::default());
    catalogue.paths().any(|path| if path.ends_with('/') { file.starts_with(path) } else { file == path })
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// `8: inside: 3 players`, `3:16: owned: 1 player (120 in all)`.
fn words(used: &EntryUse) -> String {
    let EntryUse { id, how, players, count, .. } = used;
    let is_once_each = u64::try_from(*count).is_ok_and(|count| count == *players);
    let in_all = if is_once_each { String::new() } else { format!(" ({count} in all)") };
    match (players, count) {
        (0, 1) => format!("{id}: {how}"),
        (0, count) => format!("{id}: {how}, {count} of it"),
        (1, _) => format!("{id}: {how}: 1 player{in_all}"),
        (players, _) => format!("{id}: {how}: {players} players{in_all}"),
    }
}
