//! `signup`, `login`, `login_unique`, `ping` (docs/contract/identity.md#logging-in).

use std::time::Duration;

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_time::{Real, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::devices::GivenId;
use crate::identity::failed_logins::{self, LoginFailure};
use crate::identity::{
    Account, Attempts, ClientAddress, IdentitySettings, LogInWay, LoginAttempt, NameRules, NewAccounts, UntriedGuests,
    create, log_in, names, password, rules, untried,
};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::address::AddressKey;
use raidkeep_engine::barrier::barred;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::closing::Closure;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::login::{Login, LoginPlace, Token};
use raidkeep_engine::players::Players;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::text_if_any;
use raidkeep_engine::request::route::RouteApp;
use raidkeep_engine::request::{
    Answer, Anyone, Call, Code, Fact, Job, LoggedIn, Need, Refusal, Success, Unready, Waits, status,
};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::{Directory, EditWorld};
use raidkeep_engine::travel::Traveller;

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
    /// What only this device knows, 1 to 256 bytes. Whoever has it has the account.
    #[schemars(with = "String")]
    unique_id: GivenId,
}

request!(
    Anyone, "login_unique", LoginUnique => GuestAdmitted,
    CODES = &[Code::answer(CREATED, "success, and this request made the account")],
);

/// The reply of `login_unique`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum GuestAdmitted {
    /// The account is open.
    Granted {
        /// Its token.
        token: Token,
    },
    /// Too many accounts were made from this address.
    Later {
        /// Milliseconds until the next one may be.
        retry_after_ms: u64,
    },
}

/// Status 1 when the account was created by this request.
const CREATED: i32 = 1;

fn login_unique(In(call): In<Call<LoginUnique>>, world: &mut World) -> Waits<GuestAdmitted> {
    if let GivenId::Sent(unique_id) = &call.request.unique_id {
        check_length("data.unique_id", unique_id)?;
    }
    let device = call.request.unique_id.hash();
    let known = world.resource::<Directory>().find(&device.key())?;
    let (account, entity) = match known {
        Some(account) => (account, find_unbarred(world, account)?),
        None => match begin_account(world, call.caller.address.map(AddressKey::from))? {
            Ok(()) => create(world, |account, now| Account::guest(account, device, now)),
            Err(retry_after_ms) => {
                let later = Success::with(GuestAdmitted::Later { retry_after_ms });
                return Ok(later.status(status::TOO_MANY_REQUESTS).message("too many new accounts"));
            }
        },
    };
    if known.is_none() || world.resource::<UntriedGuests>().contains(account) {
        untried::note_seen(world, account);
    }
    let login = log_in(world, Traveller { account, entity }, &call.caller, LogInWay::Device);
    let status = if known.is_some() { status::SUCCESS } else { CREATED };
    Ok(Success::with(GuestAdmitted::Granted { token: login.token.clone() }).status(status).logs_in(login))
}

/// Counts an account that is about to be made. Tells the milliseconds until the next one may be, and
/// refuses while the game is closed.
fn begin_account(world: &mut World, address: Option<AddressKey>) -> Result<Result<(), u64>, Refusal> {
    world.resource::<Closure>().admit_newcomers()?;
    let limits = world.resource::<IdentitySettings>().new_accounts;
    let now = world.resource::<Time<Real>>().elapsed();
    Ok(world.resource_mut::<NewAccounts>().begin(address, now, limits).map_err(in_ms))
}

/// A wait in milliseconds, rounded up.
fn in_ms(wait: Duration) -> u64 {
    u64::try_from(wait.as_micros().div_ceil(1000)).unwrap_or(u64::MAX)
}

/// Notes that the player is there, as only one who knows the password can be.
fn note_place(world: &mut World, account: AccountId, entity: Entity, address: Option<AddressKey>) {
    let most = world.resource::<IdentitySettings>().known_places;
    if let (Some(address), Some(mut login)) = (address, world.edit::<Login>(entity)) {
        login.note_place(LoginPlace::new(account, &address.bytes()), most);
    }
}

fn find_player(world: &mut World, account: AccountId) -> Result<Entity, Need> {
    let now = world.resource::<Time<Real>>().elapsed();
    world.resource_mut::<Players>().find(account, now)
}

/// The same, unless something keeps it out.
fn find_unbarred(world: &mut World, account: AccountId) -> Result<Entity, Unready> {
    let entity = find_player(world, account)?;
    barred(world, entity).map_or(Ok(entity), |refusal| Err(refusal.into()))
}

/// `signup {email, username, password, ip}`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Signup {
    /// An address that no account has; letter case does not matter.
    email: String,
    /// A name that no other looks like.
    username: String,
    /// Hashed by the client; at least 6 bytes.
    password: String,
}

request!(
    Anyone, "signup", Signup => StatusCode,
    SECRETS = &["password"],
    CODES = &[
        Code::status_code(StatusCode::NAME_TAKEN, "the name is taken, or looks like one that is"),
        Code::status_code(StatusCode::EMAIL_TAKEN, "the e-mail address is taken"),
        Code::status_code(StatusCode::ILLEGAL, "illegal name or e-mail address, or the password is too short"),
        Code::status_code(StatusCode::TOO_MANY, "too many new accounts from this address"),
    ],
);

/// A reply that consists of a code only (docs/contract/identity.md#accounts).
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct StatusCode {
    /// 200, or why not; the codes are listed with the function.
    status_code: u16,
}

impl StatusCode {
    const OK: u16 = 200;
    const NAME_TAKEN: u16 = 409;
    const EMAIL_TAKEN: u16 = 410;
    const ILLEGAL: u16 = 422;
    const TOO_MANY: u16 = 429;
}

fn signup(In(call): In<Call<Signup>>, world: &mut World) -> Waits<StatusCode> {
    let answer = |status_code| Ok(Success::with(StatusCode { status_code }));
    if let Some(code) = objection(world, &call.request)? {
        return answer(code);
    }
    let address = call.caller.address.map(AddressKey::from);
    let Some(hashed) = call.fact.and_then(|fact| fact.downcast::<Result<String, String>>().ok()) else {
        if begin_account(world, address)?.is_err() {
            return answer(StatusCode::TOO_MANY);
        }
        let (cost, password) = (world.resource::<IdentitySettings>().password_cost, call.request.password);
        return Err(Need::Job(Job::new(move || cost.hash(&password)).asked_by(address)).into());
    };
    let hash = hashed.map_err(|error| {
        tracing::error!(%error, "a password could not be hashed; check identity.password_cost in the configuration");
        Refusal::internal()
    })?;
    let Signup { email, username, .. } = call.request;
    let (account, entity) = create(world, |_, now| Account::registered(username, email, hash, now));
    note_place(world, account, entity, address);
    answer(StatusCode::OK)
}

/// The code of a refused sign-up; `None` when it is accepted.
fn objection(world: &World, request: &Signup) -> Result<Option<u16>, Unready> {
    check_length("data.password", &request.password)?;
    let is_legal = world.resource::<Rules<NameRules>>().is_legal_name(&request.username);
    let is_long_enough = request.password.len() >= world.resource::<IdentitySettings>().password_bytes_min;
    if !is_legal || !is_long_enough || !rules::is_plausible_email(&request.email) {
        return Ok(Some(StatusCode::ILLEGAL));
    }
    let directory = world.resource::<Directory>();
    if directory.find(&names::likeness(&request.username))?.is_some() {
        return Ok(Some(StatusCode::NAME_TAKEN));
    }
    let is_taken = directory.find(&names::email(&request.email))?.is_some();
    Ok(is_taken.then_some(StatusCode::EMAIL_TAKEN))
}

/// `login {email, password, ip}`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct LogIn {
    /// The account's e-mail address.
    email: String,
    /// Hashed by the client. With `once_password` it is the new one.
    password: String,
    /// Where the client says it listens. Only the port is used.
    #[serde(default, deserialize_with = "text_if_any")]
    ip: Option<String>,
    /// An addition to the contract: the password for one log-in that an operator has given the player, as it was given.
    /// `password` becomes the account's password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    once_password: Option<String>,
}

request!(
    Anyone, "login", LogIn => SignedIn,
    SECRETS = &["password", "once_password"],
    CODES = &[
        Code::status_code(SignedIn::WRONG_PASSWORD, "wrong password, or one for one log-in that is used or over"),
        Code::status_code(SignedIn::NOT_REGISTERED, "no account has this e-mail address"),
        Code::status_code(SignedIn::TOO_SHORT, "with `once_password`: the new password is too short"),
        Code::status_code(SignedIn::TOO_MANY_ATTEMPTS, "too many attempts; wait `retry_after_ms`"),
    ],
);

/// The reply of `login`; with another code than 200 the name is empty and there is no token.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct SignedIn {
    /// 200, or why not; the codes are listed with the function.
    status_code: u16,
    /// The player's name.
    username: String,
    /// Needed by all other requests, in `data.token`, on other connections than this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Token>,
    /// With 429: milliseconds until the next attempt may be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

impl SignedIn {
    const WRONG_PASSWORD: u16 = 401;
    const NOT_REGISTERED: u16 = 404;
    const TOO_SHORT: u16 = 422;
    const TOO_MANY_ATTEMPTS: u16 = 429;

    fn refused(status_code: u16) -> Success<Self> {
        Success::with(Self { status_code, ..Self::default() }).counts_as(status_code.into())
    }

    fn too_many_attempts(wait: Duration) -> Success<Self> {
        let retry_after_ms = Some(in_ms(wait));
        Success::with(Self { status_code: Self::TOO_MANY_ATTEMPTS, retry_after_ms, ..Self::default() })
    }
}

fn login(In(call): In<Call<LogIn>>, world: &mut World) -> Waits<SignedIn> {
    let LogIn { email, password, ip, once_password } = &call.request;
    check_length("data.email", email)?;
    check_length("data.password", password)?;
    if let Some(once_password) = once_password {
        check_length("data.once_password", once_password)?;
        if password.len() < world.resource::<IdentitySettings>().password_bytes_min {
            return Ok(SignedIn::refused(SignedIn::TOO_SHORT));
        }
    }
    let limits = world.resource::<IdentitySettings>().attempts;
    let (peer, now) = (call.caller.address, world.resource::<Time<Real>>().elapsed());
    let address = peer.map(AddressKey::from);
    let Some(account) = world.resource::<Directory>().find(&names::email(email))? else {
        let attempt = LoginAttempt::new(email, address, false);
        return Ok(match world.resource_mut::<Attempts>().begin(&attempt, now, limits) {
            Ok(()) => {
                failed_logins::note(world, peer, LoginFailure::NotRegistered);
                SignedIn::refused(SignedIn::NOT_REGISTERED)
            }
            Err(wait) => {
                failed_logins::note(world, peer, LoginFailure::TooManyAttempts);
                SignedIn::too_many_attempts(wait)
            }
        });
    };
    let entity = find_player(world, account)?;
    let attempt = LoginAttempt::new(email, address, is_at_known_place(world, account, entity, address));
    let Some(verdict) = call.fact.and_then(|fact| Verdict::of(fact, once_password.is_some())) else {
        // It counts before it is checked, so that many at a time are no way around the limits.
        return match world.resource_mut::<Attempts>().begin(&attempt, now, limits) {
            Ok(()) => Err(Need::Job(check_password(world, entity, &call.request).asked_by(address)).into()),
            Err(wait) => {
                failed_logins::note(world, peer, LoginFailure::TooManyAttempts);
                Ok(SignedIn::too_many_attempts(wait))
            }
        };
    };
    // Of two log-ins with a password for one log-in that were checked at the same time, the later comes too late.
    let is_used = once_password.is_some() && !has_once(world, entity);
    if verdict == Verdict::Wrong || is_used {
        failed_logins::note(world, peer, LoginFailure::WrongPassword);
        return Ok(SignedIn::refused(SignedIn::WRONG_PASSWORD));
    }
    world.resource_mut::<Attempts>().succeeded(&attempt, limits);
    if let Some(refusal) = barred(world, entity) {
        return Err(refusal.into());
    }
    if let Verdict::New(hash) = verdict {
        let mut account = world.edit::<Account>(entity).ok_or(Refusal::internal())?;
        account.set_password(hash);
    }
    note_place(world, account, entity, address);
    let client = ClientAddress::of_login(peer, ip.as_deref());
    world.entity_mut(entity).insert(client);
    let username = world.get::<Account>(entity).map(|account| account.name().to_owned()).unwrap_or_default();
    let player = Traveller { account, entity };
    let login = LoggedIn { role: Some(username.clone()), ..log_in(world, player, &call.caller, LogInWay::Password) };
    let reply =
        SignedIn { status_code: StatusCode::OK, username, token: Some(login.token.clone()), retry_after_ms: None };
    Ok(Success::with(reply).logs_in(login))
}

fn is_at_known_place(world: &World, account: AccountId, entity: Entity, address: Option<AddressKey>) -> bool {
    let place = address.map(|address| LoginPlace::new(account, &address.bytes()));
    place.zip(world.get::<Login>(entity)).is_some_and(|(place, login)| login.knows(place))
}

/// Whether there is a password for one log-in.
fn has_once(world: &World, entity: Entity) -> bool {
    let now = world.resource::<Clock>().now();
    world.get::<Account>(entity).is_some_and(|account| account.once_hash(now).is_some())
}

/// What the job has found about a log-in.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Wrong,
    Right,
    /// The password for one log-in is right, and this is the hash of the new one.
    New(String),
}

/// What the job finds where a password for one log-in is given: the hash of the new one, if that is right.
type OnceChecked = Option<Result<String, String>>;

impl Verdict {
    fn of(fact: Fact, is_once: bool) -> Option<Self> {
        if !is_once {
            return fact.downcast::<bool>().ok().map(|is_right| if *is_right { Self::Right } else { Self::Wrong });
        }
        let checked = fact.downcast::<OnceChecked>().ok()?;
        Some(match *checked {
            Some(Ok(hash)) => Self::New(hash),
            Some(Err(error)) => {
                tracing::error!(%error, "a password could not be hashed; check identity.password_cost in the configuration");
                Self::Wrong
            }
            None => Self::Wrong,
        })
    }
}

/// The job that compares a password with the account's.
fn check_password(world: &World, entity: Entity, request: &LogIn) -> Job {
    let now = world.resource::<Clock>().now();
    let account = world.get::<Account>(entity);
    let password = request.password.clone();
    let Some(given) = request.once_password.clone() else {
        let hash = account.and_then(Account::password_hash).unwrap_or_default().to_owned();
        return Job::new(move || password::verify(&password, &hash));
    };
    let hash = account.and_then(|account| account.once_hash(now)).unwrap_or_default().to_owned();
    let cost = world.resource::<IdentitySettings>().password_cost;
    Job::new(move || -> OnceChecked { password::verify(&given, &hash).then(|| cost.hash(&password)) })
}
