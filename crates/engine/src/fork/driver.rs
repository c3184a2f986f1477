//! Starts a fork, and carries out what it needs from its own rows.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bevy_app::App;
use serde_json::value::RawValue;

use crate::account::AccountId;
use crate::audit::AuditEntry;
use crate::clock::{ClockMode, ClockSettings};
use crate::effects::{Outside, carry_out};
use crate::exchange::lines::Outgoing;
use crate::fork::{ForkOrigin, NotAnswered, Wanted, WantedRows};
use crate::gate::ReplyGate;
use crate::numbers::{BatchNumber, JobId, QueryId};
use crate::operators::OperatorIdentity;
use crate::outside::Epoch;
use crate::request::command::{Command, Credential};
use crate::request::envelope::{RequestId, refusal_text};
use crate::request::reply::{Reply, ReplyPort, ReplyTo};
use crate::request::{Job, JobQueue, Refusal, RequestTable, status};
use crate::rules::LoadedRules;
use crate::start::{Start, start_app};
use crate::storage::disk::Disks;
use crate::storage::store::{LogRecord, Recovered, Store};
use crate::storage::{ArchivedRow, Batch, IndexKey, PlayerTables, RowQuery, Rows, StorageError, StoredWorld};
use crate::tick::{Input, Moment, Simulation};

/// After so many ticks without an answer there will be none.
const TICKS_MAX: usize = 1000;

const NO_OUTSIDE: &str = "it asks a platform or the realm, which a fork cannot";
const NO_ANSWER: &str = "it waits for something that happens later, and the clock of a fork stands still";
const NO_PROCESS: &str = "it starts a process, which a fork cannot";

/// A fork that runs.
pub struct Fork {
    simulation: Simulation,
    gate: ReplyGate,
    inputs: Vec<Input>,
    moment_ms: i64,
    real: Instant,
    around: Around,
}

/// What a fork has answered.
#[derive(Debug)]
pub struct Asked {
    /// The reply's text.
    pub reply: String,
    /// What the audit has kept of it, where it has changed something.
    pub audited: Option<AuditEntry>,
}

impl Fork {
    /// Starts a fork of a world: the same features, the rules in force there, and what it begins with.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn start(mut app: App, rules: &LoadedRules, origin: ForkOrigin) -> Result<Self, StorageError> {
        let ForkOrigin { place, epoch, moment_ms, last_batch, rows, known, .. } = origin;
        if let Some(mut clock) = app.world_mut().get_resource_mut::<ClockSettings>() {
            clock.mode = ClockMode::Manual;
        }
        let mut store = Store::open_disks(&Disks::default())?;
        store.rows.fold(&[LogRecord { number: 1, bytes: rows.into() }])?;
        store.recovered = Recovered { last_batch, moment_ms: Some(moment_ms), ..Recovered::default() };
        let store = StoredWorld::from(store);
        let start = Start { wall_ms: moment_ms, seed: 0, epoch, place };
        let simulation = start_app(app, rules, &store, start)?;
        let around = Around {
            rows: store.rows,
            records: 1,
            folded: last_batch,
            tables: simulation.player_tables(),
            known,
            arrived: Vec::new(),
            lacks: BTreeSet::new(),
            audited: None,
            has_called: false,
            obstacle: None,
            failed: None,
        };
        let gate = ReplyGate::new(last_batch);
        Ok(Self { simulation, gate, inputs: Vec::new(), moment_ms, real: Instant::now(), around })
    }

    /// Asks a function as an operator, and lets the fork come to rest.
    ///
    /// # Errors
    /// When the fork cannot answer.
    pub fn ask(&mut self, function: &str, arguments: &str, operator: &OperatorIdentity) -> Result<Asked, NotAnswered> {
        self.settle()?;
        (self.around.audited, self.around.has_called) = (None, false);
        let answered = Arc::new(ForkPort::default());
        match self.command(function, arguments, operator, &answered) {
            Ok(command) => self.inputs.push(Input::Command(command)),
            Err(refusal) => return Ok(Asked { reply: refusal_text(&refusal, &RequestId::Absent), audited: None }),
        }
        for _ in 0..TICKS_MAX {
            let is_at_rest = self.tick()?;
            if let Some(reply) = answered.take() {
                self.settle()?;
                return Ok(Asked { reply, audited: self.around.audited.take() });
            }
            if is_at_rest {
                break;
            }
        }
        Err(NotAnswered::Impossible(if self.around.has_called { NO_OUTSIDE } else { NO_ANSWER }))
    }

    fn command(
        &self,
        function: &str,
        arguments: &str,
        operator: &OperatorIdentity,
        port: &Arc<ForkPort>,
    ) -> Result<Command, Refusal> {
        let unknown = Refusal::new(status::UNKNOWN_FUNCTION, "function is not in function list");
        let kind = self.simulation.world().resource::<RequestTable>().find(function).ok_or(unknown)?;
        let arguments: &RawValue =
            serde_json::from_str(arguments).map_err(|_| Refusal::malformed("data", "a JSON object"))?;
        Ok(Command {
            kind: kind.index,
            request: (kind.decode)(Some(arguments))?.request,
            credential: Credential::Operator(Arc::new(operator.clone())),
            once: None,
            stranger: None,
            fact: None,
            reply_to: ReplyTo::new(port.clone(), 0, RequestId::Absent),
            parked_at: 0,
            meanwhile: None,
        })
    }

    /// Lets what is due happen.
    fn settle(&mut self) -> Result<(), NotAnswered> {
        for _ in 0..TICKS_MAX {
            if self.tick()? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Ticks once; returns whether the fork is at rest.
    fn tick(&mut self) -> Result<bool, NotAnswered> {
        self.inputs.append(&mut self.around.arrived);
        let moment = Moment { wall_ms: self.moment_ms, real: self.real, folded_batch: self.around.folded };
        let mut effects = self.simulation.tick(&mut self.inputs, moment);
        let is_due = effects.wake_after.is_some_and(|after| after.is_zero());
        carry_out(&mut effects, &mut self.gate, &mut self.around);
        let around = &mut self.around;
        if let Some(error) = around.failed.take() {
            return Err(error.into());
        }
        if let Some(obstacle) = around.obstacle {
            return Err(NotAnswered::Impossible(obstacle));
        }
        if !around.lacks.is_empty() {
            return Err(NotAnswered::Lacks(std::mem::take(&mut around.lacks)));
        }
        Ok(!is_due && around.arrived.is_empty())
    }
}

/// The surroundings of a fork: its rows, and nothing else.
struct Around {
    rows: Rows,
    records: u64,
    folded: BatchNumber,
    tables: PlayerTables,
    known: BTreeSet<Wanted>,
    arrived: Vec<Input>,
    lacks: BTreeSet<Wanted>,
    audited: Option<AuditEntry>,
    /// Whether something was to leave. Nothing leaves a fork, and no answer comes.
    has_called: bool,
    obstacle: Option<&'static str>,
    failed: Option<StorageError>,
}

impl Around {
    /// What a read brought, unless it failed.
    fn bring<T>(&mut self, read: Result<T, StorageError>, input: impl FnOnce(T) -> Input) {
        match read {
            Ok(read) => self.arrived.push(input(read)),
            Err(error) => self.failed = Some(error),
        }
    }

    /// Whether this is known; if not, the fork lacks it.
    fn knows(&mut self, wanted: Wanted) -> bool {
        let is_known = self.known.contains(&wanted);
        if !is_known {
            self.lacks.insert(wanted);
        }
        is_known
    }

    /// Whether all rows that a query could find are those of a known player.
    fn covers(&self, query: &RowQuery) -> bool {
        let is_within = |account: &AccountId| {
            query.from >= account.to_key().to_vec()
                && query.until <= AccountId(account.0.saturating_add(1)).to_key().to_vec()
        };
        let mut players = self.known.iter().filter_map(|known| match known {
            Wanted::Player(account) => Some(account),
            Wanted::Name(_) | Wanted::Rows(_) => None,
        });
        query.limit == 0 || self.tables.tables.contains(&query.table) && players.any(is_within)
    }
}

impl Outside for Around {
    fn commit(&mut self, batch: Batch) {
        let audited = batch.rows().filter(|row| row.table == AuditEntry::TABLE);
        let audited = audited.filter_map(|row| AuditEntry::read(row.value?).ok()).last();
        self.audited = audited.or(self.audited.take());
        self.records += 1;
        let mut bytes = Vec::new();
        batch.encode(&mut bytes);
        match self.rows.fold(Epoch::BEFORE, &[LogRecord { number: self.records, bytes: bytes.into() }]) {
            Ok(folded) => self.folded = folded,
            Err(error) => self.failed = Some(error),
        }
    }

    fn committed(&self) -> BatchNumber {
        self.folded
    }

    fn look_up(&mut self, key: IndexKey) {
        if self.knows(Wanted::Name(key.as_bytes().to_vec())) {
            let found = self.rows.look_up(&key);
            self.bring(found, |account| Input::Found(key, account));
        }
    }

    fn load(&mut self, account: AccountId) {
        if self.knows(Wanted::Player(account)) {
            let loaded = self.rows.load_for_world(&self.tables, account);
            self.bring(loaded, |rows| Input::Loaded(account, rows));
        }
    }

    fn read(&mut self, query: QueryId, rows: RowQuery) {
        let wanted = WantedRows {
            table: rows.table.to_owned(),
            from: rows.from.clone(),
            until: rows.until.clone(),
            newest_first: rows.newest_first,
            limit: rows.limit as u64,
        };
        if self.covers(&rows) || self.knows(Wanted::Rows(wanted)) {
            let found = self.rows.read(&rows);
            self.bring(found, |rows| Input::RowsRead(query, rows));
        }
    }

    fn run(&mut self, number: JobId, job: Job) {
        if job.queue() == JobQueue::Beside {
            self.obstacle = Some(NO_PROCESS);
            return;
        }
        self.arrived.push(Input::JobDone(number, job.run()));
    }

    fn call(&mut self, _: Outgoing) {
        self.has_called = true;
    }
}

/// Takes the one reply to a request.
#[derive(Default)]
struct ForkPort(Mutex<Option<String>>);

impl ForkPort {
    fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ReplyPort for ForkPort {
    fn reply(&self, _: u64, reply: Reply) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(reply.text);
    }
}
