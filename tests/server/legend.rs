//! The complete story of two players; any transport that carries requests to the server can play it.

use serde_json::{Value, json};

/// A PNG of one pixel.
const PORTRAIT: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNh+M9QDwADlQGD5CrorAAAAABJRU5ErkJggg==";
/// The players' names; the first one challenges. The second logs in last.
pub(crate) const NAMES: [&str; 2] = ["小龙女", "杨过"];
const ANN: usize = 0;
const BOB: usize = 1;
const TASK: &str = "竹林剑影";
const ROUNDS_MAX: usize = 15;

/// A transport to a server, with access to the reports the platform has received.
pub(crate) trait Transport {
    /// Calls a function as one of the two; returns the bare reply (docs/contract/envelope.md#http).
    fn ask(&mut self, who: usize, function: &str, data: Value) -> Value;
    /// Both call at the same time.
    fn ask_both(&mut self, function: &str, data: [Value; 2]) -> [Value; 2];
    /// Takes the reply of a player's login.
    fn logged_in(&mut self, who: usize, reply: &Value);
    /// The reports that the platform has received, once there are this many.
    fn reports(&mut self, count: usize) -> Vec<Value>;
    /// Runs between two chapters.
    fn turn_page(&mut self) {}
}

/// Plays the whole story.
pub(crate) fn tell(on: &mut impl Transport) {
    sign_up_and_log_in(on);
    on.turn_page();
    let rewards = [select_and_play(on), accept_in_talk_and_play(on)];
    on.turn_page();
    make_skill_and_equipment(on, &rewards[ANN]);
    on.turn_page();
    let id = challenge(on);
    on.turn_page();
    accept(on, &id);
    on.turn_page();
    let before = [ANN, BOB].map(|who| wealth(on, who));
    let ends = fight(on, &id);
    on.turn_page();
    let winner = rewarded(on, before, &ends);
    reported(on, winner);
}

fn as_role(who: usize, mut data: Value) -> Value {
    data["role"] = NAMES[who].into();
    data
}

fn sign_up_and_log_in(on: &mut impl Transport) {
    for (who, name) in NAMES.into_iter().enumerate() {
        let email = format!("{who}@gumu.org");
        let data = json!({"email": email, "username": name, "password": "hashed", "ip": "127.0.0.1:9"});
        assert_eq!(on.ask(who, "signup", data.clone()), json!({"status_code": 200}));
        assert_eq!(on.ask(who, "signup", data), json!({"status_code": 409}), "a name is taken once");
        let login = json!({"email": email, "password": "hashed", "ip": "127.0.0.1:9"});
        let mut reply = on.ask(who, "login", login);
        on.logged_in(who, &reply);
        assert!(reply["token"].take().is_string(), "a login gives a token");
        assert_eq!(reply, json!({"status_code": 200, "username": name, "token": null}));
    }
    quiet(on);
    let listed = on.ask(ANN, "get_list", as_role(ANN, json!({})));
    let mut roles: Vec<_> = listed["roles"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    roles.sort_by_key(|role| NAMES.iter().position(|name| name == role));
    assert_eq!(roles, NAMES, "both are online: {listed}");
}

/// Both report that they are present, and have no challenge.
fn quiet(on: &mut impl Transport) {
    for who in [ANN, BOB] {
        refreshed(on, who, &[], &[]);
    }
}

fn refreshed(on: &mut impl Transport, who: usize, received: &[(&str, &str)], accepted: &[&str]) {
    let (ids, roles): (Vec<_>, Vec<_>) = received.iter().copied().unzip();
    let expected = json!({"id_list": ids, "role_list": roles, "accpec_id": accepted, "accept_id": accepted});
    for spelling in ["refrash", "refresh"] {
        assert_eq!(on.ask(who, spelling, as_role(who, json!({}))), expected, "{spelling} of {}", NAMES[who]);
    }
}

fn select_and_play(on: &mut impl Transport) -> Value {
    let mut told = on.ask(ANN, "main", json!({"text": "你好", "role": "系统"}));
    assert!(told["text"].take().is_string());
    assert_eq!(told, json!({"text": null, "role": "系统", "status": false, "subimg": null}));
    let listed = on.ask(ANN, "task_info", as_role(ANN, json!({})));
    let names = listed["task_list"].as_array().expect("a list of tasks");
    assert!(names.contains(&TASK.into()), "{listed}");
    let begun = on.ask(ANN, "select", as_role(ANN, json!({"task_name": TASK})));
    assert!(begun["image_data"].is_string(), "the background is an image");
    assert!(begun["text"].as_str().is_some_and(|text| text.contains("竹叶")), "{}", begun["text"]);
    play(on, ANN)
}

fn accept_in_talk_and_play(on: &mut impl Transport) -> Value {
    let told = on.ask(BOB, "main", as_role(BOB, json!({"text": format!("我要接{TASK}")})));
    assert_eq!((&told["role"], &told["status"]), (&json!("系统"), &json!(true)), "naming a task accepts it");
    assert!(told["subimg"].is_string(), "the background is an image");
    play(on, BOB)
}

/// Plays the task to its good end, without random rolls; returns the reward.
fn play(on: &mut impl Transport, who: usize) -> Value {
    let before = wealth(on, who);
    let say =
        |text: &str, roles: &[&Value]| as_role(who, json!({"text": text, "items": [], "skills": [], "roles": roles}));
    let told = on.ask(who, "feedback", say("我想论剑", &[]));
    assert_eq!((&told["status"], &told["npc_status"]), (&json!(false), &json!(true)), "a new character speaks");
    assert!(told["image_data"].is_string(), "and shows its face");
    let mut told = on.ask(who, "feedback", say("因为虚心", &[&told["role"]]));
    let reward = told["reward"].take();
    for key in ["text", "role"] {
        assert!(told[key].take().is_string(), "{key}");
    }
    let expected =
        json!({"text": null, "role": null, "status": true, "npc_status": false, "image_data": null, "reward": null});
    assert_eq!(told, expected, "the task has ended, without a new character");
    let gained = ["龙眼", "凤羽", "经验值"].map(|name| reward[name].as_i64().expect("every reward names all three"));
    let after = wealth(on, who);
    assert_eq!([0, 1, 2].map(|at| after[at] - before[at]), gained, "the reward is paid");
    reward
}

/// 龙眼, 凤羽 and experience.
fn wealth(on: &mut impl Transport, who: usize) -> [i64; 3] {
    let shown = on.ask(who, "status", as_role(who, json!({})));
    let attribute = &shown["attribute"];
    let value = |name: &str| attribute[name].as_i64().unwrap_or_else(|| panic!("{name} in {shown}"));
    assert!(value("level") >= 1 && value("energy") > 0, "{shown}");
    [value("龙眼"), value("凤羽"), value("exp")]
}

fn make_skill_and_equipment(on: &mut impl Transport, reward: &Value) {
    let made = [
        (0, "龙眼", "skill", "skills", "玉女剑法", "柔中带刚"),
        (1, "凤羽", "bag", "equipments", "君子剑", "通体乌黑"),
    ];
    for (mode, material, list, key, name, rest) in made {
        let (spent, description) = (reward[material].as_i64().expect("an amount"), format!("{name}，{rest}"));
        let data = as_role(ANN, json!({"mode": mode, "num": spent, "des": description}));
        let told = on.ask(ANN, "merge", data);
        assert!(told["text"].as_str().is_some_and(|text| text.contains(name)), "{told}");
        assert_eq!(on.ask(ANN, list, as_role(ANN, json!({}))), json!({key: {name: description}}));
        assert_eq!(
            on.ask(BOB, list, as_role(BOB, json!({}))),
            json!({key: {}}),
            "what one player makes does not belong to the other"
        );
    }
    assert_eq!(wealth(on, ANN)[..2], [0, 0], "all was spent");
}

fn challenge(on: &mut impl Transport) -> String {
    quiet(on);
    let data = json!({"role1": NAMES[ANN], "role2": NAMES[BOB], "image_data": PORTRAIT});
    let mut told = on.ask(ANN, "challenge", data);
    let id = told["id"].take().as_str().expect("a number as text").to_owned();
    assert_eq!(told, json!({"status_code": 200, "status": false, "image_data": null, "id": null}));
    refreshed(on, BOB, &[(&id, NAMES[ANN])], &[]);
    let shown = on.ask(BOB, "challenge_info", as_role(BOB, json!({"id": id})));
    assert_eq!(shown, json!({"id": id, "role": NAMES[ANN], "image_data": PORTRAIT, "status": false}));
    id
}

fn accept(on: &mut impl Transport, id: &str) {
    refreshed(on, ANN, &[], &[]);
    assert_eq!(on.ask(BOB, "accept_c", json!({"id": id, "status": true})), json!({"status": true}));
    refreshed(on, BOB, &[], &[]);
    refreshed(on, ANN, &[], &[id]);
}

/// Fights to the end; returns what each was told there.
fn fight(on: &mut impl Transport, id: &str) -> [Value; 2] {
    let turn = |who: usize, text: &str, items: &[&str], skills: &[&str]| {
        as_role(who, json!({"id": id, "text": text, "items": items, "skills": skills}))
    };
    for _ in 0..ROUNDS_MAX {
        let turns = [turn(ANN, "挺剑直刺", &["君子剑"], &["玉女剑法"]), turn(BOB, "一掌推出", &[], &[])];
        let [ann, bob] = on.ask_both("battle", turns);
        assert_eq!((&ann["role"], &ann["action"]), (&json!(NAMES[BOB]), &json!("一掌推出")), "{ann}");
        assert_eq!((&bob["role"], &bob["action"]), (&json!(NAMES[ANN]), &json!("挺剑直刺")), "{bob}");
        assert_eq!((&ann["result"], &ann["status"]), (&bob["result"], &bob["status"]), "one verdict for both");
        if ann["status"] == true {
            return [ann, bob];
        }
    }
    panic!("a battle should end within {ROUNDS_MAX} rounds");
}

/// Asserts that both have received what they were told; returns the winner.
fn rewarded(on: &mut impl Transport, before: [[i64; 3]; 2], ends: &[Value; 2]) -> usize {
    let exp = [ANN, BOB].map(|who| ends[who]["exp"].as_i64().expect("experience at the end"));
    let winner = if exp[ANN] > exp[BOB] { ANN } else { BOB };
    assert_ne!(exp[ANN], exp[BOB], "one has won three rounds: {ends:?}");
    for who in [ANN, BOB] {
        let after = wealth(on, who);
        let told = |item: &str| {
            let items = ends[who]["reward"].as_array().expect("items at the end").iter();
            items.filter_map(|amount| amount.as_str()?.strip_prefix(item)?.parse::<i64>().ok()).sum::<i64>()
        };
        let gained = [0, 1, 2].map(|at| after[at] - before[who][at]);
        assert_eq!(gained, [told("3:51:"), told("3:52:"), exp[who]], "the announced reward was paid");
    }
    winner
}

/// The platform received the beginning and the end, once each, and the winner.
fn reported(on: &mut impl Transport, winner: usize) {
    let reports = on.reports(2);
    let kinds: Vec<_> = reports.iter().map(|report| &report["report_type"]).collect();
    assert_eq!(kinds, ["game_start", "game_settle"], "{reports:?}");
    let [start, settle] = [&reports[0]["report_msg"], &reports[1]["report_msg"]];
    assert_eq!(start["game_round_id"], settle["game_round_id"], "one round");
    for (who, name) in NAMES.into_iter().enumerate() {
        let (player, result) = (&start["players"][who], &settle["results"][who]);
        assert_eq!((&player["uid"], &player["is_ai"]), (&result["uid"], &json!(0)), "{name} plays");
        let (rank, is_win) = if who == winner { (1, 2) } else { (2, 1) };
        let seen = ["rank", "is_win", "is_escaped", "is_ai"].map(|key| result[key].as_i64());
        assert_eq!(seen, [rank, is_win, 0, 0].map(Some), "{name}: {settle}");
        assert_eq!(result["score"] == 3, who == winner, "three rounds were won by the winner alone: {settle}");
    }
}
