//! The goods of a redeemed code, on their way from the realm to the player's mailbox.

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::player_numbered;
use crate::items::Amount;
use crate::mail::Post;
use raidkeep_engine::players::Players;
use raidkeep_engine::realm::{Message, MessageTaken, RealmMessage, RealmTaken};
use raidkeep_engine::request::{Call, Refusal, Unready, Waits};

/// `take_gift`: what a player gets for a code.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CodeGoods {
    /// The account's number.
    pub player: i64,
    /// Subject of the mail.
    pub title: String,
    /// Text of the mail.
    pub text: String,
    /// The goods, to be claimed.
    pub items: Vec<Amount>,
}

impl RealmMessage for CodeGoods {
    const FUNCTION: &'static str = "take_gift";
}

pub(super) fn take_gift(
    In(mut call): In<Call<Message<CodeGoods>>>,
    mut taken: ResMut<RealmTaken>,
    players: Res<Players>,
    mut post: Post,
) -> Waits<MessageTaken> {
    if let Err(again) = taken.admit(&call.request)? {
        return Ok(again.answer());
    }
    let gift = &call.request.body;
    match player_numbered(&players, gift.player, &mut call.fact) {
        Ok(player) => post
            .deliver_over_limit(player.entity, &gift.title, &gift.text, &gift.items)
            .map_err(|_| Refusal::internal())?,
        // Messages behind it must not wait for a player who will never be there.
        Err(Unready::Refused(_)) => {
            tracing::error!(player = gift.player, "a gift code's goods are lost: the world has no such player");
        }
        Err(needs) => return Err(needs),
    }
    Ok(taken.note(&call.request))
}
