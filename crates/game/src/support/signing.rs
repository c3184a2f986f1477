//! `player_kick`, `tokens_end`, `password_once` and `device_unbind`: how a player gets in, and out.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case_file::{REASON_CHARS, find_numbered, operator_text};
use crate::identity::{
    Account, DeviceHash, IdentityFault, IdentitySettings, NO_SUCH_PLAYER, ONCE_SECONDS, end_token, give_email,
    may_be_reached, note_played, unbind_device,
};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::events::Events;
use raidkeep_engine::login::TokenEnd;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::reply::Dismissal;
use raidkeep_engine::request::{Call, Code, Job, Need, Operator, Refusal, Success, Unready, Waits};
use raidkeep_engine::storage::EditWorld;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<PlayerKick, _>(player_kick).add_waiting_request::<TokensEnd, _>(tokens_end);
    app.add_waiting_request::<PasswordOnce, _>(password_once);
    app.add_waiting_request::<DeviceUnbind, _>(device_unbind);
}

/// `player_kick {player, reason}`: closes the player's connections. Its token stays valid.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerKick {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

request!(
    Operator, "player_kick", PlayerKick => (), RIGHT = Right::HELP,
    ACTS_OUTSIDE = true,
    CODES = &[Code::of(NO_SUCH_PLAYER)],
);

fn player_kick(In(mut call): In<Call<PlayerKick>>, world: &mut World) -> Waits<()> {
    let player = find_numbered(world, call.request.player, &mut call.fact)?;
    world.resource_mut::<Events>().dismiss(player.entity, Dismissal::Kicked);
    Ok(Success::empty())
}

/// `tokens_end {player, reason}`: ends the player's token and closes its connections.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TokensEnd {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

request!(Operator, "tokens_end", TokensEnd => (), RIGHT = Right::HELP, CODES = &[Code::of(NO_SUCH_PLAYER)]);

fn tokens_end(In(mut call): In<Call<TokensEnd>>, world: &mut World) -> Waits<()> {
    let player = find_numbered(world, call.request.player, &mut call.fact)?;
    sign_out(world, player.entity);
    Ok(Success::empty())
}

fn sign_out(world: &mut World, player: Entity) {
    end_token(world, player, TokenEnd::Revoked);
    world.resource_mut::<Events>().dismiss(player, Dismissal::SignedOut);
}

/// `password_once {player, email?, reason}`: a password that lets the player in once, within a day, and then sets a new
/// one. The one before and the token end.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PasswordOnce {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// For a guest: the e-mail address by which the account logs in from now on.
    #[serde(default)]
    email: Option<String>,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

const WITHOUT_EMAIL: Refusal = Refusal::new(98, "the account has no e-mail address, give it one with `email`");
const HAS_EMAIL: Refusal = Refusal::new(97, "the account has an e-mail address, leave out `email`");
const EMAIL_TAKEN: Refusal = Refusal::new(96, "another account has this e-mail address");

request!(
    Operator, "password_once", PasswordOnce => PasswordTold, RIGHT = Right::HELP,
    CODES = &[Code::of(NO_SUCH_PLAYER), Code::of(WITHOUT_EMAIL), Code::of(HAS_EMAIL), Code::of(EMAIL_TAKEN)],
);

/// The reply of `password_once`. A repeat with the same key tells no password.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PasswordTold {
    /// What the player sends as `once_password` of `login`.
    password: String,
    /// Until when it may, unix seconds.
    until: i64,
}

/// A password that was made off the world's thread. A journal records its hash only.
#[derive(Serialize, Deserialize)]
struct MadePassword {
    #[serde(skip)]
    text: String,
    hash: Result<String, String>,
}

/// 16 characters that nobody mistakes for others, in groups: 80 random bits. They are not the world's randomness, which
/// a journal records.
fn random_password() -> String {
    const LETTERS: [char; 32] = [
        'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X',
        'Y', 'Z', '2', '3', '4', '5', '6', '7', '8', '9',
    ];
    let bits: u128 = rand::random();
    let letter = |at: usize| LETTERS[(bits >> (5 * at) & 31) as usize];
    let groups: Vec<String> = (0..4).map(|group| (0..4).map(|at| letter(4 * group + at)).collect()).collect();
    groups.join("-")
}

fn password_once(In(mut call): In<Call<PasswordOnce>>, world: &mut World) -> Waits<PasswordTold> {
    let PasswordOnce { player, email, .. } = call.request;
    let player = find_numbered(world, player, &mut call.fact)?;
    check_email(world, player.entity, email.as_deref())?;
    let Some(made) = call.fact.and_then(|fact| fact.downcast::<MadePassword>().ok()) else {
        let cost = world.resource::<IdentitySettings>().password_cost;
        let make = move || {
            let text = random_password();
            MadePassword { hash: cost.hash(&text), text }
        };
        return Err(Need::Job(Job::new(make)).into());
    };
    let MadePassword { text: password, hash } = *made;
    let hash = hash.map_err(|error| {
        tracing::error!(%error, "a password could not be hashed; check identity.password_cost in the configuration");
        Refusal::internal()
    })?;
    note_played(world, player.account);
    if let Some(email) = email {
        give_email(world, player, email);
    }
    let until = world.resource::<Clock>().now() + ONCE_SECONDS;
    world.edit::<Account>(player.entity).ok_or(Refusal::internal())?.set_once(hash, until);
    sign_out(world, player.entity);
    Ok(Success::with(PasswordTold { password, until }).told_once())
}

/// A guest needs an e-mail address, and nobody else gets another one.
fn check_email(world: &World, player: Entity, email: Option<&str>) -> Result<(), Unready> {
    let has_one = world.get::<Account>(player).is_some_and(|account| account.email().is_some());
    let Some(email) = email else {
        return if has_one { Ok(()) } else { Err(WITHOUT_EMAIL.into()) };
    };
    if has_one {
        return Err(HAS_EMAIL.into());
    }
    match may_be_reached(world, email)? {
        None => Ok(()),
        Some(IdentityFault::Taken) => Err(EMAIL_TAKEN.into()),
        Some(IdentityFault::Illegal) => Err(Refusal::malformed("data.email", "an e-mail address").into()),
    }
}

/// `device_unbind {player, device?, reason}`: whoever has the device no longer gets into the account.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DeviceUnbind {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// Only this device, `sha256:..` as documents show it.
    #[serde(default)]
    device: Option<String>,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

const NO_DEVICE: Refusal = Refusal::new(98, "the account has no such device");
const ONLY_WAY_IN: Refusal =
    Refusal::new(97, "the device is the only way into the account, give it an e-mail address with `password_once`");

request!(
    Operator, "device_unbind", DeviceUnbind => (), RIGHT = Right::HELP,
    CODES = &[Code::of(NO_SUCH_PLAYER), Code::of(NO_DEVICE), Code::of(ONLY_WAY_IN)],
);

fn device_unbind(In(mut call): In<Call<DeviceUnbind>>, world: &mut World) -> Waits<()> {
    let DeviceUnbind { player, device, .. } = call.request;
    let player = find_numbered(world, player, &mut call.fact)?;
    let account = world.get::<Account>(player.entity).ok_or(Refusal::internal())?;
    let known = account.device().map(DeviceHash::to_text).ok_or(NO_DEVICE)?;
    if device.is_some_and(|device| device != known) {
        return Err(NO_DEVICE.into());
    }
    if account.email().is_none() {
        return Err(ONLY_WAY_IN.into());
    }
    unbind_device(world, player);
    sign_out(world, player.entity);
    Ok(Success::empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_four_groups_of_letters_that_differ_and_each_is_another() {
        let (one, other) = (random_password(), random_password());
        assert_ne!(one, other);
        let groups: Vec<&str> = one.split('-').collect();
        assert!(groups.len() == 4 && groups.iter().all(|group| group.chars().count() == 4), "{one}");
        assert!(!one.contains(['0', 'O', '1', 'I']), "{one}");
    }

    #[test]
    fn what_a_journal_records_of_a_password_is_its_hash() {
        let made = MadePassword { text: "ABCD-EFGH".into(), hash: Ok("hash".into()) };
        let bytes = postcard::to_stdvec(&made).expect("plain data");
        assert!(!bytes.windows(4).any(|window| window == b"ABCD"));
        let read: MadePassword = postcard::from_bytes(&bytes).expect("as it was written");
        assert_eq!((read.text, read.hash), (String::new(), Ok("hash".into())));
    }
}
