//! `raidkeep operator`: who operates a server, from the command line.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use crate::process::{Host, OPERATOR, PROGRAM, Server};
use serde_json::{Value, json};

/// Runs it with a text on stdin, as whoever has the token.
fn operator_as(token: &str, server: &Server, arguments: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(PROGRAM);
    command.arg("operator").args(arguments).args(["--admin-url", &format!("ws://{}", server.operators)]);
    command.env("RAIDKEEP_OPERATOR_TOKEN", token);
    let mut running = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program should run");
    // A command that is refused earlier does not read it.
    let _ = running.stdin.take().expect("a pipe").write_all(stdin.as_bytes());
    running.wait_with_output().expect("the program should end")
}

/// Runs it with the server's own token; the exit code and all that was written.
fn operator(server: &Server, arguments: &[&str], stdin: &str) -> (Option<i32>, String) {
    told(operator_as(OPERATOR, server, arguments, stdin))
}

fn told(output: Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

fn log_in(server: &Server, name: &str, password: &str) -> Value {
    server.connect_operator().ask("operator_login", json!({"name": name, "password": password}))
}

#[test]
fn operators_are_added_listed_given_roles_and_passwords_and_removed_from_the_command_line() {
    let host = Host::new(&[]);
    let server = host.start();
    let (code, added) = operator(&server, &["add", "ann", "--role", "viewer"], "first password\nanother line\n");
    assert_eq!((code, added.as_str()), (Some(0), "added ann as viewer; the first log-in changes the password\n"));
    assert_eq!(log_in(&server, "ann", "first password")["status"], 0, "the first line is the password");
    let (code, listed) = operator(&server, &["list"], "");
    assert_eq!(code, Some(0), "{listed}");
    assert!(listed.starts_with("ann\tviewer\tsessions: 1, must change the password\n1 operators; roles: "), "{listed}");
    assert_eq!(operator(&server, &["role", "ann", "support"], ""), (Some(0), "ann is support now\n".to_owned()));
    let (code, reset) = operator(&server, &["reset", "ann"], "second password");
    assert_eq!((code, reset.as_str()), (Some(0), "ann has a new password, which the next log-in changes\n"));
    assert_ne!(log_in(&server, "ann", "first password")["status"], 0, "the old password is gone");
    let (_, listed) = operator(&server, &["list", "--json"], "");
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    assert_eq!(listed["operators"][0]["role"], "support");
    assert_eq!(listed["operators"][0]["sessions"], 0, "a reset ends sessions");
    assert_eq!(operator(&server, &["remove", "ann"], "").0, Some(2), "a removal is confirmed");
    assert_eq!(operator(&server, &["remove", "ann", "--yes"], ""), (Some(0), "removed ann\n".to_owned()));
    assert_ne!(log_in(&server, "ann", "second password")["status"], 0, "who was removed does not come in");
}

#[test]
fn what_the_server_refuses_about_operators_is_told_in_its_words() {
    let host = Host::new(&[]);
    let server = host.start();
    let refusals = [
        (&["add", "ann", "--role", "king"][..], "first password", "nobody was added: no such role; expected one of "),
        (&["add", "a b", "--role", "viewer"], "first password", "nobody was added: "),
        (&["add", "ann", "--role", "viewer"], "short", "nobody was added: "),
        (&["add", "ann", "--role", "viewer"], "", "there is no password: type it, or write it to stdin"),
        (&["role", "ann", "viewer"], "", "no role was changed: no such operator (status 99)"),
        (&["reset", "ann"], "first password", "no password was set: no such operator (status 99)"),
        (&["remove", "ann", "--yes"], "", "nobody was removed: no such operator (status 99)"),
    ];
    for (arguments, stdin, why) in refusals {
        let (code, told) = operator(&server, arguments, stdin);
        assert_eq!(code, Some(1), "{arguments:?}: {told}");
        assert!(told.contains(why), "{arguments:?}: {told}");
    }
    let (code, stranger) = told(operator_as("no such token", &server, &["list"], ""));
    assert_eq!(code, Some(1), "{stranger}");
    assert!(stranger.contains("the operators are not told: "), "{stranger}");
    let argument = operator(&server, &["add", "ann", "--role", "viewer", "--password", "first password"], "");
    assert_eq!(argument.0, Some(2), "a password is never an argument: {}", argument.1);
}

#[test]
fn a_stopped_server_is_told_as_such() {
    let host = Host::new(&[]);
    let mut server = host.start();
    server.stop();
    let (code, told) = operator(&server, &["list"], "");
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("no server answers at") && told.contains("raidkeep serve"), "{told}");
}
