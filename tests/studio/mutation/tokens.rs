//! The tokens of a RON text, for mistakes to be made in them.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Name,
    Text,
    Number,
    Mark,
}

/// A token and its enclosing bracket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'t> {
    pub(super) sort: Sort,
    pub(super) start: usize,
    pub(super) text: &'t str,
    /// The token that opens the group around this one.
    pub(super) opened_by: Option<usize>,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found: Vec<Token<'_>> = Vec::new();
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (length, sort) = match first {
            _ if first.is_whitespace() => (first.len_utf8(), None),
            _ if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), None),
            '"' => (rest[1..].find('"').expect("a string should be closed") + 2, Some(Sort::Text)),
            '0'..='9' => (word, Some(Sort::Number)),
            _ if is_word(first) => (word, Some(Sort::Name)),
            _ => (first.len_utf8(), Some(Sort::Mark)),
        };
        if let Some(sort) = sort {
            let token = &rest[..length];
            if matches!(token, ")" | "]" | "}") {
                open.pop();
            }
            found.push(Token { sort, start: at, text: token, opened_by: open.last().copied() });
            if matches!(token, "(" | "[" | "{") {
                open.push(found.len() - 1);
            }
        }
        at += length;
    }
    found
}
