//! What `/metrics` tells from the start, and that its names follow the rules of Prometheus (`promtool check metrics`).

use std::collections::{BTreeMap, BTreeSet};

use crate::process::{Host, Server, wait_for};
use serde_json::json;

/// The body of `/metrics`.
fn page(server: &Server) -> String {
    let reply = server.metrics();
    reply.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or(reply)
}

/// The value of a sample in `/metrics`, by what its line begins with.
pub(crate) fn metric(server: &Server, name: &str) -> Option<f64> {
    sample(&server.metrics(), name)
}

fn sample(page: &str, name: &str) -> Option<f64> {
    page.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

/// Each metric of a page with its type and whether it has a help text.
fn families(page: &str) -> BTreeMap<&str, (&str, bool)> {
    let mut families: BTreeMap<&str, (&str, bool)> = BTreeMap::new();
    for line in page.lines() {
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|line| line.split_once(' ')) {
            families.entry(name).or_default().0 = kind;
        } else if let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|line| line.split_once(' ')) {
            families.entry(name).or_default().1 = !help.trim().is_empty();
        }
    }
    families
}

/// What `promtool check metrics` would complain about.
fn complaints(page: &str) -> Vec<String> {
    const OTHER_UNITS: [&str; 12] = [
        "milliseconds",
        "microseconds",
        "nanoseconds",
        "minutes",
        "hours",
        "days",
        "kilobytes",
        "megabytes",
        "kibibytes",
        "mebibytes",
        "percent",
        "bits",
    ];
    const SHORT_UNITS: [&str; 8] = ["_s", "_ms", "_us", "_ns", "_sec", "_b", "_kb", "_mb"];
    const KINDS: [&str; 4] = ["_gauge", "_counter", "_summary", "_histogram"];
    let mut complaints = Vec::new();
    let families = families(page);
    for (name, (kind, has_help)) in &families {
        let mut complain = |what: &str| complaints.push(format!("{name} ({kind}): {what}"));
        if !has_help {
            complain("no help text");
        }
        if (*kind == "counter") != name.ends_with("_total") {
            complain("counters and only they end with _total");
        }
        if *kind != "histogram" && ["_count", "_sum", "_bucket"].iter().any(|end| name.ends_with(end)) {
            complain("ends like a part of a histogram");
        }
        if OTHER_UNITS.iter().any(|unit| name.split('_').any(|part| part == *unit)) {
            complain("not a base unit");
        }
        if SHORT_UNITS.iter().any(|unit| name.trim_end_matches("_total").ends_with(unit)) {
            complain("an abbreviated unit");
        }
        if KINDS.iter().any(|kind| name.ends_with(kind)) {
            complain("contains its type");
        }
        if !name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_') {
            complain("not in snake_case");
        }
    }
    let known = |name: &str| {
        let parts = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        families.contains_key(name) || parts.is_some_and(|name| families.contains_key(name))
    };
    let samples = page.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let names: BTreeSet<&str> = samples.filter_map(|line| line.split(['{', ' ']).next()).collect();
    complaints.extend(names.into_iter().filter(|name| !known(name)).map(|name| format!("{name}: no type")));
    complaints
}

#[test]
fn promtool_has_nothing_to_say_about_a_server_that_has_played() {
    let host = Host::new(&["--worlds", "2"]);
    let server = host.start();
    assert_eq!(complaints(&page(&server)), [""; 0], "right after the start");
    let mut guest = server.guest("ann");
    guest.ask("enter_stage_general", json!({"stage": 8}));
    guest.ask("buy_item", json!({"offer": "diamonds_60"}));
    assert_eq!(complaints(&page(&server)), [""; 0], "after a while");
}

#[test]
fn metrics_are_there_from_the_start_with_0_and_name_their_world() {
    let host = Host::new(&["--worlds", "2"]);
    let server = host.start();
    let page = page(&server);
    for world in ["0", "1"] {
        for name in [
            "raidkeep_requests_total{world=\"W\",function=\"login\",status=\"0\"}",
            "raidkeep_request_seconds_count{world=\"W\"}",
            "raidkeep_logins_failed_total{world=\"W\",why=\"wrong_password\"}",
            "raidkeep_abnormal_data_total{world=\"W\",what=\"damage\"}",
            "raidkeep_players_online{world=\"W\"}",
            "raidkeep_players_in_memory{world=\"W\"}",
            "raidkeep_day_active_players{world=\"W\",period=\"month\"}",
            "raidkeep_day_returned_players{world=\"W\",after_days=\"30\"}",
            "raidkeep_day_stages_won{world=\"W\"}",
            "raidkeep_last_backup_timestamp_seconds{world=\"W\"}",
            "raidkeep_orders_open{world=\"W\"}",
            "raidkeep_orders_total{world=\"W\",state=\"operator\"}",
            "raidkeep_reports_pending{world=\"W\"}",
            "raidkeep_reports_total{world=\"W\",outcome=\"given_up\"}",
            "raidkeep_platform_calls_total{world=\"W\",platform=\"mcrmb\",outcome=\"failed\"}",
            "raidkeep_circuit_open{world=\"W\",platform=\"mcrmb\"}",
            "raidkeep_journal_gaps_total{world=\"W\"}",
            "raidkeep_storage_failures_total{world=\"W\"}",
        ] {
            let name = name.replace('W', world);
            assert_eq!(sample(&page, &name), Some(0.0), "{name}: {page}");
        }
        for file in ["log", "rows"] {
            let name = format!("raidkeep_database_bytes{{world=\"{world}\",file=\"{file}\"}}");
            wait_for("the sizes of the files", || sample(&self::page(&server), &name).filter(|bytes| *bytes > 0.0));
        }
    }
    for name in
        ["raidkeep_connections_refused_total{why=\"full\"}", "raidkeep_rules_reloads_total{outcome=\"refused\"}"]
    {
        assert_eq!(sample(&page, name), Some(0.0), "{name}");
    }
    assert_eq!(sample(&page, "raidkeep_sandboxed{platform=\"mcrmb\"}"), Some(1.0), "an alert can ask for it");
    assert!(page.contains("raidkeep_build_info{version=") && page.contains("commit="), "{page}");
}

#[test]
fn failed_logins_count_as_failed_and_the_log_names_the_address_once_a_second() {
    let host = Host::new(&[]);
    let server = host.start();
    let mut client = server.connect();
    for attempt in 0..20 {
        let data = json!({"email": format!("nobody{attempt}@mail.example"), "password": "a secret that was typed"});
        assert_eq!(client.ask("login", data)["data"]["status_code"], 404);
    }
    let page = page(&server);
    let counted = "raidkeep_requests_total{world=\"0\",function=\"login\",status=\"404\"}";
    assert_eq!(sample(&page, counted), Some(20.0), "{page}");
    assert_eq!(sample(&page, "raidkeep_requests_total{world=\"0\",function=\"login\",status=\"0\"}"), Some(0.0));
    let failed = "raidkeep_logins_failed_total{world=\"0\",why=\"not_registered\"}";
    assert_eq!(sample(&page, failed), Some(20.0));
    let log = server.process.stderr();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("log-ins fail")).collect();
    assert!((1..20).contains(&lines.len()) && lines[0].contains("127.0.0.1"), "{log}");
    assert!(!log.contains("a secret that was typed") && !log.contains("nobody"), "what was typed is not told: {log}");
    let reply = server.connect_operator().ask("rules_status", json!({"token": "a guess"}));
    assert_eq!(reply["status"], 11, "{reply}");
    assert!(server.process.stderr().contains("operator functions are called with a wrong token"));
    assert_eq!(sample(&self::page(&server), "raidkeep_operator_tokens_refused_total"), Some(1.0));
}

#[test]
fn the_last_backup_is_known_also_after_a_restart() {
    let host = Host::new(&[]);
    let backups = format!("backups={}", host.path("backups").display());
    let host = host.with(&["--set", &backups]);
    let name = "raidkeep_last_backup_timestamp_seconds{world=\"0\"}";
    let mut server = host.start();
    assert_eq!(server.operate("backup", json!({"name": "one"}))["status"], 0);
    let made = sample(&page(&server), name).expect("a metric");
    assert!(made > 1_600_000_000.0, "unix seconds: {made}");
    server.stop();
    let server = host.start();
    assert_eq!(sample(&page(&server), name), Some(made));
}
