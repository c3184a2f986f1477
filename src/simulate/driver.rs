//! A world without storage, sockets and platforms, on virtual time.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::value::RawValue;

use crate::clock::ClockMode;
use crate::config::{Config, ConfigError};
use crate::game::{self, GameSettings, Start};
use crate::platforms::settings::PlatformSettings;
use crate::request::dispatch::{Command, Credential, Reply, ReplyPort, ReplyTo, Stranger};
use crate::request::envelope::RequestId;
use crate::request::registry::RequestKind;
use crate::request::{RequestTable, SignIn};
use crate::rules::LoadedRules;
use crate::simulate::purchase;
use crate::storage::disk::Disk;
use crate::storage::store::Store;
use crate::storage::{Batch, StorageError};
use crate::tick::{Effects, Input, Moment, Simulation};

/// Nobody has to log in again in a simulated century.
const TOKEN_SECONDS: i64 = 100 * 366 * 86_400;

/// The settings of a simulated world: those of the shipped configuration, without platforms. Its clock is told the time.
pub fn settings() -> Result<GameSettings, ConfigError> {
    let mut settings = Config::load(None, &[])?.game()?;
    settings.clock = ClockMode::Real;
    settings.platforms = PlatformSettings::default();
    settings.identity.token_seconds = TOKEN_SECONDS;
    Ok(settings)
}

/// Takes the replies of all virtual players. Nobody reads events.
#[derive(Default)]
struct Replies(Mutex<Vec<(u64, Reply)>>);

impl ReplyPort for Replies {
    fn reply(&self, serial: u64, reply: Reply) {
        if let Ok(mut replies) = self.0.lock() {
            replies.push((serial, reply));
        }
    }

    fn push(&self, _: Option<SignIn>, _: &str) {}
}

/// The simulated world.
pub struct Driver {
    simulation: Simulation,
    requests: RequestTable,
    replies: Arc<Replies>,
    inputs: Vec<Input>,
    /// Real time stands still, so that nobody is put away.
    real: Instant,
}

impl Driver {
    /// A new world that starts at `wall_ms`.
    pub fn new(settings: &GameSettings, rules: &LoadedRules, start: Start) -> Result<Self, StorageError> {
        let store = Store::open_disks(Disk::default(), Disk::default())?;
        let mut app = game::build_app(settings);
        purchase::register(&mut app);
        let simulation = game::start_app(app, settings, rules, &store, start)?;
        let requests = simulation.world().resource::<RequestTable>().clone();
        Ok(Self { simulation, requests, replies: Arc::default(), inputs: Vec::new(), real: Instant::now() })
    }

    /// The function of that name.
    pub fn function(&self, name: &str) -> Option<RequestKind> {
        self.requests.find(name).copied()
    }

    /// The names of all functions.
    pub fn functions(&self) -> impl Iterator<Item = &'static str> {
        self.requests.kinds().iter().map(|kind| kind.function)
    }

    /// Has a request handled in the next tick. Arguments that the function does not take are refused by returning `false`.
    pub fn ask(&mut self, player: u64, function: RequestKind, data: &str, sign_in: Option<SignIn>) -> bool {
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
            stranger: sign_in.is_none().then(|| Box::new(Stranger { address: None, entropy })),
            fact: None,
            reply_to: ReplyTo::new(self.replies.clone(), player, RequestId::Absent),
            parked_at: 0,
            meanwhile: None,
        }));
        true
    }

    /// Runs ticks at one moment until nothing is left to do; `each` sees every batch before it is dropped.
    pub fn run_moment(&mut self, wall_ms: i64, mut each: impl FnMut(&Batch)) {
        loop {
            // Nothing counts as folded, so that the world looks up nothing that it has known.
            let moment = Moment { wall_ms, real: self.real, folded_batch: 0 };
            let effects = self.simulation.tick(&mut self.inputs, moment);
            effects.batch.iter().for_each(&mut each);
            self.carry_out(effects);
            if self.inputs.is_empty() {
                return;
            }
        }
    }

    fn carry_out(&mut self, effects: Effects) {
        effects.replies.into_iter().for_each(|held| held.release());
        self.inputs.extend(effects.lookups.into_iter().map(|key| Input::Found(key, None)));
        self.inputs.extend(effects.players.into_iter().map(|account| Input::Loaded(account, None)));
        self.inputs.extend(effects.jobs.into_iter().map(|(number, job)| Input::JobDone(number, job.run())));
        // What was dropped cannot be read back.
        self.inputs.extend(effects.queries.into_iter().map(|(number, _)| Input::JobRefused(number)));
    }

    /// The replies that have come, each with the player it is for.
    pub fn take_replies(&mut self) -> Vec<(u64, Reply)> {
        self.replies.0.lock().map(|mut replies| std::mem::take(&mut *replies)).unwrap_or_default()
    }

    /// The world, to measure.
    pub fn simulation(&mut self) -> &mut Simulation {
        &mut self.simulation
    }
}
