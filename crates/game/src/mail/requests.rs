//! The mail functions (docs/contract/mail.md#functions).

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::items::{Amount, Cause, Inventory};
use crate::mail::audience::Recipients;
use crate::mail::model::{Letter, Mail, MailError, Mailbox};
use crate::mail::rules::MailRules;
use crate::mail::{Broadcasts, WithdrawnMails};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::events::Event;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Code, Player, Reads, Refusal, Success};
use raidkeep_engine::rules::Rules;

pub(super) fn register(app: &mut App) {
    app.add_request::<GetNewMail, _>(get_new_mail);
    app.add_request::<GetAllMail, _>(get_all_mail);
    app.add_request::<MarkReadMail, _>(mark_read_mail);
    app.add_request::<DeleteMail, _>(delete_mail);
    app.add_request::<DeleteReadMail, _>(delete_read_mail);
    app.add_request::<ClaimMail, _>(claim_mail);
}

/// The ledger's cause for claimed items.
const CLAIMED: Cause = Cause::new("mail");

pub(super) const BOX_FULL: Refusal = Refusal::new(97, "the mailbox of this player is full");
const NO_SUCH_MAIL: Refusal = Refusal::new(99, "no mail has this key");
const NOTHING_TO_CLAIM: Refusal = Refusal::new(98, "there is nothing to claim in this mail");
const ALREADY_CLAIMED: Refusal = Refusal::new(97, "already claimed");
const UNCLAIMED: Refusal = Refusal::new(97, "the items of this mail have not been claimed");

impl From<MailError> for Refusal {
    fn from(error: MailError) -> Self {
        match error {
            MailError::NoSuchBox => Self::internal(),
            MailError::NoSuchMail => NO_SUCH_MAIL,
            MailError::NothingToClaim => NOTHING_TO_CLAIM,
            MailError::AlreadyClaimed => ALREADY_CLAIMED,
            MailError::Unclaimed => UNCLAIMED,
            MailError::Full => BOX_FULL,
        }
    }
}

/// The event `mail_received`. The mail of a broadcast has no key until its player takes it in.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct MailReceived<'a> {
    /// Its key; absent for the mail of a broadcast.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    /// The subject.
    subj: &'a str,
    /// The sender.
    from: &'a str,
}

impl Event for MailReceived<'_> {
    const NAME: &'static str = "mail_received";
}

impl<'a> MailReceived<'a> {
    pub(super) fn of(letter: &'a Letter, key: Option<&'a str>) -> Self {
        Self { key, subj: &letter.subj, from: &letter.from }
    }
}

/// `get_new_mail {token}`: the unread mails.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GetNewMail {}

request!(Player, "get_new_mail", GetNewMail => MailList, READS = Reads::Caller);

/// `get_all_mail {token}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GetAllMail {}

request!(Player, "get_all_mail", GetAllMail => MailList, READS = Reads::Caller);

/// The reply of `get_new_mail` and `get_all_mail`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MailList {
    /// The newest first.
    mail: Vec<MailShown>,
    /// How full the box is.
    count: MailCount,
}

/// How many mails there are, even if only unread ones are listed, and how many there may be.
#[derive(Debug, Serialize, JsonSchema)]
struct MailCount {
    /// How many mails there are.
    cur: usize,
    /// How many there may be.
    max: usize,
}

/// One mail in a reply.
#[derive(Debug, Serialize, JsonSchema)]
struct MailShown {
    /// 1 if it was read, else 0.
    read: u8,
    /// The text.
    body: std::sync::Arc<str>,
    /// Local time.
    time: String,
    /// The sender.
    from: std::sync::Arc<str>,
    /// "1" for a mail with items, else "0".
    r#type: &'static str,
    /// The subject.
    subj: std::sync::Arc<str>,
    /// The mail's key.
    key: String,
    /// What can be claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Vec<Amount>>,
    /// 1 if that was claimed, else 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    claimed: Option<u8>,
}

impl MailShown {
    const PLAIN: &'static str = "0";
    const WITH_ITEMS: &'static str = "1";

    fn of(mail: &Mail, clock: &Clock) -> Self {
        let letter = mail.letter();
        Self {
            read: mail.is_read().into(),
            body: letter.body.clone(),
            time: clock.local_time(letter.at),
            from: letter.from.clone(),
            r#type: if mail.has_items() { Self::WITH_ITEMS } else { Self::PLAIN },
            subj: letter.subj.clone(),
            key: mail.key(),
            items: mail.has_items().then(|| letter.items.clone()),
            claimed: mail.has_items().then(|| mail.is_claimed().into()),
        }
    }
}

/// The resources that listing mail needs.
#[derive(SystemParam)]
struct PostOffice<'w, 's> {
    boxes: Query<'w, 's, &'static mut Mailbox>,
    recipients: Recipients<'w, 's>,
    broadcasts: Res<'w, Broadcasts>,
    withdrawn: Res<'w, WithdrawnMails>,
    clock: Res<'w, Clock>,
    rules: Res<'w, Rules<MailRules>>,
}

/// Does what may leave the mailbox as it is, which then does not count as a change.
fn change<T>(mailbox: &mut Mut<Mailbox>, may_change: impl FnOnce(&mut Mailbox) -> T) -> T {
    let told = may_change(mailbox.bypass_change_detection());
    if mailbox.head_unsaved || !mailbox.unsaved.is_empty() {
        mailbox.set_changed();
    }
    told
}

impl PostOffice<'_, '_> {
    /// Takes in the broadcasts that are due, drops what was withdrawn, and lists the mails that `is_meant` accepts.
    fn list(&mut self, player: Player, is_meant: impl Fn(&Mail) -> bool) -> Answer<MailList> {
        let mut mailbox = player.get_mut(&mut self.boxes)?;
        let max = self.rules.box_max;
        let who = self.recipients.of(player.entity)?;
        change(&mut mailbox, |mailbox| {
            mailbox.drop_withdrawn(&self.withdrawn);
            mailbox.take_in(&who, &self.broadcasts, self.clock.now(), max);
        });
        let shown = mailbox.newest_first().into_iter().filter(|mail| is_meant(mail));
        let mail = shown.map(|mail| MailShown::of(mail, &self.clock)).collect();
        Ok(Success::with(MailList { mail, count: MailCount { cur: mailbox.len(), max } }))
    }
}

fn get_new_mail(In(call): In<Call<GetNewMail>>, mut office: PostOffice) -> Answer<MailList> {
    office.list(call.caller, |mail| !mail.is_read())
}

fn get_all_mail(In(call): In<Call<GetAllMail>>, mut office: PostOffice) -> Answer<MailList> {
    office.list(call.caller, |_| true)
}

/// `mark_read_mail {token, key}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MarkReadMail {
    /// The mail's key.
    key: String,
}

request!(Player, "mark_read_mail", MarkReadMail => (), READS = Reads::Caller, CODES = &[Code::of(NO_SUCH_MAIL)]);

fn mark_read_mail(
    In(call): In<Call<MarkReadMail>>,
    mut boxes: Query<&mut Mailbox>,
    withdrawn: Res<WithdrawnMails>,
) -> Answer<()> {
    let mut mailbox = call.caller.get_mut(&mut boxes)?;
    mailbox.must_have(&call.request.key, &withdrawn)?;
    change(&mut mailbox, |mailbox| mailbox.mark_read(&call.request.key))?;
    Ok(Success::empty())
}

/// `delete_mail {token, key}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DeleteMail {
    /// The mail's key.
    key: String,
}

request!(
    Player, "delete_mail", DeleteMail => (),
    READS = Reads::Caller,
    CODES = &[Code::of(NO_SUCH_MAIL), Code::of(UNCLAIMED)],
);

fn delete_mail(
    In(call): In<Call<DeleteMail>>,
    mut boxes: Query<&mut Mailbox>,
    withdrawn: Res<WithdrawnMails>,
) -> Answer<()> {
    let mut mailbox = call.caller.get_mut(&mut boxes)?;
    mailbox.must_have(&call.request.key, &withdrawn)?;
    mailbox.delete(&call.request.key)?;
    Ok(Success::empty())
}

/// `delete_read_mail {token}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DeleteReadMail {}

request!(Player, "delete_read_mail", DeleteReadMail => (), READS = Reads::Caller);

fn delete_read_mail(In(call): In<Call<DeleteReadMail>>, mut boxes: Query<&mut Mailbox>) -> Answer<()> {
    let mut mailbox = call.caller.get_mut(&mut boxes)?;
    change(&mut mailbox, Mailbox::delete_read);
    Ok(Success::empty())
}

/// `claim_mail {token, key}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClaimMail {
    /// The mail's key.
    key: String,
}

request!(
    Player, "claim_mail", ClaimMail => MailClaimed,
    READS = Reads::Caller,
    CODES = &[Code::of(NO_SUCH_MAIL), Code::of(NOTHING_TO_CLAIM), Code::of(ALREADY_CLAIMED)],
);

/// The reply of `claim_mail`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MailClaimed {
    /// What is left of the items in `reward`, in the same order.
    remain: Vec<Amount>,
    /// What was gained.
    reward: Vec<Amount>,
}

fn claim_mail(
    In(call): In<Call<ClaimMail>>,
    mut players: Query<(&mut Mailbox, &mut Inventory)>,
    withdrawn: Res<WithdrawnMails>,
) -> Answer<MailClaimed> {
    let (mut mailbox, mut inventory) = call.caller.get_mut(&mut players)?;
    mailbox.must_have(&call.request.key, &withdrawn)?;
    let reward = mailbox.claim(&call.request.key)?;
    inventory.grant(&reward, CLAIMED);
    Ok(Success::with(MailClaimed { remain: inventory.remain_of(&reward), reward }))
}
