//! Finds the first mistake in the form of a RON text: brackets, commas, colons, quotes.
//!
//! The decoder would report such a mistake where it no longer understands, which may be far behind it, and guess at all
//! that follows. Here one mistake is one fault, at the place where something has to be typed. Every text that the
//! decoder accepts is accepted.

mod brackets;
mod parts;
#[cfg(test)]
mod tests;
mod word;

use super::explain::found_at;
use super::foreign::conflict_mark;
use super::lex::{Cursor, skip_blank};
use super::locate::Document;
use parts::{Closed, Group, Item, Part, Slip, Sort};
use word::check_word;

/// The first mistake.
#[derive(Debug)]
pub(super) struct Fault {
    /// Where it is.
    pub(super) offset: usize,
    /// What was found and what was expected.
    pub(super) message: String,
    /// What to try.
    pub(super) hint: Option<String>,
}

/// Looks for the first mistake; `None` if the text is well formed or empty.
pub(super) fn first_fault(document: &Document) -> Option<Fault> {
    let text = document.text();
    let mut reader = Reader {
        document,
        text,
        cursor: Cursor::new(text, 0),
        open: vec![Group::root()],
        last: None,
        slip: None,
        closed: None,
    };
    reader.read().err()
}

struct Reader<'a> {
    document: &'a Document,
    text: &'a str,
    cursor: Cursor<'a>,
    open: Vec<Group>,
    last: Option<Item>,
    slip: Option<Slip>,
    /// The last group that was closed within a line since the line began.
    closed: Option<Closed>,
}

type Read = Result<(), Fault>;

fn fault(offset: usize, message: impl Into<String>) -> Fault {
    Fault { offset, message: message.into(), hint: None }
}

impl<'a> Reader<'a> {
    fn read(&mut self) -> Read {
        self.attributes()?;
        loop {
            self.blank()?;
            let start = self.cursor.at;
            let Some(first) = self.cursor.peek() else {
                return self.end();
            };
            if let Some(mark) = conflict_mark(self.text, start) {
                let message =
                    format!("`{mark}` is left over from a merge, keep one of the two versions and delete the marks");
                return Err(fault(start, message));
            }
            self.note_indentation(start, first);
            match first {
                '(' | '[' | '{' => self.opener(start, first)?,
                ')' | ']' | '}' => self.closer(start, first)?,
                ',' => self.comma(start)?,
                ':' => self.colon(start)?,
                _ => self.token(start)?,
            }
        }
    }

    fn attributes(&mut self) -> Read {
        self.blank()?;
        let start = self.cursor.at;
        let hash = self.text[start..].strip_prefix('#');
        if hash.is_some_and(|rest| !rest[skip_blank(rest, 0)..].starts_with('!')) {
            return Err(fault(start, "`#` begins no comment, type `//`"));
        }
        self.cursor.skip_attributes();
        if self.cursor.intact {
            Ok(())
        } else {
            Err(fault(start, "this attribute is not closed, expected `#![enable(..)]`"))
        }
    }

    fn blank(&mut self) -> Read {
        let before = self.cursor.at;
        self.cursor.skip_blank();
        if self.cursor.intact {
            return Ok(());
        }
        Err(fault(self.unclosed_comment(before), "this comment is not closed, expected `*/`"))
    }

    fn group(&mut self) -> &mut Group {
        if self.open.is_empty() {
            self.open.push(Group::root());
        }
        let last = self.open.len() - 1;
        &mut self.open[last]
    }

    fn found(&self, offset: usize) -> String {
        found_at(self.text, offset)
    }

    fn line(&self, offset: usize) -> u32 {
        self.document.position(offset).0
    }

    fn opener(&mut self, start: usize, first: char) -> Read {
        let named = first == '(' && self.last.is_some_and(|last| last.sort == Sort::Name);
        if !(named && matches!(self.group().entry, Part::First | Part::Whole)) {
            self.value_may_begin(start)?;
        }
        let closer = match first {
            '(' => ')',
            '[' => ']',
            _ => '}',
        };
        self.cursor.skip_char();
        let begins = self.group().entry_begins;
        let group = Group { closer: Some(closer), offset: start, begins, entry_begins: start, ..Group::root() };
        self.open.push(group);
        self.last = None;
        Ok(())
    }

    fn closer(&mut self, start: usize, found: char) -> Read {
        let Group { closer, offset: opener, begins, .. } = *self.group();
        let Some(expected) = closer else {
            let message = format!("this `{found}` closes nothing, is it one too many?");
            return Err(self.bracket_fault(fault(start, message)));
        };
        if found != expected {
            let (line, column) = self.document.position(opener);
            let opened = &self.text[opener..=opener];
            let message = format!(
                "found `{found}`, expected `{expected}`: the `{opened}` in line {line}, column {column} is not closed"
            );
            return Err(self.bracket_fault(fault(start, message)));
        }
        self.entry_ends(start)?;
        self.note_closed(start, opener, begins);
        self.cursor.skip_char();
        self.open.pop();
        self.value_ended(Item { sort: Sort::Group, start: opener, end: self.cursor.at });
        Ok(())
    }

    fn comma(&mut self, start: usize) -> Read {
        if self.group().closer.is_none() {
            return Err(self.trailing(start));
        }
        if self.group().entry == Part::Nothing {
            let message = match self.last {
                None => "found `,`, expected a value before it",
                Some(_) => "found a second `,`, expected a value between the two",
            };
            return Err(self.bracket_fault(fault(start, message)));
        }
        self.entry_ends(start)?;
        self.cursor.skip_char();
        let group = self.group();
        group.entry = Part::Nothing;
        Ok(())
    }

    fn colon(&mut self, start: usize) -> Read {
        let (entry, closer, keyed) = (self.group().entry, self.group().closer, self.group().keyed);
        let Some(item) = self.last.filter(|_| entry == Part::First) else {
            let message = if entry == Part::Colon {
                "found a second `:`, expected a value"
            } else {
                "found `:`, expected a name before it"
            };
            return Err(fault(start, message));
        };
        let written = match item.sort {
            Sort::Group => "..",
            _ => &self.text[item.start..item.end],
        };
        let wrong = match closer {
            None => Some(format!("found `{written}:`, expected a `(` before the first field")),
            Some(']') => Some(format!("found `{written}:` in a list, expected a `(` before the fields of an element")),
            Some(')') if item.sort == Sort::Text => {
                Some(format!("names of fields stand without quotes, type `{}`", written.trim_matches('"')))
            }
            Some(')') if item.sort != Sort::Name => {
                Some(format!("found {} before `:`, expected the name of a field", self.found(item.start)))
            }
            Some(')') if keyed == Some(false) => {
                Some(format!("found the name `{written}`, though the values before it have none"))
            }
            Some(_) => None,
        };
        if let Some(message) = wrong {
            return Err(self.bracket_fault(fault(item.start, message)));
        }
        self.cursor.skip_char();
        let group = self.group();
        group.entry = Part::Colon;
        group.keyed = Some(true);
        Ok(())
    }

    /// A string, number or name.
    fn token(&mut self, start: usize) -> Read {
        self.cursor.skip_token();
        let token = &self.text[start..self.cursor.at];
        let first = token.chars().next().unwrap_or(' ');
        let is_text = matches!(first, '"' | '\'') || token.ends_with(['"', '\'']);
        if let Some(last) = self.last.filter(|last| last.sort == Sort::Text && last.end == start) {
            return Err(self.torn_text(last, start));
        }
        if !is_text {
            check_word(token, start)?;
        } else if !self.cursor.intact {
            return Err(self.unclosed_text(start));
        } else if token == "'" || token == "b'" {
            return Err(fault(start, "found a single quote, expected text in double quotes"));
        }
        self.value_may_begin(start)?;
        let sort = match first {
            _ if is_text => Sort::Text,
            '0'..='9' | '+' | '-' | '.' => Sort::Number,
            _ => Sort::Name,
        };
        self.value_ended(Item { sort, start, end: self.cursor.at });
        Ok(())
    }

    fn unclosed_text(&self, start: usize) -> Fault {
        match self.last {
            Some(last) if last.sort == Sort::Name && last.end == start => self.no_opening_quote(last),
            _ => fault(start, "this text has no closing `\"`"),
        }
    }

    /// A text with more right behind it: its quotes are in the wrong places.
    fn torn_text(&self, text: Item, start: usize) -> Fault {
        match self.text[text.start..text.end].contains('\n') {
            true => fault(text.start, "this text has no closing `\"` in its line"),
            false => {
                let found = self.found(start);
                fault(start, format!("found {found} right behind a text, a `\"` is missing or one too many"))
            }
        }
    }

    fn no_opening_quote(&self, word: Item) -> Fault {
        fault(word.start, format!("the text `{}` has no opening `\"`", &self.text[word.start..word.end]))
    }

    /// Reports a value where none may begin: something is missing before it.
    fn value_may_begin(&mut self, start: usize) -> Read {
        let (entry, keyed, closer) = (self.group().entry, self.group().keyed, self.group().closer);
        let Some(last) = self.last.filter(|_| !matches!(entry, Part::Nothing | Part::Colon)) else {
            if entry == Part::Nothing {
                self.group().entry_begins = start;
            }
            return Ok(());
        };
        let touches = last.end == start;
        let is_quote = self.text[start..].starts_with('"');
        if touches && is_quote && matches!(last.sort, Sort::Name | Sort::Number) {
            return Err(self.no_opening_quote(last));
        }
        if closer.is_none() {
            return Err(self.trailing(start));
        }
        let found = self.found(start);
        let wants_colon = entry == Part::First
            && match closer {
                Some('}') => true,
                Some(')') => last.sort == Sort::Name && (keyed == Some(true) || !self.is_name(start)),
                _ => false,
            };
        let expected = if wants_colon { "a colon between the key and its value" } else { "a comma before it" };
        Err(fault(start, format!("found {found}, expected {expected}")))
    }

    fn is_name(&self, offset: usize) -> bool {
        self.text[offset..].starts_with(|c: char| c.is_alphabetic() || c == '_')
    }

    fn value_ended(&mut self, item: Item) {
        self.last = Some(item);
        let group = self.group();
        group.entry = if group.entry == Part::Colon || group.entry == Part::Whole { Part::Whole } else { Part::First };
    }

    /// Checks the entry before a comma or closing bracket.
    fn entry_ends(&mut self, end: usize) -> Read {
        let (entry, keyed, closer) = (self.group().entry, self.group().keyed, self.group().closer);
        match entry {
            Part::Colon => Err(fault(end, format!("found {}, expected a value behind the `:`", self.found(end)))),
            Part::First if keyed == Some(true) || closer == Some('}') => Err(self.without_key()),
            Part::First => {
                self.group().keyed = Some(false);
                Ok(())
            }
            Part::Nothing | Part::Whole => Ok(()),
        }
    }

    /// A value without a name among others that have names.
    fn without_key(&mut self) -> Fault {
        let Some(item) = self.last else {
            return fault(self.cursor.at, "expected the name of a field");
        };
        let start = match item.sort {
            Sort::Group => self.name_before(item.start),
            _ => item.start,
        };
        let written = &self.text[item.start..item.end];
        if item.sort == Sort::Name {
            return fault(start, format!("`{written}` has no value, expected `{written}:` and a value"));
        }
        let mut fault = fault(start, format!("found {}, expected the name of a field before it", self.found(start)));
        let before = self.text[..item.start].trim_end_matches(',');
        let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        if item.sort == Sort::Number && written.len() == 3 && before.len() + 1 == item.start && digits > 0 {
            let number = format!("{}{written}", &before[before.len() - digits..]);
            fault.hint = Some(format!("numbers are written without commas, type {number}"));
        }
        self.bracket_fault(fault)
    }

    fn name_before(&self, opener: usize) -> usize {
        let before = &self.text[..opener];
        before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len()
    }

    fn trailing(&mut self, start: usize) -> Fault {
        let message = format!("found {}, expected nothing behind the end of the value", self.found(start));
        self.bracket_fault(fault(start, message))
    }

    fn end(&mut self) -> Read {
        let (closer, opener) = (self.group().closer, self.group().offset);
        let Some(closer) = closer else {
            return Ok(());
        };
        let (line, column) = self.document.position(opener);
        let opened = &self.text[opener..=opener];
        let message = format!(
            "found the end of the file, expected `{closer}`: the `{opened}` in line {line}, column {column} is not closed"
        );
        Err(self.bracket_fault(fault(self.text.len(), message)))
    }
}
