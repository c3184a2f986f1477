//! `raidkeep call`: a client for people and scripts.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::handshake::{HandshakeError, HandshakeRole};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

use crate::cli::doors::{Clients, Doors};
use crate::cli::tell;
use crate::cli::{parse_world, print_line};
use raidkeep_server::net::operator::OPERATOR_TOKEN_VARIABLE;
use raidkeep_studio::load::address::{ServerAddress, Transport};

/// How long to wait for a reply.
const PATIENCE: Duration = Duration::from_secs(30);
/// Statuses of success (docs/contract/envelope.md).
const SUCCESSES: [i64; 3] = [0, 1, 2];
/// Exit code: the server refused a request.
const REFUSED: u8 = 2;

/// Exit codes: 0 if every status is 0, 1 or 2; 2 if the server refused a request; 1 if it could not be asked.
#[derive(Debug, Args)]
pub(super) struct Call {
    /// The function to call.
    #[arg(required_unless_present = "script")]
    function: Option<String>,
    /// Its arguments, a JSON object.
    #[arg(default_value = "{}")]
    data: String,
    #[command(flatten)]
    doors: Doors,
    /// Which world: a number, or realm.
    #[arg(long, value_name = "N", default_value = "0", value_parser = parse_world)]
    world: u32,
    /// Acts with this token. Without one, operator functions are called with the token in the environment variable
    /// RAIDKEEP_OPERATOR_TOKEN, and all others as a guest.
    #[arg(long)]
    token: Option<String>,
    /// The guest to act as if there is no token.
    #[arg(long, default_value = "raidkeep-call")]
    guest: String,
    /// Plays a file: on each line a function and its arguments, such as
    /// `enter_stage_general {"stage":8}`. Empty lines and lines with # are skipped.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["function", "data"])]
    script: Option<PathBuf>,
    /// Prints the events that arrive meanwhile on stderr. Without it they are dropped.
    #[arg(long)]
    events: bool,
}

pub(super) type Failure = Box<dyn std::error::Error>;

impl Call {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let calls = self.calls()?;
        let mut client = Clients::new(self.doors.clone(), self.world, self.events)?;
        let tokens = calls.iter().map(|(function, data)| match data["token"].as_str() {
            Some(token) => Ok(Some(token.to_owned())),
            None => self.token_for(function, &client),
        });
        let tokens = tokens.collect::<Result<Vec<_>, _>>()?;
        if tokens.contains(&None) {
            let reply = client.ask("login_unique", json!({"unique_id": self.guest}))?;
            if !is_success(&reply) {
                print_line(&serde_json::to_string_pretty(&reply)?);
                return Ok(ExitCode::from(REFUSED));
            }
        }
        let mut exit = ExitCode::SUCCESS;
        for ((function, mut data), token) in calls.into_iter().zip(tokens) {
            if let Some(token) = token
                && data.get("token").is_none()
            {
                data["token"] = token.into();
            }
            let reply = client.ask(&function, data)?;
            if self.script.is_some() {
                print_line(&format!("> {function}"));
            }
            print_line(&serde_json::to_string_pretty(&reply)?);
            if !is_success(&reply) {
                exit = ExitCode::from(REFUSED);
            }
        }
        Ok(exit)
    }

    /// The token to call a function with; `None` = as a guest.
    fn token_for(&self, function: &str, clients: &Clients) -> Result<Option<String>, Failure> {
        if self.token.is_some() || !clients.is_for_operators(function) {
            return Ok(self.token.clone());
        }
        let token = std::env::var(OPERATOR_TOKEN_VARIABLE).ok().filter(|token| !token.is_empty());
        let missing = || format!("{function} is for operators: put their token into {OPERATOR_TOKEN_VARIABLE}");
        token.map(Some).ok_or_else(|| missing().into())
    }

    fn calls(&self) -> Result<Vec<(String, Value)>, Failure> {
        match (&self.script, &self.function) {
            (Some(path), _) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
                let place = path.display().to_string();
                text.lines().enumerate().filter_map(|(at, line)| read_line(&place, at + 1, line).transpose()).collect()
            }
            (None, Some(function)) => Ok(vec![(function.clone(), arguments(&self.data)?)]),
            (None, None) => Ok(Vec::new()),
        }
    }
}

fn is_success(reply: &Value) -> bool {
    reply["status"].as_i64().is_some_and(|status| SUCCESSES.contains(&status))
}

fn arguments(text: &str) -> Result<Value, Failure> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("the arguments are not JSON: {error}"))?;
    if value.is_object() {
        Ok(value)
    } else {
        Err("the arguments should be a JSON object such as {\"stage\":8}".into())
    }
}

fn read_line(place: &str, number: usize, line: &str) -> Result<Option<(String, Value)>, Failure> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (function, data) = line.split_once(char::is_whitespace).unwrap_or((line, "{}"));
    let data = arguments(data).map_err(|error| format!("{place}:{number}: {error}"))?;
    Ok(Some((function.to_owned(), data)))
}

/// A connection that sends one request at a time.
pub(super) struct Client {
    socket: WebSocket<Box<dyn Transport>>,
    world: u32,
    /// Whether events go to stderr; otherwise they are dropped.
    shows_events: bool,
}

impl Client {
    pub(super) fn connect(server: &ServerAddress, world: u32) -> Result<Self, Failure> {
        let address = server.host_and_port();
        let stream = server
            .dial_blocking(PATIENCE)
            .map_err(|error| format!("no server answers at {address} ({error}); start one with: raidkeep serve"))?;
        let settings = WebSocketConfig::default();
        let (socket, _) = tungstenite::client::client_with_config(server.url(), stream, Some(settings))
            .map_err(|error| not_opened(server, &error))?;
        Ok(Self { socket, world, shows_events: false })
    }

    /// The same, with or without events on stderr.
    pub(super) fn showing_events(self, shows_events: bool) -> Self {
        Self { shows_events, ..self }
    }

    /// Sends a request and waits for the reply.
    pub(super) fn ask(&mut self, function: &str, data: Value) -> Result<Value, Failure> {
        let request = json!({"world": self.world, "function": function, "data": data});
        self.socket.send(Message::text(request.to_string())).map_err(|error| lost(function, &error))?;
        loop {
            let Message::Text(text) = self.socket.read().map_err(|error| lost(function, &error))? else {
                continue;
            };
            let reply: Value = serde_json::from_str(&text)?;
            if reply.get("event").is_none() {
                return Ok(reply);
            }
            if self.shows_events {
                tell(&reply.to_string());
            }
        }
    }
}

/// Why there is no connection, and what to do.
fn not_opened<R: HandshakeRole>(server: &ServerAddress, error: &HandshakeError<R>) -> String {
    let host = server.host_and_port();
    if let (true, HandshakeError::Failure(tungstenite::Error::Io(error))) = (server.is_encrypted(), error) {
        return format!(
            "{host} cannot be connected to with TLS: {error}; name the server as its certificate does, such as \
             wss://game.example:7350, and its root with --ca FILE if it is none of the public ones"
        );
    }
    let why = match error {
        HandshakeError::Interrupted(_) => format!("no answer within {} seconds", PATIENCE.as_secs()),
        HandshakeError::Failure(error) => error.to_string(),
    };
    let scheme = if server.is_encrypted() { "https" } else { "http" };
    format!(
        "{host} opens no WebSocket: {why}; is a Raidkeep server there, and does {scheme}://{host}/readyz say it is ready?"
    )
}

/// Why there is no reply, and what to do.
fn lost(function: &str, error: &tungstenite::Error) -> String {
    match error {
        tungstenite::Error::Io(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            let seconds = PATIENCE.as_secs();
            format!(
                "no reply to {function} within {seconds} seconds; the server may still carry it out: look at its log and \
                 /readyz before you repeat it"
            )
        }
        error => format!(
            "the connection broke before {function} was answered ({error}); look at the server's log, and at what the \
             request has changed before you repeat it"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_does_not_reply_is_told_with_the_time_and_not_with_a_number_of_the_system() {
        let silent = tungstenite::Error::Io(std::io::Error::from(ErrorKind::WouldBlock));
        let told = lost("buy_item", &silent);
        assert!(told.contains("no reply to buy_item within 30 seconds"), "{told}");
        assert!(!told.contains("os error"), "{told}");
    }
}
