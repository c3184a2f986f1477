//! `task_info`, `task_info_personal`, `select`, `select_personal`, `feedback` (docs/contract/role-play.md#tasks).

use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case_file::MUTED;
use crate::identity::{Account, NOT_YOUR_ROLE, own_role};
use crate::items::Amount;
use crate::narrator::{Abilities, Colours, Said};
use crate::platforms::chat::wire::Draft;
use crate::spelling;
use crate::tasks::model::TaskName;
use crate::tasks::play::{INTERNAL, Played, TaskPlayer, TaskPlayerItem, TaskStage};
use crate::tasks::rules::{RewardShown, SpeechLimits};
use crate::tasks::{PersonalTasks, TaskBook, TaskQueue};
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use raidkeep_engine::request::route::RouteApp;
use raidkeep_engine::request::{Answer, Call, Code, Player, Reads, Refusal, Success, Waits};
use raidkeep_engine::rules::Rules;

pub(super) fn register(app: &mut App) {
    app.add_request::<TaskInfo, _>(task_info).add_route::<TaskInfo>("/task_info");
    app.add_request::<TaskInfoPersonal, _>(task_info_personal).add_route::<TaskInfoPersonal>("/task_info_personal");
    app.add_request::<Select, _>(select).add_route::<Select>("/select");
    app.add_request::<SelectPersonal, _>(select_personal).add_route::<SelectPersonal>("/select_personal");
    app.add_waiting_request::<Feedback, _>(feedback).add_route::<Feedback>("/feedback");
}

const NO_SUCH_TASK: Refusal = Refusal::new(404, "this task is not among those you may take");
const ANOTHER_TASK: Refusal = Refusal::new(409, "another task is under way");
const NO_TASK: Refusal = Refusal::new(404, "no task is under way");

/// `task_info {role}`: the public tasks that the player may take.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TaskInfo {
    /// The caller's own username.
    role: String,
}

request!(Player, "task_info", TaskInfo => TaskList, CODES = &[Code::of(NOT_YOUR_ROLE)]);

/// `task_info_personal {role}`: the tasks that were made for the player.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TaskInfoPersonal {
    /// The caller's own username.
    role: String,
}

request!(
    Player, "task_info_personal", TaskInfoPersonal => TaskList,
    READS = Reads::Caller,
    CODES = &[Code::of(NOT_YOUR_ROLE)],
);

/// The reply of `task_info` and `task_info_personal`.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct TaskList {
    /// Their names.
    task_list: Vec<String>,
}

fn task_info(
    In(call): In<Call<TaskInfo>>,
    players: Query<(&Account, &TaskBook)>,
    queue: Res<TaskQueue>,
) -> Answer<TaskList> {
    let (account, book) = call.caller.get(&players)?;
    own_role(account, &call.request.role)?;
    Ok(Success::with(TaskList { task_list: book.public(&queue).map(str::to_owned).collect() }))
}

fn task_info_personal(
    In(call): In<Call<TaskInfoPersonal>>,
    players: Query<(&Account, &TaskBook)>,
    tasks: Res<Rules<PersonalTasks>>,
) -> Answer<TaskList> {
    let (account, book) = call.caller.get(&players)?;
    own_role(account, &call.request.role)?;
    Ok(Success::with(TaskList { task_list: book.personal().iter().filter_map(|name| name.shown(&tasks)).collect() }))
}

/// `select {role, task_name}`: starts a public task. If it is already under way, its scene is shown again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Select {
    /// The caller's own username.
    role: String,
    /// One of `task_info`.
    task_name: String,
}

request!(
    Player, "select", Select => TaskBegun,
    CODES = &[Code::of(NOT_YOUR_ROLE), Code::of(NO_SUCH_TASK), Code::of(ANOTHER_TASK)],
);

/// `select_personal {role, task_name}`: the same with a personal task.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SelectPersonal {
    /// The caller's own username.
    role: String,
    /// One of `task_info_personal`.
    task_name: String,
}

request!(
    Player, "select_personal", SelectPersonal => TaskBegun,
    READS = Reads::Caller,
    CODES = &[Code::of(NOT_YOUR_ROLE), Code::of(NO_SUCH_TASK), Code::of(ANOTHER_TASK)],
);

/// The reply of `select` and `select_personal`.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct TaskBegun {
    /// The background, base64.
    image_data: Option<Arc<str>>,
    /// What the player reads first.
    text: String,
}

fn select(In(call): In<Call<Select>>, mut players: Query<TaskPlayer>, mut stage: TaskStage) -> Answer<TaskBegun> {
    let mut player = call.caller.get_mut(&mut players)?;
    own_role(player.account, &call.request.role)?;
    let wanted = call.request.task_name;
    let is_offered = player.book.public(&stage.queue).any(|name| name == wanted);
    enter(&mut player, &mut stage, TaskName::Public(wanted), is_offered)
}

fn select_personal(
    In(call): In<Call<SelectPersonal>>,
    mut players: Query<TaskPlayer>,
    mut stage: TaskStage,
) -> Answer<TaskBegun> {
    let mut player = call.caller.get_mut(&mut players)?;
    own_role(player.account, &call.request.role)?;
    let wanted = &call.request.task_name;
    let known = player.book.personal().iter().chain(player.book.active().map(|active| &active.name));
    let mut named = known.filter(|name| name.is_personal() && name.shown(&stage.personal).as_ref() == Some(wanted));
    let name = named.next().cloned().ok_or(NO_SUCH_TASK)?;
    let is_offered = player.book.personal().contains(&name);
    enter(&mut player, &mut stage, name, is_offered)
}

fn enter(
    player: &mut TaskPlayerItem<'_, '_>,
    stage: &mut TaskStage,
    name: TaskName,
    is_offered: bool,
) -> Answer<TaskBegun> {
    let active = player.book.active().filter(|active| stage.scene(active).is_some());
    match active.map(|active| active.name == name) {
        Some(true) => {}
        Some(false) => return Err(ANOTHER_TASK),
        None if !is_offered => return Err(NO_SUCH_TASK),
        None => stage.begin(player, name).ok_or(NO_SUCH_TASK)?,
    }
    let active = player.book.active().ok_or(INTERNAL)?;
    Ok(Success::with(TaskBegun { image_data: stage.background(active), text: stage.opening(active, player.account) }))
}

/// `feedback {text, role, items, skills, roles}`: plays the task under way.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Feedback {
    /// What the player says or does.
    text: String,
    /// The caller's own username.
    role: String,
    /// Names of equipment that the player uses; what is not owned is ignored.
    #[serde(default)]
    items: Vec<String>,
    /// Names of skills that the player uses; what is not owned is ignored.
    #[serde(default)]
    skills: Vec<String>,
    /// The roles met so far, as the client remembers them.
    #[serde(default)]
    roles: Vec<String>,
}

request!(
    Player, "feedback", Feedback => StoryTold,
    READS = Reads::Caller,
    CODES = &[Code::of(NOT_YOUR_ROLE), Code::of(NO_TASK), spelling::UNCLEAN, MUTED],
);

/// The reply of `feedback`.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct StoryTold {
    /// What the player reads.
    text: String,
    /// Who speaks.
    role: String,
    /// Whether the task has ended.
    status: bool,
    /// Whether the speaker is new to the client.
    npc_status: bool,
    /// Its portrait if so, base64.
    image_data: Option<Arc<str>>,
    /// At the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    reward: Option<RewardShown>,
    /// What the task's drop tables have brought, at the end.
    #[serde(skip_serializing_if = "is_nothing")]
    drops: Option<Vec<Amount>>,
}

fn is_nothing(drops: &Option<Vec<Amount>>) -> bool {
    drops.as_ref().is_none_or(Vec::is_empty)
}

fn feedback(
    In(call): In<Call<Feedback>>,
    mut players: Query<TaskPlayer>,
    mut stage: TaskStage,
    mut colours: Colours,
) -> Waits<StoryTold> {
    let request = &call.request;
    check_sizes(request, &stage.rules.limits)?;
    let mut player = call.caller.get_mut(&mut players)?;
    own_role(player.account, &request.role)?;
    stage.may_say(&player, &request.text)?;
    let attributes = stage.attributes(&player.experience, player.possessions);
    let abilities = Abilities::new(attributes, player.possessions, &request.skills, &request.items);
    let said = Said { text: &request.text, abilities: &abilities };
    let Played { role, portrait, script, situation, step } = stage.play(&player, &said).ok_or(NO_TASK)?;
    let draft = Draft { speaker: &role, script: &script, player_said: &request.text };
    let text = colours.tell(call.caller.account, situation, &draft, call.fact)?;
    let (reward, drops) = stage.take_step(&mut player, step).map(|won| (won.reward, won.drawn)).unzip();
    let npc_status = !request.roles.contains(&role);
    let image_data = portrait.filter(|_| npc_status);
    Ok(Success::with(StoryTold { text, role, status: reward.is_some(), npc_status, image_data, reward, drops }))
}

fn check_sizes(request: &Feedback, limits: &SpeechLimits) -> Result<(), Refusal> {
    limits.check_text("data.text", &request.text)?;
    limits.check_names("data.items", &request.items, limits.used_max)?;
    limits.check_names("data.skills", &request.skills, limits.used_max)?;
    limits.check_names("data.roles", &request.roles, limits.roles_max)
}
