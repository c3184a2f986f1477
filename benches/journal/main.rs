//! The cost of a journal for the world's thread, and the speed of a replay: an hour of 64 players who each make three
//! requests a second, four in five of them reads, the rest changes of all kinds, including payments, battles and tasks.
//!
//! `cargo bench --profile dist --bench journal`; `-- --seconds 300` for a shorter run. The same hour is played with and
//! without a journal in turns. Then the last journal is replayed from its file, comparing all checkpoints and the final
//! state.
#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

mod driven;
mod load;
#[path = "../shared/world.rs"]
mod world;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Parser;
use raidkeep::engine::clock::ClockMode;
use raidkeep::engine::journal::{FileJournal, Frames, JournalSettings, Record, Replay};
use raidkeep::engine::rules::LoadedRules;
use raidkeep::engine::tick::state_hash;
use raidkeep::game;
use raidkeep::studio::testing::TestSetup;

use crate::driven::{CHECKPOINT_EVERY, Driven};
use crate::load::{READS_PERCENT, Tally};

#[derive(Parser)]
struct Options {
    /// Seconds of the game's clock
    #[arg(long, default_value_t = 3600, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Players; an even number
    #[arg(long, default_value_t = 64)]
    players: usize,
    /// How often the load is played with a journal, and as often without; the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Cargo passes this
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    let folder = tempfile::tempdir().expect("a temporary folder should be available");
    let mut setup = world::setup(folder.path());
    setup.settings.clock = ClockMode::Real;
    enrich(&folder.path().join("assets/items.ron"));
    let rules = game::load_rules(&setup.settings, &setup.assets).expect("the edited assets should be valid");
    let journals = folder.path().join("journals");
    let (mut ratios, mut extras, mut last) = (Vec::new(), Vec::new(), None);
    for round in 0..options.rounds {
        // The second one finds warmer caches, so they alternate in that too.
        let order = if round % 2 == 0 { [false, true] } else { [true, false] };
        let mut worked = [Duration::ZERO; 2];
        for is_recorded in order {
            let sink = is_recorded.then(|| journal(&journals, round));
            let mut world = Driven::new(&setup, &rules, sink);
            worked[usize::from(is_recorded)] = world.load(options.players, options.seconds);
            let tally = std::mem::take(&mut world.tally);
            let (hash, hashed_in) = world.finish();
            if is_recorded {
                last = Some((hash, hashed_in, tally));
            }
        }
        let [without, with] = worked.map(|worked| worked.as_secs_f64());
        println!("round {}: {without:.2} s without, {with:.2} s with a journal", round + 1);
        ratios.push(with / without);
        extras.push(with - without);
    }
    let (hash, hashed_in, tally) = last.expect("there is a round");
    let requests = describe(&tally);
    let extra = 1e6 * median(extras) / requests as f64;
    println!(
        "- a journal takes {:.3} times the time of the world's thread, {extra:.2} us a request more",
        median(ratios)
    );
    println!("- a hash of {} players in memory, one each {CHECKPOINT_EVERY:?}: {hashed_in:.2?}", options.players);
    replay(&setup, &rules, &path(&journals, options.rounds - 1), hash, requests);
}

/// Gives new players the materials for crafting and tickets, so that these are not refused.
fn enrich(items: &Path) {
    let text = std::fs::read_to_string(items).expect("the edited assets should be there");
    let rich = text.replacen(r#""3:5:0", "#, r#""3:5:1000000", "3:51:1000000", "3:52:1000000", "#, 1);
    assert_ne!(rich, text, "newcomers should have a stock of items");
    std::fs::write(items, rich).expect("a temporary folder should be writable");
}

/// Prints the requests by function; returns their number.
fn describe(tally: &Tally) -> u64 {
    let sum = |figure: fn(&(u64, u64)) -> u64| tally.values().map(figure).sum::<u64>();
    let (asked, refused) = (sum(|(asked, _)| *asked), sum(|(_, refused)| *refused));
    let percent = 100.0 * refused as f64 / asked as f64;
    println!("\n{asked} requests of {} functions, {READS_PERCENT} % reads, {percent:.1} % refused:", tally.len());
    let each = tally.iter().map(|(function, (asked, refused))| format!("{function} {asked} ({refused})"));
    println!("{}\n", each.collect::<Vec<_>>().join(", "));
    asked
}

/// Replays a journal from its file, and compares.
fn replay(setup: &TestSetup, rules: &LoadedRules, path: &Path, hash: u64, requests: u64) {
    let bytes = std::fs::metadata(path).expect("the journal should be there").len();
    println!("- {:.1} MiB of journal, {} bytes a request", bytes as f64 / f64::from(1 << 20), bytes / requests);
    let began = Instant::now();
    let file = BufReader::new(File::open(path).expect("the journal should be there"));
    let (_, frames) = Frames::open(file).expect("it should begin as a journal does");
    let mut records: Box<dyn Iterator<Item = Record>> = Box::new(frames);
    let (mut replay, first) =
        Replay::start(&mut records, raidkeep::game::build_app(&setup.settings), rules, Box::new(|_| None))
            .expect("the journal should be playable");
    let start_ms = replay.now_ms();
    for record in first.into_iter().chain(records) {
        replay.play(record, &mut |_, _, _| false).expect("the replay should go the same way");
    }
    let took = began.elapsed().as_secs_f64();
    assert_eq!(state_hash(replay.simulation().world_mut()), hash, "it ends as it did");
    let seconds = (replay.now_ms() - start_ms) as f64 / 1000.0;
    let (ticks, checkpoints, factor) = (replay.ticks(), replay.checkpoints(), seconds / took);
    println!("- {ticks} ticks of {seconds:.0} s are played in {took:.2} s, {factor:.0} times as fast as they went");
    println!("- {checkpoints} checkpoints and the last state ({hash:016x}) are equal");
}

/// A journal file, with a queue that never fills.
fn journal(folder: &Path, round: u16) -> Box<dyn raidkeep::engine::journal::JournalSink> {
    let settings = JournalSettings {
        folder: String::new(),
        file_bytes: 1 << 40,
        queue_bytes: 1 << 30,
        write_every_ms: 50,
        checkpoint_seconds: CHECKPOINT_EVERY.as_secs(),
        keep_days: 0,
    };
    let sink = FileJournal::create(folder, NAME, i64::from(round), &settings);
    Box::new(sink.expect("a temporary folder should be writable"))
}

const NAME: &str = "world-0";

/// The only file of a round's journal.
fn path(folder: &Path, round: u16) -> PathBuf {
    folder.join(format!("{NAME}-{round}-0000.journal"))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
}
