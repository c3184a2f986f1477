//! Single mistakes in the form of a file: each is told once, at its place.

use crate::rules::decode::decode;
use crate::rules::locate::Document;
use crate::rules::tests::StageFile;

/// A file of stages as designers lay it out.
const LAID_OUT: &str = "\
(
    // \u{5173}\u{5361}, a comment
    stages: [
        (
            id: 1,
            kind: Boss(health: 5),
            rewards: [\"3:9\", \"1:1\"],
        ),
        (id: 2, kind: Normal),
    ],
)
";

/// The only thing told about the laid-out file with an edit.
fn told_of(from: &str, to: &str) -> String {
    assert!(LAID_OUT.contains(from), "{from}");
    let mut problems = Vec::new();
    let document = Document::new(LAID_OUT.replacen(from, to, 1));
    let content = decode::<StageFile>("stages/a.ron", &document, None, &mut problems);
    assert!(content.is_none(), "{from:?} to {to:?} is a mistake");
    let found: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let [only] = found.as_slice() else { panic!("{from:?} to {to:?} is one mistake, found {found:#?}") };
    only.replace("stages/a.ron:", "")
}

#[test]
fn one_mistake_of_form_is_told_once_and_at_its_place() {
    let cases = [
        ("id: 1,\n", "id: 1\n", "6:13: error: stages[0]: found the name `kind`, expected a comma before it"),
        ("id: 1", "id 1", "5:16: error: stages[0]: found the number 1, expected a colon between the key and its value"),
        ("id: 1", "id:", "5:16: error: stages: found `,`, expected a value behind the `:`"),
        ("id: 1,", "id: 1,,", "5:19: error: stages: found a second `,`, expected a value between the two"),
        ("id: 1", "id = 1", "5:16: error: stages[0]: found `=`, type `:`"),
        ("id: 1,", "id: 1;", "5:18: error: stages[0]: found `;`, type `,`"),
        ("// ", "# ", "2:5: error: `#` begins no comment, type `//`"),
        ("\"3:9\", \"1", "\"3:9, \"1", "7:30: error: stages[0].rewards: found the number 1 right behind a text"),
        ("\"1:1\"]", "\"1:1]", "7:30: error: stages[0].rewards: this text has no closing `\"`"),
        ("\"1:1\"]", "1:1\"]", "7:30"),
        ("\"],", "\",", "7:35: error: stages[0]: expected `]` here: the `[` in line 7, column 22 is not closed"),
        ("[\"3", "\"3", "7"),
        ("5),", "5,", "6:33: error: stages[0]: expected `)` here: the `(` in line 6, column 23 is not closed"),
        ("        ),", "        ,", "8:9"),
        ("Normal),", "Normal,", "9:29: error: stages: expected `)` here"),
        ("Normal),", "Normal)),", "9:30"),
        ("    ],", "    ", "9:30: error: expected `]` here: the `[` in line 3, column 13 is not closed"),
        ("(\n            id", "\n            id", "5:13: error"),
        (
            "],\n)",
            "],\n",
            "12:1: error: found the end of the file, expected `)`: the `(` in line 1, column 1 is not closed",
        ),
        ("id: 1", "id: 1\u{ff0c}", "5:18: error: stages[0]: `\u{ff0c}` is a full-width comma, type `,`"),
        ("id: 1", "id\u{ff1a}1", "5:15: error: stages[0]: `\u{ff1a}` is a full-width colon, type `:`"),
        (
            "\"3:9\"",
            "\u{201c}3:9\u{201d}",
            "7:23: error: stages[0].rewards: `\u{201c}` is a typographic quotation mark",
        ),
        ("        (\n", "        \u{ff08}\n", "4:9: error"),
        ("    stages", "\u{3000}stages", "3:1: error: U+3000 is an ideographic space, type an ordinary space"),
        ("id: 1", "id: 1\u{200b}", "5:18: error: stages[0]: U+200B is an invisible character, delete it"),
        ("        (id: 2", "<<<<<<< HEAD\n        (id: 2", "9:1: error: stages: `<<<<<<<` is left over from a merge"),
        ("id: 1", "\"id\": 1", "5:13: error: stages[0]: names of fields stand without quotes, type `id`"),
        (
            "health: 5",
            "health: 5,000",
            "6:34: error: stages[0].kind: found the number 000, expected the name of a field before it (numbers are written without commas, type 5000)",
        ),
    ];
    let wrong = cases.into_iter().filter_map(|(from, to, told)| {
        let found = told_of(from, to);
        (!found.starts_with(told)).then(|| format!("{from:?} to {to:?}:\n  found    {found}\n  expected {told}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
