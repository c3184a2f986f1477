//! Where the inputs of a world arrive.

use std::sync::{Arc, Mutex};

use tokio::sync::{Notify, mpsc};

use crate::net::acceptor::Stream;
use crate::net::inbox::Inbox;
use crate::net::socket_threads::WAITING_STREAMS;
use raidkeep_engine::numbers::BatchNumber;
use raidkeep_engine::reload::reloader::Subscriber;
use raidkeep_engine::tick::Input;

/// The endpoint of one world.
pub(super) struct Door {
    pub(super) inbox: Arc<Inbox>,
    pub(super) notify: Arc<Notify>,
    pub(super) streams: mpsc::Sender<Stream>,
    /// Taken by the world's app.
    pub(super) received: Mutex<Option<mpsc::Receiver<Stream>>>,
}

impl Door {
    pub(super) fn new(world: u32, capacity: usize) -> Self {
        let (streams, received) = mpsc::channel(WAITING_STREAMS);
        let notify = Arc::new(Notify::new());
        let wake = notify.clone();
        let inbox =
            Arc::new(Inbox::new(capacity, BatchNumber::default(), Box::new(move || wake.notify_one())).measured(world));
        Self { inbox, notify, streams, received: Mutex::new(Some(received)) }
    }
}

/// Brings a world the news of its rules.
pub(super) fn subscribe(door: &Door) -> Subscriber {
    let inbox = door.inbox.clone();
    Box::new(move |news| inbox.push(Input::Rules(news)))
}
