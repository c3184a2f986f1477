//! What is wrong with the rules, in a form a designer can act on.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The rules must not be used.
    Error,
    /// The rules can be used, but something looks like a mistake.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One fault and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// Whether the rules can be used despite it.
    pub severity: Severity,
    /// The file, as a path below the assets with `/` between its parts.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1 in characters. A tab is one character.
    pub column: u32,
    /// The path of the value inside the file, such as `stages[3].rewards[0]`.
    ///
    /// It is empty when the problem is about the file as a whole.
    pub key: String,
    /// What was found and what was expected.
    pub message: String,
    /// What to try, such as `did you mean "3:9"?`.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem with a file as a whole, placed at its first character.
    pub(super) fn with_file(severity: Severity, file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity,
            file: file.into(),
            line: 1,
            column: 1,
            key: String::new(),
            message: message.into(),
            hint: None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, severity, message, .. } = self;
        let mut text = format!("{file}:{line}:{column}: {severity}: ");
        if !self.key.is_empty() {
            text.push_str(&self.key);
            text.push_str(": ");
        }
        text.push_str(message);
        if let Some(hint) = &self.hint {
            text.push_str(&format!(" ({hint})"));
        }
        // A file name or a decoder's message may contain a line break, but a problem is one line.
        out.write_str(&text.replace(['\n', '\r'], " "))
    }
}

/// Text for a hint that proposes a name.
pub(super) fn did_you_mean(name: &str) -> String {
    format!("did you mean {name:?}?")
}

/// Problems of one load: by file, and within a file by line and column. Files with causes come before those that only
/// suffer from them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Sorts problems. Exact duplicates are dropped.
    #[must_use]
    pub fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort_by(|a, b| (&a.file, a.line, a.column, a.severity).cmp(&(&b.file, b.line, b.column, b.severity)));
        problems.dedup();
        Self(problems)
    }

    /// Sorts problems by the rank of their file first. Exact duplicates are dropped.
    pub(super) fn ranked<R: Ord>(mut problems: Vec<Problem>, rank: impl Fn(&str) -> R) -> Self {
        problems.sort_by_cached_key(|problem| {
            let Problem { file, line, column, severity, .. } = problem;
            (rank(file), file.clone(), *line, *column, *severity)
        });
        problems.dedup();
        Self(problems)
    }

    /// All problems in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// The number of problems.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no problems.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether any problem is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.error_count() > 0
    }

    /// How many of the problems are errors.
    #[must_use]
    pub fn error_count(&self) -> usize {
        self.0.iter().filter(|problem| problem.severity == Severity::Error).count()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                out.write_str("\n")?;
            }
            write!(out, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(file: &str, line: u32, column: u32) -> Problem {
        Problem { line, column, ..Problem::with_file(Severity::Error, file, "wrong") }
    }

    #[test]
    fn a_problem_reads_like_a_compiler_message() {
        let problem = Problem {
            key: "stages[3].rewards[0]".into(),
            message: "unknown item 3:99, expected an item id from items.ron".into(),
            hint: Some(did_you_mean("3:9")),
            ..problem("stages/general.ron", 12, 20)
        };
        assert_eq!(
            problem.to_string(),
            "stages/general.ron:12:20: error: stages[3].rewards[0]: unknown item 3:99, \
             expected an item id from items.ron (did you mean \"3:9\"?)"
        );
    }

    #[test]
    fn a_line_break_in_a_message_stays_on_one_line() {
        let problem = Problem { message: "a\r\nb".into(), ..problem("x.ron", 1, 1) };
        assert_eq!(problem.to_string(), "x.ron:1:1: error: a  b");
    }

    #[test]
    fn problems_are_sorted_by_file_line_and_column() {
        let problems = Problems::new(vec![
            problem("b.ron", 1, 1),
            problem("a.ron", 10, 2),
            problem("a.ron", 9, 3),
            problem("a.ron", 10, 1),
        ]);
        let lines: Vec<String> = problems.to_string().lines().map(str::to_owned).collect();
        assert_eq!(
            lines,
            [
                "a.ron:9:3: error: wrong",
                "a.ron:10:1: error: wrong",
                "a.ron:10:2: error: wrong",
                "b.ron:1:1: error: wrong",
            ]
        );
        assert!(problems.has_errors());
    }
}
