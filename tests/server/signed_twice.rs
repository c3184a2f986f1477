//! A query that SUD has signed counts once, also for a server that is killed right after the answer: the real program.

use raidkeep::engine::clock::wall_ms;
use raidkeep::game::platforms::secret::Secret;
use raidkeep::game::platforms::signature::SudAuth;
use raidkeep::game::platforms::sud::query::QUERY_PATH;

use crate::process::{Host, Server};

const APP_ID: &str = "1461564080052506636";
const BODY: &str = r#"{"match_id": "x"}"#;

fn signed(nonce: &str) -> String {
    let secret = Secret::new("test-app-secret");
    let auth = SudAuth::sign(APP_ID, wall_ms(), nonce, BODY.as_bytes(), &secret);
    format!("Authorization: {}", auth.to_header())
}

fn ask(server: &Server, header: &str) -> u16 {
    server.http_with_body("POST", QUERY_PATH, &[header], BODY).0
}

#[test]
fn a_query_that_was_answered_is_refused_after_a_kill_by_every_world() {
    let host = Host::new(&["--worlds", "2"]);
    let mut used: Vec<String> = Vec::new();
    for round in 0..4 {
        let mut server = host.start();
        for header in &used {
            assert_eq!(ask(&server, header), 401, "round {round}: it was answered before the kill");
        }
        let header = signed(&format!("nonce-{round}"));
        assert_eq!(ask(&server, &header), 200);
        server.process.kill();
        used.push(header);
    }
    let fewer = Host::new(&["--worlds", "2"]);
    crate::files::copy_folder(&host.data(), &fewer.data());
    let server = fewer.start();
    for header in &used {
        assert_eq!(ask(&server, header), 401, "nor by a copy of the folder");
    }
}
