//! A cheap load client: the library does the handshake, frames are handled here.
//!
//! Client and server share the machine's cores, so the client's CPU time is taken from the server. Requests are
//! therefore framed and masked once, before the run, and of replies only the status is read.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Instant,
};

use raidkeep::server::net::tls::Wire;
use raidkeep::studio::load::frame::{self, CLOSE, PING, PONG, TEXT};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::Result;
use crate::dialect::{BINARY, Dialect};

/// The request to the echo; its token is as long as a real one.
pub(crate) const ECHO_REQUEST: &str =
    r#"{"world":0,"function":"echo","data":{"token":"0123456789012345678901234567890123456789012","stage":8},"id":17}"#;

/// Requests are sent, replies are not counted yet.
pub(crate) const WARMING: u8 = 0;
/// Replies are counted.
pub(crate) const MEASURING: u8 = 1;
/// Nothing more is sent; what is in flight is awaited.
pub(crate) const STOPPED: u8 = 2;

/// One WebSocket connection.
pub(crate) struct Connection {
    stream: Wire,
    pub(crate) dialect: Dialect,
    buffer: Vec<u8>,
    filled: usize,
}

impl Connection {
    /// Connects and performs the handshake.
    pub(crate) async fn open(address: SocketAddr, dialect: Dialect) -> Result<Self> {
        Ok(Self { stream: Wire::Plain(dialect.open(address).await?), dialect, buffer: Vec::new(), filled: 0 })
    }

    /// Takes over a connection opened and started by a client of `raidkeep load`.
    pub(crate) fn take_over(connection: raidkeep::studio::load::ClientConnection) -> Self {
        Self { stream: connection.wire, dialect: Dialect::Json, buffer: Vec::new(), filled: 0 }
    }

    /// Sends requests without waiting.
    pub(crate) async fn send(&mut self, requests: &[String]) -> Result<()> {
        let batch: Vec<u8> = requests.iter().flat_map(|request| self.dialect.frame(request)).collect();
        Ok(self.stream.write_all(&batch).await?)
    }

    /// Sends one request and waits for its reply.
    pub(crate) async fn ask(&mut self, request: &str) -> Result<Vec<u8>> {
        let dialect = self.dialect;
        self.stream.write_all(&dialect.frame(request)).await?;
        let mut answer = None;
        while answer.is_none() {
            self.receive(|payload| {
                if dialect.status(payload).is_some() {
                    answer = Some(payload.to_vec());
                }
            })
            .await?;
        }
        answer.ok_or_else(|| "no reply".into())
    }

    /// Waits for data once and passes the payload of every complete message to `on_message`.
    pub(crate) async fn receive(&mut self, mut on_message: impl FnMut(&[u8])) -> Result<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize((2 * self.filled).max(64 << 10), 0);
        }
        let read = self.stream.read(&mut self.buffer[self.filled..]).await?;
        if read == 0 {
            return Err("the server closed the connection".into());
        }
        self.filled += read;
        let mut consumed = 0;
        while let Some((opcode, payload)) = frame::first(&self.buffer[consumed..self.filled]) {
            let end = consumed + payload.end;
            let payload = &self.buffer[consumed + payload.start..end];
            match opcode {
                TEXT | BINARY => on_message(payload),
                PING => {
                    let pong = frame::masked(PONG, payload);
                    self.stream.write_all(&pong).await?;
                }
                CLOSE => return Err(format!("closed: {}", payload.escape_ascii()).into()),
                other => return Err(format!("unexpected opcode {other}").into()),
            }
            consumed = end;
        }
        self.buffer.copy_within(consumed..self.filled, 0);
        self.filled -= consumed;
        Ok(())
    }

    /// Keeps `depth` requests in flight until `phase` says stop, then takes the rest of the replies and closes.
    pub(crate) async fn drive(mut self, mut requests: Requests, depth: usize, phase: Arc<AtomicU8>) -> Result<Tally> {
        let dialect = self.dialect;
        let mut tally = Tally::default();
        let mut flight = Flight::default();
        let mut batch = Vec::new();
        let mut due = depth;
        loop {
            if due > 0 && phase.load(Ordering::Relaxed) != STOPPED {
                batch.clear();
                (0..due).for_each(|_| requests.push_next(&mut batch));
                flight.depart(due);
                self.stream.write_all(&batch).await?;
            }
            if flight.count == 0 {
                break;
            }
            let mut arrived = Tally::default();
            self.receive(|payload| arrived.glance(payload, dialect, &requests.statuses)).await?;
            due = arrived.replies;
            let measuring = phase.load(Ordering::Relaxed) == MEASURING;
            flight.land(due, measuring.then_some(&mut tally.latencies))?;
            if measuring {
                tally.add(arrived);
            }
        }
        self.stream.write_all(&frame::masked(CLOSE, &[])).await?;
        Ok(tally)
    }
}

/// The requests in flight on one connection, as batches. Replies come in request order.
#[derive(Default)]
struct Flight {
    batches: VecDeque<(Instant, usize)>,
    count: usize,
}

impl Flight {
    fn depart(&mut self, requests: usize) {
        self.batches.push_back((Instant::now(), requests));
        self.count += requests;
    }

    /// Takes the oldest `replies` out, noting their age in microseconds.
    fn land(&mut self, replies: usize, mut latencies: Option<&mut Vec<u32>>) -> Result<()> {
        let now = Instant::now();
        let mut left = replies;
        while left > 0 {
            let (sent, waiting) = self.batches.front_mut().ok_or("a reply to no request")?;
            let taken = left.min(*waiting);
            if let Some(latencies) = latencies.as_deref_mut() {
                let age = now.duration_since(*sent).as_micros();
                let age = u32::try_from(age).unwrap_or(u32::MAX);
                latencies.extend(std::iter::repeat_n(age, taken));
            }
            *waiting -= taken;
            left -= taken;
            if *waiting == 0 {
                self.batches.pop_front();
            }
        }
        self.count -= replies;
        Ok(())
    }
}

/// The replies received.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) replies: usize,
    pub(crate) refused: usize,
    /// The first reply with an unexpected status.
    pub(crate) refusal: Option<String>,
    /// Microseconds, one entry per reply.
    pub(crate) latencies: Vec<u32>,
}

impl Tally {
    /// Counts a message, unless it is a push of the server, which has no status.
    fn glance(&mut self, payload: &[u8], dialect: Dialect, expected: &[i32]) {
        let Some(status) = dialect.status(payload) else { return };
        self.replies += 1;
        if !expected.contains(&status) {
            self.refused += 1;
            let reply = || String::from_utf8_lossy(payload).into_owned();
            self.refusal.get_or_insert_with(reply);
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.replies += other.replies;
        self.refused += other.refused;
        self.refusal = self.refusal.take().or(other.refusal);
        self.latencies.extend(other.latencies);
    }
}

/// A connection's requests, framed in advance: sequences, chosen by weight.
pub(crate) struct Requests {
    sequences: Vec<Vec<Vec<u8>>>,
    /// Cumulative weights of the sequences.
    weights: Vec<u32>,
    /// The current sequence, and its next request.
    place: (usize, usize),
    random: u32,
    /// The expected statuses.
    pub(crate) statuses: Vec<i32>,
}

impl Requests {
    /// `seed` keeps connections out of step.
    pub(crate) fn new(dialect: Dialect, sequences: &[(u32, Vec<String>)], statuses: Vec<i32>, seed: u32) -> Self {
        let framed = |(_, requests): &(u32, Vec<String>)| requests.iter().map(|text| dialect.frame(text)).collect();
        let weights = sequences.iter().scan(0, |sum, (weight, _)| {
            *sum += weight;
            Some(*sum)
        });
        let weights = weights.collect();
        let sequences: Vec<Vec<Vec<u8>>> = sequences.iter().map(framed).collect();
        // Start with a finished sequence, so that the first one is drawn as well.
        let place = (0, sequences.first().map_or(0, Vec::len));
        Self { sequences, weights, place, random: seed, statuses }
    }

    fn push_next(&mut self, batch: &mut Vec<u8>) {
        let (mut sequence, mut step) = self.place;
        if step == self.sequences[sequence].len() {
            (sequence, step) = (self.draw(), 0);
        }
        batch.extend_from_slice(&self.sequences[sequence][step]);
        self.place = (sequence, step + 1);
    }

    fn draw(&mut self) -> usize {
        // Numerical Recipes' generator; its high bits are good enough to shuffle requests.
        self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let all = self.weights.last().copied().unwrap_or(1);
        let drawn = (self.random >> 16) % all;
        self.weights.partition_point(|sum| *sum <= drawn)
    }
}
