//! Finds the known name that a mistyped word most likely stands for.

use strsim::osa_distance;

/// Words longer than this get no hint. It bounds the cost of a hint.
const CHARS_MAX: usize = 64;

/// Returns the known name closest to `word`, or `None` when none is close enough.
///
/// The comparison ignores case. About one character in three may be wrong, and two swapped neighbours count as one
/// mistake. Of equally close names the first one wins.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (word, length) = lower_case(word)?;
    let close = known.into_iter().filter_map(|name| {
        let (candidate, candidate_length) = lower_case(name)?;
        let longer = length.max(candidate_length);
        let limit = (longer / 3).max(1);
        let distance = osa_distance(&word, &candidate);
        (distance <= limit && distance < longer).then_some((distance, name))
    });
    close.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// A word in lower case and its length in characters, unless it is too long to compare.
fn lower_case(word: &str) -> Option<(String, usize)> {
    let lower: String = word.chars().flat_map(char::to_lowercase).take(CHARS_MAX + 1).collect();
    let length = lower.chars().count();
    (length <= CHARS_MAX).then_some((lower, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_name() {
        let known = ["maximum", "interval", "3:9", "3:1"];
        assert_eq!(nearest("maximun", known), Some("maximum"));
        assert_eq!(nearest("Interval", known), Some("interval"));
        assert_eq!(nearest("3:99", known), Some("3:9"));
    }

    #[test]
    fn swapped_neighbours_are_one_mistake() {
        assert_eq!(nearest("tiem", ["item", "time"]), Some("item"));
        assert_eq!(nearest("tmie", ["time"]), Some("time"));
    }

    #[test]
    fn a_distant_word_gets_no_hint() {
        assert_eq!(nearest("colour", ["maximum"]), None);
        assert_eq!(nearest("a", ["b"]), None);
        assert_eq!(nearest("", ["b", ""]), None);
        assert_eq!(nearest("anything", []), None);
        let long = "x".repeat(10_000);
        assert_eq!(nearest(&long, [long.as_str()]), None);
    }

    #[test]
    fn names_of_many_bytes_per_character_are_compared_by_character() {
        assert_eq!(nearest("体力上线", ["体力上限", "关卡"]), Some("体力上限"));
    }
}
