//! Operators have a listener of their own: what is there and nowhere else, who may reach it, how commands find it, and
//! that players cannot fill it.

use std::net::TcpStream;
use std::process::{Command, Output};

use raidkeep::studio::testing::{TestServer, TestSetup};
use serde_json::{Value, json};

use crate::extending::example;
use crate::process::{Client, Ended, Host, OPERATOR, PROGRAM, Server, http_at, wait_for};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

fn set(settings: &[&str]) -> Host {
    settings.iter().fold(Host::new(&[]), |host, setting| host.with(&["--set", setting]))
}

fn statuses(client: &mut Client, functions: &[&str]) -> Vec<i64> {
    let ask = |function: &&str| client.ask(function, json!({"token": OPERATOR}))["status"].as_i64().unwrap_or_default();
    functions.iter().map(ask).collect()
}

#[test]
fn operator_functions_and_metrics_are_on_the_operators_listener_and_nowhere_else() {
    let server = Host::new(&[]).start();
    let mut player = server.connect();
    let reply = player.ask("rules_status", json!({"token": OPERATOR}));
    assert_eq!(reply["status"], 11, "the right token does not open it on the players' listener: {reply}");
    assert!(reply["message"].as_str().is_some_and(|message| message.contains("operators' listener")), "{reply}");
    assert_eq!(player.ask("rules_status", json!({}))["status"], 11, "nor does none");
    assert_eq!(server.http("GET", "/metrics", &[]).0, 404);

    let mut operator = server.connect_operator();
    let functions = ["rules_status", "ping", "server_time", "login_unique", "get_player_info", "nonsense"];
    assert_eq!(statuses(&mut operator, &functions), [0, 0, 0, 10, 10, 10], "players are not served here");
    assert!(server.metrics().starts_with("HTTP/1.1 200"), "{}", server.metrics());
    let local = ["Host: localhost"];
    assert_eq!(http_at(server.operators, "POST", "/login", &local, "{}").0, 404, "nor are their routes");
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.http("GET", path, &[]).0, 200, "{path} is on both");
        assert_eq!(http_at(server.operators, "GET", path, &local, "").0, 200, "{path} is on both");
    }
}

/// Runs a command of the program in a host's folder, where it finds the data folder as an operator's shell would.
fn run_in(host: &Host, arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).current_dir(host.path("")).env("RAIDKEEP_OPERATOR_TOKEN", OPERATOR);
    command.output().expect("the program should run")
}

fn printed(output: &Output) -> String {
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    stdout.into_owned()
}

fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn commands_find_both_listeners_in_the_data_folder_and_each_asks_the_one_that_has_its_function() {
    let host = Host::new(&[]);
    let backups = host.path("backups").display().to_string();
    let host = host.with(&["--set", &format!("backups={backups}")]);
    let mut server = host.start();
    let script = host.path("script.txt");
    std::fs::write(&script, "enter_stage_general {\"stage\":8}\nserver_time\n").expect("it is writable");
    let script = script.display().to_string();
    let played = printed(&run_in(&host, &["call", "--script", &script]));
    assert_eq!(played.matches("\"status\": 0").count(), 2, "players' functions: {played}");
    let status = printed(&run_in(&host, &["call", "--token", OPERATOR, "rules_status"]));
    assert!(status.contains("fingerprint"), "an operator function: {status}");
    assert!(printed(&run_in(&host, &["backup", "--name", "night"])).contains("world-0.rows.redb"));
    assert!(printed(&run_in(&host, &["export", "玩家#1"])).contains("\"unique_id\": \"sha256:"));
    let load = printed(&run_in(&host, &["load", "--clients", "2", "--requests", "20", "--format", "json"]));
    let load: Value = serde_json::from_str(&load).expect("a report is JSON");
    assert_ne!(load["server"], Value::Null, "the metrics were found: {load:#}");

    let url = format!("ws://{}", server.address);
    let status = printed(&run_in(&host, &["call", "--url", &url, "--token", OPERATOR, "rules_status"]));
    assert!(status.contains("fingerprint"), "the file of the server that is named: {status}");
    let file = host.data().join("addresses.json");
    server.stop();
    assert!(!file.exists(), "an orderly stop leaves no addresses behind");
}

#[test]
fn addresses_left_by_a_killed_server_are_told_as_such_and_the_next_start_replaces_them() {
    let host = Host::new(&[]);
    let mut server = host.start();
    server.process.kill();
    for arguments in [&["call", "server_time"][..], &["backup", "--name", "x"]] {
        let told = complaint(&run_in(&host, arguments));
        for part in ["no server answers at 127.0.0.1:", "addresses.json", "killed", "start it again"] {
            assert!(told.contains(part), "{arguments:?} should say {part:?}: {told}");
        }
    }
    let _server = host.start();
    printed(&run_in(&host, &["call", "server_time"]));
    std::fs::write(host.data().join("addresses.json"), "{").expect("it is writable");
    let told = complaint(&run_in(&host, &["call", "server_time"]));
    assert!(told.contains("cannot read data/addresses.json"), "{told}");
}

#[test]
fn a_function_of_another_program_is_asked_where_operators_are_if_players_are_refused() {
    let host = Host::new(&[]).running(example());
    let server = host.start();
    server.guest("ann");
    let call = |arguments: &[&str]| printed(&run_in(&host, &[&["call"], arguments].concat()));
    let reply = call(&["--token", OPERATOR, "check_in_set", r#"{"name":"玩家#1","streak":3}"#]);
    assert!(reply.contains("\"status\": 0"), "{reply}");
    assert!(call(&["--guest", "ann", "check_in"]).contains("\"streak\": 4"));
}

#[test]
fn beyond_this_machine_the_operators_listener_needs_a_proxy_or_the_risk_taken() {
    let host = set(&["admin.listen=0.0.0.0:0"]);
    let (code, stderr) = host.start_in_vain();
    assert_eq!(code, Some(1), "{stderr}");
    for part in ["admin.listen: other machines can reach 0.0.0.0:", "trusted_proxies", "admin.allow_plain"] {
        assert!(stderr.contains(part), "{part:?} should be said: {stderr}");
    }
    let host = host.with(&["--set", "admin.allow_plain=true"]);
    let server = host.start();
    let log = server.process.stderr();
    assert!(log.contains("WARN") && log.contains("tokens cross the network unencrypted"), "{log}");
    assert!(!server.operators.ip().is_loopback());
    let host = set(&["admin.listen=0.0.0.0:0", r#"trusted_proxies=["127.0.0.1"]"#]);
    let server = host.start();
    assert!(!server.process.stderr().contains("unencrypted"), "the proxy encrypts");
}

/// More connections than there are places beyond the limit, silent ones among them.
fn crowd(server: &Server) -> Vec<TcpStream> {
    (0..40).map(|_| server.dial()).collect()
}

#[test]
fn a_full_players_listener_still_tells_its_health_and_keeps_no_operator_out() {
    let server =
        set(&["limits.connections=2", "limits.connections_per_address=0", "limits.health_connections=4"]).start();
    let mut players = [server.guest("ann"), server.guest("bob")];
    let crowd = crowd(&server);
    for _ in 0..10 {
        assert_eq!(server.http("GET", "/healthz", &[]).0, 200, "health always answers");
        assert_eq!(server.http("HEAD", "/readyz", &[]).0, 200, "and so does readiness");
        let (status, reply) = server.http("POST", "/legal", &[]);
        assert_eq!(status, 503, "everything else waits for a place: {reply}");
    }
    let refused = Client::connect(server.address).err().expect("there is no place");
    assert!(refused.contains("503"), "{refused}");
    assert_eq!(server.operate("rules_status", json!({}))["status"], 0, "operators have places of their own");
    assert!(server.metrics().contains("raidkeep_connections 2\n"), "{}", server.metrics());
    drop(crowd);
    for player in &mut players {
        assert_eq!(player.ask("get_player_info", json!({}))["status"], 0, "who is in stays in");
    }
}

#[test]
fn operators_have_a_small_number_of_connections_which_players_do_not_notice() {
    let server = set(&["admin.connections=2"]).start();
    let mut operators = vec![server.connect_operator(), server.connect_operator()];
    for operator in &mut operators {
        assert_eq!(operator.ask("server_time", json!({}))["status"], 0);
    }
    let refused = Client::connect(server.operators).err().expect("there is no place");
    assert!(refused.contains("503"), "{refused}");
    assert_eq!(http_at(server.operators, "GET", "/readyz", &["Host: localhost"], "").0, 200);
    server.guest("ann");
    operators.pop();
    wait_for("a free place", || Client::connect(server.operators).ok());
}

#[test]
fn a_full_inbox_refuses_players_and_takes_what_operators_want() {
    let mut server = TestServer::with(TestSetup { inbox_capacity: 1, ..TestSetup::default() });
    let (players, operator) = (server.connect(), server.connect());
    let time = json!({"world": 0, "function": "server_time", "data": {}}).to_string();
    (0..3).for_each(|_| server.post(players, &time));
    let data = json!({"token": raidkeep::studio::testing::OPERATOR_TOKEN});
    server.post(operator, &json!({"world": 0, "function": "rules_status", "data": data}).to_string());
    server.settle();
    let status = |reply: &String| serde_json::from_str::<Value>(reply).expect("JSON")["status"].as_i64();
    let statuses: Vec<_> = server.collect(players).iter().map(status).collect();
    assert!(statuses.contains(&Some(16)), "players wait for a place: {statuses:?}");
    assert_eq!(server.collect(operator).iter().map(status).collect::<Vec<_>>(), [Some(0)], "operators do not");
}

#[test]
fn a_page_of_another_site_cannot_reach_the_operators_listener_through_a_browser() {
    let server = set(&[r#"allowed_origins=["*"]"#, r#"admin.hosts=["ops.example"]"#]).start();
    let metrics = |headers: &[&str]| http_at(server.operators, "GET", "/metrics", headers, "").0;
    let own = format!("Host: {}", server.operators);
    assert_eq!(metrics(&[&own]), 200);
    assert_eq!(metrics(&["Host: ops.example"]), 200, "a configured name");
    assert_eq!(metrics(&["Host: evil.example"]), 403, "a name that somebody has pointed here");
    assert_eq!(metrics(&[&own, "Host: evil.example"]), 403, "no second name slips through");
    assert_eq!(metrics(&[&own, "Origin: https://evil.example"]), 403);
    assert_eq!(metrics(&[&own, &format!("Origin: http://{}", server.operators)]), 200, "a page of its own");
    assert_eq!(http_at(server.operators, "GET", "/healthz", &["Host: evil.example"], "").0, 200, "health is public");
    for header in [("Origin", "https://evil.example"), ("Host", "evil.example"), ("Origin", "null")] {
        let refused = Client::connect_with(server.operators, "/", &[header]).err();
        assert!(refused.as_ref().is_some_and(|refused| refused.contains("403")), "{header:?}: {refused:?}");
    }
    assert!(Client::connect_with(server.address, "/", &[("Origin", "https://evil.example")]).is_ok());
}

#[test]
fn a_stop_closes_operators_connections_too() {
    let host = Host::new(&[]);
    let mut server = host.start();
    let mut operator = server.connect_operator();
    assert_eq!(operator.ask("server_time", json!({}))["status"], 0);
    server.signal("TERM");
    assert_eq!(operator.read_to_end(), Ended::Closed(CloseCode::Away));
    assert!(server.process.wait().success());
}

#[test]
fn an_address_without_a_port_and_a_url_of_another_kind_are_told_as_what_they_are() {
    for (listen, hint) in [("0.0.0.0", "has no port, expected one such as 0.0.0.0:7350"), ("7350", "has no address")] {
        let (code, stderr) = Host::new(&[]).listening_on(listen).start_in_vain();
        assert_eq!(code, Some(1), "{stderr}");
        assert!(stderr.contains(hint) && !stderr.contains("another server"), "{listen}: {stderr}");
    }
    let host = Host::new(&[]);
    for (url, hint) in [
        ("http://127.0.0.1:7350", "ws:// or wss:// is expected here, not http://"),
        ("ws://127.0.0.1", "the port is missing"),
        ("ws://127.0.0.1:7350/metrics", "/metrics does not belong there"),
    ] {
        for command in
            [&["call", "server_time", "--url"][..], &["backup", "--name", "x", "--admin-url"], &["load", "--url"]]
        {
            let told = complaint(&run_in(&host, &[command, &[url]].concat()));
            assert!(told.contains(hint), "{command:?} {url}: {told}");
        }
    }
}
