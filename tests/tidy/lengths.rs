//! Files and functions stay short enough to read.

use std::collections::BTreeMap;

use crate::sources::{Source, code_of, program, rust_files};

/// Past this many lines, a function does more than one thing.
const FUNCTION_LINES_MAX: usize = 70;
/// Past this many lines, a file is worth splitting.
const FILE_LINES_MAX: usize = 400;

/// Files that are longer, with the length they may have. When a file gets shorter, its entry is lowered so that it does
/// not grow again; no file is added.
const LONGER_FILES: &[(&str, usize)] = &[
    ("crates/engine/src/journal/replay.rs", 403),
    ("crates/engine/src/storage/rows.rs", 816),
    ("crates/game/src/boss/ranking/standings.rs", 573),
    ("crates/game/src/mail/model.rs", 480),
    ("crates/game/src/orders/model.rs", 408),
    ("crates/game/src/platforms/sud/rounds.rs", 464),
    ("crates/studio/src/testing/mod.rs", 641),
    ("tests/engine/envelope.rs", 494),
    ("tests/engine/journal.rs", 504),
    ("tests/engine/storage.rs", 584),
    ("tests/engine/store_faults.rs", 486),
    ("tests/game/battles.rs", 406),
    ("tests/game/ledger.rs", 414),
    ("tests/game/mail.rs", 629),
    ("tests/game/narrator.rs", 435),
    ("tests/game/portability.rs", 663),
    ("tests/game/refusals.rs", 412),
    ("tests/game/season_properties.rs", 599),
    ("tests/game/seasons.rs", 601),
    ("tests/game/tasks.rs", 502),
    ("tests/game/transcripts.rs", 538),
    ("tests/server/crash.rs", 700),
    ("tests/server/sockets.rs", 885),
];

/// Where a function begins, its name, and its number of lines.
fn functions(source: &Source) -> Vec<(usize, String, usize)> {
    let code = code_of(&source.text);
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let indent = line.len() - line.trim_start().len();
        let closing = format!("{}}}", " ".repeat(indent));
        let has_body =
            lines[at..].iter().take_while(|line| !line.trim_end().ends_with(';')).any(|line| line.contains('{'));
        let end = lines[at..].iter().position(|line| line.trim_end() == closing);
        if let (true, Some(end)) = (has_body, end) {
            found.push((at + 1, name, end + 1));
        }
    }
    found
}

fn function_name(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let mut word = words.next()?;
    while matches!(word, "pub" | "const" | "async" | "extern") || word.starts_with("pub(") {
        word = words.next()?;
    }
    (word == "fn").then(|| words.next().unwrap_or_default().split(['(', '<']).next().unwrap_or_default().to_owned())
}

#[test]
fn no_function_is_too_long() {
    let mut offences = Vec::new();
    for source in program() {
        for (line, name, length) in functions(&source) {
            if length > FUNCTION_LINES_MAX {
                offences.push(format!("{}:{line}: {name} has {length} lines", source.path));
            }
        }
    }
    assert!(offences.is_empty(), "a function has at most {FUNCTION_LINES_MAX} lines:\n{}", offences.join("\n"));
}

#[test]
fn no_file_grows_beyond_its_length() {
    let kept: BTreeMap<&str, usize> = LONGER_FILES.iter().copied().collect();
    let mut offences = Vec::new();
    for source in rust_files(&["src", "crates", "tests", "benches", "examples"]) {
        let length = source.text.lines().count();
        let most = kept.get(source.path.as_str()).copied();
        match most {
            None if length > FILE_LINES_MAX => offences.push(format!("(\"{}\", {length}),", source.path)),
            Some(most) if length != most && length > FILE_LINES_MAX => {
                offences.push(format!("(\"{}\", {length}), // {most} are kept", source.path));
            }
            Some(_) if length <= FILE_LINES_MAX => {
                offences.push(format!("{} is short now: remove it from the list", source.path))
            }
            _ => {}
        }
    }
    let gone = kept.keys().filter(|path| !crate::sources::root().join(path).is_file());
    offences.extend(gone.map(|path| format!("{path} is gone: remove it from the list")));
    assert!(
        offences.is_empty(),
        "a file has at most {FILE_LINES_MAX} lines, or exactly those of the list, which only gets shorter:\n{}",
        offences.join("\n")
    );
}

#[test]
fn a_function_is_measured_from_its_name_to_its_brace() {
    let text =
        "trait T {\n    fn open(&self);\n}\n\npub(crate) fn long(\n    one: u8,\n) -> u8 {\n    // }\n    one\n}\n"
            .to_owned();
    let found = functions(&Source { path: "a.rs".to_owned(), text });
    assert_eq!(found, [(5, "long".to_owned(), 6)]);
}
