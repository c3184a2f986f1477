//! Turns the contents of a journal back into inputs.

use crate::numbers::JobId;
use crate::request::reply::ConnectionId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::value::RawValue;

use crate::journal::record::{CommandRecord, InputRecord};
use crate::journal::replay::ReplayError;
use crate::login::TokenSource;
use crate::reload::RulesNews;
use crate::request::Job;
use crate::request::command::{Command, Stranger};
use crate::request::envelope::RequestId;
use crate::request::once::OnceKey;
use crate::request::registry::RequestKind;
use crate::request::reply::{Addressee, Reply, ReplyPort, ReplyTo};
use crate::rules::{LoadedRules, Problems};
use crate::storage::IndexKey;
use crate::tick::Input;

/// Replies to the requests selected for listening, by their number.
pub type Heard = Arc<Mutex<Vec<(u64, String)>>>;

/// Finds rules by their fingerprint, for a world whose rules have changed.
pub type Library = Box<dyn Fn(u64) -> Option<Arc<LoadedRules>>>;

/// A connection from the journal. Its replies go to the listeners of the replay.
struct PastPort {
    connection: Option<ConnectionId>,
    heard: Heard,
}

impl ReplyPort for PastPort {
    fn reply(&self, serial: u64, reply: Reply) {
        if serial > 0 {
            self.heard.lock().unwrap_or_else(PoisonError::into_inner).push((serial, reply.text));
        }
    }

    fn push(&self, _: Option<Addressee>, _: &str) {}

    fn connection(&self) -> Option<ConnectionId> {
        self.connection
    }
}

/// The journal's connections, functions and jobs.
pub struct Reviver {
    functions: Vec<RequestKind>,
    ports: HashMap<ConnectionId, Arc<PastPort>>,
    jobs: HashMap<JobId, Job>,
    heard: Heard,
    library: Library,
}

impl Reviver {
    /// `functions` are those of this program, in the order of the journal.
    pub fn new(functions: Vec<RequestKind>, library: Library) -> Self {
        Self { functions, ports: HashMap::new(), jobs: HashMap::new(), heard: Heard::default(), library }
    }

    /// Notes jobs that the world has started; their results are in the journal.
    pub fn expect_jobs(&mut self, jobs: Vec<(JobId, Job)>) {
        self.jobs.extend(jobs);
    }

    /// The replies to numbered requests since the last call.
    pub fn take_heard(&mut self) -> Vec<(u64, String)> {
        std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The function a request was for.
    pub fn function(&self, command: &CommandRecord) -> Option<&RequestKind> {
        self.functions.get(command.function as usize)
    }

    /// Revives an input. The reply to a request with a `serial` above 0 is collected under that number.
    pub fn revive(&mut self, record: InputRecord, serial: u64) -> Result<Input, ReplayError> {
        Ok(match record {
            InputRecord::Command(command) => Input::Command(self.command(command, serial)?),
            InputRecord::Found(key, account) => Input::Found(IndexKey::from_bytes(key), account),
            InputRecord::Loaded(account, rows) => Input::Loaded(account, rows),
            InputRecord::JobDone(number, bytes) => {
                let job = self.jobs.remove(&number);
                let finding = job.and_then(|job| job.recall(&bytes));
                Input::JobDone(number, finding.ok_or(ReplayError::UnknownJob { number })?)
            }
            InputRecord::RowsRead(number, rows) => Input::RowsRead(number, rows),
            InputRecord::JobRefused(number) => {
                self.jobs.remove(&number);
                Input::JobRefused(number)
            }
            InputRecord::Answered(number, outcome) => Input::Answered(number, outcome),
            InputRecord::Closed(connection) => {
                self.ports.remove(&connection);
                Input::Closed(connection)
            }
            InputRecord::RulesChanged(fingerprint) => Input::Rules(RulesNews::Changed(self.rules(fingerprint)?)),
            InputRecord::RulesRefused(problems) => Input::Rules(RulesNews::Refused(Arc::new(Problems::new(problems)))),
        })
    }

    fn rules(&self, fingerprint: u64) -> Result<Arc<LoadedRules>, ReplayError> {
        let found = (self.library)(fingerprint).filter(|rules| rules.fingerprint == fingerprint);
        found.ok_or(ReplayError::MissingRules { fingerprint })
    }

    fn command(&mut self, record: CommandRecord, serial: u64) -> Result<Command, ReplayError> {
        let kind = *self.function(&record).ok_or(ReplayError::UnknownFunction { number: record.function })?;
        let unreadable =
            |mistake: String| ReplayError::UnreadableRequest { function: kind.function.to_owned(), mistake };
        let arguments: &RawValue =
            serde_json::from_str(&record.arguments).map_err(|error| unreadable(error.to_string()))?;
        let decoded =
            kind.decode_recorded(Some(arguments)).map_err(|refusal| unreadable(refusal.message.into_owned()))?;
        let port = self.port(record.connection);
        let stranger = record.stranger.map(|stranger| {
            Box::new(Stranger { address: stranger.address, token: TokenSource::Recorded(stranger.token_hash) })
        });
        Ok(Command {
            kind: kind.index,
            request: decoded.request,
            credential: record.credential.into(),
            once: record.once.map(|(key, fingerprint)| Box::new(OnceKey { key, fingerprint })),
            stranger,
            fact: None,
            reply_to: ReplyTo::new(port, serial, RequestId::Absent),
            parked_at: 0,
            meanwhile: None,
        })
    }

    fn port(&mut self, connection: Option<ConnectionId>) -> Arc<PastPort> {
        let heard = &self.heard;
        let new = || Arc::new(PastPort { connection, heard: heard.clone() });
        match connection {
            None => new(),
            Some(connection) => self.ports.entry(connection).or_insert_with(new).clone(),
        }
    }
}
