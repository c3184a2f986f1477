//! A file system of its own for one world of two, which fills up while clients have requests in flight.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::thread::JoinHandle;

use serde_json::{Value, json};

use crate::process::{Client, Host, PROGRAM, Server, wait_for};

/// Mounts a small file system for the files of world 1, and becomes the server. Only the server sees it.
const SCRIPT: &str = r#"#!/bin/sh
exec unshare -rm sh -c '
    set -e
    listen=$1 data=$2 folder=${2#data=}
    shift 2
    "$PROGRAM" init --data "$folder" --world 0 >&2
    "$PROGRAM" init --data "$folder" --world 1 >&2
    mkdir "$SMALL"
    mount -t tmpfs -o size=8m tmpfs "$SMALL"
    for file in log rows.redb mark; do
        cp "$folder/world-1.$file" "$SMALL/$file"
        mount --bind "$SMALL/$file" "$folder/world-1.$file"
    done
    exec "$PROGRAM" serve --set "$listen" --set "$data" "$@"
' sh "$@"
"#;

/// Whether this user may mount file systems for itself.
fn can_mount() -> bool {
    let tried = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/tmp"]).output();
    tried.is_ok_and(|tried| tried.status.success())
}

fn host() -> Host {
    let host = Host::new(&["--worlds", "2", "--clock", "manual", "--set", "storage.reopen_most_seconds=1"]);
    let unlimited = [
        "requests_per_second_per_connection",
        "requests_per_second_per_player",
        "frames_per_second_per_connection",
        "frames_per_second_per_address",
        "bytes_per_second_per_connection",
        "bytes_per_second_per_address",
    ];
    let host = unlimited.iter().fold(host, |host, limit| host.with(&["--set", &format!("limits.{limit}=0")]));
    let (script, small) = (host.path("serve.sh"), host.path("small").display().to_string());
    std::fs::write(&script, SCRIPT).expect("a writable folder");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("a file of our own");
    host.running(script).with_variable("SMALL", &small).with_variable("PROGRAM", PROGRAM)
}

/// A file that takes all space of world 1, as the server sees it.
fn ballast(host: &Host, server: &Server) -> PathBuf {
    let root = format!("/proc/{}/root{}", server.process.id(), host.path("small").display());
    PathBuf::from(root).join("ballast")
}

fn fill(ballast: &PathBuf) {
    let full = std::fs::write(ballast, vec![1; 16 << 20]).expect_err("the file system should be too small");
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull, "{full}");
}

fn ask(client: &mut Client, world: u32, function: &str, data: &Value, once: Option<&str>) -> Value {
    let mut request = json!({"world": world, "function": function, "data": data});
    if let Some(once) = once {
        request["once"] = once.into();
    }
    client.try_ask(&request.to_string()).expect("the connection is kept, whatever happens to a disk")
}

fn guest(address: SocketAddr, world: u32, name: &str) -> Client {
    let mut client = Client::connect(address).expect("the server should let clients in");
    let reply = ask(&mut client, world, "login_unique", &json!({"unique_id": name}), None);
    client.token = reply["data"]["token"].as_str().expect("a token").to_owned();
    client
}

/// Logs in, which is a change, and returns the status.
fn log_in(client: &mut Client, world: u32, name: &str) -> Value {
    ask(client, world, "login_unique", &json!({"unique_id": name}), None)["status"].clone()
}

/// What a player was told.
struct Told {
    client: Client,
    /// The energy after each entry into a stage.
    remains: Vec<Value>,
    refused: usize,
}

fn enter(client: &mut Client, world: u32, name: &str, entry: usize) -> Value {
    let data = json!({"token": client.token, "stage": 8});
    ask(client, world, "enter_stage_general", &data, Some(&format!("{name}-{entry}")))
}

/// A player who enters a stage until it has no energy left, each time under a key of its own that it repeats until the
/// entry has been made; in between, another one logs in again and again, so that the log has much to take.
fn play(address: SocketAddr, world: u32, name: &'static str) -> JoinHandle<Told> {
    std::thread::spawn(move || {
        let mut told = Told { client: guest(address, world, name), remains: Vec::new(), refused: 0 };
        let mut filler = Client::connect(address).expect("the server should let clients in");
        while told.remains.len() < ENTRIES {
            let reply = enter(&mut told.client, world, name, told.remains.len());
            match reply["status"].as_i64() {
                Some(0) => told.remains.push(reply["data"]["energy"]["remain"].clone()),
                Some(16 | -2) => told.refused += 1,
                _ => panic!("{name} was refused: {reply}"),
            }
            for _ in 0..40 {
                log_in(&mut filler, world, &format!("{name}-filler"));
            }
        }
        told
    })
}

/// How often the energy of a newcomer suffices.
const ENTRIES: usize = 20;

fn is_ready(server: &Server) -> Option<()> {
    (server.http("GET", "/readyz", &[]).0 == 200).then_some(())
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn a_world_whose_file_system_is_full_goes_on_when_there_is_space_and_the_other_one_never_stops() {
    if !can_mount() {
        return eprintln!("skipped: this user may not mount file systems");
    }
    let host = host();
    let mut server = host.start();
    let ballast = ballast(&host, &server);
    let names = [(0, "ann"), (0, "bob"), (1, "cid"), (1, "dee"), (1, "eve"), (1, "fay")];
    let players: Vec<_> = names.iter().map(|(world, name)| play(server.address, *world, name)).collect();
    let mut filler = guest(server.address, 1, "filler");
    for _ in 0..2 {
        fill(&ballast);
        while log_in(&mut filler, 1, "filler") == 0 {}
        let (status, reply) = server.http("GET", "/readyz", &[]);
        assert!(status == 503 && reply.contains("world 1: ") && !reply.contains("world 0: "), "{reply}");
        assert_eq!(log_in(&mut filler, 0, "filler").as_i64().filter(|status| *status > 1), None, "world 0 goes on");
        std::fs::remove_file(&ballast).expect("the ballast is there");
        wait_for("world 1 to go on", || is_ready(&server));
    }
    for (player, (world, name)) in players.into_iter().zip(names) {
        let mut told = player.join().expect("a player should be answered");
        assert!(world == 1 || told.refused == 0, "world 0 never refused {name}");
        let once: Vec<Value> = (1..=ENTRIES).map(|entries| json!(120 - 6 * entries)).collect();
        assert_eq!(told.remains, once, "{name}: each entry is made once, and none is lost");
        for (entry, remain) in once.iter().enumerate() {
            let again = enter(&mut told.client, world, name, entry);
            assert_eq!(&again["data"]["energy"]["remain"], remain, "{name}: and its key is remembered: {again}");
        }
    }
    server.signal("TERM");
    assert_eq!(server.process.wait().code(), Some(0), "{}", server.process.stderr());
}
