//! Tasks: their functions (docs/contract/role-play.md#tasks) as transcripts, refusals that change nothing, what
//! survives, and rewards that are given once and within their bounds.

use std::time::Duration;

use crate::tale::{Hero, amounts, ask, everything_offered, hero, list, play, refuse, succeed, wealth};
use proptest::prelude::*;
use raidkeep::engine::players::Players;
use raidkeep::engine::storage::Touched;
use raidkeep::game::crafting::{Craft, CraftKind, Possessions};
use raidkeep::game::shipped_rules;
use raidkeep::game::tasks::{PersonalTasks, PublicTasks};
use raidkeep::studio::testing::{TestServer, edit_assets};
use serde_json::{Value, json};

const NOT_YOUR_ROLE: (i64, &str) = (403, "role: expected your own username");
const NO_SUCH_TASK: (i64, &str) = (404, "this task is not among those you may take");
const NO_TASK: (i64, &str) = (404, "no task is under way");
const ANOTHER_TASK: (i64, &str) = (409, "another task is under way");

const LAMB: &str = "走失的小羊";
const RIDDLES: &str = "村口的谜语";

/// The shipped image of that name, as clients get it.
fn image(name: &str) -> Value {
    use base64::Engine;
    let pictures = raidkeep::game::shipped_assets().pictures().expect("the shipped assets should be readable");
    base64::prelude::BASE64_STANDARD.encode(&pictures[&format!("images/{name}.png")]).into()
}

/// The keys of an object, in the order in which they are written.
fn keys(data: &Value) -> Vec<&str> {
    data.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn say(server: &mut TestServer, hero: &Hero, text: &str) -> Value {
    succeed(server, hero, "feedback", json!({"text": text, "items": [], "skills": [], "roles": []}))
}

/// Answers the three riddles.
fn solve_riddles(server: &mut TestServer, hero: &Hero) -> Value {
    succeed(server, hero, "select", json!({"task_name": RIDDLES}));
    say(server, hero, "是雨吧");
    say(server, hero, "桌子");
    say(server, hero, "影子")
}

#[test]
fn a_task_from_the_list_to_its_end() {
    let mut server = everything_offered();
    let ann = hero(&mut server, "ann");
    let begun = succeed(&mut server, &ann, "select", json!({"task_name": RIDDLES}));
    let text = "村长捋着胡子：“答对三个谜语，就告诉你先祖藏酒的地方。头一个：千条线，万条线，掉到水里看不见。”";
    assert_eq!(begun, json!({"image_data": image("backgrounds/village"), "text": text}));

    let told = say(&mut server, &ann, "是雨吧");
    let text = "“不错，是雨。”\n“第二个：有面没有口，有脚没有手，虽有四只脚，自己不会走。”";
    assert_eq!(
        told,
        json!({
            "text": text, "role": "村长", "status": false, "npc_status": true, "image_data": image("portraits/elder"),
        }),
        "a new speaker comes with its portrait"
    );

    let again = json!({"text": "椅子？", "items": [], "skills": [], "roles": ["村长"]});
    assert_eq!(
        succeed(&mut server, &ann, "feedback", again),
        json!({
            "text": "“沾点边，可是它有‘面’。再想想。”", "role": "村长", "status": false, "npc_status": false,
            "image_data": null,
        }),
        "a speaker whom the client has met comes without it"
    );

    say(&mut server, &ann, "桌子");
    let before = wealth(&mut server, &ann);
    let told = say(&mut server, &ann, "是影子");
    assert_eq!(told["status"], true, "the task has ended");
    let reward = amounts(&told["reward"]);
    let gained = wealth(&mut server, &ann);
    assert_eq!([0, 1, 2].map(|at| gained[at] - before[at]), reward, "the reward is as announced");
    assert!((1..=2).contains(&reward[0]) && reward[1] == 1 && (12..=20).contains(&reward[2]), "{reward:?}");
    refuse(&mut server, &ann, "feedback", json!({"text": "再来"}), NO_TASK);
    assert_eq!(wealth(&mut server, &ann), gained, "a reward is given once");
}

#[test]
fn a_failed_task_brings_what_its_ending_says() {
    let mut server = everything_offered();
    let ann = hero(&mut server, "ann");
    let before = wealth(&mut server, &ann);
    succeed(&mut server, &ann, "select", json!({"task_name": RIDDLES}));
    say(&mut server, &ann, "雪");
    let told = say(&mut server, &ann, "雾");
    assert_eq!((&told["status"], &told["role"]), (&json!(true), &json!("村长")));
    assert_eq!(told["reward"], json!({"龙眼": 0, "凤羽": 0, "经验值": 0}));
    assert_eq!(wealth(&mut server, &ann), before);
}

#[test]
fn the_queue_holds_three_and_changes_every_ten_minutes() {
    let mut server = TestServer::new();
    let (ann, bob) = (hero(&mut server, "ann"), hero(&mut server, "bob"));
    let first = list(&mut server, &ann, "task_info");
    assert_eq!(first.len(), 3);
    assert_eq!(list(&mut server, &bob, "task_info"), first, "the queue is the same for everybody");
    server.advance_seconds(599);
    assert_eq!(list(&mut server, &ann, "task_info"), first);
    server.advance_seconds(1);
    let mut seen: Vec<String> = list(&mut server, &ann, "task_info");
    for _ in 0..60 {
        server.advance_seconds(600);
        let next = list(&mut server, &ann, "task_info");
        assert_eq!(next.len(), 3);
        seen.extend(next);
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), shipped_rules::<PublicTasks>().len(), "every task comes up in time");
}

#[test]
fn a_refilling_that_nobody_saw_does_not_move_the_next_one() {
    let mut server = TestServer::new();
    let ann = hero(&mut server, "ann");
    list(&mut server, &ann, "task_info");
    server.advance_seconds(600 * 5 + 200);
    let late = list(&mut server, &ann, "task_info");
    server.advance_seconds(399);
    assert_eq!(list(&mut server, &ann, "task_info"), late);
    server.advance_seconds(1);
    let hash = server.state_hash();
    assert_ne!(hash, 0);
    let filling = server.simulation().world().resource::<raidkeep::game::tasks::TaskQueue>().filling();
    assert_eq!(filling, 3, "once at the start, once late, once in time");
}

#[test]
fn a_public_task_is_taken_once_a_filling() {
    let mut server = everything_offered();
    let (ann, bob) = (hero(&mut server, "ann"), hero(&mut server, "bob"));
    solve_riddles(&mut server, &ann);
    assert!(!list(&mut server, &ann, "task_info").contains(&RIDDLES.to_owned()));
    refuse(&mut server, &ann, "select", json!({"task_name": RIDDLES}), NO_SUCH_TASK);
    assert!(list(&mut server, &bob, "task_info").contains(&RIDDLES.to_owned()), "others may still take it");
    server.advance_seconds(600);
    assert!(list(&mut server, &ann, "task_info").contains(&RIDDLES.to_owned()));
}

#[test]
fn one_task_at_a_time_and_the_same_one_is_told_again() {
    let mut server = everything_offered();
    let ann = hero(&mut server, "ann");
    succeed(&mut server, &ann, "select", json!({"task_name": RIDDLES}));
    refuse(&mut server, &ann, "select", json!({"task_name": LAMB}), ANOTHER_TASK);
    say(&mut server, &ann, "雨");
    let resumed = succeed(&mut server, &ann, "select", json!({"task_name": RIDDLES}));
    let text = "“第二个：有面没有口，有脚没有手，虽有四只脚，自己不会走。”";
    assert_eq!(resumed, json!({"image_data": image("backgrounds/village"), "text": text}));
}

#[test]
fn a_task_outlives_its_filling() {
    let mut server = everything_offered();
    let ann = hero(&mut server, "ann");
    succeed(&mut server, &ann, "select", json!({"task_name": RIDDLES}));
    server.advance_seconds(86_400);
    assert_eq!(say(&mut server, &ann, "雨")["status"], false);
}

#[test]
fn a_role_is_the_callers_own() {
    let mut server = TestServer::new();
    let (ann, bob) = (hero(&mut server, "ann"), hero(&mut server, "bob"));
    for (function, data) in [
        ("task_info", json!({})),
        ("task_info_personal", json!({})),
        ("select", json!({"task_name": LAMB})),
        ("select_personal", json!({"task_name": LAMB})),
        ("feedback", json!({"text": "你好"})),
        ("main", json!({"text": "你好"})),
        ("task_request", json!({"text": "打狼"})),
        ("others", json!({"text": "你好", "info": "流星"})),
    ] {
        let mut data: Value = data;
        data["role"] = bob.role.clone().into();
        refuse(&mut server, &ann, function, data, NOT_YOUR_ROLE);
    }
}

#[test]
fn what_is_too_long_or_missing_is_malformed() {
    let mut server = everything_offered();
    let ann = hero(&mut server, "ann");
    succeed(&mut server, &ann, "select", json!({"task_name": RIDDLES}));
    let long = "长".repeat(501);
    let names = vec!["剑"; 11];
    let name = vec!["剑".repeat(41)];
    for (function, data, field) in [
        ("feedback", json!({"text": long}), "data.text: expected a string of at most 500 characters"),
        (
            "feedback",
            json!({"text": "", "items": names}),
            "data.items: expected at most 10 names of at most 40 characters",
        ),
        (
            "feedback",
            json!({"text": "", "skills": name}),
            "data.skills: expected at most 10 names of at most 40 characters",
        ),
        (
            "feedback",
            json!({"text": "", "roles": vec!["甲"; 65]}),
            "data.roles: expected at most 64 names of at most 40 characters",
        ),
        ("main", json!({"text": long}), "data.text: expected a string of at most 500 characters"),
        ("task_request", json!({"text": long}), "data.text: expected a string of at most 500 characters"),
        ("others", json!({"text": "", "info": long}), "data.info: expected a string of at most 500 characters"),
        ("others", json!({"text": ""}), "data: missing field `info`"),
        ("feedback", json!({}), "data: missing field `text`"),
        ("select", json!({}), "data: missing field `task_name`"),
    ] {
        refuse(&mut server, &ann, function, data, (13, field));
    }
}

#[test]
fn nothing_is_played_without_a_task() {
    let mut server = TestServer::new();
    let ann = hero(&mut server, "ann");
    refuse(&mut server, &ann, "feedback", json!({"text": "你好"}), NO_TASK);
    refuse(&mut server, &ann, "select", json!({"task_name": "没有的任务"}), NO_SUCH_TASK);
    refuse(&mut server, &ann, "select_personal", json!({"task_name": "没有的任务"}), NO_SUCH_TASK);
}

#[test]
fn the_game_master_lists_tasks_and_hands_them_out() {
    let mut server = everything_offered();
    let ann = hero(&mut server, "ann");
    let told = succeed(&mut server, &ann, "main", json!({"text": "有什么任务可以做？"}));
    assert_eq!(keys(&told), ["role", "status", "subimg", "text"]);
    assert_eq!((&told["role"], &told["status"], &told["subimg"]), (&json!("系统"), &json!(false), &Value::Null));
    assert!(told["text"].as_str().is_some_and(|text| text.contains(RIDDLES) && text.contains(LAMB)), "{told}");

    let told = succeed(&mut server, &ann, "main", json!({"text": format!("那就{RIDDLES}吧")}));
    let text = format!(
        "好，「{RIDDLES}」就交给你了，{}。\n村长捋着胡子：“答对三个谜语，就告诉你先祖藏酒的地方。头一个：千条线，万条线，掉到水里看不见。”",
        ann.role
    );
    assert_eq!(
        told,
        json!({"text": text, "role": "系统", "status": true, "subimg": image("backgrounds/village")}),
        "a task that is named is accepted"
    );

    let told = succeed(&mut server, &ann, "main", json!({"text": LAMB}));
    let text = format!("你手上的「{RIDDLES}」还没有了结。先把它做完，或者说“放弃任务”。");
    assert_eq!(told, json!({"text": text, "role": "系统", "status": false, "subimg": null}));

    let told = succeed(&mut server, &ann, "main", json!({"text": "放弃任务"}));
    let text = format!("「{RIDDLES}」就此作罢。没有酬劳，但也没有人会怪你。");
    assert_eq!(told, json!({"text": text, "role": "系统", "status": false, "subimg": null}));
    refuse(&mut server, &ann, "feedback", json!({"text": "雨"}), NO_TASK);
    let told = succeed(&mut server, &ann, "main", json!({"text": "放弃任务"}));
    assert_eq!(told["text"], format!("你手上并没有任务，{}。", ann.role));
}

#[test]
fn the_game_master_takes_its_own_role_for_the_callers() {
    let mut server = TestServer::new();
    let ann = hero(&mut server, "ann");
    for data in [json!({"text": "谢谢", "role": "系统"}), json!({"text": "谢谢"})] {
        let reply = server.ask(&ann.player, "main", data);
        assert_eq!(reply["data"]["text"], format!("不必客气，{}。把故事走下去，就是最好的谢礼。", ann.role));
    }
}

#[test]
fn special_events_are_answered_by_the_game_master() {
    let mut server = TestServer::new();
    let ann = hero(&mut server, "ann");
    let told = succeed(&mut server, &ann, "others", json!({"info": "x", "text": "y"}));
    assert_eq!((&told["role"], &told["other"]), (&json!("系统"), &json!("")), "an event nobody has heard of");
    let told = succeed(&mut server, &ann, "others", json!({"info": "夜里有流星", "text": "许个愿"}));
    let text = format!("天色骤变，众人都抬起了头。老人们说，这样的夜里许下的愿望，风会替你记得，{}。", ann.role);
    assert_eq!(told, json!({"role": "系统", "text": text, "other": "天象"}));
}

#[test]
fn a_wish_becomes_a_personal_task_that_is_played_once() {
    let mut server = TestServer::new();
    let ann = hero(&mut server, "ann");
    let told = succeed(&mut server, &ann, "task_request", json!({"text": "我想去打狼"}));
    assert_eq!(told, json!({"text": "我替你留意到了一件差事：「讨伐雪原狼王」。随时可以动身。", "role": "系统"}));
    assert_eq!(list(&mut server, &ann, "task_info_personal"), ["讨伐雪原狼王"]);

    let begun = succeed(&mut server, &ann, "select_personal", json!({"task_name": "讨伐雪原狼王"}));
    let text =
        format!("老猎户指着地上的痕迹：“雪原狼王昨夜从这儿过去了。{}，咱们是循着痕迹追，还是设个陷阱等？”", ann.role);
    assert_eq!(begun, json!({"image_data": image("backgrounds/wilds"), "text": text}));
    assert_eq!(list(&mut server, &ann, "task_info_personal"), Vec::<String>::new(), "it is no longer pending");
    let personal = shipped_rules::<PersonalTasks>();
    let script = &personal.get("hunt").expect("a shipped template").task.script;
    play(&mut server, &ann, script, |_| "发呆".to_owned());
    refuse(&mut server, &ann, "select_personal", json!({"task_name": "讨伐雪原狼王"}), NO_SUCH_TASK);
}

/// Makes a wish; asserts the status and the words of the answer.
fn wish(server: &mut TestServer, hero: &Hero, text: &str, status: i64, words: &str) {
    let reply = ask(server, hero, "task_request", json!({"text": text}));
    assert_eq!(reply["status"], status, "{text}: {reply}");
    assert!(reply["data"]["text"].as_str().is_some_and(|told| told.contains(words)), "{text}: {reply}");
    assert_eq!(reply["data"]["role"], "系统");
}

#[test]
fn wishes_are_understood_by_their_words_and_limited() {
    let mut server = TestServer::new();
    let ann = hero(&mut server, "ann");
    wish(&mut server, &ann, "今天天气不错", 422, "没有听说过");
    wish(&mut server, &ann, "讨伐老虎", 0, "「讨伐黑风虎」");
    wish(&mut server, &ann, "再讨伐一次老虎", 409, "「讨伐黑风虎」已经在你的名下了");
    wish(&mut server, &ann, "讨伐狼", 0, "「讨伐雪原狼王」");
    wish(&mut server, &ann, "护送书生", 0, "「护送赴考书生」");
    wish(&mut server, &ann, "打听知府", 0, "知府的秘密");
    wish(&mut server, &ann, "寻找灵芝", 0, "「寻访千年灵芝」");
    wish(&mut server, &ann, "讨伐鬼", 429, "已经有不少差事了");
    succeed(&mut server, &ann, "select_personal", json!({"task_name": "讨伐黑风虎"}));
    wish(&mut server, &ann, "讨伐鬼", 429, "明天再来");
    server.advance(Duration::from_secs(86_400));
    wish(&mut server, &ann, "讨伐鬼", 0, "「讨伐枯井怨鬼」");
}

#[test]
fn nobody_plays_the_personal_task_of_another() {
    let mut server = TestServer::new();
    let (ann, bob) = (hero(&mut server, "ann"), hero(&mut server, "bob"));
    wish(&mut server, &ann, "讨伐狼", 0, "讨伐雪原狼王");
    refuse(&mut server, &bob, "select_personal", json!({"task_name": "讨伐雪原狼王"}), NO_SUCH_TASK);
    assert_eq!(list(&mut server, &bob, "task_info_personal"), Vec::<String>::new());
}

#[test]
fn everything_survives_a_crash() {
    let mut server = everything_offered();
    let ann = hero(&mut server, "ann");
    wish(&mut server, &ann, "讨伐狼", 0, "讨伐雪原狼王");
    succeed(&mut server, &ann, "select", json!({"task_name": RIDDLES}));
    say(&mut server, &ann, "雨");
    let offered = list(&mut server, &ann, "task_info");
    let mut server = server.crash_and_reopen();
    let ann = hero(&mut server, "ann");
    assert_eq!(list(&mut server, &ann, "task_info"), offered);
    assert_eq!(list(&mut server, &ann, "task_info_personal"), ["讨伐雪原狼王"]);
    say(&mut server, &ann, "桌子");
    let told = say(&mut server, &ann, "影子");
    let reward = amounts(&told["reward"]);
    let after = wealth(&mut server, &ann);
    let mut server = server.crash_and_reopen();
    let ann = hero(&mut server, "ann");
    assert_eq!(wealth(&mut server, &ann), after, "an answered reward is on disk");
    assert_eq!(after[0], reward[0]);
    refuse(&mut server, &ann, "feedback", json!({"text": "影子"}), NO_TASK);
}

#[test]
fn a_player_who_was_put_away_goes_on_where_it_was() {
    let mut server = everything_offered();
    let ann = hero(&mut server, "ann");
    succeed(&mut server, &ann, "select", json!({"task_name": RIDDLES}));
    say(&mut server, &ann, "雨");
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "everybody should be evicted");
    say(&mut server, &ann, "桌子");
    assert_eq!(say(&mut server, &ann, "影子")["status"], true);
}

#[test]
fn a_last_message_that_is_sent_twice_under_one_key_is_rewarded_once() {
    let mut server = everything_offered();
    let ann = hero(&mut server, "ann");
    succeed(&mut server, &ann, "select", json!({"task_name": RIDDLES}));
    say(&mut server, &ann, "雨");
    say(&mut server, &ann, "桌子");
    let (token, role) = (&ann.player.token, &ann.role);
    let data = json!({"token": token, "role": role, "text": "影子"});
    let text = json!({"world": 0, "function": "feedback", "data": data, "once": "the end"}).to_string();
    let first = server.send_on(ann.player.connection, &text);
    let gained = wealth(&mut server, &ann);
    assert!(gained[0] > 0, "the riddles bring 龙眼");
    assert_eq!(server.send_on(ann.player.connection, &text), first, "the same reply");
    assert_eq!(wealth(&mut server, &ann), gained, "and nothing more");
}

#[test]
fn a_task_that_the_designers_have_taken_away_blocks_nobody() {
    let mut server = everything_offered();
    let ann = hero(&mut server, "ann");
    succeed(&mut server, &ann, "select", json!({"task_name": RIDDLES}));
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let assets = edit_assets(folder.path(), "tasks/elder_riddles.ron", RIDDLES, "村口的新谜语");
    let mut server = server.crash_and_reopen_with(assets);
    let ann = hero(&mut server, "ann");
    refuse(&mut server, &ann, "feedback", json!({"text": "雨"}), NO_TASK);
    let offered = list(&mut server, &ann, "task_info");
    assert_eq!(offered.len(), 3, "the queue is filled from what there is now");
    succeed(&mut server, &ann, "select", json!({"task_name": offered[0]}));
    assert_eq!(say(&mut server, &ann, "你好")["status"], false);
}

#[test]
fn a_skill_opens_a_way_to_who_owns_and_names_it() {
    let mut server = everything_offered();
    let ann = hero(&mut server, "ann");
    succeed(&mut server, &ann, "select", json!({"task_name": "水府赴宴"}));
    say(&mut server, &ann, "水");
    say(&mut server, &ann, "敬天下百姓");
    let spell = json!({"text": "看我的绝技", "skills": ["水龙吟"], "items": ["水龙吟"]});
    assert_eq!(succeed(&mut server, &ann, "feedback", spell.clone())["status"], false, "only an owned skill works");
    let world = server.simulation().world_mut();
    let entity = world.resource::<Players>().entity(ann.account).expect("the player should be in memory");
    let craft = Craft { name: "水龙吟".to_owned(), description: "引水成龙".to_owned(), strength: 5 };
    world.get_mut::<Possessions>(entity).expect("every player has some").add(CraftKind::Skill, craft);
    world.resource_mut::<Touched>().push(entity);
    server.step(1);
    assert_eq!(say(&mut server, &ann, "看我的绝技")["status"], false, "a skill that is not named is not used");
    let told = succeed(&mut server, &ann, "feedback", spell);
    assert_eq!((&told["status"], &told["role"]), (&json!(true), &json!("龙王")));
    assert!(amounts(&told["reward"])[0] >= 6, "{told}");
}

/// What players may say: words of the tasks, pieces of them, and anything else.
fn speech() -> impl Strategy<Value = String> {
    const WORDS: [&str; 9] =
        ["雨", "桌", "影", "打", "看", "给我一万龙眼", "{\"reward\":{\"龙眼\":9999}}", "reward", "放弃任务"];
    prop_oneof![proptest::sample::select(&WORDS[..]).prop_map(str::to_owned), ".{0,60}"]
}

#[derive(Debug, Clone)]
enum Move {
    Select(usize),
    Wish(String),
    SelectPersonal(usize),
    Say(String),
    Talk(String),
    Wait(u32),
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        2 => (0_usize..13).prop_map(Move::Select),
        1 => speech().prop_map(Move::Wish),
        1 => (0_usize..5).prop_map(Move::SelectPersonal),
        8 => speech().prop_map(Move::Say),
        1 => speech().prop_map(Move::Talk),
        1 => (0_u32..700).prop_map(Move::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::stories(10)))]

    #[test]
    fn whatever_players_say_rewards_stay_in_bounds_and_are_given_once(
        moves in proptest::collection::vec(any_move(), 1..60)
    ) {
        let mut server = everything_offered();
        let ann = hero(&mut server, "ann");
        let mut expected = wealth(&mut server, &ann);
        for step in moves {
            let (function, data) = match step {
                Move::Select(at) => {
                    let names = list(&mut server, &ann, "task_info");
                    ("select", json!({"task_name": names.get(at)}))
                }
                Move::SelectPersonal(at) => {
                    let names = list(&mut server, &ann, "task_info_personal");
                    ("select_personal", json!({"task_name": names.get(at)}))
                }
                Move::Wish(text) => ("task_request", json!({"text": text})),
                Move::Say(text) => ("feedback", json!({"text": text, "items": [text], "skills": [text], "roles": [text]})),
                Move::Talk(text) => ("main", json!({"text": text})),
                Move::Wait(seconds) => {
                    server.advance_seconds(seconds.into());
                    continue;
                }
            };
            let reply = ask(&mut server, &ann, function, data);
            let reward = &reply["data"]["reward"];
            prop_assert_eq!(reward.is_null(), reply["data"]["status"] != true || function != "feedback");
            if !reward.is_null() {
                let reward = amounts(reward);
                prop_assert!((0..=10).contains(&reward[0]) && (0..=10).contains(&reward[1]) && (0..=100).contains(&reward[2]));
                expected = [0, 1, 2].map(|at| expected[at] + reward[at]);
            }
            prop_assert_eq!(wealth(&mut server, &ann), expected, "only an ending grants anything, and what it announces");
        }
    }
}
