//! Puts the errors of the RON decoder into words.

use ron::Error;

use super::bounds::Range;
use super::intended::INTENDED;
use super::lex::token_end;
use super::nearest::nearest;
use super::problem::did_you_mean;

/// At most this many known names are listed.
const NAMES_SHOWN: usize = 12;

/// At most this many characters of the text are quoted.
const CHARACTERS_SHOWN: usize = 40;

/// An error, explained.
#[derive(Debug)]
pub(super) struct Explanation {
    /// What was found and what was expected.
    pub(super) message: String,
    /// The known name that was probably meant.
    pub(super) meant: Option<&'static str>,
}

impl Explanation {
    /// The hint for the problem.
    pub(super) fn hint(&self) -> Option<String> {
        self.meant.map(did_you_mean)
    }
}

/// Explains an error in the value at the given byte offset of the text.
///
/// The decoder had accepted the first `read` bytes of the value, and `range` is what its schema allows.
pub(super) fn explain(error: &Error, text: &str, offset: usize, read: usize, range: Option<&Range>) -> Explanation {
    let found = || found_at(text, offset);
    let mut meant = None;
    let message = match error {
        Error::NoSuchStructField { expected, found, .. } => {
            meant = nearest(found, expected.iter().copied().chain([INTENDED]));
            format!("unknown field `{found}`, expected {}", one_of(expected))
        }
        Error::NoSuchEnumVariant { expected, found, .. } => {
            meant = nearest(found, expected.iter().copied());
            format!("unknown name `{found}`, expected {}", one_of(expected))
        }
        Error::MissingStructField { field, .. } => format!("missing field `{field}`"),
        Error::DuplicateStructField { field, .. } => format!("field `{field}` is given twice"),
        Error::ExpectedDifferentStructName { found, .. } => {
            format!("found the name `{found}` before the `(`, expected none")
        }
        Error::IntegerOutOfBounds => out_of_range(&found(), range),
        Error::InvalidValueForType { expected, found } => {
            format!("found {}, expected {}", in_plain_words(found), in_plain_words(expected))
        }
        Error::ExpectedDifferentLength { expected, found } => {
            let values = if *found == 1 { "value" } else { "values" };
            format!("found {found} {values}, expected {}", in_plain_words(expected))
        }
        Error::Message(message) => message.clone(),
        Error::ExceededRecursionLimit => "values are nested too deeply here".to_owned(),
        other => match expectation(other) {
            Some(_) if read > 0 => only_read(&found(), text, offset + read),
            Some(expected) => format!("found {}, expected {expected}", found()),
            None => oddity(other, &found()),
        },
    };
    Explanation { message, meant }
}

/// Whether the decoder expected a comma, bracket or name at a place and found something else.
pub(super) fn waits_for_mark(code: &Error) -> bool {
    matches!(
        code,
        Error::Eof
            | Error::ExpectedArrayEnd
            | Error::ExpectedComma
            | Error::ExpectedIdentifier
            | Error::ExpectedMapColon
            | Error::ExpectedMapEnd
            | Error::ExpectedOptionEnd
            | Error::ExpectedStructLikeEnd
            | Error::TrailingCharacters
    )
}

/// What the decoder expected, for errors that say only that.
fn expectation(error: &Error) -> Option<&'static str> {
    let plain = match error {
        Error::Eof => "the rest of the value",
        Error::ExpectedArray => "a list in `[` `]`",
        Error::ExpectedArrayEnd => "the closing `]` of the list",
        Error::ExpectedBoolean => "true or false",
        Error::ExpectedByteString => "a byte string such as b\"..\"",
        Error::ExpectedChar => "a character in single quotes",
        Error::ExpectedComma => "a comma before it",
        Error::ExpectedFloat => "a number",
        Error::ExpectedIdentifier => "a name",
        Error::ExpectedInteger => "a whole number",
        Error::ExpectedMap => "a map in `{` `}`",
        Error::ExpectedMapColon => "a colon between the key and its value",
        Error::ExpectedMapEnd => "the closing `}` of the map",
        Error::ExpectedOption => "Some(..) or None",
        Error::ExpectedOptionEnd | Error::ExpectedStructLikeEnd => "the closing `)`",
        Error::ExpectedRangeSyntax => "a range such as 1..5",
        Error::ExpectedString => "a string in double quotes",
        Error::ExpectedStringEnd => "the closing `\"` of the string",
        Error::ExpectedStructLike => "a value in `(` `)`",
        Error::ExpectedUnit => "()",
        Error::TrailingCharacters => "nothing behind the end of the value",
        Error::ExpectedNamedStructLike(_) => "a value in `(` `)`",
        _ => return None,
    };
    Some(plain)
}

/// Errors that are about the spelling of a single value.
fn oddity(error: &Error, found: &str) -> String {
    match error {
        Error::InvalidEscape(_) => format!("{found} has a `\\` that means nothing, type `\\\\` for a backslash"),
        Error::InvalidIntegerDigit { digit, .. } => {
            format!("{found} has the digit `{digit}`, which this kind of number has not")
        }
        Error::FloatUnderscore | Error::UnderscoreAtBeginning => {
            format!("{found} has a `_` where none may be, delete it")
        }
        Error::NoSuchExtension(name) => format!("`{name}` cannot be enabled, delete this line"),
        Error::UnclosedBlockComment => "this comment is not closed, expected `*/`".to_owned(),
        _ => format!("{found} is not understood here"),
    }
}

fn out_of_range(found: &str, range: Option<&Range>) -> String {
    match range {
        Some(range) => {
            format!("{} is out of range, expected {}", found.trim_start_matches("the number "), range.told())
        }
        None => format!("{found} is too large or too small here"),
    }
}

/// Words of programmers for values, and what designers call them.
const PLAIN_WORDS: &[(&str, &str)] = &[
    ("the unsigned integer", "the number"),
    ("the signed integer", "the number"),
    ("the floating point number", "the number"),
    ("the UTF-8 character", "the character"),
    ("a sequence", "a list"),
    ("a unit value", "()"),
    ("an optional value", "a value that may be left out"),
    ("a newtype struct", "a value in `(` `)`"),
    ("a struct variant", "a name with values in `(` `)`"),
    ("a tuple variant", "a name with values in `(` `)`"),
    ("a newtype variant", "a name with a value in `(` `)`"),
    ("a unit variant", "a name"),
    ("an enum", "a name"),
    ("a boolean", "true or false"),
];

fn in_plain_words(text: &str) -> String {
    if let Some(count) = text.strip_prefix("a tuple of size ") {
        return format!("{count} values in `(` `)`");
    }
    let is_number =
        |name: &str| matches!(name, "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize");
    match text {
        name if is_number(name) => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        _ => PLAIN_WORDS.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to)),
    }
}

/// Describes what is at a place, quoting a part of it.
pub(super) fn found_at(text: &str, offset: usize) -> String {
    let Some(first) = text.get(offset..).and_then(|rest| rest.chars().next()) else {
        return "the end of the file".to_owned();
    };
    let token = &text[offset..token_end(text, offset)];
    let quote = shorten(token);
    match first {
        '[' => "a list".to_owned(),
        '{' => "a map".to_owned(),
        '(' => "a value in `(` `)`".to_owned(),
        '"' => format!("the string {quote}"),
        'r' | 'b' if token.contains('"') => format!("the string {quote}"),
        '0'..='9' | '+' | '-' | '.' => format!("the number {quote}"),
        c if c.is_alphabetic() || c == '_' => format!("the name `{quote}`"),
        _ => format!("`{quote}`"),
    }
}

/// Reports a value that continues where the decoder considered it complete, as in `1.5` for a whole number.
fn only_read(found: &str, text: &str, end: usize) -> String {
    let rest = text.get(end..).unwrap_or_default();
    if rest.starts_with('.') {
        format!("found {found}, expected a whole number")
    } else {
        let rest = shorten(&rest[..token_end(rest, 0)]);
        format!("found {found}, which makes no sense from `{rest}` on")
    }
}

fn shorten(token: &str) -> String {
    let line = token.lines().next().unwrap_or_default();
    let mut shown: String = line.chars().take(CHARACTERS_SHOWN).collect();
    if shown.len() < token.len() {
        shown.push('…');
    }
    shown
}

/// Lists names, only the first ones when there are many.
fn one_of(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(NAMES_SHOWN).map(|name| format!("`{name}`")).collect();
    match names {
        [] => "nothing here".to_owned(),
        [_] => shown.concat(),
        _ if names.len() > shown.len() => {
            format!("one of {} and {} more", shown.join(", "), names.len() - shown.len())
        }
        _ => format!("one of {}", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(error: &Error, text: &str) -> String {
        explain(error, text, 0, 0, None).message
    }

    #[test]
    fn what_was_found_is_quoted() {
        let integer = |text| message(&Error::ExpectedInteger, text);
        assert_eq!(integer("\"a\", 1"), "found the string \"a\", expected a whole number");
        assert_eq!(integer("yes)"), "found the name `yes`, expected a whole number");
        assert_eq!(integer("-1.5)"), "found the number -1.5, expected a whole number");
        assert_eq!(integer("[1]"), "found a list, expected a whole number");
        assert_eq!(integer(")"), "found `)`, expected a whole number");
        assert_eq!(integer(""), "found the end of the file, expected a whole number");
    }

    #[test]
    fn long_text_and_long_lists_are_cut() {
        let long = format!("\"{}\"", "体".repeat(500));
        assert!(message(&Error::ExpectedInteger, &long).chars().count() < 100);
        let names: &[&str] = &["a"; 20];
        assert!(one_of(names).ends_with("and 8 more"));
    }

    #[test]
    fn a_close_name_is_meant() {
        let error = Error::NoSuchStructField {
            expected: &["maximum", "interval"],
            found: "maximun".to_owned(),
            outer: Some("Energy".to_owned()),
        };
        let explanation = explain(&error, "", 0, 0, None);
        assert_eq!(explanation.message, "unknown field `maximun`, expected one of `maximum`, `interval`");
        assert_eq!(explanation.hint().as_deref(), Some("did you mean \"maximum\"?"));
    }
}
