//! What goes wrong in a world, on its way to the realm's list of incidents.
//!
//! A feature says it with [`note`]. The world keeps in a row what the realm has not taken yet, and hands it over in bundles, the
//! first at once and the next some seconds later, so that a client who causes incidents all the time costs one request in a
//! while. What is the same is counted instead of told again. A world without a realm notes nothing.
//!
//! Not here: the list itself, which is the realm's, and warnings and errors of the log, which the server brings to the realm.

use std::collections::BTreeSet;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::due::{Agenda, Occasion};
use crate::exchange::lines::{Exchanges, Owner};
use crate::operators::Right;
use crate::outside::{Epoch, Numbering, WorldPlace};
use crate::realm::{REALM_LINE, RealmAnswer, RealmLink, to_realm};
use crate::request;
use crate::request::{Operator, Request};
use crate::storage::WorldRow;

/// The most different incidents that wait for the realm; others are only in the log.
pub const WAITING_INCIDENTS_MAX: usize = 64;
/// The most characters of what an incident says in one of its texts.
const TEXT_CHARS: usize = 400;
/// Seconds from one bundle to the next.
const PAUSE_SECONDS: i64 = 5;

const OWNER: Owner = Owner("incidents");
const NEXT: Occasion = Occasion("incidents to the realm");

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// A warning of the log.
    LogWarning,
    /// An error of the log.
    LogError,
    /// Changed assets have errors, so the rules stay as they were.
    Rules,
    /// A payment that the game cannot settle by itself.
    Order,
    /// A report that the platform did not take.
    Report,
    /// Data that an honest client does not send, such as too much damage.
    AbnormalData,
}

/// Something that went wrong, and how often since it was told last. It is the same as another if kind, `what` and `source` are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IncidentNews {
    /// What kind of thing.
    pub kind: IncidentKind,
    /// What went wrong, in words that are the same each time.
    pub what: Box<str>,
    /// Where: file, line and column of rules, the part of the program of a line of the log; empty for others.
    pub source: Box<str>,
    /// The circumstances, of the last time.
    pub detail: Box<str>,
    /// How often.
    pub count: u64,
}

impl IncidentNews {
    /// Something that happened once. Long texts are cut.
    pub fn once(kind: IncidentKind, what: &str, source: &str, detail: &str) -> Self {
        Self { kind, what: cut(what), source: cut(source), detail: cut(detail), count: 1 }
    }

    /// Whether both are the same incident.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.kind, &self.what, &self.source) == (other.kind, &other.what, &other.source)
    }
}

fn cut(text: &str) -> Box<str> {
    match text.char_indices().nth(TEXT_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// Different incidents, each with its count; a bounded number.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentTally(Vec<IncidentNews>);

impl IncidentTally {
    /// Counts an incident. Returns false when there are too many different ones to keep another.
    pub fn add(&mut self, news: IncidentNews) -> bool {
        if let Some(known) = self.0.iter_mut().find(|known| known.is_same(&news)) {
            known.count = known.count.saturating_add(news.count);
            known.detail = news.detail;
            return true;
        }
        let has_room = self.0.len() < WAITING_INCIDENTS_MAX;
        if has_room {
            self.0.push(news);
        }
        has_room
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in the order in which they came first. None are left.
    pub fn take(&mut self) -> Vec<IncidentNews> {
        std::mem::take(&mut self.0)
    }
}

/// `incident_report {world, epoch, number, over, news}`, a function of the realm: what went wrong in a world, or in the process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IncidentReport {
    /// The world; null = the process, which says nothing twice.
    pub world: Option<u32>,
    /// The world's epoch in which this was put together. Together with `number` it tells a report that comes again.
    pub epoch: Epoch,
    /// Counts the world's reports.
    pub number: u64,
    /// Of these kinds everything that was told before is over.
    pub over: Vec<IncidentKind>,
    /// What has happened since.
    pub news: Vec<IncidentNews>,
}

request!(Operator, "incident_report", IncidentReport => (), RIGHT = Right::WORLDS, IN_REALM = true);

/// What the realm has not taken yet.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct IncidentOutbox {
    /// The number of the last report.
    number: u64,
    /// A report that was sent and not answered yet.
    under_way: Option<IncidentReport>,
    over: BTreeSet<IncidentKind>,
    waiting: IncidentTally,
    /// Kinds of which the realm was told something that is not over.
    lasting: BTreeSet<IncidentKind>,
}

impl WorldRow for IncidentOutbox {
    const TABLE: &'static str = "incident_outbox";
}

impl IncidentOutbox {
    fn end(&mut self, kind: IncidentKind) {
        if self.lasting.remove(&kind) {
            self.waiting.0.retain(|news| news.kind != kind);
            self.over.insert(kind);
        }
    }

    /// The report to send: the one that was not answered, or a new one.
    fn report(&mut self, world: u32, epoch: Epoch) -> Option<&IncidentReport> {
        if self.under_way.is_none() && (!self.waiting.is_empty() || !self.over.is_empty()) {
            self.number += 1;
            let over = std::mem::take(&mut self.over).into_iter().collect();
            let news = self.waiting.take();
            self.under_way = Some(IncidentReport { world: Some(world), epoch, number: self.number, over, news });
        }
        self.under_way.as_ref()
    }
}

/// Notes that something went wrong. See [`IncidentNews`] for the texts.
pub fn note(world: &mut World, kind: IncidentKind, what: &str, source: &str, detail: &str) {
    if world.resource::<RealmLink>().has_realm {
        let news = IncidentNews::once(kind, what, source, detail);
        world.resource_mut::<IncidentOutbox>().waiting.add(news);
    }
}

/// The same of something that lasts until [`end`] is called for its kind.
pub fn begin(world: &mut World, kind: IncidentKind, what: &str, source: &str, detail: &str) {
    note(world, kind, what, source, detail);
    if world.resource::<RealmLink>().has_realm {
        world.resource_mut::<IncidentOutbox>().lasting.insert(kind);
    }
}

/// Notes that whatever has begun of this kind is over.
pub fn end(world: &mut World, kind: IncidentKind) {
    if world.resource::<IncidentOutbox>().lasting.contains(&kind) {
        world.resource_mut::<IncidentOutbox>().end(kind);
    }
}

/// What is under way to the realm in this run of the world.
#[derive(Debug, Default, Resource)]
pub(super) struct Carrier {
    is_under_way: bool,
    pauses: bool,
}

pub(super) fn hand_over(
    (place, numbering): (Res<WorldPlace>, Res<Numbering>),
    (mut outbox, mut carrier): (ResMut<IncidentOutbox>, ResMut<Carrier>),
    (mut exchanges, mut agenda): (ResMut<Exchanges>, ResMut<Agenda>),
    clock: Res<Clock>,
) {
    for done in exchanges.take_done(OWNER) {
        carrier.is_under_way = false;
        if RealmAnswer::<()>::of(&done.outcome) != RealmAnswer::Later {
            outbox.under_way = None;
        }
    }
    while agenda.pop(NEXT, clock.now()).is_some() {
        carrier.pauses = false;
    }
    let is_empty = outbox.under_way.is_none() && outbox.waiting.is_empty() && outbox.over.is_empty();
    if is_empty || carrier.is_under_way || carrier.pauses {
        return;
    }
    if let Some(report) = outbox.report(place.number, numbering.epoch) {
        let exchange = to_realm(<IncidentReport as Request>::FUNCTION, report);
        carrier.is_under_way = exchanges.start(REALM_LINE, OWNER, exchange, clock.now()).is_ok();
        carrier.pauses = true;
        agenda.set(NEXT, 0, clock.now() + PAUSE_SECONDS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(what: &str, detail: &str) -> IncidentNews {
        IncidentNews::once(IncidentKind::Rules, what, "items.ron:3:1", detail)
    }

    #[test]
    fn what_is_the_same_is_counted_with_its_last_circumstances() {
        let mut tally = IncidentTally::default();
        assert!(tally.add(news("no such item", "first")) && tally.add(news("no such item", "second")));
        assert_eq!(tally.take(), [IncidentNews { count: 2, ..news("no such item", "second") }]);
        assert!(tally.is_empty());
    }

    #[test]
    fn only_so_many_different_ones_are_kept_and_those_still_counted() {
        let mut tally = IncidentTally::default();
        assert!((0..WAITING_INCIDENTS_MAX).all(|number| tally.add(news(&number.to_string(), ""))));
        assert!(!tally.add(news("one more", "")), "a storm of different ones is cut off");
        assert!(tally.add(news("0", "")));
        assert_eq!((tally.0.len(), tally.0[0].count), (WAITING_INCIDENTS_MAX, 2));
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let long = news(&"恭".repeat(TEXT_CHARS + 1), "");
        assert_eq!(long.what.chars().count(), TEXT_CHARS + 1, "an ellipsis says that something is missing");
        assert_eq!(&*news(&"恭".repeat(TEXT_CHARS), "").what, "恭".repeat(TEXT_CHARS));
    }

    #[test]
    fn a_report_that_was_not_answered_is_sent_again_as_it_was() {
        let mut outbox = IncidentOutbox::default();
        assert_eq!(outbox.report(0, Epoch::BEFORE), None, "there is nothing to say");
        outbox.waiting.add(news("one", ""));
        let sent = outbox.report(0, Epoch::BEFORE).cloned();
        outbox.waiting.add(news("two", ""));
        assert_eq!(outbox.report(0, Epoch::BEFORE.next(7)).cloned(), sent);
        outbox.under_way = None;
        let next = outbox.report(0, Epoch::BEFORE).expect("something has happened since");
        assert_eq!((next.number, &next.news[..]), (2, &[news("two", "")][..]));
    }

    #[test]
    fn what_is_over_before_the_realm_knew_of_it_is_not_told_as_if_it_lasted() {
        let mut outbox = IncidentOutbox::default();
        outbox.end(IncidentKind::Rules);
        assert!(outbox.over.is_empty(), "nothing has begun");
        outbox.waiting.add(news("one", ""));
        outbox.lasting.insert(IncidentKind::Rules);
        outbox.end(IncidentKind::Rules);
        outbox.waiting.add(news("two", ""));
        let report = outbox.report(0, Epoch::BEFORE).expect("there is something to say");
        assert_eq!((&report.over[..], &report.news[..]), (&[IncidentKind::Rules][..], &[news("two", "")][..]));
    }
}
