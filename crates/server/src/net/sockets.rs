//! The sockets that one thread serves: those of a world's thread share it with the world, because waking another one for each
//! request would cost more than the request.

use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::config::Config;
use crate::net::connection::Connection;
use crate::net::limits::Limiter;
use crate::net::outbox::Outbox;
use crate::net::socket::Socket;
use crate::net::wake_ups::WakeUps;
use crate::net::way_in::WayIn;
use crate::net::websocket::{self, CloseReason};

/// The sockets of a thread and their shared state.
pub struct Sockets {
    way_in: Arc<WayIn>,
    config: Arc<Config>,
    started: Instant,
    /// Seconds since the start, updated by each new socket and each check of all of them.
    seconds: Rc<Cell<u64>>,
    open: RefCell<Vec<Weak<Supervision>>>,
    is_stopping: Rc<Cell<bool>>,
    came: Notify,
    wake_ups: Arc<WakeUps>,
}

impl Sockets {
    /// No sockets yet. They are those of the current thread.
    pub fn new(way_in: Arc<WayIn>, config: Arc<Config>) -> Self {
        Self {
            way_in,
            config,
            started: Instant::now(),
            seconds: Rc::default(),
            open: RefCell::default(),
            is_stopping: Rc::default(),
            came: Notify::new(),
            wake_ups: WakeUps::of_this_thread(),
        }
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The way in to the worlds.
    pub fn way_in(&self) -> &Arc<WayIn> {
        &self.way_in
    }

    /// Serves a WebSocket until it ends.
    pub async fn serve(&self, socket: Socket, address: Option<IpAddr>, operator_token: Option<Box<str>>) {
        let limits = &self.config.limits;
        let limiter = Limiter::per_second(limits.requests_per_second_per_connection);
        // The seconds do not advance while there are no sockets.
        self.seconds.set(self.started.elapsed().as_secs());
        let (way_in, outbox) = (self.way_in.clone(), Outbox::new(&self.way_in).woken_through(self.wake_ups.clone()));
        let connection = Connection::with(outbox, way_in, address, limiter, limits.in_flight_per_connection)
            .of_operator(operator_token);
        let supervision = Rc::new(Supervision {
            now: self.seconds.clone(),
            opened_at: self.seconds.get(),
            last_frame_at: Cell::new(self.seconds.get()),
            is_stopping: self.is_stopping.clone(),
            idle_seconds: limits.idle_seconds,
            login_seconds: limits.login_seconds,
            waker: RefCell::default(),
        });
        self.open.borrow_mut().push(Rc::downgrade(&supervision));
        self.came.notify_one();
        websocket::serve(socket, connection, supervision, limits.image_request_bytes).await;
    }

    /// Wakes the sockets that others have something for, and those whose time is up.
    pub async fn supervise(self: Rc<Self>) {
        tokio::join!(self.wake_ups.serve(), self.watch());
    }

    /// Advances the sockets' seconds and wakes those whose time is up. Sleeps while there are none.
    async fn watch(&self) {
        let mut known = (0, 0);
        loop {
            if self.open.borrow().is_empty() {
                self.came.notified().await;
            }
            self.seconds.set(self.started.elapsed().as_secs());
            let lives = self.way_in.offices.lives();
            // Once more a second later: a world that was on its way may have refused.
            let has_moved = known != (lives, lives);
            known = (lives, known.0);
            self.open.borrow_mut().retain(|socket| socket.upgrade().map(|socket| socket.check(has_moved)).is_some());
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Waits until every socket is closed.
    pub async fn all_closed(&self) {
        while self.open.borrow().iter().any(|socket| socket.strong_count() > 0) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Makes every socket finish its accepted requests and close.
    pub fn stop(&self) {
        self.is_stopping.set(true);
        for socket in self.open.borrow().iter().filter_map(Weak::upgrade) {
            socket.wake();
        }
    }
}

/// The external reasons to end a connection: timeouts and the server's stop.
pub struct Supervision {
    now: Rc<Cell<u64>>,
    opened_at: u64,
    last_frame_at: Cell<u64>,
    is_stopping: Rc<Cell<bool>>,
    idle_seconds: u64,
    login_seconds: u64,
    waker: RefCell<Option<Waker>>,
}

impl Supervision {
    /// Registers `waker`, to be woken when there may be a reason to end.
    pub fn register(&self, waker: &Waker) {
        let mut known = self.waker.borrow_mut();
        if known.as_ref().is_none_or(|known| !known.will_wake(waker)) {
            *known = Some(waker.clone());
        }
    }

    /// Notes activity of the client.
    pub fn note_frame(&self) {
        self.last_frame_at.set(self.now.get());
    }

    /// Whether no more requests are accepted.
    pub fn reads_no_more(&self) -> bool {
        self.is_stopping.get()
    }

    /// Why the connection must end now, if it must.
    pub fn ending(&self, connection: &mut Connection) -> Option<CloseReason> {
        if self.is_stopping.get() {
            return connection.is_idle().then_some(CloseReason::Stopping);
        }
        let now = self.now.get();
        if now.saturating_sub(self.last_frame_at.get()) > self.idle_seconds {
            return Some(CloseReason::Idle);
        }
        let is_late = now.saturating_sub(self.opened_at) > self.login_seconds;
        (is_late && !connection.is_signed_in()).then_some(CloseReason::NotSignedIn)
    }

    fn check(&self, has_moved: bool) {
        let now = self.now.get();
        let is_idle = now.saturating_sub(self.last_frame_at.get()) > self.idle_seconds;
        let is_login_due = now.saturating_sub(self.opened_at) == self.login_seconds + 1;
        if is_idle || is_login_due || has_moved {
            self.wake();
        }
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }
}
