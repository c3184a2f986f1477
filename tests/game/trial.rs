//! `try`: what a function of operators would change for a player, on a fork that runs in this process.

use std::sync::Arc;

use crate::desk::{Client, helped, server_of};
use crate::operators::{ask, operator};
use crate::replayed::replayed;
use raidkeep::engine::request::RequestTable;
use raidkeep::engine::rules::AssetSource;
use raidkeep::engine::tick::state_hash;
use raidkeep::game;
use raidkeep::game::trial::on_fork::try_on_fork;
use raidkeep::game::trial::requests::Trials;
use raidkeep::studio::testing::{TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

/// Runs forks as `raidkeep fork` does, without a process.
fn trials() -> Trials {
    let settings = TestSetup::default().settings;
    Trials::new(move |question, _| {
        let source = AssetSource::Kept("the rules of the world".to_owned(), Arc::new(question.rules.clone()));
        let rules = game::load_rules(&settings, &source).map_err(|problems| problems.to_string())?;
        try_on_fork(game::build_app(&settings), &rules, question.clone())
    })
}

fn forking(mut setup: TestSetup) -> TestSetup {
    setup.extend.push(|app| {
        app.insert_resource(trials());
    });
    setup
}

fn server() -> (TestServer, Client, Client) {
    server_of(TestServer::with(forking(TestSetup::default())))
}

/// Tries a function for a player with a reason, which must change nothing; returns the whole reply.
fn try_out(server: &mut TestServer, function: &str, client: &Client, mut data: Value) -> Value {
    data["player"] = client.number.into();
    data["reason"] = "ticket 17".into();
    // Whoever is not in memory is loaded, which the hash of what is in memory shows.
    let view = server.operate("player_view", json!({"player": client.number}));
    let before = server.state_hash();
    let reply = server.operate("try", json!({"function": function, "arguments": data}));
    assert_eq!(server.state_hash(), before, "{function} with {data}: a trial changes nothing");
    assert_eq!(server.operate("player_view", json!({"player": client.number})), view, "{function}: nor what is seen");
    reply
}

/// The same, where the request would succeed; returns the trial.
fn tried(server: &mut TestServer, function: &str, client: &Client, data: Value) -> Value {
    let reply = try_out(server, function, client, data.clone());
    assert_eq!((&reply["status"], &reply["data"]["status"]), (&json!(0), &json!(0)), "{function} with {data}: {reply}");
    reply["data"].clone()
}

/// What is different in a trial: `part: what`, before and after.
fn effect(trial: &Value) -> Vec<(String, Value, Value)> {
    let differences = trial["effect"].as_array().expect("differences").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    differences
        .map(|each| {
            (format!("{}: {}", text(&each["part"]), text(&each["what"])), each["before"].clone(), each["after"].clone())
        })
        .collect()
}

/// Before and after of one difference.
fn of(trial: &Value, what: &str) -> (Value, Value) {
    let found = effect(trial).into_iter().find(|(named, ..)| named == what);
    let (_, before, after) = found.unwrap_or_else(|| panic!("{what} should be among {:#?}", effect(trial)));
    (before, after)
}

#[test]
fn a_grant_shows_what_the_player_would_have_and_then_does_the_same() {
    let (mut server, ann, _) = server();
    let energy = ann.energy(&mut server);
    let asked = json!({"items": ["3:1:7"], "energy": 50});
    let trial = tried(&mut server, "player_grant", &ann, asked.clone());
    assert_eq!(of(&trial, "overview: energy.remain"), (json!(energy), json!(energy + 50)));
    assert_eq!(of(&trial, "overview: items[3:1]"), (json!(0), json!(7)));
    let (_, movement) = of(&trial, "movements: entries[1]");
    assert_eq!((&movement["why"], &movement["changes"][0]["change"]), (&json!("operator"), &json!(7)), "{movement}");
    assert_eq!(trial["changes"], json!(["3:1: 0 -> 7", format!("energy {energy} -> {}", energy + 50)]));
    assert_eq!(trial["not_known"], json!([]), "of a small world the fork knows all");
    assert_eq!(server.operate("audit_list", json!({}))["data"]["entries"], json!([]), "only what is done is audited");
    assert_eq!(server.operate("ledger_list", json!({"name": "Ann"}))["data"]["entries"], json!([]));
    let stock = helped(&mut server, "player_grant", &ann, asked);
    assert_eq!(trial["data"], stock, "what was tried is what is done");
    assert_eq!(ann.energy(&mut server), energy + 50);
    let again = tried(&mut server, "player_take", &ann, json!({"items": ["3:1:3"]}));
    assert_eq!(of(&again, "overview: items[3:1]"), (json!(7), json!(4)), "a trial begins with what is there now");
    assert_eq!(server.verify(), []);
}

#[test]
fn a_refusal_is_shown_as_the_request_would_get_it() {
    let (mut server, ann, _) = server();
    let cases = [
        ("player_take", json!({"items": ["3:1:7"]}), 97, "the player has too little: items"),
        ("player_grant", json!({"items": ["3:999:7"]}), 98, "no item 3:999"),
        ("player_rename", json!({"name": "Bob"}), 98, "the name is taken, or looks like one that is"),
        ("movement_undo", json!({"movement": 5}), 98, "no such movement in the ledger of this player"),
        ("player_grant", json!({"energy": -1}), 13, "data.energy: expected 0 to 1000000000"),
    ];
    for (function, data, status, message) in cases {
        let trial = try_out(&mut server, function, &ann, data)["data"].clone();
        assert_eq!((&trial["status"], &trial["message"]), (&json!(status), &json!(message)), "{function}");
        assert_eq!(
            (effect(&trial), &trial["changes"]),
            (Vec::new(), &json!([])),
            "{function}: it would change nothing"
        );
    }
    let nobody = json!({"function": "player_kick", "arguments": {"player": 9, "reason": "ticket 17"}});
    assert_eq!(server.operate("try", nobody)["status"], 98, "a kick reaches connections, which a fork has not");
    let nobody = json!({"function": "tokens_end", "arguments": {"player": 9, "reason": "ticket 17"}});
    let reply = server.operate("try", nobody);
    assert_eq!(
        (&reply["data"]["status"], &reply["data"]["message"]),
        (&json!(99), &json!("no such player")),
        "{reply}"
    );
    for wrong in [json!({}), json!([1]), json!("player"), json!({"player": "Ann", "reason": 7})] {
        let reply = server.operate("try", json!({"function": "tokens_end", "arguments": wrong}));
        assert_eq!(reply["data"]["status"], 13, "{wrong}: {reply}");
    }
}

#[test]
fn bans_names_notes_and_log_ins_are_tried_too() {
    let (mut server, ann, _) = server();
    let banned = tried(&mut server, "player_ban", &ann, json!({"message": "You used a bot."}));
    assert!(!effect(&banned).is_empty(), "{banned}");
    let noted = tried(&mut server, "note_add", &ann, json!({"text": "Called twice."}));
    assert!(effect(&noted).iter().any(|(_, _, after)| after["text"] == "Called twice."), "{noted}");
    let renamed = tried(&mut server, "player_rename", &ann, json!({"name": "Anna"}));
    assert_eq!((&renamed["data"], &renamed["changes"]), (&json!({"former": "Ann"}), &json!(["name Ann -> Anna"])));
    assert_eq!(of(&renamed, "overview: name"), (json!("Ann"), json!("Anna")));
    let once = tried(&mut server, "password_once", &ann, json!({}));
    assert_eq!(once.get("data"), None, "the password of a fork opens nothing, so nobody is told it: {once}");
    let ended = tried(&mut server, "tokens_end", &ann, json!({}));
    assert!(ended["status"] == 0 && ann.ask(&mut server, "get_player_info", json!({}))["status"] == 0, "{ended}");
}

#[test]
fn a_movement_and_an_attempt_are_given_back_on_a_fork() {
    let (mut server, ann, _) = server();
    helped(&mut server, "player_grant", &ann, json!({"items": ["3:1:10"]}));
    let listed = server.operate("ledger_list", json!({"name": "Ann", "limit": 1}));
    let movement = &listed["data"]["entries"][0]["number"];
    let undone = tried(&mut server, "movement_undo", &ann, json!({"movement": movement}));
    assert_eq!(undone["data"], json!({"changes": ["3:1:-10"], "remain": ["3:1:0"]}), "a movement on disk is found");
    assert_eq!(ann.quantity(&mut server, "3:1"), 10);
    ann.succeed(&mut server, "enter_stage_general", json!({"stage": 8}));
    let returned = tried(&mut server, "attempt_return", &ann, json!({"stage": 8}));
    assert_eq!(returned["data"]["was_open"], true, "the stage that is open is known");
    assert_eq!(of(&returned, "overview: energy.remain"), (json!(114), json!(120)));
    ann.succeed(&mut server, "victory_stage_general", json!({"stage": 8}));
}

#[test]
fn a_player_who_is_not_in_memory_stays_on_disk() {
    let (server, ann, _) = server();
    let mut server = server.crash_and_reopen();
    server.connect();
    let arguments = json!({"player": ann.number, "energy": 5, "reason": "ticket 17"});
    let reply = server.operate("try", json!({"function": "player_grant", "arguments": arguments}));
    assert_eq!(of(&reply["data"], "overview: energy.remain"), (json!(120), json!(125)));
    assert_eq!(server.players_in_memory(), 0, "a trial loads nobody");
}

#[test]
fn a_trial_follows_the_rules_in_force() {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let assets = edit_assets(folder.path(), "stages/general.ron", "energy: 6", "energy: 10");
    let (mut server, ann, _) = server_of(TestServer::with(forking(TestSetup { assets, ..TestSetup::default() })));
    ann.succeed(&mut server, "enter_stage_general", json!({"stage": 7}));
    ann.succeed(&mut server, "enter_stage_general", json!({"stage": 8}));
    let trial = tried(&mut server, "attempt_return", &ann, json!({"stage": 7}));
    assert_eq!(trial["data"]["energy"], 10, "not 6, as the shipped ones say: {trial}");
}

#[test]
fn it_takes_the_right_of_the_function_and_the_limits_of_the_role() {
    let setup = forking(TestSetup::default().with_realm());
    let (mut server, ann, _) = server_of(TestServer::with(setup));
    let viewer = operator(&mut server, "vera", "viewer");
    let arguments = json!({"player": ann.number, "energy": 5, "reason": "ticket 17"});
    let asked = json!({"function": "player_grant", "arguments": arguments});
    let reply = ask(&mut server, &viewer, "try", asked.clone());
    assert_eq!(reply["status"], 20, "{reply}");
    assert_eq!(reply["message"], "role viewer does not have the right \"grant\", which player_grant needs");
    let support = operator(&mut server, "sam", "support");
    assert_eq!(ask(&mut server, &support, "try", asked)["data"]["status"], 0);
    let much = json!({"player": ann.number, "energy": 1_000_000_000, "reason": "ticket 17"});
    let reply = ask(&mut server, &support, "try", json!({"function": "player_grant", "arguments": much}));
    assert_eq!(reply["data"]["status"], 20, "the fork knows who asks: {reply}");
}

#[test]
fn what_is_not_of_one_player_and_one_world_cannot_be_tried() {
    let setup = forking(TestSetup::default().with_realm());
    let mut server = TestServer::with(setup);
    let player = server.player("ann");
    let cases = [
        ("announce", "the realm answers it, and only what a world answers can be tried"),
        ("player_view", "it changes nothing: call it"),
        ("backup", "it does something outside the world, which a fork cannot"),
        ("clock_advance", "it does not name one player by number, and a fork knows one player only"),
        ("enter_stage_general", "it is not a function of operators"),
    ];
    for (function, why) in cases {
        let reply = server.operate("try", json!({"function": function, "arguments": {}}));
        let message = format!("{function} cannot be tried: {why}");
        assert_eq!(reply, json!({"status": 98, "message": message}));
    }
    let unknown = server.operate("try", json!({"function": "wish", "arguments": {}}));
    assert_eq!(unknown, json!({"status": 10, "message": "function is not in function list"}));
    assert_eq!(server.operate("try", json!({"function": 7}))["status"], 13);
    let asked = server.ask(&player, "try", json!({"function": "player_grant", "arguments": {}}));
    assert_eq!(asked["status"], 11, "players try nothing");
}

#[test]
fn which_functions_can_be_tried_follows_from_what_they_say_of_themselves() {
    let mut server = TestServer::with(TestSetup::default().with_realm());
    let table = server.simulation().world().resource::<RequestTable>().clone();
    let names: Vec<&str> =
        table.kinds().iter().filter(|kind| kind.check_triable().is_ok()).map(|kind| kind.function).collect();
    let told = server.operate("functions", json!({}))["data"]["functions"].as_array().expect("functions").clone();
    let mut told: Vec<String> = told
        .iter()
        .filter(|each| each["can_be_tried"] == true)
        .filter_map(|each| each["function"].as_str().map(str::to_owned))
        .collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    told.sort();
    assert_eq!(sorted, told, "`functions` says the same");
    let expected = [
        "attempt_return",
        "device_unbind",
        "movement_undo",
        "note_add",
        "note_remove",
        "password_once",
        "player_ban",
        "player_grant",
        "player_mute",
        "player_rename",
        "player_take",
        "player_unban",
        "player_unmute",
        "tokens_end",
    ];
    assert_eq!(sorted, expected);
}

#[test]
fn a_table_that_grows_with_the_players_is_not_handed_over_and_named() {
    let (mut server, ann, _) = server();
    server.damage(|batch| {
        for number in 0..2001_u64 {
            batch.put("families", &number.to_be_bytes(), |_| {});
        }
    });
    let trial = tried(&mut server, "player_grant", &ann, json!({"energy": 5}));
    assert_eq!(trial["not_known"], json!(["families"]));
    assert_eq!(of(&trial, "overview: energy.remain"), (json!(120), json!(125)), "the player is known all the same");
}

#[test]
fn without_forks_the_refusal_says_so() {
    let (mut server, ann, _) = server_of(TestServer::new());
    let reply = try_out(&mut server, "player_grant", &ann, json!({"energy": 5}));
    assert_eq!(reply, json!({"status": 97, "message": "this program runs no forks of its worlds"}));
}

#[test]
fn a_journal_with_trials_is_replayed_without_forks() {
    let setup = forking(TestSetup { journals: true, ..TestSetup::default() });
    let (mut server, ann, _) = server_of(TestServer::with(setup));
    tried(&mut server, "player_ban", &ann, json!({"message": "You used a bot."}));
    try_out(&mut server, "player_rename", &ann, json!({"name": "Bob"}));
    helped(&mut server, "note_add", &ann, json!({"text": "Third time."}));
    let (hash, journal) = (server.state_hash(), server.journals[0].bytes());
    let mut played = replayed(&server, &journal);
    assert_eq!(state_hash(played.simulation().world_mut()), hash, "the journal gives the same state");
}
