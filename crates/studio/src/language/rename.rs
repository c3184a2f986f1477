//! Renaming an id everywhere.

use std::collections::BTreeMap;
use std::ops::Range;

use raidkeep_engine::rules::{AssetSource, AssetStudy, Catalogue, Severity};

use crate::language::names::{WrittenName, WrittenNames};

/// The spans to replace in each file.
pub type Edits = BTreeMap<String, Vec<Range<usize>>>;

/// What a rename works on.
#[derive(Debug, Clone, Copy)]
pub struct Renaming<'a> {
    /// All tables.
    pub catalogue: &'a Catalogue,
    /// The files, unsaved ones included.
    pub source: &'a AssetSource,
    /// What was found in them.
    pub study: &'a AssetStudy,
    /// The names in them.
    pub names: &'a WrittenNames,
}

impl Renaming<'_> {
    /// The name at a place, if it can be renamed.
    ///
    /// # Errors
    /// Why not, for designers.
    pub fn subject(&self, file: &str, offset: usize) -> Result<(&WrittenName, Range<usize>), String> {
        let (name, span) = self.names.at(file, offset).ok_or("there is no id here; ids of entries can be renamed")?;
        let (what, id) = (name.scope.kind.what, &name.name);
        if let Some(place) = &name.unwritten {
            let whose = place.file_name();
            let why = if self.study.text(whose).is_none() {
                "is named by a file"
            } else {
                "means it without spelling it out"
            };
            return Err(format!("{what} {id} cannot be renamed here: {whose} {why}"));
        }
        if name.given.is_empty() {
            return Err(format!("{what} {id} is not given anywhere, expected one of {}", name.scope.kind.given_in));
        }
        Ok((name, span))
    }

    /// Where to write the new name, in all files.
    ///
    /// # Errors
    /// Why the name cannot be used, for designers: what `check` would say of the result counts too.
    pub fn edits(&self, file: &str, offset: usize, new_name: &str) -> Result<Edits, String> {
        let (name, _) = self.subject(file, offset)?;
        let what = name.scope.kind.what;
        let errors = self.study.problems.error_count();
        if errors > 0 {
            return Err(format!(
                "the assets have errors ({errors}), which may hide where the {what} is used; mend them first"
            ));
        }
        if new_name.is_empty() || new_name.trim() != new_name || new_name.contains(['"', '\\', '\n', '\r']) {
            return Err(format!(
                "\"{new_name}\" is no name: expected one without quotes, backslashes and blanks around it"
            ));
        }
        let taken = self.names.get(&name.scope, new_name).filter(|taken| taken.is_given() && taken.name != name.name);
        if taken.is_some() {
            return Err(format!("{what} {new_name} exists already"));
        }
        let mut edits = Edits::new();
        for mention in name.mentions() {
            edits.entry(mention.file.clone()).or_default().push(mention.span.clone());
        }
        self.try_out(&edits, new_name)?;
        Ok(edits)
    }

    /// Checks the files as they would be.
    fn try_out(&self, edits: &Edits, new_name: &str) -> Result<(), String> {
        let changed = edits.iter().filter_map(|(file, spans)| {
            let text = self.study.text(file)?;
            Some((file.clone(), replaced(text, spans, new_name)))
        });
        let source = AssetSource::Layers(vec![self.source.clone(), AssetSource::Texts(changed.collect())]);
        let found = self.catalogue.study(&source).problems;
        let first = found.iter().find(|problem| problem.severity == Severity::Error);
        first.map_or(Ok(()), |problem| Err(format!("with the name \"{new_name}\" the assets have errors: {problem}")))
    }
}

/// A text with all spans replaced.
pub fn replaced(text: &str, spans: &[Range<usize>], with: &str) -> String {
    let mut spans: Vec<_> = spans.iter().collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.start));
    let mut text = text.to_owned();
    spans.into_iter().for_each(|span| text.replace_range(span.clone(), with));
    text
}
