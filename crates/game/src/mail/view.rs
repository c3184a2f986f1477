//! What operators see of a player's mail.

use std::sync::Arc;

use bevy_app::App;
use schemars::JsonSchema;
use serde::Serialize;

use crate::identity::{Account, LogIns};
use crate::items::Amount;
use crate::items::Inventory;
use crate::levels::{Experience, LevelRules};
use crate::mail::{Broadcasts, Letter, Mail, Mailbox, Recipient, WithdrawnMails};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::request::Refusal;
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::FoundRows;
use raidkeep_engine::views::{ViewApp, ViewEntries, ViewPart, Viewed};

pub(super) fn register(app: &mut App) {
    app.add_view_part::<MailPart>();
}

struct MailPart;

impl Mailbox {
    /// Whether the broadcast of this number came into the box, as long as that is on record.
    pub fn has_taken(&self, broadcast: u64) -> bool {
        self.head.taken.binary_search(&broadcast).is_ok()
    }

    /// The letters of broadcasts that are due for this player and not taken in yet.
    pub(super) fn waiting<'b>(
        &'b self,
        who: &'b Recipient<'b>,
        broadcasts: &'b Broadcasts,
        now: i64,
    ) -> impl Iterator<Item = Letter> + 'b {
        let waiting = broadcasts.live(now).filter(|live| !self.has_taken(live.number));
        waiting.filter_map(move |live| live.letter_for(who))
    }
}

/// The mailbox, and what will come into it.
#[derive(Debug, Serialize, JsonSchema)]
struct MailboxShown {
    /// The mails in the box, newest first.
    #[serde(flatten)]
    mails: ViewEntries<KeptMail>,
    /// Mails to many that are due and not in the box yet: they come when the player looks and there is room.
    waiting: Vec<LetterShown>,
}

/// A mail in the box.
#[derive(Debug, Serialize, JsonSchema)]
struct KeptMail {
    /// The player's key for it.
    key: String,
    /// Whether it was read or claimed.
    is_read: bool,
    /// Whether its items were claimed.
    is_claimed: bool,
    /// What it says and brings.
    #[serde(flatten)]
    letter: LetterShown,
}

/// The content of a mail.
#[derive(Debug, Serialize, JsonSchema)]
struct LetterShown {
    /// When it was sent, or due; unix seconds.
    at: i64,
    /// The sender.
    from: Arc<str>,
    /// The subject.
    subj: Arc<str>,
    /// The text.
    body: Arc<str>,
    /// What can be, or was, claimed.
    items: Vec<Amount>,
}

impl From<Letter> for LetterShown {
    fn from(Letter { at, from, subj, body, items }: Letter) -> Self {
        Self { at, from, subj, body, items }
    }
}

impl KeptMail {
    fn of(mail: &Mail) -> Self {
        let letter = mail.letter().clone().into();
        Self { key: mail.key(), is_read: mail.is_read(), is_claimed: mail.is_claimed(), letter }
    }
}

impl ViewPart for MailPart {
    const NAME: &'static str = "mail";
    type Shown = MailboxShown;

    fn show(viewed: &Viewed<'_>, _: FoundRows) -> Result<MailboxShown, Refusal> {
        let (mailbox, world) = (viewed.get::<Mailbox>()?, viewed.world);
        let now = world.resource::<Clock>().now();
        let withdrawn = world.resource::<WithdrawnMails>();
        let kept = mailbox.mails.iter().rev().filter(|mail| !mail.is_withdrawn(withdrawn));
        let asked_for = kept.filter(|mail| viewed.page.covers(mail.letter().at));
        let mails = ViewEntries::of(asked_for.map(|mail| (mail.number, KeptMail::of(mail))), viewed.page);
        let level = world.resource::<Rules<LevelRules>>().standing(viewed.get::<Experience>()?.total).level;
        let (account, log_ins) = (viewed.get::<Account>()?, viewed.get::<LogIns>()?);
        let who = Recipient::of(viewed.player.account, account, level, log_ins, viewed.get::<Inventory>()?);
        let waiting = mailbox.waiting(&who, world.resource::<Broadcasts>(), now);
        Ok(MailboxShown { mails, waiting: waiting.map(LetterShown::from).collect() })
    }
}
