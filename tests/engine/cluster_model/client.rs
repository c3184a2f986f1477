//! A client: it asks one thing after the other, and again where it has no answer.

use std::collections::BTreeSet;

use raidkeep::studio::history::Observed;

use crate::cluster_model::cluster::{Cluster, REQUESTS, TROUBLE_MS};
use crate::cluster_model::events::{At, Event};
use crate::cluster_model::game::{Ask, read_reply};

const CLIENT_PATIENCE_MS: u64 = 1500;

/// What a client waits for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) ask: Ask,
    pub(super) world: u32,
    pub(super) invoked: u64,
}

#[derive(Debug, Default)]
pub(super) struct Client {
    pub(super) asked: Option<Asked>,
    /// The last attempt, if an answer may come.
    pub(super) attempt: u64,
    /// All attempts that were ever made.
    pub(super) attempts: BTreeSet<u64>,
    /// Those of what is asked now.
    current: BTreeSet<u64>,
    pub(super) answered: usize,
}

impl Client {
    /// Begins an attempt. A read begins anew: what it was asked before does not count.
    pub(super) fn begin(&mut self, attempt: u64, now_ms: u64, (is_addition, world): (bool, u32)) -> (Ask, u32) {
        let ask = if is_addition { Ask::Add(attempt) } else { Ask::Read };
        let asked = self.asked.get_or_insert(Asked { ask, world, invoked: now_ms });
        if asked.ask == Ask::Read {
            asked.invoked = now_ms;
            self.current.clear();
        }
        self.attempt = attempt;
        self.attempts.insert(attempt);
        self.current.insert(attempt);
        (asked.ask, asked.world)
    }

    /// Whether an answer to this attempt is one to what is asked now.
    pub(super) fn counts(&self, attempt: u64) -> bool {
        self.current.contains(&attempt)
    }

    /// It was answered.
    pub(super) fn end(&mut self) {
        self.asked = None;
        self.attempt = 0;
        self.current.clear();
        self.answered += 1;
    }
}

impl Cluster {
    pub(super) fn reply(&mut self, replies: Vec<(u64, String)>) {
        for (attempt, text) in replies {
            let client = self.clients.iter().position(|client| client.attempts.contains(&attempt));
            let delay = self.chance.between(1, 10);
            if let Some(client) = client.filter(|_| !self.chance.happens(1)) {
                self.later(delay, At::Reply { client, attempt, text });
            }
        }
    }

    /// A client asks for the first time, or again.
    pub(super) fn ask(&mut self, client: usize) {
        let (attempt, node) = (self.number(), self.chance.between(0, self.nodes.len() as u64) as usize);
        let is_over = self.clients[client].answered >= REQUESTS && self.clients[client].asked.is_none();
        if is_over && self.now_ms > TROUBLE_MS {
            return;
        }
        let (is_addition, world) = (self.chance.happens(60), self.chance.between(0, 2) as u32);
        let now_ms = self.now_ms;
        let (ask, world) = self.clients[client].begin(attempt, now_ms, (is_addition, world));
        let (delay, incarnation) = (self.chance.between(1, 10), self.nodes[node].incarnation);
        self.later(delay, At::Node(node, incarnation, Event::Request { client, attempt, ask, world, hops: 0 }));
        self.later(CLIENT_PATIENCE_MS, At::Patience { client, attempt });
    }

    pub(super) fn hear(&mut self, client: usize, attempt: u64, text: &str) {
        let (status, tally) = read_reply(text);
        let now_ms = self.now_ms;
        let Some(asked) = self.clients[client].asked.clone().filter(|_| self.clients[client].counts(attempt)) else {
            return;
        };
        if let (0, Some(tally)) = (status, tally) {
            let heard =
                Observed { is_addition: asked.ask != Ask::Read, invoked: asked.invoked, responded: now_ms, tally };
            self.heard.entry(asked.world).or_default().push(heard);
            self.clients[client].end();
            let pause = self.chance.between(10, 400);
            self.later(pause, At::Client(client));
        } else if self.clients[client].attempt == attempt {
            assert!([16, -2].contains(&status), "nothing else is answered: {text}");
            self.clients[client].attempt = 0;
            self.later(100, At::Client(client));
        }
    }
}
