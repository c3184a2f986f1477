//! What admins do about operators: `operator_add`, `operator_list`, `operator_role`, `operator_reset`, `operator_remove`.

use bevy_app::App;
use bevy_ecs::prelude::*;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::{Right, TOKEN_OPERATOR};
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Code, Operator, Refusal, Success, Waits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::operators::model::{OperatorAccount, OperatorBook, OperatorSessions, is_name};
use crate::operators::{OperatorSettings, hashed};
use crate::roles::Roles;

pub(super) fn register(app: &mut App) {
    app.add_request::<OperatorList, _>(operator_list);
    app.add_waiting_request::<OperatorAdd, _>(operator_add);
    app.add_request::<OperatorRole, _>(operator_role);
    app.add_waiting_request::<OperatorReset, _>(operator_reset);
    app.add_request::<OperatorRemove, _>(operator_remove);
}

const NO_SUCH_OPERATOR: Refusal = Refusal::new(99, "no such operator");
const NAME_TAKEN: Refusal = Refusal::new(98, "there is an operator of this name");
const NO_SUCH_ROLE: i32 = 97;
const ROLE_CODE: Code = Code::refusal(NO_SUCH_ROLE, "no such role; the message names those that there are");

fn check_role(roles: &Roles, role: &str) -> Result<(), Refusal> {
    let expected = || format!("no such role; expected one of {}", roles.names().join(", "));
    if roles.has(role) { Ok(()) } else { Err(Refusal::saying(NO_SUCH_ROLE, expected())) }
}

/// `operator_list {}`: all operators by name.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OperatorList {}

request!(Operator, "operator_list", OperatorList => OperatorsShown, RIGHT = Right::OPERATORS, IN_REALM = true);

/// The reply of `operator_list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OperatorsShown {
    /// By name.
    operators: Vec<OperatorShown>,
    /// The roles that an operator can have.
    roles: Vec<String>,
}

/// An operator as admins see it.
#[derive(Debug, Serialize, JsonSchema)]
struct OperatorShown {
    /// The operator's name.
    name: String,
    /// The operator's role.
    role: String,
    /// Whether the operator has a second factor.
    has_totp: bool,
    /// Whether the password was set by somebody else and not changed since.
    must_change_password: bool,
    /// How many sessions are open.
    sessions: usize,
    /// Unix seconds.
    added_at: i64,
    /// Unix seconds; null before the first log-in.
    last_login_at: Option<i64>,
}

fn operator_list(
    _: In<Call<OperatorList>>,
    book: Res<OperatorBook>,
    sessions: Res<OperatorSessions>,
    settings: Res<OperatorSettings>,
) -> Answer<OperatorsShown> {
    let shown = |(name, account): (&String, &OperatorAccount)| OperatorShown {
        name: name.clone(),
        role: account.role.clone(),
        has_totp: account.totp.is_some(),
        must_change_password: account.must_change,
        sessions: sessions.open.values().filter(|session| session.name == *name).count(),
        added_at: account.added_at,
        last_login_at: account.last_login_at,
    };
    let roles = settings.roles.names().into_iter().map(str::to_owned).collect();
    Ok(Success::with(OperatorsShown { operators: book.0.iter().map(shown).collect(), roles }))
}

/// `operator_add {name, role, password}`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct OperatorAdd {
    /// 1 to 40 letters, digits, `-`, `_` and `.`.
    name: String,
    /// One of the roles that `operator_list` names.
    role: String,
    /// For the first log-in, 10 characters or more; then the operator has to change it.
    password: String,
}

request!(
    Operator, "operator_add", OperatorAdd => (), RIGHT = Right::OPERATORS, IN_REALM = true,
    SECRETS = &["password"],
    CODES = &[Code::of(NAME_TAKEN), ROLE_CODE],
);

fn operator_add(
    In(call): In<Call<OperatorAdd>>,
    mut book: ResMut<OperatorBook>,
    settings: Res<OperatorSettings>,
    clock: Res<Clock>,
) -> Waits<()> {
    let OperatorAdd { name, role, password } = call.request;
    if !is_name(&name) || name == TOKEN_OPERATOR {
        return Err(Refusal::malformed("data.name", "1 to 40 letters, digits, -, _ and ., and not `token`").into());
    }
    check_role(&settings.roles, &role)?;
    if book.0.contains_key(&name) {
        return Err(NAME_TAKEN.into());
    }
    let password = hashed(&password, settings.password_cost, call.fact)?;
    let account = OperatorAccount {
        role,
        password,
        must_change: true,
        totp: None,
        totp_step: 0,
        added_at: clock.now(),
        last_login_at: None,
    };
    book.0.insert(name, account);
    Ok(Success::empty())
}

/// `operator_role {name, role}`: changes a role. It holds from the operator's next request.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OperatorRole {
    /// The operator's name.
    name: String,
    /// The new role.
    role: String,
}

request!(
    Operator, "operator_role", OperatorRole => (), RIGHT = Right::OPERATORS, IN_REALM = true,
    CODES = &[Code::of(NO_SUCH_OPERATOR), ROLE_CODE],
);

fn operator_role(
    In(call): In<Call<OperatorRole>>,
    mut book: ResMut<OperatorBook>,
    settings: Res<OperatorSettings>,
) -> Answer<()> {
    let OperatorRole { name, role } = call.request;
    check_role(&settings.roles, &role)?;
    if !book.0.contains_key(&name) {
        return Err(NO_SUCH_OPERATOR);
    }
    if let Some(account) = book.0.get_mut(&name) {
        account.role = role;
    }
    Ok(Success::empty())
}

/// `operator_reset {name, password}`: a new password for the next log-in. Sessions and second factor end.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct OperatorReset {
    /// The operator's name.
    name: String,
    /// 10 characters or more; the operator has to change it.
    password: String,
}

request!(
    Operator, "operator_reset", OperatorReset => (), RIGHT = Right::OPERATORS, IN_REALM = true,
    SECRETS = &["password"],
    CODES = &[Code::of(NO_SUCH_OPERATOR)],
);

fn operator_reset(
    In(call): In<Call<OperatorReset>>,
    mut book: ResMut<OperatorBook>,
    mut sessions: ResMut<OperatorSessions>,
    settings: Res<OperatorSettings>,
) -> Waits<()> {
    let OperatorReset { name, password } = call.request;
    if !book.0.contains_key(&name) {
        return Err(NO_SUCH_OPERATOR.into());
    }
    let password = hashed(&password, settings.password_cost, call.fact)?;
    let account = book.0.get_mut(&name).ok_or(NO_SUCH_OPERATOR)?;
    (account.password, account.must_change, account.totp) = (password, true, None);
    sessions.end_all(&name, None);
    Ok(Success::empty())
}

/// `operator_remove {name}`: sessions end. What the operator did stays in the audit.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OperatorRemove {
    /// The operator's name.
    name: String,
}

request!(
    Operator, "operator_remove", OperatorRemove => (), RIGHT = Right::OPERATORS, IN_REALM = true,
    CODES = &[Code::of(NO_SUCH_OPERATOR)],
);

fn operator_remove(
    In(call): In<Call<OperatorRemove>>,
    mut book: ResMut<OperatorBook>,
    mut sessions: ResMut<OperatorSessions>,
) -> Answer<()> {
    if !book.0.contains_key(&call.request.name) {
        return Err(NO_SUCH_OPERATOR);
    }
    book.0.remove(&call.request.name);
    sessions.end_all(&call.request.name, None);
    Ok(Success::empty())
}
