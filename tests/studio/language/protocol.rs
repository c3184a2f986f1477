//! `raidkeep lsp` as an editor uses it: the real program, message by message.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::editor::{Editor, checked};

/// What a diagnostic and a problem of `check` have in common: line and column from 0, severity, words.
fn told(diagnostic: &Value) -> (u64, u64, u64, String) {
    let start = &diagnostic["range"]["start"];
    let number = |value: &Value| value.as_u64().expect("a number");
    let message = diagnostic["message"].as_str().expect("a message").to_owned();
    (number(&start["line"]), number(&start["character"]), number(&diagnostic["severity"]), message)
}

fn told_by_check(problem: &Value, text: &str) -> (u64, u64, u64, String) {
    let line = problem["line"].as_u64().expect("a line") - 1;
    let characters = usize::try_from(problem["column"].as_u64().expect("a column") - 1).expect("a small number");
    let shown = text.lines().nth(usize::try_from(line).expect("a small number")).unwrap_or_default();
    let column: usize = shown.chars().take(characters).map(char::len_utf16).sum();
    let hint = problem["hint"].as_str().map(|hint| format!(" ({hint})")).unwrap_or_default();
    let message = format!("{}{hint}", problem["message"].as_str().expect("a message"));
    (line, column as u64, if problem["severity"] == "error" { 1 } else { 2 }, message)
}

#[test]
fn mistakes_in_a_text_that_is_not_saved_are_those_that_check_finds_in_the_same_text() {
    let (mut editor, greeted) = Editor::new(json!({}));
    assert_eq!(greeted["capabilities"]["positionEncoding"], "utf-16", "what every editor understands");
    assert_eq!(greeted["serverInfo"]["name"], "raidkeep");
    let items = editor.on_disk("items.ron");
    for (version, (from, to)) in [
        ("name: \"金币\"", "/* 𝄞 */ nam: \"金币\""),
        ("name: \"金币\"", "name: “金币”"),
        ("name: \"体力药水(+50)\", energy: 50", "name: \"体力药水(+50)\", energy: 0"),
        ("(id: \"3:4\"", "(id: \"3:444\""),
        ("        (id: \"3:2\"", "<<<<<<< ours\n        (id: \"3:2\""),
    ]
    .into_iter()
    .enumerate()
    {
        let text = items.replacen(from, to, 1);
        assert_ne!(text, items, "{from}");
        if version == 0 {
            editor.open("items.ron", &text);
        } else {
            editor.change("items.ron", i32::try_from(version).expect("a small number") + 1, &text);
        }
        // A check of the same text on disk.
        editor.write("items.ron", &text);
        let expected = checked(editor.assets.path());
        let mut by_file: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for problem in &expected {
            let file = problem["file"].as_str().expect("a file");
            by_file.entry(file).or_default().push(told_by_check(problem, &editor.on_disk(file)));
        }
        assert!(by_file.contains_key("items.ron"), "{to} is a mistake: {expected:?}");
        for (file, expected) in by_file {
            editor.wait_for(file, |found| found.iter().map(told).collect::<Vec<_>>() == expected);
        }
    }
    editor.write("items.ron", &items);
    editor.change("items.ron", 9, &items);
    editor.wait_for("items.ron", <[Value]>::is_empty);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn mistakes_in_other_files_that_a_change_causes_are_told_and_taken_back() {
    let (mut editor, _) = Editor::new(json!({}));
    let layouts = editor.on_disk("layouts.ron");
    editor.open("layouts.ron", &layouts.replacen("id: \"old_road_ambush\"", "id: \"old_road_ambus\"", 1));
    let found = editor.wait_for("stages/general.ron", |found| !found.is_empty());
    assert!(found[0]["message"].as_str().is_some_and(|told| told.contains("old_road_ambush")), "{found:?}");
    assert_eq!(editor.shown("layouts.ron")[0]["severity"], 2, "a layout that no stage has is a warning");
    let stages = editor.on_disk("stages/general.ron");
    editor.open("stages/general.ron", &stages.replacen("layout: \"old_road_ambush\"", "layout: \"old_road_ambus\"", 1));
    editor.wait_for("stages/general.ron", <[Value]>::is_empty);
    editor.wait_for("layouts.ron", <[Value]>::is_empty);
    editor.tell("textDocument/didClose", json!({"textDocument": {"uri": editor.uri("layouts.ron")}}));
    let found = editor.wait_for("stages/general.ron", |found| !found.is_empty());
    assert!(
        found[0]["message"].as_str().is_some_and(|told| told.contains("unknown layout \"old_road_ambus\"")),
        "what was not saved is gone with the closed file: {found:?}"
    );
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_file_that_changes_on_disk_is_checked_again_without_a_word_of_the_editor() {
    let (mut editor, _) = Editor::new(json!({}));
    let energy = editor.on_disk("energy.ron");
    editor.open("items.ron", &editor.on_disk("items.ron"));
    // The answer comes after a check, so the folder is known by then.
    editor.ask("textDocument/hover", editor.place("items.ron", "\"3:1\"", 1));
    editor.write("energy.ron", &energy.replacen("maximum:", "maximun:", 1));
    let found = editor.wait_for("energy.ron", |found| !found.is_empty());
    assert!(found[0]["message"].as_str().is_some_and(|told| told.starts_with("unknown field `maximun`")), "{found:?}");
    editor.write("energy.ron", &energy);
    editor.wait_for("energy.ron", <[Value]>::is_empty);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn an_editor_is_told_fields_ids_meanings_and_places() {
    let snippets = json!({"textDocument": {"completion": {"completionItem": {"snippetSupport": true}}}});
    let (mut editor, _) = Editor::new(snippets);
    let stages = editor.on_disk("stages/general.ron");
    editor.open("stages/general.ron", &stages.replacen("            layout: \"meadow\",\n", "            la\n", 1));
    let offered = editor.ask("textDocument/completion", editor.place("stages/general.ron", "la\n", 2));
    let items = offered["items"].as_array().expect("a list");
    let layout = items.iter().find(|item| item["label"] == "layout").expect("a field of stages");
    assert_eq!(layout["textEdit"]["newText"], "layout: \"$1\",");
    assert!(items.iter().all(|item| item["label"] != "energy"), "the stage has it already");

    editor.change("stages/general.ron", 2, &stages);
    let beside = editor.ask("textDocument/hover", editor.place("stages/general.ron", "3:1:375", 1));
    let text = beside["contents"]["value"].as_str().expect("Markdown");
    let line = editor.on_disk("items.ron").lines().position(|line| line.contains("\"3:1\"")).expect("it is there");
    assert!(text.contains("**item 3:1** 金币"), "{text}");
    assert!(text.contains(&format!("given in items.ron:{}", line + 1)), "{text}");

    let given = editor.ask("textDocument/definition", editor.place("stages/general.ron", "3:1:375", 1));
    assert_eq!(given[0]["uri"], editor.uri("items.ron"));
    assert_eq!(given[0]["range"]["start"], json!({"line": line, "character": 14}));

    let uses = editor.place("stages/general.ron", "3:1:375", 1);
    let mut uses = uses.as_object().cloned().expect("a place");
    uses.insert("context".to_owned(), json!({"includeDeclaration": false}));
    let uses = editor.ask("textDocument/references", uses.into());
    let files: Vec<&str> = uses.as_array().into_iter().flatten().filter_map(|found| found["uri"].as_str()).collect();
    assert!(files.iter().any(|uri| uri.ends_with("shop.ron")), "coins are in the starter pack: {files:?}");

    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 40, "character": 0}});
    let hints = editor.ask(
        "textDocument/inlayHint",
        json!({"textDocument": {"uri": editor.uri("stages/general.ron")}, "range": range}),
    );
    let labels: Vec<&str> = hints.as_array().into_iter().flatten().filter_map(|hint| hint["label"].as_str()).collect();
    assert_eq!(&labels[..3], ["铁矿", "金币", "经验点"], "the names stand beside the ids");

    let document = json!({"textDocument": {"uri": editor.uri("stages/general.ron")}});
    let outline = editor.ask("textDocument/documentSymbol", document);
    assert_eq!((&outline[0]["name"], &outline[0]["children"][1]["name"]), (&json!("stages"), &json!("8")));
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn names_that_the_broken_file_itself_gives_are_still_offered() {
    let (mut editor, _) = Editor::new(json!({}));
    let task = editor.on_disk("tasks/lost_lamb.ron");
    editor.open("tasks/lost_lamb.ron", &task);
    editor.ask("textDocument/hover", editor.place("tasks/lost_lamb.ron", "\"bushes\": (", 1));
    editor.change("tasks/lost_lamb.ron", 2, &task.replacen("start: \"meadow\",", "start: \"", 1));
    editor.wait_for("tasks/lost_lamb.ron", |found| !found.is_empty());
    let offered = editor.ask("textDocument/completion", editor.place("tasks/lost_lamb.ron", "start: \"", 8));
    let scene = offered["items"].as_array().into_iter().flatten().find(|item| item["label"] == "bushes");
    let scene = scene.unwrap_or_else(|| panic!("a scene of this task: {offered}"));
    assert_eq!(scene["textEdit"]["newText"], "\"bushes\"", "plain text for an editor without snippets");
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn the_columns_are_bytes_for_an_editor_that_wants_them_so() {
    let (mut editor, greeted) = Editor::new(json!({"general": {"positionEncodings": ["utf-8", "utf-16"]}}));
    assert_eq!(greeted["capabilities"]["positionEncoding"], "utf-8");
    let items = editor.on_disk("items.ron").replacen("name: \"金币\")", "name: \"金币\", energy: -1)", 1);
    editor.open("items.ron", &items);
    let found = editor.wait_for("items.ron", |found| !found.is_empty());
    let line = items.lines().find(|line| line.contains("energy: -1")).expect("it is there");
    assert_eq!(found[0]["range"]["start"]["character"], line.find("-1").expect("it is there"));
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn what_is_no_asset_is_left_alone() {
    let (mut editor, _) = Editor::new(json!({}));
    let outside = tempfile::tempdir().expect("a temporary folder");
    let other = format!("file://{}/server.ron", outside.path().display());
    for uri in [other.as_str(), "untitled:Untitled-1", "file://host/x.ron", "nonsense"] {
        let document = json!({"uri": uri, "languageId": "ron", "version": 1, "text": "(listen: "});
        editor.tell("textDocument/didOpen", json!({"textDocument": document}));
        let place = json!({"textDocument": {"uri": uri}, "position": {"line": 0, "character": 4}});
        for method in ["hover", "completion", "definition", "prepareRename"] {
            assert_eq!(editor.ask(&format!("textDocument/{method}"), place.clone()), Value::Null, "{uri} {method}");
        }
    }
    let never_opened =
        json!({"textDocument": {"uri": editor.uri("items.ron")}, "position": {"line": 0, "character": 0}});
    assert_eq!(editor.ask("textDocument/hover", never_opened), Value::Null);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_request_that_is_unknown_wrong_or_too_early_is_refused_and_the_next_is_answered() {
    let mut editor = Editor::start();
    let code = |answer: &Value| answer["error"]["code"].as_i64().expect("an error");
    let early = editor.ask_whole("textDocument/hover", json!({}));
    assert_eq!(code(&early), -32002, "not initialized: {early}");
    editor.ask("initialize", json!({"processId": null, "rootUri": null, "capabilities": {}}));
    assert_eq!(code(&editor.ask_whole("initialize", json!({"capabilities": {}}))), -32600, "once is enough");
    assert_eq!(code(&editor.ask_whole("raidkeep/unknown", json!({}))), -32601, "no such method");
    assert_eq!(code(&editor.ask_whole("textDocument/hover", json!({"textDocument": 5}))), -32602, "wrong parameters");
    editor.tell("raidkeep/unknown", json!([1]));
    editor.tell("textDocument/didChange", json!({"textDocument": {}}));
    editor.send(&json!({"jsonrpc": "2.0", "id": 7, "result": null}));
    editor.send_raw(b"Content-Length: 9\r\n\r\n{\"id\": 1,");
    assert_eq!(code(&editor.answer(&Value::Null)), -32700, "no JSON, and nobody knows which request it was");
    assert_eq!(editor.ask("shutdown", Value::Null), Value::Null);
    assert_eq!(code(&editor.ask_whole("textDocument/hover", json!({}))), -32600, "it is shut down");
    editor.tell("exit", Value::Null);
    assert_eq!(editor.end().0, Some(0));
}

#[test]
fn a_request_that_waits_for_a_check_can_be_cancelled() {
    let (mut editor, _) = Editor::new(json!({}));
    editor.open("items.ron", &editor.on_disk("items.ron"));
    let id = editor.post("textDocument/hover", editor.place("items.ron", "\"3:1\"", 1));
    editor.tell("$/cancelRequest", json!({"id": id}));
    let answer = editor.answer(&json!(id));
    let is_told = answer["error"]["code"] == -32800 || answer["result"].is_object();
    assert!(is_told, "it is answered once, one way or the other: {answer}");
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn an_editor_that_breaks_the_frames_or_leaves_without_a_word_ends_the_program_with_an_error() {
    for (bytes, part) in [
        (&b"hello there\r\n\r\n"[..], "no header line"),
        (b"Content-Length: 99999999999999999999\r\n\r\n", "no length"),
        (b"Content-Length: 100\r\n\r\n{}", "ends within a message"),
    ] {
        let (mut editor, _) = Editor::new(json!({}));
        editor.send_raw(bytes);
        let (code, stderr) = editor.end();
        assert_eq!(code, Some(1), "{stderr}");
        assert!(stderr.contains(part) && !stderr.contains("panicked"), "{stderr}");
    }
    let (mut exits, _) = Editor::new(json!({}));
    exits.tell("exit", Value::Null);
    assert_eq!(exits.end().0, Some(1), "exit without shutdown");
    let (vanishes, _) = Editor::new(json!({}));
    assert_eq!(vanishes.end().0, Some(1), "the end of the stream without either");
    let (mut polite, _) = Editor::new(json!({}));
    polite.ask("shutdown", Value::Null);
    assert_eq!(polite.end().0, Some(0), "the end of the stream after shutdown");
}
