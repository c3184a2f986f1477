//! A client: carries what its book says over a socket.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::load::connection::{Broken, Connection};
use crate::load::desk::{Common, Desk};
use crate::load::script::{Script, Values};

/// How long a reply may take before the connection counts as broken.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// Between two attempts to connect when the first has failed.
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// What the coordinator sees of the clients while they are at work.
#[derive(Debug, Default)]
pub struct Progress {
    /// Replies, all of them.
    pub replies: AtomicU64,
    /// Connections that broke.
    pub broken: AtomicU64,
}

/// What a client needs beside its book.
#[derive(Debug)]
pub struct Surroundings {
    /// `HOST:PORT` of the server.
    pub address: String,
    /// When the run began.
    pub began: Instant,
    /// For the coordinator.
    pub progress: Arc<Progress>,
    /// What the clients of the thread share.
    pub common: Rc<Common>,
}

impl Surroundings {
    /// Nanoseconds since the run began.
    #[must_use]
    pub fn now_ns(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn note_broken(&self, why: &Broken, unanswered: usize) {
        self.progress.broken.fetch_add(1, Ordering::Relaxed);
        self.common.tally.borrow_mut().connection_broke(&why.to_string(), unanswered);
    }
}

/// Does the start of a mix on a fresh connection.
///
/// # Errors
///
/// When a reply is not as the mix expects it, or the connection breaks.
pub async fn start(connection: &mut Connection, script: &Script, values: &mut Values) -> Result<(), Broken> {
    for request in &script.start {
        let asking = timeout(PATIENCE, connection.ask(&request.text(values))).await;
        let reply = asking.map_err(|_| Broken::Silent(PATIENCE.as_secs()))??;
        let status = super::frame::status(&reply);
        if !status.is_some_and(|status| request.statuses.contains(&status)) {
            let function = script.kinds[request.kind].clone();
            return Err(Broken::Refused { function, reply: String::from_utf8_lossy(&reply).into_owned() });
        }
        request.take(&reply, values);
    }
    Ok(())
}

/// Runs a client on its connection until its book is done; `wake` is told when something may be due.
pub async fn run(mut connection: Connection, mut desk: Desk, wake: Rc<Notify>, around: Rc<Surroundings>) {
    match drive(&mut connection, &mut desk, &wake, &around).await {
        Ok(()) => connection.close().await,
        Err(why) => around.note_broken(&why, desk.under_way()),
    }
    desk.close();
}

/// Runs a client that has a connection of its own for each sequence.
pub async fn run_reconnecting(mut desk: Desk, wake: Rc<Notify>, around: Rc<Surroundings>) {
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

/// Connects, asks one sequence, and closes.
async fn visit(due_ns: u64, desk: &mut Desk, wake: &Notify, around: &Surroundings) -> Result<(), Broken> {
    let opening = timeout(PATIENCE, Connection::open(&around.address)).await;
    let mut connection = opening.map_err(|_| Broken::Silent(PATIENCE.as_secs()))??;
    if around.common.window.get().counts(due_ns) {
        around.common.tally.borrow_mut().connected(around.now_ns().saturating_sub(due_ns));
    }
    drive(&mut connection, desk, wake, around).await?;
    connection.close().await;
    Ok(())
}

/// Sends what is due and takes in what comes, until the book is done or wants another connection.
async fn drive(
    connection: &mut Connection,
    desk: &mut Desk,
    wake: &Notify,
    around: &Surroundings,
) -> Result<(), Broken> {
    let Connection { stream, inbound } = connection;
    let (mut reader, writer) = stream.split();
    let (mut out, mut written) = (Vec::new(), 0);
    let mut last_heard = Instant::now();
    let mut patience = std::pin::pin!(sleep_until(last_heard + PATIENCE));
    loop {
        desk.fill(around.now_ns(), &mut out);
        if !out.is_empty() {
            match writer.try_write(&out[written..]) {
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
            read = reader.read(inbound.room()) => {
                let (read, now_ns, before) = (read?, around.now_ns(), desk.under_way());
                inbound.take(read, &mut out, |text| desk.land(now_ns, text))?;
                let replies = before - desk.under_way();
                around.progress.replies.fetch_add(replies as u64, Ordering::Relaxed);
                last_heard = Instant::now();
            }
            ready = writer.writable(), if !out.is_empty() => ready?,
            () = wake.notified() => {}
            () = &mut patience => {
                if desk.under_way() > 0 && last_heard.elapsed() >= PATIENCE {
                    return Err(Broken::Silent(PATIENCE.as_secs()));
                }
                patience.as_mut().reset(Instant::now() + PATIENCE);
            }
        }
    }
}
