//! Players who challenge and fight each other, for the tests of challenges and battles.

use std::time::Duration;

use raidkeep::engine::account::AccountId;
use raidkeep::engine::outside::Number;
use raidkeep::engine::players::Players;
use raidkeep::engine::storage::Touched;
use raidkeep::game::crafting::{Craft, CraftKind, Possessions};
use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

/// A PNG of one pixel, as the server writes it.
pub(crate) const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNh+M9QDwADlQGD5CrorAAAAABJRU5ErkJggg==";

/// A player with its name and account.
#[derive(Debug, Clone)]
pub(crate) struct Duelist {
    pub(crate) player: TestPlayer,
    pub(crate) role: String,
    pub(crate) account: AccountId,
    pub(crate) device: &'static str,
}

impl Duelist {
    pub(crate) fn join(server: &mut TestServer, device: &'static str) -> Self {
        let player = server.player(device);
        let reply = server.ask(&player, "get_player_info", json!({}));
        let role = reply["data"]["name"].as_str().expect("a name").to_owned();
        let number = role.rsplit('#').next().and_then(|number| number.parse().ok()).expect("a guest's number");
        Self { player, role, account: AccountId(number), device }
    }

    /// Logs in again, after a crash or a lost connection.
    pub(crate) fn rejoin(&mut self, server: &mut TestServer) {
        self.player = server.player(self.device);
    }

    pub(crate) fn ask(&self, server: &mut TestServer, function: &str, data: Value) -> Value {
        server.ask(&self.player, function, data)
    }

    /// The data of a reply with status 0.
    pub(crate) fn succeed(&self, server: &mut TestServer, function: &str, data: Value) -> Value {
        let reply = self.ask(server, function, data.clone());
        assert_eq!(reply["status"], 0, "{function} with {data} should succeed: {reply}");
        reply["data"].clone()
    }

    /// Sends a request without waiting for its reply.
    pub(crate) fn post(&self, server: &mut TestServer, function: &str, mut data: Value) {
        data["token"] = self.player.token.clone().into();
        let request = json!({"world": 0, "function": function, "data": data});
        server.post(self.player.connection, &request.to_string());
        server.step(1);
    }

    /// The replies received since the last call.
    pub(crate) fn replies(&self, server: &mut TestServer) -> Vec<Value> {
        server.step(1);
        let replies = server.collect(self.player.connection);
        replies.iter().map(|text| serde_json::from_str(text).expect("a reply should be JSON")).collect()
    }

    /// The names and data of the events received since the last call.
    pub(crate) fn events(&self, server: &mut TestServer) -> Vec<(String, Value)> {
        let events = server.events(self.player.connection);
        events
            .iter()
            .map(|event| (event["event"].as_str().unwrap_or_default().to_owned(), event["data"].clone()))
            .collect()
    }

    /// Gives the player a skill or equipment.
    pub(crate) fn equip(&self, server: &mut TestServer, kind: CraftKind, name: &str, strength: u32) {
        let world = server.simulation().world_mut();
        let entity = world.resource::<Players>().entity(self.account).expect("the player should be in memory");
        let craft = Craft { name: name.to_owned(), description: name.to_owned(), strength };
        world.get_mut::<Possessions>(entity).expect("every player has possessions").add(kind, craft);
        world.resource_mut::<Touched>().push(entity);
        server.step(1);
    }

    /// What `status` shows.
    pub(crate) fn attribute(&self, server: &mut TestServer, name: &str) -> i64 {
        let shown = self.succeed(server, "status", json!({"role": self.role}));
        shown["attribute"][name].as_i64().unwrap_or_else(|| panic!("{name} in {shown}"))
    }

    /// Challenges another; returns the number.
    pub(crate) fn challenge(&self, server: &mut TestServer, other: &Self) -> String {
        let data = json!({"role1": self.role, "role2": other.role, "image_data": PNG});
        let challenged = self.succeed(server, "challenge", data);
        assert_eq!(challenged["status_code"], 200, "{challenged}");
        challenged["id"].as_str().expect("a number as text").to_owned()
    }

    /// Accepts or rejects; returns whether the battle begins.
    pub(crate) fn accept(&self, server: &mut TestServer, id: &str, status: bool) -> bool {
        let entered = self.succeed(server, "accept_c", json!({"id": id, "status": status}));
        entered["status"].as_bool().expect("the reply is a bool")
    }

    /// The arguments of a turn.
    pub(crate) fn turn(&self, id: &str, text: &str) -> Value {
        json!({"role": self.role, "id": id, "text": text, "items": [], "skills": []})
    }
}

/// Which challenge of its world has this number, counted from 1.
pub(crate) fn count(id: &str) -> u64 {
    id.parse::<Number>().expect("a challenge has a number").count()
}

/// Two players in a battle; earlier events have been read.
pub(crate) fn battle(server: &mut TestServer) -> (Duelist, Duelist, String) {
    let (ann, bob) = (Duelist::join(server, "ann"), Duelist::join(server, "bob"));
    let id = fight(server, &ann, &bob);
    (ann, bob, id)
}

/// Calls a route over HTTP, as a client without a WebSocket does; returns the bare reply.
pub(crate) fn http(server: &mut TestServer, who: &Duelist, path: &str, data: Value) -> Value {
    let bearer = format!("Bearer {}", who.player.token);
    let (status, reply) = server.http(path, Some(&bearer), &data.to_string());
    assert_eq!(status, 200, "{path} with {data}: {reply}");
    reply
}

/// The first player challenges and the second accepts.
pub(crate) fn fight(server: &mut TestServer, ann: &Duelist, bob: &Duelist) -> String {
    let id = ann.challenge(server, bob);
    assert!(bob.accept(server, &id, true), "the battle should begin");
    ann.events(server);
    bob.events(server);
    id
}

/// Fights to the end; returns the last message to each, the winner first.
pub(crate) fn fight_out(server: &mut TestServer, winner: &Duelist, loser: &Duelist) -> (Value, Value) {
    let id = fight(server, winner, loser);
    for _ in 0..3 {
        winner.post(server, "battle", winner.turn(&id, "一剑刺去"));
        let told = loser.succeed(server, "battle", loser.turn(&id, "举盾格挡"));
        let won = winner.replies(server).remove(0)["data"].clone();
        if told["status"] == true {
            return (won, told);
        }
    }
    panic!("three rounds should be enough");
}

/// The one leaves and the other waits, until nobody is in memory; then the battle is over, in favour of who waited.
pub(crate) fn end_out_of_memory(server: &mut TestServer, winner: &Duelist, loser: &Duelist) {
    server.disconnect(loser.player.connection);
    server.advance_seconds(20);
    winner.succeed(server, "refresh", json!({"role": winner.role}));
    server.disconnect(winner.player.connection);
    server.fold();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "nobody is in memory");
    server.hold_reads();
    server.advance_seconds(10);
    server.step(5);
}

/// Asserts status and message, and that nothing has changed.
pub(crate) fn refuse(server: &mut TestServer, who: &Duelist, function: &str, data: Value, expect: (i64, &str)) {
    // Exchanges in flight with the platforms finish first.
    server.step(3);
    let before = server.state_hash();
    let reply = who.ask(server, function, data.clone());
    assert_eq!(reply, json!({"status": expect.0, "message": expect.1}), "{function} with {data}");
    assert_eq!(server.state_hash(), before, "{function} with {data}: a refusal changes nothing");
}

/// Asserts a code in `status_code`, and that nothing has changed.
pub(crate) fn refuse_code(server: &mut TestServer, who: &Duelist, function: &str, data: Value, code: u16) {
    // Exchanges in flight with the platforms finish first.
    server.step(3);
    let before = server.state_hash();
    let told = who.succeed(server, function, data.clone());
    assert_eq!(told["status_code"], code, "{function} with {data}");
    assert_eq!(server.state_hash(), before, "{function} with {data}: a refusal changes nothing");
}

/// A server whose first connection is the operator's, so that no player's pending reply holds up the clock.
pub(crate) fn server() -> TestServer {
    let mut server = TestServer::new();
    server.connect();
    server
}
