//! Finds the known name that a mistyped word most likely stands for.

/// Words longer than this get no hint. It bounds the work that one hint can cost.
const LONGEST_WORD: usize = 64;

/// Gives the known name closest to `word`, or nothing when none is close enough.
///
/// Upper and lower case count as equal. About one character in three may be wrong, and two
/// swapped neighbours count as one mistake. Of equally close names the first one wins.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = letters(word);
    let mut best: Option<(usize, &'a str)> = None;
    for name in known {
        let candidate = letters(name);
        let longer = word.len().max(candidate.len());
        let limit = (longer / 3).max(1);
        if longer > LONGEST_WORD || word.len().abs_diff(candidate.len()) > limit {
            continue;
        }
        let distance = distance(&word, &candidate);
        let close = distance <= limit && distance < longer;
        if close && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// The characters of a word in lower case, cut just above the longest length that is compared.
fn letters(word: &str) -> Vec<char> {
    word.chars().flat_map(char::to_lowercase).take(LONGEST_WORD + 1).collect()
}

/// The Levenshtein distance, where a swap of two neighbours also counts as one step.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, &a) in left.iter().enumerate() {
        let mut current = Vec::with_capacity(right.len() + 1);
        current.push(row + 1);
        for (column, &b) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(a != b);
            let mut best = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && a == right[column - 1] && left[row - 1] == b;
            if swapped {
                best = best.min(before_last[column - 1] + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or(left.len())
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
