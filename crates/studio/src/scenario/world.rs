//! The world of a scenario and the players in it: requests, replies, events and time.

use jiff::civil::DateTime;
use serde_json::{Value, json};

use crate::testing::TestServer;
use raidkeep_engine::clock::Clock;

/// A request without a reply after this many ticks waits for something that only a later step can cause.
const TICKS_MAX: usize = 1000;

/// Something expected that did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) what: &'static str,
    pub(super) why: &'static str,
}

const NO_REPLY: Wanted = Wanted {
    what: "a reply",
    why: "the request waits for something that has not happened; send it with Start, and expect its Reply later",
};

const NOTHING_STARTED: Wanted = Wanted { what: "a request sent with Start", why: "all of them have their replies" };

/// A world with its players.
pub(super) struct Scene<'s> {
    server: TestServer,
    players: Vec<Seat<'s>>,
}

/// One player.
struct Seat<'s> {
    name: &'s str,
    connection: usize,
    /// Started requests whose replies no step has taken yet.
    started: usize,
    /// Replies in order of arrival, which is request order.
    replies: Vec<String>,
    /// Events that no step has expected so far.
    events: Vec<Value>,
}

impl<'s> Scene<'s> {
    pub(super) fn new(mut server: TestServer) -> Self {
        // The operator uses the first connection, so that no player's late reply arrives on it.
        server.connect();
        Self { server, players: Vec::new() }
    }

    /// Logs a guest in.
    pub(super) fn join(&mut self, name: &'s str) {
        let connection = self.server.player(name).connection;
        self.players.push(Seat { name, connection, started: 0, replies: Vec::new(), events: Vec::new() });
    }

    /// The index of a player, whose name was checked when the file was read.
    fn seat(&self, name: &str) -> usize {
        let found = self.players.iter().position(|seat| seat.name == name);
        found.expect("a scenario's steps should name its players")
    }

    /// Sends a request and waits for the reply.
    pub(super) fn ask(
        &mut self,
        by: &str,
        function: &str,
        data: Option<Value>,
        once: Option<&str>,
    ) -> Result<Value, Wanted> {
        let mut frame = frame(function, data);
        if let Some(once) = once {
            frame["once"] = once.into();
        }
        self.send(by, &frame.to_string()).map(read_json)
    }

    /// Sends a frame and waits for the reply.
    pub(super) fn send(&mut self, by: &str, text: &str) -> Result<String, Wanted> {
        let at = self.seat(by);
        self.server.post(self.players[at].connection, text);
        let place = self.players[at].started;
        self.await_reply(at, place)
    }

    /// Sends a request without waiting.
    pub(super) fn start(&mut self, by: &str, function: &str, data: Option<Value>) {
        let at = self.seat(by);
        self.server.post(self.players[at].connection, &frame(function, data).to_string());
        self.players[at].started += 1;
        self.listen(at);
    }

    /// The reply to the earliest unanswered started request.
    pub(super) fn started_reply(&mut self, to: &str) -> Result<Value, Wanted> {
        let at = self.seat(to);
        if self.players[at].started == 0 {
            return Err(NOTHING_STARTED);
        }
        let reply = self.await_reply(at, 0)?;
        self.players[at].started -= 1;
        Ok(read_json(reply))
    }

    /// Takes the reply at this index among the pending ones.
    fn await_reply(&mut self, at: usize, place: usize) -> Result<String, Wanted> {
        for _ in 0..TICKS_MAX {
            self.listen(at);
            if self.players[at].replies.len() > place {
                return Ok(self.players[at].replies.remove(place));
            }
        }
        Err(NO_REPLY)
    }

    /// Ticks the world and collects what has arrived for a player.
    fn listen(&mut self, at: usize) {
        self.server.step(1);
        let seat = &mut self.players[at];
        seat.replies.extend(self.server.collect(seat.connection));
        seat.events.extend(self.server.told(seat.connection));
    }

    /// Calls an operator function.
    pub(super) fn operate(&mut self, function: &str, data: Value) -> Value {
        self.server.operate(function, data)
    }

    /// Takes the earliest event of this name that no step has expected so far.
    pub(super) fn take_event(&mut self, to: &str, event: &str) -> Option<Value> {
        let at = self.seat(to);
        self.listen(at);
        let events = &mut self.players[at].events;
        let found = events.iter().position(|told| told["event"] == event)?;
        Some(events.remove(found))
    }

    /// A player's events that no step has expected so far.
    pub(super) fn events(&self, player: &str) -> impl Iterator<Item = &Value> {
        self.players[self.seat(player)].events.iter()
    }

    fn clock(&mut self) -> &Clock {
        self.server.simulation().world().resource::<Clock>()
    }

    /// Unix seconds.
    pub(super) fn now(&self) -> i64 {
        self.server.now_ms() / 1000
    }

    /// The current time in the game's zone.
    pub(super) fn local_time(&mut self) -> String {
        let now = self.now();
        self.clock().local_time(now)
    }

    /// A local moment in unix seconds.
    pub(super) fn moment(&mut self, local: DateTime) -> Option<i64> {
        let zoned = local.to_zoned(self.clock().zone().clone()).ok()?;
        Some(zoned.timestamp().as_second())
    }

    /// Advances time to this moment, midnight by midnight, so that no day is skipped. Fails with the reply of
    /// `clock_advance` if the clock cannot be moved that far.
    pub(super) fn advance_to(&mut self, target: i64) -> Result<(), Value> {
        loop {
            let (now, midnight) = (self.now(), self.clock().next_day_at());
            let seconds = target.min(midnight) - now;
            let reply = self.server.operate("clock_advance", json!({ "seconds": seconds }));
            if reply["status"] != 0 {
                return Err(reply);
            }
            self.server.step(1);
            if target <= midnight {
                return Ok(());
            }
        }
    }
}

fn frame(function: &str, data: Option<Value>) -> Value {
    json!({"world": 0, "function": function, "data": data.unwrap_or_else(|| json!({}))})
}

fn read_json(reply: String) -> Value {
    serde_json::from_str(&reply).unwrap_or(Value::String(reply))
}
