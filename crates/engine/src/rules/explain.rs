//! Puts the errors of the RON decoder into words.

use ron::Error;

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
/// The decoder had accepted the first `read` bytes of the value.
pub(super) fn explain(error: &Error, text: &str, offset: usize, read: usize) -> Explanation {
    let found = || found_at(text, offset);
    let mut meant = None;
    let message = match error {
        Error::NoSuchStructField { expected, found, outer } => {
            meant = nearest(found, expected.iter().copied());
            let place = inside(" in", outer.as_deref());
            format!("unknown field `{found}`{place}, expected {}", one_of(expected))
        }
        Error::NoSuchEnumVariant { expected, found, outer } => {
            meant = nearest(found, expected.iter().copied());
            let place = inside(" for", outer.as_deref());
            format!("unknown name `{found}`{place}, expected {}", one_of(expected))
        }
        Error::MissingStructField { field, outer } => {
            format!("missing field `{field}`{}", inside(" in", outer.as_deref()))
        }
        Error::DuplicateStructField { field, .. } => format!("field `{field}` is given twice"),
        Error::ExpectedDifferentStructName { expected, found } => {
            meant = nearest(found, [*expected]);
            format!("found the struct name `{found}`, expected `{expected}` or no name")
        }
        Error::IntegerOutOfBounds => {
            format!("found {}, which is out of bounds for the integer expected here", found())
        }
        Error::InvalidValueForType { expected, found } => {
            format!("found {found}, expected {expected}")
        }
        Error::ExpectedDifferentLength { expected, found } => {
            format!("found {found} elements, expected {expected}")
        }
        Error::Message(message) => message.clone(),
        Error::ExceededRecursionLimit => "values are nested too deeply here".to_owned(),
        other => match expectation(other) {
            Some(_) if read > 0 => only_read(&found(), text, offset + read),
            Some(expected) => format!("found {}, expected {expected}", found()),
            None => lower_first(&other.to_string()),
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
fn expectation(error: &Error) -> Option<String> {
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
        Error::ExpectedNamedStructLike("") => "a value in `(` `)` without a name",
        Error::ExpectedNamedStructLike(name) => return Some(format!("`{name}` in `(` `)`")),
        _ => return None,
    };
    Some(plain.to_owned())
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

fn inside(word: &str, name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("{word} `{name}`"))
}

fn lower_first(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().into_iter().flat_map(char::to_lowercase).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(error: &Error, text: &str) -> String {
        explain(error, text, 0, 0).message
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
        let explanation = explain(&error, "", 0, 0);
        assert_eq!(explanation.message, "unknown field `maximun` in `Energy`, expected one of `maximum`, `interval`");
        assert_eq!(explanation.hint().as_deref(), Some("did you mean \"maximum\"?"));
    }
}
