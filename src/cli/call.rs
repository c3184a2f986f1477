//! `raidkeep call`: a client for people and scripts.

use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

use crate::cli::doors::{Clients, Doors};
use crate::cli::print_line;
use raidkeep_studio::load::connection::address_of;

/// How long to wait for a reply.
const PATIENCE: Duration = Duration::from_secs(30);

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
    /// Which world.
    #[arg(long, default_value_t = 0)]
    world: u32,
    /// Acts with this token; the operator's for operator functions. Without one, as a guest.
    #[arg(long, env = "RAIDKEEP_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// The guest to act as if there is no token.
    #[arg(long, default_value = "raidkeep-call")]
    guest: String,
    /// Plays a file: on each line a function and its arguments, such as
    /// `enter_stage_general {"stage":8}`. Empty lines and lines with # are skipped.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["function", "data"])]
    script: Option<PathBuf>,
}

pub(super) type Failure = Box<dyn std::error::Error>;

impl Call {
    pub(super) fn run(self) -> Result<(), Failure> {
        let calls = self.calls()?;
        let mut client = Clients::new(self.doors.clone(), self.world)?;
        if self.token.is_none() && calls.iter().any(|(function, _)| !client.is_for_operators(function)) {
            let reply = client.ask("login_unique", json!({"unique_id": self.guest}))?;
            if !matches!(reply["status"].as_i64(), Some(0 | 1)) {
                return Err(format!("the server does not let the guest in: {reply}").into());
            }
        }
        for (function, mut data) in calls {
            if let Some(token) = &self.token
                && data.get("token").is_none()
            {
                data["token"] = token.clone().into();
            }
            let reply = client.ask(&function, data)?;
            if self.script.is_some() {
                print_line(&format!("> {function}"));
            }
            print_line(&serde_json::to_string_pretty(&reply)?);
        }
        Ok(())
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
    socket: WebSocket<TcpStream>,
    world: u32,
}

impl Client {
    pub(super) fn connect(url: &str, world: u32) -> Result<Self, Failure> {
        let address = address_of(url)?;
        let stream = TcpStream::connect(&address)
            .map_err(|error| format!("no server answers at {address} ({error}); start one with: raidkeep serve"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let settings = WebSocketConfig::default();
        let (socket, _) = tungstenite::client::client_with_config(format!("ws://{address}/"), stream, Some(settings))
            .map_err(|error| format!("the WebSocket handshake failed: {error}"))?;
        Ok(Self { socket, world })
    }

    /// Sends a request and waits for the reply. Events that arrive before it are printed.
    pub(super) fn ask(&mut self, function: &str, data: Value) -> Result<Value, Failure> {
        let request = json!({"world": self.world, "function": function, "data": data});
        self.socket.send(Message::text(request.to_string()))?;
        loop {
            let Message::Text(text) = self.socket.read()? else {
                continue;
            };
            let reply: Value = serde_json::from_str(&text)?;
            if reply.get("event").is_none() {
                return Ok(reply);
            }
            print_line(&serde_json::to_string_pretty(&reply)?);
        }
    }
}
