//! Certificates that change while the program runs, and those that cannot be used.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::process::{Host, PROGRAM, wait_for};
use crate::tls::clients::{Files, Player, metric, secure};
use rcgen::KeyPair;
use serde_json::json;

/// What a start with these files says, and `check-config` too.
fn refusal(files: &Files) -> String {
    let (code, told) = files.host(&[]).start_in_vain();
    assert_eq!(code, Some(1), "it does not start: {told}");
    let setting = |key: &str, file: &str| format!("tls.{key}={}", files.path(file).display());
    let checked = Command::new(PROGRAM)
        .args(["check-config", "--set", &setting("certificate", "certificate.pem")])
        .args(["--set", &setting("key", "key.pem")])
        .output()
        .expect("the program should be there");
    let checked = String::from_utf8_lossy(&checked.stderr).into_owned();
    let reason = told.lines().rfind(|line| line.contains("tls.")).unwrap_or_else(|| panic!("a reason: {told}"));
    let reason = reason.trim_start_matches("error: ").to_owned();
    // The two may look at the clock in different seconds.
    let before_the_time = reason.split(", and now it is ").next().unwrap_or(&reason);
    assert!(checked.contains(before_the_time), "check-config says the same as {reason}: {checked}");
    reason
}

#[test]
fn a_new_certificate_is_served_without_a_restart_and_who_is_connected_stays() {
    let files = Files::new();
    let first = files.certificate();
    let host = files.host(&[]);
    let server = host.start();
    let mut ann = Player::log_in(&server, &first, "ann");
    let second = files.issue();
    let mut bob = wait_for("the new certificate", || {
        secure(server.address, &second).ok().map(|_| Player::log_in(&server, &second, "bob"))
    });
    assert!(secure(server.address, &first).is_err(), "the first one is gone");
    for player in [&mut ann, &mut bob] {
        assert_eq!(player.ask("get_player_info", json!({}))["status"], 0, "nobody was disconnected");
    }
}

#[test]
fn sighup_reads_the_certificate_at_once() {
    let files = Files::new();
    let host = files.host(&["tls.poll_seconds=3600"]);
    let server = host.start();
    let second = files.issue();
    server.signal("HUP");
    wait_for("the new certificate", || secure(server.address, &second).ok());
}

#[test]
fn a_broken_pair_is_refused_with_a_reason_and_the_one_before_is_served_on() {
    let files = Files::new();
    let root = files.certificate();
    let host = files.host(&[]);
    let server = host.start();
    let expires = metric(&server, "raidkeep_tls_certificate_expires_at_seconds");
    assert_eq!(expires, 4_733_510_400.0, "the first of January 2120");
    files.replace("certificate.pem", &Files::new().certificate());
    wait_for("the refusal", || (metric(&server, "raidkeep_tls_certificate_refused") > 0.0).then_some(()));
    let told = |what: &str| {
        wait_for(what, || server.process.stderr().lines().rfind(|line| line.contains(what)).map(str::to_owned))
    };
    let line = told("is not that of the first certificate");
    assert!(line.contains("2120-01-01T00:00:00Z"), "until when the other one is valid: {line}");
    Player::log_in(&server, &root, "ann");
    std::fs::remove_file(files.path("key.pem")).expect("it is ours");
    told("tls.key: cannot read");
    assert_eq!(metric(&server, "raidkeep_tls_certificate_expires_at_seconds"), expires, "that of the one served");
    let whole = files.issue();
    wait_for("the whole pair", || secure(server.address, &whole).ok());
    wait_for("the metric", || (metric(&server, "raidkeep_tls_certificate_refused") == 0.0).then_some(()));
}

#[test]
fn a_start_says_what_is_wrong_with_the_certificate_and_what_to_do() {
    let files = Files::new();
    let (certificate, key) =
        (files.certificate(), std::fs::read_to_string(files.path("key.pem")).expect("it is there"));
    let restore = || {
        files.replace("certificate.pem", &certificate);
        files.replace("key.pem", &key);
    };
    files.replace("certificate.pem", "nothing\n");
    assert!(refusal(&files).contains("no certificate that can be read"));
    restore();
    files.replace("key.pem", &certificate);
    assert!(refusal(&files).contains("no private key that can be read"));
    files.replace("key.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    assert!(refusal(&files).contains("openssl pkey"));
    let other = KeyPair::generate().expect("a key").serialize_pem();
    files.replace("key.pem", &other);
    let told = refusal(&files);
    assert!(told.contains("is not that of the first certificate"), "{told}");
    assert!(other.lines().all(|line| !told.contains(line)), "nothing of a key is told: {told}");
    restore();
    std::fs::set_permissions(files.path("key.pem"), PermissionsExt::from_mode(0o644)).expect("it is ours");
    assert!(refusal(&files).contains("chmod"), "a key that everybody can read");
    files.issue_valid(2020, 2021);
    let told = refusal(&files);
    assert!(told.contains("until 2021-01-01T00:00:00Z") && told.contains("get a new one"), "{told}");
    files.issue_valid(2119, 2120);
    assert!(refusal(&files).contains("valid from 2119-01-01T00:00:00Z"), "not valid yet");
    std::fs::remove_file(files.path("certificate.pem")).expect("it is ours");
    assert!(refusal(&files).contains("cannot read"));
    let (_, told) = Host::new(&["--set", "tls.key=key.pem"]).start_in_vain();
    assert!(told.contains("tls.certificate: missing, though tls.key is set"), "{told}");
}

#[test]
fn a_certificate_that_expires_soon_is_told_once_a_day() {
    let files = Files::new();
    let host = files.host(&["tls.warn_days=1000000"]);
    let mut server = host.start();
    let warning = "the certificate expires soon";
    wait_for("the warning", || server.process.stderr().contains(warning).then_some(()));
    server.signal("HUP");
    wait_for("the signal", || server.process.stderr().contains("SIGHUP").then_some(()));
    server.stop();
    assert_eq!(server.process.stderr().matches(warning).count(), 1, "not at every look");
}

#[test]
fn a_file_that_was_missing_for_a_while_is_read_again_though_it_is_the_same() {
    let files = Files::new();
    let root = files.certificate();
    let server = files.host(&[]).start();
    let key = std::fs::read_to_string(files.path("key.pem")).expect("it is there");
    std::fs::remove_file(files.path("key.pem")).expect("it is ours");
    wait_for("the refusal", || (metric(&server, "raidkeep_tls_certificate_refused") > 0.0).then_some(()));
    files.replace("key.pem", &key);
    wait_for("the end of it", || (metric(&server, "raidkeep_tls_certificate_refused") == 0.0).then_some(()));
    Player::log_in(&server, &root, "ann");
}
