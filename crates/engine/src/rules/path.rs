//! Paths of values in a file, and line and column of a place.

use std::fmt::Write as _;

/// One step from a value to a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Segment {
    /// To a struct field or a map entry.
    Key(String),
    /// To an element of a list or tuple, counted from 0.
    Index(usize),
}

/// Writes a path the way designers read it, such as `stages[3].rewards[0]`.
///
/// A key that is not a plain name is quoted, as in `items["3:9"]`.
pub(super) fn path_text(path: &[Segment]) -> String {
    let mut text = String::new();
    for segment in path {
        // Writing into a string cannot fail.
        let _ = match segment {
            Segment::Index(index) => write!(text, "[{index}]"),
            Segment::Key(key) if !is_name(key) => write!(text, "[{key:?}]"),
            Segment::Key(key) if text.is_empty() => write!(text, "{key}"),
            Segment::Key(key) => write!(text, ".{key}"),
        };
    }
    text
}

fn is_name(key: &str) -> bool {
    key.starts_with(|c: char| c.is_alphabetic() || c == '_') && key.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Gives the line and column of a byte offset, both counted from 1, columns in characters.
pub(super) fn position_in(text: &str, offset: usize) -> (u32, u32) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    let column = before[line_start..].chars().count() + 1;
    (saturate(line), saturate(column))
}

/// Line and column numbers beyond the largest one are clamped.
pub(super) fn saturate(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_like_an_expression() {
        let key = |text: &str| Segment::Key(text.to_owned());
        let path = [key("stages"), Segment::Index(3), key("rewards"), Segment::Index(0)];
        assert_eq!(path_text(&path), "stages[3].rewards[0]");
        let path = [key("items"), key("3:9"), Segment::Index(0), key("体力")];
        assert_eq!(path_text(&path), "items[\"3:9\"][0].体力");
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(position_in("体力\r\n\t名x", 12), (2, 3));
        assert_eq!(position_in("", 5), (1, 1));
    }
}
