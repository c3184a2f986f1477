//! Steps through RON text one token at a time.
//!
//! The cursor accepts any text. Each step moves it forward unless it is at the end of the text.

/// A place in a text, always between two characters.
pub(super) struct Cursor<'a> {
    text: &'a str,
    /// The byte offset.
    pub(super) at: usize,
    /// Whether all strings, comments and skipped groups so far are closed.
    pub(super) intact: bool,
}

/// Returns the offset of the first byte from `at` on that is neither white space nor in a comment.
pub(super) fn skip_blank(text: &str, at: usize) -> usize {
    let mut cursor = Cursor::new(text, at);
    cursor.skip_blank();
    cursor.at
}

/// Returns the end of the string, word or single character that starts at `at`.
pub(super) fn token_end(text: &str, at: usize) -> usize {
    let mut cursor = Cursor::new(text, at);
    cursor.skip_token();
    cursor.at
}

impl<'a> Cursor<'a> {
    /// A cursor at a byte offset.
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at, intact: true }
    }

    /// The text from a byte offset up to the cursor.
    pub(super) fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.at]
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The character after the cursor.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Steps over one character.
    pub(super) fn skip_char(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// Steps over white space and comments.
    pub(super) fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start_matches(is_blank).len();
            if self.rest().starts_with("//") {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
            } else if self.rest().starts_with("/*") {
                self.skip_block_comment();
            } else {
                return;
            }
        }
    }

    fn skip_block_comment(&mut self) {
        let mut depth = 0_usize;
        loop {
            if self.rest().starts_with("/*") {
                self.at += 2;
                depth += 1;
            } else if self.rest().starts_with("*/") {
                self.at += 2;
                depth -= 1;
                if depth == 0 {
                    return;
                }
            } else if self.peek().is_some() {
                self.skip_char();
            } else {
                self.intact = false;
                return;
            }
        }
    }

    /// Skips attributes such as `#![enable(..)]`.
    pub(super) fn skip_attributes(&mut self) {
        self.skip_blank();
        while self.rest().starts_with('#') {
            let head = self.rest().split('[').next().unwrap_or_default();
            let (length, sound) = (head.len(), head[skip_blank(head, 1)..].starts_with('!'));
            self.at += length;
            self.intact &= sound;
            self.skip_group();
            self.skip_blank();
        }
    }

    /// Steps over a string, a word or else one character.
    pub(super) fn skip_token(&mut self) {
        let rest = self.rest();
        let plain = rest.strip_prefix('b').unwrap_or(rest);
        let raw = plain.strip_prefix('r').map(|tail| tail.trim_start_matches('#'));
        let prefix = rest.len() - plain.len();
        if let Some(tail) = raw.filter(|tail| tail.starts_with('"')) {
            let hashes = plain.len() - 1 - tail.len();
            self.at += prefix + 1 + hashes + 1;
            self.skip_past(&format!("\"{}", "#".repeat(hashes)));
        } else if plain.starts_with('"') {
            self.at += prefix + 1;
            self.skip_quoted();
        } else if plain.starts_with('\'') {
            self.at += prefix;
            self.skip_character();
        } else {
            self.skip_word();
        }
    }

    fn skip_past(&mut self, end: &str) {
        match self.rest().find(end) {
            Some(offset) => self.at += offset + end.len(),
            None => {
                self.at = self.text.len();
                self.intact = false;
            }
        }
    }

    fn skip_quoted(&mut self) {
        while let Some(offset) = self.rest().find(['"', '\\']) {
            self.at += offset;
            let end = self.rest().starts_with('"');
            self.skip_char();
            if end {
                return;
            }
            self.skip_char();
        }
        self.at = self.text.len();
        self.intact = false;
    }

    /// Steps over a character literal. A lone quote is a token of its own, so that it swallows nothing.
    fn skip_character(&mut self) {
        self.at += 1;
        let mut inner = self.rest().chars();
        let escaped = inner.next() == Some('\\');
        if escaped {
            let end = self.rest().chars().skip(2).position(|c| c == '\'' || c == '\n');
            let length = end.map_or(0, |count| count + 3);
            self.at += self.rest().chars().take(length).map(char::len_utf8).sum::<usize>();
        } else if inner.next() == Some('\'') {
            self.skip_char();
            self.skip_char();
        }
    }

    fn skip_word(&mut self) {
        let from = self.at;
        while let Some(c) = self.peek() {
            let comment = self.rest().starts_with("//") || self.rest().starts_with("/*");
            if comment || is_blank(c) || "()[]{},:\"'".contains(c) {
                break;
            }
            self.skip_char();
        }
        if self.at == from {
            self.skip_char();
        }
    }

    /// Steps over a group without parsing its parts.
    pub(super) fn skip_group(&mut self) {
        let mut depth = 0_usize;
        while let Some(c) = self.peek() {
            match c {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.skip_token();
            self.skip_blank();
            if depth == 0 {
                return;
            }
        }
        self.intact = false;
    }
}

/// The white space of RON.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r' | '\u{85}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}')
}
