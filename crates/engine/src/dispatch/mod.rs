//! From a command to its handler system, and from the handler's answer to a reply.
//!
//! The world sees typed requests and reply ports, never sockets.

mod deliver;
mod handler;
mod register;

use bevy_app::App;
use bevy_ecs::prelude::*;

use crate::account::AccountId;
use crate::audit::Draft;
use crate::closing::Closure;
use crate::events::{self, Listeners, OperatorListeners};
use crate::login::{Login, TokenFault};
use crate::meters::Meters;
use crate::players::{self, Players};
use crate::request::command::{Command, Credential};
use crate::request::envelope::{finish_reply, refusal_text, write_refusal};
use crate::request::once::{self, KeyHolder, Repeat};
use crate::request::parked::Parked;
use crate::request::reply::{Addressee, Delivery, Held, Outbox, Reply, ReplyTo, Until};
use crate::request::{Access, LoggedIn, Meanwhile, Need, Origin, Player, Reads, Refusal, SignIn, Unready, status};
use crate::storage::{Directory, Mark, Touched};

pub use deliver::release_to_gate;
pub use handler::Handlers;
pub use register::RequestApp;

use handler::{Change, HandlerRun};

/// Called with each player whose request is about to be handled, and with each who has just logged in.
pub type CallerHook = fn(&mut World, AccountId);

/// How a feature hooks into every player's request.
pub trait CallerApp {
    /// Registers `hook`, called before each request of a player is handled, and after each login.
    fn add_caller_hook(&mut self, hook: CallerHook) -> &mut Self;
    /// Registers `hook`, called before each request of a player whose handler can change something.
    fn add_change_hook(&mut self, hook: CallerHook) -> &mut Self;
}

impl CallerApp for App {
    fn add_caller_hook(&mut self, hook: CallerHook) -> &mut Self {
        self.world_mut().get_resource_or_init::<Handlers>().hooks().every.push(hook);
        self
    }

    fn add_change_hook(&mut self, hook: CallerHook) -> &mut Self {
        self.world_mut().get_resource_or_init::<Handlers>().hooks().changing.push(hook);
        self
    }
}

/// Handles one command: holds its reply, or parks it.
pub fn dispatch(world: &mut World, handlers: &mut Handlers, command: Command) {
    let Some((entry, hooks)) = handlers.get_mut(command.kind) else {
        return;
    };
    let handler = &mut entry.handler;
    note_operator(world, &command);
    let (player, sign_in) = match who_asks(world, handler.access(), &command) {
        Ok(found) => found,
        Err(Unready::Refused(refusal)) => {
            handlers.count(command.kind, refusal.status);
            return answer_refusal(world, command.reply_to, &refusal);
        }
        Err(Unready::Needs(need)) => return park_started(world, None, None, need, command),
    };
    if let Some(player) = player {
        if handler.may_change() {
            world.resource_mut::<Touched>().push(player.entity);
            hooks.changing.iter().for_each(|hook| hook(world, player.account));
        }
        hooks.every.iter().for_each(|hook| hook(world, player.account));
    }
    let holder = key_holder(handler.access(), player).filter(|_| command.once.is_some());
    let Some(mut command) = answer_repeat(world, holder, (player, sign_in), command) else {
        return;
    };
    let operator = if let Credential::Operator(identity) = &command.credential { Some(identity) } else { None };
    let audited = operator.filter(|_| handler.may_change() || handler.acts_outside());
    let draft = audited.and_then(|identity| Draft::begin(world, command.kind, &command.request, identity));
    let mark = ((holder.is_some() || draft.is_some()) && handler.may_change()).then(|| Mark::set(world));
    let connection = command.reply_to.connection();
    let stranger = command.stranger.as_deref();
    let origin = Origin { player, stranger, operator, connection, fact: command.fact.take() };
    match handler.run(world, command.request, origin) {
        HandlerRun::Waiting { need, request, meanwhile } => {
            let is_unknown = handler.acts_outside() && holder.is_some() && command.meanwhile.is_none();
            let started = meanwhile.or_else(|| is_unknown.then(handler::outcome_unknown)).map(|started| {
                // An interim reply may be the first that names the player, and the event of the outcome follows it.
                let names = sign_in.map(|sign_in| (sign_in, listen(world, &command.reply_to, sign_in)));
                Meanwhile { names, ..started }
            });
            park_started(world, holder, started, need, Command { request, ..command });
        }
        HandlerRun::Answered { status, counted, body, login, change } => {
            // A refusal that asks for a retry is no final answer, unless the request has started something in this world.
            let has_started = command.meanwhile.is_some();
            let is_final = !asks_to_retry(status) || has_started && !handler.acts_outside();
            let changed = has_changed(world, change, mark.as_ref());
            // What is told once is kept nowhere.
            let kept = if change == Change::Secret { &handler::without_secret(status) } else { &body };
            if let (Some(draft), true) = (draft, status == status::SUCCESS && (changed || handler.acts_outside())) {
                draft.finish(world, kept, mark.as_ref());
            }
            let is_answer = is_final && (has_started || changed);
            if let (Some(holder), Some(once), true) = (holder, command.once, is_answer) {
                holder.keep(world, *once, kept);
            }
            let until = match (handler.reads(), player) {
                (Reads::Caller, Some(player)) => Until::Player(player.entity),
                _ => Until::Everything,
            };
            let changed = login.as_ref().map(|login| login.sign_in);
            if let Some(newcomer) = changed {
                hooks.every.iter().for_each(|hook| hook(world, newcomer.account));
            }
            let sign_in = changed.or(sign_in);
            answer(world, command.reply_to, Answered { body, sign_in, login }, until);
            handlers.count(command.kind, counted);
        }
    }
}

/// From now on an operator's connection is told of what operators are told.
fn note_operator(world: &mut World, command: &Command) {
    if matches!(command.credential, Credential::Operator(_))
        && let Some(port) = command.reply_to.port()
    {
        world.resource_mut::<OperatorListeners>().add(port);
    }
}

/// Begins to count the answers of a world.
pub(crate) fn begin_meters(world: &mut World) {
    let meters = world.resource::<Meters>().clone();
    if let Some(mut handlers) = world.get_resource_mut::<Handlers>() {
        handlers.begin_meters(&meters);
    }
}

fn asks_to_retry(status: i32) -> bool {
    matches!(status, status::BUSY | status::TIMED_OUT)
}

type Asker = (Option<Player>, Option<SignIn>);

fn who_asks(world: &mut World, access: Access, command: &Command) -> Result<Asker, Unready> {
    match access {
        Access::Anyone => Ok((None, None)),
        Access::Operator if matches!(command.credential, Credential::Operator(_)) => Ok((None, None)),
        Access::Operator => Err(Refusal::invalid_token(TokenFault::Unknown).into()),
        Access::Player => {
            check_open(world, command)?;
            let (player, sign_in) = players::authenticate(world, &command.credential)?;
            Ok((Some(player), sign_in.or_else(|| unheard(world, player, command))))
        }
    }
}

/// The sign-in of a connection that this world does not know: it was checked by an earlier life of the world, here or on
/// another node, or before the player was put away.
fn unheard(world: &World, player: Player, command: &Command) -> Option<SignIn> {
    let Credential::SignedIn(sign_in) = &command.credential else { return None };
    let connection = command.reply_to.connection()?;
    let listeners = world.get::<Listeners>(player.entity)?;
    (!listeners.has(connection)).then_some(*sign_in)
}

/// Refuses a player's request while the game is closed, before the player is loaded. One that has begun before goes on.
fn check_open(world: &World, command: &Command) -> Result<(), Refusal> {
    let closure = world.resource::<Closure>();
    let has_begun = command.meanwhile.is_some() || command.fact.is_some();
    if !closure.is_closed() || has_begun {
        return Ok(());
    }
    let account = match &command.credential {
        Credential::SignedIn(sign_in) => Some(sign_in.account),
        Credential::Token(hash) => world.resource::<Directory>().find(&Login::index_key(hash)).ok().flatten(),
        Credential::None | Credential::Operator(_) => None,
    };
    account.and_then(|account| closure.refusal(account)).map_or(Ok(()), Err)
}

/// Whose idempotency keys count; functions that need no token ignore them.
fn key_holder(access: Access, player: Option<Player>) -> Option<KeyHolder> {
    match access {
        Access::Anyone => None,
        Access::Player => player.map(|player| KeyHolder::Player(player.entity)),
        Access::Operator => Some(KeyHolder::Operator),
    }
}

/// Answers a request whose key was used. Returns any other command, among them one that picks up what it has started.
fn answer_repeat(
    world: &mut World,
    holder: Option<KeyHolder>,
    (player, sign_in): Asker,
    command: Command,
) -> Option<Command> {
    let (Some(holder), Some(key), None) = (holder, command.once.as_deref(), &command.meanwhile) else {
        return Some(command);
    };
    match holder.look_up(world, key) {
        Repeat::New => return Some(command),
        Repeat::Same(body) => {
            let until = player.map_or(Until::Everything, |player| Until::Player(player.entity));
            answer(world, command.reply_to, Answered { body, sign_in, login: None }, until);
        }
        Repeat::Used => refuse_caller(world, command.reply_to, sign_in, &once::USED),
        Repeat::Misused => refuse_caller(world, command.reply_to, sign_in, &once::MISUSED),
    }
    None
}

/// Refuses the request of a caller whose token is valid.
fn refuse_caller(world: &mut World, reply_to: ReplyTo, sign_in: Option<SignIn>, refusal: &Refusal) {
    let mut body = String::new();
    write_refusal(&mut body, refusal);
    answer(world, reply_to, Answered { body, sign_in, login: None }, Until::Now);
}

/// Whether a handler has changed anything stored since the mark was set before it ran.
fn has_changed(world: &mut World, change: Change, mark: Option<&Mark>) -> bool {
    match change {
        Change::Possible | Change::Secret => mark.is_some_and(|mark| mark.is_passed(world)),
        Change::None => false,
        Change::Noted => true,
    }
}

/// Parks a command. Repeats of one that has started something get its interim reply.
fn park_started(
    world: &mut World,
    holder: Option<KeyHolder>,
    started: Option<Meanwhile>,
    need: Need,
    mut command: Command,
) {
    let key = holder.zip(command.once.as_deref().cloned());
    let kept = key.zip(started.as_ref().map(|started| started.body.clone()));
    command.meanwhile = started.or(command.meanwhile);
    let is_parked = park(world, need, command);
    if let (Some(((holder, once), body)), true) = (kept, is_parked) {
        holder.keep(world, once, &body);
    }
}

fn park(world: &mut World, need: Need, command: Command) -> bool {
    world.resource_scope(|world, mut parked: Mut<Parked>| parked.park(need, command, world))
}

/// Subscribes the connection to the events of the player it acts for; returns their count so far.
fn listen(world: &mut World, reply_to: &ReplyTo, sign_in: SignIn) -> Option<u64> {
    let entity = world.resource::<Players>().entity(sign_in.account)?;
    events::listen(world, entity, reply_to.port()?, sign_in)
}

/// A handler's answer, and what it changes about the connection.
struct Answered {
    body: String,
    sign_in: Option<SignIn>,
    login: Option<Box<LoggedIn>>,
}

fn answer(world: &mut World, reply_to: ReplyTo, answered: Answered, until: Until) {
    let Answered { mut body, sign_in, login } = answered;
    let names = sign_in.map(|sign_in| Addressee { sign_in, n: listen(world, &reply_to, sign_in) });
    finish_reply(&mut body, reply_to.id());
    let reply = Reply { text: body, names, login };
    world.resource_mut::<Outbox>().replies.push(Held::new(until, Delivery::Reply(reply_to, reply)));
}

fn answer_refusal(world: &mut World, reply_to: ReplyTo, refusal: &Refusal) {
    let reply = Reply::new(refusal_text(refusal, reply_to.id()));
    let delivery = Delivery::Reply(reply_to, reply);
    world.resource_mut::<Outbox>().replies.push(Held::new(Until::Now, delivery));
}
