//! A start whose clock can hardly be right is refused, and what was stored under a wrong one is mended: the real program.
//!
//! A test cannot set the clock of the machine. It stores a moment with a clock that is moved by hand, and starts again on
//! the real one.

use std::process::Output;

use serde_json::json;

use crate::files::copy_folder;
use crate::process::{Host, Server};
use crate::program::raidkeep;

const DAY: i64 = 86_400;

/// A world whose last change is this many seconds ahead of the real clock: `ann` used up some energy then.
fn stored(seconds: i64) -> Host {
    let by_hand = Host::new(&["--clock", "manual"]);
    let mut server = by_hand.start();
    server.operate("clock_advance", json!({"seconds": seconds}));
    let entered = server.guest("ann").ask("enter_stage_general", json!({"stage": 8}));
    assert_eq!(entered["status"], 0, "{entered}");
    server.stop();
    without_arguments(&by_hand)
}

/// The same folder for a server that is started without arguments.
fn without_arguments(host: &Host) -> Host {
    let plain = Host::new(&[]);
    copy_folder(&host.data(), &plain.data());
    plain
}

/// Starts in vain; what is told.
fn refused(host: &Host) -> String {
    let (code, told) = host.start_in_vain();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("--accept-clock"), "it says how to start all the same: {told}");
    told
}

/// Seconds until ann has one more point of energy.
fn cooling(server: &Server) -> i64 {
    let info = server.guest("ann").ask("get_player_info", json!({}));
    info["data"]["energy"]["cooling"].as_i64().unwrap_or_else(|| panic!("her energy is shown: {info}"))
}

fn mend(server: &Server) -> Output {
    let url = format!("ws://{}", server.operators);
    raidkeep(&["clock", "mend", "--world", "0", "--admin-url", &url])
}

#[test]
fn a_start_with_the_clock_a_month_ahead_of_the_last_change_is_refused_until_it_is_accepted_once() {
    let host = stored(-31 * DAY);
    for _ in 0..2 {
        let told = refused(&host);
        for part in
            ["world 0", "31 days ahead of the last stored change", "clock_jump_max_hours", "Nothing was changed"]
        {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
    let host = host.with(&["--accept-clock"]);
    let mut server = host.start();
    assert_eq!(cooling(&server), -1, "a server that stood still for a month goes on as ever");
    server.stop();
    let mut server = without_arguments(&host).start();
    server.stop();
}

#[test]
fn a_clock_within_a_week_is_right() {
    let mut server = stored(-6 * DAY).start();
    server.stop();
    let mut server = stored(60).start();
    server.stop();
}

#[test]
fn a_change_stored_under_a_clock_that_was_ahead_is_refused_and_mended() {
    let host = stored(31 * DAY);
    let told = refused(&host);
    for part in ["behind the last stored change", "clock_back_max_minutes", "raidkeep clock mend"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let host = host.with(&["--accept-clock"]);
    let mut server = host.start();
    assert!(cooling(&server) > 30 * DAY, "the wrong moment is stored");
    let mended = mend(&server);
    let told = String::from_utf8_lossy(&mended.stdout);
    assert!(mended.status.success() && told.contains("world 0 is mended"), "{told}");
    assert!(cooling(&server) <= 360, "nobody waits for a month");
    server.process.kill();
    let mut server = without_arguments(&host).start();
    assert!(cooling(&server) <= 360, "what was answered is on disk, and the clock fits the last change");
    server.stop();
}
