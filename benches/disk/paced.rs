//! Requests at a steady rate, whether or not the world keeps up, in a world as the server runs it: its loop, its
//! storage threads and its files, but no sockets.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use raidkeep::engine::clock::wall_ms;
use raidkeep::engine::rules::LoadedRules;
use raidkeep::engine::start::{Start, start_app};
use raidkeep::engine::storage::StoredWorld;
use raidkeep::engine::storage::store::Store;
use raidkeep::engine::storage::worker::{StorageEvent, StorageListener, StorageWorker};
use raidkeep::engine::tick::Input;
use raidkeep::game::{self, GameSettings};
use raidkeep::server::config::Config;
use raidkeep::server::net::caller;
use raidkeep::server::net::inbox::Inbox;
use raidkeep::server::net::jobs::Jobs;
use raidkeep::server::net::plugin::BridgePlugin;
use raidkeep::server::net::shard::WorldLoop;
use raidkeep::server::net::way_in::WayIn;
use tokio::sync::Notify;
use tokio::task::{LocalSet, yield_now};
use tokio::time::sleep;

use crate::{Raider, mebibytes, world};

/// The shortest pause that the runtime's timer can keep; shorter ones are polled.
const TIMER: Duration = Duration::from_millis(2);
/// Longer than the server waits before it folds.
const QUIET: Duration = Duration::from_secs(7);

/// What a storage thread has passed to the kernel.
#[derive(Clone, Copy)]
struct Io {
    /// Bytes as they were written.
    written: u64,
    /// Bytes of the pages dirtied, as the kernel counts them. Its pages may be larger than 4 KiB.
    dirtied: u64,
}

pub(crate) struct Paced {
    rate: f64,
    requests: u64,
    answered_in: Duration,
    commits: Io,
    folds: Io,
    /// Sizes of the log and of the rows, afterwards.
    files: [u64; 2],
}

pub(crate) fn print_head(players: u32) {
    println!("{players} players; what is written by the last fold is part of it.\n");
    println!(
        "| requests a second | answered a second | requests | bytes written per request: by commits, by folds, both | \
         pages dirtied per request, bytes | written KiB/s | log, rows MiB |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|");
}

impl Paced {
    pub(crate) fn print(&self) {
        let Self { rate, requests, answered_in, commits, folds, files: [log, rows] } = self;
        let seconds = answered_in.as_secs_f64();
        let each = |bytes: u64| bytes as f64 / *requests as f64;
        let written = commits.written + folds.written;
        println!(
            "| {rate:.0} | {:.0} | {requests} | {:.0}, {:.0}, {:.0} | {:.0} | {:.0} | {:.1}, {:.1} |",
            *requests as f64 / seconds,
            each(commits.written),
            each(folds.written),
            each(written),
            each(commits.dirtied + folds.dirtied),
            written as f64 / seconds / 1024.0,
            mebibytes(*log),
            mebibytes(*rows)
        );
    }
}

/// Runs a new world in this folder at `rate` requests a second.
pub(crate) fn measure(
    settings: &GameSettings,
    rules: &LoadedRules,
    folder: &Path,
    players: u32,
    rate: f64,
    length: Duration,
) -> Paced {
    std::fs::create_dir_all(folder).expect("the scratch folder should be writable");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime should start");
    LocalSet::new().block_on(&runtime, async {
        let store = StoredWorld::from(Store::open_folder(folder, "world-0").expect("the files should open"));
        let (inbox, way_in, world) = start(settings, rules, store);
        let world = tokio::task::spawn_local(world.run());
        let mut raiders = sign_in(&way_in, players).await;
        let (commits, folds) = quiet().await;
        let began = Instant::now();
        let requests = keep_pace(&mut raiders, rate, length).await;
        let answered_in = began.elapsed();
        let (all_commits, all_folds) = quiet().await;
        inbox.stop();
        world.await.expect("the world should stop by itself");
        let files = ["log", "rows.redb"].map(|kind| {
            let file = std::fs::metadata(folder.join(format!("world-0.{kind}")));
            file.expect("both files should be there").len()
        });
        let (commits, folds) = (all_commits.since(commits), all_folds.since(folds));
        Paced { rate, requests, answered_in, commits, folds, files }
    })
}

fn start(settings: &GameSettings, rules: &LoadedRules, store: StoredWorld) -> (Arc<Inbox>, Arc<WayIn>, WorldLoop) {
    let notify = Arc::new(Notify::new());
    let wake = notify.clone();
    let inbox = Arc::new(Inbox::new(1 << 20, store.recovered.last_batch, Box::new(move || wake.notify_one())));
    let start = Start::alone(wall_ms(), 7);
    let mut app = game::build_app(settings);
    app.add_plugins(BridgePlugin { inbox: inbox.clone() });
    let simulation = start_app(app, rules, &store, start).expect("the world should start");
    let way_in = world::way_in(&simulation, &inbox);
    let tables = simulation.player_tables();
    let storage = StorageWorker::start(store, tables, listener(inbox.clone())).expect("threads should start");
    let caller = caller::start(rustls::RootCertStore::empty()).expect("a thread should start");
    let jobs = Jobs::new(inbox.returns(), &Config::default());
    let offices = way_in.offices.clone();
    (inbox.clone(), way_in, WorldLoop::new(simulation, storage, inbox, notify, jobs, (caller, offices)))
}

fn listener(inbox: Arc<Inbox>) -> StorageListener {
    Arc::new(move |event| match event {
        StorageEvent::Committed(batch) => inbox.note_committed(batch),
        StorageEvent::Found(key, account) => inbox.push(Input::Found(key, account)),
        StorageEvent::Loaded(account, rows) => inbox.push(Input::Loaded(account, rows)),
        StorageEvent::Read(query, rows) => inbox.push(Input::RowsRead(query, rows)),
        StorageEvent::Failed { why, .. } => panic!("the disk failed: {why}"),
    })
}

async fn sign_in(way_in: &Arc<WayIn>, players: u32) -> Vec<Raider> {
    let mut raiders = Vec::new();
    for number in 0..players {
        let connection = world::sign_in(way_in, number as usize);
        // A hundred share a commit.
        if number % 100 == 99 || number + 1 == players {
            while !connection.has_replies() {
                yield_now().await;
            }
        }
        raiders.push(Raider { connection, asked: 0 });
    }
    for raider in &mut raiders {
        while !raider.connection.has_replies() {
            yield_now().await;
        }
        raider.connection.take_replies(&mut Vec::new());
    }
    raiders
}

/// Sends requests at this rate, waits until all are answered, and returns their number.
async fn keep_pace(raiders: &mut [Raider], rate: f64, length: Duration) -> u64 {
    let began = Instant::now();
    let (mut asked, mut heard) = (0, 0);
    loop {
        let elapsed = began.elapsed();
        if elapsed >= length {
            break;
        }
        let due = (elapsed.as_secs_f64() * rate) as u64;
        while asked < due {
            let next = asked % raiders.len() as u64;
            let raider = &mut raiders[usize::try_from(next).expect("it is an index")];
            heard += raider.hear();
            raider.ask();
            asked += 1;
        }
        let pause = Duration::from_secs_f64((due + 1) as f64 / rate).saturating_sub(elapsed);
        if pause > TIMER { sleep(pause).await } else { yield_now().await }
    }
    for raider in raiders {
        while !raider.connection.is_idle() {
            yield_now().await;
            heard += raider.hear();
        }
        heard += raider.hear();
    }
    assert_eq!(heard, asked, "every request should be answered");
    asked
}

/// Waits until everything is folded and nothing more is written; returns what commits and folds have written so far.
async fn quiet() -> (Io, Io) {
    loop {
        let before = Io::of("raidkeep-fold").written;
        sleep(QUIET).await;
        let folds = Io::of("raidkeep-fold");
        if folds.written == before {
            return (Io::of("raidkeep-log"), folds);
        }
    }
}

impl Io {
    /// What the thread of this name has done so far.
    fn of(thread: &str) -> Self {
        let tasks = std::fs::read_dir("/proc/self/task").expect("the benchmark needs Linux");
        let tasks = tasks.filter_map(|task| Some(task.ok()?.path()));
        let mut named =
            tasks.filter(|task| std::fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim_end() == thread));
        let io = named.next().and_then(|task| std::fs::read_to_string(task.join("io")).ok());
        let io = io.expect("the storage's threads should run");
        let number = |label: &str| io.lines().find_map(|line| line.strip_prefix(label)?.parse().ok());
        let both = number("wchar: ").zip(number("write_bytes: "));
        let (written, dirtied) = both.expect("the kernel should count what is written");
        Self { written, dirtied }
    }

    fn since(self, earlier: Self) -> Self {
        Self { written: self.written - earlier.written, dirtied: self.dirtied - earlier.dirtied }
    }
}
