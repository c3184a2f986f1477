//! Players' connections on threads of their own (`io_threads`).

use serde_json::json;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::client::Ended;
use crate::process::{Host, Server};

/// The names of the server's threads.
fn threads(server: &Server) -> Vec<String> {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", server.process.id())).expect("the server should run");
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.map(|name| name.trim().to_owned()).collect()
}

#[test]
fn clients_of_other_threads_than_the_worlds_get_replies_events_and_an_orderly_end() {
    let host = Host::new(&["--worlds", "2", "--set", "io_threads=2"]);
    let mut server = host.start();
    let names = threads(&server);
    assert!(names.iter().filter(|name| name.starts_with("raidkeep-io-")).count() == 2, "{names:?}");
    // Of each world's two clients, each is served by another thread.
    let mut players: Vec<_> = [0, 0, 1, 1].into_iter().map(|world| (world, server.connect())).collect();
    for (number, (world, client)) in players.iter_mut().enumerate() {
        client.log_in_to(*world, &format!("player {number}"));
        for _ in 0..50 {
            let info = client.ask_in(*world, "get_player_info", json!({}));
            assert_eq!(info["status"], 0, "{info}");
        }
    }
    let [(_, ann), (_, bob), ..] = &mut players[..] else { panic!("there are four players") };
    let challenge = ann.ask("challenge", json!({"role1": "玩家#1", "role2": "玩家#2"}));
    assert_eq!(challenge["status"], 0, "{challenge}");
    let told = bob.read_json().expect("an event should come");
    assert_eq!(told["event"], "challenge_info", "it comes without being asked for: {told}");
    server.stop();
    let ended = bob.read_to_end();
    assert!(matches!(ended, Ended::Closed(CloseCode::Away)), "a connection ends with a word: {ended:?}");
}
