//! Operators who help players, for the tests of the functions that they do it with.

use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

use crate::traveller::{log_in, sign_up};

/// A player who has signed up, with its account number.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) player: TestPlayer,
    pub(crate) name: &'static str,
    pub(crate) number: u64,
}

impl Client {
    /// The first who signs up is number 1, and so on.
    pub(crate) fn join(server: &mut TestServer, name: &'static str, number: u64) -> Self {
        assert_eq!(sign_up(server, name), 200, "{name} should be free");
        let client = Self { player: log_in(server, name).0, name, number };
        assert_eq!(client.ask(server, "get_player_info", json!({}))["data"]["name"], name);
        client
    }

    pub(crate) fn ask(&self, server: &mut TestServer, function: &str, data: Value) -> Value {
        server.ask(&self.player, function, data)
    }

    pub(crate) fn succeed(&self, server: &mut TestServer, function: &str, data: Value) -> Value {
        let reply = self.ask(server, function, data.clone());
        assert_eq!(reply["status"], 0, "{function} with {data} should succeed: {reply}");
        reply["data"].clone()
    }

    /// How many of an item the player has.
    pub(crate) fn quantity(&self, server: &mut TestServer, item: &str) -> i64 {
        let info = self.succeed(server, "get_player_info", json!({}));
        let items: Vec<&str> = info["items"].as_array().expect("items").iter().filter_map(Value::as_str).collect();
        let quantity = items.iter().find_map(|amount| amount.strip_prefix(item)?.strip_prefix(':')?.parse().ok());
        quantity.unwrap_or_default()
    }

    pub(crate) fn energy(&self, server: &mut TestServer) -> i64 {
        self.succeed(server, "get_player_info", json!({}))["energy"]["remain"].as_i64().expect("points of energy")
    }
}

/// A server with Ann and Bob, whose numbers are 1 and 2.
pub(crate) fn server() -> (TestServer, Client, Client) {
    server_of(TestServer::new())
}

pub(crate) fn server_of(mut server: TestServer) -> (TestServer, Client, Client) {
    server.connect();
    let ann = Client::join(&mut server, "Ann", 1);
    let bob = Client::join(&mut server, "Bob", 2);
    (server, ann, bob)
}

/// Asks as an operator about a player, with a reason.
pub(crate) fn help(server: &mut TestServer, function: &str, client: &Client, mut data: Value) -> Value {
    data["player"] = client.number.into();
    data["reason"] = "ticket 17".into();
    server.operate(function, data)
}

/// The same, where it has to succeed; returns the reply's data.
pub(crate) fn helped(server: &mut TestServer, function: &str, client: &Client, data: Value) -> Value {
    let reply = help(server, function, client, data.clone());
    assert_eq!(reply["status"], 0, "{function} with {data} should succeed: {reply}");
    reply["data"].clone()
}

/// The same, where it has to be refused without changing anything; returns status and message.
pub(crate) fn refused(server: &mut TestServer, function: &str, client: &Client, data: Value) -> (i64, String) {
    // Whoever is not in memory is loaded, which the hash of what is in memory shows.
    server.operate("player_view", json!({"player": client.number, "part": "overview"}));
    let before = server.state_hash();
    let reply = help(server, function, client, data.clone());
    assert_eq!(server.state_hash(), before, "{function} with {data}: a refusal changes nothing");
    assert!(reply.get("data").is_none(), "{function} with {data} should be refused: {reply}");
    (reply["status"].as_i64().expect("a status"), reply["message"].as_str().expect("a message").to_owned())
}
