//! `send_mail`: to a player of this world, or of another (docs/contract/mail.md#mail-to-other-worlds).

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_time::{Real, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case_file::{CaseFile, MUTED};
use crate::identity::{Account, NameRules, find_by_name};
use crate::mail::letters::outgoing::post;
use crate::mail::letters::{self, LetterAbroad, Parcel};
use crate::mail::requests::{BOX_FULL, MailReceived};
use crate::mail::{Letter, MailError, MailRules, Mailbox};
use crate::portability::moving::MovesHere;
use crate::spelling::{self, Breaks};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::events::Events;
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::players::Players;
use raidkeep_engine::realm::RealmLink;
use raidkeep_engine::request;
use raidkeep_engine::request::{Call, Code, Player, Refusal, Success, Unready, Waits};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::{Directory, EditWorld};

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<SendMail, _>(send_mail);
}

const DAILY_LIMIT: Refusal = Refusal::new(99, "no more mails can be sent today");
const NO_SUCH_PLAYER: Refusal = Refusal::new(98, "no such player");
/// No name of another world is longer, in bytes. Whether there is such a player only that world knows.
const NAME_ABROAD_BYTES_MAX: usize = 256;

/// `send_mail {token, gn_target, subj, body}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SendMail {
    /// The name of the player who gets it; `name@1` is a player of world 1.
    gn_target: String,
    /// The subject.
    subj: String,
    /// The text.
    body: String,
}

request!(
    Player, "send_mail", SendMail => (),
    CODES = &[
        Code::refusal(spelling::ILLEGAL, "characters that are not shown, or indecent words"),
        MUTED,
        Code::of(DAILY_LIMIT),
        Code::of(NO_SUCH_PLAYER),
        Code::of(BOX_FULL),
    ],
);

fn send_mail(In(call): In<Call<SendMail>>, world: &mut World) -> Waits<()> {
    let sender = call.caller.entity;
    check_lengths(&call.request, world.resource::<Rules<MailRules>>())?;
    check_wording(&call.request, world.resource::<Rules<NameRules>>())?;
    let now = world.resource::<Clock>().now();
    world.get::<CaseFile>(sender).ok_or(Refusal::internal())?.may_say(&call.request.body, now)?;
    check_daily_limit(world, sender)?;
    let place = *world.resource::<WorldPlace>();
    match letters::address(&call.request.gn_target, place.number) {
        (name, here) if here == place.number => {
            let target = find_player(world, name)?.ok_or(NO_SUCH_PLAYER)?;
            let letter = write_letter(world, sender, &call.request)?;
            put_in_box(world, target, letter).map_err(Refusal::from)?;
        }
        (name, elsewhere) => send_abroad(world, call.caller, (name, elsewhere), &call.request)?,
    }
    let today = world.resource::<Clock>().day();
    if let Some(mut mailbox) = world.get_mut::<Mailbox>(sender) {
        mailbox.count_sent(today);
    }
    Ok(Success::empty())
}

fn check_lengths(request: &SendMail, rules: &MailRules) -> Result<(), Refusal> {
    let fields =
        [("data.subj", &request.subj, rules.subject_max_chars), ("data.body", &request.body, rules.body_max_chars)];
    for (field, text, max) in fields {
        if text.chars().nth(max).is_some() {
            return Err(Refusal::malformed(field, &format!("a string of at most {max} characters")));
        }
    }
    Ok(())
}

fn check_wording(SendMail { subj, body, .. }: &SendMail, names: &NameRules) -> Result<(), Refusal> {
    for (field, text, breaks) in [("data.subj", subj, Breaks::Refused), ("data.body", body, Breaks::Allowed)] {
        spelling::must_be_clean(field, text, breaks)?;
        if names.is_indecent(text) {
            return Err(Refusal::saying(spelling::ILLEGAL, format!("{field}: an indecent word")));
        }
    }
    Ok(())
}

fn check_daily_limit(world: &World, sender: Entity) -> Result<(), Refusal> {
    let today = world.resource::<Clock>().day();
    let sent = world.get::<Mailbox>(sender).ok_or(Refusal::internal())?.sent_on(today);
    let is_allowed = sent < world.resource::<Rules<MailRules>>().sent_per_day;
    if is_allowed { Ok(()) } else { Err(DAILY_LIMIT) }
}

/// The player with that name, in memory. Nobody is found who is moving to another world: what came now would not come along.
///
/// # Errors
/// The need for what is not in memory.
pub(super) fn find_player(world: &mut World, name: &str) -> Result<Option<Entity>, Unready> {
    let Some(account) = find_by_name(world.resource::<Directory>(), name)? else { return Ok(None) };
    if world.resource::<MovesHere>().holds(account) {
        return Ok(None);
    }
    let now = world.resource::<Time<Real>>().elapsed();
    Ok(Some(world.resource_mut::<Players>().find(account, now)?))
}

fn name_of(world: &World, player: Entity) -> Result<&str, Refusal> {
    Ok(world.get::<Account>(player).ok_or(Refusal::internal())?.name())
}

fn write_letter(world: &World, sender: Entity, request: &SendMail) -> Result<Letter, Refusal> {
    Ok(Letter {
        at: world.resource::<Clock>().now(),
        from: name_of(world, sender)?.into(),
        subj: request.subj.as_str().into(),
        body: request.body.as_str().into(),
        items: Vec::new(),
    })
}

/// Adds the letter to the player's mailbox and notifies the player. Nothing changes when the mailbox is full.
pub(super) fn put_in_box(world: &mut World, target: Entity, letter: Letter) -> Result<(), MailError> {
    let box_max = world.resource::<Rules<MailRules>>().box_max;
    let mut mailbox = world.edit::<Mailbox>(target).ok_or(MailError::NoSuchBox)?;
    let key = mailbox.receive(letter.clone(), box_max)?;
    world.resource_mut::<Events>().tell(target, &MailReceived::of(&letter, Some(&key)));
    Ok(())
}

/// Posts the mail to another world. What that world makes of it the writer is told by a mail, if it does not arrive.
fn send_abroad(world: &mut World, by: Player, (to, to_world): (&str, u32), request: &SendMail) -> Result<(), Refusal> {
    let (place, link) = (*world.resource::<WorldPlace>(), *world.resource::<RealmLink>());
    if !link.has_realm || to_world >= place.worlds || to.is_empty() || to.len() > NAME_ABROAD_BYTES_MAX {
        return Err(NO_SUCH_PLAYER);
    }
    let letter = LetterAbroad {
        from_world: place.number,
        from_player: by.account.0,
        from: place.distinct(name_of(world, by.entity)?),
        to_world,
        to: to.to_owned(),
        at: world.resource::<Clock>().now(),
        subj: request.subj.clone(),
        body: request.body.clone(),
    };
    post(world, Parcel::Letter(letter))
}
