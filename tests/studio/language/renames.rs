//! Renaming an id in all files, and what cannot be renamed.

use serde_json::{Value, json};

use super::editor::{Editor, checked};

fn renamed(editor: &mut Editor, file: &str, part: &str, name: &str) -> Value {
    let place = editor.place(file, part, 1);
    let mut params = place.as_object().cloned().expect("a place");
    params.insert("newName".to_owned(), json!(name));
    editor.ask_whole("textDocument/rename", params.into())
}

/// Makes the edits of an answer on disk, as an editor that saves all files; returns the files.
fn apply(editor: &Editor, answer: &Value) -> Vec<String> {
    let changes = answer["result"]["changes"].as_object().unwrap_or_else(|| panic!("edits expected: {answer}"));
    let root = editor.uri("");
    let mut files = Vec::new();
    for (uri, edits) in changes {
        let file = uri.strip_prefix(&root).expect("a file of the assets").to_owned();
        let mut lines: Vec<Vec<u16>> =
            editor.on_disk(&file).split('\n').map(|line| line.encode_utf16().collect()).collect();
        let number = |value: &Value| usize::try_from(value.as_u64().expect("a number")).expect("a small number");
        let mut edits: Vec<&Value> = edits.as_array().into_iter().flatten().collect();
        edits.sort_by_key(|edit| {
            let start = &edit["range"]["start"];
            std::cmp::Reverse((number(&start["line"]), number(&start["character"])))
        });
        for edit in edits {
            let (start, end) = (&edit["range"]["start"], &edit["range"]["end"]);
            assert_eq!(start["line"], end["line"], "names are on one line");
            let text = edit["newText"].as_str().expect("a text").encode_utf16();
            lines[number(&start["line"])].splice(number(&start["character"])..number(&end["character"]), text);
        }
        let lines: Vec<String> = lines.iter().map(|line| String::from_utf16(line).expect("whole characters")).collect();
        editor.write(&file, &lines.join("\n"));
        files.push(file);
    }
    files.sort();
    files
}

#[test]
fn an_id_is_renamed_in_all_files_and_they_check_without_an_error() {
    for (file, part, name, expected) in [
        ("items.ron", "3:33\"", "3:99", &["drops/weekend.ron", "items.ron"][..]),
        ("layouts.ron", "\"wolf\"", "grey_wolf", &["layouts.ron", "monsters.ron"]),
        ("layouts.ron", "\"old_road_ambush\"", "老路伏击", &["layouts.ron", "stages/general.ron"]),
        ("drops/weekend.ron", "\"weekend_spoils\",", "spoils", &["drops/weekend.ron", "stages/activity.ron"]),
        ("shop.ron", "\"diamonds_60\"", "diamonds_small", &["events/spring_festival.ron", "shop.ron"]),
        ("tasks/lost_lamb.ron", "\"bushes\": (", "灌木", &["tasks/lost_lamb.ron"]),
    ] {
        let (mut editor, _) = Editor::new(json!({}));
        editor.open(file, &editor.on_disk(file));
        let answer = renamed(&mut editor, file, part, name);
        let files = apply(&editor, &answer);
        for expected in expected {
            assert!(files.iter().any(|file| file == expected), "{part} is in {expected}: {files:?}");
        }
        assert_eq!(checked(editor.assets.path()), Vec::<Value>::new(), "{part} to {name} leaves no mistake");
    }
}

#[test]
fn what_cannot_be_renamed_is_refused_with_the_reason() {
    let (mut editor, _) = Editor::new(json!({}));
    for file in ["items.ron", "tickets.ron", "characters.ron", "layouts.ron"] {
        editor.open(file, &editor.on_disk(file));
    }
    for (file, part, name, reason) in [
        ("items.ron", "name: \"金币\"", "x", "there is no id here"),
        ("items.ron", "\"3:1\"", "3:2", "item 3:2 exists already"),
        ("items.ron", "\"3:1\"", "coin", "with the name \"coin\" the assets have errors"),
        ("items.ron", "\"3:1\"", "", "is no name"),
        ("items.ron", "\"3:1\"", "3:1\", name: \"x", "is no name"),
        ("tickets.ron", "18,", "25", "world_boss.ron means it without spelling it out"),
        ("layouts.ron", "\"tower_1\"", "tower", "stages/endless.ron means it without spelling it out"),
        ("characters.ron", "\"portraits/elder\"", "x", "images/portraits/elder.png is named by a file"),
    ] {
        let answer = renamed(&mut editor, file, part, name);
        let told = answer["error"]["message"].as_str().unwrap_or_else(|| panic!("{part}: {answer}"));
        assert!(told.contains(reason), "{part} to {name}: {told}");
        assert_eq!(answer["error"]["code"], -32803);
    }
    let place = editor.place("items.ron", "\"3:1\"", 2);
    let span = editor.ask("textDocument/prepareRename", place);
    assert_eq!(span["end"]["character"].as_u64().zip(span["start"]["character"].as_u64()), Some((17, 14)), "{span}");
    let layouts = editor.on_disk("layouts.ron");
    editor.change("layouts.ron", 2, &layouts.replacen("cool_down: 1.5", "cool_down", 1));
    let answer = renamed(&mut editor, "items.ron", "\"3:1\"", "3:99");
    let told = answer["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(told.contains("mend them first"), "a broken file may hide a use: {told}");
    assert_eq!(editor.leave(), Some(0));
}
