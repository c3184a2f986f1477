//! What a load of the files comes to.

use std::ops::Range;
use std::sync::Arc;

use super::catalogue::Tables;
use super::draft::{NameSeat, seats};
use super::lex::token_end;
use super::locate::Document;
use super::names::AllNames;
use super::problem::{Problem, Problems};
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

    /// The files that were read.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.report.files()
    }

    /// The text of a file as it was read.
    #[must_use]
    pub fn text(&self, file: &str) -> Option<&str> {
        self.report.document(file).map(Document::text)
    }

    /// Where a place stands in the text of its file, as the key of a map or as a value; empty when it is not written.
    #[must_use]
    pub fn seats(&self, place: &Place) -> Vec<NameSeat> {
        let root = self.report.document(place.file_name()).and_then(Document::root);
        root.map(|root| seats(root, place)).unwrap_or_default()
    }

    /// The word, string or bracket that a problem is about, on its line; `None` when its file has not been read.
    #[must_use]
    pub fn span_of(&self, problem: &Problem) -> Option<Range<usize>> {
        let document = self.report.document(&problem.file)?;
        let text = document.text();
        let start = document.offset(text, problem.line as usize, problem.column as usize);
        let token = &text[start..token_end(text, start)];
        let on_line = token.find(['\r', '\n']).unwrap_or(token.len());
        Some(start..start + on_line)
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
