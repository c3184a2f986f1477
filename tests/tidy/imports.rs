//! The modules that a file refers to.

/// A reference to a module of the file's own crate or of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    /// Counted from 1.
    pub(crate) line: usize,
    /// The crate, `crate` for its own.
    pub(crate) from: String,
    /// The first module below it; empty for an item in the crate's root.
    pub(crate) module: String,
}

/// Every reference in `code` to a module by its full path.
pub(crate) fn imports(code: &str) -> Vec<Import> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = next_root(code, at) {
        let (name, after) = word(&code[start..]);
        at = start + after;
        let Some(path) = code[at..].strip_prefix("::") else {
            continue;
        };
        let line = code[..start].matches('\n').count() + 1;
        for module in first_modules(path) {
            found.push(Import { line, from: name.to_owned(), module });
        }
    }
    found
}

fn next_root(code: &str, from: usize) -> Option<usize> {
    let candidates = ["crate", "raidkeep"];
    let mut best = None;
    for candidate in candidates {
        let mut at = from;
        while let Some(offset) = code[at..].find(candidate) {
            let start = at + offset;
            let before = code[..start].chars().next_back();
            if before.is_none_or(|before| !before.is_alphanumeric() && !matches!(before, '_' | ':')) {
                best = Some(best.map_or(start, |earlier: usize| earlier.min(start)));
                break;
            }
            at = start + candidate.len();
        }
    }
    best
}

/// The word that a text begins with, and its length.
fn word(text: &str) -> (&str, usize) {
    let end = text.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(text.len());
    (&text[..end], end)
}

/// The first names of a path or of a group of paths.
fn first_modules(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        let (name, _) = word(path);
        return vec![name.to_owned()];
    };
    let mut depth = 0_usize;
    let mut names = Vec::new();
    let mut starts = true;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => starts = true,
            _ if starts && depth == 0 && !character.is_whitespace() => {
                names.push(word(&group[at..]).0.to_owned());
                starts = false;
            }
            _ => {}
        }
    }
    names
}

#[test]
fn paths_and_groups_are_read() {
    let code = "use crate::clock::Clock;\nuse crate::{\n  due, rules::{a, b},\n};\nfn f() { raidkeep_game::mail::x(); mycrate::no(); }";
    let found: Vec<(usize, String, String)> =
        imports(code).into_iter().map(|found| (found.line, found.from, found.module)).collect();
    let expected = [(1, "crate", "clock"), (2, "crate", "due"), (2, "crate", "rules"), (5, "raidkeep_game", "mail")];
    assert_eq!(found, expected.map(|(line, from, module)| (line, from.to_owned(), module.to_owned())));
}
