//! The texts that tables were read from, kept so that the same tables can be read again when the files have changed.

use std::collections::{BTreeMap, HashSet};
use std::hash::Hasher;

use serde::{Deserialize, Serialize};

use crate::hash::StableHasher;

/// For each table, by its path, the files that it was read from: their paths below the assets and their texts, sorted.
///
/// It may be stored: whatever reads an older folder of assets reads older texts too.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableTexts(BTreeMap<String, Vec<(String, String)>>);

impl TableTexts {
    pub(super) fn new(texts: &BTreeMap<String, String>, owned: &BTreeMap<&'static str, Vec<String>>) -> Self {
        let text = |file: &String| Some((file.clone(), texts.get(file)?.clone()));
        Self(owned.iter().map(|(path, files)| ((*path).to_owned(), files.iter().filter_map(text).collect())).collect())
    }

    /// Those of some tables, by their paths.
    #[must_use]
    pub fn of(&self, paths: impl Iterator<Item = &'static str>) -> Self {
        Self(paths.filter_map(|path| Some((path.to_owned(), self.0.get(path)?.clone()))).collect())
    }

    /// Adds the names and texts to a hash, each preceded by its length, so that no two sets of files hash the same bytes.
    pub fn add_to(&self, hasher: &mut StableHasher) {
        for part in self.0.values().flatten().flat_map(|(file, text)| [file, text]) {
            hasher.write(&(part.len() as u64).to_le_bytes());
            hasher.write(part.as_bytes());
        }
    }

    /// All files and their texts.
    pub fn all(&self) -> Vec<(String, String)> {
        self.0.values().flatten().cloned().collect()
    }

    pub(super) fn files(&self, path: &str) -> Vec<String> {
        self.0.get(path).into_iter().flatten().map(|(file, _)| file.clone()).collect()
    }
}

/// A hash over the names and contents of all files that tables read, and of all images.
///
/// Each part is preceded by its length, so that no two sets of files hash the same bytes.
pub(super) fn fingerprint(
    texts: &BTreeMap<String, String>,
    owned: &BTreeMap<&'static str, Vec<String>>,
    pictures: &BTreeMap<String, Vec<u8>>,
) -> u64 {
    let used: HashSet<&String> = owned.values().flatten().collect();
    let texts = texts.iter().filter(|(file, _)| used.contains(file)).map(|(file, text)| (file, text.as_bytes()));
    let files = texts.chain(pictures.iter().map(|(file, bytes)| (file, bytes.as_slice())));
    let parts = files.flat_map(|(file, bytes)| [file.as_bytes(), bytes]);
    let mut hasher = StableHasher::default();
    for part in parts {
        hasher.write(&(part.len() as u64).to_le_bytes());
        hasher.write(part);
    }
    hasher.finish()
}
