//! `try`.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::trial::on_fork::{TrialOutcome, TrialQuestion, Tried};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::fork::{ForkOrigin, ForkSource, NotGathered, Wanted};
use raidkeep_engine::in_force::InForce;
use raidkeep_engine::operators::{OperatorIdentity, Right};
use raidkeep_engine::request;
use raidkeep_engine::request::answer::found_when_folded;
use raidkeep_engine::request::trial::{NotTriable, PLAYER};
use raidkeep_engine::request::{Call, Code, Job, Operator, Refusal, RequestTable, Success, Waits};
use raidkeep_engine::rules::LoadedRules;

pub(super) fn register(app: &mut App) {
    app.init_resource::<Trials>().add_waiting_request::<TryFirst, _>(try_first);
}

/// How long a trial may take: less than a request waits for a job.
pub const TRIAL_WITHIN: Duration = Duration::from_secs(12);
/// How often a fork may turn out to lack something.
const FORKS_MAX: usize = 6;

/// Runs forks. It may take seconds, and is called off the world's thread.
#[derive(Clone, Resource)]
pub struct Trials(Arc<dyn Fn(&TrialQuestion, Duration) -> Result<TrialOutcome, String> + Send + Sync>);

impl Trials {
    /// By a function, which has so much time and returns what is wrong in words for operators.
    pub fn new(run: impl Fn(&TrialQuestion, Duration) -> Result<TrialOutcome, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(run))
    }
}

impl Default for Trials {
    /// For programs that run no forks.
    fn default() -> Self {
        Self::new(|_, _| Err("this program runs no forks of its worlds".to_owned()))
    }
}

impl fmt::Debug for Trials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trials")
    }
}

/// `try {function, arguments}`: what a function of operators that names a player would answer and change, without doing it. It
/// takes the right of that function.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TryFirst {
    /// The function.
    function: String,
    /// What its `data` would be. A journal does not keep it.
    #[schemars(with = "Map<String, Value>")]
    arguments: Value,
}

const NOT_TRIED: i32 = 98;
const NO_FORK: i32 = 97;

request!(
    Operator, "try", TryFirst => Tried, RIGHT = Right::VIEW,
    SECRETS = &["arguments"],
    STANDS_FOR = |request| Some(&request.function),
    CODES = &[
        Code::refusal(NOT_TRIED, "the function cannot be tried; the message says why"),
        Code::refusal(NO_FORK, "no fork of the world could be run, or it took too long"),
    ],
);

/// What came of it, in a form that a journal can store: the [`Tried`] as JSON.
type TrialAnswer = Result<String, TrialFault>;

/// Why it was not tried, in words for operators.
#[derive(Debug, Serialize, Deserialize)]
enum TrialFault {
    /// It never can be.
    Impossible(String),
    /// It was not this time.
    NoFork(String),
}

fn try_first(In(call): In<Call<TryFirst>>, world: &World) -> Waits<Tried> {
    let TryFirst { function, arguments } = call.request;
    let cannot = |why: &dyn fmt::Display| Refusal::saying(NOT_TRIED, format!("{function} cannot be tried: {why}"));
    // The way in has found the function; where it is none of this world, it is the realm's.
    let kind = world.resource::<RequestTable>().find(&function).ok_or_else(|| cannot(&NotTriable::OfRealm))?;
    kind.check_triable().map_err(|why| cannot(&why))?;
    let answer: TrialAnswer = found_when_folded(call.fact, "it was not tried, retry", || {
        let trial = Trial {
            trials: world.resource::<Trials>().clone(),
            source: ForkSource::of(world),
            rules: Arc::clone(world.resource::<InForce>().of_files()),
            operator: call.caller.identity.clone(),
            function: function.clone(),
            arguments,
        };
        Ok(Job::beside(move || -> TrialAnswer { trial.run() }))
    })?;
    match answer {
        Ok(tried) => Ok(Success::with(serde_json::from_str(&tried).map_err(|_| Refusal::internal())?)),
        Err(TrialFault::Impossible(why)) => Err(cannot(&why).into()),
        Err(TrialFault::NoFork(why)) => Err(Refusal::saying(NO_FORK, why).into()),
    }
}

/// A trial that is about to run.
struct Trial {
    trials: Trials,
    source: ForkSource,
    rules: Arc<LoadedRules>,
    operator: Arc<OperatorIdentity>,
    function: String,
    arguments: Value,
}

impl Trial {
    fn run(self) -> TrialAnswer {
        let deadline = Instant::now() + TRIAL_WITHIN;
        let player = named_player(&self.arguments);
        let mut wanted = BTreeSet::from([Wanted::Player(player)]);
        let mut question = TrialQuestion {
            origin: self.gather(&wanted)?,
            rules: self.rules.files(),
            operator: (*self.operator).clone(),
            player,
            function: self.function.clone(),
            arguments: self.arguments.to_string(),
        };
        for more_forks in (0..FORKS_MAX).rev() {
            let left = deadline.saturating_duration_since(Instant::now());
            match (self.trials.0)(&question, left).map_err(TrialFault::NoFork)? {
                TrialOutcome::Tried(tried) => {
                    return serde_json::to_string(&tried).map_err(|error| TrialFault::NoFork(error.to_string()));
                }
                TrialOutcome::Impossible(why) => return Err(TrialFault::Impossible(why)),
                TrialOutcome::Lacks(more) if more_forks > 0 => wanted.extend(more),
                TrialOutcome::Lacks(_) => break,
            }
            question.origin = self.gather(&wanted)?;
        }
        Err(TrialFault::Impossible("it needs too many rows of other players".to_owned()))
    }

    fn gather(&self, wanted: &BTreeSet<Wanted>) -> Result<ForkOrigin, TrialFault> {
        self.source.gather(wanted).map_err(|error| match error {
            NotGathered::UnknownTable(_) | NotGathered::TooMuch => TrialFault::Impossible(error.to_string()),
            NotGathered::Storage(_) | NotGathered::Restless => TrialFault::NoFork(error.to_string()),
        })
    }
}

/// The player whom arguments name; one that does not exist where they name none, which the fork refuses as the world does.
fn named_player(arguments: &Value) -> AccountId {
    let number = match &arguments[PLAYER] {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    AccountId(number.unwrap_or_default())
}
