//! Platforms behind HTTPS: the real program calls the sandbox of both platforms through TLS, with a certificate of a
//! root that only this test knows.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::process::{Host, PATIENCE, Server, wait_for};
use raidkeep::engine::clock::wall_ms;
use raidkeep::engine::exchange::{Answered, Exchange, Method};
use raidkeep::game::platforms::signature::SUD_HEADERS;
use raidkeep::sandbox::{Delivery, Sandbox, SandboxSettings};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

/// Both platforms on a port of their own.
struct Platforms {
    address: SocketAddr,
    sandbox: Arc<Mutex<Sandbox>>,
    /// The root to trust, in PEM.
    root: String,
}

impl Platforms {
    fn start() -> Self {
        let (root, tls) = certified();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port should be free");
        let address = listener.local_addr().expect("a listener has an address");
        let settings = SandboxSettings::shipped().expect("the shipped settings are right");
        let sandbox = Arc::new(Mutex::new(Sandbox::new(settings)));
        let receiver = sandbox.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (tls, receiver) = (tls.clone(), receiver.clone());
                // A client that does not trust the certificate hangs up.
                std::thread::spawn(move || serve(stream, tls, &receiver));
            }
        });
        Self { address, sandbox, root }
    }

    /// A server that uses both platforms, live.
    fn host(&self, more: &[&str]) -> Host {
        let settings = [
            "mcrmb.mode=live",
            "mcrmb.sid=1",
            &format!("mcrmb.gateway=https://{}/Api/", self.address),
            "sud.mode=live",
            "sud.app_id=1461564080052506636",
            &format!("sud.callback=https://{}/sud/report", self.address),
            &format!("sud.query=https://{}/v1/app/server/query_match_base", self.address),
            "sud.report_boss_sessions=true",
        ];
        let settings = settings.iter().chain(more).map(|setting| format!("platforms.{setting}"));
        let arguments: Vec<String> = settings.flat_map(|setting| ["--set".to_owned(), setting]).collect();
        let host = Host::new(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        host.with_variable("RAIDKEEP_MCRMB_KEY", "abcabc").with_variable("RAIDKEEP_SUD_SECRET", "test-app-secret")
    }

    fn sandbox(&self) -> MutexGuard<'_, Sandbox> {
        self.sandbox.lock().expect("no test thread has panicked")
    }

    /// The number of reports that have arrived.
    fn reports(&self) -> usize {
        self.sandbox().state(wall_ms()).reports.len()
    }
}

/// A new root, and a certificate of it for this machine.
fn certified() -> (String, Arc<ServerConfig>) {
    let mut root = CertificateParams::new(Vec::new()).expect("no names");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_key = KeyPair::generate().expect("a key");
    let pem = root.self_signed(&root_key).expect("a root").pem();
    let key = KeyPair::generate().expect("a key");
    let here = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("an address is a name");
    let certificate = here.signed_by(&key, &Issuer::new(root, root_key)).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let tls = ServerConfig::builder().with_no_client_auth();
    let tls = tls.with_single_cert(vec![certificate.der().clone()], key).expect("the key fits the certificate");
    (pem, Arc::new(tls))
}

/// Answers one request; `None` when the client hangs up.
fn serve(stream: TcpStream, tls: Arc<ServerConfig>, sandbox: &Mutex<Sandbox>) -> Option<()> {
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut stream = BufReader::new(StreamOwned::new(ServerConnection::new(tls).ok()?, stream));
    let request = read(&mut stream)?;
    let reaction = sandbox.lock().ok()?.receive(&request, wall_ms());
    let Delivery::Answer(Answered { status, body }) = reaction.delivery else { return None };
    let head = format!("HTTP/1.1 {status} OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    let stream = stream.get_mut();
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).ok()?;
    stream.conn.send_close_notify();
    stream.flush().ok()
}

fn read(reader: &mut impl BufRead) -> Option<Exchange> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut first = lines.first()?.split(' ');
    let method = if first.next()? == "POST" { Method::Post } else { Method::Get };
    let url = first.next()?.to_owned();
    let value = |name: &str| {
        let fields = lines.iter().filter_map(|line| line.split_once(": "));
        fields.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
    };
    let names = ["User-Agent", "Authorization"].into_iter().chain(SUD_HEADERS);
    let headers = names.filter_map(|name| Some((name, value(name)?))).collect();
    let length = value("Content-Length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Exchange { method, url, headers, body })
}

fn write(path: &Path, text: &str) -> String {
    std::fs::write(path, text).expect("a test's folder can be written to");
    path.display().to_string()
}

/// A session against the boss, which is a round.
fn fight(server: &Server) {
    let mut ann = server.guest("ann");
    assert_eq!(ann.ask("enter_stage", json!({"stage": 3000}))["status"], 0);
    assert_eq!(ann.ask("pass_stage", json!({"stage": 3000, "damage": 5}))["status"], 0);
}

/// What a player reads about its points.
fn points(server: &Server) -> Value {
    server.guest("bob").ask("check_money", json!({}))
}

#[test]
fn payments_and_reports_go_over_https_with_a_root_of_the_operators() {
    let platforms = Platforms::start();
    let folder = tempfile::tempdir().expect("a folder");
    let root = write(&folder.path().join("root.pem"), &platforms.root);
    let other = write(&folder.path().join("other.pem"), &certified().0);
    let ca_file = format!("tls.ca_file={root}");
    let hosts = [
        ("only the root in ca_file", platforms.host(&[&ca_file, "tls.public_roots=false"])),
        ("the root besides the public ones", platforms.host(&[&ca_file])),
        ("SSL_CERT_FILE", platforms.host(&[]).with_variable("SSL_CERT_FILE", &root)),
        ("ca_file besides SSL_CERT_FILE", platforms.host(&[&ca_file]).with_variable("SSL_CERT_FILE", &other)),
    ];
    for (at, (trusted, host)) in hosts.into_iter().enumerate() {
        let server = host.start();
        assert_eq!(points(&server), json!({"status": 0, "message": "玩家余额为0", "data": ""}), "trusted: {trusted}");
        fight(&server);
        wait_for("the two reports of a round", || (platforms.reports() == 2 * (at + 1)).then_some(()));
        let round = platforms.sandbox().state(wall_ms()).reports[2 * at].message.game_round_id().to_owned();
        let told = server.operate("query_match", json!({"match_id": round}));
        assert_eq!(told["data"]["data"]["status"], "CLOSED", "the query goes over HTTPS too: {told}");
    }
}

#[test]
fn a_platform_with_an_unknown_root_is_told_nothing() {
    let platforms = Platforms::start();
    let folder = tempfile::tempdir().expect("a folder");
    let other = write(&folder.path().join("other.pem"), &certified().0);
    for host in [platforms.host(&[]), platforms.host(&[]).with_variable("SSL_CERT_FILE", &other)] {
        let server = host.start();
        assert_eq!(points(&server)["status"], 16, "the platform cannot be reached");
        fight(&server);
        let failed = wait_for("the failed report", || {
            let reports = server.operate("report_list", json!({}))["data"]["reports"].clone();
            reports[0]["last_error"].as_str().filter(|error| !error.is_empty()).map(str::to_owned)
        });
        assert!(failed.contains("invalid peer certificate"), "the operator learns why: {failed}");
    }
    assert_eq!(platforms.reports(), 0, "not even the first byte of a report was sent");
}

#[test]
fn a_server_does_not_start_with_a_root_it_cannot_read() {
    let platforms = Platforms::start();
    let (code, told) = platforms.host(&["tls.ca_file=/nowhere/root.pem"]).start_in_vain();
    assert_ne!(code, Some(0));
    assert!(told.contains("platforms.tls.ca_file") && told.contains("/nowhere/root.pem"), "{told}");
}
