//! Words in what players write, and places to be filled in what designers write.

/// A player's text in the form in which words are looked for: letter case and spaces make no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken(String);

impl Spoken {
    /// Prepares a text.
    pub fn new(text: &str) -> Self {
        Self(plain(text))
    }

    /// Whether one of the words stands in the text.
    pub fn has_any(&self, words: &[String]) -> bool {
        words.iter().any(|word| self.has(word))
    }

    /// Whether the word stands in the text. An empty word stands nowhere.
    pub fn has(&self, word: &str) -> bool {
        let word = plain(word);
        !word.is_empty() && self.0.contains(&word)
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Puts values in the place of `{names}`. Braces around other words stay as they are.
///
/// Values are not looked into, so that a player called `{subject}` stays one.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        filled.push_str(before);
        let value = behind.split_once('}').and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((*value, after))
        });
        match value {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = behind;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// The names in braces in a designer's text.
pub fn places(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).map(|part| part.split_once('}').map_or(part, |(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_found_whatever_their_case_and_spaces() {
        let spoken = Spoken::new("我 要 Attack 那只狼！");
        assert!(spoken.has("我要attack") && spoken.has("狼"));
        assert!(!spoken.has("虎"));
        assert!(!spoken.has("") && !spoken.has(" "), "no word is no match");
        assert!(!spoken.has_any(&[]));
    }

    #[test]
    fn places_are_filled_once_and_values_are_not_looked_into() {
        let values = [("player", "{subject}"), ("subject", "狼王")];
        assert_eq!(fill("{player}去打{subject}", &values), "{subject}去打狼王");
        assert_eq!(fill("{unknown} {", &values), "{unknown} {", "other braces stay");
        assert_eq!(places("{player}去打{subject}").collect::<Vec<_>>(), ["player", "subject"]);
    }

    proptest! {
        #[test]
        fn text_without_braces_is_left_alone(text in "[^{]*") {
            prop_assert_eq!(fill(&text, &[("player", "x")]), text);
        }
    }
}
