//! `raidkeep check --watch`: a designer edits, the terminal answers.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use raidkeep::studio::testing::edit_assets;

/// How long a busy machine may take.
const PATIENCE: Duration = Duration::from_secs(120);

struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_raidkeep"));
        command
            .args(["check", "--watch", "--at", "2026-12-01 12:00:00"])
            .args(arguments)
            .arg(folder)
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program should be there");
        let output = BufReader::new(child.stdout.take().expect("stdout should be piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    /// The lines up to one that holds a part.
    fn until(&self, part: &str) -> Vec<String> {
        let mut read = Vec::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{part} is missing: {read:?}"));
            let is_it = line.contains(part);
            read.push(line);
            if is_it {
                return read;
            }
        }
    }

    fn interrupt(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status().expect("a command of the system");
        assert!(sent.success(), "the program is still running");
        self.child.wait().expect("a child should be observable").code()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn each_change_is_answered_with_the_time_until_ctrl_c() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    edit_assets(folder.path(), "energy.ron", "maximum:", "maximun:");
    let energy = folder.path().join("energy.ron");
    let watching = Watching::start(folder.path(), &[]);
    let first = watching.until("waiting for changes");
    assert!(first[0].starts_with("== ") && first[0].len() == "== 12:34:56".len(), "the time: {first:?}");
    assert!(first[1].contains("energy.ron:") && first[1].contains("unknown field `maximun`"), "{first:?}");
    assert!(first[2].starts_with("1 error, "), "{first:?}");
    assert!(first[3].starts_with("checked in "), "{first:?}");

    let text = std::fs::read_to_string(&energy).expect("it was written");
    std::fs::write(&energy, text.replacen("maximun:", "maximum:", 1)).expect("writable");
    let second = watching.until("0 errors, 0 warnings");
    assert_eq!(second[0], "", "an empty line parts the answers: {second:?}");
    assert!(second[1].starts_with("== "), "{second:?}");
    watching.until("waiting for changes");
    assert_eq!(watching.interrupt(), Some(0), "the last check found nothing");
}

#[test]
fn the_exit_code_is_that_of_the_last_check() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    edit_assets(folder.path(), "energy.ron", "maximum: 120", "maximum: -1");
    let watching = Watching::start(&folder.path().join("energy.ron"), &[]);
    let first = watching.until("waiting for changes");
    assert!(first[1].contains("energy.ron:"), "one file is watched too: {first:?}");
    assert_eq!(watching.interrupt(), Some(1));
}

#[test]
fn without_a_folder_there_is_nothing_to_watch() {
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_raidkeep"));
    let output = command.args(["check", "--watch"]).current_dir(elsewhere.path()).output().expect("the program");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no folder to watch"), "{output:?}");
}
