//! One client must not hurt others: who sends too much is read more slowly, and no address takes everybody's place.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::Instant;

use raidkeep::studio::load::RATE_LIMITS;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::process::{Client, Host, PATIENCE, Server, status_of, wait_for};

/// The same server without limits on how fast clients may send.
pub(crate) fn without_rate_limits(host: Host) -> Host {
    let host = host.with(&["--set", "identity.new_accounts.per_address=0"]);
    RATE_LIMITS.iter().fold(host, |host, limit| host.with(&["--set", &format!("limits.{limit}=0")]))
}

/// A server without limits but these.
fn set(settings: &[&str]) -> Server {
    let host = without_rate_limits(Host::new(&[]));
    settings.iter().fold(host, |host, setting| host.with(&["--set", setting])).start()
}

/// The sum of a metric's samples, over all labels.
fn metric(server: &Server, name: &str) -> f64 {
    let page = server.metrics();
    let samples = page.lines().filter(|line| line.starts_with(name));
    samples.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum()
}

/// A TCP connection from one of this machine's own addresses.
fn dial_from(from: Ipv4Addr, to: SocketAddr) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(IpAddr::V4(from), 0))?;
        socket.connect(to).await?.into_std()
    });
    let stream = stream.expect("each address of 127.0.0.0/8 is this machine");
    stream.set_nonblocking(false).expect("a socket may block");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket takes a time limit");
    stream
}

/// Reads a TCP connection to its end.
fn rest_of(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One HTTP exchange from an address, with more header lines; returns status and reply.
fn get(to: SocketAddr, from: Ipv4Addr, path: &str, headers: &str) -> (u16, String) {
    let mut stream = dial_from(from, to);
    // A server that refuses the connection may have closed it already.
    let _ = write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n");
    let reply = rest_of(stream);
    (status_of(&reply), reply)
}

const FIRST: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const SECOND: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);

/// Sends the same message many times without waiting, and then reads as many replies.
fn flood(mut client: Client, message: &Message, count: usize) -> Vec<Value> {
    for _ in 0..count {
        client.send(message.clone()).expect("the server reads on after a while");
    }
    let reply = |message| match message {
        Message::Text(text) => serde_json::from_str(text.as_str()).expect("a reply is JSON"),
        _ => Value::Null,
    };
    (0..count).map(|_| reply(client.read().expect("each frame is answered"))).collect()
}

#[test]
fn who_floods_is_told_so_a_few_times_a_second_and_then_only_slowed() {
    let server = set(&["limits.requests_per_second_per_connection=50", "limits.refusals_per_second=5"]);
    let began = Instant::now();
    let ping = Message::text(r#"{"world":0,"function":"ping"}"#);
    let replies = flood(server.connect(), &ping, 400);
    let refused: Vec<&Value> = replies.iter().filter(|reply| reply["status"] == 15).collect();
    let most = 11.0 + 5.0 * began.elapsed().as_secs_f64();
    assert!(!refused.is_empty(), "it learns that it sends too fast");
    assert!(refused.iter().all(|reply| reply["data"]["retry_after_ms"].is_u64()), "and how long to wait");
    assert!((refused.len() as f64) <= most, "{} refusals, of at most {most}", refused.len());
    assert!(replies.iter().all(|reply| [0, 15].contains(&reply["status"].as_i64().unwrap_or(-1))), "the rest succeeds");
}

/// Each of these was once answered as fast as the client could send it.
#[test]
fn frames_of_any_kind_are_read_only_as_fast_as_the_budget_allows() {
    let server = set(&["limits.frames_per_second_per_connection=200"]);
    let frames = [
        Message::text(r#"{"world":0,"function":"ping"}"#),
        Message::text(r#"{"world":0,"function":"no such function"}"#),
        Message::text(r#"{"world":9,"function":"ping"}"#),
        Message::text("{"),
        Message::binary(&b"{}"[..]),
    ];
    let mut honest = server.guest("ann");
    std::thread::scope(|scope| {
        for frame in &frames {
            let client = server.connect();
            scope.spawn(move || {
                let began = Instant::now();
                flood(client, frame, 600);
                let took = began.elapsed().as_secs_f64();
                assert!(took > 0.9, "600 frames at 200 a second, after a burst of 400, took {took} s: {frame:?}");
            });
        }
        assert_eq!(honest.ask("get_player_info", json!({}))["status"], 0, "others are served meanwhile");
    });
    assert!(metric(&server, "raidkeep_reads_delayed_total") > 0.0, "the operator sees it");
}

#[test]
fn pings_count_as_frames() {
    let server = set(&["limits.frames_per_second_per_connection=200"]);
    let mut client = server.connect();
    let began = Instant::now();
    for _ in 0..600 {
        client.send(Message::Ping(b"x".to_vec().into())).expect("the server reads on after a while");
    }
    assert_eq!(client.ask("ping", json!({}))["status"], 0);
    assert!(began.elapsed().as_secs_f64() > 0.9, "the request behind them waited");
}

#[test]
fn long_frames_are_read_only_as_fast_as_the_budget_allows() {
    let server = set(&["limits.bytes_per_second_per_connection=131072"]);
    let long = format!(r#"{{"world":0,"function":"ping"{}}}"#, " ".repeat(60_000));
    let mut honest = server.guest("ann");
    let client = server.connect();
    let began = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| flood(client, &Message::text(long), 7));
        assert_eq!(honest.ask("get_player_info", json!({}))["status"], 0, "others are served meanwhile");
    });
    let took = began.elapsed().as_secs_f64();
    assert!(took > 1.0, "420,000 bytes at 131,072 a second, after a burst of twice that, took {took} s");
}

#[test]
fn an_honest_client_with_many_requests_in_flight_notices_no_budget() {
    let server = Host::new(&[]).start();
    let ping = Message::text(r#"{"world":0,"function":"ping"}"#);
    let replies = flood(server.connect(), &ping, 64);
    assert!(replies.iter().all(|reply| reply["status"] == 0), "64 requests at once are within the default limits");
    let mut uploader = server.guest("ann");
    let image = "A".repeat(400_000);
    let reply = uploader.ask("ping", json!({"image_data": image}));
    assert_eq!(reply["status"], 0, "so is a frame with a portrait: {reply}");
    assert_eq!(metric(&server, "raidkeep_reads_delayed_total"), 0.0, "nobody had to wait");
}

#[test]
fn http_requests_of_one_connection_are_answered_only_as_fast_as_its_budget_allows() {
    let server = set(&["limits.frames_per_second_per_connection=200"]);
    let mut stream = server.dial();
    let began = Instant::now();
    let request = "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n".repeat(599);
    write!(stream, "{request}GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("it is read on");
    let replies = rest_of(stream);
    assert_eq!(replies.matches("HTTP/1.1 404").count(), 600, "each is answered");
    assert!(began.elapsed().as_secs_f64() > 0.9, "but at 200 a second, after a burst of 400");
}

#[test]
fn http_requests_of_one_address_are_limited_whatever_their_path_and_health_is_always_told() {
    let server = set(&["limits.requests_per_second_per_address=1", "limits.refusals_per_second=10"]);
    let ask = |path: &str| get(server.address, FIRST, path, "").0;
    let began = Instant::now();
    let statuses: Vec<u16> = (0..30).map(|_| ask("/nothing")).collect();
    let refused = statuses.iter().filter(|status| **status == 429).count() as f64;
    let most = 21.0 + 10.0 * began.elapsed().as_secs_f64();
    assert!(statuses.contains(&404) && refused > 0.0, "a burst is answered, the rest is refused: {statuses:?}");
    assert!(refused <= most, "{refused} refusals, of at most {most}: the others wait");
    assert_eq!(ask("/metrics"), 429);
    assert_eq!((ask("/healthz"), ask("/readyz")), (200, 200), "a monitor at the same address is not misled");
    assert_eq!(get(server.address, SECOND, "/", "").0, 200, "another address is not affected");
}

/// 300 sockets of one address once filled the server for everybody.
#[test]
fn one_address_cannot_take_all_places() {
    let server = set(&["limits.connections=40", "limits.connections_per_address=5"]);
    let mut held: Vec<TcpStream> = (0..5).map(|_| dial_from(FIRST, server.address)).collect();
    wait_for("the places to be taken", || (metric(&server, "raidkeep_connections ") >= 5.0).then_some(()));
    let (status, reply) = get(server.address, FIRST, "/", "");
    assert_eq!(status, 503, "the sixth connection is refused: {reply}");
    assert!(reply.contains("limits.connections_per_address"), "and told why: {reply}");
    assert_eq!(get(server.address, FIRST, "/healthz", "").0, 200, "health is told even there");
    assert_eq!(get(server.address, SECOND, "/", "").0, 200, "another address has its own places");
    assert!(metric(&server, "raidkeep_connections_refused_total{why=\"address\"}") >= 1.0, "it is counted");
    held.pop();
    wait_for("a free place", || (get(server.address, FIRST, "/", "").0 == 200).then_some(()));
}

#[test]
fn one_address_never_has_more_than_half_of_the_places() {
    let server = Host::new(&["--set", "limits.connections=10"]).start();
    let _held: Vec<TcpStream> = (0..5).map(|_| dial_from(FIRST, server.address)).collect();
    wait_for("the places to be taken", || (get(server.address, FIRST, "/", "").0 == 503).then_some(()));
    assert_eq!(get(server.address, SECOND, "/", "").0, 200);
}

#[test]
fn a_load_test_from_one_machine_is_told_which_limit_it_meets() {
    let server = Host::new(&["--set", "limits.connections_per_address=3"]).start();
    let url = format!("ws://{}", server.address);
    let arguments = ["load", "--url", &url, "--mix", "hang_up", "--clients", "8", "--requests", "100"];
    let output = std::process::Command::new(crate::process::PROGRAM).args(arguments).output().expect("it is there");
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("503") && told.contains("limits.connections_per_address"), "{told}");
}
