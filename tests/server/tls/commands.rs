//! Commands that connect to an encrypted server.

use std::process::Command;

use crate::process::{OPERATOR, PROGRAM};
use crate::tls::clients::Files;
use serde_json::{Value, json};

/// What a command says, with its exit code.
fn command(files: &Files, arguments: &[&str]) -> (Option<i32>, String) {
    let told = Command::new(PROGRAM)
        .args(arguments)
        .env("RAIDKEEP_OPERATOR_TOKEN", OPERATOR)
        .env_remove("SSL_CERT_FILE")
        .current_dir(files.folder.path())
        .output()
        .expect("the program should be there");
    let text = [told.stdout, told.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (told.status.code(), text)
}

#[test]
fn commands_reach_an_encrypted_server_whose_root_they_trust() {
    let files = Files::new();
    let host = files.host(&["limits.handshakes_per_second_per_address=0"]);
    let server = host.start();
    let ca = files.path("certificate.pem").display().to_string();
    let port = server.address.port();
    for url in [format!("wss://localhost:{port}"), format!("https://127.0.0.1:{port}/")] {
        let (code, told) = command(&files, &["call", "--url", &url, "--ca", &ca, "get_player_info"]);
        assert!(code == Some(0) && told.contains("\"energy\""), "{url}: {told}");
    }
    let url = format!("wss://localhost:{port}");
    let (code, told) = command(&files, &["call", "--url", &url, "get_player_info"]);
    assert!(code == Some(1) && told.contains("invalid peer certificate") && told.contains("--ca"), "{told}");
    let (code, told) = command(&files, &["call", "--url", &url, "--ca", "nowhere.pem", "get_player_info"]);
    assert!(code == Some(1) && told.contains("--ca: cannot read certificates from nowhere.pem"), "{told}");
    let admin = format!("ws://{}", server.operators);
    let (code, told) = command(&files, &["call", "--url", &url, "--admin-url", &admin, "--ca", &ca, "rules_status"]);
    assert!(code == Some(0) && told.contains("fingerprint"), "each door as it is: {told}");
    let asked = ["--clients", "4", "--threads", "1", "--requests", "200", "--admin-url", &admin];
    let (code, told) = command(&files, &[&["load", "--url", &url, "--ca", &ca][..], &asked].concat());
    assert_eq!(code, Some(0), "load over wss: {told}");
}

#[test]
fn commands_on_the_servers_machine_are_told_that_it_encrypts() {
    let files = Files::new();
    let host = files.host(&[]);
    let server = host.start();
    let told = std::fs::read_to_string(host.data().join("addresses.json")).expect("the server writes it");
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!((&told["players_tls"], &told["operators_tls"]), (&json!(true), &json!(false)), "{told}");
    assert_eq!(told["players"], server.address.to_string());
}
