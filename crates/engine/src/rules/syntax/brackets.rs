//! Where brackets are wrong, by the indentation of the lines.

use super::parts::Dedent;
use super::{Cursor, Fault, Reader, fault};

impl Reader<'_> {
    pub(super) fn unclosed_comment(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            let rest = &self.text[at..];
            let next = rest.find("/*").map(|next| at + next);
            let line = rest.find("//").map(|next| at + next);
            match (next, line) {
                (Some(next), Some(line)) if line < next => {
                    at = self.text[line..].find('\n').map_or(self.text.len(), |end| line + end);
                }
                (Some(next), _) => {
                    let mut cursor = Cursor::new(self.text, next);
                    cursor.skip_blank();
                    if !cursor.intact && self.text[next + 2..].find("*/").is_none() {
                        return next;
                    }
                    at = next + 2;
                }
                (None, _) => return from,
            }
        }
    }

    /// The start of the line, and whether only blanks stand before the offset.
    pub(super) fn indentation(&self, offset: usize) -> (usize, bool) {
        let start = self.text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let line = &self.text[start..];
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        (blanks, start + blanks == offset)
    }

    pub(super) fn note_indentation(&mut self, offset: usize, first: char) {
        if self.dedent.is_some() {
            return;
        }
        let (Some(closer), opener) = (self.group().closer, self.group().offset) else { return };
        let (indentation, is_first) = self.indentation(offset);
        let closes = first == closer;
        if is_first && !closes && indentation <= self.indentation(opener).0 && self.line(opener) < self.line(offset) {
            self.dedent = Some(Dedent { offset, opener, closer });
        }
    }

    pub(super) fn ends_line(&self, bracket: usize) -> bool {
        self.text[bracket + 1..].split('\n').next().is_none_or(|rest| rest.trim().is_empty())
    }

    /// Moves a fault that comes from a wrong number of brackets to where the indentation shows it.
    pub(super) fn bracket_fault(&self, told: Fault) -> Fault {
        if let Some(Dedent { offset, opener, closer }) = self.dedent.filter(|dedent| dedent.offset <= told.offset) {
            let (line, column) = self.document.position(opener);
            let opened = &self.text[opener..=opener];
            let found = self.found(offset);
            let message = format!(
                "found {found}, expected `{closer}` before it: the `{opened}` in line {line}, column {column} is not closed"
            );
            return fault(offset, message);
        }
        if let Some((offset, opener)) = self.early {
            let closer = &self.text[offset..=offset];
            let message =
                format!("this `{closer}` closes the bracket of line {}, is it one too many?", self.line(opener));
            return fault(offset, message);
        }
        told
    }
}
