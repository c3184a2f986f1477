//! A start whose clock can hardly be right is refused, and what was stored under a wrong one is mended: the real program.
//!
//! A test cannot set the clock of the machine. It stores a moment with a clock that is moved by hand, and starts again on
//! the real one.

use std::process::{Command, Output};

use serde_json::json;

use crate::files::copy_folder;
use crate::process::{Host, OPERATOR, PROGRAM, Server};

const DAY: i64 = 86_400;

/// A world whose last change was stored this many seconds ahead of the real clock; `ann` has used up some energy then.
fn stored(host: &Host, seconds: i64) -> Server {
    let host = Host::on(host).with(&["--clock", "manual", "--set", "accept_clock=true"]);
    let mut server = host.start();
    server.guest("ann");
    server.operate("clock_advance", json!({"seconds": seconds}));
    let entered = server.guest("ann").ask("enter_stage_general", json!({"stage": 8}));
    assert_eq!(entered["status"], 0, "{entered}");
    server.signal("TERM");
    assert!(server.process.wait().success(), "{}", server.process.stderr());
    server
}

fn mend(server: &Server) -> Output {
    let url = format!("ws://{}", server.operators);
    let mut command = Command::new(PROGRAM);
    command.args(["clock", "mend", "--world", "0", "--admin-url", &url]).env("RAIDKEEP_OPERATOR_TOKEN", OPERATOR);
    command.output().expect("the program should run")
}
