//! Runs an app as a server: its world and its share of the sockets on the current thread.

use std::io::Write;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bevy_app::{App, AppExit, PluginsState};
use bevy_ecs::world::World;
use tokio::sync::mpsc;
use tokio::task::{LocalSet, spawn_local};

use crate::net::acceptor::{Acceptor, Stream};
use crate::net::archiving;
use crate::net::http::{Discovery, Site};
use crate::net::inbox::Inbox;
use crate::net::jobs::Jobs;
use crate::net::listener::{Listener, Seat};
use crate::net::operator::entropy;
use crate::net::revival::{Rebuild, Revival};
use crate::net::shard::WorldLoop;
use crate::net::socket_threads::Serving;
use crate::net::sockets::Sockets;
use crate::net::start_error::{StartError, system};
use crate::net::way_in::WayIn;
use raidkeep_engine::clock::{ClockSettings, wall_ms};
use raidkeep_engine::clock_check::ClockBounds;
use raidkeep_engine::journal::{FileJournal, JournalOrigin, Recorder, program_name};
use raidkeep_engine::open::{OpenRules, OpenStore};
use raidkeep_engine::outside::{WorldPlace, world_label, world_name};
use raidkeep_engine::reload::{Reloader, Reloading};
use raidkeep_engine::rules::LoadedRules;
use raidkeep_engine::start::{Start, StartFailures, start_app};
use raidkeep_engine::storage::worker::{self, StorageEvent, StorageWorker, Stores};
use raidkeep_engine::storage::{Rows, StoredWorld};
use raidkeep_engine::tick::{Input, Simulation};
use raidkeep_game::platforms::sud::SudPlatform;

/// Runs the world of an app until its listener stops. `rebuild` makes an app like it.
pub(super) fn run(app: App, seat: Seat, is_own: bool, rebuild: Option<Rebuild>) -> AppExit {
    let listener = seat.listener.clone();
    let exit = match serve(app, seat, is_own, rebuild) {
        Ok(exit) => exit,
        Err(error) if is_own => give_up(&error),
        Err(error) => {
            listener.fail(error);
            AppExit::error()
        }
    };
    if listener.has_failed() { AppExit::error() } else { exit }
}

/// Ends an app that cannot start, and reports why.
pub(super) fn give_up(error: &StartError) -> AppExit {
    if tracing::dispatcher::has_been_set() {
        tracing::error!("{error}");
    } else {
        // A program without logging should still not exit silently. If this cannot be written, nobody is reading.
        let _ = writeln!(std::io::stderr(), "error: {error}");
    }
    AppExit::error()
}

fn serve(mut app: App, mut seat: Seat, is_own: bool, rebuild: Option<Rebuild>) -> Result<AppExit, StartError> {
    finish(&mut app)?;
    if tokio::runtime::Handle::try_current().is_ok() {
        let source = std::io::Error::other("this thread runs tokio tasks; the app needs one of its own");
        return Err(StartError::System { action: "run a world", source });
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(Jobs::threads(seat.config()))
        .build()
        .map_err(system("start a runtime"))?;
    LocalSet::new().block_on(&runtime, async {
        let discovery = app.world().get_resource::<SudPlatform>().and_then(|sud| sud.0.as_deref()).map(Discovery::of);
        let streams = std::mem::replace(&mut seat.streams, mpsc::channel(1).1);
        let seat = Rc::new(seat);
        let started = start(app, &seat, rebuild, discovery.as_ref())?;
        if is_own {
            spawn_local(stop_on_signals(seat.listener.clone()));
            tracing::info!("listening on {}", seat.listener.address());
            tracing::info!("operators on {}", seat.listener.operators_address());
        }
        Ok(run_beside_sockets(started, streams, discovery, &seat).await)
    })
}

/// Lets the plugins do what needs all of them; the failure of any ends the app.
pub(super) fn finish(app: &mut App) -> Result<(), StartError> {
    while app.plugins_state() == PluginsState::Adding {
        std::thread::yield_now();
    }
    app.finish();
    app.cleanup();
    app.world_mut().remove_resource::<StartFailures>().map_or(Ok(()), |failures| Err(failures.into()))
}

/// A world that has just started.
struct Started {
    /// `None` = another node has it.
    world: Option<WorldLoop>,
    revival: Revival,
    way_in: Arc<WayIn>,
    /// Of the world that accepts connections for all.
    acceptor: Option<(Acceptor, std::net::TcpListener)>,
    rows: Option<Rows>,
}

fn start(
    mut app: App,
    seat: &Rc<Seat>,
    rebuild: Option<Rebuild>,
    discovery: Option<&Discovery>,
) -> Result<Started, StartError> {
    let rules = app.world_mut().remove_resource::<OpenRules>().ok_or(StartError::Missing { what: "rules" })?;
    let store = app.world_mut().remove_resource::<OpenStore>();
    let loaded = rules.rules.clone();
    let (way_in, reloader) = seat.join(app.world(), rules)?;
    let (mut world, mut answering, mut rows, mut unused) = (None, None, None, None);
    match store {
        Some(OpenStore(mut store)) => {
            check_clock(app.world(), seat, &store)?;
            seat.compare_realm(&mut app, &store)?;
            let start = draw_start(seat.place(), &mut store)?;
            answering = Some(store.answering()?);
            rows = Some(store.rows.clone());
            world = Some(begin(app, seat, &reloader, &loaded, (store, start))?);
        }
        None if seat.stores().shared().is_some() => {
            unused = Some(app);
            seat.inbox.fail_storage();
        }
        None => return Err(StartError::Missing { what: "databases" }),
    }
    seat.open_for_operators(&way_in)?;
    let acceptor = seat.acceptor(&way_in, discovery)?;
    let revival = Revival::new(seat.clone(), rebuild, reloader, answering, unused);
    Ok(Started { world, revival, way_in, acceptor, rows })
}

/// Begins a life of a world: an app with all its plugins finished gets its rules and what was stored.
pub(super) fn begin(
    mut app: App,
    seat: &Seat,
    reloader: &Arc<Reloader>,
    rules: &LoadedRules,
    (store, start): (StoredWorld, Start),
) -> Result<WorldLoop, StartError> {
    app.insert_resource(Reloading(reloader.clone())).insert_resource(seat.config().cluster.public());
    seat.introduce_realm(&mut app);
    let mut simulation = start_app(app, rules, &store, start)?;
    if let Some(journal) = begin_journal(seat, rules.fingerprint, &simulation, &store, start)? {
        simulation.world_mut().insert_resource(journal);
    }
    seat.inbox.note_committed(store.recovered.last_batch);
    let shipper = archiving::begin(seat.config(), simulation.world(), &store)?;
    let tenure = store.tenure.clone();
    let (tables, stores) = (simulation.player_tables(), Stores::archived(store, shipper));
    let storage =
        StorageWorker::start(stores, tables, listener(seat.inbox.clone())).map_err(system("start a thread"))?;
    let jobs = Jobs::new(seat.inbox.returns(), seat.config());
    let (inbox, notify) = (seat.inbox.clone(), seat.notify.clone());
    let world = WorldLoop::new(simulation, storage, inbox, notify, jobs, (seat.caller(), seat.offices()));
    Ok(world.held_by(tenure))
}

/// Refuses a system clock that can hardly be right, before anything is stored under it.
pub(super) fn check_clock(world: &World, seat: &Seat, store: &StoredWorld) -> Result<(), StartError> {
    let config = seat.config();
    if config.accept_clock {
        return Ok(());
    }
    let bounds =
        ClockBounds { ahead_hours: config.clock_jump_max_hours, behind_minutes: config.clock_back_max_minutes };
    let settings = world.resource::<ClockSettings>();
    Ok(bounds.check(seat.number, settings, wall_ms(), store.recovered.moment_ms)?)
}

/// Begins the world's next epoch, and draws what else it starts with.
pub(super) fn draw_start(place: WorldPlace, store: &mut StoredWorld) -> Result<Start, StartError> {
    let drawn = || entropy().map_err(system("draw random bits"));
    let (seed, bits) = (drawn()?, drawn()?);
    let epoch = store.begin_epoch(u32::from_le_bytes(first_bytes(&bits)))?;
    tracing::info!(world = %world_label(place.number), %epoch, "an epoch begins");
    Ok(Start { wall_ms: wall_ms(), seed: u64::from_le_bytes(first_bytes(&seed)), epoch, place })
}

/// The first bytes of those drawn.
fn first_bytes<const BYTES: usize>(drawn: &[u8; 32]) -> [u8; BYTES] {
    std::array::from_fn(|at| drawn[at])
}

async fn run_beside_sockets(
    Started { world, revival, way_in, acceptor, rows }: Started,
    streams: mpsc::Receiver<Stream>,
    discovery: Option<Discovery>,
    seat: &Seat,
) -> AppExit {
    let accepting = acceptor.map(|(acceptor, socket)| spawn_local(acceptor.run(socket)));
    let sockets = Rc::new(Sockets::new(way_in, seat.config().clone()));
    let serving = Serving::begin(streams, Site::of_players(sockets, seat.admission(), discovery));
    let mut stopping = seat.stopping();
    seat.note_ready(rows);
    let mut world = spawn_local(revival.live(world));
    let ended = tokio::select! {
        _ = stopping.wait_for(|stop| *stop) => None,
        ended = &mut world => Some(ended),
    };
    let mut exit = AppExit::Success;
    match ended {
        None => {}
        Some(Ok(wanted)) => {
            exit = wanted;
            seat.listener.stop();
        }
        Some(Err(fault)) => {
            exit = AppExit::error();
            tracing::error!(
                %fault,
                "a world ended by a fault in the program; its clients get status 16. Every change that was answered \
                 is on disk: start the server again, and please report the lines above"
            );
            seat.inbox.fail_for_good();
            let _ = stopping.wait_for(|stop| *stop).await;
        }
    }
    seat.inbox.stop();
    accepting.inspect(tokio::task::JoinHandle::abort);
    serving.take_no_more();
    let patience = Duration::from_secs(seat.config().limits.stop_seconds);
    if !world.is_finished() {
        match tokio::time::timeout(patience, world).await {
            Ok(Ok(wanted)) => exit = wanted,
            Ok(Err(_)) => exit = AppExit::error(),
            Err(_) => tracing::warn!("the shutdown took too long; waiting clients get no answer"),
        }
    }
    serving.end().await;
    exit
}

async fn stop_on_signals(listener: Listener) {
    use tokio::signal::unix::{SignalKind, signal};
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
        return tracing::warn!("signals cannot be handled; one ends the program without an orderly stop");
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping");
    listener.stop();
}

/// Starts the journal of a world, if the operator wants one.
fn begin_journal(
    seat: &Seat,
    rules: u64,
    simulation: &Simulation,
    store: &StoredWorld,
    start: Start,
) -> Result<Option<Recorder>, StartError> {
    let settings = &seat.config().journal;
    if settings.folder.is_empty() {
        return Ok(None);
    }
    let action = "write a journal (--journal)";
    let name = world_name(seat.number);
    let journal = FileJournal::create(Path::new(&settings.folder), &name, start.wall_ms, settings);
    let about = JournalOrigin {
        program: program_name(),
        rules,
        config: seat.config().effective.to_string(),
        checkpoint_every: Duration::from_secs(settings.checkpoint_seconds),
    };
    let recorder = Recorder::begin(simulation, store, start, about, Box::new(journal.map_err(system(action))?))?;
    Ok(Some(recorder))
}

fn listener(inbox: Arc<Inbox>) -> worker::StorageListener {
    Arc::new(move |event| match event {
        StorageEvent::Committed(batch) => inbox.note_committed(batch),
        StorageEvent::Found(key, account) => inbox.push(Input::Found(key, account)),
        StorageEvent::Loaded(account, rows) => inbox.push(Input::Loaded(account, rows)),
        StorageEvent::Read(query, rows) => inbox.push(Input::RowsRead(query, rows)),
        StorageEvent::Failed { may_pass: true, .. } => inbox.fail_storage(),
        StorageEvent::Failed { may_pass: false, .. } => inbox.fail_for_good(),
    })
}
