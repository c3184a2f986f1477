//! What the reader keeps of what it has read.

/// A group whose closing bracket has not come yet; the outermost one is the text itself.
pub(super) struct Group {
    /// The bracket that closes it; `None` for the text itself.
    pub(super) closer: Option<char>,
    pub(super) offset: usize,
    /// Whether its entries have names or keys; `None` before the first.
    pub(super) keyed: Option<bool>,
    pub(super) entry: Part,
}

/// How much of the current entry has been read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Nothing,
    /// A value, which a colon would make the key.
    First,
    Colon,
    Whole,
}

impl Group {
    /// The text as a whole.
    pub(super) fn root() -> Self {
        Self { closer: None, offset: 0, keyed: None, entry: Part::Nothing }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Name,
    Number,
    Text,
    Group,
}

/// The token before the cursor, if it ended a value or a key.
#[derive(Clone, Copy)]
pub(super) struct Item {
    pub(super) sort: Sort,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A place where, by the indentation of the lines, a bracket should have been closed.
#[derive(Clone, Copy)]
pub(super) struct Dedent {
    pub(super) offset: usize,
    pub(super) opener: usize,
    pub(super) closer: char,
}
