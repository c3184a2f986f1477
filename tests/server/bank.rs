//! The platforms' sandbox over real HTTP, in the process of the test, and servers that use it as the live platforms.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use raidkeep::game::platforms::secret::Secret;
use raidkeep::sandbox::SandboxSettings;
use raidkeep::sandbox::server::SandboxServer;
use serde_json::{Value, json};

use crate::process::{Host, PATIENCE};

/// The key of the server on the payment platform.
pub(crate) const KEY: &str = "KeyThatNobodyMayRead";
/// The secret of the application on the report platform.
pub(crate) const APP_SECRET: &str = "AppSecretThatNobodyMayRead";

/// A sandbox; it stops when it is dropped.
pub(crate) struct Bank {
    server: SandboxServer,
}

impl Bank {
    /// Opens one that stores its state next to the data of `host`.
    pub(crate) fn open(host: &Host) -> Self {
        Self::start(Some(&host.path("bank.json")))
    }

    /// Opens one that keeps its state in memory only: storing all of it after each call gets slower and slower in a
    /// long run.
    pub(crate) fn open_in_memory() -> Self {
        Self::start(None)
    }

    fn start(kept_in: Option<&Path>) -> Self {
        let mut settings = SandboxSettings::shipped().expect("the shipped sandbox should be valid");
        settings.sid = "77".to_owned();
        settings.key = Secret::new(KEY);
        settings.app_secret = Secret::new(APP_SECRET);
        // However long a run is: its end compares every order with its payment.
        settings.limits.payments_kept = usize::MAX;
        settings.limits.rounds_kept = usize::MAX;
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = SandboxServer::start(settings, anywhere, kept_in);
        Self { server: server.expect("a port should be free") }
    }

    /// The same host, with its servers set up for live payments and reports here.
    pub(crate) fn serve(&self, host: Host) -> Host {
        self.serve_at(self.server.address, host)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// The same where servers reach it at another address.
    pub(crate) fn serve_at(&self, address: SocketAddr, host: Host) -> Host {
        let settings = [
            "platforms.mcrmb.mode=live".to_owned(),
            format!("platforms.mcrmb.gateway=http://{address}/Api/"),
            "platforms.mcrmb.sid=77".to_owned(),
            "platforms.sud.mode=live".to_owned(),
            format!("platforms.sud.callback=http://{address}/sud/report"),
            "platforms.sud.app_id=1461564080052506636".to_owned(),
        ];
        let arguments: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting.as_str()]).collect();
        host.with(&arguments).with_variable("RAIDKEEP_MCRMB_KEY", KEY).with_variable("RAIDKEEP_SUD_SECRET", APP_SECRET)
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> String {
        let stream = TcpStream::connect_timeout(&self.server.address, PATIENCE);
        let mut stream = stream.expect("the sandbox should listen");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket should take a limit");
        let (length, host) = (body.len(), self.server.address);
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).expect("a request should be sendable");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("the sandbox should answer");
        let (head, body) = reply.split_once("\r\n\r\n").expect("an answer has a head");
        assert!(head.starts_with("HTTP/1.1 200"), "{method} {path} should work: {reply}");
        body.to_owned()
    }

    /// Configures the sandbox.
    pub(crate) fn post(&self, path: &str, body: &Value) {
        self.exchange("POST", path, &body.to_string());
    }

    /// Gives a player points.
    pub(crate) fn grant(&self, name: &str, points: i64) {
        self.post("/grant", &json!({"wname": name, "money": points}));
    }

    /// The sandbox's view of its state, as text.
    pub(crate) fn state(&self) -> String {
        self.exchange("GET", "/state", "")
    }
}
