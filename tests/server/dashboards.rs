//! Alerts and dashboard in `packaging/` ask for nothing that the program does not have. That their queries parse is checked with
//! promtool, by `.ci/package`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::tls::clients::Files;

const ALERTS: &str = include_str!("../../packaging/prometheus/raidkeep.rules.yml");
const DASHBOARD: &str = include_str!("../../packaging/grafana/raidkeep.json");

/// Labels that Prometheus adds.
const ADDED: [&str; 2] = ["job", "le"];

/// The labels of each metric of a server that has everything switched on.
fn metrics() -> BTreeMap<String, BTreeSet<String>> {
    let files = Files::new();
    let host = files.host(&[]);
    let folder = host.path("archive").display().to_string();
    let server = host.with(&["--archive", &folder]).start();
    let page = server.metrics();
    let mut metrics: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let (name, labels) = parts(line);
        metrics.entry(name.to_owned()).or_default().extend(labels);
    }
    metrics
}

/// The name of a metric at the beginning of a text, and the labels in the braces after it.
fn parts(text: &str) -> (&str, Vec<String>) {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let inside = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or("", |(inside, _)| inside);
    // Values hold no commas here.
    let names = inside.split(',').filter_map(|label| label.split(['=', '!']).next()).map(str::trim);
    (name, names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// Each metric that a query names, with the labels it asks for.
fn named(query: &str) -> Vec<(&str, Vec<String>)> {
    let prefixes = ["raidkeep_", "process_"].into_iter();
    let starts = prefixes.flat_map(|prefix| query.match_indices(prefix)).map(|(at, _)| at);
    starts
        .filter(|at| !query[..*at].ends_with(|before: char| before.is_alphanumeric() || before == '_'))
        .map(|at| parts(&query[at..]))
        .collect()
}

fn queries() -> Vec<String> {
    let alerts = ALERTS.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).map(str::to_owned);
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("the dashboard should be JSON");
    let mut queries: Vec<String> = alerts.collect();
    collect(&dashboard, &mut queries);
    queries
}

/// The queries of panels, annotations and variables.
fn collect(value: &Value, queries: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for key in ["expr", "query"] {
                queries.extend(fields.get(key).and_then(Value::as_str).map(str::to_owned));
            }
            fields.values().for_each(|field| collect(field, queries));
        }
        Value::Array(list) => list.iter().for_each(|entry| collect(entry, queries)),
        _ => {}
    }
}

#[test]
fn alerts_and_dashboard_name_only_metrics_and_labels_that_the_program_has() {
    let (metrics, queries) = (metrics(), queries());
    let mut asked = BTreeSet::new();
    for query in &queries {
        for (name, labels) in named(query) {
            let known = metrics.get(name).unwrap_or_else(|| panic!("the program has no metric {name}: {query}"));
            for label in labels {
                let is_known = known.contains(&label) || ADDED.contains(&label.as_str());
                assert!(is_known, "{name} has no label {label}: {query}");
            }
            asked.insert(name);
        }
    }
    assert!(asked.len() > 40, "hardly anything was found in {} queries: {asked:?}", queries.len());
}
