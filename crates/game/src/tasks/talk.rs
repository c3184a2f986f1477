//! `main`, `task_request`, `others`: talk with the game master (docs/contract/role-play.md#game-master).

use std::hash::Hasher;
use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case_file::MUTED;
use crate::identity::{Account, NOT_YOUR_ROLE, own_role};
use crate::narrator::{Colours, GameMaster};
use crate::platforms::chat::wire::Draft;
use crate::spelling;
use crate::tasks::conversation::{Accepted, Conversation, Objection};
use crate::tasks::events::{EventHeard, Reported};
use crate::tasks::play::{INTERNAL, TaskPlayer, TaskStage};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::hash::StableHasher;
use raidkeep_engine::request;
use raidkeep_engine::request::route::RouteApp;
use raidkeep_engine::request::{Answer, Call, Code, Player, Refusal, Success, Waits, status};
use raidkeep_engine::rules::Rules;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<Main, _>(main).add_route::<Main>("/main");
    app.add_request::<TaskRequest, _>(task_request).add_route::<TaskRequest>("/task_request");
    app.add_waiting_request::<Others, _>(others).add_route::<Others>("/others");
}

/// `main {text, role}`: says something to the game master. Naming a task that may be taken accepts it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Main {
    /// What the player says.
    text: String,
    /// The caller's own username. Absent, or the game master's role, also means the caller.
    #[serde(default)]
    role: Option<String>,
}

request!(Player, "main", Main => MainTold, CODES = &[Code::of(NOT_YOUR_ROLE), spelling::UNCLEAN, MUTED]);

/// The reply of `main`.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct MainTold {
    /// What the game master answers.
    text: String,
    /// The game master's role.
    role: String,
    /// Whether a task was accepted by this message.
    status: bool,
    /// Its background if so, base64.
    subimg: Option<Arc<str>>,
}

fn main(
    In(call): In<Call<Main>>,
    mut players: Query<TaskPlayer>,
    mut stage: TaskStage,
    master: Res<Rules<GameMaster>>,
    mut colours: Colours,
) -> Waits<MainTold> {
    let Main { text, role } = call.request;
    stage.rules.limits.check_text("data.text", &text)?;
    let mut player = call.caller.get_mut(&mut players)?;
    check_speaker(player.account, role.as_deref(), &master)?;
    stage.may_say(&player, &text)?;
    let mut talk = Conversation { player: &mut player, stage: &mut stage, master: &master };
    if let Some(name) = talk.named_task(&text) {
        let Accepted { text, is_begun, background } = talk.accept(name).ok_or(INTERNAL)?;
        let role = master.role.clone();
        return Ok(Success::with(MainTold { text, role, status: is_begun, subimg: background }));
    }
    let text = if master.is_giving_up(&text) {
        talk.give_up()
    } else {
        let line = talk.chat(&text);
        let draft = Draft { speaker: &master.role, script: &line, player_said: &text };
        colours.tell(call.caller.account, hash_of(&text), &draft, call.fact)?
    };
    Ok(Success::with(MainTold { text, role: master.role.clone(), status: false, subimg: None }))
}

/// Identifies the words that the game master answers.
fn hash_of(text: &str) -> u64 {
    let mut hasher = StableHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

fn check_speaker(account: &Account, role: Option<&str>, master: &GameMaster) -> Result<(), Refusal> {
    match role.filter(|role| !spelling::is_same(role, &master.role)) {
        Some(role) => own_role(account, role),
        None => Ok(()),
    }
}

/// `task_request {text, role}`: asks for a personal task.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TaskRequest {
    /// What kind of task the player would like.
    text: String,
    /// The caller's own username.
    role: String,
}

request!(
    Player, "task_request", TaskRequest => WishTold,
    CODES = &[
        Code::of(NOT_YOUR_ROLE),
        Code::refusal(KNOWN, "there is such a task already; `text` says so"),
        Code::refusal(NOT_UNDERSTOOD, "the wish is not understood, or has characters that are not shown"),
        Code::refusal(TOO_MANY, "too many tasks are waiting, or were made today; `text` says so"),
        MUTED,
    ],
);

const KNOWN: i32 = 409;
const NOT_UNDERSTOOD: i32 = spelling::ILLEGAL;
const TOO_MANY: i32 = 429;

/// The reply of `task_request`.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct WishTold {
    /// What the game master answers.
    text: String,
    /// The game master's role.
    role: String,
}

fn task_request(
    In(call): In<Call<TaskRequest>>,
    mut players: Query<TaskPlayer>,
    mut stage: TaskStage,
    master: Res<Rules<GameMaster>>,
    clock: Res<Clock>,
) -> Answer<WishTold> {
    let TaskRequest { text, role } = call.request;
    stage.rules.limits.check_text("data.text", &text)?;
    let mut player = call.caller.get_mut(&mut players)?;
    own_role(player.account, &role)?;
    stage.may_say(&player, &text)?;
    let mut talk = Conversation { player: &mut player, stage: &mut stage, master: &master };
    let lines = &master.wishes;
    let (status, line, task) = match talk.grant_wish(&text, clock.day()) {
        Ok(task) => (status::SUCCESS, &lines.made, Some(task)),
        Err(Objection::Known(task)) => (KNOWN, &lines.known, Some(task)),
        Err(Objection::NotUnderstood) => (NOT_UNDERSTOOD, &lines.not_understood, None),
        Err(Objection::ListFull) => (TOO_MANY, &lines.list_full, None),
        Err(Objection::DayFull) => (TOO_MANY, &lines.day_full, None),
    };
    let text = talk.say_of(line, task);
    Ok(Success::with(WishTold { text, role: master.role.clone() }).status(status))
}

/// `others {info, role, text}`: a special event and what the player says to it. It begins, or the one under way
/// continues.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Others {
    /// Which event.
    info: String,
    /// The caller's own username.
    role: String,
    /// What the player says to it.
    text: String,
}

request!(Player, "others", Others => OthersTold, CODES = &[Code::of(NOT_YOUR_ROLE), spelling::UNCLEAN, MUTED]);

/// The reply of `others`.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct OthersTold {
    /// The game master's role.
    role: String,
    /// What the game master tells.
    text: String,
    /// The name of the event; empty for one that the game master does not know.
    other: String,
}

fn others(
    In(call): In<Call<Others>>,
    mut players: Query<TaskPlayer>,
    mut stage: TaskStage,
    master: Res<Rules<GameMaster>>,
    mut colours: Colours,
) -> Waits<OthersTold> {
    let Others { info, role, text } = call.request;
    stage.rules.limits.check_text("data.info", &info)?;
    stage.rules.limits.check_text("data.text", &text)?;
    let mut player = call.caller.get_mut(&mut players)?;
    own_role(player.account, &role)?;
    stage.may_say(&player, &text)?;
    let mut talk = Conversation { player: &mut player, stage: &mut stage, master: &master };
    let EventHeard { script, name: other, situation, step } = talk.event(&Reported { info: &info, text: &text });
    let said = format!("{info}\n{text}");
    let draft = Draft { speaker: &master.role, script: &script, player_said: &said };
    let text = colours.tell(call.caller.account, situation.unwrap_or_else(|| hash_of(&said)), &draft, call.fact)?;
    stage.take_event_step(&mut player, step);
    Ok(Success::with(OthersTold { role: master.role.clone(), text, other }))
}
