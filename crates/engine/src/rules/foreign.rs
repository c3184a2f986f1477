//! Characters that input methods, word processors and merges leave in a file, and what to type instead.

/// What a character is, and what to type in its place.
pub(super) struct Foreign {
    /// Such as `a full-width comma`.
    pub(super) name: &'static str,
    /// What RON has in its place; nothing for a character to be deleted.
    pub(super) typed: Option<char>,
}

/// The first characters of the lines that a merge leaves around what it could not decide.
const CONFLICT_MARKS: [&str; 4] = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"];

/// Full-width forms of the printable ASCII characters follow these in order.
const FULL_WIDTH_FIRST: u32 = 0xFF01;
const FULL_WIDTH_LAST: u32 = 0xFF5E;

/// What a character is, if it is one that RON does not know but people take for one that it does.
pub(super) fn foreign(c: char) -> Option<Foreign> {
    let (name, typed) = match c {
        '、' => ("an ideographic comma", Some(',')),
        '。' => ("an ideographic full stop", Some('.')),
        '“' | '”' | '„' | '‟' | '«' | '»' => ("a typographic quotation mark", Some('"')),
        '‘' | '’' | '‚' | '‹' | '›' => ("a typographic quotation mark", Some('"')),
        '「' | '」' | '『' | '』' => ("a corner bracket", Some('"')),
        '【' | '〔' => ("an opening CJK bracket", Some('[')),
        '】' | '〕' => ("a closing CJK bracket", Some(']')),
        '《' | '》' | '〈' | '〉' => ("a title mark", Some('"')),
        '−' | '–' | '—' | '‐' | '‑' => ("a dash", Some('-')),
        '…' => ("an ellipsis", None),
        '\u{3000}' => ("an ideographic space", Some(' ')),
        '\u{a0}' | '\u{202f}' => ("a no-break space", Some(' ')),
        '\u{2000}'..='\u{200a}' | '\u{205f}' => ("a typographic space", Some(' ')),
        '\u{200b}'..='\u{200d}' | '\u{2060}' => ("an invisible character", None),
        '\u{feff}' => ("a byte order mark", None),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ("an invisible mark of writing direction", None),
        _ => return full_width(c),
    };
    Some(Foreign { name, typed })
}

fn full_width(c: char) -> Option<Foreign> {
    let code = u32::from(c);
    let plain = (FULL_WIDTH_FIRST..=FULL_WIDTH_LAST).contains(&code);
    let plain = plain.then(|| char::from_u32(code - FULL_WIDTH_FIRST + u32::from('!'))).flatten()?;
    let (name, typed) = match plain {
        ',' => ("a full-width comma", ','),
        ':' => ("a full-width colon", ':'),
        ';' => ("a full-width semicolon", ','),
        '=' => ("a full-width equals sign", ':'),
        '"' | '\'' => ("a full-width quotation mark", '"'),
        '(' | '[' | '{' => ("a full-width opening bracket", plain),
        ')' | ']' | '}' => ("a full-width closing bracket", plain),
        '0'..='9' => ("a full-width digit", plain),
        'a'..='z' | 'A'..='Z' => ("a full-width letter", plain),
        _ => ("a full-width character", plain),
    };
    Some(Foreign { name, typed: Some(typed) })
}

impl Foreign {
    /// Names the character and says what to type.
    pub(super) fn told(&self, c: char) -> String {
        let code = u32::from(c);
        let shown = if c.is_whitespace() || self.typed.is_none() { format!("U+{code:04X}") } else { format!("`{c}`") };
        let remedy = match self.typed {
            Some(' ') => "type an ordinary space".to_owned(),
            Some(typed) => format!("type `{typed}`"),
            None => "delete it".to_owned(),
        };
        format!("{shown} is {}, {remedy}", self.name)
    }
}

/// What is to be said of the first such character in a text.
pub(super) fn told_of_first(text: &str) -> Option<String> {
    text.chars().find_map(|c| foreign(c).map(|foreign| foreign.told(c)))
}

/// The mark of a merge conflict that begins here, if the offset is at the start of a line.
pub(super) fn conflict_mark(text: &str, offset: usize) -> Option<&'static str> {
    let starts_line = offset == 0 || text.as_bytes().get(offset - 1) == Some(&b'\n');
    let rest = text.get(offset..).filter(|_| starts_line)?;
    CONFLICT_MARKS.into_iter().find(|mark| rest.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_named_with_what_to_type() {
        for (c, told) in [
            ('，', "`，` is a full-width comma, type `,`"),
            ('；', "`；` is a full-width semicolon, type `,`"),
            ('（', "`（` is a full-width opening bracket, type `(`"),
            ('“', "`“` is a typographic quotation mark, type `\"`"),
            ('７', "`７` is a full-width digit, type `7`"),
            ('\u{3000}', "U+3000 is an ideographic space, type an ordinary space"),
            ('\u{200b}', "U+200B is an invisible character, delete it"),
        ] {
            assert_eq!(told_of_first(&format!("体a{c}")).as_deref(), Some(told));
        }
        assert_eq!(told_of_first("体力, (a: 1)"), None);
    }
}
