//! Words in what players write.

/// A player's text, normalized for word search: letter case and spaces are ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken(String);

impl Spoken {
    /// Normalizes a text.
    pub fn new(text: &str) -> Self {
        Self(plain(text))
    }

    /// Whether one of the words occurs in the text.
    pub fn has_any(&self, words: &[String]) -> bool {
        words.iter().any(|word| self.has(word))
    }

    /// Whether the word occurs in the text. An empty word never does.
    pub fn has(&self, word: &str) -> bool {
        let word = plain(word);
        !word.is_empty() && self.0.contains(&word)
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whatever_their_case_and_spaces() {
        let spoken = Spoken::new("我 要 Attack 那只狼！");
        assert!(spoken.has("我要attack") && spoken.has("狼"));
        assert!(!spoken.has("虎"));
        assert!(!spoken.has("") && !spoken.has(" "), "no word is no match");
        assert!(!spoken.has_any(&[]));
    }
}
