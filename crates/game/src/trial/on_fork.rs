//! Tries a request on a fork, in the process that has the fork.

use std::collections::BTreeSet;

use bevy_app::App;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::player_view::requests::PlayerView;
use crate::trial::differences::{Difference, differences};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::fork::{Asked, Fork, ForkOrigin, NotAnswered, Wanted};
use raidkeep_engine::operators::OperatorIdentity;
use raidkeep_engine::request::Request;
use raidkeep_engine::rules::{LoadedRules, RuleFiles};

/// The most entries of each list of the view that are compared.
const ENTRIES: u32 = 500;

/// What is to be tried, and on what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialQuestion {
    /// What the fork begins with.
    pub origin: ForkOrigin,
    /// The rules of the world.
    pub rules: RuleFiles,
    /// Who asks.
    pub operator: OperatorIdentity,
    /// The player whose view is compared.
    pub player: AccountId,
    /// The function.
    pub function: String,
    /// Its arguments, JSON.
    pub arguments: String,
}

impl TrialQuestion {
    /// A form in which one process hands it to another of the same program.
    ///
    /// # Panics
    /// Never: it is plain data.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("a question should be plain data")
    }

    /// Reads that form.
    ///
    /// # Errors
    /// When it is something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, postcard::Error> {
        postcard::from_bytes(bytes)
    }
}

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TrialOutcome {
    /// It was tried.
    Tried(Box<Tried>),
    /// The fork has to be begun anew with this as well.
    Lacks(BTreeSet<Wanted>),
    /// It can only be done, not tried; why.
    Impossible(String),
}

/// The reply of `try`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tried {
    /// The status that the request would be answered with; 0 = it would succeed.
    pub status: i32,
    /// The message of that answer.
    pub message: String,
    /// The data of that answer, without what is told once, such as a password.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub data: Value,
    /// What the audit would say has changed.
    pub changes: Vec<String>,
    /// What would be different in the view of the player, by part.
    pub effect: Vec<Difference>,
    /// Tables that are too large to be handed over: what the request would do there is not known.
    pub not_known: Vec<String>,
}

/// The JSON of a reply.
#[derive(Deserialize)]
struct Reply {
    status: i32,
    message: String,
    #[serde(default)]
    data: Value,
}

/// Tries a request on a fork that has these features and rules, which are those of the world.
///
/// # Errors
/// When the fork cannot run, in words for operators.
pub fn try_on_fork(app: App, rules: &LoadedRules, question: TrialQuestion) -> Result<TrialOutcome, String> {
    match tried(app, rules, question) {
        Ok(tried) => Ok(TrialOutcome::Tried(Box::new(tried))),
        Err(NotAnswered::Lacks(wanted)) => Ok(TrialOutcome::Lacks(wanted)),
        Err(NotAnswered::Impossible(why)) => Ok(TrialOutcome::Impossible(why.to_owned())),
        Err(NotAnswered::Storage(error)) => Err(error.to_string()),
    }
}

fn tried(app: App, rules: &LoadedRules, question: TrialQuestion) -> Result<Tried, NotAnswered> {
    let TrialQuestion { origin, operator, player, function, arguments, .. } = question;
    let not_known = origin.without.clone();
    let mut fork = Fork::start(app, rules, origin)?;
    let view = |fork: &mut Fork| view(fork, player, &operator);
    let before = view(&mut fork)?;
    let Asked { reply, audited } = fork.ask(&function, &arguments, &operator)?;
    let after = view(&mut fork)?;
    let Reply { status, message, data } = read(&reply);
    // What is told once is not in the audit; and it would be of no use, since it is not what the world will say.
    let kept = audited.as_ref().map(|audited| serde_json::from_str(&audited.reply).unwrap_or_default());
    let changes = audited.map(|audited| audited.changes.into_iter().map(String::from).collect());
    Ok(Tried {
        status,
        message,
        data: kept.unwrap_or(data),
        changes: changes.unwrap_or_default(),
        effect: differences(&before, &after),
        not_known,
    })
}

/// The parts of the view of a player; null when there is no such player.
fn view(fork: &mut Fork, player: AccountId, operator: &OperatorIdentity) -> Result<Value, NotAnswered> {
    let arguments = json!({"player": player.0, "limit": ENTRIES}).to_string();
    let mut reply = read(&fork.ask(PlayerView::FUNCTION, &arguments, operator)?.reply);
    Ok(reply.data["parts"].take())
}

fn read(reply: &str) -> Reply {
    let unread = |error: serde_json::Error| Reply { status: -1, message: error.to_string(), data: Value::Null };
    serde_json::from_str(reply).unwrap_or_else(unread)
}
