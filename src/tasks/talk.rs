//! `main`, `task_request`, `others`: talk with the game master (document 5; semantics, section 15).

use std::fmt::Display;
use std::hash::Hasher;
use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::character::own_role;
use crate::clock::Clock;
use crate::hash::StableHasher;
use crate::identity::Account;
use crate::narrator::words::Spoken;
use crate::narrator::{Colours, GameMaster};
use crate::platforms::chat::wire::Draft;
use crate::request::route::RouteApp;
use crate::request::{Answer, Call, Player, Refusal, Request, RequestApp, Success, Waits, status};
use crate::rules::Rules;
use crate::tasks::model::TaskName;
use crate::tasks::play::{INTERNAL, Stage, TaskPlayer, TaskPlayerItem};
use crate::template::Template;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<Main, _>(main).add_route::<Main>("/main");
    app.add_request::<TaskRequest, _>(task_request).add_route::<TaskRequest>("/task_request");
    app.add_waiting_request::<Others, _>(others).add_route::<Others>("/others");
}

/// `main {text, role}`: says something to the game master. Naming a task that may be taken accepts it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Main {
    text: String,
    /// The caller's own username; left out or the game master's role, it is the caller as well.
    #[serde(default)]
    role: Option<String>,
}

impl Request for Main {
    const FUNCTION: &'static str = "main";
    type Caller = Player;
    type Reply = MainTold;
}

/// The reply of `main`.
#[derive(Debug, Serialize)]
pub struct MainTold {
    text: String,
    role: String,
    /// Whether a task was accepted by this message.
    status: bool,
    /// Its background then, base64.
    subimg: Option<Arc<str>>,
}

fn main(
    In(call): In<Call<Main>>,
    mut players: Query<TaskPlayer>,
    mut stage: Stage,
    master: Res<Rules<GameMaster>>,
    mut colours: Colours,
) -> Waits<MainTold> {
    let Main { text, role } = call.request;
    stage.rules.limits.check_text("data.text", &text)?;
    let mut player = players.get_mut(call.caller.entity).map_err(|_| INTERNAL)?;
    check_speaker(player.account, role.as_deref(), &master)?;
    let mut talk = Conversation { player: &mut player, stage: &mut stage, master: &master };
    if let Some(name) = talk.named_task(&text) {
        return Ok(talk.accept(name)?);
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

/// The game master's answer belongs to the words it answers.
fn hash_of(text: &str) -> u64 {
    let mut hasher = StableHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

fn check_speaker(account: &Account, role: Option<&str>, master: &GameMaster) -> Result<(), Refusal> {
    match role.filter(|role| *role != master.role) {
        Some(role) => own_role(account, role),
        None => Ok(()),
    }
}

/// A player and the game master at one talk.
struct Conversation<'a, 'p, 'q, 'w> {
    player: &'a mut TaskPlayerItem<'p, 'q>,
    stage: &'a mut Stage<'w>,
    master: &'a GameMaster,
}

impl Conversation<'_, '_, '_, '_> {
    /// The task that a text names, of those that the player may take; the longest name when there are more.
    fn named_task(&self, text: &str) -> Option<TaskName> {
        let public = self.player.book.public(&self.stage.queue).map(|name| TaskName::Public(name.to_owned()));
        let offered = public.chain(self.player.book.personal().iter().cloned());
        let spoken = Spoken::new(text);
        let shown = offered.filter_map(|name| Some((name.shown(&self.stage.personal)?, name)));
        let named = shown.filter(|(shown, _)| spoken.has(shown));
        named.max_by_key(|(shown, _)| shown.chars().count()).map(|(_, name)| name)
    }

    fn accept(&mut self, name: TaskName) -> Answer<MainTold> {
        let role = self.master.role.clone();
        if self.task_under_way().is_some() {
            let text = self.say(&self.master.tasks.busy);
            return Ok(Success::with(MainTold { text, role, status: false, subimg: None }));
        }
        self.stage.begin(self.player, name).ok_or(INTERNAL)?;
        let active = self.player.book.active().ok_or(INTERNAL)?;
        let opening = self.stage.opening(active, self.player.account);
        let text = format!("{}\n{opening}", self.say(&self.master.tasks.accepted));
        Ok(Success::with(MainTold { text, role, status: true, subimg: self.stage.background(active) }))
    }

    fn give_up(&mut self) -> String {
        if self.task_under_way().is_none() {
            return self.say(&self.master.tasks.none_active);
        }
        let text = self.say(&self.master.tasks.given_up);
        self.player.book.finish();
        text
    }

    fn chat(&mut self, text: &str) -> String {
        let line = self.master.line(text, &mut self.stage.randomness);
        line.map(|line| self.say(line)).unwrap_or_default()
    }

    fn event(&mut self, info: &str, text: &str) -> (String, String) {
        let (line, event) = self.master.event(info, text, &mut self.stage.randomness);
        (line.map(|line| self.say(line)).unwrap_or_default(), event.to_owned())
    }

    /// The name of the task the player is in.
    fn task_under_way(&self) -> Option<String> {
        let active = self.player.book.active().filter(|active| self.stage.scene(active).is_some())?;
        active.name.shown(&self.stage.personal)
    }

    fn say(&self, line: &Template) -> String {
        self.say_of(line, self.task_under_way())
    }

    /// A line in which `{task}` is this one.
    fn say_of(&self, line: &Template, task: Option<String>) -> String {
        let list = |names: Vec<String>| if names.is_empty() { self.master.nothing.clone() } else { names.join("、") };
        let tasks = self.player.book.public(&self.stage.queue).map(str::to_owned).collect();
        let personal = self.player.book.personal().iter().filter_map(|name| name.shown(&self.stage.personal)).collect();
        let values: [(&str, &dyn Display); 5] = [
            ("player", &self.player.account.name()),
            ("level", &self.stage.levels.standing(self.player.experience.total).level),
            ("task", &task.unwrap_or_else(|| self.master.nothing.clone())),
            ("tasks", &list(tasks)),
            ("personal", &list(personal)),
        ];
        line.fill(&values)
    }
}

/// `task_request {text, role}`: wishes for a task of one's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TaskRequest {
    text: String,
    role: String,
}

impl Request for TaskRequest {
    const FUNCTION: &'static str = "task_request";
    type Caller = Player;
    type Reply = WishTold;
}

/// The reply of `task_request`.
#[derive(Debug, Serialize)]
pub struct WishTold {
    text: String,
    role: String,
}

/// Why no task is made. The player is told in words; the status is for programs.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Objection {
    NotUnderstood,
    Known(String),
    ListFull,
    DayFull,
}

fn task_request(
    In(call): In<Call<TaskRequest>>,
    mut players: Query<TaskPlayer>,
    mut stage: Stage,
    master: Res<Rules<GameMaster>>,
    clock: Res<Clock>,
) -> Answer<WishTold> {
    let TaskRequest { text, role } = call.request;
    stage.rules.limits.check_text("data.text", &text)?;
    let mut player = players.get_mut(call.caller.entity).map_err(|_| INTERNAL)?;
    own_role(player.account, &role)?;
    let mut talk = Conversation { player: &mut player, stage: &mut stage, master: &master };
    let lines = &master.wishes;
    let (status, line, task) = match talk.grant_wish(&text, clock.day()) {
        Ok(task) => (status::SUCCESS, &lines.made, Some(task)),
        Err(Objection::Known(task)) => (409, &lines.known, Some(task)),
        Err(Objection::NotUnderstood) => (422, &lines.not_understood, None),
        Err(Objection::ListFull) => (429, &lines.list_full, None),
        Err(Objection::DayFull) => (429, &lines.day_full, None),
    };
    let text = talk.say_of(line, task);
    Ok(Success::with(WishTold { text, role: master.role.clone() }).status(status))
}

impl Conversation<'_, '_, '_, '_> {
    /// Makes a task that the wish speaks of; returns its name as players see it.
    fn grant_wish(&mut self, wish: &str, today: i32) -> Result<String, Objection> {
        let rules = &self.stage.rules;
        if self.player.book.personal().len() >= rules.personal_max {
            return Err(Objection::ListFull);
        }
        if self.player.book.wished_on(today) >= rules.personal_per_day {
            return Err(Objection::DayFull);
        }
        let (file, template) = self.stage.personal.find(wish).ok_or(Objection::NotUnderstood)?;
        let throw = rand::RngExt::random(self.stage.randomness.source());
        let subject = template.subject(wish, throw);
        let name = TaskName::Personal { template: file.to_owned(), subject: subject.to_owned() };
        let shown = template.task_name(subject);
        let is_active = self.player.book.active().is_some_and(|active| active.name == name);
        if is_active || self.player.book.personal().contains(&name) {
            return Err(Objection::Known(shown));
        }
        self.player.book.add_personal(name, today);
        Ok(shown)
    }
}

/// `others {info, role, text}`: a special event and what the player says to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Others {
    info: String,
    role: String,
    text: String,
}

impl Request for Others {
    const FUNCTION: &'static str = "others";
    type Caller = Player;
    type Reply = OthersTold;
}

/// The reply of `others`.
#[derive(Debug, Serialize)]
pub struct OthersTold {
    role: String,
    text: String,
    /// The name of the event; empty for one that the game master does not know.
    other: String,
}

fn others(
    In(call): In<Call<Others>>,
    mut players: Query<TaskPlayer>,
    mut stage: Stage,
    master: Res<Rules<GameMaster>>,
    mut colours: Colours,
) -> Waits<OthersTold> {
    let Others { info, role, text } = call.request;
    stage.rules.limits.check_text("data.info", &info)?;
    stage.rules.limits.check_text("data.text", &text)?;
    let mut player = players.get_mut(call.caller.entity).map_err(|_| INTERNAL)?;
    own_role(player.account, &role)?;
    let mut talk = Conversation { player: &mut player, stage: &mut stage, master: &master };
    let (line, other) = talk.event(&info, &text);
    let said = format!("{info}\n{text}");
    let draft = Draft { speaker: &master.role, script: &line, player_said: &said };
    let text = colours.tell(call.caller.account, hash_of(&said), &draft, call.fact)?;
    Ok(Success::with(OthersTold { role: master.role.clone(), text, other }))
}
