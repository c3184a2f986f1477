//! `mail_all`, `mail_all_list` and `mail_all_withdraw`: mails of operators to all players.
//!
//! The realm keeps them and sends each to its worlds once. What a world does then, and how it counts an audience beforehand, is
//! in [`raidkeep_game::mail::to_all`].

use std::collections::BTreeMap;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::audit::AuditNotes;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Code, Operator, Refusal, Success, Waits};
use raidkeep_engine::storage::{StorageApp, WorldRow};
use raidkeep_game::case_file::{REASON_CHARS, author, items_within_limits, operator_text};
use raidkeep_game::gift_codes::UNKNOWN_ITEM;
use raidkeep_game::items::Amount;
use raidkeep_game::mail::{AllMail, AllMailWithdrawn, AudienceTerms};

use crate::goods;
use crate::messages::RealmMessages;

const TITLE_CHARS: usize = 100;
const TEXT_CHARS: usize = 1000;
/// How many may be on their way to players at the same time.
const CURRENT_MAX: usize = 100;
/// How many are kept in all. Beyond that the oldest that is over is forgotten, and can no longer be withdrawn.
const KEPT_MAX: usize = 1000;
/// The most in one reply.
const PAGE: usize = 50;

/// A mail as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeptMailToAll {
    mail: AllMail,
    /// The worlds that it was sent to, each with the number of the message.
    messages: BTreeMap<u32, u64>,
    /// Who wrote it.
    by: String,
    /// Why, for operators.
    reason: String,
    /// When it was withdrawn, unix seconds.
    withdrawn_at: Option<i64>,
}

impl KeptMailToAll {
    /// Whether players can still get it.
    fn is_current(&self, now: i64) -> bool {
        self.withdrawn_at.is_none() && now < self.mail.until
    }
}

/// The mails to all, by number.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
struct MailBook {
    /// The number of the last one.
    last: u64,
    kept: BTreeMap<u64, KeptMailToAll>,
}

impl WorldRow for MailBook {
    const TABLE: &'static str = "realm_mails";
}

const NO_SUCH_MAIL: Refusal = Refusal::new(99, "no such mail to all");
const WITHDRAWN_BEFORE: Refusal = Refusal::new(98, "it was withdrawn before");
const TOO_MANY: Refusal = Refusal::new(97, "too many mails to all are on their way, withdraw some");

impl MailBook {
    fn add(&mut self, mail: KeptMailToAll, now: i64) -> u64 {
        if self.kept.len() >= KEPT_MAX {
            let over = self.kept.iter().find(|(_, kept)| !kept.is_current(now)).map(|(number, _)| *number);
            over.and_then(|number| self.kept.remove(&number));
        }
        self.last += 1;
        self.kept.insert(self.last, mail);
        self.last
    }
}

/// The book, and what is told of a change to it.
#[derive(SystemParam)]
struct MailRoom<'w> {
    book: ResMut<'w, MailBook>,
    messages: RealmMessages<'w>,
    notes: ResMut<'w, AuditNotes>,
    clock: Res<'w, Clock>,
}

/// The functions as a plugin.
pub struct RealmMailsPlugin;

impl Plugin for RealmMailsPlugin {
    fn build(&self, app: &mut App) {
        app.add_world_row::<MailBook>();
        app.add_waiting_request::<MailAll, _>(mail_all);
        app.add_request::<MailAllList, _>(mail_all_list);
        app.add_request::<MailAllWithdraw, _>(mail_all_withdraw);
    }
}

/// `mail_all {title, text, items?, from?, until, audience?, worlds?, reason}`: a mail to all players, or to those of an audience.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MailAll {
    /// Subject.
    #[serde(deserialize_with = "operator_text::<TITLE_CHARS, _>")]
    #[schemars(length(min = 1, max = 100))]
    title: String,
    /// Text.
    #[serde(deserialize_with = "operator_text::<TEXT_CHARS, _>")]
    #[schemars(length(min = 1, max = 1000))]
    text: String,
    /// What each player can claim: of each at least 1; at most 20 of them.
    #[serde(default)]
    items: Vec<Amount>,
    /// When players get it first, unix seconds; missing = now.
    #[serde(default)]
    from: Option<i64>,
    /// Who looks from this moment on gets it no longer, unix seconds. Who has it keeps it.
    until: i64,
    /// Who gets it; missing = everybody who has an account now.
    #[serde(default)]
    audience: AudienceTerms,
    /// The worlds whose players get it; missing or empty = all.
    #[serde(default)]
    worlds: Vec<u32>,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

request!(
    Operator, "mail_all", MailAll => MailToAllNumber, RIGHT = Right::EVERYBODY, IN_REALM = true,
    CODES = &[Code::refusal(UNKNOWN_ITEM, "no such item"), Code::of(TOO_MANY)],
);

/// The reply of `mail_all`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MailToAllNumber {
    /// What to name it by.
    number: u64,
}

impl MailAll {
    fn check(&self, now: i64, messages: &RealmMessages<'_>) -> Result<(), Refusal> {
        if self.items.len() > goods::ITEMS_MAX || self.items.iter().any(|amount| amount.quantity < 1) {
            return Err(Refusal::malformed("data.items", "at most 20 amounts of 1 or more"));
        }
        if self.from.is_some_and(|from| from < 0) {
            return Err(Refusal::malformed("data.from", "a moment in unix seconds"));
        }
        if self.until <= now.max(self.from.unwrap_or(now)) {
            return Err(Refusal::malformed("data.until", "a moment in the future and after `from`, in unix seconds"));
        }
        messages.check_worlds(&self.worlds)?;
        self.audience.check()
    }

    /// All items that it names.
    fn named_items(&self) -> Vec<Amount> {
        self.items.iter().chain(&self.audience.has).copied().collect()
    }
}

fn mail_all(In(call): In<Call<MailAll>>, mut room: MailRoom) -> Waits<MailToAllNumber> {
    let now = room.clock.now();
    call.request.check(now, &room.messages)?;
    items_within_limits(&call.caller, &call.request.items)?;
    if room.book.kept.values().filter(|kept| kept.is_current(now)).count() >= CURRENT_MAX {
        return Err(TOO_MANY.into());
    }
    let named = call.request.named_items();
    if !named.is_empty() {
        goods::must_be_known(call.fact.ok_or_else(|| goods::ask_known(named))?)?;
    }
    let MailAll { title, text, items, from, until, audience, worlds, reason } = call.request;
    let mail = AllMail { written_at: now, from: from.unwrap_or(now), until, title, text, items, audience };
    let chosen = (0..room.messages.worlds()).filter(|world| worlds.is_empty() || worlds.contains(world));
    let messages = chosen.map(|world| (world, room.messages.send(world, &mail))).collect();
    let by = author(&call.caller);
    let number = room.book.add(KeptMailToAll { mail, messages, by, reason, withdrawn_at: None }, now);
    room.notes.add(format!("mail to all {number} is sent"));
    Ok(Success::with(MailToAllNumber { number }))
}

/// `mail_all_withdraw {number, reason}`: nobody gets it any more, and who has not claimed it has it no longer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MailAllWithdraw {
    /// As `mail_all` has replied.
    number: u64,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

request!(
    Operator, "mail_all_withdraw", MailAllWithdraw => (), RIGHT = Right::EVERYBODY, IN_REALM = true,
    CODES = &[Code::of(NO_SUCH_MAIL), Code::of(WITHDRAWN_BEFORE)],
);

fn mail_all_withdraw(In(call): In<Call<MailAllWithdraw>>, mut room: MailRoom) -> Answer<()> {
    let (number, now) = (call.request.number, room.clock.now());
    let is_withdrawn = room.book.kept.get(&number).ok_or(NO_SUCH_MAIL)?.withdrawn_at.is_some();
    if is_withdrawn {
        return Err(WITHDRAWN_BEFORE);
    }
    if let Some(kept) = room.book.kept.get_mut(&number) {
        kept.withdrawn_at = Some(now);
        for (world, message) in &kept.messages {
            room.messages.send(*world, &AllMailWithdrawn { message: *message });
        }
    }
    room.notes.add(format!("mail to all {number} is withdrawn"));
    Ok(Success::empty())
}

/// `mail_all_list {before?}`: the mails to all, newest first, at most 50.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MailAllList {
    /// Only mails before this one.
    before: Option<u64>,
}

request!(Operator, "mail_all_list", MailAllList => MailsToAll, RIGHT = Right::VIEW, IN_REALM = true);

/// The reply of `mail_all_list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MailsToAll {
    /// Newest first.
    mails: Vec<MailToAllEntry>,
    /// The `before` of the next page.
    next: Option<u64>,
}

/// A mail to all as operators see it.
#[derive(Debug, Serialize, JsonSchema)]
struct MailToAllEntry {
    /// What to name it by.
    number: u64,
    /// When it was written, unix seconds.
    written_at: i64,
    /// Who wrote it.
    by: String,
    /// Why, for operators.
    reason: String,
    /// Subject.
    title: String,
    /// Text.
    text: String,
    /// What can be claimed.
    items: Vec<Amount>,
    /// When players get it first, unix seconds.
    from: i64,
    /// Who looks from this moment on gets it no longer, unix seconds.
    until: i64,
    /// Who gets it.
    audience: AudienceTerms,
    /// The worlds that it was sent to.
    worlds: Vec<u32>,
    /// When it was withdrawn, unix seconds; null = it was not.
    withdrawn_at: Option<i64>,
}

impl MailToAllEntry {
    fn of(number: u64, kept: &KeptMailToAll) -> Self {
        let KeptMailToAll { mail, messages, by, reason, withdrawn_at } = kept.clone();
        let AllMail { written_at, from, until, title, text, items, audience } = mail;
        let worlds = messages.into_keys().collect();
        Self { number, written_at, by, reason, title, text, items, from, until, audience, worlds, withdrawn_at }
    }
}

fn mail_all_list(In(call): In<Call<MailAllList>>, book: Res<MailBook>) -> Answer<MailsToAll> {
    let before = call.request.before.unwrap_or(u64::MAX);
    let shown = book.kept.range(..before).rev().take(PAGE);
    let mails: Vec<_> = shown.map(|(number, kept)| MailToAllEntry::of(*number, kept)).collect();
    let next = mails.last().map(|last| last.number).filter(|_| mails.len() == PAGE);
    Ok(Success::with(MailsToAll { mails, next }))
}
