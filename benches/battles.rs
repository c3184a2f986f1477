//! The cost of battles: with 10,000 running, a tick's cost depends on those that are due, not on those that run.
//!
//! Run with `cargo bench --profile dist --bench battles`; `-- --battles 1000` for fewer. Everything is in memory, and
//! each second of the game is timed with its requests, verdicts, events and the commit of its batch to a simulated
//! disk.
#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

use std::time::{Duration, Instant};

use clap::Parser;
use raidkeep::engine::account::AccountId;
use raidkeep::engine::clock::Clock;
use raidkeep::engine::outside::Number;
use raidkeep::engine::rules::Rules;
use raidkeep::engine::storage::Touched;
use raidkeep::game::battles::sides::{Beginning, Contender, Fighter};
use raidkeep::game::battles::verdict::Pair;
use raidkeep::game::battles::{Battle, BattleIndex, BattleRules};
use raidkeep::game::character::Attributes;
use raidkeep::game::platforms::sud::PassedThrough;
use raidkeep::studio::testing::TestServer;

#[derive(Parser)]
struct Options {
    /// Battles that run at the same time
    #[arg(long, default_value_t = 10_000)]
    battles: u64,
    /// Cargo passes this
    #[arg(long, hide = true)]
    bench: bool,
}

/// Samples per row.
const SAMPLES: usize = 200;
/// How long a round lasts, so that as many battles are due each second as begin in it.
const ROUND_SECONDS: u64 = 60;

fn main() {
    let options = Options::parse();
    println!("| battles running | what | due | median | 99th of 100 |\n|---:|---|---:|---:|---:|");
    for battles in [options.battles / 100, options.battles / 10, options.battles] {
        let mut server = begin(battles.max(ROUND_SECONDS));
        quiet_ticks(&mut server);
        seconds(&mut server);
    }
}

/// A server whose battles began evenly over the length of a round. Their players are connected and silent.
fn begin(battles: u64) -> TestServer {
    let mut server = TestServer::new();
    server.connect();
    let mut id = 0;
    for second in 1..=ROUND_SECONDS {
        while id < battles * second / ROUND_SECONDS {
            id += 1;
            server.player(&format!("challenger {id}"));
            server.player(&format!("challenged {id}"));
            spawn(&mut server, id);
        }
        server.fold();
        if second < ROUND_SECONDS {
            server.advance_seconds(1);
        }
    }
    server
}

fn spawn(server: &mut TestServer, id: u64) {
    let world = server.simulation().world_mut();
    let fighter = |account: u64| Fighter {
        contender: Contender::Player(AccountId(account)),
        name: format!("玩家#{account}"),
        attributes: Attributes { strength: 11, agility: 11, wits: 11, vigor: 11 },
    };
    let fighters = Pair { challenger: fighter(2 * id - 1), challenged: fighter(2 * id) };
    let now = world.resource::<Clock>().now();
    let beginning = Beginning {
        number: Number::bare(id),
        seed: id,
        fighters,
        stake: None,
        rewarded: Pair::of(|_| true),
        passed: PassedThrough::default(),
    };
    let battle = Battle::begin(beginning, now, world.resource::<Rules<BattleRules>>());
    let entity = world.spawn(battle).id();
    world.resource_mut::<Touched>().push(entity);
}

/// Ticks in which nothing is due.
fn quiet_ticks(server: &mut TestServer) {
    let mut samples: Vec<Duration> = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let began = Instant::now();
        server.step(1);
        samples.push(began.elapsed());
    }
    row(server, "a tick without anything due", 0, &mut samples);
}

/// Game seconds, in each of which a sixtieth of the rounds ends.
fn seconds(server: &mut TestServer) {
    let mut samples = Vec::new();
    let mut closed = 0;
    // No player acts, so every battle is a draw after 15 rounds; these are the rounds before that.
    for _ in 0..SAMPLES.min(10 * ROUND_SECONDS as usize) {
        let before = rounds(server);
        let began = Instant::now();
        server.advance_seconds(1);
        samples.push(began.elapsed());
        closed += rounds(server) - before;
        server.fold();
    }
    let due = closed / samples.len();
    row(server, "a second of the game", due, &mut samples);
}

fn rounds(server: &mut TestServer) -> usize {
    let world = server.simulation().world_mut();
    world.query::<&Battle>().iter(world).map(|battle| battle.rounds().len()).sum()
}

fn row(server: &mut TestServer, what: &str, due: usize, samples: &mut [Duration]) {
    samples.sort_unstable();
    let at = |share: usize| samples[(samples.len() * share / 100).min(samples.len() - 1)];
    let running = server.simulation().world().resource::<BattleIndex>().len();
    println!("| {running} | {what} | {due} | {:.1?} | {:.1?} |", at(50), at(99));
}
