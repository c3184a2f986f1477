//! Mail: between players, and from the system to everybody (docs/contract/mail.md#mail-to-everybody).
//!
//! A mail to everybody is one record ([`Broadcasts`]), whatever the number of players. Each player takes it in once,
//! when listing mail. A mail to a player of another world goes through the realm ([`letters`]). One that an operator has written comes from the realm ([`to_all`]), may ask for more than an account
//! ([`AudienceTerms`]), and can be withdrawn. Other features announce with [`Broadcasts::announce`]; they check against their
//! own rules that items exist and amounts are sane.

pub mod audience;
pub mod broadcasts;
pub mod letters;
mod mending;
pub mod model;
mod portable;
pub mod post;
pub mod requests;
mod rows;
pub mod rules;
pub mod send;
pub mod to_all;
mod usage;
mod view;
mod withdrawn;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::identity::Accounts;
use crate::mail::audience::Recipients;
use crate::mail::requests::MailReceived;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::events::{EventApp, Events};
use raidkeep_engine::mend::MendApp;
use raidkeep_engine::players::Players;
use raidkeep_engine::rules::RulesApp;
use raidkeep_engine::schedule::{Surroundings, Tick, TickSystems};
use raidkeep_engine::storage::{PlayerRows, StorageApp, WorldRow};
use raidkeep_engine::usage::UsageApp;

pub use audience::{AudienceTerms, Recipient};
pub use broadcasts::{Broadcast, Broadcasts, MailAudience, SentToAll};
pub use letters::{CarriedParcel, LetterAbroad, LetterCarriage, LetterReturned, LettersCarry, Parcel, WhyReturned};
pub use model::{Letter, Mail, MailError, Mailbox};
pub use post::Post;
pub use rules::MailRules;
pub use to_all::{AllMail, AllMailWithdrawn};
pub use withdrawn::WithdrawnMails;

/// Announces broadcasts that are due. Runs after everything in [`TickSystems::Simulate`], so that what a system there
/// announces is sent, or scheduled, in the same tick.
#[derive(Debug, Clone, PartialEq, Eq, Hash, SystemSet)]
pub struct MailDelivery;

/// `get_new_mail`, `get_all_mail`, `mark_read_mail`, `delete_mail`, `delete_read_mail`,
/// `send_mail`, `claim_mail`, and [`Broadcasts`] for other features.
pub struct MailPlugin;

impl Plugin for MailPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<MailRules>().add_player_rows::<Mailbox>().add_world_row::<Broadcasts>();
        app.add_world_row::<WithdrawnMails>();
        app.add_player_mend(mending::mend_player).add_world_mend(mending::mend_world);
        app.add_event::<MailReceived<'_>>();
        app.count_uses(<Mailbox as PlayerRows>::TABLE, usage::count_mails);
        app.count_uses(<Broadcasts as WorldRow>::TABLE, usage::count_broadcasts);
        requests::register(app);
        send::register(app);
        letters::register(app);
        to_all::register(app);
        view::register(app);
        app.configure_sets(Tick, MailDelivery.after(TickSystems::Simulate).before(TickSystems::PutAway));
        app.add_systems(Tick, tell_of_broadcasts.in_set(MailDelivery));
    }
}

/// Notifies connected players of the broadcasts that are due, drops expired ones, and schedules a wake-up for the next.
/// Walks the short list of broadcasts, not the players: those in memory only once, when a mail with terms falls due.
fn tell_of_broadcasts(
    mut broadcasts: ResMut<Broadcasts>,
    mut events: ResMut<Events>,
    (players, accounts, recipients): (Res<Players>, Res<Accounts>, Recipients),
    mut surroundings: ResMut<Surroundings>,
    clock: Res<Clock>,
) {
    let now = clock.now();
    // Taking the record mutably stores it again.
    if broadcasts.is_open() {
        broadcasts.close(accounts.last());
    }
    if broadcasts.has_work(now) {
        broadcasts.drop_expired(now);
        broadcasts.tell_due(now, |letter, audience| {
            let event = MailReceived::of(letter, None);
            match audience {
                MailAudience::UpTo(last) => events.tell_up_to(*last, &event),
                MailAudience::Ranked(ranked) => {
                    let told = ranked.iter().filter_map(|(account, _)| players.entity(*account));
                    told.for_each(|entity| events.tell(entity, &event));
                }
                MailAudience::Meeting(sent) if sent.terms.is_everybody() => events.tell_up_to(sent.last, &event),
                // Once for each mail, and only those who are in memory.
                MailAudience::Meeting(sent) => {
                    let told = recipients.all().filter(|(_, who)| sent.is_for(who));
                    told.for_each(|(entity, _)| events.tell(entity, &event));
                }
            }
        });
    }
    if let Some(at) = broadcasts.next_delivery() {
        surroundings.wake_at(at, &clock);
    }
}
