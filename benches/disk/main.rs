//! Disk writes of durable requests, and the sizes of the files.
//!
//! `cargo bench --profile dist --bench disk` runs a world with files at 10, 1,000 and 50,000 requests a second for 20 s
//! each, and counts the bytes passed to the kernel. Then it plays a day of 10 requests a second as fast as it can, with
//! a commit for each request and a fold every five seconds like the server, and prints the file sizes every two hours.
//! Players enter a stage and win it in turns, so every second request moves items and adds a row to the ledger.
#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

mod day;
mod paced;
#[path = "../shared/world.rs"]
mod world;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use raidkeep::game;
use raidkeep::server::net::connection::Connection;

#[derive(Parser)]
struct Options {
    /// Requests a second; may be repeated
    #[arg(long, default_values_t = [10, 1_000, 50_000])]
    rate: Vec<u32>,
    /// Length of each measurement
    #[arg(long, default_value_t = 20.0)]
    seconds: f64,
    /// Players who take turns in it
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    players: u32,
    /// Where the files go; the disk of this folder is what is measured
    #[arg(long, value_name = "FOLDER", default_value = env!("CARGO_TARGET_TMPDIR"))]
    scratch: PathBuf,
    /// Hours of the day; 0 leaves it out
    #[arg(long, default_value_t = 24)]
    hours: u32,
    /// Players of the day. With fewer, the ledger of each is full earlier
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    day_players: u32,
    /// Cargo passes this
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    std::fs::create_dir_all(&options.scratch).expect("the scratch folder should be writable");
    let folder = tempfile::tempdir_in(&options.scratch).expect("the scratch folder should be writable");
    let setup = world::setup(folder.path());
    let rules = game::load_rules(&setup.settings, &setup.assets).expect("the edited assets should be valid");
    if !options.rate.is_empty() {
        paced::print_head(options.players);
    }
    for &rate in &options.rate {
        let length = Duration::from_secs_f64(options.seconds);
        let files = folder.path().join(format!("data-{rate}"));
        paced::measure(&setup.settings, &rules, &files, options.players, f64::from(rate), length).print();
    }
    day::play(&setup.settings, &rules, options.day_players, options.hours);
}

/// A player who enters a stage and wins it, over and over.
struct Raider {
    connection: Connection,
    asked: u64,
}

impl Raider {
    /// Sends the next request.
    fn ask(&mut self) {
        const REQUESTS: [&str; 2] = [
            r#"{"world":0,"function":"enter_stage_general","data":{"stage":8},"id":17}"#,
            r#"{"world":0,"function":"victory_stage_general","data":{"stage":8},"id":17}"#,
        ];
        self.connection.receive(REQUESTS[usize::from(self.asked % 2 == 1)]);
        self.asked += 1;
    }

    /// Takes the replies received; none may be a refusal.
    fn hear(&mut self) -> u64 {
        let mut replies = Vec::new();
        self.connection.take_replies(&mut replies);
        let refused =
            replies.iter().find(|reply| reply.starts_with(r#"{"status":"#) && !reply.starts_with(r#"{"status":0"#));
        assert_eq!(refused, None, "nothing should be refused");
        replies.iter().filter(|reply| reply.starts_with(r#"{"status":"#)).count() as u64
    }
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
