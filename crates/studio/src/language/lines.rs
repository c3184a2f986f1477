//! Lines and columns as editors count them.

use gen_lsp_types::{Position, Range};

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColumnUnit {
    /// UTF-16 code units, which every editor understands.
    #[default]
    Utf16,
    /// Bytes.
    Utf8,
}

/// A text with the places of its lines.
#[derive(Debug)]
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    unit: ColumnUnit,
}

impl<'t> Lines<'t> {
    /// Looks for the lines of a text.
    pub fn new(text: &'t str, unit: ColumnUnit) -> Self {
        let after_breaks = text.match_indices('\n').map(|(newline, _)| newline + 1);
        Self { text, starts: std::iter::once(0).chain(after_breaks).collect(), unit }
    }

    /// The line and column, both from 0, of a byte offset.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let before = &self.text[self.starts[line]..offset];
        let column = match self.unit {
            ColumnUnit::Utf8 => before.len(),
            ColumnUnit::Utf16 => before.encode_utf16().count(),
        };
        Position { line: saturate(line), character: saturate(column) }
    }

    /// The byte offset of a line and column; beyond the end of a line or of the text, that end.
    pub fn offset(&self, position: Position) -> usize {
        let Some(start) = self.starts.get(position.line as usize).copied() else { return self.text.len() };
        let rest = &self.text[start..];
        let line = rest.split('\n').next().unwrap_or(rest);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let column = position.character as usize;
        if self.unit == ColumnUnit::Utf8 {
            return start + line.floor_char_boundary(column);
        }
        let mut units = 0;
        let within = line.char_indices().find(|(_, c)| {
            units += c.len_utf16();
            units > column
        });
        start + within.map_or(line.len(), |(offset, _)| offset)
    }

    /// Both ends of a span of bytes.
    pub fn range(&self, span: std::ops::Range<usize>) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }
}

/// Numbers beyond the largest one are clamped.
fn saturate(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_what_the_editor_counts() {
        let text = "(\r\n  name: \"体力𝄞x\", // 😀\r\n";
        let x = text.find('x').expect("there");
        for (unit, column) in [(ColumnUnit::Utf16, 13), (ColumnUnit::Utf8, 19)] {
            let lines = Lines::new(text, unit);
            let position = lines.position(x);
            assert_eq!((position.line, position.character), (1, column), "{unit:?}");
            assert_eq!(lines.offset(position), x, "{unit:?}");
            let beyond = Position { line: 1, character: 99 };
            assert_eq!(&text[lines.offset(beyond)..], "\r\n", "{unit:?}: the end of the line");
            assert_eq!(lines.offset(Position { line: 9, character: 0 }), text.len(), "{unit:?}: the end of the text");
        }
    }

    #[test]
    fn a_place_within_a_character_is_that_of_the_character() {
        let lines = Lines::new("𝄞", ColumnUnit::Utf16);
        assert_eq!(lines.offset(Position { line: 0, character: 1 }), 0);
        assert_eq!(lines.position(2).character, 0);
    }
}
