//! How texts that players write are compared, and which characters may stand in them
//! (docs/contract/identity.md#names).
//!
//! A text is kept as it was typed. To compare it, there are two keys: its *folded* form ignores letter case and the ways to
//! encode a character; its *likeness* also ignores differences that nobody sees, such as a Cyrillic letter among Latin
//! ones. Likeness only serves to refuse: nothing is ever found by it, because texts that look alike may be different.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use raidkeep_engine::request::{Code, Refusal};

/// The Unicode versions of the tables behind the keys. Stored keys must be rebuilt when this changes.
pub fn tables() -> String {
    let (normalization, folding, looks) =
        (unicode_normalization::UNICODE_VERSION, caseless::UNICODE_VERSION, unicode_security::UNICODE_VERSION);
    format!("{normalization:?} {folding:?} {looks:?}")
}

/// The key under which a text is looked up: NFKC with the letter case folded.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Folding the case can undo normalization and the other way round; the second pass settles both (Unicode, D146).
    text.chars().nfd().default_case_fold().nfkc().default_case_fold().nfkc().collect()
}

/// Whether two texts have the same folded form.
pub fn is_same(one: &str, other: &str) -> bool {
    one == other || folded(one) == folded(other)
}

/// The key of all texts that look like this one: the skeleton of its folded form (UTS 39), folded again, because a skeleton
/// may contain capital letters.
pub fn likeness(text: &str) -> String {
    folded(&skeleton(&folded(text)).collect::<String>())
}

/// A text without the characters and accents that people put between letters to evade a word list.
pub fn letters(text: &str) -> String {
    text.nfd().filter(|&c| c.is_alphanumeric() && !is_ignorable(c)).collect()
}

/// Whether a line or paragraph is free of control characters and of others that are not shown or change how their
/// neighbours are shown, which could hide the text or its author. The characters that join emoji may stand where they
/// do that. `breaks` says whether there may be line breaks and tabs.
pub fn is_clean(text: &str, breaks: Breaks) -> bool {
    let mut before = ' ';
    text.chars().all(|c| {
        let is_break = breaks == Breaks::Allowed && matches!(c, '\n' | '\r' | '\t');
        let is_clean = is_break || !is_hidden(c) || is_part_of_emoji(before, c);
        before = c;
        is_clean
    })
}

/// The status of a refused name or text.
pub const ILLEGAL: i32 = 422;
/// The code of functions that take a text.
pub const UNCLEAN: Code = Code::refusal(ILLEGAL, "a text with characters that are not shown");

/// Refuses a text that is not clean; `field` is its path in the request.
pub fn must_be_clean(field: &str, text: &str, breaks: Breaks) -> Result<(), Refusal> {
    if is_clean(text, breaks) {
        return Ok(());
    }
    let what = match breaks {
        Breaks::Allowed => "control characters and characters that are not shown are refused",
        Breaks::Refused => "line breaks, control characters and characters that are not shown are refused",
    };
    Err(Refusal::saying(ILLEGAL, format!("{field}: {what}")))
}

/// Whether a text may have more than one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Breaks {
    Allowed,
    Refused,
}

/// Controls, default-ignorable characters including those that set the direction of writing, other separators of lines,
/// and annotations.
pub fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}') || is_ignorable(c)
}

/// Whether a character has the property Default_Ignorable_Code_Point. A skeleton leaves out just these.
fn is_ignorable(c: char) -> bool {
    !c.is_ascii() && skeleton(c.encode_utf8(&mut [0; 4])).next().is_none()
}

const VARIATION_SELECTOR_16: char = '\u{fe0f}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';

fn is_part_of_emoji(before: char, c: char) -> bool {
    let is_symbol = !before.is_ascii() && !before.is_alphanumeric() && !before.is_whitespace() && !is_hidden(before);
    match c {
        VARIATION_SELECTOR_16 => is_symbol || before.is_ascii_digit() || matches!(before, '#' | '*'),
        ZERO_WIDTH_JOINER => is_symbol || before == VARIATION_SELECTOR_16,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_and_encoding_make_no_other_name() {
        for same in ["sword", "SWORD", "Ｓｗｏｒｄ", "ｓＷＯＲＤ"] {
            assert_eq!(folded(same), "sword", "{same}");
        }
        assert_eq!(folded("Straße"), folded("STRASSE"));
        assert_eq!(folded("e\u{301}a"), folded("ÉA"), "an accent may be a character of its own");
        assert_ne!(folded("Ѕword"), "sword", "what looks alike is another name");
        assert!(is_same("玩家＃7", "玩家#7"));
    }

    #[test]
    fn what_looks_alike_has_one_likeness() {
        for alike in ["Ѕword", "ѕwоrd", "SWORD", "sw0rd", "ｓｗｏｒｄ", "sw\u{200b}ord"] {
            assert_eq!(likeness(alike), likeness("Sword"), "{alike}");
        }
        assert_eq!(likeness("Ann1"), likeness("annl"));
        assert_ne!(likeness("sword"), likeness("swords"));
        assert_ne!(likeness("小明"), likeness("小朋"));
    }

    #[test]
    fn characters_that_nobody_sees_are_hidden_and_emoji_are_not() {
        let hidden = "\u{0}\u{7f}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{180e}\u{200b}\u{200d}\u{200f}\u{2028}\u{202e}\
                      \u{2060}\u{2069}\u{3164}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\u{e0041}\u{e0100}";
        for c in hidden.chars() {
            assert!(is_hidden(c), "{}", c.escape_unicode());
            assert!(!is_clean(&format!("a{c}b"), Breaks::Allowed), "{}", c.escape_unicode());
        }
        for text in [
            "❤\u{fe0f}",
            "👩\u{200d}👩\u{200d}👧",
            "❤\u{fe0f}\u{200d}🔥",
            "👩🏽\u{200d}🚀",
            "1\u{fe0f}\u{20e3}",
            "你好，Ann！",
            "e\u{301}",
        ] {
            assert!(is_clean(text, Breaks::Refused), "{text}");
        }
        assert!(is_clean("a\r\n\tb", Breaks::Allowed) && !is_clean("a\nb", Breaks::Refused));
    }

    proptest! {
        #[test]
        fn keys_are_stable_and_what_folds_alike_looks_alike(text in any::<String>()) {
            let key = folded(&text);
            prop_assert_eq!(folded(&key), key.clone());
            prop_assert_eq!(likeness(&key), likeness(&text));
        }
    }
}
