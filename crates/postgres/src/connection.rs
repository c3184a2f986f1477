//! One connection to the primary.
//!
//! A commit that was not waited for to its end is told by a warning only, so that any warning counts as a failure. After one
//! the connection is closed, which ends its transaction.

use std::future::{Future, poll_fn};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::AbortHandle;
use tokio_postgres::{AsyncMessage, Client, Config, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::bridge::Bridge;
use crate::fault::Fault;
use crate::settings::DatabaseSettings;

/// Set on each connection: no statement is given up by the server on its own, unless its node has given it up and closed the
/// connection; but a transaction is whose node hangs between two of them. Either would keep others from taking over, and the
/// first use up the server's connections. Plans look for rows by their keys.
const PREPARE: &str = "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 2000; \
     SET client_connection_check_interval = 500; \
     SET synchronous_commit = on; SET client_min_messages = warning; SET max_parallel_workers_per_gather = 0; \
     SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off";

/// The timeline on which a server writes; none while it only follows.
const TIMELINE: &str = "SELECT CASE WHEN pg_is_in_recovery() THEN NULL \
     ELSE substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) END";

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    bridge: Arc<Bridge>,
    client: Arc<Client>,
    warned: Arc<Mutex<Option<String>>>,
    patience: std::time::Duration,
    driver: AbortHandle,
}

/// A server that hangs would otherwise keep the connection for as long as it hangs.
impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// A server that answers as a primary.
struct Primary {
    timeline: String,
    client: Client,
    warned: Arc<Mutex<Option<String>>>,
    driver: AbortHandle,
}

impl Connection {
    /// Connects to the server that writes. Where several say so, it is the one that was promoted last.
    pub(crate) fn open(bridge: &Arc<Bridge>, settings: &DatabaseSettings) -> Result<Self, Fault> {
        let found = bridge.wait(find_primary(settings.clone())).ok_or(Fault::Stopped)?;
        let Primary { client, warned, driver, .. } = found?;
        Ok(Self { bridge: bridge.clone(), client: Arc::new(client), warned, patience: settings.patience, driver })
    }

    /// Whether it can be used again.
    pub(crate) fn is_open(&self) -> bool {
        !self.client.is_closed()
    }

    /// Asks the server, and waits for its answer as long as there is patience.
    pub(crate) fn ask<T, W>(&self, work: impl FnOnce(Arc<Client>) -> W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: Future<Output = Result<T, tokio_postgres::Error>> + Send + 'static,
    {
        let (patience, work) = (self.patience, work(self.client.clone()));
        let answered = self.bridge.wait(async move { tokio::time::timeout(patience, work).await });
        let answer = answered.ok_or(Fault::Stopped)?.map_err(|_| Fault::Late(patience))??;
        match self.warned.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(warning) => Err(Fault::Warned(warning)),
            None => Ok(answer),
        }
    }

    /// Runs statements that return nothing.
    pub(crate) fn run(&self, statements: &'static str) -> Result<(), Fault> {
        self.ask(async move |client| client.batch_execute(statements).await)
    }
}

/// Asks all servers at once, and waits for the others as long as one may take that answers.
async fn find_primary(settings: DatabaseSettings) -> Result<Primary, Fault> {
    let mut asked = tokio::task::JoinSet::new();
    for server in settings.servers {
        let (tls, patience) = (settings.tls.clone(), settings.patience);
        asked.spawn(async move {
            let opened = tokio::time::timeout(patience, open(&server, tls)).await;
            opened.unwrap_or(Err(Fault::Late(patience)))
        });
    }
    let (mut best, mut faults): (Option<Primary>, Vec<String>) = (None, Vec::new());
    loop {
        // One that answers at all does so soon after another has.
        let next = match &best {
            None => asked.join_next().await,
            Some(_) => tokio::time::timeout(settings.patience / 10, asked.join_next()).await.unwrap_or(None),
        };
        match next {
            None => break,
            Some(Ok(Ok(Some(primary)))) => {
                if best.as_ref().is_none_or(|best| primary.timeline > best.timeline) {
                    best = Some(primary);
                }
            }
            Some(Ok(Ok(None))) => faults.push("it is a standby".to_owned()),
            Some(Ok(Err(fault))) => faults.push(fault.to_string()),
            Some(Err(_)) => {}
        }
    }
    best.ok_or_else(|| Fault::NoPrimary(faults.join("; ")))
}

async fn open(server: &Config, tls: MakeRustlsConnect) -> Result<Option<Primary>, Fault> {
    let (client, connection) = server.connect(tls).await?;
    let warned = Arc::default();
    let driver = tokio::spawn(drive(connection, Arc::clone(&warned))).abort_handle();
    let timeline: Option<String> = client.query_typed(TIMELINE, &[]).await?.first().and_then(|row| row.get(0));
    let Some(timeline) = timeline else {
        return Ok(None);
    };
    client.batch_execute(PREPARE).await?;
    Ok(Some(Primary { timeline, client, warned, driver }))
}

/// Moves bytes until the connection is closed, and notes what the server warns of.
async fn drive<T>(mut connection: tokio_postgres::Connection<Socket, T>, warned: Arc<Mutex<Option<String>>>)
where
    T: tokio_postgres::tls::TlsStream + Unpin,
{
    while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
        if let AsyncMessage::Notice(notice) = message {
            tracing::warn!(severity = notice.severity(), "the database says: {}", notice.message());
            let text = format!("{} ({})", notice.message(), notice.code().code());
            warned.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(text);
        }
    }
}
