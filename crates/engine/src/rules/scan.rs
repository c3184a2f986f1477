//! Parses RON text into a light tree that only knows where things are.
//!
//! The scanner accepts any text. It skips what it cannot parse, and notes that the text is not intact.

use std::ops::Range;

use super::lex::Cursor;
use super::path::Segment;

/// Groups nested deeper than this become a leaf, so that no walk over the tree can run out of stack.
const DEEPEST_GROUP: usize = 64;

/// A value and its place.
#[derive(Debug)]
pub(super) struct Node {
    /// From the first byte (of the struct name, if there is one) to after the last.
    pub(super) span: Range<usize>,
    /// The parts of a value in brackets. A plain value has none.
    pub(super) group: Option<Group>,
}

/// What stands between two brackets.
#[derive(Debug)]
pub(super) struct Group {
    /// Which brackets.
    pub(super) bracket: Bracket,
    /// The parts, in order.
    pub(super) entries: Vec<Entry>,
    /// Where the closing bracket is.
    pub(super) close: Option<usize>,
}

/// The kinds of brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    /// `(..)`: a struct, a tuple or the payload of a variant.
    Round,
    /// `[..]`: a list.
    Square,
    /// `{..}`: a map.
    Curly,
}

/// One part of a group.
#[derive(Debug)]
pub(super) struct Entry {
    /// From the key, or else the value, to after the value.
    pub(super) span: Range<usize>,
    /// The field name or map key.
    pub(super) key: Option<Key>,
    /// The value. It is absent in broken text such as `(a: )`.
    pub(super) value: Option<Node>,
    /// Where the comma after the value is.
    pub(super) comma: Option<usize>,
}

/// A field name or map key.
#[derive(Debug)]
pub(super) struct Key {
    /// The text without quotes and escapes.
    pub(super) text: String,
    /// Its place, including quotes.
    pub(super) span: Range<usize>,
}

/// The result of a scan.
#[derive(Debug)]
pub(super) struct Tree {
    /// The value that the text holds.
    pub(super) root: Option<Node>,
    /// Whether all brackets, strings and comments are closed and nothing is left over.
    pub(super) intact: bool,
}

impl Node {
    /// Takes one step down, looking through `Some(..)` and the like.
    pub(super) fn part(&self, step: &Segment) -> Option<(&Group, &Entry)> {
        let mut group = self.group.as_ref()?;
        while let Some(inner) = group.payload().and_then(|payload| payload.group.as_ref()) {
            group = inner;
        }
        let entry = match step {
            // Of two equal map keys the last one counts.
            Segment::Key(wanted) => group.entries.iter().rev().find(|entry| {
                let key = entry.key.as_ref();
                key.is_some_and(|key| key.text == *wanted)
            }),
            Segment::Index(index) => group.entries.get(*index),
        }?;
        Some((group, entry))
    }
}

impl Group {
    /// The name before the bracket, as in `Boss(health: 5)`; empty without one.
    pub(super) fn name<'t>(&self, text: &'t str, node: &Node) -> &'t str {
        let rest = &text[node.span.start..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        &rest[..end]
    }

    /// The part that contains a byte offset.
    pub(super) fn entry_at(&self, offset: usize) -> Option<(usize, &Entry)> {
        let index = self.entries.partition_point(|entry| entry.span.end <= offset);
        self.entries.get(index).filter(|entry| entry.span.contains(&offset)).map(|entry| (index, entry))
    }

    /// The step from a group to one of its parts. A lone payload, as in `Some(5)`, takes no step.
    pub(super) fn segment(&self, index: usize) -> Option<Segment> {
        let entry = self.entries.get(index)?;
        match &entry.key {
            Some(key) => Some(Segment::Key(key.text.clone())),
            None if self.payload().is_some() => None,
            None => Some(Segment::Index(index)),
        }
    }

    /// The only value between round brackets, as in `Some(5)` or in a newtype struct.
    fn payload(&self) -> Option<&Node> {
        match self.entries.as_slice() {
            [only] if self.bracket == Bracket::Round && only.key.is_none() => only.value.as_ref(),
            _ => None,
        }
    }
}

/// Scans a whole text.
pub(super) fn scan(text: &str) -> Tree {
    let mut scanner = Scanner { text, cursor: Cursor::new(text, 0), open: Vec::new() };
    scanner.cursor.skip_attributes();
    let root = scanner.value();
    scanner.cursor.skip_blank();
    let intact = scanner.cursor.intact && scanner.cursor.at == text.len();
    Tree { root, intact }
}

struct Scanner<'a> {
    text: &'a str,
    cursor: Cursor<'a>,
    /// The pending closing brackets, outermost first.
    open: Vec<char>,
}

impl Scanner<'_> {
    /// Reads the value at the cursor, or `None` before a separator or closing bracket.
    fn value(&mut self) -> Option<Node> {
        self.cursor.skip_blank();
        let start = self.cursor.at;
        match self.cursor.peek()? {
            ')' | ']' | '}' | ',' | ':' => None,
            '(' => Some(self.group(start, Bracket::Round, ')')),
            '[' => Some(self.group(start, Bracket::Square, ']')),
            '{' => Some(self.group(start, Bracket::Curly, '}')),
            first => {
                self.cursor.skip_token();
                let end = self.cursor.at;
                self.cursor.skip_blank();
                let name = first.is_alphabetic() || first == '_';
                let name = name && !self.cursor.since(start).ends_with(['"', '\'']);
                if name && self.cursor.peek() == Some('(') {
                    return Some(self.group(start, Bracket::Round, ')'));
                }
                self.cursor.at = end;
                Some(Node { span: start..end, group: None })
            }
        }
    }

    fn group(&mut self, start: usize, bracket: Bracket, closer: char) -> Node {
        if self.open.len() >= DEEPEST_GROUP {
            self.cursor.skip_group();
            return Node { span: start..self.cursor.at, group: None };
        }
        self.cursor.skip_char();
        self.open.push(closer);
        let (entries, close) = self.entries(closer);
        self.open.pop();
        let end = close.map_or(self.cursor.at, |close| close + 1);
        let group = Group { bracket, entries, close };
        Node { span: start..end, group: Some(group) }
    }

    fn entries(&mut self, closer: char) -> (Vec<Entry>, Option<usize>) {
        let mut entries = Vec::new();
        loop {
            self.cursor.skip_blank();
            match self.cursor.peek() {
                None => {
                    self.cursor.intact = false;
                    return (entries, None);
                }
                Some(c) if c == closer => {
                    self.cursor.at += 1;
                    return (entries, Some(self.cursor.at - 1));
                }
                Some(c @ (')' | ']' | '}')) => {
                    self.cursor.intact = false;
                    if self.open.contains(&c) {
                        return (entries, None);
                    }
                    self.cursor.at += 1;
                }
                Some(',' | ':') => self.cursor.at += 1,
                Some(_) => entries.extend(self.entry()),
            }
        }
    }

    fn entry(&mut self) -> Option<Entry> {
        let first = self.value()?;
        let mut entry = Entry { span: first.span.clone(), key: None, value: None, comma: None };
        let end = self.cursor.at;
        self.cursor.skip_blank();
        if self.cursor.peek() == Some(':') {
            self.cursor.at += 1;
            entry.span.end = self.cursor.at;
            entry.value = self.value();
            entry.key = Some(Key { text: unquote(&self.text[first.span.clone()]), span: first.span });
            if let Some(value) = &entry.value {
                entry.span.end = value.span.end;
            }
            self.cursor.skip_blank();
        } else {
            self.cursor.at = end;
            entry.value = Some(first);
            self.cursor.skip_blank();
        }
        if self.cursor.peek() == Some(',') {
            entry.comma = Some(self.cursor.at);
            self.cursor.at += 1;
        }
        Some(entry)
    }
}

/// The text that a key stands for.
fn unquote(text: &str) -> String {
    let plain = text.strip_prefix("r#").filter(|name| !name.starts_with(['"', '#']));
    plain.map(str::to_owned).unwrap_or_else(|| {
        let string = ron::from_str::<String>(text).ok();
        string.or_else(|| ron::from_str::<char>(text).ok().map(String::from)).unwrap_or_else(|| text.to_owned())
    })
}
