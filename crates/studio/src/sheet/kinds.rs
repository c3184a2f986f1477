//! What a column holds, how its values are shown in cells, and how cells are read.

use raidkeep_engine::rules::{CurvedText, Formula, RonValue};

use crate::schema::AssetShape;
use crate::sheet::grid::{SheetCell, is_blank};
use crate::sheet::numbers::{like_a_date, plain_number, rounds_to};

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Flag,
    /// A text in quotes.
    Text,
    /// A text in quotes that may hold formulas in `{..}`.
    CurvedText,
    /// An item, `group:id`, in quotes.
    Item,
    /// A word without quotes, such as `monday`.
    Word,
    /// Any other value, as RON.
    Raw,
}

/// What a cell says, against what it was exported as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    Same,
    /// The cell has been emptied.
    Cleared,
    /// The literal to write.
    Literal(String),
}

impl Kind {
    /// The kind of a column, from its values and what the schema says.
    pub(super) fn of<'a>(
        text: &str,
        shape: Option<AssetShape<'_>>,
        values: impl Iterator<Item = &'a RonValue>,
    ) -> Self {
        let may_be_formula = shape.is_some_and(|shape| shape.is("integer"));
        let mut found = None;
        for value in values {
            let written = &text[value.span.clone()];
            let kind = match written.chars().next() {
                _ if value.group.is_some() => Self::Raw,
                Some('"' | 'r') if ron::from_str::<String>(written).is_ok() => {
                    if may_be_formula {
                        Self::Number
                    } else {
                        Self::Text
                    }
                }
                Some('0'..='9' | '-' | '+' | '.') => Self::Number,
                _ if written == "true" || written == "false" => Self::Flag,
                _ => Self::Word,
            };
            match found {
                None => found = Some(kind),
                Some(earlier) if earlier == kind => {}
                Some(_) => return Self::Raw,
            }
        }
        let is_item = shape.and_then(AssetShape::type_name) == Some("ItemId");
        match (found, shape) {
            (Some(Self::Text), _) if is_item => Self::Item,
            (Some(Self::Text), Some(shape)) if shape.is_curved_text() => Self::CurvedText,
            (Some(kind), _) => kind,
            (None, Some(shape)) if is_item || !shape.is("string") => match () {
                () if is_item => Self::Item,
                () if shape.is("integer") || shape.is("number") => Self::Number,
                () if shape.is("boolean") => Self::Flag,
                () => Self::Raw,
            },
            (None, Some(shape)) if shape.is_choice() => Self::Word,
            (None, Some(_)) => Self::Text,
            (None, None) => Self::Raw,
        }
    }

    /// A value as a cell; `n` is the number of the row, for formulas.
    pub(super) fn shown(self, written: &str, n: Option<u32>) -> SheetCell {
        let text = || ron::from_str::<String>(written).unwrap_or_else(|_| written.to_owned());
        match self {
            Self::Number => number_shown(written, n),
            Self::Flag => SheetCell::Flag(written == "true"),
            Self::CurvedText => {
                let value = n.and_then(|n| CurvedText::from(text().as_str()).at(n).ok());
                SheetCell::text(value.unwrap_or_else(text))
            }
            Self::Text | Self::Item => SheetCell::text(text()),
            Self::Word | Self::Raw => SheetCell::text(written.replace('\r', "")),
        }
    }

    /// Whether a value is a formula.
    pub(super) fn is_formula(self, written: &str) -> bool {
        match self {
            Self::Number => written.starts_with('"'),
            Self::CurvedText => written.contains('{'),
            Self::Flag | Self::Text | Self::Item | Self::Word | Self::Raw => false,
        }
    }

    /// Reads a cell that was exported as `before`.
    ///
    /// # Errors
    /// A message that says what was expected and what to do.
    pub(super) fn read(self, cell: &SheetCell, before: &SheetCell, has_decimal_comma: bool) -> Result<Reading, String> {
        match cell {
            SheetCell::Broken(why) => return Err(why.clone()),
            _ if cell.is_blank() && before.is_blank() => return Ok(Reading::Same),
            _ if cell.is_blank() => return Ok(Reading::Cleared),
            _ => {}
        }
        match self {
            Self::Number => number(cell, before, has_decimal_comma),
            Self::Flag => flag(cell, before),
            Self::Text | Self::CurvedText => text(cell, before),
            Self::Item => item(cell, before),
            Self::Word => word(cell, before),
            Self::Raw => raw(cell, before),
        }
    }
}

fn number_shown(written: &str, n: Option<u32>) -> SheetCell {
    if let Ok(text) = ron::from_str::<String>(written) {
        let value = n.and_then(|n| value_at(&text, n));
        return value.map_or_else(|| SheetCell::text(text), SheetCell::Number);
    }
    let plain = written.replace('_', "");
    let whole = plain.parse::<i128>().ok().or_else(|| ron::from_str::<i64>(written).ok().map(i128::from));
    let shown = || plain.strip_suffix(".0").unwrap_or(&plain).to_owned();
    SheetCell::Number(whole.map_or_else(shown, |whole| whole.to_string()))
}

/// The value of a formula, or of a plain number, at an `n`.
pub(super) fn value_at(formula: &str, n: u32) -> Option<String> {
    formula.parse::<Formula>().ok()?.at(i64::from(n)).ok().map(|value| value.to_string())
}

fn number(cell: &SheetCell, before: &SheetCell, has_decimal_comma: bool) -> Result<Reading, String> {
    let before = before.shown();
    let typed = cell.shown();
    if let SheetCell::Date(date) = cell {
        return Err(format!(
            "a program for tables has made {date} of it, expected a number: format the cell as a number and type it again"
        ));
    }
    if typed.contains('n') && typed.parse::<Formula>().is_ok() {
        return Ok(if typed == before { Reading::Same } else { Reading::Literal(quoted(typed.trim())) });
    }
    let plain = plain_number(&typed, has_decimal_comma && matches!(cell, SheetCell::Text(_)))?;
    if plain == before || plain_number(&before, false).is_ok_and(|before| before == plain) || rounds_to(&typed, &before)
    {
        return Ok(Reading::Same);
    }
    if typed.contains(['E', 'e']) && plain.len() > 15 {
        return Err(format!(
            "\"{typed}\" may have been rounded by a program for tables: format the cell as a text and type all digits"
        ));
    }
    Ok(Reading::Literal(plain))
}

fn flag(cell: &SheetCell, before: &SheetCell) -> Result<Reading, String> {
    let typed = cell.shown();
    let flag = match typed.trim_matches(is_blank).to_lowercase().as_str() {
        "true" | "1" | "yes" | "是" | "wahr" | "vrai" => true,
        "false" | "0" | "no" | "否" | "falsch" | "faux" => false,
        _ => return Err(format!("\"{typed}\" is neither TRUE nor FALSE")),
    };
    Ok(if *before == SheetCell::Flag(flag) { Reading::Same } else { Reading::Literal(flag.to_string()) })
}

fn text(cell: &SheetCell, before: &SheetCell) -> Result<Reading, String> {
    let typed = cell.shown().replace("\r\n", "\n");
    let was = before.shown().replace("\r\n", "\n");
    if typed == was {
        return Ok(Reading::Same);
    }
    let digits = |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit());
    // Excel drops leading zeros.
    if digits(&was) && digits(&typed) && was.trim_start_matches('0') == typed.trim_start_matches('0') {
        return Ok(Reading::Same);
    }
    let pair = was.split_once(['-', '/', '.', ':']);
    let was_like_a_date = pair.is_some_and(|(first, second)| digits(first) && digits(second.trim_matches(['-', '/'])));
    if matches!(cell, SheetCell::Date(_))
        || like_a_date(&typed)
            && (was_like_a_date
                || !typed.starts_with(|letter: char| letter.is_ascii_digit())
                || typed.contains(char::is_alphabetic))
    {
        let meant = if was.is_empty() { String::new() } else { format!(" of \"{was}\"") };
        return Err(format!(
            "a program for tables has made the date {typed}{meant}: format the cell as a text and type it again"
        ));
    }
    Ok(Reading::Literal(quoted(&typed)))
}

/// `3:1`, also where a program for tables has made the time 3:01 or 3:01:00 of it.
fn item(cell: &SheetCell, before: &SheetCell) -> Result<Reading, String> {
    let typed = cell.shown();
    let parts = |text: &str| -> Option<(u8, u32)> {
        let mut parts = text.trim_matches(is_blank).split([':', '：']);
        let pair = (parts.next()?.trim().parse().ok()?, parts.next()?.trim().parse().ok()?);
        let seconds = parts.next();
        (parts.next().is_none() && seconds.is_none_or(|seconds| seconds == "00")).then_some(pair)
    };
    let (group, id) =
        parts(&typed).ok_or_else(|| format!("\"{typed}\" is no item, expected \"group:id\" such as \"3:1\""))?;
    let was = parts(&before.shown());
    // 3:75 becomes the time 4:15, which is as many minutes.
    let minutes = |(group, id): (u8, u32)| u64::from(group) * 60 + u64::from(id);
    let is_time = matches!(cell, SheetCell::Date(_)) || typed.matches(':').count() == 2;
    if was == Some((group, id)) || is_time && was.map(minutes) == Some(minutes((group, id))) {
        return Ok(Reading::Same);
    }
    if is_time {
        return Err(format!(
            "a program for tables has made the time {typed} of an item: format the cell as a text and type it again"
        ));
    }
    Ok(Reading::Literal(format!("\"{group}:{id}\"")))
}

fn word(cell: &SheetCell, before: &SheetCell) -> Result<Reading, String> {
    let typed = cell.shown();
    let typed = typed.trim_matches(is_blank);
    if typed == before.shown() {
        return Ok(Reading::Same);
    }
    let is_word = typed.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    if is_word { Ok(Reading::Literal(typed.to_owned())) } else { raw(cell, before) }
}

fn raw(cell: &SheetCell, before: &SheetCell) -> Result<Reading, String> {
    let typed = cell.shown().replace('\r', "");
    if typed.trim() == before.shown().trim() {
        return Ok(Reading::Same);
    }
    match RonValue::read(&typed) {
        Some(_) => Ok(Reading::Literal(typed.trim().to_owned())),
        None => Err(format!("{} is no value of RON: a bracket or a quote is missing", shortened(&typed))),
    }
}

fn shortened(text: &str) -> String {
    let start: String = text.chars().take(40).collect();
    if start.len() < text.len() { format!("{start}…") } else { start }
}

/// A text as RON writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kind, typed: &str, before: &str) -> Result<Reading, String> {
        let before = if kind == Kind::Number { SheetCell::Number(before.to_owned()) } else { SheetCell::text(before) };
        kind.read(&SheetCell::text(typed), &before, false)
    }

    fn literal(text: &str) -> Result<Reading, String> {
        Ok(Reading::Literal(text.to_owned()))
    }

    #[test]
    fn numbers_survive_what_excel_does_to_them() {
        for (typed, before) in [
            ("6", "6"),
            ("6.0", "6"),
            (" 6 ", "6"),
            ("1,000", "1000"),
            ("1E+05", "100000"),
            ("4", "4.0"),
            ("9.22337E+18", "9223372036854775807"),
            ("６", "6"),
        ] {
            assert_eq!(read(Kind::Number, typed, before), Ok(Reading::Same), "{typed}");
        }
        assert_eq!(read(Kind::Number, "8", "6"), literal("8"));
        assert_eq!(
            read(Kind::Number, "500 + 20 * n", "6"),
            literal("\"500 + 20 * n\""),
            "a formula of RON may be typed"
        );
        assert_eq!(
            Kind::Number.read(&SheetCell::text("1,5"), &SheetCell::Empty, true),
            literal("1.5"),
            "a decimal comma"
        );
        for wrong in ["six", "1,00", "24-Aug", "9.22337E+18", "1.500.000"] {
            assert!(read(Kind::Number, wrong, "6").is_err(), "{wrong}");
        }
    }

    #[test]
    fn texts_that_excel_took_for_dates_or_numbers_are_kept_or_told() {
        assert_eq!(read(Kind::Text, "7", "007"), Ok(Reading::Same), "leading zeros are not lost");
        for mangled in ["24-Aug", "8月24日", "2026/8/24", "2026-08-24"] {
            let told = read(Kind::Text, mangled, "8-24").expect_err("a date was typed by nobody");
            assert!(told.contains("of \"8-24\": format the cell as a text"), "{told}");
        }
        assert_eq!(
            read(Kind::Text, "2026-12-25", "2026-12-24"),
            literal("\"2026-12-25\""),
            "a date that is one may change"
        );
        assert_eq!(read(Kind::Text, "a \"b\"\n", "a"), literal("\"a \\\"b\\\"\\n\""));
    }

    #[test]
    fn items_that_excel_took_for_times_are_the_same() {
        for (typed, before) in [("3:01", "3:1"), ("3:01:00", "3:1"), ("4:15:00", "3:75"), ("3：1", "3:1")] {
            assert_eq!(read(Kind::Item, typed, before), Ok(Reading::Same), "{typed}");
        }
        assert_eq!(read(Kind::Item, "3:02", "3:1"), literal("\"3:2\""));
        assert!(read(Kind::Item, "5:40:00", "3:1").is_err(), "what was typed can no longer be known");
    }

    #[test]
    fn other_values_are_ron() {
        assert_eq!(read(Kind::Raw, "[1, 2]", "[1]"), literal("[1, 2]"));
        assert!(read(Kind::Raw, "[1, 2", "[1]").is_err());
        assert_eq!(read(Kind::Word, " coin ", "coin"), Ok(Reading::Same));
    }
}
