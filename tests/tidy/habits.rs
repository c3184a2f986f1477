//! Small habits that the compiler does not enforce.

use std::collections::BTreeSet;

use crate::sources::{Source, code_of, program, rust_files};

const EVERYWHERE: [&str; 5] = ["src", "crates", "tests", "benches", "examples"];

fn every_file() -> Vec<Source> {
    rust_files(&EVERYWHERE)
}

/// The places where a line of code contains one of the words.
fn places(sources: &[Source], words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for (number, line) in code_of(&source.text).lines().enumerate() {
            found.extend(
                words
                    .iter()
                    .filter(|word| line.contains(**word))
                    .map(|word| format!("{}:{}: {word}", source.path, number + 1)),
            );
        }
    }
    found
}

#[test]
fn a_lint_is_expected_with_a_reason_and_never_just_allowed() {
    let allowed = places(&every_file(), &["#[allow(", "#![allow("]);
    assert!(allowed.is_empty(), "write #[expect(.., reason = \"..\")]:\n{}", allowed.join("\n"));
}

#[test]
fn no_unfinished_code_remains() {
    let macros = places(&every_file(), &["todo!(", "unimplemented!(", "dbg!("]);
    assert!(macros.is_empty(), "no unfinished code:\n{}", macros.join("\n"));
    let mut remarks = Vec::new();
    for source in every_file() {
        for (number, line) in source.text.lines().enumerate() {
            let comment = line.trim_start().strip_prefix("//").unwrap_or_default();
            if ["TODO", "FIXME", "XXX", "HACK"].iter().any(|word| comment.contains(word)) {
                remarks.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    assert!(remarks.is_empty(), "open tasks belong in an issue, not in a comment:\n{}", remarks.join("\n"));
}

/// The modules that a file declares.
fn declared(code: &str) -> impl Iterator<Item = String> {
    code.lines().filter_map(|line| {
        let line = line.trim();
        let line = line.strip_prefix("pub(crate) ").or_else(|| line.strip_prefix("pub ")).unwrap_or(line);
        Some(line.strip_prefix("mod ")?.strip_suffix(';')?.to_owned())
    })
}

#[test]
fn every_file_is_part_of_a_program() {
    let sources = every_file();
    let mut known = BTreeSet::new();
    for source in &sources {
        let (folder, name) = source.path.rsplit_once('/').unwrap_or(("", &source.path));
        let inner = match name {
            "mod.rs" | "lib.rs" | "main.rs" => folder.to_owned(),
            name => format!("{folder}/{}", name.trim_end_matches(".rs")),
        };
        for module in declared(&code_of(&source.text)) {
            known.insert(format!("{inner}/{module}.rs"));
            known.insert(format!("{inner}/{module}/mod.rs"));
        }
    }
    let is_root = |path: &str| {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        matches!(name, "lib.rs" | "main.rs")
            || matches!(folder, "benches" | "examples")
            || path == "benches/shared/world.rs"
    };
    let dead: Vec<&str> = sources
        .iter()
        .map(|source| source.path.as_str())
        .filter(|path| !known.contains(*path) && !is_root(path))
        .collect();
    assert!(dead.is_empty(), "no file is dead; no module declares these:\n{}", dead.join("\n"));
}

/// The lints that every crate has to inherit in its manifest.
#[test]
fn every_crate_keeps_the_lints_of_the_workspace() {
    let root = crate::sources::root();
    let workspace = std::fs::read_to_string(root.join("Cargo.toml")).expect("the manifest should be readable");
    for lint in ["unsafe_code = \"forbid\"", "missing_docs = ", "allow_attributes = ", "todo = "] {
        assert!(workspace.contains(lint), "{lint} should be among the lints: public items are documented, and so on");
    }
    for folder in std::fs::read_dir(root.join("crates")).expect("the crates should be readable") {
        let manifest = folder.expect("the crates should be readable").path().join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).expect("a manifest should be readable");
        assert!(text.contains("[lints]\nworkspace = true"), "{} should inherit the lints", manifest.display());
    }
}

/// The names of public types that a crate declares.
fn public_types(source: &Source) -> Vec<String> {
    let code = code_of(&source.text);
    let declared = code.lines().filter_map(|line| {
        let rest = line.strip_prefix("pub ")?;
        let kind = ["struct ", "enum ", "trait ", "type "].iter().find_map(|kind| rest.strip_prefix(kind))?;
        Some(kind.split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default().to_owned())
    });
    declared.collect()
}

#[test]
fn no_two_public_types_share_a_name() {
    let mut seen = std::collections::BTreeMap::new();
    let mut offences = Vec::new();
    for source in program() {
        for name in public_types(&source) {
            if let Some(earlier) = seen.insert(name.clone(), source.path.clone()) {
                offences.push(format!("{name}: {earlier} and {}", source.path));
            }
        }
    }
    assert!(offences.is_empty(), "homonyms get names of their own:\n{}", offences.join("\n"));
}

#[test]
fn words_are_found_in_code_and_nowhere_else() {
    let text = "// #[allow(x)]\nlet a = \"#[allow(\";\n#[allow(dead_code)]\nfn f() {}\n".to_owned();
    let found = places(&[Source { path: "a.rs".to_owned(), text }], &["#[allow("]);
    assert_eq!(found, ["a.rs:3: #[allow("]);
}
