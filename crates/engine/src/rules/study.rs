//! What a load of the files comes to.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

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
    /// The images, by their path.
    pub pictures: Arc<BTreeMap<String, Vec<u8>>>,
    /// Probable mistakes that do no harm.
    pub warnings: Problems,
    /// A fingerprint that changes with the name or content of any image or any file that a table reads.
    pub fingerprint: u64,
}

/// The files of a rule set: all that its fingerprint covers, by their path below the assets.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFiles {
    /// The files that tables read.
    pub texts: BTreeMap<String, String>,
    /// The images.
    pub pictures: BTreeMap<String, Vec<u8>>,
}

impl RuleFiles {
    fn of(texts: &TableTexts, pictures: &BTreeMap<String, Vec<u8>>) -> Self {
        Self { texts: texts.all().into_iter().collect(), pictures: pictures.clone() }
    }
}

impl LoadedRules {
    /// What the rules were read from. Reading it again gives rules with the same fingerprint.
    #[must_use]
    pub fn files(&self) -> RuleFiles {
        RuleFiles::of(&self.texts, &self.pictures)
    }
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

    /// The files that the rules were read from, valid or not.
    #[must_use]
    pub fn rule_files(&self) -> RuleFiles {
        RuleFiles::of(&self.texts, &self.report.pictures())
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
        let pictures = self.report.pictures();
        let Self { tables, texts, problems: warnings, fingerprint, .. } = self;
        LoadedRules { tables, texts, pictures, warnings, fingerprint }
    }
}
