//! `battle` (docs/contract/role-play.md#battles).

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::battles::action::ActionWish;
use crate::battles::arena::{Arena, Turn, TurnError};
use crate::battles::told::Told;
use crate::case_file::{MUTED, Voices};
use crate::identity::{Account, NOT_YOUR_ROLE, own_role};
use crate::spelling::{self, Breaks};
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use raidkeep_engine::request::route::RouteApp;
use raidkeep_engine::request::{Call, Code, Player, Refusal, Success, Waits};

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<BattleTurn, _>(battle);
    app.add_route::<BattleTurn>("/battle");
}

const NO_SUCH_BATTLE: Refusal = Refusal::new(404, "no such battle");
const NOT_YOUR_BATTLE: Refusal = Refusal::new(403, "this is not your battle");
const ACTED_ALREADY: Refusal = Refusal::new(409, "you have acted in this round");

impl From<TurnError> for Refusal {
    fn from(error: TurnError) -> Self {
        match error {
            TurnError::NoSuchBattle => NO_SUCH_BATTLE,
            TurnError::NotYours => NOT_YOUR_BATTLE,
            TurnError::ActedAlready => ACTED_ALREADY,
        }
    }
}

/// `battle {role, id, text | action, items, skills, wait?}`: acts in the round. The reply comes with the verdict.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BattleTurn {
    /// The caller's own username.
    role: String,
    /// The battle's number, which is the challenge's.
    id: String,
    /// What the player does, in words.
    #[serde(default)]
    text: Option<String>,
    /// An alias of `text` that some clients use.
    #[serde(default)]
    action: Option<String>,
    /// Names of equipment that the player uses; what is not owned is ignored.
    #[serde(default)]
    items: Option<Vec<String>>,
    /// Names of skills that the player uses; what is not owned is ignored.
    #[serde(default)]
    skills: Option<Vec<String>>,
    /// An addition to the contract: with `false` the reply comes at once, and the verdict only as an event, for a client
    /// that has other requests to send on its connection meanwhile.
    #[serde(default = "yes")]
    wait: bool,
}

fn yes() -> bool {
    true
}

request!(
    Player, "battle", BattleTurn => Told,
    CODES = &[
        Code::of(NOT_YOUR_ROLE),
        Code::of(NOT_YOUR_BATTLE),
        Code::of(NO_SUCH_BATTLE),
        Code::of(ACTED_ALREADY),
        spelling::UNCLEAN,
        MUTED,
    ],
);

fn battle(In(call): In<Call<BattleTurn>>, mut arena: Arena, accounts: Query<&Account>, voices: Voices) -> Waits<Told> {
    if let Some(told) = call.fact.and_then(|fact| fact.downcast::<Told>().ok()) {
        return Ok(Success::with(*told));
    }
    let BattleTurn { role, id, text, action, items, skills, wait } = call.request;
    own_role(call.caller.get(&accounts)?, &role)?;
    let longest = arena.rules.text_longest;
    let text = text.or(action).filter(|text| text.chars().nth(longest).is_none());
    let expected = || Refusal::malformed("data.text", &format!("a string of at most {longest} characters"));
    let text = text.ok_or_else(expected)?;
    spelling::must_be_clean("data.text", &text, Breaks::Allowed)?;
    voices.may_say(call.caller.entity, &text)?;
    let (skills, items) = (skills.unwrap_or_default(), items.unwrap_or_default());
    let wish = ActionWish { text, skills, items };
    match arena.act(call.caller, &id, wish).map_err(Refusal::from)? {
        Turn::Told(told) => Ok(Success::with(told)),
        Turn::Waiting(_, told) if !wait => Ok(Success::with(told)),
        Turn::Waiting(notice, told) => Ok(Success::with(told).until(notice)),
    }
}
