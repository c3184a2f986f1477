//! Decodes one file and finds as many faults in it as it can.
//!
//! The decoder stops at its first error. To find the others, the faulty part of the text is replaced by spaces and the
//! rest is decoded again. The value decoded from such a text is discarded; it only serves to find errors.

use std::borrow::Cow;
use std::collections::HashSet;

use ron::error::SpannedError;
use ron::extensions::Extensions;
use ron::{Error, Options};
use serde::de::DeserializeOwned;

use super::explain::{Explanation, explain, waits_for_mark};
use super::file_schema::FileSchema;
use super::foreign::told_of_first;
use super::intended::without_reasons;
use super::lex::{skip_blank, token_end};
use super::locate::{Document, Spot};
use super::path::{Segment, path_text};
use super::problem::{Problem, Severity};
use super::scan::{Entry, Node};
use super::syntax::first_fault;

/// The most errors to look for in one file.
const MOST_ROUNDS: usize = 100;

/// Decodes a file. Returns `None` if there was an error, and adds every error to the problems. Of a text whose form is
/// broken only the first mistake is told, since nothing behind it can be trusted.
///
/// A duplicate key in a map is an error too, but the content is still returned, so that it can be checked further.
pub(super) fn decode<F: DeserializeOwned>(
    file: &str,
    document: &Document,
    schema: Option<&FileSchema>,
    problems: &mut Vec<Problem>,
) -> Option<F> {
    let options = Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    let bare = without_reasons(document);
    let first = options.from_str::<F>(&bare);
    // A text that can be read as it stands has no such fault, and most can be read.
    if (first.is_err() || matches!(bare, Cow::Owned(_)))
        && let Some(fault) = first_fault(document)
    {
        let (line, column) = document.position(fault.offset);
        // The innermost step may lead through the very part that is broken.
        let mut path = document.spot(fault.offset).path;
        path.pop();
        let key = path_text(&path);
        let problem = Problem::with_file(Severity::Error, file, fault.message);
        problems.push(Problem { line, column, key, hint: fault.hint, ..problem });
        return None;
    }
    let mut search = Search::new(file, document, bare, schema);
    let mut error = match first {
        Ok(content) => {
            problems.append(&mut search.problems);
            return Some(content);
        }
        Err(error) => error,
    };
    for _ in 0..MOST_ROUNDS {
        if !search.note(&error) {
            break;
        }
        match options.from_str::<F>(&search.text) {
            Ok(_) => break,
            Err(next) => error = next,
        }
    }
    problems.append(&mut search.problems);
    None
}

/// The search for all errors of one file.
struct Search<'a> {
    file: &'a str,
    document: &'a Document,
    schema: Option<&'a FileSchema>,
    /// The text with the faulty parts replaced by spaces, byte for byte.
    text: String,
    /// Where the replaced parts start.
    blanked: HashSet<usize>,
    /// Fields that are missing only because they were replaced, by the start of their struct.
    excused: HashSet<(usize, String)>,
    /// Where duplicate keys start.
    repeated: HashSet<usize>,
    problems: Vec<Problem>,
}

impl<'a> Search<'a> {
    fn new(file: &'a str, document: &'a Document, text: Cow<'a, str>, schema: Option<&'a FileSchema>) -> Self {
        let mut search = Self {
            file,
            document,
            schema,
            text: text.into_owned(),
            blanked: HashSet::new(),
            excused: HashSet::new(),
            repeated: HashSet::new(),
            problems: Vec::new(),
        };
        for duplicate in document.duplicates() {
            let (first, _) = document.position(duplicate.first);
            let message = format!("this key is given twice, the first time in line {first}");
            search.push(duplicate.offset, &duplicate.path, message, None);
            search.repeated.insert(duplicate.offset);
        }
        search
    }

    /// Records an error and blanks out the faulty part. Returns whether decoding again is worthwhile.
    fn note(&mut self, error: &SpannedError) -> bool {
        let offset = self.place(error);
        let spot = self.document.spot(offset);
        let shown = shown_at(&error.code, &spot, offset);
        let read = if waits_for_mark(&error.code) { offset - shown } else { 0 };
        let shape = self.schema.and_then(|schema| Some((schema, schema.shape_at(self.document, shown)?)));
        let range = shape.and_then(|(schema, shape)| shape.range(schema));
        let explanation = explain(&error.code, self.document.text(), shown, read, range.as_ref());
        if !self.follows_from_earlier(&error.code, &spot, offset) {
            let message = explanation.message.clone();
            let hint = explanation.hint().or_else(|| self.foreign_hint(&error.code, shown));
            self.push(shown, &spot.path, message, hint);
        }
        self.document.is_intact() && self.take_out(&spot, &explanation)
    }

    /// Names a character in a refused value that is easily taken for another.
    fn foreign_hint(&self, code: &Error, shown: usize) -> Option<String> {
        let text = self.document.text();
        matches!(code, Error::Message(_)).then(|| told_of_first(&text[shown..token_end(text, shown)])).flatten()
    }

    /// Chooses between the two ends of the decoder's span.
    ///
    /// The decoder puts the start of the span where its last step began. If that step read a value,
    /// the value is at fault. If it only stepped over white space, what follows is at fault.
    fn place(&self, error: &SpannedError) -> usize {
        let offset = |position: ron::error::Position| self.document.offset(&self.text, position.line, position.col);
        let (start, end) = (offset(error.span.start), offset(error.span.end));
        if waits_for_mark(&error.code) {
            return end;
        }
        // A plain value never starts with white space, unless it was blanked out.
        let is_left = |node: &Node| skip_blank(&self.text, node.span.start) == node.span.start;
        let node = self.document.spot(start).node;
        let in_plain_value = node.is_some_and(|node| node.group.is_none() && is_left(node));
        if !in_plain_value && skip_blank(&self.text, start) > start { end } else { start }
    }

    /// Whether an error exists only because an earlier fault was blanked out.
    fn follows_from_earlier(&self, code: &Error, spot: &Spot<'_>, offset: usize) -> bool {
        match code {
            Error::MissingStructField { field, .. } => {
                spot.node.is_some_and(|node| self.excused.contains(&(node.span.start, (*field).to_owned())))
            }
            Error::DuplicateStructField { .. } => {
                spot.holders.last().is_some_and(|holder| self.repeated.contains(&holder.entry.span.start))
            }
            Error::Message(_) | Error::InvalidValueForType { .. } | Error::ExpectedDifferentLength { .. } => spot
                .node
                .filter(|node| closes_at(node, offset))
                .is_some_and(|node| self.blanked.iter().any(|start| node.span.contains(start))),
            _ => false,
        }
    }

    /// Blanks out the innermost field, element or entry. Returns whether one was left.
    fn take_out(&mut self, spot: &Spot<'_>, explanation: &Explanation) -> bool {
        let left = |entry: &Entry| !self.blanked.contains(&entry.span.start);
        let mut holders = spot.holders.iter().rev();
        let Some(holder) = holders.find(|holder| holder.is_removable() && left(holder.entry)).copied() else {
            return false;
        };
        let entry = holder.entry;
        self.blanked.insert(entry.span.start);
        let names = entry.key.as_ref().map(|key| key.text.clone());
        for name in names.into_iter().chain(explanation.meant.map(str::to_owned)) {
            self.excused.insert((holder.group_start, name));
        }
        self.blank(entry.span.start, entry.span.end);
        if let Some(comma) = entry.comma {
            self.blank(comma, comma + 1);
        }
        true
    }

    /// Replaces a part of the text by spaces. Offsets and lines stay as they are.
    fn blank(&mut self, start: usize, end: usize) {
        let part = &self.text[start..end];
        let spaces: String = part
            .chars()
            .map(|c| match c {
                '\n' | '\r' => String::from(c),
                _ => " ".repeat(c.len_utf8()),
            })
            .collect();
        self.text.replace_range(start..end, &spaces);
    }

    fn push(&mut self, offset: usize, path: &[Segment], message: String, hint: Option<String>) {
        let (line, column) = self.document.position(offset);
        self.problems.push(Problem {
            line,
            column,
            key: path_text(path),
            hint,
            ..Problem::with_file(Severity::Error, self.file, message)
        });
    }
}

/// The place to report for an error at an offset.
fn shown_at(code: &Error, spot: &Spot<'_>, offset: usize) -> usize {
    let about_value = matches!(
        code,
        Error::Message(_)
            | Error::InvalidValueForType { .. }
            | Error::ExpectedDifferentLength { .. }
            | Error::IntegerOutOfBounds
            | Error::MissingStructField { .. }
    );
    match spot.node {
        Some(node) if node.group.is_none() && (about_value || waits_for_mark(code)) => node.span.start,
        Some(node) if about_value && closes_at(node, offset) => node.span.start,
        Some(_) => offset,
        None => {
            let key = spot.holders.last().and_then(|holder| holder.entry.key.as_ref());
            key.filter(|key| key.span.contains(&offset)).map_or(offset, |key| key.span.start)
        }
    }
}

fn closes_at(node: &Node, offset: usize) -> bool {
    node.group.as_ref().is_some_and(|group| group.close == Some(offset))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::rules::tests::StageFile;

    #[test]
    fn errors_end_at_a_limit() {
        let text = format!("{{{}}}", "\"a\": x,".repeat(1000));
        let mut problems = Vec::new();
        let document = Document::new(text);
        assert!(decode::<BTreeMap<String, u32>>("a.ron", &document, None, &mut problems).is_none());
        assert_eq!(problems.len(), 999 + 100);
    }

    const VALID: &str = r##"#![enable(implicit_some)]
/* 关卡 /* nested */ */ (
    stages: [ // first
        (id: 1, kind: Normal, rewards: ["3:9", r#"a"b"#, "\u{4f53}\"力"]),
        (id: 0x10, kind: Boss(health: 1_000), bounds: Some((-1, 1))),
        (id: 3, kind: Timed(5), bounds: (0, 0), rewards: [],),
    ],
)"##;

    /// Decodes a text and checks that a failure comes with a place inside the text.
    fn survives(text: &str) -> Result<(), TestCaseError> {
        let lines = text.matches('\n').count() + 1;
        let mut problems = Vec::new();
        let document = Document::new(text.to_owned());
        let is_ron = Options::default().from_str::<ron::Value>(text).is_ok();
        let fault = first_fault(&document);
        // A name in full width is RON, but never a name of the rules.
        let is_wide = fault.as_ref().is_some_and(|fault| fault.message.contains("full-width letter"));
        prop_assert!(!is_ron || is_wide || fault.is_none(), "what RON accepts is no mistake of form: {fault:?}");
        let content = decode::<StageFile>("a.ron", &document, None, &mut problems);
        prop_assert!(content.is_some() || !problems.is_empty());
        for problem in &problems {
            let line = usize::try_from(problem.line).expect("a line fits");
            prop_assert!((1..=lines).contains(&line), "{problem}");
            let width = text.split('\n').nth(line - 1).map_or(0, |line| line.chars().count());
            let column = usize::try_from(problem.column).expect("a column fits");
            prop_assert!((1..=width + 1).contains(&column), "{problem}");
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn arbitrary_text_never_panics(text in "\\PC*") {
            survives(&text)?;
        }

        #[test]
        fn text_of_ron_parts_never_panics(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "(", ")", "[", "]", "{", "}", ",", ":", "\"", "'", "\\", "r#\"", "\"#", "b\"", "/*",
                    "*/", "//", "\n", "\r\n", "\t", " ", "stages", "id", "kind", "Boss", "Some", "1",
                    "-", "..", "体", "#![", "#", "stages: [", "(id: 1, kind: ", "r", "b'", "\u{2028}",
                ]),
                0..40,
            )
        ) {
            survives(&parts.concat())?;
            survives(&format!("(stages: [{}])", parts.concat()))?;
        }

        #[test]
        fn mutated_valid_text_is_decoded_or_located(
            edits in prop::collection::vec(
                (any::<prop::sample::Index>(), prop::option::of(any::<char>()), any::<bool>()),
                1..4,
            ),
        ) {
            let mut text: Vec<char> = VALID.chars().collect();
            for (index, letter, syntax) in edits {
                let at = index.index(text.len());
                match letter {
                    Some(letter) if !syntax => text.insert(at, letter),
                    Some(letter) => {
                        let marks: Vec<char> = "()[]{},:\"'\\/#r\n".chars().collect();
                        text.insert(at, marks[letter as usize % marks.len()]);
                    }
                    None => { text.remove(at); }
                }
            }
            survives(&text.into_iter().collect::<String>())?;
        }
    }

    #[test]
    fn the_text_that_is_mutated_is_valid() {
        let mut problems = Vec::new();
        let content = decode::<StageFile>("a.ron", &Document::new(VALID.to_owned()), None, &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(content.expect("the text is valid").stages.len(), 3);
    }
}
