//! What a terminal shows: pages of the manual, completions, colours.

use std::process::Command;

use crate::process::{Host, PROGRAM};
use crate::program::raidkeep;

/// What begins a colour.
const ESCAPE: char = '\u{1b}';

#[test]
fn the_manual_has_a_page_for_each_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("man1");
    assert!(raidkeep(&["man", &pages.display().to_string()]).status.success());
    let page = |name: &str| std::fs::read_to_string(pages.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let main = page("raidkeep.1");
    for command in ["serve", "restore", "sheet", "completions"] {
        assert!(main.contains(&format!("raidkeep\\-{command}(1)")), "the first page leads to {command}: {main}");
        assert!(page(&format!("raidkeep-{command}.1")).contains(".SH OPTIONS"), "{command}");
    }
    assert!(page("raidkeep-archive-player.1").contains("\\-\\-at"), "commands of commands have theirs");
}

#[test]
fn a_manual_that_cannot_be_written_is_told_with_its_place() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let output = raidkeep(&["man", &file.path().display().to_string()]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        told.contains("cannot write manual pages to") && told.contains(&file.path().display().to_string()),
        "{told}"
    );
}

#[test]
fn every_shell_learns_the_commands_and_their_options() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = raidkeep(&["completions", shell]);
        let script = String::from_utf8_lossy(&output.stdout);
        for word in ["restore", "archive", "accept-loss", "journal"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    assert_eq!(raidkeep(&["completions", "cmd"]).status.code(), Some(2), "it has none");
}

/// The help, run with a variable.
fn help(name: &str, value: &str) -> String {
    let mut command = Command::new(PROGRAM);
    command.arg("--help").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env(name, value);
    String::from_utf8(command.output().expect("the program should run").stdout).expect("text")
}

#[test]
fn help_and_log_are_coloured_only_where_somebody_looks() {
    assert!(!help("NO_COLOR", "").contains(ESCAPE), "a file or a pipe is no terminal");
    assert!(help("CLICOLOR_FORCE", "1").contains(ESCAPE));
    let log = |host: &Host| {
        let mut server = host.start();
        server.stop();
        server.process.stderr()
    };
    assert!(!log(&Host::new(&[])).contains(ESCAPE), "a log that goes into a file or a pipe is plain");
    assert!(log(&Host::new(&[]).with_variable("CLICOLOR_FORCE", "1")).contains(ESCAPE));
    let json = log(&Host::new(&["--log-json"]).with_variable("CLICOLOR_FORCE", "1"));
    assert!(!json.contains(ESCAPE), "JSON is never coloured: {json}");
    let host = Host::new(&[]).with_variable("CLICOLOR_FORCE", "1");
    let file = host.path("log");
    let set = format!("log.file={}", file.display());
    let host = host.with(&["--set", &set]);
    log(&host);
    assert!(!std::fs::read_to_string(file).expect("the log").contains(ESCAPE), "nor is a file");
}
