//! The contents of a journal, as plain data.

use crate::numbers::{BatchNumber, ExchangeId, JobId, QueryId};
use crate::request::reply::ConnectionId;
use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::exchange::CallOutcome;
use crate::login::{Token, TokenSource};
use crate::operators::OperatorIdentity;
use crate::outside::{Epoch, WorldPlace};
use crate::reload::RulesNews;
use crate::request::SignIn;
use crate::request::command::{Command, Credential};
use crate::request::registry::RequestKind;
use crate::rules::Problem;
use crate::storage::{FoundRows, LoadedPlayer};
use crate::tick::Input;

/// One entry of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// The first entry.
    Start(Box<StartRecord>),
    /// Rows that the world read when it started, as an encoded [`Batch`](crate::storage::Batch).
    Rows(Vec<u8>),
    /// A tick, noted before it ran.
    Tick(TickRecord),
    /// The requests parked on a notice were answered because the server stops.
    Dismissed,
    /// The hash of the state after this many ticks.
    Checkpoint {
        /// How many ticks had run.
        ticks: u64,
        /// [`state_hash`](crate::tick::state_hash).
        hash: u64,
    },
    /// What follows is missing: the disk was too slow, or failed.
    Gap,
    /// The world shut down in an orderly way.
    End,
}

/// What a world started with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartRecord {
    /// The program that wrote the journal.
    pub program: String,
    /// The fingerprint of its rules.
    pub rules: u64,
    /// The operator's settings, JSON.
    pub config: String,
    /// Wall-clock time, unix milliseconds.
    pub wall_ms: i64,
    /// The seed, if the world was created then.
    pub seed: u64,
    /// The last batch on disk.
    pub last_batch: BatchNumber,
    /// The world's clock at that batch, unix milliseconds; `None` for a new world.
    pub moment_ms: Option<i64>,
    /// The functions in the order in which commands number them.
    pub functions: Vec<String>,
    /// The tables of players in the order in which their rows are loaded.
    pub player_tables: Vec<String>,
    /// The epoch that began; [`Epoch::BEFORE`] in journals of earlier programs.
    pub epoch: Epoch,
    /// Which of the server's worlds it was.
    pub place: WorldPlace,
    /// The layout of its rows.
    pub layout: RowLayout,
}

/// The layout of the rows that a program writes. Another one has other bytes of the same state, so that batches and hashes
/// of the state cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowLayout(u32);

impl RowLayout {
    /// Of programs that did not number it.
    pub const BEFORE: Self = Self(0);
    /// Of this program. A change of what any row holds raises it.
    pub const OF_THIS_PROGRAM: Self = Self(2);
}

impl StartRecord {
    /// The bytes that end a record of today and that one in this file format lacks.
    pub(super) fn ending_of_earlier_program(format: u32) -> Vec<u8> {
        let ending = match format {
            1 | 2 => postcard::to_stdvec(&(Epoch::BEFORE, WorldPlace::ALONE, RowLayout::BEFORE)),
            3 => postcard::to_stdvec(&RowLayout::BEFORE),
            _ => Ok(Vec::new()),
        };
        ending.expect("records should be plain data")
    }
}

/// A tick and its inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TickRecord {
    /// Wall-clock time, unix milliseconds.
    pub wall_ms: i64,
    /// Real time since the first tick, in nanoseconds.
    pub real_ns: u64,
    /// The last batch folded into rows.
    pub folded_batch: BatchNumber,
    /// The outcome of the previous tick; shows at once where a replay diverges.
    pub before: TickOutcome,
    /// The inputs, in order.
    pub inputs: Vec<InputRecord>,
}

/// A summary of what a tick led to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TickOutcome {
    /// Bytes of changed rows; 0 = nothing changed.
    pub batch_bytes: u64,
    /// The number of replies. Events are left out: a connection that closes meanwhile gets none.
    pub replies: u64,
}

/// An [`Input`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each represents the input of the same name")]
pub enum InputRecord {
    Command(CommandRecord),
    Found(Vec<u8>, Option<AccountId>),
    Loaded(AccountId, Option<LoadedPlayer>),
    JobDone(JobId, Vec<u8>),
    RowsRead(QueryId, FoundRows),
    JobRefused(JobId),
    Answered(ExchangeId, CallOutcome),
    Closed(ConnectionId),
    /// The fingerprint of the new rules; a copy of them is kept next to the journal.
    RulesChanged(u64),
    RulesRefused(Vec<Problem>),
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandRecord {
    /// Index into [`StartRecord::functions`].
    pub function: u32,
    /// The arguments as JSON, with placeholders for secrets.
    pub arguments: String,
    /// The caller.
    pub credential: CredentialRecord,
    /// The idempotency key, and the fingerprint of the original request.
    pub once: Option<(Box<str>, u64)>,
    /// For functions that need no token.
    pub stranger: Option<StrangerRecord>,
    /// The connection, unless it was opened for this request only.
    pub connection: Option<ConnectionId>,
}

/// A [`Credential`], without tokens in clear text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each represents the credential of the same name")]
pub enum CredentialRecord {
    None,
    /// In journals of before operators had names.
    Operator,
    Token([u8; 32]),
    SignedIn {
        account: AccountId,
        generation: u32,
    },
    OperatorNamed(Box<OperatorIdentity>),
}

/// A caller without a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrangerRecord {
    /// Its address.
    pub address: Option<IpAddr>,
    /// The hash of the token it would get.
    pub token_hash: [u8; 32],
}

impl From<&Credential> for CredentialRecord {
    fn from(credential: &Credential) -> Self {
        match credential {
            Credential::None => Self::None,
            Credential::Operator(identity) => Self::OperatorNamed(Box::new(OperatorIdentity::clone(identity))),
            Credential::Token(hash) => Self::Token(**hash),
            Credential::SignedIn(SignIn { account, generation }) => {
                Self::SignedIn { account: *account, generation: *generation }
            }
        }
    }
}

impl From<CredentialRecord> for Credential {
    fn from(record: CredentialRecord) -> Self {
        match record {
            CredentialRecord::None => Self::None,
            CredentialRecord::Operator => Self::Operator(Arc::new(OperatorIdentity::of_token(None))),
            CredentialRecord::OperatorNamed(identity) => Self::Operator(Arc::new(*identity)),
            CredentialRecord::Token(hash) => Self::Token(Box::new(hash)),
            CredentialRecord::SignedIn { account, generation } => Self::SignedIn(SignIn { account, generation }),
        }
    }
}

impl InputRecord {
    /// The journal's form of an input. `kinds` are the functions of the world.
    pub fn of(input: &Input, kinds: &[RequestKind]) -> Self {
        match input {
            Input::Command(command) => Self::Command(CommandRecord::of(command, kinds)),
            Input::Found(key, account) => Self::Found(key.as_bytes().to_vec(), *account),
            Input::Loaded(account, rows) => Self::Loaded(*account, rows.clone()),
            Input::JobDone(number, finding) => Self::JobDone(*number, finding.bytes.clone()),
            Input::RowsRead(number, rows) => Self::RowsRead(*number, rows.clone()),
            Input::JobRefused(number) => Self::JobRefused(*number),
            Input::Answered(number, outcome) => Self::Answered(*number, outcome.clone()),
            Input::Closed(connection) => Self::Closed(*connection),
            Input::Rules(RulesNews::Changed(rules)) => Self::RulesChanged(rules.fingerprint),
            Input::Rules(RulesNews::Refused(problems)) => Self::RulesRefused(problems.iter().cloned().collect()),
        }
    }
}

impl CommandRecord {
    fn of(command: &Command, kinds: &[RequestKind]) -> Self {
        let arguments = kinds.get(command.kind).map(|kind| (kind.record)(command.request.as_ref()));
        let stranger = command.stranger.as_ref().map(|stranger| StrangerRecord {
            address: stranger.address,
            token_hash: match stranger.token {
                TokenSource::Recorded(hash) => hash,
                fresh => Token::new(fresh).hash(),
            },
        });
        Self {
            function: u32::try_from(command.kind).unwrap_or(u32::MAX),
            arguments: arguments.unwrap_or_default(),
            credential: CredentialRecord::from(&command.credential),
            once: command.once.as_ref().map(|once| (once.key.clone(), once.fingerprint)),
            stranger,
            connection: command.reply_to.connection(),
        }
    }
}
