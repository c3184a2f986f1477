//! `signup`, `login`, `login_unique`, `ping` (docs/contract/identity.md#logging-in).

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_time::{Real, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::failed_logins::{self, LoginFailure};
use crate::identity::{
    Account, Attempts, ClientAddress, IdentitySettings, NameRules, create, log_in, names, password, rules,
};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::login::Token;
use raidkeep_engine::players::Players;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::text_if_any;
use raidkeep_engine::request::route::RouteApp;
use raidkeep_engine::request::{
    Answer, Anyone, Call, Fact, Job, LoggedIn, Need, Refusal, Success, Unready, Waits, status,
};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::Directory;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<LoginUnique, _>(login_unique);
    app.add_waiting_request::<Signup, _>(signup).add_route::<Signup>("/signup");
    app.add_waiting_request::<LogIn, _>(login).add_route::<LogIn>("/login");
    app.add_request::<Ping, _>(ping);
}

/// The most bytes of any text field here.
const TEXT_BYTES_MAX: usize = 256;

fn check_length(field: &str, text: &str) -> Result<(), Refusal> {
    let fits = (1..=TEXT_BYTES_MAX).contains(&text.len());
    if fits { Ok(()) } else { Err(Refusal::malformed(field, "a string of 1 to 256 bytes")) }
}

/// `ping {}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Ping {}

request!(Anyone, "ping", Ping => ());

fn ping(In(_): In<Call<Ping>>) -> Answer<()> {
    Ok(Success::empty())
}

/// `login_unique {unique_id}`: logs in as a guest, creating the account on first use.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct LoginUnique {
    unique_id: String,
}

request!(Anyone, "login_unique", LoginUnique => TokenGranted);

/// The reply of `login_unique`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TokenGranted {
    token: Token,
}

/// Status 1 when the account was created by this request.
const CREATED: i32 = 1;

fn login_unique(In(call): In<Call<LoginUnique>>, world: &mut World) -> Waits<TokenGranted> {
    let unique_id = &call.request.unique_id;
    check_length("data.unique_id", unique_id)?;
    let known = world.resource::<Directory>().find(&names::unique_id(unique_id))?;
    let (account, entity) = match known {
        Some(account) => (account, find_player(world, account)?),
        None => create(world, |account, now| Account::guest(account, unique_id, now)),
    };
    let login = log_in(world, account, entity, call.caller.token);
    let status = if known.is_some() { status::SUCCESS } else { CREATED };
    Ok(Success::with(TokenGranted { token: login.token.clone() }).status(status).logs_in(login))
}

fn find_player(world: &mut World, account: AccountId) -> Result<Entity, Need> {
    let now = world.resource::<Time<Real>>().elapsed();
    world.resource_mut::<Players>().find(account, now)
}

/// `signup {email, username, password, ip}`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Signup {
    email: String,
    username: String,
    password: String,
}

request!(Anyone, "signup", Signup => StatusCode, SECRETS = &["password"]);

/// A reply that consists of a code only (docs/contract/identity.md#accounts).
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct StatusCode {
    status_code: u16,
}

impl StatusCode {
    const OK: u16 = 200;
    const NAME_TAKEN: u16 = 409;
    const EMAIL_TAKEN: u16 = 410;
    const ILLEGAL: u16 = 422;
}

fn signup(In(call): In<Call<Signup>>, world: &mut World) -> Waits<StatusCode> {
    let status_code = match objection(world, &call.request)? {
        Some(code) => code,
        None => {
            let hash = hash_password(world, call.fact, &call.request.password)?;
            let Signup { email, username, .. } = call.request;
            create(world, |_, now| Account::registered(username, email, hash, now));
            StatusCode::OK
        }
    };
    let reply = Success::with(StatusCode { status_code });
    Ok(if status_code == StatusCode::OK { reply } else { reply.counts_as(status_code.into()) })
}

/// The code of a refused sign-up; `None` when it is accepted.
fn objection(world: &World, request: &Signup) -> Result<Option<u16>, Unready> {
    check_length("data.password", &request.password)?;
    let is_legal = world.resource::<Rules<NameRules>>().is_legal_name(&request.username);
    if !is_legal || !rules::is_plausible_email(&request.email) {
        return Ok(Some(StatusCode::ILLEGAL));
    }
    let directory = world.resource::<Directory>();
    if directory.find(&names::likeness(&request.username))?.is_some() {
        return Ok(Some(StatusCode::NAME_TAKEN));
    }
    let is_taken = directory.find(&names::email(&request.email))?.is_some();
    Ok(is_taken.then_some(StatusCode::EMAIL_TAKEN))
}

/// The hash that a job made, or a request for that job.
fn hash_password(world: &World, fact: Option<Fact>, password: &str) -> Result<String, Unready> {
    let Some(hashed) = fact.and_then(|fact| fact.downcast::<Result<String, String>>().ok()) else {
        let (cost, password) = (world.resource::<IdentitySettings>().password_cost, password.to_owned());
        return Err(Need::Job(Job::new(move || cost.hash(&password))).into());
    };
    hashed.map_err(|error| {
        tracing::error!(%error, "a password could not be hashed; check identity.password_cost in the configuration");
        Refusal::internal().into()
    })
}

/// `login {email, password, ip}`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct LogIn {
    email: String,
    password: String,
    /// Where the client says it listens. Only the port is used.
    #[serde(default, deserialize_with = "text_if_any")]
    ip: Option<String>,
}

request!(Anyone, "login", LogIn => SignedIn, SECRETS = &["password"]);

/// The reply of `login`; with another code than 200 the name is empty and there is no token.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct SignedIn {
    status_code: u16,
    username: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Token>,
}

impl SignedIn {
    const WRONG_PASSWORD: u16 = 401;
    const NOT_REGISTERED: u16 = 404;
    const TOO_MANY_ATTEMPTS: u16 = 429;

    fn refused(status_code: u16) -> Success<Self> {
        Success::with(Self { status_code, ..Self::default() }).counts_as(status_code.into())
    }
}

fn login(In(call): In<Call<LogIn>>, world: &mut World) -> Waits<SignedIn> {
    let LogIn { email, password, ip } = &call.request;
    check_length("data.email", email)?;
    check_length("data.password", password)?;
    let limits = world.resource::<IdentitySettings>().attempts;
    let (address, now) = (call.caller.address, world.resource::<Time<Real>>().elapsed());
    if !world.resource::<Attempts>().allows(email, address, now, limits) {
        failed_logins::note(world, address, LoginFailure::TooManyAttempts);
        return Ok(SignedIn::refused(SignedIn::TOO_MANY_ATTEMPTS));
    }
    let Some(account) = world.resource::<Directory>().find(&names::email(email))? else {
        world.resource_mut::<Attempts>().failed(email, address, now, limits);
        failed_logins::note(world, address, LoginFailure::NotRegistered);
        return Ok(SignedIn::refused(SignedIn::NOT_REGISTERED));
    };
    let entity = find_player(world, account)?;
    if !is_password_right(world, entity, call.fact, password)? {
        world.resource_mut::<Attempts>().failed(email, address, now, limits);
        failed_logins::note(world, address, LoginFailure::WrongPassword);
        return Ok(SignedIn::refused(SignedIn::WRONG_PASSWORD));
    }
    world.resource_mut::<Attempts>().succeeded(email);
    let client = ClientAddress::of_login(address, ip.as_deref());
    world.entity_mut(entity).insert(client);
    let username = world.get::<Account>(entity).map(|account| account.name().to_owned()).unwrap_or_default();
    let login = LoggedIn { role: Some(username.clone()), ..log_in(world, account, entity, call.caller.token) };
    let reply = SignedIn { status_code: StatusCode::OK, username, token: Some(login.token.clone()) };
    Ok(Success::with(reply).logs_in(login))
}

/// The job's result, or a request for that job.
fn is_password_right(world: &World, entity: Entity, fact: Option<Fact>, password: &str) -> Result<bool, Unready> {
    if let Some(is_right) = fact.and_then(|fact| fact.downcast::<bool>().ok()) {
        return Ok(*is_right);
    }
    let hash = world.get::<Account>(entity).and_then(Account::password_hash).unwrap_or_default().to_owned();
    let password = password.to_owned();
    Err(Need::Job(Job::new(move || password::verify(&password, &hash))).into())
}
