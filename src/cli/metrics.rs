//! The metrics of the process: what each means, which are there from the start, and what is measured from time to time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::cli::version::{COMMIT, PROFILE};
use raidkeep_engine::meters::Meters;
use raidkeep_engine::outside::world_name;
use raidkeep_engine::reload::reloader::OUTCOMES;
use raidkeep_engine::storage::folder::{log_file, rows_file};
use raidkeep_server::config::Config;
use raidkeep_server::config::platforms::PlatformMode;
use raidkeep_server::net::acceptor::REFUSALS;
use raidkeep_server::net::tls::HANDSHAKE_OUTCOMES;
use raidkeep_server::net::websocket::CloseReason;

/// The upper bounds of the buckets of all histograms, in seconds: from a reply out of memory to one that waited for a
/// platform.
const BUCKETS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 15.0];
/// How often file sizes are read, and samples of histograms put into their buckets: without that they would pile up in
/// a server whose metrics nobody reads.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Starts to measure.
pub(super) fn start(config: &Config) -> Result<PrometheusHandle, Box<dyn std::error::Error>> {
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)?;
    let metrics = builder.install_recorder()?;
    describe_process();
    describe_worlds();
    begin(config);
    let files = database_files(config);
    let handle = metrics.clone();
    std::thread::Builder::new().name("raidkeep-metrics".into()).spawn(move || {
        loop {
            files.iter().for_each(measure);
            handle.run_upkeep();
            std::thread::sleep(LOOK_EVERY);
        }
    })?;
    Ok(metrics)
}

fn describe_process() {
    metrics_process::Collector::default().describe();
    describe_counter!(
        "process_written_bytes_total",
        Unit::Bytes,
        "Bytes that this process has caused to be written to disk (Linux)"
    );
    describe_gauge!(
        "process_cpu_used_seconds",
        Unit::Seconds,
        "CPU time used so far, with fractions of a second (Linux)"
    );
    describe_gauge!("raidkeep_build_info", "Always 1; the labels tell version, commit and profile of the program");
    describe_gauge!("raidkeep_sandboxed", "1 for a platform that is simulated: no real money, no real reports");
    describe_gauge!("raidkeep_connections", "Open connections of players");
    describe_gauge!("raidkeep_operator_connections", "Open connections of operators");
    describe_counter!("raidkeep_connections_refused_total", "Connections refused, by reason");
    describe_counter!("raidkeep_tls_handshakes_total", "TLS handshakes of clients, by outcome");
    describe_gauge!("raidkeep_tls_certificate_refused", "1 while a changed certificate cannot be used");
    describe_gauge!(
        "raidkeep_tls_certificate_expires_at_seconds",
        Unit::Seconds,
        "When the certificate that is served expires, unix seconds"
    );
    describe_counter!("raidkeep_reads_delayed_total", "Times that a client was not read because it had sent too much");
    describe_counter!("raidkeep_connections_closed_total", "Closed WebSockets by reason");
    describe_counter!("raidkeep_events_dropped_total", "Events dropped because a client read too slowly");
    describe_counter!("raidkeep_rules_reloads_total", "Reloads of the assets, by outcome");
    describe_counter!("raidkeep_operator_tokens_refused_total", "Calls of operator functions with a wrong token");
}

fn describe_worlds() {
    describe_counter!("raidkeep_requests_total", "Requests answered by the worlds, by function and status");
    describe_histogram!(
        "raidkeep_request_seconds",
        Unit::Seconds,
        "Time from the arrival of a request at its world to its reply"
    );
    describe_counter!("raidkeep_logins_failed_total", "Failed log-ins by reason");
    describe_counter!("raidkeep_guests_forgotten_total", "Guests deleted because they never played");
    describe_counter!(
        "raidkeep_abnormal_data_total",
        "Abnormal data of clients, such as implausible damage; see suspect_list"
    );
    describe_counter!("raidkeep_ticks_total", "Ticks of the worlds");
    describe_gauge!("raidkeep_players_online", "Players online");
    describe_figures();
    describe_gauge!("raidkeep_players_in_memory", "Players in memory, as of the last check for idle ones");
    describe_histogram!("raidkeep_commit_seconds", Unit::Seconds, "Time of a commit to the log");
    describe_histogram!("raidkeep_fold_seconds", Unit::Seconds, "Time of folding the log into rows");
    describe_counter!("raidkeep_committed_batches_total", "Batches committed");
    describe_counter!("raidkeep_log_bytes_total", Unit::Bytes, "Bytes written to the log");
    describe_gauge!("raidkeep_database_bytes", Unit::Bytes, "Sizes of the database files");
    describe_gauge!(
        "raidkeep_last_backup_timestamp_seconds",
        Unit::Seconds,
        "When the last complete backup was made, unix seconds; 0 = none is known"
    );
    describe_gauge!("raidkeep_archive_failing", "1 while the continuous archive cannot be written");
    describe_counter!("raidkeep_archive_failures_total", "Failures to write the continuous archive");
    describe_counter!("raidkeep_archive_records_total", "Log records given to the continuous archive");
    describe_counter!("raidkeep_archive_records_lost_total", "Log records that the continuous archive lacks");
    describe_gauge!("raidkeep_orders_open", "Unfinished orders paid with points");
    describe_gauge!("raidkeep_incidents_open", "Incidents that nobody has seen");
    describe_counter!("raidkeep_orders_total", "Steps of orders, by the state they led to");
    describe_gauge!("raidkeep_reports_pending", "Reports that the platform has not accepted yet");
    describe_counter!("raidkeep_reports_total", "Reports, by the outcome of sending them");
    describe_counter!("raidkeep_platform_calls_total", "Calls to platforms, answered or failed");
    describe_gauge!("raidkeep_circuit_open", "1 while a platform that keeps failing is not called");
    describe_counter!("raidkeep_journal_gaps_total", "Journals that ended early because the disk was slow or failed");
    describe_counter!("raidkeep_storage_failures_total", "Failures of the storage; each stops a world");
    describe_counter!("raidkeep_storage_revivals_total", "Times that a stopped world went on by itself");
}

/// The figures of the day that is being counted (docs/figures.md).
fn describe_figures() {
    describe_gauge!("raidkeep_day_active_players", "Players active so far: today, in this week, in this month");
    describe_gauge!("raidkeep_day_returned_players", "Players active today whose accounts were made some days before");
    describe_gauge!("raidkeep_day_new_players", "Accounts made today");
    describe_gauge!("raidkeep_day_players_online_most", "The most players online at the same time today");
    describe_gauge!("raidkeep_day_sessions", "Sessions that began today");
    describe_gauge!("raidkeep_day_sessions_ended", "Sessions that ended today");
    describe_gauge!(
        "raidkeep_day_sessions_length_seconds",
        Unit::Seconds,
        "How long the sessions lasted that ended today, together"
    );
    describe_gauge!(
        "raidkeep_day_energy_wasted",
        "Points of energy that did not come back at the maximum, counted today"
    );
    describe_gauge!("raidkeep_day_orders", "Purchases with points ordered today");
    describe_gauge!("raidkeep_day_orders_granted", "Purchases with points paid and granted today");
    describe_gauge!("raidkeep_day_stages_entered", "Entries into stages today");
    describe_gauge!("raidkeep_day_stages_won", "Victories in stages today");
    describe_gauge!("raidkeep_day_levels_reached", "Levels that players reached today");
    describe_gauge!("raidkeep_day_bosses_killed", "World bosses killed today");
    describe_gauge!("raidkeep_day_points_gained", "Points that players got today");
    describe_gauge!("raidkeep_day_points_spent", "Points that players lost today");
}

/// What belongs to no world is there from the start too.
fn begin(config: &Config) {
    describe_gauge!("raidkeep_links_open", "Links to other nodes of the cluster that are open");
    describe_counter!("raidkeep_requests_passed_on_total", "Requests passed on to the nodes that have their worlds");
    let build = [("version", env!("CARGO_PKG_VERSION")), ("commit", COMMIT), ("profile", PROFILE)];
    gauge!("raidkeep_build_info", &build).set(1.0);
    for (platform, mode) in [("mcrmb", config.platforms.mcrmb.mode), ("sud", config.platforms.sud.mode)] {
        gauge!("raidkeep_sandboxed", "platform" => platform).set(f64::from(u8::from(mode == PlatformMode::Sandbox)));
    }
    for name in ["raidkeep_connections", "raidkeep_operator_connections", "raidkeep_links_open"] {
        gauge!(name).set(0.0);
    }
    for name in ["raidkeep_reads_delayed_total", "raidkeep_events_dropped_total", "raidkeep_requests_passed_on_total"] {
        counter!(name).increment(0);
    }
    for why in REFUSALS {
        counter!("raidkeep_connections_refused_total", "why" => why).increment(0);
    }
    for outcome in HANDSHAKE_OUTCOMES.into_iter().filter(|_| config.tls.is_on()) {
        counter!("raidkeep_tls_handshakes_total", "outcome" => outcome).increment(0);
    }
    for why in CloseReason::ALL {
        counter!("raidkeep_connections_closed_total", "why" => why.label()).increment(0);
    }
    for number in 0..config.worlds {
        Meters::of_world(number).counter("raidkeep_journal_gaps_total", &[]).increment(0);
    }
    for outcome in OUTCOMES {
        counter!("raidkeep_rules_reloads_total", "outcome" => outcome).increment(0);
    }
}

/// A file of a world's databases.
struct DatabaseFile {
    path: PathBuf,
    size: metrics::Gauge,
}

fn database_files(config: &Config) -> Vec<DatabaseFile> {
    let data = Path::new(&config.data);
    let of_world = |number: u32| {
        let name = world_name(number);
        [("log", log_file(data, &name)), ("rows", rows_file(data, &name))].map(|(file, path)| {
            let labels = [("world", number.to_string()), ("file", file.to_owned())];
            DatabaseFile { path, size: gauge!("raidkeep_database_bytes", &labels) }
        })
    };
    (0..config.worlds).flat_map(of_world).collect()
}

fn measure(file: &DatabaseFile) {
    let bytes = std::fs::metadata(&file.path).map_or(0, |found| found.len());
    file.size.set(bytes as f64);
}
