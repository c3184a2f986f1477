//! What a handler may return: a success, a refusal, or what it is still waiting for.

use std::any::Any;
use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::exchange::Exchange;
use crate::exchange::lines::{Line, NotStarted};
use crate::login::{Token, TokenFault};
use crate::request::client::ClientUpdate;
use crate::request::job::{Fact, Job};
use crate::request::status;
use crate::storage::{FoundRows, IndexKey, NotLookedUp, RowQuery};

/// What a handler system returns: exactly one reply.
pub type Answer<T> = Result<Success<T>, Refusal>;

/// What a handler returns if it may have to wait; it is run again from the start once what it waits for has arrived.
/// One that has started something succeeds [until](Success::until) a notice gives the result.
pub type Waits<T> = Result<Success<T>, Unready>;

/// A documented success: status, message and the reply's `data`.
#[derive(Debug)]
pub struct Success<T> {
    pub(crate) status: i32,
    pub(crate) message: Cow<'static, str>,
    pub(crate) data: Option<T>,
    pub(crate) login: Option<Box<LoggedIn>>,
    pub(crate) until: Option<Notice>,
    pub(crate) counted: Option<i32>,
    pub(crate) patience: Option<Duration>,
    pub(crate) is_secret: bool,
}

impl<T> Success<T> {
    /// Status 0, message "success", and `data`.
    pub fn with(data: T) -> Self {
        Self { data: Some(data), ..Self::empty() }
    }

    /// Status 0, message "success", and no `data` at all.
    pub fn empty() -> Self {
        Self {
            status: status::SUCCESS,
            message: Cow::Borrowed("success"),
            data: None,
            login: None,
            until: None,
            counted: None,
            patience: None,
            is_secret: false,
        }
    }

    /// The reply's `data`, if it has any.
    pub fn data(&self) -> Option<&T> {
        self.data.as_ref()
    }

    /// The same success under a function's own status.
    pub fn status(mut self, status: i32) -> Self {
        self.status = status;
        self
    }

    /// Counts it under another status in the metrics, for a reply whose own code says that it failed.
    pub fn counts_as(mut self, status: i32) -> Self {
        self.counted = Some(status);
        self
    }

    /// The same success with a function's own message.
    pub fn message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = message.into();
        self
    }

    /// Tells `data` this once: a repeat with the same `once` key gets the reply without it, and it is never written down.
    pub fn told_once(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// Makes the requesting connection act for this account from now on.
    pub fn logs_in(mut self, login: LoggedIn) -> Self {
        self.login = Some(Box::new(login));
        self
    }

    /// Makes this an interim reply: the request has started something that continues on its own, and its handler is run
    /// again when `notice` is given. The interim reply goes to a caller that cannot wait, and to a repeated request. Only
    /// for handlers added with [`add_waiting_request`](crate::dispatch::RequestApp::add_waiting_request).
    pub fn until(mut self, notice: Notice) -> Self {
        self.until = Some(notice);
        self
    }

    /// Gives the interim reply once the request has waited this long in real time: replies of a connection are in order,
    /// so all that come after it wait too.
    pub fn within(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }
}

/// A documented refusal. A handler that refuses has changed nothing, unless it is [noted](Refusal::noted).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{status}: {message}")]
pub struct Refusal {
    /// One of the function's codes, or a global status.
    pub status: i32,
    /// What is wrong, for the client's developer.
    pub message: Cow<'static, str>,
    /// Why, for the client's program, where the contract says so.
    pub reason: Option<Reason>,
    /// When it is over, unix seconds, where that is known.
    pub until: Option<i64>,
    /// Which client is served, of a refusal for that.
    pub update: Option<Box<ClientUpdate>>,
    /// When it is worth trying again, where that is known.
    pub retry_after_ms: Option<u64>,
    /// Whether the attempt itself has changed something.
    pub(crate) is_noted: bool,
}

/// Why a request was refused, the `reason` in the reply's `data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The idempotency key was used, and the reply is no longer kept.
    Used,
    /// The idempotency key was used for another request.
    Mismatch,
    /// The token is not valid.
    #[serde(untagged)]
    Token(TokenFault),
}

impl Refusal {
    /// A refusal with a fixed text.
    pub const fn new(status: i32, message: &'static str) -> Self {
        let (reason, until, update, retry_after_ms) = (None, None, None, None);
        Self { status, message: Cow::Borrowed(message), reason, until, update, retry_after_ms, is_noted: false }
    }

    /// A refusal with a text of its own.
    pub fn saying(status: i32, message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), ..Self::new(status, "") }
    }

    /// The same for this reason.
    pub const fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// The same, until this moment, unix seconds; `None` = for ever.
    pub const fn until(mut self, until: Option<i64>) -> Self {
        self.until = until;
        self
    }

    /// The same of a client that has to be updated.
    pub fn updated_by(self, update: ClientUpdate) -> Self {
        Self { update: Some(Box::new(update)), ..self }
    }

    /// The same, which is worth trying again after this time.
    pub const fn retry_after(mut self, milliseconds: u64) -> Self {
        self.retry_after_ms = Some(milliseconds);
        self
    }

    /// The same of an attempt that is counted or punished: a repeated one with the same key must not be, a second time.
    pub const fn noted(mut self) -> Self {
        self.is_noted = true;
        self
    }

    /// Status 13: `field` is missing or of the wrong kind; `expected` says what it should be.
    pub fn malformed(field: &str, expected: &str) -> Self {
        Self::saying(status::MALFORMED, format!("{field}: expected {expected}"))
    }

    /// Status 11, which always says why.
    pub const fn invalid_token(fault: TokenFault) -> Self {
        Self::new(status::INVALID_TOKEN, "invalid token").because(Reason::Token(fault))
    }

    /// Status -1: an internal error; details are in the log.
    pub const fn internal() -> Self {
        Self::new(status::INTERNAL_ERROR, "internal error")
    }

    /// Status 16.
    pub const fn busy(why: &'static str) -> Self {
        Self::new(status::BUSY, why)
    }
}

/// The refusal of a stopped world.
pub const STOPPED: Refusal = Refusal::new(status::BUSY, "server is stopping, retry later");

/// The refusal of a world whose storage has failed.
pub const WITHOUT_STORAGE: Refusal =
    Refusal::new(status::BUSY, "server cannot store changes at the moment, retry later");

/// The refusal of a world that is on its way from one node to another, or nowhere at the moment.
pub const ON_ITS_WAY: Refusal =
    Refusal::new(status::BUSY, "the world is on its way to another node, retry later").retry_after(250);

/// The disk failed before it confirmed a change, so that nobody knows whether it was made.
pub const UNCONFIRMED: Refusal =
    Refusal::new(status::TIMED_OUT, "the disk failed before it confirmed this, retry with the same once key");

/// What was waited for did not arrive in time.
pub const TIMED_OUT: Refusal = Refusal::new(status::TIMED_OUT, "timed out, retry with the same once key");

/// Who a connection acts for, proven by a token that was current when `generation` was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// The account.
    pub account: AccountId,
    /// Counts the account's logins; a later login makes earlier generations invalid.
    pub generation: u32,
}

/// A login, as it is handed to the connection that asked for it.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// The account that the connection acts for from now on.
    pub sign_in: SignIn,
    /// The name under which clients without tokens name the player, if it has one.
    pub role: Option<String>,
    /// The new token.
    pub token: Token,
}

/// Why a handler returns no success: it refuses, or it has to wait.
#[derive(Debug)]
pub enum Unready {
    /// The final answer.
    Refused(Refusal),
    /// Run the handler again later. Nothing has changed.
    Needs(Need),
}

/// The interim reply of a request that has started something.
#[derive(Debug)]
pub struct Meanwhile {
    /// Its JSON without `id` and the closing brace.
    pub(crate) body: String,
    /// How long the request may wait; `None` = for as long as it takes.
    pub(crate) patience: Option<Duration>,
    /// The player whom it names, with the count of its events.
    pub(crate) names: Option<(SignIn, Option<u64>)>,
}

impl From<NotStarted> for Refusal {
    fn from(not_started: NotStarted) -> Self {
        Self::busy(match not_started {
            NotStarted::Full => "too many calls to the platform are under way, retry later",
            NotStarted::CircuitOpen => "the platform does not answer at the moment, retry later",
            NotStarted::NoSuchLine => "no such platform is set up on this server",
        })
    }
}

impl From<NotLookedUp> for Need {
    fn from(NotLookedUp(key): NotLookedUp) -> Self {
        Self::Lookup(key)
    }
}

impl From<NotLookedUp> for Unready {
    fn from(missing: NotLookedUp) -> Self {
        Self::Needs(missing.into())
    }
}

/// The rows of a query, if they are the fact that the handler was run again with; else errs with the need for them. A
/// handler that also needs another fact must wait for that one first, because a fact is available for one run only.
pub fn rows_found(query: RowQuery, fact: Option<Fact>) -> Result<FoundRows, Need> {
    match fact.and_then(|fact| fact.downcast::<FoundRows>().ok()) {
        Some(rows) => Ok(*rows),
        None => Err(Need::Rows(query)),
    }
}

/// What a job finds that runs once everything before is folded, so that it reads rows as of now; else errs with the need for
/// the fold, and then for the job, or the refusal to begin it. `lost` is what is wrong when something else was found, for whoever asked.
pub fn found_when_folded<T: Any>(
    fact: Option<Fact>,
    lost: &'static str,
    job: impl FnOnce() -> Result<Job, Refusal>,
) -> Result<T, Unready> {
    let fact = fact.ok_or_else(|| Need::Rows(RowQuery::nothing_but_a_fold()))?;
    if fact.is::<FoundRows>() {
        return Err(Need::Job(job()?).into());
    }
    fact.downcast::<T>().map(|found| *found).map_err(|_| Refusal::busy(lost).into())
}

impl From<Refusal> for Unready {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Need> for Unready {
    fn from(need: Need) -> Self {
        Self::Needs(need)
    }
}

/// Something outside the world's memory that a request waits for.
#[derive(Debug)]
pub enum Need {
    /// Which account an index entry names.
    Lookup(IndexKey),
    /// The rows of a player who is not in memory.
    Player(AccountId),
    /// Work that takes too long for the world's thread.
    Job(Job),
    /// Rows that are only on disk.
    Rows(RowQuery),
    /// A platform's answer; the fact is a [`crate::exchange::CallOutcome`].
    Exchange(Line, Exchange),
    /// A notice that a system of this world will give through [`super::parked::Parked::tell`] at some later time.
    Notice(Notice),
}

/// A one-time signal from a system. Whatever parks a request on a notice must make sure that it is given eventually.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Notice {
    /// What it is about.
    pub kind: &'static str,
    /// Which of that kind.
    pub number: u64,
}
