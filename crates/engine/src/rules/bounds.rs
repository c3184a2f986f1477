//! Checks numbers against the ranges that the schema of their table states.
//!
//! A range stands once, at its field: `#[schemars(range(min = 1, max = 100))]`. From there it goes into the schema, the
//! reference and the hints of editors, and from the schema it is enforced here.

use std::cmp::Ordering;

use super::file_schema::{FileSchema, Shape};
use super::locate::Document;
use super::path::{Segment, path_text};
use super::problem::{Problem, Severity};
use super::scan::Node;

/// Reports every number of a file that is out of its range.
pub(super) fn check_bounds(file: &str, document: &Document, schema: &FileSchema, problems: &mut Vec<Problem>) {
    let Some(root) = document.root() else { return };
    let mut check = Check { file, document, schema, path: Vec::new(), problems };
    check.node(root, &schema.root());
}

struct Check<'a> {
    file: &'a str,
    document: &'a Document,
    schema: &'a FileSchema,
    path: Vec<Segment>,
    problems: &'a mut Vec<Problem>,
}

impl Check<'_> {
    fn node(&mut self, node: &Node, shape: &Shape<'_>) {
        let Some(group) = &node.group else {
            self.number(node, shape);
            return;
        };
        for (index, entry) in group.entries.iter().enumerate() {
            let (Some(value), Some(part)) = (&entry.value, self.schema.part(shape, self.document.text(), node, index))
            else {
                continue;
            };
            let length = self.path.len();
            self.path.extend(group.segment(index));
            self.node(value, &part);
            self.path.truncate(length);
        }
    }

    fn number(&mut self, node: &Node, shape: &Shape<'_>) {
        let written = &self.document.text()[node.span.clone()];
        let Some(range) = shape.range(self.schema) else { return };
        if range.holds(written) {
            return;
        }
        let (line, column) = self.document.position(node.span.start);
        let message = format!("{written} is out of range, expected {}", range.told());
        self.problems.push(Problem {
            line,
            column,
            key: path_text(&self.path),
            ..Problem::with_file(Severity::Error, self.file, message)
        });
    }
}

/// The numbers that a field may hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// The least, as it is written.
    pub least: Option<String>,
    /// The most, as it is written.
    pub most: Option<String>,
    /// What they count, such as `seconds`.
    pub unit: Option<String>,
}

impl Range {
    /// Whether a number is within the range. What is no number is nobody's business here.
    fn holds(&self, written: &str) -> bool {
        let Some(number) = Number::read(written) else { return true };
        let is = |bound: &Option<String>, wrong: Ordering| {
            bound.as_deref().and_then(Number::read).is_some_and(|bound| number.compare(bound) == Some(wrong))
        };
        !is(&self.least, Ordering::Less) && !is(&self.most, Ordering::Greater) && number.is_finite()
    }

    /// The range in words, such as `1 to 100 seconds`.
    #[must_use]
    pub fn told(&self) -> String {
        let unit = self.unit.as_ref().map(|unit| format!(" ({unit})")).unwrap_or_default();
        match (&self.least, &self.most) {
            (Some(least), Some(most)) => format!("{least} to {most}{unit}"),
            (Some(least), None) => format!("{least} or more{unit}"),
            (None, Some(most)) => format!("{most} or less{unit}"),
            (None, None) => format!("a number{unit}"),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Number {
    Whole(i128),
    Fraction(f64),
}

impl Number {
    fn read(written: &str) -> Option<Self> {
        let plain = written.replace('_', "");
        let (sign, digits) = match plain.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, plain.strip_prefix('+').unwrap_or(&plain)),
        };
        let radix = [("0x", 16), ("0o", 8), ("0b", 2)];
        let based = radix.iter().find_map(|(prefix, radix)| Some((digits.strip_prefix(prefix)?, *radix)));
        let whole = match based {
            Some((digits, radix)) => i128::from_str_radix(digits, radix),
            None => digits.parse(),
        };
        whole.ok().and_then(|whole| whole.checked_mul(sign)).map(Self::Whole).or_else(|| {
            let number = plain.parse().ok()?;
            Some(Self::Fraction(number))
        })
    }

    fn is_finite(self) -> bool {
        matches!(self, Self::Whole(_)) || matches!(self, Self::Fraction(number) if number.is_finite())
    }

    fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(one), Self::Whole(other)) => Some(one.cmp(&other)),
            (one, other) => one.fraction().partial_cmp(&other.fraction()),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a bound beyond 2^53 need not be exact against a fraction")]
    fn fraction(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Fraction(number) => number,
        }
    }
}
