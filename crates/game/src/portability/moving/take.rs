//! What a world does when the realm's messages about a move come, and what it tells of it.

use bevy_ecs::prelude::*;
use serde_json::Value;

use crate::identity::{Account, end_token, player_numbered};
use crate::portability::PortabilitySettings;
use crate::portability::delete::{OBSTACLE, take_out};
use crate::portability::document::Document;
use crate::portability::export::{Scope, check_length, document_of};
use crate::portability::import::{check, settle};
use crate::portability::moving::{
    AskMoveFate, EndMove, HoldPlayer, MoveFate, MoveOrder, MovesHere, PlayerMayMove, TakePlayer,
};
use crate::portability::pieces::too_long;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::events::Events;
use raidkeep_engine::login::TokenEnd;
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::players::Players;
use raidkeep_engine::realm::incidents::{self, IncidentKind};
use raidkeep_engine::realm::{Message, MessageTaken, RealmTaken};
use raidkeep_engine::request::reply::Dismissal;
use raidkeep_engine::request::status::{self, is_of_every_function};
use raidkeep_engine::request::{Call, Fact, Refusal, Success, Unready, Waits};
use raidkeep_engine::storage::portable::Unpacked;
use raidkeep_engine::travel::{self, Traveller};

const NOT_YET: Refusal = Refusal::busy("the move has not come to this world yet");

/// Tells a refusal that the realm is to hear of from one after which it asks again.
fn settled<T>(result: Result<T, Unready>) -> Result<Result<T, Refusal>, Unready> {
    match result {
        Ok(done) => Ok(Ok(done)),
        Err(Unready::Refused(refusal))
            if refusal.status == status::MALFORMED || !is_of_every_function(refusal.status) =>
        {
            Ok(Err(refusal))
        }
        Err(unready) => Err(unready),
    }
}

fn numbered(world: &World, account: AccountId, fact: &mut Option<Fact>) -> Result<Traveller, Unready> {
    // No account has a number that is not one of the operators'.
    let number = i64::try_from(account.0).unwrap_or(-1);
    let player = player_numbered(world.resource::<Players>(), number, fact)?;
    Ok(Traveller { account, entity: player.entity })
}

pub(super) fn take_hold(In(mut call): In<Call<Message<HoldPlayer>>>, world: &mut World) -> Waits<MessageTaken> {
    if let Err(again) = world.resource::<RealmTaken>().admit(&call.request)? {
        return Ok(again.answer());
    }
    let order = call.request.body.order.clone();
    let account = world.resource::<MovesHere>().leaving(&order);
    match settled(find_leaving(world, account, &mut call.fact))? {
        Ok(player) => {
            world.resource_mut::<MovesHere>().hold(player.account, order.id, false);
            sign_out(world, player);
            order.note(world, player.account, format!("it is held, to go to world {}", order.to));
        }
        Err(refusal) => world.resource_mut::<MovesHere>().note_refused(order.id, &refusal),
    }
    Ok(world.resource_mut::<RealmTaken>().note(&call.request))
}

pub(super) fn player_may_move(In(mut call): In<Call<PlayerMayMove>>, world: &mut World) -> Waits<()> {
    find_leaving(world, AccountId(call.request.player), &mut call.fact)?;
    Ok(Success::empty())
}

/// The player who is to leave, if it may.
fn find_leaving(world: &World, account: AccountId, fact: &mut Option<Fact>) -> Result<Traveller, Unready> {
    let player = numbered(world, account, fact)?;
    match travel::obstacle(world, account) {
        // A hold that a lost realm has ordered would last for ever.
        Some(why) if !world.resource::<MovesHere>().holds(account) => Err(Refusal::saying(OBSTACLE, why).into()),
        _ => Ok(player),
    }
}

fn sign_out(world: &mut World, player: Traveller) {
    end_token(world, player.entity, TokenEnd::Revoked);
    world.resource_mut::<Events>().dismiss(player.entity, Dismissal::SignedOut);
}

pub(super) fn take_player(In(call): In<Call<Message<TakePlayer>>>, world: &mut World) -> Waits<MessageTaken> {
    if let Err(again) = world.resource::<RealmTaken>().admit(&call.request)? {
        return Ok(again.answer());
    }
    let TakePlayer { order, document } = &call.request.body;
    match settled(read_and_check(world, document))? {
        Ok(parts) => {
            let (account, name) = settle(world, parts);
            world.resource_mut::<MovesHere>().note_arrived(order.id, account, &name);
            order.note(world, account, format!("{name} has come from world {}", order.from));
            tracing::info!(player = %name, %account, from = order.from, "a player has come from another world");
        }
        Err(refusal) => world.resource_mut::<MovesHere>().note_refused(order.id, &refusal),
    }
    Ok(world.resource_mut::<RealmTaken>().note(&call.request))
}

fn read_and_check(world: &World, document: &Value) -> Result<Vec<Unpacked>, Unready> {
    let bytes_max = world.resource::<PortabilitySettings>().document_bytes_max;
    if document.to_string().len() > bytes_max {
        return Err(too_long(bytes_max).into());
    }
    let document = Document::read(document.clone()).map_err(Refusal::from)?;
    check(world, &document, None)
}

pub(super) fn take_end(In(mut call): In<Call<Message<EndMove>>>, world: &mut World) -> Waits<MessageTaken> {
    if let Err(again) = world.resource::<RealmTaken>().admit(&call.request)? {
        return Ok(again.answer());
    }
    let EndMove { order, .. } = call.request.body.clone();
    let leaving = find_gone(world, &call.request.body, &mut call.fact)?;
    world.resource_mut::<MovesHere>().end(order.id);
    if world.resource::<WorldPlace>().number == order.from || leaving.is_some() {
        world.resource_mut::<MovesHere>().forget(order.id);
    }
    if let Some(player) = leaving {
        let name = world.get::<Account>(player.entity).map(|account| account.name().to_owned()).unwrap_or_default();
        order.note(world, player.account, format!("{name} is in the other world, and no longer here"));
        drop_player(world, player, &order);
    }
    Ok(world.resource_mut::<RealmTaken>().note(&call.request))
}

/// The player who is to be here no longer: whom the move takes from this world, or, where this world had refused it and was put
/// back since, whom it has brought.
fn find_gone(world: &World, end: &EndMove, fact: &mut Option<Fact>) -> Result<Option<Traveller>, Unready> {
    let moves = world.resource::<MovesHere>();
    let leaves = world.resource::<WorldPlace>().number == end.order.from;
    let account = if leaves { Some(moves.leaving(&end.order)) } else { moves.arrived(end.order.id) };
    let Some(account) = account.filter(|_| end.is_gone) else { return Ok(None) };
    let Ok(player) = settled(numbered(world, account, fact))? else { return Ok(None) };
    let made_at = world.get::<Account>(player.entity).map(Account::made_at);
    Ok((made_at == Some(end.made_at)).then_some(player))
}

/// Drops a player who is in another world. One with an open order stays held: the order needs somebody to be for. It was open
/// no longer when the player left, so this happens only in a world that was put back.
fn drop_player(world: &mut World, player: Traveller, order: &MoveOrder) {
    let Some(why) = travel::obstacle(world, player.account) else {
        take_out(world, player);
        tracing::info!(account = %player.account, "a player has gone to another world");
        return;
    };
    world.resource_mut::<MovesHere>().hold(player.account, order.id, true);
    sign_out(world, player);
    let what =
        "a player who has moved to another world cannot be dropped here; nobody can log in as it. Delete it later";
    tracing::error!(account = %player.account, why, "{what}");
    let source = format!("player {}", player.account.0);
    incidents::note(world, IncidentKind::Order, what, &source, &why);
}

pub(super) fn move_fate(In(call): In<Call<AskMoveFate>>, world: &mut World) -> Waits<MoveFate> {
    let AskMoveFate { id, message } = call.request;
    if world.resource::<RealmTaken>().number < message {
        return Err(NOT_YET.into());
    }
    let moves = world.resource::<MovesHere>();
    if let Some(fate) = moves.fate(id) {
        return Ok(Success::with(fate));
    }
    let held = moves.held_by(id).ok_or(NOT_YET)?;
    let told = match settled(written(world, held, call.fact))? {
        Ok(fate) => fate,
        Err(refusal) => refusal.into(),
    };
    Ok(Success::with(told))
}

fn written(world: &mut World, account: AccountId, fact: Option<Fact>) -> Result<MoveFate, Unready> {
    let written = document_of(world, account, fact, Scope::Own)?;
    let document = written.shown();
    check_length(&document, world.resource::<PortabilitySettings>().export_bytes_max)?;
    Ok(MoveFate::Held { name: written.player_name().to_owned(), made_at: written.made_at(), document })
}
