//! Certificates made for a test, and clients that trust them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::metrics;
use crate::process::{Host, PATIENCE, Server};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

pub(super) type TlsStream = StreamOwned<ClientConnection, TcpStream>;

/// The files of a certificate for 127.0.0.1 and localhost, which signs itself.
pub(crate) struct Files {
    pub(super) folder: TempDir,
}

impl Files {
    pub(crate) fn new() -> Self {
        let files = Self { folder: tempfile::tempdir().expect("a folder") };
        files.issue();
        files
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file as certbot does: under another name first.
    pub(super) fn replace(&self, name: &str, text: &str) {
        let beside = self.path("beside");
        std::fs::write(&beside, text).expect("a writable folder");
        std::fs::set_permissions(&beside, PermissionsExt::from_mode(0o600)).expect("it is ours");
        std::fs::rename(beside, self.path(name)).expect("a writable folder");
    }

    /// A new certificate with a new key; returns the certificate, which is the root to trust.
    pub(super) fn issue(&self) -> String {
        self.issue_valid(2020, 2120)
    }

    pub(super) fn issue_valid(&self, from: i32, until: i32) -> String {
        let key = KeyPair::generate().expect("a key");
        let names = ["127.0.0.1", "localhost"].map(str::to_owned);
        let mut params = CertificateParams::new(names.to_vec()).expect("names");
        params.not_before = rcgen::date_time_ymd(from, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let certificate = params.self_signed(&key).expect("a certificate").pem();
        self.replace("key.pem", &key.serialize_pem());
        self.replace("certificate.pem", &certificate);
        certificate
    }

    pub(crate) fn host(&self, more: &[&str]) -> Host {
        let setting = |key: &str, file: &str| format!("tls.{key}={}", self.path(file).display());
        let settings =
            [setting("certificate", "certificate.pem"), setting("key", "key.pem"), "tls.poll_seconds=1".to_owned()];
        let settings = settings.iter().map(String::as_str).chain(more.iter().copied());
        let arguments: Vec<&str> = settings.flat_map(|setting| ["--set", setting]).collect();
        Host::new(&arguments)
    }

    pub(super) fn certificate(&self) -> String {
        std::fs::read_to_string(self.path("certificate.pem")).expect("it is there")
    }
}

/// Opens a TLS connection that trusts this root only.
pub(super) fn secure(address: SocketAddr, root: &str) -> Result<TlsStream, String> {
    secure_with(address, root, rustls::ALL_VERSIONS)
}

pub(super) fn secure_with(
    address: SocketAddr,
    root: &str,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Result<TlsStream, String> {
    shake_hands(TcpStream::connect(address).map_err(|error| error.to_string())?, root, versions)
}

pub(super) fn shake_hands(
    stream: TcpStream,
    root: &str,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Result<TlsStream, String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(root.as_bytes()).expect("PEM")).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions).expect("versions");
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let session = ClientConnection::new(Arc::new(config), name).expect("a session");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut stream = StreamOwned::new(session, stream);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock).map_err(|error| error.to_string())?;
    }
    Ok(stream)
}

/// A player's connection over wss.
pub(super) struct Player {
    pub(super) socket: WebSocket<TlsStream>,
}

impl Player {
    pub(super) fn connect(server: &Server, root: &str) -> Self {
        let stream = secure(server.address, root).expect("a trusted certificate");
        let url = format!("wss://{}/ws", server.address);
        let (socket, _) = tungstenite::client(url, stream).expect("a WebSocket over TLS");
        Self { socket }
    }

    pub(super) fn ask(&mut self, function: &str, data: Value) -> Value {
        let request = json!({"world": 0, "function": function, "data": data}).to_string();
        self.socket.send(Message::text(request)).expect("a request should be sendable");
        loop {
            if let Message::Text(text) = self.socket.read().expect("a reply should come") {
                return serde_json::from_str(&text).expect("JSON");
            }
        }
    }

    pub(super) fn log_in(server: &Server, root: &str, name: &str) -> Self {
        let mut player = Self::connect(server, root);
        assert_eq!(player.ask("login_unique", json!({"unique_id": name}))["status"], 1, "a new guest");
        player
    }
}

/// One exchange over HTTPS.
pub(super) fn https(server: &Server, root: &str, request: &str) -> String {
    let mut stream = secure(server.address, root).expect("a trusted certificate");
    stream.write_all(request.as_bytes()).expect("a request should be sendable");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("the reply should end in an orderly way");
    reply
}

/// The value of a metric, which has to be there.
pub(super) fn metric(server: &Server, name: &str) -> f64 {
    metrics::metric(server, name).unwrap_or_else(|| panic!("{name} should be among the metrics: {}", server.metrics()))
}
