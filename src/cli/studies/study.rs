//! `raidkeep study`: the process that does what a running server has ordered.

use std::io::BufRead;
use std::path::Path;
use std::thread;

use crate::cli::call::Failure;
use crate::cli::print_line;
use crate::cli::simulate::{DEFAULT_POLICY, short_policy_name, usual_policy};
use crate::cli::studies::clerk::Said;
use raidkeep_realm::rule_sets::studies::StudyOrder;
use raidkeep_studio::rule_study::conduct;

/// The exit code when the server is gone.
const DESERTED: i32 = 1;

/// Does what the first line of stdin orders, and prints how far it is and at last what it has found. Ends when stdin does.
pub(in crate::cli) fn answer() -> Result<(), Failure> {
    let mut order = String::new();
    std::io::stdin().lock().read_line(&mut order)?;
    let order: StudyOrder = serde_json::from_str(&order)?;
    thread::spawn(leave_with_the_server);
    let policy = usual_policy()?;
    let name = short_policy_name(Path::new(DEFAULT_POLICY));
    // A low priority gives back time, but not what is in a core's caches.
    let cores = thread::available_parallelism().map_or(1, |cores| (usize::from(cores) / 2).max(1));
    let report = conduct(&order, (&policy, &name), cores, |percent| say(&Said::Percent(percent)))?;
    say(&Said::Report(Box::new(report)));
    Ok(())
}

fn say(said: &Said) {
    print_line(&serde_json::to_string(said).expect("what is said should be plain data"));
}

fn leave_with_the_server() {
    // Nothing more is written to it, so that any end of the wait is the end of the server.
    let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
    std::process::exit(DESERTED);
}
