//! Collects what tables find wrong, with its place in the files.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::intended::{self, Heeded};
use super::locate::Document;
use super::names::{AllNames, GivenName, NameScope, settle};
use super::nearest::nearest;
use super::path::{Segment, path_text};
use super::problem::{Problem, Severity, did_you_mean};

/// A value in a file, named by the path to it.
///
/// `Place::file("stages/general.ron").key("stages").index(3)` is the fourth element of the list
/// `stages` in that file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    file: String,
    path: Vec<Segment>,
}

impl Place {
    /// The file's name.
    #[must_use]
    pub fn file_name(&self) -> &str {
        &self.file
    }

    /// A file as a whole, named by its path below the assets.
    #[must_use]
    pub fn file(name: impl Into<String>) -> Self {
        Self { file: name.into(), path: Vec::new() }
    }

    /// Steps into a struct field or a map entry. Quotes around a map key are left out.
    #[must_use]
    pub fn key(mut self, key: impl ToString) -> Self {
        self.path.push(Segment::Key(key.to_string()));
        self
    }

    /// Steps into an element of a list or tuple, counted from 0.
    ///
    /// `Some(..)` and other brackets around a single value take no step.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.path.push(Segment::Index(index));
        self
    }
}

/// The problems found so far, with the texts they are found in.
#[derive(Debug, Default)]
pub struct Report {
    documents: Arc<BTreeMap<String, Document>>,
    pictures: Arc<BTreeMap<String, Vec<u8>>>,
    problems: Vec<Problem>,
    names: AllNames,
    heeded: Heeded,
}

impl Report {
    /// A report on the given files, as pairs of name and text.
    ///
    /// A place in a file that is not among them gets line 1 and column 1.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let scan = |(name, text)| (name, Document::new(text));
        Self { documents: Arc::new(files.into_iter().map(scan).collect()), ..Self::default() }
    }

    /// The images next to the files, by their path below the assets.
    #[must_use]
    pub fn pictures(&self) -> Arc<BTreeMap<String, Vec<u8>>> {
        Arc::clone(&self.pictures)
    }

    /// Adds the images that were read together with the files.
    pub(super) fn with_pictures(mut self, pictures: BTreeMap<String, Vec<u8>>) -> Self {
        self.pictures = Arc::new(pictures);
        self
    }

    /// Reports an error. The rules will not be used.
    pub fn error(&mut self, place: impl Borrow<Place>, message: impl Into<String>) -> Remark<'_> {
        self.note(Severity::Error, place.borrow(), message.into())
    }

    /// Reports a probable mistake that does no harm.
    pub fn warning(&mut self, place: impl Borrow<Place>, message: impl Into<String>) -> Remark<'_> {
        self.note(Severity::Warning, place.borrow(), message.into())
    }

    /// Reports a number that is out of its range. Numbers of files are checked by the ranges in their schema; this is for
    /// numbers that are computed from them.
    pub fn check_range<N: PartialOrd + Display>(&mut self, place: Place, number: N, range: &RangeInclusive<N>) {
        if !range.contains(&number) {
            let (least, most) = (range.start(), range.end());
            self.error(place, format!("{number} is out of range, expected {least} to {most}"));
        }
    }

    /// Says which names a list gives. A name that is given twice is reported.
    pub fn names_given(
        &mut self,
        scope: impl Into<NameScope>,
        list: Place,
        given: impl IntoIterator<Item = GivenName>,
    ) {
        let names = self.names.entry(scope.into()).or_default();
        names.given.extend(given);
        names.list.get_or_insert(list);
    }

    /// Says that a name which no place uses is probably a mistake; `why` says what follows, such as "so nobody can get it".
    pub fn names_should_be_used(&mut self, scope: impl Into<NameScope>, why: &'static str) {
        self.names.entry(scope.into()).or_default().unused = Some(why);
    }

    /// Says that a place uses a name. It is reported when the name is given nowhere.
    pub fn name_used(&mut self, scope: impl Into<NameScope>, name: impl Into<String>, place: &Place) {
        self.names.entry(scope.into()).or_default().used.push((name.into(), place.clone()));
    }

    /// Reports names that are given twice or nowhere, and returns all names.
    pub(super) fn settle_names(&mut self) -> AllNames {
        let names = std::mem::take(&mut self.names);
        settle(&names, self);
        names
    }

    /// Whether a file says that the struct at a place is intended, for what is told elsewhere but is about this one. Ask
    /// only when there is something to tell.
    pub fn is_intended(&mut self, place: &Place) -> bool {
        let document = self.documents.get(&place.file);
        let reason = document.and_then(|document| intended::reason_at(document, &place.path));
        self.heeded.extend(reason.map(|at| (place.file.clone(), at)));
        reason.is_some()
    }

    /// Takes out the warnings that the files say are intended; `is_all` as in [`intended::settle`].
    pub(super) fn settle_reasons(&mut self, is_all: bool) {
        intended::settle(&self.documents, &mut self.heeded, is_all, &mut self.problems);
    }

    /// Whether an error was reported.
    pub(super) fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// A place as `file:line`.
    #[must_use]
    pub fn shown(&self, place: &Place) -> String {
        format!("{}:{}", place.file, self.line(place))
    }

    /// The problems reported so far, in the order they were found.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Adds problems that are already located.
    pub(super) fn add(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.problems.extend(problems);
    }

    /// An empty report on the same files.
    pub(super) fn again(&self) -> Self {
        Self { documents: self.documents(), pictures: self.pictures(), ..Self::default() }
    }

    /// The scanned files.
    pub(super) fn documents(&self) -> Arc<BTreeMap<String, Document>> {
        Arc::clone(&self.documents)
    }

    /// The text of a file; empty if it is not among them.
    pub(super) fn text(&self, file: &str) -> &str {
        self.documents.get(file).map_or("", Document::text)
    }

    /// The line of a place.
    pub(super) fn line(&self, place: &Place) -> u32 {
        self.position(place).0
    }

    /// The line and the column of a place.
    pub(super) fn position(&self, place: &Place) -> (u32, u32) {
        let document = self.documents.get(&place.file);
        document.map_or((1, 1), |document| document.position(document.resolve(&place.path)))
    }

    fn note(&mut self, severity: Severity, place: &Place, message: String) -> Remark<'_> {
        let (line, column) = self.position(place);
        let mut problem = Problem::with_file(severity, place.file.clone(), message);
        problem.line = line;
        problem.column = column;
        problem.key = path_text(&place.path);
        Remark { problem: self.problems.push_mut(problem) }
    }
}

/// A problem that was just reported and may get a hint.
#[derive(Debug)]
pub struct Remark<'a> {
    problem: &'a mut Problem,
}

impl Remark<'_> {
    /// Adds a hint in plain words.
    pub fn hint(self, hint: impl Into<String>) {
        self.problem.hint = Some(hint.into());
    }

    /// Adds the known name closest to `word` as a hint, if there is one close enough.
    pub fn nearest<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) {
        self.problem.hint = nearest(word, known).map(did_you_mean);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(file: &str, text: &str) -> Report {
        Report::new([(file.to_owned(), text.to_owned())])
    }

    #[test]
    fn a_place_becomes_line_and_column() {
        let mut report = report("a.ron", "(\n  rewards: [\n    \"3:99\",\n  ],\n)");
        let place = Place::file("a.ron").key("rewards").index(0);
        report.error(&place, "unknown item 3:99").nearest("3:99", ["1:1", "3:9"]);
        report.warning(place, "no longer sold").hint("remove it");
        let lines: Vec<String> = report.problems().iter().map(Problem::to_string).collect();
        assert_eq!(
            lines,
            [
                "a.ron:3:5: error: rewards[0]: unknown item 3:99 (did you mean \"3:9\"?)",
                "a.ron:3:5: warning: rewards[0]: no longer sold (remove it)",
            ]
        );
    }

    #[test]
    fn a_place_in_an_unknown_file_is_at_its_start() {
        let mut report = Report::default();
        report.error(Place::file("b.ron").key(3), "wrong");
        assert_eq!(report.problems()[0].to_string(), "b.ron:1:1: error: [\"3\"]: wrong");
    }
}
