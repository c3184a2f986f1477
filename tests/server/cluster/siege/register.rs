//! One player in each world whose energy several clients use up and look at, each at another node: what they hear must be what one world,
//! asked by one after the other, could have answered.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use raidkeep::studio::history::{Observed, contradiction};
use serde_json::{Value, json};

use crate::process::{Client, Lcg, Server};

/// At most so long between a client's requests, in milliseconds: of one player only the last 64 replies are kept for those that ask again.
const PAUSE_MS: u64 = 300;
/// Longer than a node hangs, so that what it answers afterwards is heard.
const SILENCE: Duration = Duration::from_secs(5);
/// By then everything is answered, whatever has happened.
const ANSWERED_WITHIN: Duration = Duration::from_secs(90);

/// The player.
pub(super) struct Register {
    world: u32,
    token: String,
    /// What one entry takes.
    cost: u64,
    /// Its energy before the first request of this round.
    energy: u64,
    /// The number of the next client.
    clients: u64,
}

/// A client, before its thread begins.
pub(super) struct Visitor {
    world: u32,
    token: String,
    name: String,
    doors: Vec<SocketAddr>,
    lcg: Lcg,
    began: Instant,
}

/// What a client has heard, with the energy that was left.
pub(super) type Heard = Vec<Observed>;

impl Register {
    /// Makes the player.
    pub(super) fn join(server: &Server, world: u32) -> Self {
        let mut client = server.connect();
        client.log_in_to(world, "register");
        let token = client.token.clone();
        let mut register = Self { world, token, cost: 1, energy: 0, clients: 0 };
        let before = register.look(&mut client);
        client.ask_again(world, "enter_stage_general", &json!({"stage": 1}));
        register.cost = before - register.look(&mut client);
        assert!(register.cost > 0, "a stage takes energy");
        register
    }

    fn look(&self, client: &mut Client) -> u64 {
        let reply = client.ask_again(self.world, "get_player_info", &json!({"token": self.token}));
        energy_of(&reply).unwrap_or_else(|| panic!("not a player: {reply}"))
    }

    /// Notes what there is when nobody asks.
    pub(super) fn begin(&mut self, server: &Server) {
        self.energy = self.look(&mut server.connect());
    }

    /// One more client, which goes to the first of these doors, and to the next ones when it is closed.
    pub(super) fn visitor(&mut self, doors: Vec<SocketAddr>, lcg: Lcg, began: Instant) -> Visitor {
        self.clients += 1;
        let name = format!("{}-{}", self.world, self.clients);
        Visitor { world: self.world, token: self.token.clone(), name, doors, lcg, began }
    }

    /// Compares what all have heard with what is there now; returns how much that was.
    pub(super) fn check(&self, server: &Server, mut heard: Heard) -> Result<usize, String> {
        for one in &mut heard {
            one.tally = (self.energy - one.tally) / self.cost;
        }
        let last = (self.energy - self.look(&mut server.connect())) / self.cost;
        match contradiction(&heard, last) {
            None => Ok(heard.len()),
            Some(why) => Err(format!("world {}: {why}", self.world)),
        }
    }
}

impl Visitor {
    /// Asks until it is told to stop; everything is answered then.
    pub(super) fn visit(mut self, stop: &AtomicBool) -> Result<Heard, String> {
        let mut heard = Vec::new();
        let (mut client, mut number) = (None, 0);
        while !stop.load(Ordering::Relaxed) {
            number += 1;
            let is_addition = self.lcg.below(2) == 0;
            heard.push(self.ask(&mut client, number, is_addition)?);
            std::thread::sleep(Duration::from_millis(self.lcg.below(PAUSE_MS)));
        }
        Ok(heard)
    }

    fn ask(&mut self, client: &mut Option<Client>, number: u64, is_addition: bool) -> Result<Observed, String> {
        let (function, mut data) = match is_addition {
            true => ("enter_stage_general", json!({"stage": 1})),
            false => ("get_player_info", json!({})),
        };
        data["token"] = self.token.clone().into();
        let once = format!("{}-{number}", self.name);
        let request = json!({"world": self.world, "function": function, "data": data, "once": once}).to_string();
        let invoked = self.now();
        while self.now() - invoked < ANSWERED_WITHIN.as_micros() as u64 {
            let Some(reply) = self.try_ask(client, &request) else { continue };
            if reply["status"] == 0 {
                let tally = energy_of(&reply).ok_or_else(|| format!("{function} tells the energy: {reply}"))?;
                return Ok(Observed { is_addition, invoked, responded: self.now(), tally });
            }
            if ![16, -2].contains(&reply["status"].as_i64().unwrap_or_default()) {
                return Err(format!("{request} was answered {reply}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(format!("{request} is not answered"))
    }

    /// `None` when the connection broke, after which it goes to the next door.
    fn try_ask(&mut self, client: &mut Option<Client>, request: &str) -> Option<Value> {
        if client.is_none() {
            *client = Client::connect(self.doors[0]).ok();
            if let Some(connected) = client {
                let _ = connected.stream().set_read_timeout(Some(SILENCE));
            }
        }
        let reply = client.as_mut().and_then(|client| client.try_ask(request).ok());
        if reply.is_none() {
            *client = None;
            self.doors.rotate_left(1);
            std::thread::sleep(Duration::from_millis(50));
        }
        reply
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

fn energy_of(reply: &Value) -> Option<u64> {
    reply["data"]["energy"]["remain"].as_u64()
}
