//! Mails of operators to all, as a world sees them: what the realm says, and `mail_all_preview`.
//!
//! A mail comes as a message of the realm and becomes one [`Broadcast`]. What withdraws it names that message by its number,
//! which is used only once, also by a realm that was put back.

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::identity::{Account, Accounts, LogIns, account_in_row};
use crate::items::{Amount, Inventory};
use crate::levels::{Experience, LevelRules};
use crate::mail::{
    AudienceTerms, Broadcast, Broadcasts, MailAudience, MailRules, Recipient, SentToAll, WithdrawnMails,
};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::realm::{Message, MessageTaken, RealmMessage, RealmTaken};
use raidkeep_engine::request;
use raidkeep_engine::request::answer::found_when_folded;
use raidkeep_engine::request::{Answer, Call, Code, Job, Operator, Refusal, Success, Waits};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::start::RowSource;
use raidkeep_engine::storage::Rows;
use raidkeep_engine::storage::{PlayerRow, PlayerRows, StorageError, decode_value};
use raidkeep_engine::verify::inspection::account_of;

pub(super) fn register(app: &mut App) {
    app.add_request::<Message<AllMail>, _>(take_mail_all);
    app.add_request::<Message<AllMailWithdrawn>, _>(take_mail_all_back);
    app.add_waiting_request::<MailAllPreview, _>(mail_all_preview);
}

/// A message of the realm: a mail of an operator to all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AllMail {
    /// When it was written, unix seconds.
    pub written_at: i64,
    /// When players get it first, unix seconds.
    pub from: i64,
    /// Who looks from this moment on gets it no longer, unix seconds.
    pub until: i64,
    /// Subject.
    pub title: String,
    /// Text.
    pub text: String,
    /// What can be claimed.
    pub items: Vec<Amount>,
    /// Who gets it.
    pub audience: AudienceTerms,
}

impl RealmMessage for AllMail {
    const FUNCTION: &'static str = "take_mail_all";
}

/// A message of the realm: a mail to all is withdrawn.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AllMailWithdrawn {
    /// The number of the message that brought it to this world.
    pub message: u64,
}

impl RealmMessage for AllMailWithdrawn {
    const FUNCTION: &'static str = "take_mail_all_back";
}

/// The mails to all of this world.
#[derive(SystemParam)]
struct Outbox<'w> {
    taken: ResMut<'w, RealmTaken>,
    broadcasts: ResMut<'w, Broadcasts>,
    withdrawn: ResMut<'w, WithdrawnMails>,
    accounts: Res<'w, Accounts>,
    rules: Res<'w, Rules<MailRules>>,
}

fn take_mail_all(In(call): In<Call<Message<AllMail>>>, mut outbox: Outbox) -> Answer<MessageTaken> {
    if let Err(again) = outbox.taken.admit(&call.request)? {
        return Ok(again.answer());
    }
    let AllMail { written_at, from, until, title, text, items, audience } = call.request.body.clone();
    let sent = SentToAll {
        message: call.request.number,
        written_at,
        last: outbox.accounts.last(),
        terms: audience.prepared(),
    };
    outbox.broadcasts.announce(Broadcast {
        deliver_at: from,
        expires_at: until,
        from: outbox.rules.system_sender.clone(),
        subj: title,
        body: text,
        items,
        audience: MailAudience::Meeting(Box::new(sent)),
    });
    Ok(outbox.taken.note(&call.request))
}

fn take_mail_all_back(In(call): In<Call<Message<AllMailWithdrawn>>>, mut outbox: Outbox) -> Answer<MessageTaken> {
    if let Err(again) = outbox.taken.admit(&call.request)? {
        return Ok(again.answer());
    }
    let message = call.request.body.message;
    outbox.broadcasts.withdraw(message);
    outbox.withdrawn.add(message);
    Ok(outbox.taken.note(&call.request))
}

/// `mail_all_preview {audience}`, a function of worlds: how many players of this world would get a mail to all now.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MailAllPreview {
    /// As of `mail_all`; missing = everybody.
    #[serde(default)]
    audience: AudienceTerms,
}

/// The rows could not be read.
const UNREADABLE: i32 = 98;

request!(
    Operator, "mail_all_preview", MailAllPreview => AudienceCounted, RIGHT = Right::EVERYBODY,
    CODES = &[Code::refusal(UNREADABLE, "the rows of the players cannot be read")],
);

/// The reply of `mail_all_preview`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AudienceCounted {
    /// How many players of this world.
    players: u64,
}

/// The job's result; an error as text.
type Counted = Result<u64, String>;

fn mail_all_preview(
    In(call): In<Call<MailAllPreview>>,
    (source, levels): (Res<RowSource>, Res<Rules<LevelRules>>),
    clock: Res<Clock>,
) -> Waits<AudienceCounted> {
    call.request.audience.check()?;
    let counted: Counted = found_when_folded(call.fact, "the rows were not read, retry", || {
        let census = Census {
            rows: source.0.clone(),
            levels: LevelRules::clone(&levels),
            terms: call.request.audience.prepared(),
            now: clock.now(),
        };
        Ok(Job::at_leisure(move || -> Counted { census.count().map_err(|error| error.to_string()) }))
    })?;
    let players = counted.map_err(|message| Refusal::saying(UNREADABLE, message))?;
    Ok(Success::with(AudienceCounted { players }))
}

/// Counts an audience among the players on disk, off the world's thread.
struct Census {
    rows: Rows,
    levels: LevelRules,
    terms: AudienceTerms,
    /// Unix seconds.
    now: i64,
}

impl Census {
    fn count(&self) -> Result<u64, StorageError> {
        let (mut players, mut failed) = (0, None);
        self.rows.scan(<Account as PlayerRow>::TABLE, &mut |key, value| match self.counts(key, value) {
            Ok(is_counted) => players += u64::from(is_counted),
            Err(error) => failed = Some(error),
        })?;
        failed.map_or(Ok(players), Err)
    }

    /// Whether the player of this account's row is in the audience. A row that cannot be read is nobody's.
    fn counts(&self, key: &[u8], value: &[u8]) -> Result<bool, StorageError> {
        let Some((number, account)) = account_of(key).zip(account_in_row(value)) else { return Ok(false) };
        let (name, made_at) = (account.name(), account.made_at());
        let plain = Recipient { account: number, name, made_at, level: 0, log_ins: &[], inventory: None };
        if !self.terms.asks_more_than_accounts() {
            return Ok(self.terms.admits(&plain, self.now));
        }
        let log_ins: LogIns = self.read(key)?.unwrap_or_default();
        let experience: Option<Experience> = self.read(key)?;
        let inventory = self.rows.get(<Inventory as PlayerRows>::TABLE, key)?;
        let inventory = inventory.and_then(|row| Inventory::read(&row).ok());
        let level = experience.map_or(0, |experience| self.levels.standing(experience.total).level);
        let log_ins = log_ins.latest();
        Ok(self.terms.admits(&Recipient { level, log_ins, inventory: inventory.as_ref(), ..plain }, self.now))
    }

    fn read<T: PlayerRow + DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, StorageError> {
        let row = self.rows.get(T::TABLE, key)?;
        Ok(row.and_then(|row| decode_value(T::VERSION, &row, T::upgrade).ok()))
    }
}
