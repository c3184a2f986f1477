//! Where requests go: to the worlds and to the realm, from clients and from each other.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::value::RawValue;

use crate::net::inbox::Inbox;
use crate::net::links::{Links, Parcel};
use crate::net::returns::Returns;
use raidkeep_engine::exchange::lines::Outgoing;
use raidkeep_engine::exchange::{Answered, CallFailure, CallOutcome, Exchange};
use raidkeep_engine::numbers::ExchangeId;
use raidkeep_engine::operators::{OperatorIdentity, RoleLimits};
use raidkeep_engine::outside::{REALM, world_name};
use raidkeep_engine::realm::incidents::IncidentReport;
use raidkeep_engine::realm::{NOWHERE, WORLD_ROLE, addressee, to_realm};
use raidkeep_engine::request::answer::ON_ITS_WAY;
use raidkeep_engine::request::command::{Command, Credential};
use raidkeep_engine::request::envelope::Envelope;
use raidkeep_engine::request::registry::RequestKind;
use raidkeep_engine::request::reply::{ConnectionId, Reply, ReplyPort, ReplyTo};
use raidkeep_engine::request::{Access, Refusal, Request, RequestTable, status};
use raidkeep_engine::tick::Input;

/// The inboxes of a program, and the functions that are answered behind them.
pub struct PostOffice {
    worlds: Vec<Arc<Inbox>>,
    world_functions: OnceLock<RequestTable>,
    /// `None` = the realm lives in world 0, or there is none.
    realm: Option<Arc<Inbox>>,
    realm_functions: OnceLock<RequestTable>,
    /// To the other nodes, where there may be any.
    links: Option<Arc<Links>>,
    lives: Lives,
}

/// How often each world has begun a life, here or elsewhere, as far as this node has seen.
#[derive(Default)]
struct Lives {
    of_all: AtomicU64,
    of_each: Vec<AtomicU64>,
}

/// Where a function is answered.
pub struct Counter<'p> {
    /// The function.
    pub kind: &'p RequestKind,
    /// The inbox behind which it is answered.
    pub inbox: &'p Arc<Inbox>,
    /// The number of that world; [`REALM`] = the realm, if it is apart.
    pub world: u32,
}

/// Nobody here answers a function of that name.
pub(super) const UNKNOWN_FUNCTION: Refusal = Refusal::new(status::UNKNOWN_FUNCTION, "function is not in function list");
const WORLD_NOT_FOUND: Refusal = Refusal::new(status::WORLD_NOT_FOUND, "world not found");

impl PostOffice {
    /// The worlds by number, and the realm if it is apart. Nothing is delivered until their functions are known.
    pub fn new(worlds: Vec<Arc<Inbox>>, realm: Option<Arc<Inbox>>) -> Self {
        let lives = Lives { of_each: worlds.iter().map(|_| AtomicU64::default()).collect(), ..Lives::default() };
        let (world_functions, realm_functions) = (OnceLock::new(), OnceLock::new());
        Self { worlds, world_functions, realm, realm_functions, links: None, lives }
    }

    /// The same for a node of a cluster.
    #[must_use]
    pub(super) fn linked(self, links: Option<Arc<Links>>) -> Self {
        Self { links, ..self }
    }

    /// The one world of a program, which answers these functions, those of a realm among them.
    pub fn of_one_world(inbox: Arc<Inbox>, functions: &RequestTable) -> Self {
        let office = Self::new(vec![inbox], None);
        office.open(0, functions);
        office
    }

    /// Says which functions the worlds answer, or the realm. Only the first word counts; those of later lives are the same.
    pub fn open(&self, world: u32, functions: &RequestTable) {
        let counter = if world == REALM { &self.realm_functions } else { &self.world_functions };
        counter.get_or_init(|| functions.clone());
    }

    /// Whether a world, or the realm, was opened with the same functions, under the same numbers.
    pub(super) fn has_functions(&self, world: u32, functions: &RequestTable) -> bool {
        let names = |table: &RequestTable| table.kinds().iter().map(|kind| kind.function).collect::<Vec<_>>();
        let counter = if world == REALM { &self.realm_functions } else { &self.world_functions };
        counter.get().is_some_and(|known| names(known) == names(functions))
    }

    /// How many worlds there are.
    pub fn world_count(&self) -> u32 {
        u32::try_from(self.worlds.len()).unwrap_or(u32::MAX)
    }

    /// The inbox of a world, or of the realm.
    pub fn inbox(&self, world: u32) -> Option<&Arc<Inbox>> {
        match &self.realm {
            Some(realm) if world == REALM => Some(realm),
            None if world == REALM => self.worlds.first(),
            _ => self.worlds.get(world as usize),
        }
    }

    /// Finds where a function for this world is answered. The realm's are, whatever world a request names.
    ///
    /// # Errors
    /// Status 14 without that world, 10 without that function.
    pub fn find(&self, function: &str, world: u32) -> Result<Counter<'_>, Refusal> {
        if world != REALM && world as usize >= self.worlds.len() {
            return Err(WORLD_NOT_FOUND);
        }
        let in_worlds = || self.world_functions.get().and_then(|functions| functions.find(function));
        let in_realm = || self.realm_functions.get().and_then(|functions| functions.find(function));
        let (kind, world) = match &self.realm {
            Some(_) if world == REALM => (in_realm(), REALM),
            Some(_) => match in_worlds() {
                Some(kind) => (Some(kind), world),
                None => (in_realm().filter(|kind| kind.in_realm), REALM),
            },
            None => match in_worlds() {
                Some(kind) if kind.in_realm || world == REALM => (Some(kind), 0),
                found => (found, world),
            },
        };
        let kind = kind.ok_or(UNKNOWN_FUNCTION)?;
        let inbox = self.inbox(world).ok_or(WORLD_NOT_FOUND)?;
        Ok(Counter { kind, inbox, world })
    }

    /// Sends a request to its world: here, or to the node that has it. `data` is what its arguments were read from.
    pub(super) fn post(&self, to: &Counter<'_>, command: Command, data: Option<&RawValue>, address: Option<IpAddr>) {
        if let Some(links) = self.links_for(to.inbox) {
            let parcel = Parcel::of((to.world, to.kind.function), &command, data, address);
            return links.pass_on(parcel, command.reply_to);
        }
        if let Err((command, refusal)) = to.inbox.push_command(command, address) {
            command.reply_to.refuse(&refusal);
        }
    }

    /// The links to other nodes, if one of them may have the world of this inbox.
    fn links_for(&self, inbox: &Inbox) -> Option<&Arc<Links>> {
        self.links.as_ref().filter(|_| inbox.has_storage_failed())
    }

    /// The links to other nodes, if one of them may have the realm.
    pub(super) fn links_to_realm(&self) -> Option<&Arc<Links>> {
        self.links_for(self.realm.as_ref()?)
    }

    /// Notes that a world has begun a new life, which knows no connections.
    pub(super) fn note_life(&self, world: u32) {
        if let Some(lives) = self.lives.of_each.get(world as usize) {
            lives.fetch_add(1, Ordering::AcqRel);
            self.lives.of_all.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// How many lives all worlds have begun.
    pub(super) fn lives(&self) -> u64 {
        self.lives.of_all.load(Ordering::Acquire)
    }

    /// How many lives this world has begun.
    pub(super) fn life(&self, world: u32) -> u64 {
        self.lives.of_each.get(world as usize).map_or(0, |lives| lives.load(Ordering::Acquire))
    }

    /// Why a world takes no requests at this node, if it does not.
    pub(super) fn closed(&self, world: u32) -> Option<Refusal> {
        let inbox = self.inbox(world)?;
        match self.links_for(inbox) {
            Some(links) => (!links.reaches(world)).then_some(ON_ITS_WAY),
            None => inbox.closed(),
        }
    }

    /// Tells the worlds that know this connection that it is gone, wherever they are.
    pub(super) fn note_closed(&self, connection: ConnectionId, worlds: &[u32]) {
        worlds.iter().filter_map(|world| self.inbox(*world)).for_each(|inbox| inbox.note_closed(connection));
        if let Some(links) = &self.links {
            links.note_closed(connection);
        }
    }

    /// Delivers an exchange of the world `from` that is for the realm or a world, and returns any other.
    pub fn deliver(&self, outgoing: Outgoing, from: u32, returns: &Returns) -> Option<Outgoing> {
        let Some(to) = addressee(&outgoing.exchange) else {
            return Some(outgoing);
        };
        let Outgoing { number, exchange, .. } = outgoing;
        let back = ReturnPort { number, returns: returns.clone() };
        match self.command(&exchange, to, from) {
            Ok(Message { counter, data, command }) => {
                let command = command(ReplyTo::new(Arc::new(back), 0, Default::default()));
                self.post(&counter, command, data, None);
            }
            Err(NotDelivered::Nowhere) => back.answer(Ok(Answered { status: NOWHERE, body: Vec::new() })),
            Err(NotDelivered::Unreadable(why)) => back.answer(Err(CallFailure::NotSent(why))),
        }
        None
    }

    /// Tells the realm what went wrong in the process.
    ///
    /// # Errors
    /// When there is no realm, or none yet, or it takes no requests now.
    pub(super) fn report_incidents(&self, report: &IncidentReport, back: ReplyTo) -> Result<(), Refusal> {
        let exchange = to_realm(<IncidentReport as Request>::FUNCTION, report);
        let Message { counter, data, command } = self.command(&exchange, REALM, REALM).map_err(|_| UNKNOWN_FUNCTION)?;
        self.post(&counter, command(back), data, None);
        Ok(())
    }

    /// Asks the realm or a world as the program itself, and blocks until it has answered.
    pub fn ask(&self, exchange: &Exchange, patience: Duration) -> CallOutcome {
        let nowhere = || Ok(Answered { status: NOWHERE, body: Vec::new() });
        let Some(to) = addressee(exchange) else { return nowhere() };
        let (answers, answered) = sync_channel(1);
        match self.command(exchange, to, REALM) {
            Ok(Message { counter, data, command }) => {
                let command = command(ReplyTo::new(Arc::new(AskingPort(answers)), 0, Default::default()));
                self.post(&counter, command, data, None);
            }
            Err(NotDelivered::Nowhere) => return nowhere(),
            Err(NotDelivered::Unreadable(why)) => return Err(CallFailure::NotSent(why)),
        }
        answered.recv_timeout(patience).unwrap_or(Err(CallFailure::TimedOut))
    }

    fn command<'p>(
        &'p self,
        exchange: &'p Exchange,
        to: u32,
        from: u32,
    ) -> Result<Message<'p, impl FnOnce(ReplyTo) -> Command + use<>>, NotDelivered> {
        let unreadable = |why: &dyn std::fmt::Display| NotDelivered::Unreadable(why.to_string());
        let text = std::str::from_utf8(&exchange.body).map_err(|error| unreadable(&error))?;
        let envelope = Envelope::read(text).map_err(|(refusal, _)| unreadable(&refusal.message))?;
        // Worlds and realm speak to each other as operators, with functions that nobody else may call.
        let found = self.find(&envelope.function, to).ok().filter(|found| found.kind.access == Access::Operator);
        let counter = found.ok_or(NotDelivered::Nowhere)?;
        let decoded = (counter.kind.decode)(envelope.data).map_err(|refusal| unreadable(&refusal.message))?;
        let identity = OperatorIdentity {
            name: world_name(from).into(),
            role: WORLD_ROLE.into(),
            address: None,
            session: None,
            limits: RoleLimits::default(),
        };
        let kind = counter.kind.index;
        let command = move |reply_to| Command {
            kind,
            request: decoded.request,
            credential: Credential::Operator(Arc::new(identity)),
            once: None,
            stranger: None,
            fact: None,
            reply_to,
            parked_at: 0,
            meanwhile: None,
        };
        Ok(Message { counter, data: envelope.data, command })
    }
}

/// What worlds and realm ask each other, on its way.
struct Message<'p, C> {
    counter: Counter<'p>,
    data: Option<&'p RawValue>,
    command: C,
}

/// Brings the reply to the thread that waits for it.
struct AskingPort(SyncSender<CallOutcome>);

impl ReplyPort for AskingPort {
    fn reply(&self, _: u64, reply: Reply) {
        // Whoever asked may have lost patience.
        let _ = self.0.try_send(Ok(Answered { status: 200, body: reply.text.into_bytes() }));
    }
}

enum NotDelivered {
    Nowhere,
    Unreadable(String),
}

/// Brings the reply back as the outcome of the exchange.
struct ReturnPort {
    number: ExchangeId,
    returns: Returns,
}

impl ReturnPort {
    fn answer(&self, outcome: raidkeep_engine::exchange::CallOutcome) {
        self.returns.push(Input::Answered(self.number, outcome));
    }
}

impl ReplyPort for ReturnPort {
    fn reply(&self, _: u64, reply: Reply) {
        self.answer(Ok(Answered { status: 200, body: reply.text.into_bytes() }));
    }
}
