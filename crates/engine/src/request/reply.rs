//! Replies and events on their way out, held until what they may have seen is on disk.

use std::sync::Arc;
use std::time::Instant;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::numbers::{BatchNumber, JobId, QueryId};
use crate::request::envelope::{RequestId, refusal_text};
use crate::request::{Job, LoggedIn, Refusal, SignIn};
use crate::storage::{IndexKey, RowQuery};

/// The number of a connection, unique in the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConnectionId(pub u64);

/// A reply that may leave the process.
#[derive(Debug)]
pub struct Reply {
    /// The frame's text.
    pub text: String,
    /// Who the connection acts for from now on, if that changed.
    pub names: Option<Addressee>,
    /// The login that it answers.
    pub login: Option<Box<LoggedIn>>,
}

/// The player that a connection acts for, and how many events the player has had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    /// Who the connection acts for.
    pub sign_in: SignIn,
    /// The count of the player's events so far, or with this one. `None` where it is not told: over HTTP, and with an
    /// event that was asked for.
    pub n: Option<u64>,
}

impl Reply {
    /// A reply that changes nothing about the connection.
    pub fn new(text: String) -> Self {
        Self { text, names: None, login: None }
    }
}

/// Takes the replies of one connection.
pub trait ReplyPort: Send + Sync {
    /// Takes the reply to the connection's request number `serial`.
    fn reply(&self, serial: u64, reply: Reply);
    /// Takes replies that are ready at the same time.
    fn reply_all(&self, replies: &mut dyn Iterator<Item = (u64, Reply)>) {
        replies.for_each(|(serial, reply)| self.reply(serial, reply));
    }
    /// Takes an event for this player; it is dropped if the connection now acts for another. Without one the event is
    /// for an operator, whoever the connection acts for. A port that takes one reply only has no use for events.
    fn push(&self, player: Option<Addressee>, text: &str) {
        let _ = (player, text);
    }
    /// Ends the connection once what it was given has left, unless it acts for somebody else now. A port that takes one
    /// reply only has nothing to end.
    fn dismiss(&self, sign_in: SignIn, why: Dismissal) {
        let _ = (sign_in, why);
    }
    /// The connection behind it; `None` when it takes one reply only.
    fn connection(&self) -> Option<ConnectionId> {
        None
    }
}

/// Why the server ends the connections of a player.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dismissal {
    /// The player is banned.
    Banned,
    /// An operator has ended all tokens of the player.
    SignedOut,
    /// An operator has ended the connections, and nothing else.
    Kicked,
    /// The game is closed for maintenance.
    Maintenance,
}

/// The right to answer one request, once. Dropped unused, it answers with an internal error, so that no client waits
/// forever.
pub struct ReplyTo {
    port: Option<Arc<dyn ReplyPort>>,
    serial: u64,
    id: RequestId,
    timer: Option<Timer>,
}

/// Measures the time to the reply.
struct Timer {
    began: Instant,
    histogram: metrics::Histogram,
}

impl ReplyTo {
    /// Answers request number `serial` at `port`, echoing `id`.
    pub fn new(port: Arc<dyn ReplyPort>, serial: u64, id: RequestId) -> Self {
        Self { port: Some(port), serial, id, timer: None }
    }

    /// Records the time from `began` to the reply, if there is a histogram.
    pub fn timed(mut self, histogram: Option<metrics::Histogram>, began: Instant) -> Self {
        self.timer = histogram.map(|histogram| Timer { began, histogram });
        self
    }

    /// The requesting connection; `None` when it was opened for this request only.
    pub fn connection(&self) -> Option<ConnectionId> {
        self.port.as_ref().and_then(|port| port.connection())
    }

    /// Where the reply goes; `None` once it is sent.
    pub fn port(&self) -> Option<&Arc<dyn ReplyPort>> {
        self.port.as_ref()
    }

    /// The `id` to echo in the reply.
    pub fn id(&self) -> &RequestId {
        &self.id
    }

    /// Sends the refusal.
    pub fn refuse(self, refusal: &Refusal) {
        let text = refusal_text(refusal, &self.id);
        self.send(Reply::new(text));
    }

    /// Sends the reply.
    pub fn send(mut self, reply: Reply) {
        if let Some(port) = self.port.take() {
            port.reply(self.serial, reply);
        }
        self.note_sent(Instant::now);
    }

    fn note_sent(&mut self, now: impl FnOnce() -> Instant) {
        if let Some(Timer { began, histogram }) = self.timer.take() {
            histogram.record(now().saturating_duration_since(began));
        }
    }

    /// Gives the reply away to be sent at its port, as of `now`.
    fn hand_over(mut self, now: Instant, reply: Reply) -> (u64, Reply) {
        self.port = None;
        self.note_sent(|| now);
        (self.serial, reply)
    }
}

impl Drop for ReplyTo {
    fn drop(&mut self) {
        if let Some(port) = self.port.take() {
            let refusal = Refusal::internal();
            port.reply(self.serial, Reply::new(refusal_text(&refusal, &self.id)));
        }
    }
}

impl std::fmt::Debug for ReplyTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReplyTo({})", self.serial)
    }
}

/// A reply or an event that waits until the writes it may have seen are on disk.
#[derive(Debug)]
pub struct Held {
    /// What it waits for.
    pub until: Until,
    delivery: Delivery,
}

/// What is held.
pub(crate) enum Delivery {
    Reply(ReplyTo, Reply),
    Event(Arc<dyn ReplyPort>, Option<Addressee>, Arc<str>),
    Dismissal(Arc<dyn ReplyPort>, SignIn, Dismissal),
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Reply(..) => "Reply",
            Self::Event(..) => "Event",
            Self::Dismissal(..) => "Dismissal",
        })
    }
}

impl Held {
    pub(crate) fn new(until: Until, delivery: Delivery) -> Self {
        Self { until, delivery }
    }

    /// Whether it is the reply to a request, not an event.
    pub fn is_reply(&self) -> bool {
        matches!(self.delivery, Delivery::Reply(..))
    }

    /// Sends the reply or the event.
    pub fn release(self) {
        Self::release_all(std::iter::once(self));
    }

    /// Sends replies and events in their order. Replies that follow each other to one port, as those to requests that came
    /// together do, reach it together.
    pub fn release_all(held: impl IntoIterator<Item = Self>) {
        let mut held = held.into_iter().peekable();
        let mut now = None;
        while let Some(Self { delivery, .. }) = held.next() {
            match delivery {
                Delivery::Reply(mut reply_to, reply) => {
                    let Some(port) = reply_to.port.take() else { continue };
                    let now = *now.get_or_insert_with(Instant::now);
                    let others = std::iter::from_fn(|| held.next_if(|next| next.is_reply_at(&port))?.into_reply());
                    let run = std::iter::once((reply_to, reply)).chain(others);
                    port.reply_all(&mut run.map(|(reply_to, reply)| reply_to.hand_over(now, reply)));
                }
                Delivery::Event(port, player, text) => port.push(player, &text),
                Delivery::Dismissal(port, sign_in, why) => port.dismiss(sign_in, why),
            }
        }
    }

    fn is_reply_at(&self, port: &Arc<dyn ReplyPort>) -> bool {
        let Delivery::Reply(reply_to, _) = &self.delivery else { return false };
        reply_to.port.as_ref().is_some_and(|other| Arc::ptr_eq(other, port))
    }

    fn into_reply(self) -> Option<(ReplyTo, Reply)> {
        if let Delivery::Reply(reply_to, reply) = self.delivery { Some((reply_to, reply)) } else { None }
    }

    /// Answers that the change could not be made durable. An event is dropped, and no connection is ended.
    pub fn refuse(self, refusal: &Refusal) {
        if let Delivery::Reply(reply_to, _) = self.delivery {
            reply_to.refuse(refusal);
        }
    }
}

/// What a held reply waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Nothing; it reveals nobody's state.
    Now,
    /// The last change of this player.
    Player(Entity),
    /// Every change up to and including the tick's.
    Everything,
    /// The batch of this number.
    Batch(BatchNumber),
}

/// A tick's replies, and what the world needs from outside.
#[derive(Debug, Default, Resource)]
pub struct Outbox {
    /// The tick's replies in order, followed by its events.
    pub replies: Vec<Held>,
    /// Index entries to look up.
    pub lookups: Vec<IndexKey>,
    /// Players to load.
    pub players: Vec<AccountId>,
    /// Jobs to run.
    pub jobs: Vec<(JobId, Job)>,
    /// Rows to read, numbered among the jobs.
    pub queries: Vec<(QueryId, RowQuery)>,
}
