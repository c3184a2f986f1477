//! Runs a command of the program to its end.

use std::process::{Command, Output};

use crate::process::{OPERATOR, PROGRAM};

/// Runs it with the operator's token in the environment.
pub(crate) fn raidkeep(arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).env_remove("RAIDKEEP_LOG").env("RAIDKEEP_OPERATOR_TOKEN", OPERATOR);
    command.output().expect("the program should run")
}

/// The same, which has to succeed.
pub(crate) fn raidkeep_done(arguments: &[&str]) {
    let ran = raidkeep(arguments);
    assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// The same; the exit code, and all that it has written.
pub(crate) fn raidkeep_told(arguments: &[&str]) -> (Option<i32>, String) {
    let ran = raidkeep(arguments);
    (ran.status.code(), String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned())
}
