//! A complete story as a transcript: two players sign up, take a task and finish it, make a skill and equipment, and
//! one challenges the other to a battle of three wins, which is reported to SUD. Over WebSocket frames, over HTTP as
//! real clients call it (docs/contract/role-play.md#routes), with and without tokens, and with a power loss after every
//! chapter.

use std::net::SocketAddr;

use crate::legend::{Transport, tell};
use crate::process::{Host, Server, edited_assets, exchange, wait_for};
use raidkeep::studio::testing::{TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

/// Every public task is offered, so that the story's task is among them.
const ALL_TASKS: [&str; 3] = ["tasks.ron", "queue_size: 3", "queue_size: 13"];

/// Frames to a server in memory.
struct Frames {
    server: Option<TestServer>,
    connections: [usize; 2],
    tokens: [Option<String>; 2],
    loses_power: bool,
}

impl Frames {
    fn new(loses_power: bool) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder should be made");
        let [file, from, to] = ALL_TASKS;
        let assets = edit_assets(folder.path(), file, from, to);
        let server = TestServer::with(TestSetup { assets, ..TestSetup::default() });
        let mut frames = Self { server: Some(server), connections: [0; 2], tokens: [None, None], loses_power };
        frames.connect();
        frames
    }

    fn connect(&mut self) {
        // Connection 0 is the operator's.
        self.server().connect();
        self.connections = [self.server().connect(), self.server().connect()];
    }

    fn server(&mut self) -> &mut TestServer {
        self.server.as_mut().expect("there is always a server")
    }

    fn frame(&self, who: usize, function: &str, mut data: Value) -> String {
        if let Some(token) = &self.tokens[who] {
            data["token"] = token.clone().into();
        }
        json!({"world": 0, "function": function, "data": data}).to_string()
    }
}

fn data_of(reply: &str) -> Value {
    let mut reply: Value = serde_json::from_str(reply).expect("a reply should be JSON");
    assert_eq!((&reply["status"], &reply["message"]), (&json!(0), &json!("success")), "{reply}");
    reply["data"].take()
}

impl Transport for Frames {
    fn ask(&mut self, who: usize, function: &str, data: Value) -> Value {
        let (connection, frame) = (self.connections[who], self.frame(who, function, data));
        data_of(&self.server().send_on(connection, &frame))
    }

    fn ask_both(&mut self, function: &str, data: [Value; 2]) -> [Value; 2] {
        for (who, data) in data.into_iter().enumerate() {
            let (connection, frame) = (self.connections[who], self.frame(who, function, data));
            self.server().post(connection, &frame);
        }
        self.server().settle();
        self.connections.map(|connection| {
            let replies = self.server().collect(connection);
            assert_eq!(replies.len(), 1, "both are answered: {replies:?}");
            data_of(&replies[0])
        })
    }

    fn logged_in(&mut self, who: usize, reply: &Value) {
        self.tokens[who] = reply["token"].as_str().map(str::to_owned);
    }

    fn reports(&mut self, count: usize) -> Vec<Value> {
        self.server().settle();
        let now_ms = self.server().now_ms();
        let state = json!(self.server().platforms.sandbox.state(now_ms));
        let reports = state["reports"].as_array().expect("a list of reports").clone();
        assert_eq!(reports.len(), count, "{reports:?}");
        reports
    }

    fn turn_page(&mut self) {
        if self.loses_power {
            self.server = self.server.take().map(TestServer::crash_and_reopen);
            self.connect();
        }
    }
}

#[test]
fn a_whole_story_over_websocket_frames() {
    tell(&mut Frames::new(false));
}

#[test]
fn the_same_story_when_the_power_is_lost_after_every_chapter() {
    tell(&mut Frames::new(true));
}

/// GET with a body to the real program, as real clients send it (docs/contract/role-play.md#routes).
struct Http {
    server: Server,
    sandbox: SocketAddr,
    /// `None` = they know no tokens.
    tokens: Option<[String; 2]>,
    /// Keeps its folder for as long as the server.
    _host: Host,
}

impl Http {
    fn new(binds_addresses: bool) -> Self {
        let host = Host::new(&[]);
        let [file, from, to] = ALL_TASKS;
        let assets = edited_assets(&host, &[(file, from, to)]);
        let binding = format!("legacy_address_binding={binds_addresses}");
        let host = host.with(&["--assets", &assets, "--set", &binding]);
        let server = host.start();
        let sandbox = std::iter::repeat_with(|| server.line()).find_map(|line| {
            let (_, rest) = line.split_once("Look at http://")?;
            rest.strip_suffix("/state")?.parse().ok()
        });
        let tokens = (!binds_addresses).then(Default::default);
        Self { server, sandbox: sandbox.expect("one of the lines names it"), tokens, _host: host }
    }

    fn token(&self, who: usize) -> &str {
        self.tokens.as_ref().map_or("", |tokens| &tokens[who])
    }
}

fn succeed(address: SocketAddr, function: &str, token: &str, data: &Value) -> Value {
    let (status, reply) = exchange(address, "GET", &format!("/{function}"), token, data);
    assert_eq!(status, 200, "{function} with {data}: {reply}");
    reply
}

impl Transport for Http {
    fn ask(&mut self, who: usize, function: &str, data: Value) -> Value {
        succeed(self.server.address, function, self.token(who), &data)
    }

    fn ask_both(&mut self, function: &str, data: [Value; 2]) -> [Value; 2] {
        let address = self.server.address;
        let [ann, bob] = data;
        let [ann_token, bob_token] = [self.token(0), self.token(1)];
        std::thread::scope(|scope| {
            let other = scope.spawn(|| succeed(address, function, bob_token, &bob));
            let one = succeed(address, function, ann_token, &ann);
            [one, other.join().expect("both are answered")]
        })
    }

    fn logged_in(&mut self, who: usize, reply: &Value) {
        if let Some(tokens) = &mut self.tokens {
            tokens[who] = reply["token"].as_str().expect("a login gives a token").to_owned();
        }
    }

    fn reports(&mut self, count: usize) -> Vec<Value> {
        wait_for("the reports", || {
            let (_, state) = exchange(self.sandbox, "GET", "/state", "", &json!({}));
            state["reports"].as_array().filter(|reports| reports.len() >= count).cloned()
        })
    }
}

#[test]
fn the_same_story_over_http_with_tokens_in_the_header() {
    tell(&mut Http::new(false));
}

#[test]
fn the_same_story_over_http_from_clients_without_tokens() {
    tell(&mut Http::new(true));
}
