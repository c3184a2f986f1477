//! Messages of the realm to its worlds: durable, numbered per world, sent in order until the world has taken them.
//!
//! Each is a row, so a world that is put back to an earlier state gets again what it had taken since. Only what a world has
//! not taken is in memory. A world says at its start which message it took last (`world_hello`); until then it gets none.

mod older;

use std::collections::{BTreeMap, VecDeque};

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::due::{Agenda, Due, Occasion};
use raidkeep_engine::exchange::lines::{Exchanges, Owner};
use raidkeep_engine::numbers::ExchangeId;
use raidkeep_engine::outside::{Epoch, Numbering, WorldPlace};
use raidkeep_engine::realm::{
    Greet, Greeted, Message, MessageTaken, REALM_LINE, RealmAnswer, RealmMessage, TellingSystems, WorldGreeting,
    WorldHello, to_world,
};
use raidkeep_engine::request::answer::rows_found;
use raidkeep_engine::request::{Call, Fact, Need, Refusal, Request, Success, Waits};
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::{Archive, ArchivedRow, RowQuery, StorageApp, WorldRow};
use raidkeep_engine::verify::VerifyApp;

use crate::errands::{AGAIN_AFTER_SECONDS, Errands, LineToWorlds, REFUSED_AGAIN_AFTER_SECONDS};

pub use older::{RealmIsOlder, check_realm};

/// How many old messages each new one may delete.
const DELETED_PER_MESSAGE: u64 = 100;
const OWNER: Owner = Owner("messages to worlds");
/// By world.
const AGAIN: Occasion = Occasion("message to a world");

/// A message as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeptMessage {
    epoch: Epoch,
    /// Unix seconds.
    at: i64,
    /// The function that takes it.
    function: Box<str>,
    /// What it says, as JSON.
    body: Box<str>,
}

impl ArchivedRow for KeptMessage {
    const TABLE: &'static str = "realm_messages";
}

fn key(world: u32, number: u64) -> [u8; 12] {
    let mut key = [0; 12];
    key[..4].copy_from_slice(&world.to_be_bytes());
    key[4..].copy_from_slice(&number.to_be_bytes());
    key
}

fn number_of(key: &[u8]) -> Option<u64> {
    key.get(4..)?.try_into().map(u64::from_be_bytes).ok()
}

/// The messages to one world.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct WorldTotal {
    /// The number of the last one.
    last: u64,
    /// Messages up to this number are no longer kept.
    deleted: u64,
    /// The last number of each day on which there was one, the oldest first.
    days: VecDeque<(i32, u64)>,
}

/// The messages to all worlds, by world.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct MessageTotals(BTreeMap<u32, WorldTotal>);

impl WorldRow for MessageTotals {
    const TABLE: &'static str = "realm_message_totals";
}

/// When the realm sends its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, SystemSet)]
pub struct DeliverySystems;

/// Which worlds are to be asked what they took last, by world.
#[derive(Debug, Resource)]
struct HelloErrands(Errands);

impl Default for HelloErrands {
    fn default() -> Self {
        Self(Errands::new(Owner("hello to worlds"), Occasion("hello to a world")))
    }
}

/// What worlds have said that they took last, by world, until the end of the tick. One that was put back says less than before.
#[derive(Debug, Default, Resource)]
pub(crate) struct HelloNotes(pub(crate) BTreeMap<u32, u64>);

/// Messages that a world has not taken yet.
#[derive(Debug, Default)]
struct Line {
    /// Whether the world has said what it took.
    is_known: bool,
    waiting: VecDeque<(u64, KeptMessage)>,
    in_flight: Option<ExchangeId>,
    /// Whether the next attempt waits for its moment.
    pauses: bool,
}

#[derive(Debug, Default, Resource)]
struct Lines(BTreeMap<u32, Line>);

/// For how many days messages are kept; 0 = for ever.
#[derive(Debug, Clone, Copy, Resource)]
struct KeptDays(i64);

/// Writes messages to worlds.
#[derive(SystemParam)]
pub struct RealmMessages<'w> {
    totals: ResMut<'w, MessageTotals>,
    lines: ResMut<'w, Lines>,
    archive: ResMut<'w, Archive>,
    clock: Res<'w, Clock>,
    numbering: Res<'w, Numbering>,
    place: Res<'w, WorldPlace>,
    kept_days: Res<'w, KeptDays>,
}

impl RealmMessages<'_> {
    /// Writes a message to one world; returns its number.
    pub fn send<M: RealmMessage>(&mut self, world: u32, message: &M) -> u64 {
        let total = self.totals.0.entry(world).or_default();
        total.last += 1;
        let today = self.clock.day();
        match total.days.back_mut() {
            Some((day, last)) if *day == today => *last = total.last,
            _ => total.days.push_back((today, total.last)),
        }
        let body = serde_json::to_string(message).expect("messages should be plain data");
        let kept = KeptMessage {
            epoch: self.numbering.epoch,
            at: self.clock.now(),
            function: M::FUNCTION.into(),
            body: body.into(),
        };
        self.archive.put(&key(world, total.last), &kept);
        let number = total.last;
        total.drop_old(world, today, self.kept_days.0, &mut self.archive);
        let line = self.lines.0.entry(world).or_default();
        if line.is_known {
            line.waiting.push_back((number, kept));
        }
        number
    }

    /// Writes the same message to every world.
    pub fn send_to_all<M: RealmMessage>(&mut self, message: &M) {
        for world in 0..self.place.worlds {
            self.send(world, message);
        }
    }

    /// What a message says that was written before; `None` when it is no longer kept. `fact` is that of the call.
    ///
    /// # Errors
    /// The need to read it.
    pub(crate) fn sent<M: RealmMessage>(&self, world: u32, number: u64, fact: Option<Fact>) -> Result<Option<M>, Need> {
        let rows = rows_found(RowQuery::one(KeptMessage::TABLE, &key(world, number)), fact)?;
        let kept = rows.first().and_then(|(_, value)| KeptMessage::read(value).ok());
        Ok(kept.filter(|kept| *kept.function == *M::FUNCTION).and_then(|kept| serde_json::from_str(&kept.body).ok()))
    }

    /// How many wait in memory until a world has taken them.
    pub(crate) fn waiting(&self, world: u32) -> usize {
        self.lines.0.get(&world).map_or(0, |line| line.waiting.len())
    }

    /// Where the rows go that belong to a message, in the same batch.
    pub fn archive(&mut self) -> &mut Archive {
        &mut self.archive
    }

    /// How many worlds there are.
    pub fn worlds(&self) -> u32 {
        self.place.worlds
    }

    /// Checks the `worlds` of a request, where none stands for all.
    ///
    /// # Errors
    /// Status 13 when one does not exist.
    pub(crate) fn check_worlds(&self, worlds: &[u32]) -> Result<(), Refusal> {
        match worlds.iter().all(|world| *world < self.worlds()) {
            true => Ok(()),
            false => Err(Refusal::malformed("data.worlds", "numbers of worlds that there are")),
        }
    }
}

impl WorldTotal {
    /// Deletes messages of days that are no longer kept, a few at a time.
    fn drop_old(&mut self, world: u32, today: i32, kept_days: i64, archive: &mut Archive) {
        if kept_days == 0 {
            return;
        }
        let mut room = DELETED_PER_MESSAGE;
        while let Some((day, last)) = self.days.front().copied()
            && i64::from(today) - i64::from(day) > kept_days
        {
            let until = last.min(self.deleted + room);
            (self.deleted + 1..=until).for_each(|number| archive.delete::<KeptMessage>(&key(world, number)));
            room -= until - self.deleted;
            self.deleted = until;
            if until < last {
                return;
            }
            self.days.pop_front();
        }
    }
}

/// What the worlds have taken, where the operator has accepted a realm that is older.
#[derive(Debug, Clone, Default, Resource)]
pub struct AcceptedRealm(pub BTreeMap<u32, u64>);

/// The messages as a plugin.
pub struct MessagesPlugin {
    /// For how many days messages are kept; 0 = for ever.
    pub kept_days: i64,
}

impl Plugin for MessagesPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Lines>()
            .init_resource::<HelloErrands>()
            .init_resource::<HelloNotes>()
            .insert_resource(KeptDays(self.kept_days));
        app.add_world_row::<MessageTotals>().add_archived_rows::<KeptMessage>();
        app.add_waiting_request::<WorldHello, _>(world_hello);
        app.add_start_hook(begin);
        app.configure_sets(Tick, DeliverySystems.after(TellingSystems).in_set(TickSystems::Messages));
        app.add_systems(Tick, (ask_worlds, deliver).chain().in_set(DeliverySystems));
    }
}

/// Counts on behind what the worlds have taken of a realm that was lost, and asks all worlds what they took last.
fn begin(world: &mut World) {
    if let Some(AcceptedRealm(taken)) = world.remove_resource::<AcceptedRealm>() {
        let mut totals = world.resource_mut::<MessageTotals>();
        for (number, last) in taken {
            let total = totals.0.entry(number).or_default();
            if total.last < last {
                // What the lost realm has written is not here.
                (total.last, total.deleted) = (last, last);
                total.days.clear();
            }
        }
    }
    let worlds = world.resource::<WorldPlace>().worlds;
    let mut hellos = world.resource_mut::<HelloErrands>();
    (0..worlds).for_each(|number| hellos.0.add(number.into()));
}

fn world_hello(
    In(call): In<Call<WorldHello>>,
    totals: Res<MessageTotals>,
    (mut lines, mut notes): (ResMut<Lines>, ResMut<HelloNotes>),
) -> Waits<WorldGreeting> {
    let WorldHello { world, number, .. } = call.request;
    let last = totals.0.get(&world).map_or(0, |total| total.last);
    let query = RowQuery::range(KeptMessage::TABLE, &key(world, number + 1), &key(world, u64::MAX));
    let mut waiting = VecDeque::new();
    if number < last {
        for (key, value) in rows_found(query.clone(), call.fact)? {
            let kept = KeptMessage::read(&value).map_err(|_| Refusal::internal())?;
            waiting.push_back((number_of(&key).ok_or_else(Refusal::internal)?, kept));
        }
        if waiting.back().is_none_or(|(found, _)| *found < last) {
            // A message was written since.
            return Err(Need::Rows(query).into());
        }
    }
    notes.0.insert(world, number);
    let following = last.saturating_sub(number);
    let line = lines.0.entry(world).or_default();
    *line = Line { is_known: true, waiting, ..Line::default() };
    Ok(Success::with(WorldGreeting { following }))
}

/// Asks worlds that have not answered yet since the realm started.
fn ask_worlds(mut hellos: ResMut<HelloErrands>, mut line: LineToWorlds) {
    for (world, answer) in hellos.0.answers::<Greeted>(&mut line) {
        if matches!(answer, RealmAnswer::Later) {
            hellos.0.add_later(world, AGAIN_AFTER_SECONDS, &mut line);
        }
    }
    let question = |world| to_world(world, <Greet as Request>::FUNCTION, &Greet {});
    hellos.0.ask(&mut line, |key| u32::try_from(key).ok().map(question));
}

/// Sends each world the first message that it has not taken, one at a time.
fn deliver(mut exchanges: ResMut<Exchanges>, mut lines: ResMut<Lines>, mut agenda: ResMut<Agenda>, clock: Res<Clock>) {
    for done in exchanges.take_done(OWNER) {
        let found = lines.0.iter_mut().find(|(_, line)| line.in_flight == Some(done.number));
        let Some((world, line)) = found else { continue };
        line.in_flight = None;
        if let Some(pause_seconds) = line.note(*world, &RealmAnswer::of(&done.outcome)) {
            line.pauses = true;
            agenda.set(AGAIN, u64::from(*world), clock.now() + pause_seconds);
        }
    }
    while let Some(Due { key, .. }) = agenda.pop(AGAIN, clock.now()) {
        if let Some(line) = u32::try_from(key).ok().and_then(|world| lines.0.get_mut(&world)) {
            line.pauses = false;
        }
    }
    for (world, line) in &mut lines.0 {
        if line.in_flight.is_some() || line.pauses {
            continue;
        }
        let Some((number, kept)) = line.waiting.front() else { continue };
        let Ok(body) = serde_json::from_str::<&RawValue>(&kept.body) else { continue };
        let message = Message { epoch: kept.epoch, number: *number, body };
        let exchange = to_world(*world, &kept.function, &message);
        line.in_flight = exchanges.start(REALM_LINE, OWNER, exchange, clock.now()).ok();
        if line.in_flight.is_none() {
            line.pauses = true;
            agenda.set(AGAIN, u64::from(*world), clock.now() + AGAIN_AFTER_SECONDS);
        }
    }
}

impl Line {
    /// Takes the world's answer. Returns for how many seconds to pause, if what it was sent has to be sent again.
    fn note(&mut self, world: u32, told: &RealmAnswer<MessageTaken>) -> Option<i64> {
        match told {
            RealmAnswer::Done(MessageTaken { number }) => {
                while self.waiting.front().is_some_and(|(waiting, _)| waiting <= number) {
                    self.waiting.pop_front();
                }
                None
            }
            RealmAnswer::Later => Some(AGAIN_AFTER_SECONDS),
            RealmAnswer::Refused(status, message) => {
                tracing::error!(
                    world,
                    status,
                    message,
                    "a world refuses a message of the realm; those after it wait. It is sent again in a minute"
                );
                Some(REFUSED_AGAIN_AFTER_SECONDS)
            }
            RealmAnswer::Nowhere => {
                *self = Self::default();
                None
            }
        }
    }
}
