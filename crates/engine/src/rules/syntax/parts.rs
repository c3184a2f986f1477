//! What the reader keeps of what it has read.

/// A group whose closing bracket has not come yet; the outermost one is the text itself.
pub(super) struct Group {
    /// The bracket that closes it; `None` for the text itself.
    pub(super) closer: Option<char>,
    pub(super) offset: usize,
    /// Whether its entries have names or keys; `None` before the first.
    pub(super) keyed: Option<bool>,
    pub(super) entry: Part,
    /// Where the entry around this group begins, its name included.
    pub(super) begins: usize,
    /// Where the current entry begins.
    pub(super) entry_begins: usize,
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
        Self { closer: None, offset: 0, keyed: None, entry: Part::Nothing, begins: 0, entry_begins: 0 }
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

/// Where the indentation of a line contradicts the brackets before it.
#[derive(Clone, Copy)]
pub(super) enum Slip {
    /// A group should have been closed.
    Missing {
        /// The first token of the line.
        noticed: usize,
        opener: usize,
        closer: char,
        /// Behind the last value before it.
        after: Option<usize>,
    },
    /// A group should not have been closed yet.
    Extra {
        /// The first token of the line.
        noticed: usize,
        closed: Closed,
    },
}

/// A closing bracket within a line, of a group that began in an earlier line.
#[derive(Clone, Copy)]
pub(super) struct Closed {
    pub(super) closer: usize,
    pub(super) opener: usize,
    pub(super) begins: usize,
}
