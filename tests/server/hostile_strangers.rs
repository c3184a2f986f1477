//! What a server does about strangers: the sandbox is not for the world, and nobody at a known place is locked out.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::http_routes::sandbox_of;
use crate::process::{Host, Server, status_of};

#[test]
fn sandboxed_platforms_are_served_to_the_world_only_if_the_operator_says_so() {
    let host = Host::new(&[]).listening_on("0.0.0.0:0");
    let (code, stderr) = host.start_in_vain();
    assert_eq!(code, Some(1), "{stderr}");
    for part in ["sandboxed (mcrmb, sud)", "other machines can reach 0.0.0.0:0", "start with --sandbox"] {
        assert!(stderr.contains(part), "{part} is missing: {stderr}");
    }
    assert!(!host.data().exists(), "nothing was begun");
    let host = host.with(&["--sandbox"]);
    let server = host.start();
    let log = server.process.stderr();
    let warning = log.lines().find(|line| line.contains("SANDBOXED")).expect("a line about the sandbox");
    assert!(warning.contains("WARN") && warning.contains("mcrmb, sud"), "{warning}");
    let (status, reply) = server.http("GET", "/readyz", &[]);
    assert_eq!(status, 200, "{reply}");
    assert!(reply.contains("sandboxed platforms: mcrmb, sud"), "{reply}");
}

#[test]
fn a_server_without_sandboxed_platforms_listens_anywhere_and_says_nothing_of_them() {
    let off = ["--set", "platforms.mcrmb.mode=off", "--set", "platforms.sud.mode=off"];
    let host = Host::new(&off).listening_on("0.0.0.0:0");
    let server = host.start();
    let (status, reply) = server.http("GET", "/readyz", &[]);
    assert_eq!((status, reply.contains("sandbox")), (200, false), "{reply}");
    assert!(!server.process.stderr().contains("SANDBOXED"), "{}", server.process.stderr());
}

#[test]
fn no_web_page_gives_points_in_the_sandbox_of_whoever_opens_it() {
    let server = Host::new(&[]).start();
    let sandbox = sandbox_of(&server);
    let ask = |method: &str, path: &str, host: &str, headers: &str, body: &str| {
        let mut stream = TcpStream::connect(&sandbox).expect("the sandbox listens");
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .expect("a request should be sendable");
        let mut reply = String::new();
        let _ = stream.read_to_string(&mut reply);
        status_of(&reply)
    };
    let grant = json!({"wname": "mallory", "money": 1_000_000}).to_string();
    let changes = [
        ("/grant", grant.as_str()),
        ("/faults", "[]"),
        ("/strictness", r#"{"strict":true}"#),
        ("/channels", r#"{"ctype":5,"open":false}"#),
        ("/cards", r#"{"ctype":5,"cnum":"1","cpwd":"2","yuan":50}"#),
    ];
    for (path, body) in changes {
        for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
            let headers = format!("Origin: {origin}\r\nContent-Type: text/plain\r\n");
            assert_eq!(ask("POST", path, &sandbox, &headers, body), 403, "{path}: a page of {origin}");
        }
        let rebound = "evil.example:7351";
        let own = format!("Origin: http://{rebound}\r\n");
        assert_eq!(ask("POST", path, rebound, &own, body), 403, "{path}: a name that came to lead here");
        assert_eq!(ask("POST", path, rebound, "", body), 403, "{path}: the same without an origin");
    }
    assert_eq!(ask("GET", "/state", "evil.example", "", ""), 403, "nor does one read its books");
    for host in [sandbox.as_str(), "localhost:7351"] {
        let own = format!("Origin: http://{host}\r\n");
        assert_eq!(ask("POST", "/grant", host, &own, &grant), 200, "{host}: its own page may");
        assert_eq!(ask("POST", "/grant", host, "", &grant), 200, "{host}: and a program");
    }
    let mut guest = server.guest("ann");
    assert_eq!(guest.ask("check_money", json!({}))["status"], 0, "the platform's own calls have a signature");
}

fn post(server: &Server, path: &str, data: &Value) -> Value {
    let (_, reply) = server.http_with_body("POST", path, &[], &data.to_string());
    let body = reply.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    serde_json::from_str::<Value>(body).unwrap_or_else(|error| panic!("{error}: {reply}"))["status_code"].clone()
}

#[test]
fn over_http_too_an_owner_at_a_known_place_gets_in_after_many_wrong_guesses() {
    let cheap = ["--set", "identity.password_cost.memory_kib=64", "--set", "identity.password_cost.passes=1"];
    let free = ["--set", "limits.requests_per_second_per_address=0"];
    let server = Host::new(&[cheap.as_slice(), &free].concat()).start();
    let account = json!({"email": "ann@mail.example", "username": "Ann", "password": "secret"});
    assert_eq!(post(&server, "/signup", &account), 200);
    let wrong = json!({"email": "ann@mail.example", "password": "wrong!"});
    for _ in 0..100 {
        assert_eq!(post(&server, "/login", &wrong), 401);
    }
    for n in 0..120 {
        let nobody = json!({"email": format!("nobody{}@mail.example", n % 10), "password": "wrong!"});
        let code = post(&server, "/login", &nobody);
        assert!(code == 404 || (n >= 100 && code == 429), "guess {n}: {code}");
    }
    assert_eq!(post(&server, "/login", &account), 200, "she signed up from here");
}
