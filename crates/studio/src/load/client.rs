//! A client: drives a [`Desk`] over a socket.

use std::future::poll_fn;
use std::io::{self, Write};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use raidkeep_server::net::tls::Wire;

use crate::load::address::ServerAddress;
use crate::load::connection::{ClientConnection, ConnectionError, Inbound};
use crate::load::desk::{Common, Desk};
use crate::load::script::{LoadScript, Values};

/// How long to wait for a reply before the connection counts as broken.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// Delay before reconnecting after a failure.
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// What the coordinator sees of the running clients.
#[derive(Debug, Default)]
pub struct LoadProgress {
    /// All replies so far.
    pub replies: AtomicU64,
    /// Connections that broke.
    pub broken: AtomicU64,
}

/// What a client needs besides its [`Desk`].
#[derive(Debug)]
pub struct ClientContext {
    /// The server.
    pub server: ServerAddress,
    /// When the run began.
    pub began: Instant,
    /// Shared with the coordinator.
    pub progress: Arc<LoadProgress>,
    /// What the clients of the thread share.
    pub common: Rc<Common>,
}

impl ClientContext {
    /// Nanoseconds since the run began.
    #[must_use]
    pub fn now_ns(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn note_broken(&self, why: &ConnectionError, unanswered: usize) {
        self.progress.broken.fetch_add(1, Ordering::Relaxed);
        self.common.tally.borrow_mut().connection_broke(&why.to_string(), unanswered);
    }
}

/// Sends the start requests of a mix on a fresh connection.
///
/// # Errors
///
/// A reply is not what the mix expects, or the connection breaks.
pub async fn start(
    connection: &mut ClientConnection,
    script: &LoadScript,
    values: &mut Values,
) -> Result<(), ConnectionError> {
    for request in &script.start {
        let asking = timeout(PATIENCE, connection.ask(&request.text(values))).await;
        let reply = asking.map_err(|_| ConnectionError::Silent(PATIENCE.as_secs()))??;
        let status = super::frame::status(&reply);
        if !status.is_some_and(|status| request.statuses.contains(&status)) {
            let function = script.kinds[request.kind].clone();
            return Err(ConnectionError::Refused { function, reply: String::from_utf8_lossy(&reply).into_owned() });
        }
        request.take(&reply, values);
    }
    Ok(())
}

/// Runs a client on its connection until its desk is done; `wake` is notified when something may be due.
pub async fn run(mut connection: ClientConnection, mut desk: Desk, wake: Rc<Notify>, around: Rc<ClientContext>) {
    match drive(&mut connection, &mut desk, &wake, &around).await {
        Ok(()) => connection.close().await,
        Err(why) => around.note_broken(&why, desk.under_way()),
    }
    desk.close();
}

/// Runs a client that opens a new connection for each sequence.
pub async fn run_reconnecting(mut desk: Desk, wake: Rc<Notify>, around: Rc<ClientContext>) {
    loop {
        let now_ns = around.now_ns();
        if desk.is_done(now_ns) {
            break;
        }
        let Some(due_ns) = desk.due_ns(now_ns) else {
            wake.notified().await;
            continue;
        };
        desk.reconnect();
        if let Err(why) = visit(due_ns, &mut desk, &wake, &around).await {
            around.note_broken(&why, desk.under_way());
            desk.forfeit();
            desk.reconnect();
            sleep(RETRY_AFTER).await;
        }
    }
    desk.close();
}

/// Connects, sends one sequence, and closes.
async fn visit(due_ns: u64, desk: &mut Desk, wake: &Notify, around: &ClientContext) -> Result<(), ConnectionError> {
    let opening = timeout(PATIENCE, ClientConnection::open(&around.server)).await;
    let mut connection = opening.map_err(|_| ConnectionError::Silent(PATIENCE.as_secs()))??;
    if around.common.window.get().counts(due_ns) {
        around.common.tally.borrow_mut().connected(around.now_ns().saturating_sub(due_ns));
    }
    drive(&mut connection, desk, wake, around).await?;
    connection.close().await;
    Ok(())
}

/// Sends due requests and handles replies until the desk is done or needs a new connection.
async fn drive(
    connection: &mut ClientConnection,
    desk: &mut Desk,
    wake: &Notify,
    around: &ClientContext,
) -> Result<(), ConnectionError> {
    let ClientConnection { wire, inbound } = connection;
    let (mut out, mut written) = (Vec::new(), 0);
    let mut last_heard = Instant::now();
    let mut patience = std::pin::pin!(sleep_until(last_heard + PATIENCE));
    loop {
        desk.fill(around.now_ns(), &mut out);
        if !out.is_empty() {
            match wire.write(&out[written..]) {
                Ok(count) => written += count,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
            if written == out.len() {
                out.clear();
                written = 0;
            }
        }
        if desk.is_done(around.now_ns()) || desk.wants_connection() {
            return Ok(());
        }
        tokio::select! {
            biased;
            ready = poll_fn(|cx| poll_wire(wire, inbound, !out.is_empty(), cx)) => {
                if let Some(read) = ready? {
                    let (now_ns, before) = (around.now_ns(), desk.under_way());
                    inbound.take(read, &mut out, |text| desk.land(now_ns, text))?;
                    let replies = before - desk.under_way();
                    around.progress.replies.fetch_add(replies as u64, Ordering::Relaxed);
                    last_heard = Instant::now();
                }
            }
            () = wake.notified() => {}
            () = &mut patience => {
                if desk.under_way() > 0 && last_heard.elapsed() >= PATIENCE {
                    return Err(ConnectionError::Silent(PATIENCE.as_secs()));
                }
                patience.as_mut().reset(Instant::now() + PATIENCE);
            }
        }
    }
}

/// Ready with the bytes that were read, or with none when more can be written.
fn poll_wire(
    wire: &mut Wire,
    inbound: &mut Inbound,
    wants_write: bool,
    cx: &mut Context<'_>,
) -> Poll<io::Result<Option<usize>>> {
    let mut room = ReadBuf::new(inbound.room());
    if let Poll::Ready(read) = Pin::new(&mut *wire).poll_read(cx, &mut room) {
        return Poll::Ready(read.map(|()| Some(room.filled().len())));
    }
    if wire.has_unsent() {
        return Pin::new(wire).poll_flush(cx).map_ok(|()| None);
    }
    if wants_write { wire.tcp().poll_write_ready(cx).map_ok(|()| None) } else { Poll::Pending }
}
