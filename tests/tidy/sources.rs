//! The sources of this repository, as text.

use std::fs;
use std::path::{Path, PathBuf};

/// One Rust file.
pub(crate) struct Source {
    /// The path from the root of the repository, with `/` between its parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below the given folders, in order of their paths.
pub(crate) fn rust_files(folders: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    for folder in folders {
        collect(&root().join(folder), &mut found);
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!found.is_empty(), "there should be sources in {folders:?}");
    found
}

/// Every Rust file of the program.
pub(crate) fn program() -> Vec<Source> {
    let mut sources = rust_files(&["src", "crates"]);
    sources.retain(|source| source.path.contains("src/"));
    sources
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder of sources should be readable") {
        let path = entry.expect("a folder of sources should be readable").path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target" && name != "node_modules") {
                collect(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source should be readable");
            let shown = path.strip_prefix(root()).expect("a source should lie in the repository");
            let path = shown.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
            found.push(Source { path, text });
        }
    }
}

/// The lines of a text without comments and string literals, so that braces and words in them are ignored. Characters
/// keep their line, not their column.
pub(crate) fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut before = ' ';
    while let Some(character) = rest.next() {
        match character {
            '/' if rest.peek() == Some(&'/') => {
                while rest.peek().is_some_and(|next| *next != '\n') {
                    rest.next();
                }
            }
            'r' if !before.is_alphanumeric() && before != '_' && raw_marks(&rest).is_some() => {
                skip_raw(&mut rest, &mut code);
            }
            '"' => {
                code.push_str("\"\"");
                skip_string(&mut rest, &mut code);
            }
            '\'' => skip_character(&mut rest, &mut code),
            _ => code.push(character),
        }
        before = character;
    }
    code
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// The number of `#` before the quote of a raw string that begins here.
fn raw_marks(rest: &Rest<'_>) -> Option<usize> {
    let ahead = rest.clone();
    let mut marks = 0;
    for next in ahead {
        match next {
            '#' => marks += 1,
            '"' => return Some(marks),
            _ => return None,
        }
    }
    None
}

fn skip_raw(rest: &mut Rest<'_>, code: &mut String) {
    let marks = raw_marks(rest).unwrap_or_default();
    rest.by_ref().take(marks + 1).for_each(drop);
    code.push_str("\"\"");
    while let Some(next) = rest.next() {
        if next == '\n' {
            code.push('\n');
        }
        if next == '"' && rest.clone().take(marks).filter(|mark| *mark == '#').count() == marks {
            rest.by_ref().take(marks).for_each(drop);
            return;
        }
    }
}

fn skip_string(rest: &mut Rest<'_>, code: &mut String) {
    while let Some(next) = rest.next() {
        match next {
            '\\' if rest.peek() != Some(&'\n') => drop(rest.next()),
            '"' => return,
            '\n' => code.push('\n'),
            _ => {}
        }
    }
}

/// Skips a character literal; a lifetime stays.
fn skip_character(rest: &mut Rest<'_>, code: &mut String) {
    let mut ahead = rest.clone();
    let first = ahead.next();
    let is_literal = first == Some('\\') || ahead.next() == Some('\'');
    if !is_literal {
        code.push('\'');
        return;
    }
    let mut escaped = false;
    for next in rest.by_ref() {
        match next {
            '\\' if !escaped => escaped = true,
            '\'' if !escaped => return,
            _ => escaped = false,
        }
    }
}

/// The code of a file without its tests.
pub(crate) fn without_tests(code: &str) -> &str {
    code.split("#[cfg(test)]").next().unwrap_or_default()
}

#[test]
fn comments_and_literals_are_not_code() {
    let text = "let a = \"{ // \\\" \"; // {\nlet b = '{'; let c: &'static str = r#\"{\n\"#; /// {\nfn d() {}";
    assert_eq!(code_of(text), "let a = \"\"; \nlet b = ; let c: &'static str = \"\"\n; \nfn d() {}");
}
