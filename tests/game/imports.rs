//! Documents in pieces: several operators, or one, import side by side, and no document gets pieces of another.

use crate::traveller::{delete, essence, export, join, operate, succeed};
use raidkeep::studio::testing::{OPERATOR_TOKEN, TestServer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Players with different experience who have left: their documents.
fn leavers(server: &mut TestServer, count: usize) -> Vec<Value> {
    server.connect();
    let leave = |n: usize| {
        let name = format!("Leaver{n}x");
        let player = join(server, &name);
        for _ in 0..n {
            succeed(server, &player, "enter_stage_general", json!({"stage": 8}));
            succeed(server, &player, "victory_stage_general", json!({"stage": 8}));
        }
        let document = export(server, &name);
        delete(server, &name);
        document
    };
    (0..count).map(leave).collect()
}

fn pieces(document: &Value) -> Vec<String> {
    let text: Vec<char> = document.to_string().chars().collect();
    let length = text.len().div_ceil(5);
    text.chunks(length).map(|piece| piece.iter().collect()).collect()
}

fn hash(document: &Value) -> String {
    Sha256::digest(document.to_string().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn ask(server: &mut TestServer, connection: usize, function: &str, mut data: Value) -> Value {
    data["token"] = OPERATOR_TOKEN.into();
    server.ask_on(connection, function, data)
}

/// Sends piece after piece of all documents in turn, each on its connection; then imports them.
fn import_side_by_side(server: &mut TestServer, documents: &[Value], connections: &[usize], with_hash: bool) {
    let all: Vec<Vec<String>> = documents.iter().map(pieces).collect();
    let ask_with = |server: &mut TestServer, at: usize, function: &str, mut data: Value| {
        if with_hash {
            data["hash"] = hash(&documents[at]).into();
        }
        ask(server, connections[at], function, data)
    };
    for piece in 0..5 {
        for (at, pieces) in all.iter().enumerate() {
            let reply = ask_with(server, at, "player_import_piece", json!({"piece": piece, "text": pieces[piece]}));
            assert_eq!(reply["status"], 0, "piece {piece} of document {at}: {reply}");
        }
    }
    for (at, document) in documents.iter().enumerate() {
        let name = &document["parts"]["accounts"]["name"];
        let reply = ask_with(server, at, "player_import", json!({}));
        assert_eq!((&reply["status"], &reply["data"]["name"]), (&json!(0), name), "document {at}: {reply}");
        let imported = export(server, name.as_str().expect("a name"));
        assert_eq!(essence(&imported), essence(document), "{name} was imported with nothing of another");
    }
    assert_eq!(server.verify(), []);
}

#[test]
fn twelve_operators_import_side_by_side() {
    let mut server = TestServer::new();
    let documents = leavers(&mut server, 12);
    let connections: Vec<usize> = documents.iter().map(|_| server.connect()).collect();
    import_side_by_side(&mut server, &documents, &connections, false);
}

#[test]
fn one_operator_imports_side_by_side_by_the_hashes_of_the_documents() {
    let mut server = TestServer::new();
    let documents = leavers(&mut server, 12);
    import_side_by_side(&mut server, &documents, &[0; 12], true);
}

#[test]
fn pieces_that_are_not_the_document_are_not_imported() {
    let mut server = TestServer::new();
    let document = leavers(&mut server, 1).remove(0);
    let hash = hash(&document);
    for (piece, text) in pieces(&document).into_iter().enumerate().take(4) {
        operate(&mut server, "player_import_piece", json!({"piece": piece, "text": text, "hash": hash}));
    }
    let refused = server.operate("player_import", json!({"hash": hash}));
    let message = "the pieces are not the document with this hash: some are missing or changed";
    assert_eq!(refused, json!({"status": 96, "message": message}));
    operate(&mut server, "player_import_piece", json!({"piece": 4, "text": pieces(&document)[4], "hash": hash}));
    let other = server.connect();
    assert_eq!(
        ask(&mut server, other, "player_import", json!({"hash": hash}))["status"],
        97,
        "pieces belong to a connection"
    );
    assert_eq!(server.operate("player_import", json!({}))["status"], 97, "and to their hash");
    let misspelt = server.operate("player_import", json!({"hash": "abc"}));
    assert_eq!(misspelt["message"], "data.hash: expected the SHA-256 of the document, 64 hexadecimal digits");
    assert_eq!(operate(&mut server, "player_import", json!({"hash": hash.to_uppercase()}))["name"], "Leaver0x");
}

#[test]
fn pieces_go_with_their_connection_and_after_a_while() {
    let mut server = TestServer::new();
    let document = leavers(&mut server, 1).remove(0);
    let text = document.to_string();
    let leave = |server: &mut TestServer, connection: usize| {
        let reply = ask(server, connection, "player_import_piece", json!({"piece": 0, "text": text}));
        assert_eq!(reply["data"]["bytes"], text.len(), "{reply}");
    };
    let connection = server.connect();
    leave(&mut server, connection);
    server.disconnect(connection);
    server.step(1);
    assert_eq!(ask(&mut server, connection, "player_import", json!({}))["status"], 97, "its connection is gone");
    leave(&mut server, connection);
    server.pass_real_time(std::time::Duration::from_secs(600));
    let other = server.connect();
    leave(&mut server, other);
    assert_eq!(ask(&mut server, connection, "player_import", json!({}))["status"], 97, "no piece came for ten minutes");
    assert_eq!(ask(&mut server, other, "player_import", json!({}))["data"]["name"], "Leaver0x");
}
