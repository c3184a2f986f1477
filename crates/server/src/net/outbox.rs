//! The replies and events of a connection on their way out, in the order of its requests.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Waker;

use serde::Deserialize;

use crate::net::wake_ups::WakeUps;
use crate::net::way_in::WayIn;
use raidkeep_engine::request::envelope::with_event_count;
use raidkeep_engine::request::reply::{Addressee, ConnectionId, Dismissal, Reply, ReplyPort};
use raidkeep_engine::request::{SignIn, status};

/// Events queued for a slow reader; more are dropped, since each can also be queried. The count of those that follow
/// shows the gap.
const EVENTS_MAX: usize = 256;

/// The number of a request that the server makes for the connection; its reply goes nowhere.
pub(super) const UNASKED: u64 = u64::MAX;

/// The number of connections so far.
static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

/// The replies of a connection, each in its slot. It is dropped when the connection is gone and no request of it is in
/// flight; then the worlds are notified.
pub(super) struct Outbox {
    id: ConnectionId,
    way_in: Weak<WayIn>,
    /// Of the thread that serves the connection; `None` = there is one thread only.
    wake_ups: Option<Arc<WakeUps>>,
    slots: Mutex<Slots>,
}

#[derive(Default)]
pub(super) struct Slots {
    /// The first request whose reply has not left.
    pub(super) first_serial: u64,
    /// The slots from that request to the last one answered.
    pub(super) slots: VecDeque<Option<Filled>>,
    pub(super) sign_ins: Vec<(u64, SignIn)>,
    /// Events are not tied to a request; they leave with the next replies, but none before the reply that names their
    /// player.
    events: VecDeque<QueuedEvent>,
    /// Who the connection acts for; events for others are dropped.
    acts_for: Option<SignIn>,
    /// Who was named by a reply that has left.
    named: Option<SignIn>,
    /// The worlds that know the connection.
    pub(super) worlds: Vec<u32>,
    pub(super) dismissal: Option<Dismissal>,
    /// Whether a world could not be asked to send events again.
    pub(super) is_unheard: bool,
    pub(super) waker: Option<Waker>,
}

pub(super) struct Filled {
    text: String,
    names: Option<Addressee>,
}

struct QueuedEvent {
    player: Option<Addressee>,
    text: String,
}

/// The number of a new connection.
pub(super) fn next_connection_id() -> ConnectionId {
    ConnectionId(CONNECTIONS.fetch_add(1, Ordering::Relaxed))
}

impl Outbox {
    pub(super) fn new(way_in: &Arc<WayIn>) -> Self {
        let id = next_connection_id();
        Self { id, way_in: Arc::downgrade(way_in), wake_ups: None, slots: Mutex::default() }
    }

    /// The same, whose connection's task is woken through these.
    pub(super) fn woken_through(mut self, wake_ups: Arc<WakeUps>) -> Self {
        self.wake_ups = Some(wake_ups);
        self
    }

    fn wake(&self, waker: Option<Waker>) {
        match (waker, &self.wake_ups) {
            (Some(waker), Some(wake_ups)) => wake_ups.wake(waker),
            (Some(waker), None) => waker.wake(),
            (None, _) => {}
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        let worlds = std::mem::take(&mut self.lock().worlds);
        if let Some(way_in) = self.way_in.upgrade() {
            way_in.offices.note_closed(self.id, &worlds);
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
    pub(super) fn has_event(&self) -> bool {
        self.events.front().is_some_and(|event| event.player.is_none_or(|player| self.named == Some(player.sign_in)))
    }

    fn take_events(&mut self, texts: &mut Vec<String>) {
        while self.has_event() {
            texts.extend(self.events.pop_front().map(|event| event.text));
        }
    }

    /// Moves everything that may leave to `texts`.
    pub(super) fn take_ready(&mut self, texts: &mut Vec<String>) {
        self.take_events(texts);
        while let Some(Some(_)) = self.slots.front() {
            texts.extend(self.take_reply());
            self.take_events(texts);
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

    pub(super) fn is_answered(&self, serial: u64) -> bool {
        let at = serial.checked_sub(self.first_serial).and_then(|at| usize::try_from(at).ok());
        at.is_none_or(|at| self.slots.get(at).is_some_and(Option::is_some))
    }

    /// The first request without an answer.
    pub(super) fn first_open_serial(&self) -> u64 {
        let answered = self.slots.iter().take_while(|slot| slot.is_some()).count();
        self.first_serial + answered as u64
    }
}

/// Whether a reply says that the same request may do better later.
fn asks_for_patience(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Told {
        status: i32,
    }
    let told = serde_json::from_str(text).map(|told: Told| told.status);
    matches!(told, Ok(status::BUSY | status::TIMED_OUT | status::TOO_MANY_REQUESTS))
}

impl ReplyPort for Outbox {
    fn connection(&self) -> Option<ConnectionId> {
        Some(self.id)
    }

    fn reply(&self, serial: u64, reply: Reply) {
        self.reply_all(&mut std::iter::once((serial, reply)));
    }

    fn reply_all(&self, replies: &mut dyn Iterator<Item = (u64, Reply)>) {
        let mut slots = self.lock();
        let mut may_leave = false;
        for (serial, Reply { text, names, .. }) in replies {
            if serial == UNASKED {
                slots.is_unheard |= asks_for_patience(&text);
                continue;
            }
            slots.fill(serial, Filled { text, names });
            if let Some(Addressee { sign_in, .. }) = names {
                slots.sign_ins.push((serial, sign_in));
                slots.acts_for = Some(sign_in);
            }
            may_leave |= serial == slots.first_serial;
        }
        let waker = if may_leave { slots.waker.take() } else { None };
        drop(slots);
        self.wake(waker);
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
        self.wake(waker);
    }

    fn dismiss(&self, sign_in: SignIn, why: Dismissal) {
        let mut slots = self.lock();
        if slots.acts_for != Some(sign_in) {
            return;
        }
        slots.dismissal = Some(why);
        let waker = slots.waker.take();
        drop(slots);
        self.wake(waker);
    }
}
