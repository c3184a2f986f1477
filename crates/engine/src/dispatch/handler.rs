//! The handler systems of all functions, their request types erased.

use bevy_ecs::prelude::*;
use bevy_ecs::system::{BoxedSystem, SystemAccess, SystemInput};

use crate::dispatch::CallerHook;
use crate::meters::Meters;
use crate::request::code::{self, CodeKind};
use crate::request::envelope::{write_body, write_refusal};
use crate::request::registry::AnyRequest;
use crate::request::{
    Access, Answer, Call, Caller, LoggedIn, Meanwhile, Need, Origin, Reads, Refusal, Request, Success, Unready, Waits,
    status,
};

/// The handlers of every function, in the order of the [`RequestTable`](crate::request::RequestTable), and what features do
/// before any of them runs.
#[derive(Default, Resource)]
pub struct Handlers {
    entries: Vec<Entry>,
    hooks: CallerHooks,
    /// `None` before the world starts.
    meters: Option<Meters>,
}

/// What features do before a player's request is handled.
#[derive(Default)]
pub(super) struct CallerHooks {
    /// Before any.
    pub(super) every: Vec<CallerHook>,
    /// Before those whose handler can change something.
    pub(super) changing: Vec<CallerHook>,
}

/// A function's handler and its counters.
pub(super) struct Entry {
    pub(super) handler: Box<dyn Handler>,
    function: &'static str,
    /// Answers counted by status; looking a counter up by its labels costs more than a small request.
    counters: Vec<(i32, metrics::Counter)>,
}

impl Handlers {
    pub(super) fn push(&mut self, function: &'static str, handler: Box<dyn Handler>) {
        self.entries.push(Entry { handler, function, counters: Vec::new() });
    }

    pub(super) fn hooks(&mut self) -> &mut CallerHooks {
        &mut self.hooks
    }

    /// Begins to count answers.
    pub(super) fn begin_meters(&mut self, meters: &Meters) {
        self.meters = Some(meters.clone());
        for entry in &mut self.entries {
            entry.counter(status::SUCCESS, self.meters.as_ref());
        }
    }

    /// Counts an answer of a function.
    pub(super) fn count(&mut self, kind: usize, status: i32) {
        if let Some(entry) = self.entries.get_mut(kind) {
            entry.counter(status, self.meters.as_ref()).increment(1);
        }
    }

    /// The handler of a function, and what is to be called before it runs for a player.
    pub(super) fn get_mut(&mut self, kind: usize) -> Option<(&mut Entry, &CallerHooks)> {
        Some((self.entries.get_mut(kind)?, &self.hooks))
    }
}

impl Entry {
    fn counter(&mut self, status: i32, meters: Option<&Meters>) -> &metrics::Counter {
        let known = self.counters.iter().position(|(counted, _)| *counted == status);
        let at = known.unwrap_or_else(|| {
            let labels = [("function", self.function), ("status", &status.to_string())];
            let counter =
                meters.map_or_else(metrics::Counter::noop, |meters| meters.counter("raidkeep_requests_total", &labels));
            self.counters.push((status, counter));
            self.counters.len() - 1
        });
        &self.counters[at].1
    }
}

/// One function's handler, its request type erased.
pub(super) trait Handler: Send + Sync {
    fn access(&self) -> Access;
    fn reads(&self) -> Reads;
    /// Whether its system can change the world.
    fn may_change(&self) -> bool;
    /// See [`Request::ACTS_OUTSIDE`].
    fn acts_outside(&self) -> bool;
    /// Runs the handler. A handler that has to wait returns the request.
    fn run(&mut self, world: &mut World, request: AnyRequest, origin: Origin<'_>) -> HandlerRun;
}

/// The result of one run of a handler.
pub(super) enum HandlerRun {
    /// The reply's JSON without `id` and the closing brace. It counts as an answer with the status `counted`.
    Answered { status: i32, counted: i32, body: String, login: Option<Box<LoggedIn>>, change: Change },
    /// To be run again.
    Waiting { need: Need, request: AnyRequest, meanwhile: Option<Meanwhile> },
}

/// Whether a handler that has answered has changed anything stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It may have.
    Possible,
    /// The same, and its reply holds a secret.
    Secret,
    /// It has refused.
    None,
    /// It has refused, and noted that.
    Noted,
}

/// Initializes a handler's system; returns whether it can change anything, directly or through commands.
fn prepare<I: SystemInput + 'static, O: 'static>(system: &mut dyn System<In = I, Out = O>, world: &mut World) -> bool {
    let changes = match system.initialize(world) {
        SystemAccess::None => false,
        SystemAccess::Shared(access) => access.combined_access().has_any_write(),
        SystemAccess::Exclusive => true,
    };
    changes || system.has_deferred()
}

/// A handler that answers at once.
pub(super) struct Simple<R: Request> {
    system: BoxedSystem<In<Call<R>>, Answer<R::Reply>>,
    may_change: bool,
    /// Length of the last reply; the next is likely to be similar.
    reply_bytes: usize,
}

impl<R: Request> Simple<R> {
    pub(super) fn new(world: &mut World, mut system: BoxedSystem<In<Call<R>>, Answer<R::Reply>>) -> Self {
        let may_change = prepare(&mut *system, world);
        Self { system, may_change, reply_bytes: 0 }
    }
}

impl<R: Request> Handler for Simple<R> {
    fn access(&self) -> Access {
        R::Caller::ACCESS
    }

    fn reads(&self) -> Reads {
        R::READS
    }

    fn may_change(&self) -> bool {
        self.may_change
    }

    fn acts_outside(&self) -> bool {
        R::ACTS_OUTSIDE
    }

    fn run(&mut self, world: &mut World, request: AnyRequest, origin: Origin<'_>) -> HandlerRun {
        let caller = R::Caller::from_origin(&origin);
        let call = Call { caller, request: downcast::<R>(request), fact: origin.fact };
        let answer = self.system.run(call, world).unwrap_or_else(|error| Err(broken_handler(R::FUNCTION, &error)));
        debug_assert!(
            answer.as_ref().map_or(true, |success| success.until.is_none()),
            "{} gives an interim reply, so add_waiting_request should add it",
            R::FUNCTION
        );
        let outcome = answered::<R>(answer, self.reply_bytes);
        if let HandlerRun::Answered { body, .. } = &outcome {
            self.reply_bytes = body.len();
        }
        outcome
    }
}

/// A handler that may wait; the request is kept for its next run.
pub(super) struct Waiting<R: Request> {
    system: BoxedSystem<In<Call<R>>, Waits<R::Reply>>,
    may_change: bool,
}

impl<R: Request> Waiting<R> {
    pub(super) fn new(world: &mut World, mut system: BoxedSystem<In<Call<R>>, Waits<R::Reply>>) -> Self {
        let may_change = prepare(&mut *system, world);
        Self { system, may_change }
    }
}

impl<R: Request + Clone> Handler for Waiting<R> {
    fn access(&self) -> Access {
        R::Caller::ACCESS
    }

    fn reads(&self) -> Reads {
        R::READS
    }

    fn may_change(&self) -> bool {
        self.may_change
    }

    fn acts_outside(&self) -> bool {
        R::ACTS_OUTSIDE
    }

    fn run(&mut self, world: &mut World, request: AnyRequest, origin: Origin<'_>) -> HandlerRun {
        let request = downcast::<R>(request);
        let caller = R::Caller::from_origin(&origin);
        let call = Call { caller, request: request.clone(), fact: origin.fact };
        let answer =
            self.system.run(call, world).unwrap_or_else(|error| Err(broken_handler(R::FUNCTION, &error).into()));
        match answer {
            Ok(success) => match success.until {
                None => answered::<R>(Ok(success), 0),
                Some(notice) => HandlerRun::Waiting {
                    need: Need::Notice(notice),
                    request: Box::new(request),
                    meanwhile: Some(interim::<R>(&success)),
                },
            },
            Err(Unready::Refused(refusal)) => answered::<R>(Err(refusal), 0),
            Err(Unready::Needs(need)) => HandlerRun::Waiting { need, request: Box::new(request), meanwhile: None },
        }
    }
}

fn downcast<R: Request>(request: AnyRequest) -> R {
    *request.downcast().expect("the registry should pair each request with its own handler")
}

fn broken_handler(function: &str, error: &dyn std::fmt::Display) -> Refusal {
    tracing::error!(function, %error, "a handler could not run; its plugin did not set up what it needs");
    Refusal::internal()
}

/// Spare capacity for the `id`, the closing brace, and a reply slightly longer than the last.
const SPARE_BYTES: usize = 64;

/// A reply with a code that its function does not declare is missing in every generated client.
fn assert_declared<R: Request>(status: i32, data: Option<&R::Reply>) {
    if cfg!(debug_assertions) {
        assert!(code::declares(R::CODES, status), "{} should declare status {status} in its CODES", R::FUNCTION);
        let has_status_code = R::CODES.iter().any(|code| code.kind == CodeKind::StatusCode);
        let data = data.filter(|_| has_status_code).and_then(|data| serde_json::to_value(data).ok());
        let undeclared = data.and_then(|data| code::undeclared_status_code(R::CODES, &data));
        assert_eq!(undeclared, None, "{} should declare this status_code in its CODES", R::FUNCTION);
    }
}

fn interim<R: Request>(reply: &Success<R::Reply>) -> Meanwhile {
    assert_declared::<R>(reply.status, reply.data.as_ref());
    let mut body = String::new();
    write_body(&mut body, reply.status, &reply.message, reply.data.as_ref());
    Meanwhile { body, patience: reply.patience, names: None }
}

/// What repeats of a request get whose reply holds a secret.
pub(super) fn without_secret(status: i32) -> String {
    let mut body = String::new();
    write_body(&mut body, status, "success; what it told is told once", None::<&()>);
    body
}

/// What repeats of a request that acts outside get until its outcome is known, and for ever if that never is.
pub(super) fn outcome_unknown() -> Meanwhile {
    const UNKNOWN: Refusal =
        Refusal::new(status::TIMED_OUT, "under way, or its outcome is not known; it is not carried out again");
    let mut body = String::new();
    write_refusal(&mut body, &UNKNOWN);
    Meanwhile { body, patience: None, names: None }
}

fn answered<R: Request>(answer: Answer<R::Reply>, likely_bytes: usize) -> HandlerRun {
    match answer {
        Ok(Success { status, message, data, login, counted, is_secret, .. }) => {
            assert_declared::<R>(status, data.as_ref());
            let mut body = String::with_capacity(likely_bytes + SPARE_BYTES);
            write_body(&mut body, status, &message, data.as_ref());
            let counted = counted.unwrap_or(status);
            let change = if is_secret { Change::Secret } else { Change::Possible };
            HandlerRun::Answered { status, counted, body, login, change }
        }
        Err(refusal) => {
            assert_declared::<R>(refusal.status, None);
            refused(&refusal, likely_bytes)
        }
    }
}

fn refused(refusal: &Refusal, likely_bytes: usize) -> HandlerRun {
    let mut body = String::with_capacity(likely_bytes + SPARE_BYTES);
    write_refusal(&mut body, refusal);
    let change = if refusal.is_noted { Change::Noted } else { Change::None };
    HandlerRun::Answered { status: refusal.status, counted: refusal.status, body, login: None, change }
}
