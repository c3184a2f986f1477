//! `operator_login`.

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use bevy_time::{Real, Time};
use raidkeep_engine::address::AddressKey;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::login::Token;
use raidkeep_engine::request;
use raidkeep_engine::request::{Anyone, Call, Code, Job, Need, Refusal, Success, Waits};
use raidkeep_game::identity::buckets::Quota;
use raidkeep_game::identity::password;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::operators::model::{OperatorAccount, OperatorBook, OperatorSessions};
use crate::operators::{Failures, OperatorSettings, totp};

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<OperatorLogin, _>(operator_login);
}

/// `operator_login {name, password, totp?}`: begins a session.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct OperatorLogin {
    /// The operator's name.
    pub name: String,
    /// The password.
    pub password: String,
    /// The code of the second factor, if the operator has one.
    #[serde(default)]
    pub totp: String,
}

request!(
    Anyone, "operator_login", OperatorLogin => OperatorLoggedIn,
    IN_REALM = true,
    SECRETS = &["password", "totp"],
    CODES = &[Code::of(WRONG), Code::of(NEEDS_CODE), Code::of(TOO_MANY)],
);

/// Whoever asks is not known.
pub const WRONG: Refusal = Refusal::new(97, "the name, the password or the code is wrong");
/// The password is right, and not enough.
pub const NEEDS_CODE: Refusal = Refusal::new(96, "this operator has a second factor: its code is missing");
/// Too many have been wrong.
pub const TOO_MANY: Refusal = Refusal::new(95, "too many failed log-ins, retry in some minutes");

/// The reply of `operator_login`.
#[derive(Serialize, JsonSchema)]
pub struct OperatorLoggedIn {
    /// The session's token, for requests of operators.
    pub token: String,
    /// The operator's name.
    pub name: String,
    /// The operator's role.
    pub role: String,
    /// What the role may do.
    pub rights: Vec<String>,
    /// Whether the password has to be changed before anything else is allowed.
    pub must_change_password: bool,
    /// When the session ends, unix seconds.
    pub until: i64,
}

/// Failed log-ins at once, and again in each ten minutes.
const PER_NAME: u32 = 10;
const PER_ADDRESS: u32 = 30;
const WINDOW_SECONDS: u32 = 600;

/// What a job finds: whether the password is right, and the step of the code.
type Checked = (bool, Option<u64>);

#[derive(SystemParam)]
struct Desk<'w> {
    book: ResMut<'w, OperatorBook>,
    sessions: ResMut<'w, OperatorSessions>,
    failures: ResMut<'w, Failures>,
    settings: Res<'w, OperatorSettings>,
    clock: Res<'w, Clock>,
    time: Res<'w, Time<Real>>,
}

fn operator_login(In(call): In<Call<OperatorLogin>>, mut desk: Desk) -> Waits<OperatorLoggedIn> {
    let OperatorLogin { name, password, totp: code } = call.request;
    let address = call.caller.address.map(AddressKey::from);
    let Some((is_right, step)) = call.fact.and_then(|fact| fact.downcast::<Checked>().ok()).map(|fact| *fact) else {
        desk.count_attempt(&name, address)?;
        return Err(Need::Job(desk.check(&name, password, code).asked_by(address)).into());
    };
    let now = desk.clock.now();
    let account = desk.book.0.get(&name).filter(|_| is_right).ok_or(WRONG)?;
    if account.totp.is_some() {
        if code.is_empty() {
            return Err(NEEDS_CODE.into());
        }
        if step.is_none_or(|step| step <= account.totp_step) {
            return Err(WRONG.into());
        }
    }
    desk.failures.by_name.fill(&name);
    desk.failures.by_address.fill(&address);
    let token = Token::new(call.caller.token);
    let session = desk.sessions.begin(&name, token.hash(), now);
    let account = desk.book.0.get_mut(&name).ok_or(WRONG)?;
    account.totp_step = step.unwrap_or(account.totp_step);
    account.last_login_at = Some(now);
    let OperatorAccount { role, must_change, .. } = account.clone();
    tracing::info!(operator = name, role, "an operator has logged in");
    Ok(Success::with(OperatorLoggedIn {
        token: token.into(),
        rights: desk.settings.roles.rights(&role),
        name,
        role,
        must_change_password: must_change,
        until: session.until,
    }))
}

impl Desk<'_> {
    fn count_attempt(&mut self, name: &str, address: Option<AddressKey>) -> Result<(), Refusal> {
        let now = self.time.elapsed();
        let (by_name, by_address) = (Quota::new(PER_NAME, WINDOW_SECONDS), Quota::new(PER_ADDRESS, WINDOW_SECONDS));
        let Failures { by_name: names, by_address: addresses } = &mut *self.failures;
        let name = name.to_owned();
        if !names.wait(&name, by_name, now).is_zero() || !addresses.wait(&address, by_address, now).is_zero() {
            return Err(TOO_MANY);
        }
        names.take(name, by_name, now);
        addresses.take(address, by_address, now);
        Ok(())
    }

    /// The job that checks password and code. It takes as long for a name that does not exist.
    fn check(&self, name: &str, password: String, code: String) -> Job {
        let account = self.book.0.get(name);
        let hash = account.map(|account| account.password.clone());
        let (cost, keys, now) = (self.settings.password_cost, self.settings.keys.clone(), self.clock.now());
        let sealed = account.and_then(|account| account.totp.clone());
        Job::new(move || -> Checked {
            let Some(hash) = hash else {
                drop(cost.hash(&password));
                return (false, None);
            };
            let secret = sealed.and_then(|sealed| keys.open(&sealed).ok());
            let step = secret.and_then(|secret| totp::step_of(secret.expose(), &code, now));
            (password::verify(&password, &hash), step)
        })
    }
}
