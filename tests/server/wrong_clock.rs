//! A start whose clock can hardly be right is refused, and what was stored under a wrong one is mended: the real program.
//!
//! A test cannot set the clock of the machine. It stores a moment with a clock that is moved by hand, and starts again on
//! the real one.

use std::process::Command;

use serde_json::json;

use crate::files::copy_folder;
use crate::process::{Host, OPERATOR, PROGRAM};

const DAY_SECONDS: i64 = 86_400;

/// A host on the real clock with a world whose last change was stored this many seconds ahead of it, when `ann` used up
/// some energy.
fn stored_ahead(seconds: i64) -> Host {
    let moved = Host::new(&["--clock", "manual"]);
    let mut server = moved.start();
    server.guest("ann");
    assert_eq!(server.operate("clock_advance", json!({"seconds": seconds}))["status"], 0);
    let entered = server.guest("ann").ask("enter_stage_general", json!({"stage": 8}));
    assert_eq!(entered["status"], 0, "{entered}");
    server.signal("TERM");
    assert!(server.process.wait().success(), "{}", server.process.stderr());
    let host = Host::new(&[]);
    copy_folder(&moved.data(), &host.data());
    host
}

/// A start under a clock that was a month ahead, and then right again, left everybody with a month to wait.
#[test]
fn a_start_behind_what_was_stored_is_refused_until_it_is_accepted_and_an_operator_mends_what_is_left() {
    let host = stored_ahead(30 * DAY_SECONDS);
    let (code, told) = host.start_in_vain();
    assert_eq!(code, Some(1), "{told}");
    for part in ["the system clock says", "behind the last stored change", "--accept-clock", "raidkeep clock mend"] {
        assert!(told.contains(part), "{part:?} should be said: {told}");
    }
    let host = host.with(&["--accept-clock"]);
    let server = host.start();
    let cooling = || {
        let info = server.guest("ann").ask("get_player_info", json!({}));
        info["data"]["energy"]["cooling"].as_i64().unwrap_or_else(|| panic!("energy is shown: {info}"))
    };
    assert!(cooling() > DAY_SECONDS, "what was stored lies a month ahead");
    let url = format!("ws://{}", server.operators);
    let mut mend = Command::new(PROGRAM);
    mend.args(["clock", "mend", "--world", "0", "--admin-url", &url]).env("RAIDKEEP_OPERATOR_TOKEN", OPERATOR);
    let mended = mend.output().expect("the program should run");
    assert!(mended.status.success(), "{}", String::from_utf8_lossy(&mended.stderr));
    assert!(String::from_utf8_lossy(&mended.stdout).contains("world 0 is mended to"));
    assert!((0..=360).contains(&cooling()), "nobody waits longer than for a point");
}

#[test]
fn a_clock_that_is_a_little_behind_needs_no_flag() {
    let host = stored_ahead(600);
    let server = host.start();
    assert_eq!(server.guest("ann").ask("get_player_info", json!({}))["status"], 0);
}
