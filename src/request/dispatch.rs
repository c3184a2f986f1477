//! From a command to its handler system, and from the handler's answer to a reply.
//!
//! The world sees typed requests and reply ports, never sockets.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use bevy_ecs::prelude::*;
use bevy_ecs::system::{BoxedSystem, SystemAccess, SystemInput};

use crate::clock::Clock;
use crate::events::{self, Audience, ConnectionId, EventTable, Events, Listeners, OperatorListeners};
use crate::identity::{Login, TokenSource};
use crate::platforms::exchange::CallOutcome;
use crate::platforms::exchanges::{Exchanges, WAITING_REQUEST};
use crate::player::{self, AccountId, Players};
use crate::presence;
use crate::request::envelope::{RequestId, finish_reply, into_text, refusal_text, write_body};
use crate::request::once::{OnceKey, OnceLog, Repeat};
use crate::request::registry::AnyRequest;
use crate::request::{
    Access, Answer, Call, Caller, Fact, Job, Meanwhile, Need, Notice, Origin, Player, Reads, Refusal, Request, SignIn,
    Success, Unready, Waits, status,
};
use crate::storage::{IndexKey, RowQuery, Stored, Touched};

/// One request on its way into a world.
#[derive(Debug)]
pub struct Command {
    /// Index of the function in the [`super::RequestTable`].
    pub kind: usize,
    /// The typed arguments.
    pub request: AnyRequest,
    /// What the caller proves itself with.
    pub credential: Credential,
    /// The idempotency key.
    pub once: Option<Box<OnceKey>>,
    /// For functions that need no token.
    pub stranger: Option<Box<Stranger>>,
    /// What was found out that the command waited for.
    pub fact: Option<Fact>,
    /// Where the one reply goes.
    pub reply_to: ReplyTo,
    /// The age in which it was parked last.
    pub parked_at: u32,
    /// The reply for who cannot wait, once the command has begun something.
    pub meanwhile: Option<Meanwhile>,
}

impl Command {
    /// The same as [`Command::dismiss`], but what the command has begun is told when it is on disk.
    pub fn dismiss_until(self, refusal: &Refusal, until: Until) -> Option<Held> {
        let Some(Meanwhile(mut body)) = self.meanwhile else {
            self.reply_to.refuse(refusal);
            return None;
        };
        finish_reply(&mut body, &self.reply_to.id);
        let reply = Reply { text: into_text(body), sign_in: None };
        Some(Held { until, delivery: Delivery::Reply(self.reply_to, reply) })
    }

    /// Answers a command that waits and will not be run again: with what it has begun, else with the refusal.
    pub fn dismiss(self, refusal: &Refusal) {
        if let Some(held) = self.dismiss_until(refusal, Until::Now) {
            held.release();
        }
    }
}

/// What is known of a caller without a token.
#[derive(Debug, Clone, Copy)]
pub struct Stranger {
    /// Where the request came from; `None` for calls from within the process.
    pub address: Option<IpAddr>,
    /// What a token for this caller is made of.
    pub token: TokenSource,
}

/// What a caller proves itself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// Nothing.
    None,
    /// The operator token, checked on the way in.
    Operator,
    /// The hash of a token the connection has not used before.
    Token(Box<[u8; 32]>),
    /// A token that was checked earlier on the same connection.
    SignedIn(SignIn),
}

/// A reply that may leave the process.
#[derive(Debug)]
pub struct Reply {
    /// The frame's text.
    pub text: String,
    /// Whom the connection acts for from now on, if that changed.
    pub sign_in: Option<SignIn>,
}

/// Takes the replies of one connection.
pub trait ReplyPort: Send + Sync {
    /// Takes the reply to the connection's request number `serial`.
    fn reply(&self, serial: u64, reply: Reply);
    /// Takes an event for whom `sign_in` names; dropped when the connection acts for somebody else by now. Without a
    /// `sign_in` the event is for an operator, whomever the connection acts for.
    fn push(&self, sign_in: Option<SignIn>, text: &str);
    /// The connection behind it; `None` when it is there for one reply only.
    fn connection(&self) -> Option<ConnectionId>;
}

/// The right to answer one request, once. Dropped unused, it answers with an internal error, so
/// that no client waits for ever.
pub struct ReplyTo {
    port: Option<Arc<dyn ReplyPort>>,
    serial: u64,
    id: RequestId,
}

impl ReplyTo {
    /// Answers request number `serial` at `port`, echoing `id`.
    pub fn new(port: Arc<dyn ReplyPort>, serial: u64, id: RequestId) -> Self {
        Self { port: Some(port), serial, id }
    }

    /// The connection that asked; `None` when it was opened for this request only.
    pub fn connection(&self) -> Option<ConnectionId> {
        self.port.as_ref().and_then(|port| port.connection())
    }

    /// Sends the refusal.
    pub fn refuse(self, refusal: &Refusal) {
        let text = refusal_text(refusal, &self.id);
        self.send(Reply { text, sign_in: None });
    }

    /// Sends the reply.
    pub fn send(mut self, reply: Reply) {
        if let Some(port) = self.port.take() {
            port.reply(self.serial, reply);
        }
    }
}

impl Drop for ReplyTo {
    fn drop(&mut self) {
        if let Some(port) = self.port.take() {
            let refusal = Refusal::internal();
            port.reply(self.serial, Reply { text: refusal_text(&refusal, &self.id), sign_in: None });
        }
    }
}

impl std::fmt::Debug for ReplyTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReplyTo({})", self.serial)
    }
}

/// A reply or an event that waits until the writes it may have seen are on disk.
#[derive(Debug)]
pub struct Held {
    /// Until when.
    pub until: Until,
    delivery: Delivery,
}

enum Delivery {
    Reply(ReplyTo, Reply),
    Event(Arc<dyn ReplyPort>, Option<SignIn>, Arc<str>),
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Reply(..) => "Reply",
            Self::Event(..) => "Event",
        })
    }
}

impl Held {
    /// Whether it is the reply to a request, not an event.
    pub fn is_reply(&self) -> bool {
        matches!(self.delivery, Delivery::Reply(..))
    }

    /// Lets the reply or the event go.
    pub fn release(self) {
        match self.delivery {
            Delivery::Reply(reply_to, reply) => reply_to.send(reply),
            Delivery::Event(port, sign_in, text) => port.push(sign_in, &text),
        }
    }

    /// Answers that the change could not be made durable. An event of it is never told.
    pub fn refuse(self, refusal: &Refusal) {
        if let Delivery::Reply(reply_to, _) = self.delivery {
            reply_to.refuse(refusal);
        }
    }
}

/// What a held reply waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Nothing; it has shown nobody's state.
    Now,
    /// The last change of this player.
    Player(Entity),
    /// Every change up to and including the tick's.
    Everything,
    /// The batch of this number.
    Batch(u64),
}

/// What the world wants from outside, and the replies of a tick.
#[derive(Debug, Default, Resource)]
pub struct Outbox {
    /// The tick's replies in order, and then its events.
    pub replies: Vec<Held>,
    /// Index entries to be looked up.
    pub lookups: Vec<IndexKey>,
    /// Players to be loaded.
    pub players: Vec<AccountId>,
    /// Jobs to be run.
    pub jobs: Vec<(u64, Job)>,
    /// Rows to be read, numbered among the jobs.
    pub queries: Vec<(u64, RowQuery)>,
}

/// The commands that wait, by what they wait for.
#[derive(Debug, Default, Resource)]
pub struct Parked {
    lookups: HashMap<IndexKey, Vec<Command>>,
    players: HashMap<AccountId, Vec<Command>>,
    exchanges: HashMap<u64, Command>,
    notices: HashMap<Notice, Vec<Command>>,
    /// By the number of the job or query whose fact they wait for.
    facts: HashMap<u64, Command>,
    facts_asked: u64,
    /// Moves on once a second while commands wait; a command parked in an earlier age is older.
    age: u32,
}

/// What was waited for did not come in time.
pub const TIMED_OUT: Refusal = Refusal::new(status::TIMED_OUT, "timed out, retry with the same once key");

impl Parked {
    /// How many commands wait.
    pub fn len(&self) -> usize {
        let waiting = self.lookups.values().map(Vec::len).sum::<usize>();
        let waiting = waiting + self.players.values().map(Vec::len).sum::<usize>();
        waiting + self.notices.values().map(Vec::len).sum::<usize>() + self.facts.len() + self.exchanges.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a command waits for this player's rows.
    pub fn awaits_player(&self, account: AccountId) -> bool {
        self.players.contains_key(&account)
    }

    /// The commands that waited for this index entry, in order of arrival.
    pub fn take_lookup(&mut self, key: &IndexKey) -> Vec<Command> {
        self.lookups.remove(key).unwrap_or_default()
    }

    /// The commands that waited for this player, in order of arrival.
    pub fn take_player(&mut self, account: AccountId) -> Vec<Command> {
        self.players.remove(&account).unwrap_or_default()
    }

    /// The command that waited for this job or query, with what was found out.
    pub fn take_with_fact(&mut self, number: u64, fact: Fact) -> Option<Command> {
        let command = self.facts.remove(&number)?;
        Some(Command { fact: Some(fact), ..command })
    }

    /// The command that waited for this exchange, with how it ended.
    pub fn take_exchange(&mut self, number: u64, outcome: CallOutcome) -> Option<Command> {
        let command = self.exchanges.remove(&number)?;
        Some(Command { fact: Some(Box::new(outcome)), ..command })
    }

    /// The commands that waited to be told of this, in order of arrival.
    pub fn take_notice<T: Clone + Send + Sync + 'static>(&mut self, notice: Notice, told: &T) -> Vec<Command> {
        let waiting = self.notices.remove(&notice).unwrap_or_default();
        waiting.into_iter().map(|command| Command { fact: Some(Box::new(told.clone())), ..command }).collect()
    }

    /// The commands that wait to be told something.
    pub fn take_notices(&mut self) -> Vec<Command> {
        let mut all: Vec<_> = self.notices.drain().collect();
        all.sort_unstable_by_key(|(notice, _)| (notice.kind, notice.number));
        all.into_iter().flat_map(|(_, commands)| commands).collect()
    }

    /// The command that waited for this job, which will not be done.
    pub fn cancel_job(&mut self, job: u64) -> Option<Command> {
        self.facts.remove(&job)
    }

    /// Lets the commands grow older by one and takes out those that have waited through `ages`.
    pub fn take_older_than(&mut self, ages: u32) -> Vec<Command> {
        self.age += 1;
        let Some(oldest) = self.age.checked_sub(ages) else {
            return Vec::new();
        };
        let is_old = |command: &mut Command| command.parked_at < oldest;
        let mut old: Vec<Command> =
            self.facts.extract_if(|_, command| is_old(command)).map(|(_, command)| command).collect();
        old.extend(self.exchanges.extract_if(|_, command| is_old(command)).map(|(_, command)| command));
        for waiting in self.lookups.values_mut().chain(self.players.values_mut()) {
            old.extend(waiting.extract_if(.., |command| is_old(command)));
        }
        old
    }

    /// Every command that waits.
    pub fn take_all(&mut self) -> Vec<Command> {
        let mut all: Vec<Command> = self.lookups.drain().flat_map(|(_, commands)| commands).collect();
        all.extend(self.players.drain().flat_map(|(_, commands)| commands));
        all.extend(self.facts.drain().map(|(_, command)| command));
        all.extend(self.exchanges.drain().map(|(_, command)| command));
        all.extend(self.take_notices());
        all
    }

    fn park(&mut self, need: Need, mut command: Command, world: &mut World) {
        command.parked_at = self.age;
        if let Need::Exchange(line, exchange) = need {
            let now = world.resource::<Clock>().now();
            match world.resource_mut::<Exchanges>().start(line, WAITING_REQUEST, exchange, now) {
                Ok(number) => drop(self.exchanges.insert(number, command)),
                Err(not_started) => command.dismiss(&not_started.refusal()),
            }
            return;
        }
        let outbox = &mut *world.resource_mut::<Outbox>();
        match need {
            Need::Exchange(..) => {}
            Need::Notice(notice) => self.notices.entry(notice).or_default().push(command),
            Need::Lookup(key) => {
                let waiting = self.lookups.entry(key).or_insert_with_key(|key| {
                    outbox.lookups.push(key.clone());
                    Vec::new()
                });
                waiting.push(command);
            }
            Need::Player(account) => {
                let waiting = self.players.entry(account).or_insert_with(|| {
                    outbox.players.push(account);
                    Vec::new()
                });
                waiting.push(command);
            }
            Need::Job(job) => outbox.jobs.push((self.park_for_fact(command), job)),
            Need::Rows(query) => outbox.queries.push((self.park_for_fact(command), query)),
        }
    }

    /// The number under which the fact will come.
    fn park_for_fact(&mut self, command: Command) -> u64 {
        self.facts_asked += 1;
        self.facts.insert(self.facts_asked, command);
        self.facts_asked
    }
}

/// The handlers of every function, in the order of the [`super::RequestTable`].
#[derive(Default, Resource)]
pub struct Handlers(Vec<Entry>);

struct Entry {
    handler: Box<dyn Handler>,
    function: &'static str,
    /// Answers counted by status; looking a counter up by its labels costs more than a small request.
    counters: Vec<(i32, metrics::Counter)>,
}

impl Handlers {
    pub(crate) fn push(&mut self, function: &'static str, handler: Box<dyn Handler>) {
        self.0.push(Entry { handler, function, counters: Vec::new() });
    }
}

impl Entry {
    fn count(&mut self, status: i32) {
        let known = self.counters.iter().position(|(counted, _)| *counted == status);
        let at = known.unwrap_or_else(|| {
            let labels = [("function", self.function.to_owned()), ("status", status.to_string())];
            self.counters.push((status, metrics::counter!("raidkeep_requests_total", &labels)));
            self.counters.len() - 1
        });
        self.counters[at].1.increment(1);
    }
}

/// One function's handler, its request type erased.
pub(crate) trait Handler: Send + Sync {
    fn access(&self) -> Access;
    fn reads(&self) -> Reads;
    /// Whether its system can change anything of the world.
    fn may_change(&self) -> bool;
    /// Runs the handler. A handler that has to wait gives the request back.
    fn run(&mut self, world: &mut World, request: AnyRequest, origin: Origin<'_>) -> Outcome;
}

/// What came of one run of a handler.
pub(crate) enum Outcome {
    /// The reply's JSON but for `id` and the closing brace.
    Answered { status: i32, body: Vec<u8>, sign_in: Option<SignIn> },
    /// To be run again.
    Waiting { need: Need, request: AnyRequest, meanwhile: Option<Meanwhile> },
}

/// Handles one command: a reply is held, or the command is parked.
pub fn dispatch(world: &mut World, handlers: &mut Handlers, mut command: Command) {
    let Some(entry) = handlers.0.get_mut(command.kind) else {
        return;
    };
    let handler = &mut entry.handler;
    if command.credential == Credential::Operator
        && let Some(port) = &command.reply_to.port
    {
        world.resource_mut::<OperatorListeners>().add(port);
    }
    let (player, sign_in) = match who_asks(world, handler.access(), &command.credential) {
        Ok(found) => found,
        Err(Unready::Refused(refusal)) => {
            entry.count(refusal.status);
            return answer_refusal(world, command.reply_to, &refusal);
        }
        Err(Unready::Needs(need) | Unready::Begun(need, _)) => return park(world, need, command),
    };
    if let Some(player) = player {
        if handler.may_change() {
            world.resource_mut::<Touched>().push(player.entity);
        }
        presence::hear(world, player.account);
        match check_repeat(world, player, command.once.as_deref()) {
            Repeat::New => {}
            // The command finds what it has begun itself.
            _ if command.meanwhile.is_some() => {}
            Repeat::Same(body) => return answer(world, command.reply_to, body, sign_in, Until::Player(player.entity)),
            Repeat::Misused => return answer_refusal(world, command.reply_to, &Repeat::misused()),
        }
    }
    let origin = Origin { player, stranger: command.stranger.as_deref(), fact: command.fact.take() };
    match handler.run(world, command.request, origin) {
        Outcome::Waiting { need, request, meanwhile } => {
            if let (Some(player), Some(once), Some(Meanwhile(body))) = (player, &command.once, &meanwhile) {
                keep_for_repeats(world, player, (**once).clone(), body);
            }
            let meanwhile = meanwhile.or(command.meanwhile.take());
            park(world, need, Command { request, meanwhile, ..command });
        }
        Outcome::Answered { status, body, sign_in: changed } => {
            // Who is told to try again has no answer yet, unless something was begun.
            let is_answer = command.meanwhile.is_some() || !asks_to_retry(status);
            if let (Some(player), Some(once), true) = (player, command.once, is_answer) {
                keep_for_repeats(world, player, *once, &body);
            }
            let until = match (handler.reads(), player) {
                (Reads::Caller, Some(player)) => Until::Player(player.entity),
                _ => Until::Everything,
            };
            entry.count(status);
            let sign_in = changed.or(sign_in);
            listen(world, &command.reply_to, sign_in);
            answer(world, command.reply_to, body, sign_in, until);
        }
    }
}

fn asks_to_retry(status: i32) -> bool {
    matches!(status, status::BUSY | status::TIMED_OUT)
}

type Asker = (Option<Player>, Option<SignIn>);

fn who_asks(world: &mut World, access: Access, credential: &Credential) -> Result<Asker, Unready> {
    match access {
        Access::Anyone => Ok((None, None)),
        Access::Operator if *credential == Credential::Operator => Ok((None, None)),
        Access::Operator => Err(Refusal::invalid_token().into()),
        Access::Player => {
            let (player, sign_in) = player::authenticate(world, credential)?;
            Ok((Some(player), sign_in))
        }
    }
}

fn check_repeat(world: &World, player: Player, once: Option<&OnceKey>) -> Repeat {
    let Some(once) = once else {
        return Repeat::New;
    };
    world.get::<OnceLog>(player.entity).map_or(Repeat::New, |log| log.look_up(once))
}

fn keep_for_repeats(world: &mut World, player: Player, once: OnceKey, body: &[u8]) {
    if let Some(mut log) = world.get_mut::<OnceLog>(player.entity) {
        log.keep(once, body);
        world.resource_mut::<Touched>().push(player.entity);
    }
}

fn park(world: &mut World, need: Need, command: Command) {
    world.resource_scope(|world, mut parked: Mut<Parked>| {
        parked.park(need, command, world);
    });
}

/// Has the connection told of what happens to the player it acts for from now on.
fn listen(world: &mut World, reply_to: &ReplyTo, sign_in: Option<SignIn>) {
    if let (Some(sign_in), Some(port)) = (sign_in, &reply_to.port)
        && let Some(entity) = world.resource::<Players>().entity(sign_in.account)
    {
        events::listen(world, entity, port, sign_in);
    }
}

fn answer(world: &mut World, reply_to: ReplyTo, mut body: Vec<u8>, sign_in: Option<SignIn>, until: Until) {
    finish_reply(&mut body, &reply_to.id);
    let reply = Reply { text: into_text(body), sign_in };
    world.resource_mut::<Outbox>().replies.push(Held { until, delivery: Delivery::Reply(reply_to, reply) });
}

fn answer_refusal(world: &mut World, reply_to: ReplyTo, refusal: &Refusal) {
    let reply = Reply { text: refusal_text(refusal, &reply_to.id), sign_in: None };
    let delivery = Delivery::Reply(reply_to, reply);
    world.resource_mut::<Outbox>().replies.push(Held { until: Until::Now, delivery });
}

/// Puts the tick's events behind its replies. A connection whose token is worthless by now is told nothing.
pub fn hold_events(world: &mut World) {
    let now = world.resource::<Clock>().now();
    for event in world.resource_mut::<Events>().take() {
        let is_known = world.get_resource::<EventTable>().is_some_and(|table| table.has(event.name));
        debug_assert!(is_known, "event {} should be registered by its feature's plugin", event.name);
        let mut ports = Vec::new();
        let mut listen = |listeners: &Listeners, login: &Login| {
            let current = |sign_in: &SignIn| login.is_valid(now) && login.generation() == sign_in.generation;
            let ports_now = listeners.ports().filter(|(_, sign_in)| current(sign_in));
            ports.extend(ports_now.map(|(port, sign_in)| (port, Some(sign_in))));
        };
        match event.to {
            Audience::Player(entity) => {
                if let (Some(listeners), Some(login)) = (world.get::<Listeners>(entity), world.get::<Login>(entity)) {
                    listen(listeners, login);
                }
            }
            Audience::Everybody => {
                let mut players = world.query::<(&Listeners, &Login)>();
                players.iter(world).for_each(|(listeners, login)| listen(listeners, login));
            }
            Audience::Operators => {
                ports.extend(world.resource::<OperatorListeners>().ports().map(|port| (port, None)));
            }
        }
        let held = ports.into_iter().map(|(port, sign_in)| Held {
            until: Until::Everything,
            delivery: Delivery::Event(port, sign_in, event.text.clone()),
        });
        world.resource_mut::<Outbox>().replies.extend(held);
    }
}

/// Replaces the waits of a tick's replies by the batches they come down to.
pub fn settle_waits(world: &mut World, last_batch: u64) {
    world.resource_scope(|world, mut outbox: Mut<Outbox>| {
        for held in &mut outbox.replies {
            held.until = match held.until {
                Until::Player(entity) => {
                    Until::Batch(world.get::<Stored>(entity).map_or(last_batch, Stored::changed_in))
                }
                Until::Everything => Until::Batch(last_batch),
                settled => settled,
            };
        }
    });
}

/// Makes a handler's system ready; tells whether it can change anything, now or when its commands are applied.
fn prepare<I: SystemInput + 'static, O: 'static>(system: &mut dyn System<In = I, Out = O>, world: &mut World) -> bool {
    let changes = match system.initialize(world) {
        SystemAccess::None => false,
        SystemAccess::Shared(access) => access.combined_access().has_any_write(),
        SystemAccess::Exclusive => true,
    };
    changes || system.has_deferred()
}

/// A handler that answers at once.
pub(crate) struct Simple<R: Request> {
    system: BoxedSystem<In<Call<R>>, Answer<R::Reply>>,
    may_change: bool,
    /// How long the last reply was; the next is likely to be alike.
    reply_bytes: usize,
}

impl<R: Request> Simple<R> {
    pub(crate) fn new(world: &mut World, mut system: BoxedSystem<In<Call<R>>, Answer<R::Reply>>) -> Self {
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

    fn run(&mut self, world: &mut World, request: AnyRequest, origin: Origin<'_>) -> Outcome {
        let caller = R::Caller::from_origin(&origin);
        let call = Call { caller, request: downcast::<R>(request), fact: origin.fact };
        let answer = self.system.run(call, world).unwrap_or_else(|error| Err(broken_handler::<R>(&error)));
        let outcome = answered(answer, self.reply_bytes);
        if let Outcome::Answered { body, .. } = &outcome {
            self.reply_bytes = body.len();
        }
        outcome
    }
}

/// A handler that may wait; it keeps the request for its next run.
pub(crate) struct Waiting<R: Request> {
    system: BoxedSystem<In<Call<R>>, Waits<R::Reply>>,
    may_change: bool,
}

impl<R: Request> Waiting<R> {
    pub(crate) fn new(world: &mut World, mut system: BoxedSystem<In<Call<R>>, Waits<R::Reply>>) -> Self {
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

    fn run(&mut self, world: &mut World, request: AnyRequest, origin: Origin<'_>) -> Outcome {
        let request = downcast::<R>(request);
        let caller = R::Caller::from_origin(&origin);
        let call = Call { caller, request: request.clone(), fact: origin.fact };
        let answer = self.system.run(call, world).unwrap_or_else(|error| Err(broken_handler::<R>(&error).into()));
        match answer {
            Ok(success) => answered(Ok(success), 0),
            Err(Unready::Refused(refusal)) => answered::<R::Reply>(Err(refusal), 0),
            Err(Unready::Needs(need)) => Outcome::Waiting { need, request: Box::new(request), meanwhile: None },
            Err(Unready::Begun(need, meanwhile)) => {
                Outcome::Waiting { need, request: Box::new(request), meanwhile: Some(meanwhile) }
            }
        }
    }
}

fn downcast<R: Request>(request: AnyRequest) -> R {
    *request.downcast().expect("the registry should pair each request with its own handler")
}

fn broken_handler<R: Request>(error: &dyn std::fmt::Display) -> Refusal {
    tracing::error!(function = R::FUNCTION, %error, "a handler could not run; its plugin did not set up what it needs");
    Refusal::internal()
}

/// Room for the `id` and the closing brace, and for a reply that is a little longer than the last.
const SPARE_BYTES: usize = 64;

fn answered<T: serde::Serialize>(answer: Answer<T>, likely_bytes: usize) -> Outcome {
    let mut body = Vec::with_capacity(likely_bytes + SPARE_BYTES);
    match answer {
        Ok(Success { status, message, data, signs_in: sign_in }) => {
            write_body(&mut body, status, &message, data.as_ref());
            Outcome::Answered { status, body, sign_in }
        }
        Err(Refusal { status, message }) => {
            write_body::<()>(&mut body, status, &message, None);
            Outcome::Answered { status, body, sign_in: None }
        }
    }
}

/// A reply's JSON but for `id` and the closing brace.
pub(crate) fn render<T: serde::Serialize>(reply: Success<T>) -> Vec<u8> {
    let mut body = Vec::new();
    write_body(&mut body, reply.status, &reply.message, reply.data.as_ref());
    body
}

/// Tells the requests that wait for something of this world. They are run again in the next tick.
#[derive(Debug, Default, Resource)]
pub struct Notices {
    told: Vec<Command>,
}

impl Notices {
    /// Has every request run again that waits for `notice`, with `fact` as what it waited for. Returns whether any did.
    pub fn tell<T: Clone + Send + Sync + 'static>(&mut self, parked: &mut Parked, notice: Notice, fact: &T) -> bool {
        let before = self.told.len();
        self.told.extend(parked.take_notice(notice, fact));
        self.told.len() > before
    }

    /// Whether no request is to be run again.
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// The requests that are to be run again.
    pub fn take(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.told)
    }
}
