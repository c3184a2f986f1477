//! A single RON file that is not a table of the game: a scenario, a policy.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::decode::decode;
use super::problem::Problems;
use super::report::{Place, Report};
use super::source::read_alone;

/// The content of a file, and the place of each part of it.
#[derive(Debug)]
pub struct Single<F> {
    /// What the file holds.
    pub content: F,
    name: String,
    report: Report,
}

impl<F: DeserializeOwned> Single<F> {
    /// Decodes a text and checks it; `validate` gets the content and the place of the file as a whole.
    ///
    /// # Errors
    ///
    /// Returns every fault found, with its line, column and key.
    pub fn read(name: &str, text: &str, validate: impl FnOnce(&F, &Place, &mut Report)) -> Result<Self, Problems> {
        match Self::read_faulty(name, text, validate) {
            (Some(single), found) if !found.has_errors() => Ok(single),
            (_, found) => Err(found),
        }
    }

    /// Reads a file, as those of the assets are read, and checks it.
    ///
    /// # Errors
    ///
    /// Returns why the file cannot be read, or every fault found in it.
    pub fn open(path: &Path, validate: impl FnOnce(&F, &Place, &mut Report)) -> Result<Self, Problems> {
        let text = read_alone(path).map_err(|problem| Problems::new(vec![problem]))?;
        Self::read(&path.display().to_string(), &text, validate)
    }

    /// The same, with the content even if `validate` found faults in it.
    pub fn read_faulty(
        name: &str,
        text: &str,
        validate: impl FnOnce(&F, &Place, &mut Report),
    ) -> (Option<Self>, Problems) {
        let mut report = Report::new([(name.to_owned(), text.to_owned())]);
        let documents = report.documents();
        let mut problems = Vec::new();
        let content = documents.get(name).and_then(|document| decode::<F>(name, document, None, &mut problems));
        report.add(problems);
        if let Some(content) = &content {
            validate(content, &Place::file(name), &mut report);
        }
        let found = Problems::new(report.problems().to_vec());
        (content.map(|content| Self { content, name: name.to_owned(), report }), found)
    }
}

impl<F> Single<F> {
    /// Checks the content again, against what lies outside of the file. Every fault has its line, column and key.
    pub fn check(&self, validate: impl FnOnce(&F, &Place, &mut Report)) -> Problems {
        let mut report = self.report.again();
        validate(&self.content, &self.place(), &mut report);
        Problems::new(report.problems().to_vec())
    }

    /// The file's name, as given to `read`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file's text.
    pub fn text(&self) -> &str {
        self.report.text(&self.name)
    }

    /// The place of the file as a whole, to step into.
    pub fn place(&self) -> Place {
        Place::file(self.name.clone())
    }

    /// The line of a part, counted from 1.
    pub fn line(&self, place: &Place) -> u32 {
        self.report.line(place)
    }

    /// A part as `file:line:column`.
    pub fn shown(&self, place: &Place) -> String {
        let (line, column) = self.report.position(place);
        format!("{}:{line}:{column}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct List {
        numbers: Vec<i64>,
    }

    fn all_positive(list: &List, place: &Place, report: &mut Report) {
        for (index, _) in list.numbers.iter().enumerate().filter(|(_, number)| **number < 0) {
            report.error(place.clone().key("numbers").index(index), "expected 0 or more");
        }
    }

    #[test]
    fn every_part_of_a_file_has_its_line() {
        let single = Single::<List>::read("a.ron", "(\n numbers: [\n  1,\n  2,\n ],\n)", all_positive);
        let single = single.expect("a list of positive numbers");
        assert_eq!(single.line(&single.place().key("numbers").index(1)), 4);
        assert_eq!(single.content.numbers, [1, 2]);
    }

    #[test]
    fn faults_of_form_and_of_content_are_told_with_their_place() {
        let wrong = |text| Single::<List>::read("a.ron", text, all_positive).expect_err("a fault").to_string();
        assert_eq!(wrong("(numbers: [1,\n-2])"), "a.ron:2:1: error: numbers[1]: expected 0 or more");
        assert!(wrong("(nombers: [])").starts_with("a.ron:1:2: error:"), "a mistyped field is a fault");
    }

    #[test]
    fn a_file_is_read_as_assets_are_and_one_that_cannot_be_is_told_with_its_line() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let open = |bytes: &[u8]| {
            let path = folder.path().join("a.policy");
            std::fs::write(&path, bytes).expect("file");
            Single::<List>::open(&path, all_positive).map_err(|problems| problems.to_string())
        };
        assert!(open(b"\xef\xbb\xbf(numbers: [1])").is_ok(), "a byte order mark is no content");
        let gbk = open(b"(\n numbers: [1], // \xbd\xf0\xb1\xd2\n)").expect_err("GBK");
        assert!(gbk.contains("a.policy:2:19: error: this file is not UTF-8 text"), "{gbk}");
        let utf16 = open(b"\xff\xfe(\0)\0").expect_err("UTF-16");
        assert!(utf16.contains("expected a RON file saved as UTF-8"), "{utf16}");
        let missing = Single::<List>::open(&folder.path().join("none.ron"), all_positive).expect_err("no file");
        assert!(missing.to_string().contains("none.ron:1:1: error: cannot read this file"), "{missing}");
    }

    #[test]
    fn content_can_be_checked_against_what_lies_outside_of_the_file() {
        let single = Single::<List>::read("a.ron", "(numbers: [1,\n2])", |_, _, _| {}).expect("a list");
        let problems = single.check(|list, place, report| {
            if list.numbers.contains(&2) {
                report.error(place.clone().key("numbers").index(1), "2 is gone");
            }
        });
        assert_eq!(problems.to_string(), "a.ron:2:1: error: numbers[1]: 2 is gone");
    }
}
