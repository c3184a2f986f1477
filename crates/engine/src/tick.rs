//! One tick of a world: inputs go in, effects come out.
//!
//! A [`Simulation`] is a pure machine. It reads no clock, opens no file and starts no thread: its driver (the server, a
//! test, a replay) feeds it inputs and carries out its effects.

use crate::numbers::{BatchNumber, ExchangeId, JobId, QueryId};
use crate::request::reply::ConnectionId;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::schedule::{Surroundings, Tick, TickSystems};
use bevy_app::{App, AppExit, PluginsState};
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{ScheduleBuildSettings, ScheduleLabel};
use bevy_time::{Real, Time};

use crate::account::AccountId;
use crate::clock::Clock;
use crate::dispatch::{Handlers, dispatch, release_to_gate};
use crate::due::Agenda;
use crate::events;
use crate::exchange::CallOutcome;
use crate::exchange::lines::{Exchanges, Outgoing};
use crate::game_time::{self, Game};
use crate::in_force;
use crate::players::{self, Players};
use crate::reload::{self, RulesNews};
use crate::request::answer::TIMED_OUT;
use crate::request::background::{self, BackgroundJobs};
use crate::request::command::Command;
use crate::request::parked::{self, Parked};
use crate::request::reply::{Held, Outbox, Until};
use crate::request::route::RouteTable;
use crate::request::{Finding, Job, Refusal, RequestTable};
use crate::storage::rows::{Persistence, collect_batch};
use crate::storage::{Batch, Directory, FoundRows, IndexKey, LoadedPlayer, PlayerTables, RowQuery};
use crate::timekeeping::follow_system_clock;

/// Something from outside the world.
#[derive(Debug)]
pub enum Input {
    /// A request.
    Command(Command),
    /// An index entry was looked up.
    Found(IndexKey, Option<AccountId>),
    /// A player's rows were read; `None` when there are none.
    Loaded(AccountId, Option<LoadedPlayer>),
    /// A job has finished.
    JobDone(JobId, Finding),
    /// The rows of a query were read.
    RowsRead(QueryId, FoundRows),
    /// A job could not be started: too many are queued.
    JobRefused(JobId),
    /// An exchange with a platform has ended.
    Answered(ExchangeId, CallOutcome),
    /// A connection is gone, and none of its requests is in flight any more.
    Closed(ConnectionId),
    /// The assets have changed.
    Rules(RulesNews),
}

/// When a tick happens.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Wall-clock time in unix milliseconds, for a clock that runs by itself.
    pub wall_ms: i64,
    /// Real time, for timeouts and eviction.
    pub real: Instant,
    /// The last batch folded into rows.
    pub folded_batch: BatchNumber,
}

/// What a tick led to.
#[derive(Debug, Default)]
pub struct Effects {
    /// The rows that changed.
    pub batch: Option<Batch>,
    /// Replies, each held until its batch is committed.
    pub replies: Vec<Held>,
    /// Index entries to look up.
    pub lookups: Vec<IndexKey>,
    /// Players to load.
    pub players: Vec<AccountId>,
    /// Jobs to run.
    pub jobs: Vec<(JobId, Job)>,
    /// Exchanges to carry out, once the last batch up to this tick is committed.
    pub calls: Calls,
    /// Rows to read, once they contain this batch and all before it.
    pub queries: Vec<(QueryId, RowQuery)>,
    /// When the next tick must come even without input.
    pub wake_after: Option<Duration>,
}

/// Exchanges that may leave when a batch is on disk, so that this world remembers every request it made to a platform.
#[derive(Debug, Default)]
pub struct Calls {
    /// The batch to wait for.
    pub after_batch: BatchNumber,
    /// In the order they were started.
    pub exchanges: Vec<Outgoing>,
}

impl Effects {
    /// Collects the effects of the tick that has just run. Emptied lists return their capacity to the next tick.
    pub fn collect(&mut self, world: &mut World) {
        self.batch = world.resource_mut::<Persistence>().take_batch();
        self.wake_after = world.resource_mut::<Surroundings>().wake_after.take();
        self.calls = Calls {
            after_batch: world.resource::<Persistence>().last_batch(),
            exchanges: world.resource_mut::<Exchanges>().take_outgoing(),
        };
        background::start(world);
        let outbox = &mut *world.resource_mut::<Outbox>();
        std::mem::swap(&mut self.replies, &mut outbox.replies);
        std::mem::swap(&mut self.lookups, &mut outbox.lookups);
        std::mem::swap(&mut self.players, &mut outbox.players);
        std::mem::swap(&mut self.jobs, &mut outbox.jobs);
        std::mem::swap(&mut self.queries, &mut outbox.queries);
    }
}

/// The inputs of this tick.
#[derive(Debug, Default, Resource)]
pub struct Arrivals {
    inputs: Vec<Input>,
    ready: VecDeque<Command>,
    /// The inputs. Empty between ticks, and kept for its capacity.
    arrived: VecDeque<Command>,
    moment: Option<Moment>,
}

impl Arrivals {
    /// The inputs of the running tick; a system before [`receive`] may add to them.
    pub fn inputs(&mut self) -> &mut Vec<Input> {
        &mut self.inputs
    }

    /// When the tick happens; `None` once it was read.
    pub fn moment(&self) -> Option<Moment> {
        self.moment
    }
}

/// A world and its systems.
pub struct Simulation {
    app: App,
}

impl Simulation {
    /// Takes an app with all its plugins added.
    pub fn new(mut app: App) -> Self {
        // A runner has finished the plugins already, to learn whether they could open what the world needs.
        if app.plugins_state() != PluginsState::Cleaned {
            app.finish();
            app.cleanup();
        }
        Self { app }
    }

    /// Runs one tick with these inputs; `inputs` is left empty.
    pub fn tick(&mut self, inputs: &mut Vec<Input>, moment: Moment) -> Effects {
        std::mem::swap(&mut self.app.world_mut().resource_mut::<Arrivals>().inputs, inputs);
        self.advance(moment);
        let mut effects = Effects::default();
        effects.collect(self.app.world_mut());
        effects
    }

    /// Runs one tick of a world whose own systems supply its inputs and take its [`Effects`].
    pub fn advance(&mut self, moment: Moment) {
        self.app.world_mut().resource_mut::<Arrivals>().moment = Some(moment);
        self.app.update();
    }

    /// How a system wants the program to exit, if one has written an [`AppExit`].
    pub fn should_exit(&self) -> Option<AppExit> {
        self.app.should_exit()
    }

    /// The tables that hold players.
    pub fn player_tables(&self) -> PlayerTables {
        self.world().resource::<Persistence>().player_rows()
    }

    /// The world, read-only.
    pub fn world(&self) -> &World {
        self.app.world()
    }

    /// The world, to set up.
    pub fn world_mut(&mut self) -> &mut World {
        self.app.world_mut()
    }

    /// Refuses every parked request, and those that the next tick would run again. What one has started may not be on disk, so
    /// it is refused all the same; a retry finds what is.
    pub fn refuse_parked(&mut self, refusal: &Refusal) {
        for command in self.world_mut().resource_mut::<Parked>().take_all() {
            command.reply_to.refuse(refusal);
        }
    }

    /// Refuses the request that waits for these rows, which will not be read.
    pub fn refuse_query(&mut self, query: QueryId) {
        if let Some(command) = self.world_mut().resource_mut::<Parked>().cancel_query(query) {
            command.reply_to.refuse(&Refusal::busy("server busy, retry later"));
        }
    }

    /// Answers the requests that wait for a notice, which may take long. For those that have started something, the
    /// reply is held until that is on disk.
    pub fn dismiss_waiting(&mut self, refusal: &Refusal) -> Vec<Held> {
        let until = Until::Batch(self.world().resource::<Persistence>().last_batch());
        let waiting = self.world_mut().resource_mut::<Parked>().take_notices();
        waiting.into_iter().filter_map(|command| command.dismiss_until(refusal, until)).collect()
    }

    /// How many requests are parked, or are run again by the next tick.
    pub fn parked_count(&self) -> usize {
        self.world().resource::<Parked>().len()
    }
}

/// Sets up the tick: schedule, phases and the systems of the first two.
pub struct TickPlugin;

impl bevy_app::Plugin for TickPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Agenda>()
            .init_resource::<Arrivals>()
            .init_resource::<Surroundings>()
            .init_resource::<Time<Real>>()
            .init_resource::<Time<Game>>()
            .init_resource::<Time>()
            .init_resource::<RequestTable>()
            .init_resource::<RouteTable>()
            .init_resource::<Handlers>()
            .init_resource::<Outbox>()
            .init_resource::<Parked>()
            .init_resource::<BackgroundJobs>()
            .init_resource::<Exchanges>();
        app.init_schedule(Tick);
        app.main_mut().update_schedule = Some(Tick.intern());
        app.edit_schedule(Tick, |schedule| {
            schedule.set_build_settings(ScheduleBuildSettings {
                ambiguity_detection: bevy_ecs::schedule::LogLevel::Error,
                ..Default::default()
            });
            schedule.set_executor(bevy_ecs::schedule::SingleThreadedExecutor::new());
            schedule.configure_sets(
                (
                    TickSystems::Receive,
                    TickSystems::Calendar,
                    TickSystems::Platforms,
                    TickSystems::Handle,
                    TickSystems::Simulate,
                    TickSystems::PutAway,
                    TickSystems::Extensions,
                    TickSystems::Messages,
                    TickSystems::Persist,
                )
                    .chain(),
            );
        });
        app.add_systems(Tick, release_to_gate.in_set(TickSystems::Persist).after(collect_batch));
        app.add_systems(Tick, receive.before(TickSystems::Receive));
        app.add_systems(Tick, handle.in_set(TickSystems::Handle));
        app.add_systems(Tick, expire_parked.in_set(TickSystems::Handle).after(handle));
        app.add_systems(Tick, wake_in_time.after(TickSystems::Messages).before(TickSystems::Persist));
    }
}

/// Takes in the inputs.
pub fn receive(world: &mut World) {
    world.resource_scope(|world, mut arrivals: Mut<Arrivals>| {
        let arrivals = &mut *arrivals;
        if let Some(moment) = arrivals.moment.take() {
            world.resource_mut::<Time<Real>>().update_with_instant(moment.real);
            follow_system_clock(world, moment.wall_ms, moment.real);
            game_time::follow(world);
            in_force::follow_the_clock(world);
            world.resource_mut::<Surroundings>().folded_batch = moment.folded_batch;
        }
        for input in arrivals.inputs.drain(..) {
            match input {
                Input::Command(command) => arrivals.arrived.push_back(command),
                Input::Found(key, account) => {
                    arrivals.ready.extend(world.resource_mut::<Parked>().take_lookup(&key));
                    // It may have been read before the account was deleted.
                    let account = account.filter(|account| !world.resource::<Players>().is_deleted(*account));
                    world.resource_mut::<Directory>().found(key, account);
                }
                Input::Loaded(account, rows) => {
                    let waiting = world.resource_mut::<Parked>().take_player(account);
                    match players::restore(world, account, rows) {
                        Ok(()) => arrivals.ready.extend(waiting),
                        Err(refusal) => waiting.into_iter().for_each(|command| command.reply_to.refuse(&refusal)),
                    }
                }
                Input::JobDone(job, finding) => {
                    arrivals.ready.extend(background::end(world, job, Some(finding.fact)));
                }
                Input::Closed(connection) => events::close(world, connection),
                Input::Answered(number, outcome) => {
                    let now = world.resource::<Clock>().now();
                    world.resource_mut::<Exchanges>().note_outcome(number, outcome, now);
                }
                Input::Rules(news) => reload::take_in(world, news),
                Input::RowsRead(query, rows) => {
                    arrivals.ready.extend(world.resource_mut::<Parked>().take_query(query, rows));
                }
                Input::JobRefused(job) => arrivals.ready.extend(background::end(world, job, None)),
            }
        }
        arrivals.ready.extend(parked::answered(world));
        arrivals.ready.extend(parked::lose_patience(world));
        arrivals.ready.extend(world.resource_mut::<Parked>().take_told());
        // A parked command is older than everything that arrives now, and no request overtakes an earlier one of its
        // player.
        if arrivals.ready.is_empty() {
            std::mem::swap(&mut arrivals.ready, &mut arrivals.arrived);
        } else {
            arrivals.ready.append(&mut arrivals.arrived);
        }
    });
}

/// Wakes the world for the next moment at which a system acts by itself, for the next deadline of an exchange, for requests
/// that will have waited long enough, and at once for requests that have been told what they waited for.
fn wake_in_time(
    agenda: Res<Agenda>,
    exchanges: Res<Exchanges>,
    parked: Res<Parked>,
    mut surroundings: ResMut<Surroundings>,
    (clock, time): (Res<Clock>, Res<Time<Real>>),
) {
    for at in agenda.next_at().into_iter().chain(exchanges.next_deadline()) {
        surroundings.wake_at(at, &clock);
    }
    if let Some(at) = parked.next_out_of_patience() {
        surroundings.wake_within(at.saturating_sub(time.elapsed()));
    }
    if parked.has_told() {
        surroundings.wake_within(Duration::ZERO);
    }
}

fn handle(world: &mut World) {
    let mut ready = std::mem::take(&mut world.resource_mut::<Arrivals>().ready);
    world.resource_scope(|world, mut handlers: Mut<Handlers>| {
        while let Some(command) = ready.pop_front() {
            dispatch(world, &mut handlers, command);
            // A clock that was moved by hand takes effect before anything else is answered, and even when nothing is.
            if world.resource_mut::<Clock>().take_moved_by_hand() {
                world.resource_mut::<Surroundings>().wake_within(Duration::ZERO);
                break;
            }
        }
    });
    world.resource_mut::<Arrivals>().ready = ready;
}

/// Interval between checks of the parked commands, and after how many of them a command times out.
const PARKED_LOOK: Duration = Duration::from_secs(1);
const PARKED_LOOKS_MAX: u32 = 15;

/// Answers the commands that have waited too long for the disk or for a job.
fn expire_parked(
    mut parked: ResMut<Parked>,
    mut surroundings: ResMut<Surroundings>,
    time: Res<Time<Real>>,
    mut next_look_at: Local<Duration>,
) {
    if parked.is_empty() {
        *next_look_at = time.elapsed() + PARKED_LOOK;
        return;
    }
    if time.elapsed() >= *next_look_at {
        *next_look_at = time.elapsed() + PARKED_LOOK;
        for command in parked.take_older_than(PARKED_LOOKS_MAX) {
            command.dismiss(&TIMED_OUT);
        }
    }
    surroundings.wake_within(next_look_at.saturating_sub(time.elapsed()));
}

/// A hash of the world's stored state: the same inputs give the same hash.
pub fn state_hash(world: &mut World) -> u64 {
    crate::storage::rows::state_hash(world)
}

/// The accounts of the players in memory, for eviction and inspection.
pub fn loaded_players(world: &World) -> usize {
    world.resource::<Players>().len()
}
