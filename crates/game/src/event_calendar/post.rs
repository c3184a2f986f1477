//! The mails of events: one to everybody for each occurrence of a window, whatever happens to rules, clock and server.

use bevy_ecs::prelude::*;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::identity::Accounts;
use crate::mail::{Broadcast, Broadcasts, MailAudience, MailRules};
use crate::timed_events::{EventMail, EventRules, TimedEvent};
use crate::windows::Occurrence;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::due::{Agenda, Occasion};
use raidkeep_engine::mend::Mend;
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::WorldRow;

/// Which occurrences of events have had their mail.
#[derive(Debug, Default, Clone, PartialEq, Eq, Resource, Serialize, Deserialize)]
pub(super) struct EventPost {
    /// Up to when openings were looked at, unix seconds; `None` before the first look.
    seen_until: Option<i64>,
    /// Of each window of each event, by the event's id, the last occurrence.
    sent: Vec<(String, Occurrence)>,
}

impl WorldRow for EventPost {
    const TABLE: &'static str = "event_post";
}

/// Openings that were missed for longer than this get no mail any more.
const MISSED_SECONDS_MAX: i64 = 366 * 86_400;

impl EventPost {
    /// When an event opened since the last look, or did so before and is open still (unix seconds), in order.
    fn openings(&self, event: &TimedEvent, now: i64, zone: &TimeZone) -> Vec<i64> {
        let seen = self.seen_until.unwrap_or(now).clamp(now - MISSED_SECONDS_MAX, now);
        let spans = event.windows.iter().flat_map(|window| window.between(seen, now, zone));
        let is_new = |opens: i64, closes: i64| opens <= now && (opens > seen || closes > now);
        let mut openings: Vec<i64> =
            spans.filter(|span| is_new(span.opens, span.closes)).map(|span| span.opens).collect();
        openings.sort_unstable();
        openings.dedup();
        openings
    }

    /// Notes what is open at a moment as having had its mail; returns whether it had none before.
    fn note(&mut self, id: &str, event: &TimedEvent, at: i64, zone: &TimeZone) -> bool {
        let Some(opening) = event.opening(at, zone) else {
            return false;
        };
        let is_new = !self.sent.iter().any(|(sent, occurrence)| sent == id && opening.is_paid_by(occurrence));
        for open in opening.occurrences() {
            self.sent.retain(|(sent, occurrence)| sent != id || occurrence.name != open.name);
            self.sent.push((id.to_owned(), open.clone()));
        }
        is_new
    }
}

/// Whether an event may have begun since the last look.
pub(super) fn is_due(
    rules: Res<Rules<EventRules>>,
    agenda: Res<Agenda>,
    clock: Res<Clock>,
    post: Res<EventPost>,
) -> bool {
    let is_next = agenda.moment(NEXT_OPENING, 0).is_some_and(|at| at <= clock.now());
    let has_gone_back = post.seen_until.is_some_and(|seen| clock.now() < seen);
    rules.is_changed() || is_next || has_gone_back
}

const NEXT_OPENING: Occasion = Occasion("an event with a mail begins");

/// Sends the mails of the events that have begun.
pub(super) fn send_mails(
    rules: Res<Rules<EventRules>>,
    senders: Res<Rules<MailRules>>,
    clock: Res<Clock>,
    accounts: Res<Accounts>,
    mut post: ResMut<EventPost>,
    mut broadcasts: ResMut<Broadcasts>,
    mut agenda: ResMut<Agenda>,
) {
    let (now, zone) = (clock.now(), clock.zone());
    let with_mail = || rules.all().filter_map(|(id, event)| Some((id, event, event.mail.as_ref()?)));
    let mut noted = post.clone();
    for (id, event, mail) in with_mail() {
        for at in noted.openings(event, now, zone) {
            if noted.note(id, event, at, zone) {
                broadcasts.announce(broadcast(mail, now, &senders, MailAudience::UpTo(accounts.last())));
            }
        }
    }
    if with_mail().next().is_some() {
        noted.seen_until = Some(now);
    }
    post.set_if_neq(noted);
    let windows = with_mail().flat_map(|(_, event, _)| &event.windows);
    match windows.filter_map(|window| window.next_change(now, zone)).min() {
        Some(next) => agenda.set(NEXT_OPENING, 0, next),
        None => agenda.cancel(NEXT_OPENING, 0),
    }
}

fn broadcast(mail: &EventMail, now: i64, senders: &MailRules, audience: MailAudience) -> Broadcast {
    let (subject, body) = (mail.subject.together(" / "), mail.body.together("\n\n"));
    Broadcast { items: mail.items.clone(), ..Broadcast::of_system(senders, now, &subject, &body, audience) }
}

/// What was sent under a clock that was ahead counts as sent at the mend.
pub(super) fn mend(world: &mut World, mend: &Mend) {
    let mut post = world.resource_mut::<EventPost>();
    let mut mended = post.clone();
    mended.seen_until = mended.seen_until.map(|seen| mend.past(seen));
    mended.sent.iter_mut().for_each(|(_, occurrence)| occurrence.mend(mend));
    post.set_if_neq(mended);
}
