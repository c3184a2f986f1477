//! What comes from other worlds: letters, and own ones that did not arrive.

use bevy_ecs::prelude::*;

use crate::identity::player_numbered;
use crate::mail::letters::outgoing::post;
use crate::mail::letters::{LetterAbroad, LetterReturned, Parcel, WhyReturned};
use crate::mail::send::{find_player, put_in_box};
use crate::mail::{Letter, MailError, MailRules, Post};
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::players::Players;
use raidkeep_engine::realm::{Message, MessageTaken, RealmTaken};
use raidkeep_engine::request::{Call, Refusal, Unready, Waits};
use raidkeep_engine::rules::Rules;

impl LetterAbroad {
    fn as_letter(&self) -> Letter {
        Letter {
            at: self.at,
            from: self.from.as_str().into(),
            subj: self.subj.as_str().into(),
            body: self.body.as_str().into(),
            items: Vec::new(),
        }
    }
}

pub(super) fn take_letter(In(call): In<Call<Message<LetterAbroad>>>, world: &mut World) -> Waits<MessageTaken> {
    if let Err(again) = world.resource::<RealmTaken>().admit(&call.request)? {
        return Ok(again.answer());
    }
    let letter = &call.request.body;
    let why = match find_player(world, &letter.to)? {
        None => Some(WhyReturned::NoSuchPlayer),
        Some(target) => match put_in_box(world, target, letter.as_letter()) {
            Ok(()) => None,
            Err(MailError::Full) => Some(WhyReturned::BoxFull),
            Err(error) => return Err(Refusal::from(error).into()),
        },
    };
    if let Some(why) = why {
        // While too many wait to leave, the realm keeps the letter and sends it again.
        post(world, Parcel::Returned(LetterReturned { letter: letter.clone(), why }))?;
    }
    Ok(world.resource_mut::<RealmTaken>().note(&call.request))
}

pub(super) fn take_letter_back(
    In(mut call): In<Call<Message<LetterReturned>>>,
    mut taken: ResMut<RealmTaken>,
    players: Res<Players>,
    rules: Res<Rules<MailRules>>,
    (place, mut post): (Res<WorldPlace>, Post),
) -> Waits<MessageTaken> {
    if let Err(again) = taken.admit(&call.request)? {
        return Ok(again.answer());
    }
    let LetterReturned { letter, why } = &call.request.body;
    let writer = i64::try_from(letter.from_player).map_err(|_| Refusal::internal())?;
    match player_numbered(&players, writer, &mut call.fact) {
        Ok(player) => {
            let to = WorldPlace { number: letter.to_world, ..*place }.distinct(&letter.to);
            let (subject, body) = rules.returned.texts(*why, &to, &letter.subj, &letter.body);
            // It tells of something of the player's own, so it comes also into a full mailbox.
            post.deliver_over_limit(player.entity, &subject, &body, &[]).map_err(|_| Refusal::internal())?;
        }
        // The writer was deleted meanwhile, and nobody waits for it.
        Err(Unready::Refused(_)) => {}
        Err(needs) => return Err(needs),
    }
    Ok(taken.note(&call.request))
}
