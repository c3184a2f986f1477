//! A world without storage, sockets and platforms, on virtual time.

use raidkeep_engine::numbers::{BatchNumber, JobId, QueryId};
use raidkeep_engine::request::reply::ConnectionId;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bevy_app::App;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::simulate::purchase;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::ClockMode;
use raidkeep_engine::effects::{Outside, carry_out};
use raidkeep_engine::exchange::lines::Outgoing;
use raidkeep_engine::gate::ReplyGate;
use raidkeep_engine::login::TokenSource;
use raidkeep_engine::request::command::{Command, Credential, Stranger};
use raidkeep_engine::request::envelope::RequestId;
use raidkeep_engine::request::registry::RequestKind;
use raidkeep_engine::request::reply::{Addressee, Reply, ReplyPort, ReplyTo};
use raidkeep_engine::request::{Access, Job, RequestTable, SignIn};
use raidkeep_engine::rules::LoadedRules;
use raidkeep_engine::start::{Start, start_app};
use raidkeep_engine::storage::disk::Disks;
use raidkeep_engine::storage::store::Store;
use raidkeep_engine::storage::{Batch, IndexKey, RowQuery, StorageError};
use raidkeep_engine::tick::{Input, Moment, Simulation};
use raidkeep_game::GameSettings;
use raidkeep_game::platforms::settings::PlatformSettings;
use raidkeep_server::config::{Config, ConfigError};

/// Long enough that nobody has to log in again in a simulated century.
const TOKEN_SECONDS: i64 = 100 * 366 * 86_400;

/// The settings of a simulated world: the shipped configuration without platforms. The driver sets its clock.
pub fn settings() -> Result<GameSettings, ConfigError> {
    let mut settings = Config::load(None, &[])?.game()?;
    settings.clock = ClockMode::Real;
    settings.platforms = PlatformSettings::default();
    settings.identity.token_seconds = TOKEN_SECONDS;
    Ok(settings)
}

/// The replies to all virtual players, each with its player's number.
type Replies = Mutex<Vec<(u64, Reply)>>;

/// The connection of one player. While it lives, the player is online.
struct Link {
    id: ConnectionId,
    player: u64,
    replies: Arc<Replies>,
    invitations: Arc<Invitations>,
    gone: Arc<Gone>,
}

/// Challenges of which players were told, each with the number of the challenged player. Other events are dropped.
type Invitations = Mutex<Vec<(u64, String)>>;

/// Closed connections that the world has not been told about yet.
type Gone = Mutex<Vec<ConnectionId>>;

/// The event by which a player learns that it was challenged.
const CHALLENGED: &str = "challenge_info";

#[derive(Deserialize)]
struct Told<'e> {
    event: &'e str,
    data: ToldChallenge,
}

#[derive(Deserialize)]
struct ToldChallenge {
    id: String,
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Ok(mut gone) = self.gone.lock() {
            gone.push(self.id);
        }
    }
}

impl ReplyPort for Link {
    fn reply(&self, serial: u64, reply: Reply) {
        if let Ok(mut replies) = self.replies.lock() {
            replies.push((serial, reply));
        }
    }

    fn push(&self, _: Option<Addressee>, text: &str) {
        // Most events are none of these, and parsing them all would take time.
        if !text.contains(CHALLENGED) {
            return;
        }
        let told = serde_json::from_str::<Told>(text).ok().filter(|told| told.event == CHALLENGED);
        if let (Some(told), Ok(mut invitations)) = (told, self.invitations.lock()) {
            invitations.push((self.player, told.data.id));
        }
    }

    fn connection(&self) -> Option<ConnectionId> {
        Some(self.id)
    }
}

/// The outside of a simulated world: writes are dropped and count as committed, reads find nothing.
struct Nothing<'a, F> {
    inputs: &'a mut Vec<Input>,
    /// Sees every batch before it is dropped.
    each: F,
    /// Queries that cannot be answered, because the rows were dropped.
    refused: Vec<QueryId>,
}

impl<F: FnMut(&Batch)> Outside for Nothing<'_, F> {
    fn commit(&mut self, batch: Batch) {
        (self.each)(&batch);
    }

    fn committed(&self) -> BatchNumber {
        BatchNumber(u64::MAX)
    }

    fn look_up(&mut self, key: IndexKey) {
        self.inputs.push(Input::Found(key, None));
    }

    fn load(&mut self, account: AccountId) {
        self.inputs.push(Input::Loaded(account, None));
    }

    fn read(&mut self, query: QueryId, _: RowQuery) {
        self.refused.push(query);
    }

    fn run(&mut self, number: JobId, job: Job) {
        self.inputs.push(Input::JobDone(number, job.run()));
    }

    fn call(&mut self, _: Outgoing) {
        // A simulated world has no platforms.
    }
}

/// The simulated world.
pub struct Driver {
    simulation: Simulation,
    gate: ReplyGate,
    requests: RequestTable,
    replies: Arc<Replies>,
    invitations: Arc<Invitations>,
    gone: Arc<Gone>,
    connections: u64,
    inputs: Vec<Input>,
    /// Real time stands still, so that no player is evicted.
    real: Instant,
}

impl Driver {
    /// A new world that starts at `wall_ms`.
    pub fn new(settings: &GameSettings, rules: &LoadedRules, start: Start) -> Result<Self, StorageError> {
        Self::extended(settings, rules, start, |_| {})
    }

    /// The same with more functions.
    pub fn extended(
        settings: &GameSettings,
        rules: &LoadedRules,
        start: Start,
        extend: impl FnOnce(&mut App),
    ) -> Result<Self, StorageError> {
        let store = Store::open_disks(&Disks::default())?.into();
        let mut app = raidkeep_game::build_app(settings);
        purchase::register(&mut app);
        extend(&mut app);
        let simulation = start_app(app, rules, &store, start)?;
        let requests = simulation.world().resource::<RequestTable>().clone();
        Ok(Self {
            simulation,
            gate: ReplyGate::new(BatchNumber(u64::MAX)),
            requests,
            replies: Arc::default(),
            invitations: Arc::default(),
            gone: Arc::default(),
            connections: 0,
            inputs: Vec::new(),
            real: Instant::now(),
        })
    }

    /// The function of that name.
    pub fn function(&self, name: &str) -> Option<RequestKind> {
        self.requests.find(name).copied()
    }

    /// All functions.
    pub fn functions(&self) -> &[RequestKind] {
        self.requests.kinds()
    }

    /// A connection for a player who comes online. Dropping it closes it.
    pub fn connect(&mut self, player: u64) -> Arc<dyn ReplyPort> {
        self.connections += 1;
        Arc::new(Link {
            id: ConnectionId(self.connections),
            player,
            replies: self.replies.clone(),
            invitations: self.invitations.clone(),
            gone: self.gone.clone(),
        })
    }

    /// Queues a request for the next tick. Returns `false` if the function rejects the arguments.
    pub fn ask(
        &mut self,
        (player, link): (u64, Arc<dyn ReplyPort>),
        function: RequestKind,
        data: &str,
        sign_in: Option<SignIn>,
    ) -> bool {
        let Some(decoded) =
            serde_json::from_str::<&RawValue>(data).ok().and_then(|raw| (function.decode)(Some(raw)).ok())
        else {
            return false;
        };
        let mut entropy = [0; 32];
        entropy[..8].copy_from_slice(&player.to_be_bytes());
        self.inputs.push(Input::Command(Command {
            kind: function.index,
            request: decoded.request,
            credential: sign_in.map_or(Credential::None, Credential::SignedIn),
            once: None,
            stranger: (function.access == Access::Anyone)
                .then(|| Box::new(Stranger { address: None, token: TokenSource::Fresh(entropy) })),
            fact: None,
            reply_to: ReplyTo::new(link, player, RequestId::Absent),
            parked_at: 0,
            meanwhile: None,
        }));
        true
    }

    /// Runs ticks at one moment until nothing is left to do; `each` sees every batch before it is dropped.
    pub fn run_moment(&mut self, wall_ms: i64, mut each: impl FnMut(&Batch)) {
        loop {
            self.note_gone();
            // Nothing counts as folded, so that the world looks up nothing that it knows already.
            let moment = Moment { wall_ms, real: self.real, folded_batch: BatchNumber::default() };
            let mut effects = self.simulation.tick(&mut self.inputs, moment);
            let mut outside = Nothing { inputs: &mut self.inputs, each: &mut each, refused: Vec::new() };
            carry_out(&mut effects, &mut self.gate, &mut outside);
            let refused = outside.refused;
            refused.into_iter().for_each(|query| self.simulation.refuse_query(query));
            if self.inputs.is_empty() {
                return;
            }
        }
    }

    fn note_gone(&mut self) {
        let gone = self.gone.lock().map(|mut gone| std::mem::take(&mut *gone)).unwrap_or_default();
        self.inputs.extend(gone.into_iter().map(Input::Closed));
    }

    /// The replies so far, each with its player's number.
    pub fn take_replies(&mut self) -> Vec<(u64, Reply)> {
        self.replies.lock().map(|mut replies| std::mem::take(&mut *replies)).unwrap_or_default()
    }

    /// The challenges of which players were told, each with the challenged player's number.
    pub fn take_invitations(&mut self) -> Vec<(u64, String)> {
        self.invitations.lock().map(|mut invitations| std::mem::take(&mut *invitations)).unwrap_or_default()
    }

    /// The world, for measurements.
    pub fn simulation(&mut self) -> &mut Simulation {
        &mut self.simulation
    }
}
