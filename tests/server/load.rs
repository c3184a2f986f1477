//! `raidkeep load` against the real program: the shipped mixes send requests that the game answers, and errors are
//! reported. Runs have a fixed number of requests, so that nothing depends on the speed of this machine.

use std::net::TcpListener;
use std::process::{Command, Output};

use crate::fairness::without_rate_limits;
use crate::process::{Host, PROGRAM, Server};
use raidkeep::studio::load::Mix;
use serde_json::Value;

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).arg("load").args(arguments).output().expect("the program should run")
}

/// A closed loop unless the arguments say otherwise.
fn load(server: &Server, arguments: &[&str]) -> Output {
    let (url, admin_url) = (format!("ws://{}", server.address), format!("ws://{}", server.operators));
    let rate: &[&str] = if arguments.contains(&"--rate") { &[] } else { &["--rate", "max"] };
    run(&[&["--url", &url, "--admin-url", &admin_url], rate, arguments].concat())
}

/// The report of a run that ends with this exit code.
fn report(server: &Server, arguments: &[&str], code: i32) -> Value {
    let output = load(server, &[&["--format", "json"], arguments].concat());
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{stdout}\n{stderr}");
    serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("a JSON report is expected ({error}): {stdout}"))
}

/// A server as docs/load.md starts it.
fn host_for_load() -> Host {
    let host = Host::new(&[]);
    let assets = host.path("load-assets").display().to_string();
    let written = run(&["--write-assets", &assets]);
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    without_rate_limits(host.with(&["--assets", &assets]))
}

#[test]
fn every_shipped_mix_gets_the_statuses_it_expects() {
    let host = host_for_load();
    let server = host.start();
    for mix in Mix::shipped_names() {
        let arguments = ["--mix", &mix, "--clients", "4", "--idle", "20", "--requests", "400"];
        let report = report(&server, &arguments, 0);
        assert_eq!(report["unexpected"], serde_json::json!([]), "{mix}");
        assert_eq!(report["requests"], 400, "{mix}: each request is answered and counted: {report:#}");
        assert_eq!((&report["cut_short"], &report["unanswered"]), (&0.into(), &0.into()), "{mix}: {report:#}");
        assert_eq!(
            report["connecting"].is_null(),
            mix != "login_storm",
            "{mix}: only a storm connects while it sends requests"
        );
    }
}

#[test]
fn a_plain_run_against_a_default_server_succeeds_again_and_again() {
    let server = Host::new(&[]).start();
    let url = format!("ws://{}", server.address);
    for attempt in 0..4 {
        let output = run(&["--url", &url, "--clients", "16", "--requests", "300", "--run", "same"]);
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "attempt {attempt} with the same accounts: {stdout}{stderr}");
    }
}

#[test]
fn the_usual_mix_goes_on_when_the_energy_has_run_out_and_says_so() {
    let mut host = Host::new(&[]);
    for limit in ["connection", "player"] {
        host = host.with(&["--set", &format!("limits.requests_per_second_per_{limit}=0")]);
    }
    let server = host.start();
    let report = report(&server, &["--mix", "mixed", "--clients", "1", "--requests", "1000"], 0);
    let advice = report["advice"].to_string();
    assert!(advice.contains("energy or tickets ran out"), "it is no mistake, but told: {report:#}");
}

#[test]
fn a_report_tells_scripts_all_figures() {
    let host = host_for_load();
    let server = host.start();
    let arguments = ["--mix", "enter_victory", "--clients", "3", "--threads", "2", "--idle", "10", "--requests", "101"];
    let report = report(&server, &arguments, 0);
    let setup = &report["setup"];
    assert_eq!((&setup["loop"], &setup["clients"], &setup["threads"]), (&"closed".into(), &3.into(), &2.into()));
    let functions = report["functions"].as_array().expect("a list of functions");
    let names: Vec<&Value> = functions.iter().map(|function| &function["function"]).collect();
    assert_eq!(names, ["enter_stage_general", "victory_stage_general"]);
    let statuses: i64 = functions
        .iter()
        .flat_map(|function| function["statuses"].as_array().expect("a list of statuses"))
        .map(|status| status["count"].as_i64().expect("a count"))
        .sum();
    assert_eq!(statuses, 101, "every request of every thread has its status");
    for figures in [&report["latency_us"], &functions[0]["latency_us"]] {
        let [p50, p99, p999, max] = ["p50", "p99", "p999", "max"].map(|key| figures[key].as_u64().expect("a latency"));
        assert!(0 < p50 && p50 <= p99 && p99 <= p999 && p999 <= max, "{figures}");
    }
    let figures = ["cpu_us_per_request", "resident_bytes", "bytes_per_idle_connection", "log_bytes"];
    for figure in figures {
        assert!(report["server"][figure].is_number(), "{figure} is reported by the server: {report:#}");
    }
    assert!(report["server"]["log_bytes"].as_f64() > Some(0.0), "the changes are in the log");
    assert!(report["requests_per_second"].as_f64() > Some(0.0));
}

#[test]
fn an_open_loop_asks_what_is_due_and_no_more() {
    let host = host_for_load();
    let server = host.start();
    for mix in ["mixed", "login_storm"] {
        let arguments = ["--mix", mix, "--clients", "5", "--threads", "2", "--rate", "2000", "--requests", "300"];
        let report = report(&server, &arguments, 0);
        assert_eq!((&report["setup"]["loop"], &report["requests"]), (&"open".into(), &300.into()), "{report:#}");
        let seconds = report["seconds"].as_f64().expect("seconds");
        assert!(seconds >= 0.14, "{mix}: 300 requests at 2000 a second are not due before 0.15 s: {seconds}");
    }
}

#[test]
fn values_go_from_a_reply_of_the_game_into_later_requests() {
    let host = host_for_load();
    let server = host.start();
    let file = host.path("carried.ron");
    let mix = r#"(
        about: "looks at its own bag, which only its own name opens", in_flight: 4,
        start: [(function: "login_unique", data: {"unique_id": "{run}{client}"}, statuses: [0, 1])],
        sequences: [(weight: 1, steps: [
            (function: "get_player_info", take: {"name": "/data/name"}),
            (function: "bag", data: {"role": "{name}"}),
            (function: "get_new_mail", take: {"key": "/data/mail/0/key"}),
            (function: "mark_read_mail", data: {"key": "{key}"}),
        ])],
    )"#;
    std::fs::write(&file, mix).expect("a file of the test");
    let file = file.display().to_string();
    let report = report(&server, &["--mix", &file, "--clients", "3", "--requests", "90"], 0);
    let asked = |function: &str| {
        let functions = report["functions"].as_array().expect("a list of functions");
        functions
            .iter()
            .find(|found| found["function"] == function)
            .map_or(0, |found| found["requests"].as_u64().unwrap_or(0))
    };
    assert!(asked("bag") > 10, "{report:#}");
    assert_eq!(asked("mark_read_mail"), 0, "a newcomer has no mail, so there is nothing to mark: {report:#}");
    let cut_short = report["cut_short"].as_u64().expect("a count");
    assert!(cut_short > 0 && cut_short <= asked("get_new_mail"), "and the sequences end there: {report:#}");
}

#[test]
fn a_run_of_some_time_counts_what_is_due_in_it() {
    let host = host_for_load();
    let server = host.start();
    let arguments = ["--mix", "read_only", "--clients", "4", "--rate", "500", "--duration", "0.4", "--warm-up", "0.1"];
    let report = report(&server, &arguments, 0);
    let counted = report["requests"].as_u64().zip(report["unsent"].as_u64()).map(|(sent, unsent)| sent + unsent);
    assert_eq!(counted, Some(200), "500 a second in 0.4 s, however fast they were answered: {report:#}");
}

#[test]
fn requests_refused_by_limits_fail_the_run_and_name_the_setting() {
    let server = Host::new(&["--set", "limits.requests_per_second_per_player=1"]).start();
    let mix = ["--mix", "hang_up", "--clients", "1", "--requests", "50"];
    let report = report(&server, &mix, 1);
    let refused = &report["unexpected"][0];
    assert_eq!(refused["status"], 15, "{report:#}");
    assert!(refused["first"].as_str().is_some_and(|first| first.contains("retry_after_ms")), "{refused}");
    let advice = report["advice"].to_string();
    assert!(advice.contains("limits.requests_per_second_per_player=0"), "{advice}");
    let text = load(&server, &mix);
    let text = String::from_utf8_lossy(&text.stdout);
    assert!(text.contains("UNEXPECTED status 15 of "), "the text output reports it too: {text}");
}

#[test]
fn exhausted_energy_is_reported_with_advice() {
    let limits = ["--set", "limits.requests_per_second_per_player=0"];
    let server = Host::new(&limits).start();
    let report = report(&server, &["--mix", "enter_victory", "--clients", "1", "--requests", "100"], 1);
    assert_eq!(report["unexpected"][0]["status"], 97, "{report:#}");
    assert!(report["advice"].to_string().contains("--write-assets"), "{report:#}");
}

#[test]
fn a_mistake_in_a_mix_is_reported_with_file_line_and_column() {
    let host = Host::new(&[]);
    let file = host.path("wrong.ron");
    let text = "(\n    about: \"wrong\",\n    in_flight: 1,\n    sequences: [\n        (weight: 1, steps: [(funktion: \"ping\")]),\n    ],\n)\n";
    std::fs::write(&file, text).expect("a file of the test");
    let output = run(&["--mix", &file.display().to_string()]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr.contains("wrong.ron:5:30: error: "), "{stderr}");
    assert!(stderr.contains("funktion") && stderr.contains("did you mean \"function\"?"), "{stderr}");
}

#[test]
fn an_unknown_mix_and_an_absent_server_are_reported() {
    let output = run(&["--mix", "mixt"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("cannot read mixt") && stderr.contains("enter_victory, hang_up, idle"), "{stderr}");
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let output = run(&["--url", &format!("ws://{free}"), "--requests", "1"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr.contains(&format!("no server answers at {free}")), "{stderr}");
}

#[test]
fn connections_that_the_server_closes_fail_the_run() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let host = Host::new(&[]);
    let file = host.path("ping.ron");
    let mix = r#"(about: "pings", in_flight: 1, sequences: [(weight: 1, steps: [(function: "ping")])])"#;
    std::fs::write(&file, mix).expect("a file of the test");
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            // A request for metrics fails the handshake, and a connection is cut after the handshake.
            if let Ok(mut socket) = tokio_tungstenite::tungstenite::accept(stream) {
                let _ = socket.read();
            }
        }
    });
    let file = file.display().to_string();
    let output = run(&[
        "--url",
        &format!("ws://{address}"),
        "--mix",
        &file,
        "--clients",
        "1",
        "--requests",
        "5",
        "--format",
        "json",
    ]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!((&report["broken"]["connections"], &report["unanswered"]), (&1.into(), &1.into()), "{report:#}");
    assert!(report["server"].is_null(), "a server without metrics has no figures in the report");
}
