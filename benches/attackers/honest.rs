//! A client that keeps to the limits: it asks, waits for the reply, and pauses.

use std::time::{Duration, Instant};

use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

use crate::Outcome;
use raidkeep::studio::load::address::{ServerAddress, Transport};

/// Less than the limit of a player.
const PAUSE: Duration = Duration::from_millis(11);
/// How long a reply may take before the measurement is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the replies took, in ascending order.
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    /// Milliseconds within which this share of the replies came.
    pub(crate) fn ms(&self, share: f64) -> f64 {
        let at = (self.0.len() as f64 * share) as usize;
        self.0.get(at.min(self.0.len().saturating_sub(1))).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
    }
}

/// Asks for this long.
pub(crate) fn measure(server: &ServerAddress, length: Duration) -> Outcome<Latencies> {
    let stream = server.dial_blocking(PATIENCE)?;
    let (mut socket, _) = tungstenite::client(server.url(), stream).map_err(|error| error.to_string())?;
    ask(&mut socket, r#"{"world":0,"function":"login_unique","data":{"unique_id":"honest"}}"#)?;
    let mut latencies = Vec::new();
    let began = Instant::now();
    while began.elapsed() < length {
        let asked = Instant::now();
        ask(&mut socket, r#"{"world":0,"function":"get_player_info","data":{}}"#)?;
        latencies.push(asked.elapsed());
        std::thread::sleep(PAUSE);
    }
    latencies.sort_unstable();
    Ok(Latencies(latencies))
}

fn ask(socket: &mut WebSocket<Box<dyn Transport>>, request: &str) -> Outcome<()> {
    socket.send(Message::text(request))?;
    loop {
        let reply = socket.read()?;
        match reply.to_text()? {
            text if text.starts_with(r#"{"status":0,"#) || text.starts_with(r#"{"status":1,"#) => return Ok(()),
            text if text.starts_with(r#"{"event""#) => {}
            text => return Err(format!("the honest client was refused: {text}").into()),
        }
    }
}
