//! Clients that attack the handshake.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::process::{PATIENCE, wait_for};
use crate::tls::clients::{Files, Player, metric, secure, shake_hands};
use serde_json::json;

/// Opens connections and says half a hello on each.
fn half_open(address: SocketAddr, count: usize) -> Vec<TcpStream> {
    let open = |_| {
        let mut stream = TcpStream::connect(address).ok()?;
        stream.write_all(&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc]).ok()?;
        Some(stream)
    };
    (0..count).filter_map(open).collect()
}

#[test]
fn half_open_and_abandoned_handshakes_leave_players_served_and_are_cut() {
    let files = Files::new();
    let root = files.certificate();
    let host = files.host(&["limits.handshake_seconds=2", "limits.connections_per_address=400"]);
    let server = host.start();
    let mut ann = Player::log_in(&server, &root, "ann");
    let silent: Vec<TcpStream> = (0..100).map(|_| server.dial()).collect();
    let half = half_open(server.address, 100);
    for _ in 0..20 {
        assert_eq!(ann.ask("get_player_info", json!({}))["status"], 0, "who is in is served meanwhile");
    }
    for mut stream in silent.into_iter().chain(half) {
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        // Cut at last, with an alert or without.
        assert!(!rest.starts_with(b"HTTP"), "nothing was answered");
    }
    Player::log_in(&server, &root, "bob");
    let late = metric(&server, r#"raidkeep_tls_handshakes_total{outcome="late"}"#);
    assert!(late >= 200.0, "each is counted: {late}");
}

#[test]
fn a_flood_of_handshakes_of_one_address_is_slowed_down_and_others_are_let_in() {
    let files = Files::new();
    let root = files.certificate();
    let slow = ["limits.handshakes_per_second_per_address=5", "limits.handshakes_per_address=2"];
    let host = files.host(&slow);
    let server = host.start();
    let mut ann = Player::log_in(&server, &root, "ann");
    let (address, stop) = (server.address, Arc::new(AtomicBool::new(false)));
    let flood: Vec<_> = (0..8)
        .map(|_| {
            let (root, stop) = (root.clone(), stop.clone());
            std::thread::spawn(move || {
                let mut done = 0;
                while !stop.load(Ordering::Relaxed) {
                    done += u32::from(secure(address, &root).is_ok());
                }
                done
            })
        })
        .collect();
    wait_for("the burst to be used up", || {
        (metric(&server, r#"raidkeep_tls_handshakes_total{outcome="done"}"#) > 11.0).then_some(())
    });
    for _ in 0..20 {
        assert_eq!(ann.ask("get_player_info", json!({}))["status"], 0, "who is in is served meanwhile");
    }
    assert!(let_in_from(server.address, &root, [127, 0, 0, 2]), "another address is not held up");
    stop.store(true, Ordering::Relaxed);
    let done: u32 = flood.into_iter().map(|thread| thread.join().expect("no client panics")).sum();
    assert!(done > 0, "the others of the flood come in late, and not never");
}

/// Whether a handshake from this address of the machine succeeds.
fn let_in_from(address: SocketAddr, root: &str, from: [u8; 4]) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((from, 0))).expect("another address of this machine");
        socket.connect(address).await.expect("the server should accept connections").into_std()
    });
    let stream = stream.expect("a stream");
    stream.set_nonblocking(false).expect("a stream");
    shake_hands(stream, root, rustls::ALL_VERSIONS).is_ok()
}

#[test]
fn strangers_at_the_operators_listener_leave_places_for_operators() {
    let files = Files::new();
    let root = files.certificate();
    let host = files.host(&["admin.listen=0.0.0.0:0", "admin.connections=4", "limits.handshake_seconds=600"]);
    let server = host.start();
    let address = SocketAddr::from(([127, 0, 0, 1], server.operators.port()));
    let silent = half_open(address, 8);
    // Half of the places are the most that one address gets, whatever it does.
    wait_for("an operator to be let in from elsewhere", || let_in_from(address, &root, [127, 0, 0, 2]).then_some(()));
    drop(silent);
}
