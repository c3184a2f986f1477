//! Instruction counts of ten hot paths, taken with callgrind.
//!
//! `.ci/counts` builds this with the profile named in `kept.txt`, runs it and compares the counts with that file. Run
//! directly it needs valgrind and gungraun-runner; docs/performance.md says how. Each function below is one path, and
//! only what happens inside it is counted. The `times_N` of a path says how often it repeats what is counted.
#![expect(missing_docs, reason = "gungraun makes a module of each path, which cannot have a doc comment")]

mod world;

use gungraun::{Callgrind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};

use world::World;

/// The program's allocator, since a request is many small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Players who repeat the same request.
const REGULARS: usize = 50;
/// Rounds in which each of them sends one request.
const ROUNDS: usize = 20;

const READ: &str = r#"{"world":0,"function":"get_player_info","data":{},"id":17}"#;
const ENTER: &str = r#"{"world":0,"function":"enter_stage_general","data":{"stage":8},"id":17}"#;
const VICTORY: &str = r#"{"world":0,"function":"victory_stage_general","data":{"stage":8,"random":1},"id":17}"#;
const ENTER_BOSS: &str = r#"{"world":0,"function":"enter_stage_boss","data":{"stage":3001},"id":17}"#;
const SWEEP: &str = r#"{"world":0,"function":"mopping_up_stage","data":{"stage":8,"count":1},"id":17}"#;

/// Players in memory who have passed stage 8 and will send these requests.
fn regulars(requests: &[&str]) -> World {
    let mut world = World::with_players(REGULARS);
    world.prepare(|_, _| owned(&[ENTER, VICTORY]));
    world.answer();
    world.prepare(|_, _| owned(requests));
    world
}

fn owned(requests: &[&str]) -> Vec<String> {
    requests.iter().map(|&request| request.to_owned()).collect()
}

// `get_player_info`, from the text of the frame to the released reply.
#[library_benchmark]
#[bench::times_1000(regulars(&[READ]))]
fn read(mut world: World) -> World {
    (0..ROUNDS).for_each(|_| world.answer());
    world
}

// `enter_stage_general` and `victory_stage_general`: one pair is one write.
#[library_benchmark]
#[bench::times_1000(regulars(&[ENTER, VICTORY]))]
fn write(mut world: World) -> World {
    (0..ROUNDS).for_each(|_| world.answer());
    world
}

// `mopping_up_stage`.
#[library_benchmark]
#[bench::times_1000(regulars(&[SWEEP]))]
fn sweep(mut world: World) -> World {
    (0..ROUNDS).for_each(|_| world.answer());
    world
}

fn raiders() -> World {
    let mut world = World::with_players(REGULARS * ROUNDS);
    world.prepare(|_, _| owned(&[ENTER_BOSS]));
    world.answer();
    world.prepare(|number, _| {
        // Scattered, so that players enter the ranking at all positions.
        let damage = 1 + number * 7_919 % 100_000;
        let data = format!(r#"{{"stage":3001,"damage":{damage},"random":1}}"#);
        vec![format!(r#"{{"world":0,"function":"victory_stage_boss","data":{data},"id":17}}"#)]
    });
    world
}

// `victory_stage_boss`, the player's first, with its place in the ranking.
#[library_benchmark]
#[bench::times_1000(raiders())]
fn boss_victory(mut world: World) -> World {
    world.answer();
    world
}

fn known_devices() -> World {
    let mut world = World::with_players(REGULARS * ROUNDS);
    world.reconnect();
    world.prepare(world::log_in);
    world
}

// `login_unique` of a known device on a new connection, its player in memory.
#[library_benchmark]
#[bench::times_1000(known_devices())]
fn log_in(mut world: World) -> World {
    world.answer();
    world
}

fn put_away() -> World {
    let mut world = World::with_players(REGULARS * ROUNDS);
    world.prepare(|_, _| owned(&[ENTER, VICTORY]));
    world.answer();
    world.put_away();
    world.prepare(|_, token| {
        let data = format!(r#"{{"token":"{token}"}}"#);
        vec![format!(r#"{{"world":0,"function":"get_player_info","data":{data},"id":17}}"#)]
    });
    world
}

// The first request of an evicted player: token and rows are read from disk, the player is loaded and answered.
#[library_benchmark]
#[bench::times_1000(put_away())]
fn load(mut world: World) -> World {
    world.answer();
    world
}

// An event, from the system that sends it to the player's connection.
#[library_benchmark]
#[bench::times_1000(World::with_players(REGULARS * ROUNDS))]
fn event(mut world: World) -> World {
    world.tell_each();
    world
}

fn with_group() -> World {
    let mut world = regulars(&[ENTER, VICTORY]);
    world.drop_changes();
    (0..8).for_each(|_| world.answer());
    world
}

// A group of 8 ticks with 50 writes each, appended to the log on a simulated disk.
#[library_benchmark]
#[bench::times_100(with_group())]
fn commit(mut world: World) -> World {
    world.commit(100);
    world
}

// A tick with nothing to do, 10,000 players in memory.
#[library_benchmark]
#[bench::times_1000(World::with_players(10_000))]
fn idle_tick(mut world: World) -> World {
    (0..1000).for_each(|_| world.tick());
    world
}

// The shipped rules, from the file texts to the active tables.
#[library_benchmark]
#[bench::times_1(regulars(&[]))]
fn reload(mut world: World) -> World {
    world.reload();
    world
}

library_benchmark_group!(
    name = hot_paths,
    benchmarks = [read, write, sweep, boss_victory, log_in, load, event, commit, idle_tick, reload]
);

main!(
    config = LibraryBenchmarkConfig::default().tool(Callgrind::with_args(["--cache-sim=no"])),
    library_benchmark_groups = hot_paths
);
