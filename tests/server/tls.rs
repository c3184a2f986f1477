//! TLS of the real program: wss and HTTPS on one port, certificates that change while it runs, and clients that attack
//! the handshake.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::process::{Host, PATIENCE, PROGRAM, Server, wait_for};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

type TlsStream = StreamOwned<ClientConnection, TcpStream>;

/// The files of a certificate for 127.0.0.1 and localhost, which signs itself.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        let files = Self { folder: tempfile::tempdir().expect("a folder") };
        files.issue();
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file as certbot does: under another name first.
    fn replace(&self, name: &str, text: &str) {
        let beside = self.path("beside");
        std::fs::write(&beside, text).expect("a writable folder");
        std::fs::set_permissions(&beside, PermissionsExt::from_mode(0o600)).expect("it is ours");
        std::fs::rename(beside, self.path(name)).expect("a writable folder");
    }

    /// A new certificate with a new key; returns the certificate, which is the root to trust.
    fn issue(&self) -> String {
        self.issue_valid(2020, 2120)
    }

    fn issue_valid(&self, from: i32, until: i32) -> String {
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

    fn host(&self, more: &[&str]) -> Host {
        let setting = |key: &str, file: &str| format!("tls.{key}={}", self.path(file).display());
        let settings =
            [setting("certificate", "certificate.pem"), setting("key", "key.pem"), "tls.poll_seconds=1".to_owned()];
        let settings = settings.iter().map(String::as_str).chain(more.iter().copied());
        let arguments: Vec<&str> = settings.flat_map(|setting| ["--set", setting]).collect();
        Host::new(&arguments)
    }

    fn certificate(&self) -> String {
        std::fs::read_to_string(self.path("certificate.pem")).expect("it is there")
    }
}

/// Opens a TLS connection that trusts this root only.
fn secure(address: SocketAddr, root: &str) -> Result<TlsStream, String> {
    secure_with(address, root, rustls::ALL_VERSIONS)
}

fn secure_with(
    address: SocketAddr,
    root: &str,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Result<TlsStream, String> {
    shake_hands(TcpStream::connect(address).map_err(|error| error.to_string())?, root, versions)
}

fn shake_hands(
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
struct Player {
    socket: WebSocket<TlsStream>,
}

impl Player {
    fn connect(server: &Server, root: &str) -> Self {
        let stream = secure(server.address, root).expect("a trusted certificate");
        let url = format!("wss://{}/ws", server.address);
        let (socket, _) = tungstenite::client(url, stream).expect("a WebSocket over TLS");
        Self { socket }
    }

    fn ask(&mut self, function: &str, data: Value) -> Value {
        let request = json!({"world": 0, "function": function, "data": data}).to_string();
        self.socket.send(Message::text(request)).expect("a request should be sendable");
        loop {
            if let Message::Text(text) = self.socket.read().expect("a reply should come") {
                return serde_json::from_str(&text).expect("JSON");
            }
        }
    }

    fn log_in(server: &Server, root: &str, name: &str) -> Self {
        let mut player = Self::connect(server, root);
        assert_eq!(player.ask("login_unique", json!({"unique_id": name}))["status"], 1, "a new guest");
        player
    }
}

/// One exchange over HTTPS.
fn https(server: &Server, root: &str, request: &str) -> String {
    let mut stream = secure(server.address, root).expect("a trusted certificate");
    stream.write_all(request.as_bytes()).expect("a request should be sendable");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("the reply should end in an orderly way");
    reply
}

/// The value of a metric.
fn metric(server: &Server, name: &str) -> f64 {
    let page = server.metrics();
    let found = page.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    found.unwrap_or_else(|| panic!("{name} should be among the metrics: {page}"))
}

#[test]
fn wss_and_https_are_served_on_one_port_with_modern_protocols() {
    let files = Files::new();
    let root = files.certificate();
    let mut server = files.host(&[]).start();
    let mut ann = Player::log_in(&server, &root, "ann");
    assert_eq!(ann.ask("enter_stage_general", json!({"stage": 8}))["data"]["energy"]["remain"], 114);
    let reply = https(&server, &root, "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(reply.starts_with("HTTP/1.1 200") && reply.contains("ready"), "{reply}");
    let body = json!({"mode": 0, "content": "小三"}).to_string();
    let length = body.len();
    let asked =
        format!("POST /legal HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    assert!(https(&server, &root, &asked).contains(r#"{"status":true}"#), "a route over HTTPS");
    for (version, expected) in
        [(&rustls::version::TLS12, ProtocolVersion::TLSv1_2), (&rustls::version::TLS13, ProtocolVersion::TLSv1_3)]
    {
        let stream = secure_with(server.address, &root, &[version]).expect("it is modern");
        assert_eq!(stream.conn.protocol_version(), Some(expected));
    }
    assert!(secure(server.address, &Files::new().certificate()).is_err(), "another root does not vouch for it");
    // A record of TLS 1.0 with a hello of TLS 1.1 and nothing newer.
    let mut old = server.dial();
    let hello = [&[0x16, 3, 1, 0, 45, 1, 0, 0, 41, 3, 2][..], &[7; 32], &[0, 0, 2, 0xc0, 0x14, 1, 0]].concat();
    old.write_all(&hello).expect("a hello should be sendable");
    let mut answer = Vec::new();
    let _ = old.read_to_end(&mut answer);
    assert_eq!(answer.first(), Some(&0x15), "older protocols get an alert and no handshake: {answer:?}");
    assert_eq!(server.connect_operator().ask("ping", json!({}))["status"], 0, "this machine's operators need no TLS");
    server.stop();
}

#[test]
fn a_long_exchange_passes_unchanged_however_it_is_cut() {
    let files = Files::new();
    let root = files.certificate();
    let server =
        files.host(&["limits.requests_per_second_per_connection=0", "limits.frames_per_second_per_connection=0"]);
    let server = server.start();
    let mut ann = Player::connect(&server, &root);
    let long = "x".repeat(60_000);
    for at in 0..50 {
        let request = json!({"world": 0, "function": "ping", "id": format!("{at} {long}")}).to_string();
        ann.socket.write(Message::text(request)).expect("a request should be sendable");
    }
    ann.socket.flush().expect("all is sent");
    for at in 0..50 {
        let Message::Text(text) = ann.socket.read().expect("a reply should come") else { panic!("text") };
        assert!(text.contains(&format!("\"{at} xxx")) && text.len() > 60_000, "in order and whole: {}", text.len());
    }
}

#[test]
fn who_speaks_no_tls_is_told_so() {
    let files = Files::new();
    let server = files.host(&[]).start();
    let (status, reply) = server.http("GET", "/readyz", &[]);
    assert!(status == 400 && reply.contains("wss:// or https://"), "{reply}");
    let length: usize =
        reply.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok()).unwrap_or(0);
    assert_eq!(reply.split_once("\r\n\r\n").map(|(_, body)| body.len()), Some(length), "the hint is whole: {reply}");
    wait_for("the metric", || {
        (metric(&server, r#"raidkeep_tls_handshakes_total{outcome="plain"}"#) > 0.0).then_some(())
    });
}

#[test]
fn a_new_certificate_is_served_without_a_restart_and_who_is_connected_stays() {
    let files = Files::new();
    let first = files.certificate();
    let server = files.host(&[]).start();
    let mut ann = Player::log_in(&server, &first, "ann");
    let second = files.issue();
    let mut bob = wait_for("the new certificate", || {
        secure(server.address, &second).ok().map(|_| Player::log_in(&server, &second, "bob"))
    });
    assert!(secure(server.address, &first).is_err(), "the first one is gone");
    for player in [&mut ann, &mut bob] {
        assert_eq!(player.ask("get_player_info", json!({}))["status"], 0, "nobody was disconnected");
    }
}

#[test]
fn sighup_reads_the_certificate_at_once() {
    let files = Files::new();
    let server = files.host(&["tls.poll_seconds=3600"]).start();
    let second = files.issue();
    server.signal("HUP");
    wait_for("the new certificate", || secure(server.address, &second).ok());
}

#[test]
fn a_broken_pair_is_refused_with_a_reason_and_the_one_before_is_served_on() {
    let files = Files::new();
    let root = files.certificate();
    let server = files.host(&[]).start();
    let expires = metric(&server, "raidkeep_tls_certificate_expires_at_seconds");
    assert_eq!(expires, 4_733_510_400.0, "the first of January 2120");
    files.replace("certificate.pem", &Files::new().certificate());
    wait_for("the refusal", || (metric(&server, "raidkeep_tls_certificate_refused") > 0.0).then_some(()));
    let log = server.process.stderr();
    assert!(log.contains("is not that of the first certificate") && log.contains("2120-01-01T00:00:00Z"), "{log}");
    Player::log_in(&server, &root, "ann");
    std::fs::remove_file(files.path("key.pem")).expect("it is ours");
    wait_for("the next reason", || server.process.stderr().contains("tls.key: cannot read").then_some(()));
    assert_eq!(metric(&server, "raidkeep_tls_certificate_expires_at_seconds"), expires, "that of the one served");
    let whole = files.issue();
    wait_for("the whole pair", || secure(server.address, &whole).ok());
    wait_for("the metric", || (metric(&server, "raidkeep_tls_certificate_refused") == 0.0).then_some(()));
}

/// What a start with these files says, and `check-config` too.
fn refusal(files: &Files) -> String {
    let (code, told) = files.host(&[]).start_in_vain();
    assert_eq!(code, Some(1), "it does not start: {told}");
    let setting = |key: &str, file: &str| format!("tls.{key}={}", files.path(file).display());
    let checked = Command::new(PROGRAM)
        .args(["check-config", "--set", &setting("certificate", "certificate.pem")])
        .args(["--set", &setting("key", "key.pem")])
        .output()
        .expect("the program should be there");
    let checked = String::from_utf8_lossy(&checked.stderr).into_owned();
    let reason = told.lines().rfind(|line| line.contains("tls.")).unwrap_or_else(|| panic!("a reason: {told}"));
    let reason = reason.trim_start_matches("error: ").to_owned();
    assert!(checked.contains(&reason), "check-config says the same as {reason}: {checked}");
    reason
}

#[test]
fn a_start_says_what_is_wrong_with_the_certificate_and_what_to_do() {
    let files = Files::new();
    let (certificate, key) =
        (files.certificate(), std::fs::read_to_string(files.path("key.pem")).expect("it is there"));
    let restore = || {
        files.replace("certificate.pem", &certificate);
        files.replace("key.pem", &key);
    };
    files.replace("certificate.pem", "nothing\n");
    assert!(refusal(&files).contains("no certificate that can be read"));
    restore();
    files.replace("key.pem", &certificate);
    assert!(refusal(&files).contains("no private key that can be read"));
    files.replace("key.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    assert!(refusal(&files).contains("openssl pkey"));
    let other = KeyPair::generate().expect("a key").serialize_pem();
    files.replace("key.pem", &other);
    let told = refusal(&files);
    assert!(told.contains("is not that of the first certificate"), "{told}");
    assert!(other.lines().all(|line| !told.contains(line)), "nothing of a key is told: {told}");
    restore();
    std::fs::set_permissions(files.path("key.pem"), PermissionsExt::from_mode(0o644)).expect("it is ours");
    assert!(refusal(&files).contains("chmod"), "a key that everybody can read");
    files.issue_valid(2020, 2021);
    let told = refusal(&files);
    assert!(told.contains("until 2021-01-01T00:00:00Z") && told.contains("get a new one"), "{told}");
    files.issue_valid(2119, 2120);
    assert!(refusal(&files).contains("valid from 2119-01-01T00:00:00Z"), "not valid yet");
    std::fs::remove_file(files.path("certificate.pem")).expect("it is ours");
    assert!(refusal(&files).contains("cannot read"));
    let (_, told) = Host::new(&["--set", "tls.key=key.pem"]).start_in_vain();
    assert!(told.contains("tls.certificate: missing, though tls.key is set"), "{told}");
}

#[test]
fn a_certificate_that_expires_soon_is_told_once_a_day() {
    let files = Files::new();
    let mut server = files.host(&["tls.warn_days=1000000"]).start();
    let warning = "the certificate expires soon";
    wait_for("the warning", || server.process.stderr().contains(warning).then_some(()));
    server.signal("HUP");
    wait_for("the signal", || server.process.stderr().contains("SIGHUP").then_some(()));
    server.stop();
    assert_eq!(server.process.stderr().matches(warning).count(), 1, "not at every look");
}

#[test]
fn operators_beyond_this_machine_speak_tls_too() {
    let files = Files::new();
    let root = files.certificate();
    let server = files.host(&["admin.listen=0.0.0.0:0"]).start();
    let address = SocketAddr::from(([127, 0, 0, 1], server.operators.port()));
    let stream = secure(address, &root).expect("a trusted certificate");
    let url = format!("wss://{address}/");
    let (mut socket, _) = tungstenite::client(url, stream).expect("a WebSocket over TLS");
    socket.send(Message::text(r#"{"world":0,"function":"ping","id":1}"#)).expect("a request should be sendable");
    assert!(socket.read().expect("a reply").to_string().contains(r#""status":0"#));
}

/// Opens connections and says half a hello on each.
fn half_open(address: SocketAddr, count: usize) -> Vec<TcpStream> {
    let open = |_| {
        let mut stream = TcpStream::connect(address).ok()?;
        stream.write_all(&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc]).ok()?;
        Some(stream)
    };
    (0..count).filter_map(open).collect()
}

#[test]
fn half_open_and_abandoned_handshakes_leave_players_served_and_are_cut() {
    let files = Files::new();
    let root = files.certificate();
    let server = files.host(&["limits.handshake_seconds=2", "limits.connections_per_address=400"]).start();
    let mut ann = Player::log_in(&server, &root, "ann");
    let silent: Vec<TcpStream> = (0..100).map(|_| server.dial()).collect();
    let half = half_open(server.address, 100);
    for _ in 0..20 {
        assert_eq!(ann.ask("get_player_info", json!({}))["status"], 0, "who is in is served meanwhile");
    }
    for mut stream in silent.into_iter().chain(half) {
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        // Cut at last, with an alert or without.
        assert!(!rest.starts_with(b"HTTP"), "nothing was answered");
    }
    Player::log_in(&server, &root, "bob");
    let late = metric(&server, r#"raidkeep_tls_handshakes_total{outcome="late"}"#);
    assert!(late >= 200.0, "each is counted: {late}");
}

#[test]
fn a_flood_of_handshakes_of_one_address_is_slowed_down_and_others_are_let_in() {
    let files = Files::new();
    let root = files.certificate();
    let slow = ["limits.handshakes_per_second_per_address=5", "limits.handshakes_per_address=2"];
    let server = files.host(&slow).start();
    let mut ann = Player::log_in(&server, &root, "ann");
    let (address, stop) = (server.address, Arc::new(AtomicBool::new(false)));
    let flood: Vec<_> = (0..8)
        .map(|_| {
            let (root, stop) = (root.clone(), stop.clone());
            std::thread::spawn(move || {
                let mut done = 0;
                while !stop.load(Ordering::Relaxed) {
                    done += u32::from(secure(address, &root).is_ok());
                }
                done
            })
        })
        .collect();
    wait_for("the burst to be used up", || {
        (metric(&server, r#"raidkeep_tls_handshakes_total{outcome="done"}"#) > 11.0).then_some(())
    });
    for _ in 0..20 {
        assert_eq!(ann.ask("get_player_info", json!({}))["status"], 0, "who is in is served meanwhile");
    }
    assert!(let_in_from(&server, &root, [127, 0, 0, 2]), "another address is not held up");
    stop.store(true, Ordering::Relaxed);
    let done: u32 = flood.into_iter().map(|thread| thread.join().expect("no client panics")).sum();
    assert!(done > 0, "the others of the flood come in late, and not never");
}

/// Whether a handshake from this address of the machine succeeds.
fn let_in_from(server: &Server, root: &str, from: [u8; 4]) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((from, 0))).expect("another address of this machine");
        socket.connect(server.address).await.expect("the server should accept connections").into_std()
    });
    let stream = stream.expect("a stream");
    stream.set_nonblocking(false).expect("a stream");
    shake_hands(stream, root, rustls::ALL_VERSIONS).is_ok()
}

#[test]
fn a_full_server_tells_its_health_over_tls() {
    let files = Files::new();
    let root = files.certificate();
    let server = files.host(&["limits.connections=1", "limits.connections_per_address=0"]).start();
    let _ann = Player::log_in(&server, &root, "ann");
    let asked =
        |path: &str| https(&server, &root, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    assert!(asked("/healthz").starts_with("HTTP/1.1 200"), "health");
    assert!(asked("/legal").starts_with("HTTP/1.1 503"), "and nothing else");
}
