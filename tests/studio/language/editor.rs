//! An editor that talks to `raidkeep lsp`.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use raidkeep::studio::language::read_frame;
use raidkeep::studio::testing::edit_assets;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long a busy machine may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The editor, with the shipped assets in a folder of its own.
pub(super) struct Editor {
    pub(super) assets: TempDir,
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    asked: i64,
    /// The diagnostics of each URI, as told last.
    told: BTreeMap<String, Value>,
    texts: BTreeMap<String, String>,
}

impl Editor {
    /// Starts the program and greets it; `capabilities` are those of the editor.
    pub(super) fn new(capabilities: Value) -> (Self, Value) {
        let mut editor = Self::start();
        let greeting = json!({"processId": null, "rootUri": null, "capabilities": capabilities});
        let greeted = editor.ask("initialize", greeting);
        editor.tell("initialized", json!({}));
        (editor, greeted)
    }

    /// The same, without a word.
    pub(super) fn start() -> Self {
        let assets = tempfile::tempdir().expect("a temporary folder");
        edit_assets(assets.path(), "energy.ron", "maximum:", "maximum:");
        let mut command = Command::new(env!("CARGO_BIN_EXE_raidkeep"));
        command.args(["lsp", "--stdio"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program should be there");
        let input = child.stdin.take();
        let output = child.stdout.take().expect("stdout should be piped");
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Ok(Some(content)) = read_frame(&mut output) {
                let message = serde_json::from_slice(&content).expect("the program should write JSON");
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self { assets, child, input, messages, asked: 0, told: BTreeMap::new(), texts: BTreeMap::new() }
    }

    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.assets.path().canonicalize().expect("it is there").join(file)
    }

    pub(super) fn uri(&self, file: &str) -> String {
        format!("file://{}", self.path(file).display())
    }

    pub(super) fn on_disk(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).expect("a shipped file")
    }

    pub(super) fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path(file), text).expect("a writable folder");
    }

    /// Sends bytes as they are.
    pub(super) fn send_raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("the editor is still there");
        // A program that has ended takes nothing more.
        let _ = input.write_all(bytes).and_then(|()| input.flush());
    }

    pub(super) fn send(&mut self, message: &Value) {
        let content = message.to_string();
        self.send_raw(format!("Content-Length: {}\r\n\r\n{content}", content.len()).as_bytes());
    }

    pub(super) fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Asks without waiting; returns the request's number.
    pub(super) fn post(&mut self, method: &str, params: Value) -> i64 {
        self.asked += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params}));
        self.asked
    }

    /// Asks and waits for the whole answer.
    pub(super) fn ask_whole(&mut self, method: &str, params: Value) -> Value {
        let id = self.post(method, params);
        self.answer(&json!(id))
    }

    /// Asks and waits for the result.
    pub(super) fn ask(&mut self, method: &str, params: Value) -> Value {
        let mut answer = self.ask_whole(method, params);
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].take()
    }

    /// Waits for the answer to a request.
    pub(super) fn answer(&mut self, id: &Value) -> Value {
        loop {
            let message = self.next();
            if message["id"] == *id {
                return message;
            }
        }
    }

    fn next(&mut self) -> Value {
        let message = self.messages.recv_timeout(PATIENCE).expect("the program should say something");
        if message["method"] == "textDocument/publishDiagnostics" {
            let uri = message["params"]["uri"].as_str().expect("a URI").to_owned();
            self.told.insert(uri, message["params"].clone());
        }
        message
    }

    /// Waits until the diagnostics of a file are as wanted.
    pub(super) fn wait_for(&mut self, file: &str, is_it: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let uri = self.uri(file);
        loop {
            let told = self.told.get(&uri).and_then(|told| told["diagnostics"].as_array()).cloned();
            if let Some(told) = told.filter(|told| is_it(told)) {
                return told;
            }
            self.next();
        }
    }

    /// What the editor shows of a file after all that it has heard.
    pub(super) fn shown(&self, file: &str) -> Vec<Value> {
        let told = self.told.get(&self.uri(file));
        told.and_then(|told| told["diagnostics"].as_array()).cloned().unwrap_or_default()
    }

    /// Opens a file with a text that may differ from that on disk.
    pub(super) fn open(&mut self, file: &str, text: &str) {
        self.texts.insert(file.to_owned(), text.to_owned());
        let uri = self.uri(file);
        let document = json!({"uri": uri, "languageId": "ron", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    pub(super) fn change(&mut self, file: &str, version: i32, text: &str) {
        self.texts.insert(file.to_owned(), text.to_owned());
        let uri = self.uri(file);
        let params = json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]});
        self.tell("textDocument/didChange", params);
    }

    /// The place of a part of an open file, plus some characters, as the protocol counts.
    pub(super) fn place(&self, file: &str, part: &str, characters: usize) -> Value {
        let text = &self.texts[file];
        let at = text.find(part).unwrap_or_else(|| panic!("{file} should hold {part:?}"));
        let before = &text[..at];
        let line = before.matches('\n').count();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = text[start..at].encode_utf16().count() + characters;
        json!({"textDocument": {"uri": self.uri(file)}, "position": {"line": line, "character": column}})
    }

    /// Waits for the end; returns the exit code and what was written to stderr.
    pub(super) fn end(mut self) -> (Option<i32>, String) {
        drop(self.input.take());
        while self.messages.recv_timeout(PATIENCE).is_ok() {}
        let code = self.child.wait().expect("a child should be observable").code();
        let mut stderr = String::new();
        if let Some(mut told) = self.child.stderr.take() {
            told.read_to_string(&mut stderr).expect("stderr should be readable");
        }
        (code, stderr)
    }

    /// Says goodbye.
    pub(super) fn leave(mut self) -> Option<i32> {
        assert_eq!(self.ask("shutdown", Value::Null), Value::Null);
        self.tell("exit", Value::Null);
        self.end().0
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What `check --format json` says of a folder.
pub(super) fn checked(folder: &Path) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raidkeep"));
    let output = command.args(["check", "--format", "json"]).arg(folder).output().expect("the program should be there");
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    found["problems"].as_array().cloned().unwrap_or_default()
}
