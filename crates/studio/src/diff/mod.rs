//! What differs between two asset folders, in the game's words: `stage 12: energy 6 to 8`.
//!
//! Entries are matched by what identifies them, never by their place in a file, and values are compared, not texts: layout,
//! comments and defaults that are written out make no difference.

mod goals;
mod names;
mod plain;
mod render;
mod sets;
mod sides;
mod tables;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::schema::AssetShapes;
use names::Names;
use plain::Plain;
use raidkeep_engine::rules::{AssetSource, RonValue};
use raidkeep_game::GameSettings;
pub use sets::SET_DIFFER;
pub use sides::{AssetFiles, DiffError};
use tables::Pair;
pub use values::ChangedValue;

/// Everything that differs between two asset folders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssetDiff {
    /// The name of the first folder.
    pub before: String,
    /// The name of the second folder.
    pub after: String,
    /// The changes, those of stages first.
    pub changes: Vec<AssetChange>,
}

/// An entry, or the settings of a file, that differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssetChange {
    /// The heading that it belongs under, such as `Stages`.
    pub topic: String,
    /// What differs: `stage 12`, `stages 8 to 24`, `offer starter 新手礼包`.
    pub subject: String,
    /// How.
    pub kind: ChangeKind,
    /// The file that it is in, below the assets.
    pub file: String,
    /// Which of its values differ; all of them for one that was added or removed.
    pub values: Vec<ChangedValue>,
    /// The entry, for programs; `None` for a file as a whole.
    #[serde(skip)]
    pub entry: Option<ChangedEntry>,
}

/// An entry of a list, or a run of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedEntry {
    /// The path of its table, such as `items.ron`.
    pub table: String,
    /// The list in it, such as `items`.
    pub list: String,
    /// Which entries of the list.
    pub ids: ChangedIds,
}

/// What identifies entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedIds {
    /// One entry, by its id.
    One(String),
    /// Those of all numbers from one to another.
    Run(u32, u32),
}

impl ChangedEntry {
    /// Whether it is, or contains, the entry with this id.
    pub fn contains(&self, id: &str) -> bool {
        match &self.ids {
            ChangedIds::One(own) => own == id,
            ChangedIds::Run(first, last) => id.parse().is_ok_and(|number: u32| (first..=last).contains(&&number)),
        }
    }
}

/// How an entry differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Its values differ.
    Changed,
}

/// Compares two asset folders.
///
/// # Errors
/// When a file cannot be read or is not well-formed.
pub fn between(before: &AssetSource, after: &AssetSource) -> Result<AssetDiff, DiffError> {
    diff(&AssetFiles::read(shown(before), before)?, &AssetFiles::read(shown(after), after)?)
}

fn shown(source: &AssetSource) -> String {
    match source {
        AssetSource::Folder(folder) => folder.display().to_string(),
        _ => source.describe(),
    }
}

/// Compares two sides. They need not be valid, as long as brackets and quotes are closed.
///
/// # Errors
/// When a file is not well-formed.
pub fn diff(before: &AssetFiles, after: &AssetFiles) -> Result<AssetDiff, DiffError> {
    let shapes = AssetShapes::new(&raidkeep_game::catalogue(&GameSettings::default()));
    let (was, is) = (values_of(before)?, values_of(after)?);
    let mut names = Names::default();
    for side in [&was, &is] {
        names.add(side.get("items.ron"), side.get("tickets.ron"));
    }
    let mut changes = Vec::new();
    for (file, earlier, later) in pairs(&was, &is, &shapes) {
        let table = shapes.table_of(&file).unwrap_or(&file);
        let pair = Pair { table, file: &file, before: earlier, after: later, shape: shapes.file(&file) };
        let rank = names::rank(table);
        changes.extend(pair.changes(&names).into_iter().map(|change| (rank, change)));
    }
    changes.sort_by_key(|(rank, _)| *rank);
    let mut changes: Vec<AssetChange> = changes.into_iter().map(|(_, change)| change).collect();
    changes.extend(pictures(before, after));
    Ok(AssetDiff { before: before.name.clone(), after: after.name.clone(), changes })
}

fn values_of(side: &AssetFiles) -> Result<BTreeMap<String, Plain>, DiffError> {
    let read = |(file, text): (&String, &String)| {
        let value = RonValue::read(text)
            .ok_or_else(|| DiffError::NotWellFormed { side: side.name.clone(), file: file.clone() })?;
        Ok((file.clone(), Plain::of(text, &value)))
    };
    side.texts.iter().map(read).collect()
}

type Values = BTreeMap<String, Plain>;

/// The files that belong together: those of the same name, or of stages, those of the same mode.
fn pairs<'a>(
    was: &'a Values,
    is: &'a Values,
    shapes: &AssetShapes,
) -> Vec<(String, Option<&'a Plain>, Option<&'a Plain>)> {
    let key = |file: &str, root: &Plain| match root.field("mode").and_then(Plain::bare) {
        Some(mode) if shapes.table_of(file) == Some("stages/") => format!("stages/ {mode}"),
        _ => file.to_owned(),
    };
    let keyed = |side: &'a Values| {
        let keyed = side.iter().map(|(file, root)| (key(file, root), (file, root)));
        keyed.collect::<BTreeMap<String, (&String, &Plain)>>()
    };
    let (was, is) = (keyed(was), keyed(is));
    let keys: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let pair = |key: &String| {
        let (earlier, later) = (was.get(key), is.get(key));
        let file = later.or(earlier).map_or_else(String::new, |(file, _)| (*file).clone());
        (file, earlier.map(|(_, root)| *root), later.map(|(_, root)| *root))
    };
    keys.into_iter().map(pair).collect()
}

fn pictures(before: &AssetFiles, after: &AssetFiles) -> Vec<AssetChange> {
    let files: BTreeSet<&String> = before.pictures.keys().chain(after.pictures.keys()).collect();
    let change = |file: &String| {
        let kind = match (before.pictures.get(file), after.pictures.get(file)) {
            (Some(was), Some(is)) if was == is => return None,
            (Some(_), Some(_)) => ChangeKind::Changed,
            (None, _) => ChangeKind::Added,
            (Some(_), None) => ChangeKind::Removed,
        };
        let subject = format!("picture {}", file.trim_start_matches("images/"));
        Some(AssetChange {
            topic: "Pictures".to_owned(),
            subject,
            kind,
            file: file.clone(),
            values: Vec::new(),
            entry: None,
        })
    };
    files.into_iter().filter_map(change).collect()
}
