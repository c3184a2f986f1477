//! Shared by the tests of tasks and of the narrator: a role, and how it plays.

use raidkeep::engine::account::AccountId;
use raidkeep::engine::players::Players;
use raidkeep::game::narrator::Script;
use raidkeep::game::narrator::script::Scene;
use raidkeep::game::shipped_rules;
use raidkeep::game::tasks::{PersonalTasks, PublicTasks, TaskBook};
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

/// A player and the role it plays.
pub(crate) struct Hero {
    pub(crate) player: TestPlayer,
    pub(crate) role: String,
    pub(crate) account: AccountId,
}

/// A new guest.
pub(crate) fn hero(server: &mut TestServer, unique_id: &str) -> Hero {
    let player = server.player(unique_id);
    let info = server.ask(&player, "get_player_info", json!({}));
    let role = info["data"]["name"].as_str().expect("everybody has a name").to_owned();
    let number = role.rsplit('#').next().and_then(|number| number.parse().ok()).expect("guests have numbers");
    Hero { player, role, account: AccountId(number) }
}

/// A server with a file of the shipped assets edited.
pub(crate) fn edited(file: &str, from: &str, to: &str) -> TestServer {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let assets = edit_assets(folder.path(), file, from, to);
    TestServer::with(TestSetup { assets, ..TestSetup::default() })
}

/// A server that offers every public task.
pub(crate) fn everything_offered() -> TestServer {
    let count = shipped_rules::<PublicTasks>().len();
    edited("tasks.ron", "queue_size: 3", &format!("queue_size: {count}"))
}

/// Sends a request as the role; returns the whole reply.
pub(crate) fn ask(server: &mut TestServer, hero: &Hero, function: &str, mut data: Value) -> Value {
    if data["role"].is_null() {
        data["role"] = hero.role.clone().into();
    }
    server.ask(&hero.player, function, data)
}

/// Asserts that the request succeeds; returns its `data`.
pub(crate) fn succeed(server: &mut TestServer, hero: &Hero, function: &str, data: Value) -> Value {
    let mut reply = ask(server, hero, function, data.clone());
    assert_eq!((&reply["status"], &reply["message"]), (&json!(0), &json!("success")), "{function} with {data}");
    reply["data"].take()
}

/// Asserts that the request is refused with this status and message, and that the refusal changes nothing.
pub(crate) fn refuse(server: &mut TestServer, hero: &Hero, function: &str, data: Value, expect: (i64, &str)) {
    let before = server.state_hash();
    let reply = ask(server, hero, function, data.clone());
    assert_eq!(reply, json!({"status": expect.0, "message": expect.1}), "{function} with {data}");
    assert_eq!(server.state_hash(), before, "{function} with {data}: a refusal changes nothing");
}

/// The tasks that a list function shows.
pub(crate) fn list(server: &mut TestServer, hero: &Hero, function: &str) -> Vec<String> {
    let data = succeed(server, hero, function, json!({}));
    let names = data["task_list"].as_array().expect("a list of tasks");
    names.iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
}

/// 龙眼, 凤羽 and experience of the player.
pub(crate) fn wealth(server: &mut TestServer, hero: &Hero) -> [i64; 3] {
    let info = succeed(server, hero, "get_player_info", json!({}));
    let owned = |prefix: &str| {
        let items = info["items"].as_array().expect("a list of items");
        items.iter().find_map(|item| item.as_str()?.strip_prefix(prefix)?.parse().ok()).unwrap_or(0)
    };
    [owned("3:51:"), owned("3:52:"), info["exp"].as_i64().expect("a number")]
}

/// A reward as numbers, in the order of [`wealth`].
pub(crate) fn amounts(reward: &Value) -> [i64; 3] {
    ["龙眼", "凤羽", "经验值"].map(|name| reward[name].as_i64().expect("every reward names all three"))
}

/// The scene of a script that the player is in.
pub(crate) fn scene_of<'a>(server: &mut TestServer, hero: &Hero, script: &'a Script) -> &'a Scene {
    let world = server.simulation().world_mut();
    let entity = world.resource::<Players>().entity(hero.account).expect("the player should be in memory");
    let active = world.get::<TaskBook>(entity).and_then(TaskBook::active).expect("a task should be under way");
    active.story.scene(script).expect("the scene should exist")
}

/// Says something in each turn, as `choose` decides from the scene; returns the last reply's `data`.
pub(crate) fn play(
    server: &mut TestServer,
    hero: &Hero,
    script: &Script,
    mut choose: impl FnMut(&Scene) -> String,
) -> Value {
    for _ in 0..script.turns_max {
        let text = choose(scene_of(server, hero, script));
        let told = succeed(server, hero, "feedback", json!({"text": text, "items": [], "skills": [], "roles": []}));
        if told["status"] == true {
            return told;
        }
    }
    panic!("a task should end within its {} turns", script.turns_max);
}

/// The shipped tasks and templates, each with its name and script.
pub(crate) fn scripts<'a>(
    public: &'a PublicTasks,
    personal: &'a PersonalTasks,
) -> impl Iterator<Item = (&'a str, &'a Script)> {
    let public = public.names().map(|name| (name, &public.get(name).expect("a listed name").script));
    public.chain(personal.all().map(|(name, template)| (name, &template.task.script)))
}
