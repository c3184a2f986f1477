//! The logic of a connection apart from its socket: requests go in as text, replies come out in the order of the
//! requests.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use crate::net::limits::Limiter;
use crate::net::outbox::{Outbox, UNASKED};
use crate::net::signed_in::{Actor, SignedIn};
use crate::net::way_in::{NotSent, Received, Slot, WayIn};
use raidkeep_engine::listening::Hear;
use raidkeep_engine::request::envelope::{Envelope, RequestId, refusal_text};
use raidkeep_engine::request::reply::{Dismissal, Reply, ReplyPort};
use raidkeep_engine::request::{Refusal, Request, status};

/// One client's connection.
pub struct Connection {
    way_in: Arc<WayIn>,
    outbox: Arc<Outbox>,
    address: Option<IpAddr>,
    limiter: Limiter,
    in_flight_max: u64,
    next_serial: u64,
    /// How many more requests may be read before checking the outbox again; each check takes a lock.
    room: u64,
    /// The worlds to notify when the connection is gone.
    worlds: Vec<u32>,
    signed_in: SignedIn,
    /// Whether an operator has asked. Operators bring their token with each request; none logs in.
    is_operators: bool,
    /// Requests whose answer may change who the connection acts for.
    unchecked: VecDeque<Unchecked>,
    /// The next request is read only when this one is answered.
    waits_for: Option<u64>,
    /// Requests refused because they came too fast, since somebody asked.
    refused: usize,
    /// Why the server ends it, if it does.
    dismissal: Option<Dismissal>,
    /// How many lives the worlds had begun when it was last looked.
    lives: u64,
}

struct Unchecked {
    serial: u64,
    world: u32,
    token: Option<Box<str>>,
}

impl Connection {
    /// A new connection from `address`.
    pub fn new(way_in: Arc<WayIn>, address: Option<IpAddr>, limiter: Limiter, in_flight_max: usize) -> Self {
        Self::with(Outbox::new(&way_in), way_in, address, limiter, in_flight_max)
    }

    /// The same with this outbox, which is its own.
    pub(super) fn with(
        outbox: Outbox,
        way_in: Arc<WayIn>,
        address: Option<IpAddr>,
        limiter: Limiter,
        in_flight_max: usize,
    ) -> Self {
        Self {
            outbox: Arc::new(outbox),
            way_in,
            address,
            limiter,
            in_flight_max: in_flight_max as u64,
            next_serial: 0,
            room: 0,
            worlds: Vec::new(),
            signed_in: SignedIn::default(),
            is_operators: false,
            unchecked: VecDeque::new(),
            waits_for: None,
            refused: 0,
            dismissal: None,
            lives: 0,
        }
    }

    /// The same for an operator who has logged in on a page of this server: the token is used by requests without one.
    #[must_use]
    pub fn of_operator(mut self, token: Option<Box<str>>) -> Self {
        self.signed_in.operator_token = token;
        self
    }

    /// Whether another request may be read: not while too many are in flight, nor while it is still open who the
    /// connection acts for.
    pub fn can_receive(&mut self) -> bool {
        if self.waits_for.is_none() && self.room > 0 {
            return true;
        }
        let outbox = self.outbox.lock();
        if let Some(serial) = self.waits_for {
            if !outbox.is_answered(serial) {
                return false;
            }
            self.waits_for = None;
        }
        let in_flight = self.next_serial - outbox.first_serial;
        self.room = self.in_flight_max.saturating_sub(in_flight);
        self.room > 0
    }

    /// The slot of the next request's reply.
    fn reserve(&mut self) -> u64 {
        self.room = self.room.saturating_sub(1);
        self.next_serial += 1;
        self.next_serial - 1
    }

    /// Takes in the text of a frame that has come now.
    pub fn receive(&mut self, text: &str) {
        self.receive_at(text, Instant::now());
    }

    /// Takes in the text of a frame that came at this moment.
    pub fn receive_at(&mut self, text: &str, came_at: Instant) {
        self.take_sign_ins();
        let serial = self.reserve();
        let limit = self.limiter.check();
        let slot = Slot { port: &self.outbox, serial, came_at };
        let received = match self.way_in.receive(text, &self.signed_in, self.address, limit, slot) {
            Ok(received) => received,
            Err(NotSent::TooFast) => {
                self.refused += 1;
                return;
            }
            Err(NotSent::Refused) => return,
        };
        let Received { world, signs_in, unchecked_token: token, is_operator } = received;
        self.is_operators |= is_operator;
        if !self.worlds.contains(&world) {
            self.worlds.push(world);
            self.outbox.lock().worlds.push(world);
        }
        if signs_in {
            self.waits_for = Some(serial);
        }
        if signs_in || token.is_some() {
            self.unchecked.push_back(Unchecked { serial, world, token });
        }
    }

    /// How many requests were refused because they came too fast, since this was last asked.
    pub fn take_refused(&mut self) -> usize {
        std::mem::take(&mut self.refused)
    }

    /// Answers a non-text frame.
    pub fn receive_binary(&mut self) {
        let serial = self.reserve();
        let refusal = Refusal::new(status::MALFORMED, "request: expected a text frame, found a binary one");
        let text = refusal_text(&refusal, &RequestId::Absent);
        self.outbox.reply(serial, Reply::new(text));
    }

    /// Moves the replies that may leave to `replies`, in the order of their requests.
    pub fn take_replies(&mut self, replies: &mut Vec<String>) {
        let mut outbox = self.outbox.lock();
        outbox.take_ready(replies);
        self.dismissal = outbox.dismissal;
    }

    /// The same at the begin of a turn, with what else needs the lock: registers `waker`, to be woken when a reply may
    /// leave, and has worlds that have begun a new life since they knew the connection send it events again.
    pub(super) fn begin_turn(&mut self, waker: &Waker, replies: &mut Vec<String>) {
        let mut outbox = self.outbox.lock();
        if outbox.waker.as_ref().is_none_or(|known| !known.will_wake(waker)) {
            outbox.waker = Some(waker.clone());
        }
        outbox.take_ready(replies);
        self.dismissal = outbox.dismissal;
        let is_unheard = std::mem::take(&mut outbox.is_unheard);
        drop(outbox);
        self.rejoin(is_unheard);
    }

    /// Why the connection has to end now, if the server ends it. What may leave before that was taken with the last
    /// replies.
    pub fn dismissal(&self) -> Option<Dismissal> {
        self.dismissal
    }

    /// Whether a reply may leave.
    pub fn has_replies(&self) -> bool {
        let outbox = self.outbox.lock();
        outbox.has_event() || matches!(outbox.slots.front(), Some(Some(_)))
    }

    /// Whether every request has its reply and every reply was taken.
    pub fn is_idle(&self) -> bool {
        self.outbox.lock().first_serial == self.next_serial
    }

    /// Whether the connection acts for anybody: a player, or an operator.
    pub fn is_signed_in(&mut self) -> bool {
        self.take_sign_ins();
        self.is_operators || !self.signed_in.actors.is_empty()
    }

    fn rejoin(&mut self, is_unheard: bool) {
        let lives = self.way_in.offices.lives();
        if self.lives == lives && !is_unheard {
            return;
        }
        self.lives = lives;
        self.take_sign_ins();
        for at in 0..self.signed_in.actors.len() {
            let (world, known) = (self.signed_in.actors[at].world, self.signed_in.actors[at].life);
            let life = self.way_in.offices.life(world);
            if life == known && !is_unheard {
                continue;
            }
            self.signed_in.actors[at].life = life;
            let (function, id) = (Cow::Borrowed(Hear::FUNCTION), RequestId::Absent);
            let envelope = Envelope { world, function, data: None, id, once: None, token: None };
            let slot = Slot { port: &self.outbox, serial: UNASKED, came_at: Instant::now() };
            // If it is not sent, it has been answered.
            let _ = self.way_in.receive_envelope(envelope, &self.signed_in, self.address, Ok(()), slot);
        }
    }

    fn take_sign_ins(&mut self) {
        if self.unchecked.is_empty() {
            return;
        }
        let mut outbox = self.outbox.lock();
        let sign_ins = std::mem::take(&mut outbox.sign_ins);
        let first_open = outbox.first_open_serial();
        drop(outbox);
        for (serial, sign_in) in sign_ins {
            if let Some(at) = self.unchecked.iter().position(|unchecked| unchecked.serial == serial)
                && let Some(Unchecked { world, token, .. }) = self.unchecked.remove(at)
            {
                let limiter = self.way_in.player_limits.of(world, sign_in.account);
                self.signed_in.actors.retain(|actor| actor.world != world);
                let life = self.way_in.offices.life(world);
                self.signed_in.actors.push(Actor { world, sign_in, token, limiter, life });
            }
        }
        self.unchecked.retain(|unchecked| unchecked.serial >= first_open);
    }
}
