//! Names and numbers that contain what is no part of them.

use super::{Read, fault};
use crate::rules::foreign::foreign;

/// Reports a character that has no place in a name or number and is easily taken for another.
pub(super) fn check_word(word: &str, start: usize) -> Read {
    if word.starts_with("r#") {
        return Ok(());
    }
    for (at, c) in word.char_indices() {
        let offset = start + at;
        if let Some(foreign) = foreign(c) {
            return Err(fault(offset, foreign.told(c)));
        }
        let message = match c {
            '=' => "found `=`, type `:`",
            ';' => "found `;`, type `,`",
            '#' => "`#` begins no comment, type `//`",
            _ => continue,
        };
        return Err(fault(offset, message));
    }
    let begins_name = word.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let begins_number = word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    let odd = word.char_indices().find(|(_, c)| c.is_ascii() && !c.is_ascii_alphanumeric() && *c != '_');
    match odd {
        _ if begins_number => Ok(()),
        Some((at, c)) if begins_name || at == 0 => {
            Err(fault(start + at, format!("found `{c}`, which means nothing here")))
        }
        _ => Ok(()),
    }
}
