//! Where brackets are wrong, by the indentation of the lines.

use super::parts::{Closed, Group, Slip};
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

    /// The column of an offset in bytes, from 0.
    fn column(&self, offset: usize) -> usize {
        offset - self.text[..offset].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Notes where the indentation of a line contradicts the brackets.
    pub(super) fn note_indentation(&mut self, offset: usize, first: char) {
        let (indentation, is_first) = self.indentation(offset);
        if !is_first {
            return;
        }
        let closed = self.closed.take();
        if self.slip.is_some() {
            return;
        }
        let Group { closer, offset: opener, begins, .. } = *self.group();
        let is_closer = matches!(first, ')' | ']' | '}');
        self.slip = match (closed, closer) {
            (Some(closed), _) if !is_closer && indentation > self.column(closed.begins) => {
                Some(Slip::Extra { noticed: offset, closed })
            }
            (_, Some(closer)) if self.line(opener) < self.line(offset) => {
                let is_out = match is_closer {
                    true => {
                        indentation < self.indentation(opener).0
                            || first != closer && indentation <= self.column(begins)
                    }
                    false => indentation <= self.column(begins),
                };
                let missing = Slip::Missing { noticed: offset, opener, closer, after: self.last.map(|last| last.end) };
                is_out.then_some(missing)
            }
            _ => None,
        };
    }

    /// Notes a closing bracket within a line whose opening one is in an earlier line.
    pub(super) fn note_closed(&mut self, closer: usize, opener: usize, begins: usize) {
        if !self.indentation(closer).1 && self.line(opener) < self.line(closer) {
            self.closed = Some(Closed { closer, opener, begins });
        }
    }

    /// Moves a fault that comes from a wrong number of brackets to where the indentation shows it.
    pub(super) fn bracket_fault(&self, told: Fault) -> Fault {
        match self.slip {
            Some(Slip::Missing { noticed, opener, closer, after }) if noticed <= told.offset => {
                let (line, column) = self.document.position(opener);
                let opened = &self.text[opener..=opener];
                let place = after.filter(|_| !self.text[noticed..].starts_with(','));
                let expected = match place {
                    Some(_) => format!("expected `{closer}` here"),
                    None => format!("found {}, expected `{closer}` before it", self.found(noticed)),
                };
                let message = format!("{expected}: the `{opened}` in line {line}, column {column} is not closed");
                fault(place.unwrap_or(noticed), message)
            }
            Some(Slip::Extra { noticed, closed }) if noticed <= told.offset => {
                let Closed { closer, opener, .. } = closed;
                let bracket = &self.text[closer..=closer];
                let line = self.line(opener);
                fault(closer, format!("this `{bracket}` closes the bracket of line {line}, is it one too many?"))
            }
            _ => told,
        }
    }
}
