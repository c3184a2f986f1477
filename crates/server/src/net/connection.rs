//! The logic of a connection apart from its socket: requests go in as text, replies come out in the order of the
//! requests.

use raidkeep_engine::request::reply::ConnectionId;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Waker;

use crate::net::limits::Limiter;
use crate::net::signed_in::{Actor, SignedIn};
use crate::net::way_in::{NotSent, Received, Slot, WayIn};
use raidkeep_engine::request::envelope::{RequestId, refusal_text, with_event_count};
use raidkeep_engine::request::reply::{Addressee, Dismissal, Reply, ReplyPort};
use raidkeep_engine::request::{Refusal, SignIn, status};
use raidkeep_engine::tick::Input;

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
}

struct Unchecked {
    serial: u64,
    world: u32,
    token: Option<Box<str>>,
}

impl Connection {
    /// A new connection from `address`.
    pub fn new(way_in: Arc<WayIn>, address: Option<IpAddr>, limiter: Limiter, in_flight_max: usize) -> Self {
        Self {
            outbox: Arc::new(Outbox::new(&way_in)),
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

    /// Takes in the text of a frame.
    pub fn receive(&mut self, text: &str) {
        self.take_sign_ins();
        let serial = self.reserve();
        let limit = self.limiter.check();
        let slot = Slot { port: &self.outbox, serial };
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
        outbox.take_events(replies);
        while let Some(Some(_)) = outbox.slots.front() {
            replies.extend(outbox.take_reply());
            outbox.take_events(replies);
        }
        self.dismissal = outbox.dismissal;
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

    /// Registers `waker`, to be woken when a reply may leave.
    pub fn register(&self, waker: &Waker) {
        let mut outbox = self.outbox.lock();
        if outbox.waker.as_ref().is_none_or(|known| !known.will_wake(waker)) {
            outbox.waker = Some(waker.clone());
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
                self.signed_in.actors.push(Actor { world, sign_in, token, limiter });
            }
        }
        self.unchecked.retain(|unchecked| unchecked.serial >= first_open);
    }
}

/// Events queued for a slow reader; more are dropped, since each can also be queried. The count of those that follow
/// shows the gap.
const EVENTS_MAX: usize = 256;

/// The number of connections so far.
static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

/// The replies of a connection, each in its slot. It is dropped when the connection is gone and no request of it is in
/// flight; then the worlds are notified.
struct Outbox {
    id: ConnectionId,
    way_in: Weak<WayIn>,
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    /// The first request whose reply has not left.
    first_serial: u64,
    /// The slots from that request to the last one answered.
    slots: VecDeque<Option<Filled>>,
    sign_ins: Vec<(u64, SignIn)>,
    /// Events are not tied to a request; they leave with the next replies, but none before the reply that names their
    /// player.
    events: VecDeque<QueuedEvent>,
    /// Who the connection acts for; events for others are dropped.
    acts_for: Option<SignIn>,
    /// Who was named by a reply that has left.
    named: Option<SignIn>,
    /// The worlds that know the connection.
    worlds: Vec<u32>,
    dismissal: Option<Dismissal>,
    waker: Option<Waker>,
}

struct Filled {
    text: String,
    names: Option<Addressee>,
}

struct QueuedEvent {
    player: Option<Addressee>,
    text: String,
}

impl Outbox {
    fn new(way_in: &Arc<WayIn>) -> Self {
        let id = ConnectionId(CONNECTIONS.fetch_add(1, Ordering::Relaxed));
        Self { id, way_in: Arc::downgrade(way_in), slots: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        let worlds = std::mem::take(&mut self.lock().worlds);
        let Some(way_in) = self.way_in.upgrade() else {
            return;
        };
        for world in worlds {
            if let Some(inbox) = way_in.offices.inbox(world) {
                inbox.push(Input::Closed(self.id));
            }
        }
    }
}

impl Slots {
    fn fill(&mut self, serial: u64, filled: Filled) {
        let Some(at) = serial.checked_sub(self.first_serial).and_then(|at| usize::try_from(at).ok()) else {
            return;
        };
        if at >= self.slots.len() {
            self.slots.resize_with(at + 1, || None);
        }
        self.slots[at] = Some(filled);
    }

    /// Whether the first event may leave.
    fn has_event(&self) -> bool {
        self.events.front().is_some_and(|event| event.player.is_none_or(|player| self.named == Some(player.sign_in)))
    }

    fn take_events(&mut self, texts: &mut Vec<String>) {
        while self.has_event() {
            texts.extend(self.events.pop_front().map(|event| event.text));
        }
    }

    /// Takes the next reply. The first one that names a player tells the count of the events before the next.
    fn take_reply(&mut self) -> Option<String> {
        let Filled { mut text, names } = self.slots.pop_front()??;
        self.first_serial += 1;
        if let Some(Addressee { sign_in, n }) = names.filter(|named| self.named != Some(named.sign_in)) {
            self.named = Some(sign_in);
            self.events.retain(|event| event.player.is_none_or(|player| player.sign_in == sign_in));
            let next = self.events.iter().find_map(|event| event.player?.n);
            if let Some(n) = next.map(|next| next.saturating_sub(1)).or(n) {
                text = with_event_count(&text, n);
            }
        }
        Some(text)
    }

    fn is_answered(&self, serial: u64) -> bool {
        let at = serial.checked_sub(self.first_serial).and_then(|at| usize::try_from(at).ok());
        at.is_none_or(|at| self.slots.get(at).is_some_and(Option::is_some))
    }

    /// The first request without an answer.
    fn first_open_serial(&self) -> u64 {
        let answered = self.slots.iter().take_while(|slot| slot.is_some()).count();
        self.first_serial + answered as u64
    }
}

impl ReplyPort for Outbox {
    fn connection(&self) -> Option<ConnectionId> {
        Some(self.id)
    }

    fn reply(&self, serial: u64, reply: Reply) {
        let mut slots = self.lock();
        slots.fill(serial, Filled { text: reply.text, names: reply.names });
        if let Some(Addressee { sign_in, .. }) = reply.names {
            slots.sign_ins.push((serial, sign_in));
            slots.acts_for = Some(sign_in);
        }
        let may_leave = serial == slots.first_serial;
        let waker = if may_leave { slots.waker.take() } else { None };
        drop(slots);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn push(&self, player: Option<Addressee>, text: &str) {
        let mut slots = self.lock();
        if player.is_some_and(|player| slots.acts_for != Some(player.sign_in)) {
            return;
        }
        if slots.events.len() >= EVENTS_MAX {
            metrics::counter!("raidkeep_events_dropped_total").increment(1);
            return;
        }
        let text = match player.and_then(|player| player.n) {
            Some(n) => with_event_count(text, n),
            None => text.to_owned(),
        };
        slots.events.push_back(QueuedEvent { player, text });
        let waker = slots.waker.take();
        drop(slots);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn dismiss(&self, sign_in: SignIn, why: Dismissal) {
        let mut slots = self.lock();
        if slots.acts_for != Some(sign_in) {
            return;
        }
        slots.dismissal = Some(why);
        let waker = slots.waker.take();
        drop(slots);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
