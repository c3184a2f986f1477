//! What operators do about themselves: `operator_self`, `operator_logout`, `operator_password`, `operator_totp`.

use bevy_app::App;
use bevy_ecs::prelude::*;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Code, Job, Need, Operator, Refusal, Success, Waits};
use raidkeep_game::identity::password;
use raidkeep_game::platforms::sud::sessions::SealedSession;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::operators::model::{OperatorBook, OperatorSessions};
use crate::operators::{OperatorSettings, PASSWORD_CHARS_MIN, totp};

pub(super) fn register(app: &mut App) {
    app.add_request::<OperatorSelf, _>(operator_self);
    app.add_request::<OperatorLogout, _>(operator_logout);
    app.add_waiting_request::<OperatorPassword, _>(operator_password);
    app.add_waiting_request::<OperatorTotp, _>(operator_totp);
}

/// `operator_self {}`: who asks.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OperatorSelf {}

request!(Operator, "operator_self", OperatorSelf => OperatorSelfShown, RIGHT = Right::VIEW, IN_REALM = true);

/// The reply of `operator_self`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OperatorSelfShown {
    /// The operator's name; `token` for whoever has the server's token.
    name: String,
    /// The operator's role.
    role: String,
    /// What the role may do.
    rights: Vec<String>,
    /// Whether the password has to be changed before anything else is allowed.
    must_change_password: bool,
    /// Whether the operator has a second factor.
    has_totp: bool,
}

fn operator_self(
    In(call): In<Call<OperatorSelf>>,
    book: Res<OperatorBook>,
    settings: Res<OperatorSettings>,
) -> Answer<OperatorSelfShown> {
    let identity = call.caller.identity;
    let account = identity.session.and_then(|_| book.0.get(&*identity.name));
    Ok(Success::with(OperatorSelfShown {
        rights: settings.roles.rights(&identity.role),
        name: identity.name.to_string(),
        role: identity.role.to_string(),
        must_change_password: account.is_some_and(|account| account.must_change),
        has_totp: account.is_some_and(|account| account.totp.is_some()),
    }))
}

/// `operator_logout {}`: ends the session in which it is asked.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OperatorLogout {}

request!(Operator, "operator_logout", OperatorLogout => (), RIGHT = Right::VIEW, IN_REALM = true);

fn operator_logout(In(call): In<Call<OperatorLogout>>, mut sessions: ResMut<OperatorSessions>) -> Answer<()> {
    if let Some(session) = call.caller.identity.session {
        sessions.open.remove(&session);
    }
    Ok(Success::empty())
}

/// `operator_password {password, new}`: changes the asking operator's password. Other sessions of the operator end.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct OperatorPassword {
    /// The present password.
    password: String,
    /// The new one, 10 characters or more.
    new: String,
}

request!(
    Operator, "operator_password", OperatorPassword => (), RIGHT = Right::VIEW, IN_REALM = true,
    SECRETS = &["password", "new"],
    CODES = &[Code::of(WRONG), Code::of(NO_ACCOUNT)],
);

const WRONG: Refusal = Refusal::new(97, "the password is wrong");
const NO_ACCOUNT: Refusal = Refusal::new(98, "the server's token is no account: log in with a name");

/// Compares the present password, and hashes the new one if it is right.
type Replaced = Option<Result<String, String>>;

fn operator_password(
    In(call): In<Call<OperatorPassword>>,
    mut book: ResMut<OperatorBook>,
    mut sessions: ResMut<OperatorSessions>,
    settings: Res<OperatorSettings>,
) -> Waits<()> {
    let identity = call.caller.identity;
    let OperatorPassword { password, new } = call.request;
    let account = book.0.get(&*identity.name).filter(|_| identity.session.is_some()).ok_or(NO_ACCOUNT)?;
    if new.chars().count() < PASSWORD_CHARS_MIN {
        return Err(Refusal::malformed("data.new", "10 characters or more").into());
    }
    let Some(replaced) = call.fact.and_then(|fact| fact.downcast::<Replaced>().ok()) else {
        let (hash, cost) = (account.password.clone(), settings.password_cost);
        let job = move || -> Replaced { password::verify(&password, &hash).then(|| cost.hash(&new)) };
        return Err(Need::Job(Job::new(job)).into());
    };
    let hash = replaced.ok_or(WRONG)?.map_err(|_| Refusal::internal())?;
    let account = book.0.get_mut(&*identity.name).ok_or(NO_ACCOUNT)?;
    (account.password, account.must_change) = (hash, false);
    sessions.end_all(&identity.name, identity.session);
    Ok(Success::empty())
}

/// `operator_totp {secret, code}`: gives the asking operator a second factor. The secret is made by the client.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct OperatorTotp {
    /// 16 bytes or more in base32, as authenticator apps take it.
    secret: String,
    /// A code that the app shows now, so that nobody locks themselves out.
    code: String,
}

request!(
    Operator, "operator_totp", OperatorTotp => (), RIGHT = Right::VIEW, IN_REALM = true,
    SECRETS = &["secret", "code"],
    CODES = &[Code::of(NO_ACCOUNT), Code::of(WRONG_CODE)],
);

const WRONG_CODE: Refusal =
    Refusal::new(97, "the secret is not base32 of 16 bytes or more, or this is not its code now");

/// The sealed secret and the step of the code; `None` when they do not fit.
type SealedFactor = Option<(SealedSession, u64)>;

fn operator_totp(
    In(call): In<Call<OperatorTotp>>,
    mut book: ResMut<OperatorBook>,
    settings: Res<OperatorSettings>,
    clock: Res<Clock>,
) -> Waits<()> {
    let identity = call.caller.identity;
    let name = identity.session.map(|_| &*identity.name).filter(|name| book.0.contains_key(*name)).ok_or(NO_ACCOUNT)?;
    let OperatorTotp { secret, code } = call.request;
    let Some(sealed) = call.fact.and_then(|fact| fact.downcast::<SealedFactor>().ok()) else {
        let (keys, now) = (settings.keys.clone(), clock.now());
        let job = move || -> SealedFactor {
            let step = totp::step_of(&secret, &code, now).filter(|_| totp::is_secret(&secret))?;
            Some((keys.seal(&secret)?, step))
        };
        return Err(Need::Job(Job::new(job)).into());
    };
    let (SealedSession(sealed), step) = sealed.ok_or(WRONG_CODE)?;
    let account = book.0.get_mut(name).ok_or(NO_ACCOUNT)?;
    (account.totp, account.totp_step) = (Some(sealed), step);
    Ok(Success::empty())
}
