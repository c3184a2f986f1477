//! The documented samples: each request of the stage protocol (docs/contract/stage-protocol.md#functions) as it is
//! printed there (only the token is put in), answered in the printed shape, with the printed status and message.
//!
//! What is printed wrongly there is corrected as docs/contract/stages.md decides: the function names of two requests,
//! `world_boss` outside boss mode, and the lists that are printed as dots.

use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

const MINUTES_OF_1893_SECONDS: i64 = 31;

/// Sends a documented request, with the player's token in place of `TOKEN`.
fn send(server: &mut TestServer, player: &TestPlayer, request: &str) -> Value {
    let text = request.replace("TOKEN", &player.token);
    parse(&server.send_on(player.connection, &text))
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("should be JSON, {error}: {text}"))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "fraction",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Where the shape of `actual` differs from `sample`, in keys or in types. Each element of a list must have the shape
/// of the sample list's first. Only `data.at` may be added.
fn differences(at: &str, sample: &Value, actual: &Value, found: &mut Vec<String>) {
    match (sample, actual) {
        (Value::Object(sample), Value::Object(actual)) => {
            for (key, value) in sample {
                match actual.get(key) {
                    Some(actual) => differences(&format!("{at}.{key}"), value, actual, found),
                    None => found.push(format!("{at}.{key} is missing")),
                }
            }
            let is_added = |key: &&String| !(sample.contains_key(*key) || at == "reply.data" && *key == "at");
            found.extend(actual.keys().filter(is_added).map(|key| format!("{at}.{key} is not documented")));
        }
        (Value::Array(sample), Value::Array(actual)) => {
            let Some(first) = sample.first() else {
                return;
            };
            for (index, element) in actual.iter().enumerate() {
                differences(&format!("{at}[{index}]"), first, element, found);
            }
        }
        _ if kind(sample) != kind(actual) => {
            found.push(format!("{at} should be {}, is {}", kind(sample), kind(actual)));
        }
        _ => {}
    }
}

/// Asserts that the reply has the sample's shape, status and message.
fn check(sample: &str, actual: &Value) {
    let sample = parse(sample);
    let mut found = Vec::new();
    differences("reply", &sample, actual, &mut found);
    assert!(found.is_empty(), "the reply should have the documented shape: {found:#?}\nin {actual}");
    assert_eq!(
        (&actual["status"], &actual["message"]),
        (&sample["status"], &sample["message"]),
        "status and message should be the documented ones"
    );
}

const START_HANG_UP: &str = r#"{
	"world": 0, 
	"function": "start_hang_up",
	"data": {
		"token": "TOKEN",
		"stage": 2
	}
}"#;

const GET_HANG_UP_REWARD: &str = r#"{
	"world": 0,
	"function": "get_hang_up_reward",
	"data": {
		"token": "TOKEN"
	}
}"#;

const SETTLED: &str = r#"{
	"status": 0,
	"message": "Settlement reward success",
	"data": {
		"get_hang_up_rewards": [
			{ "iid": "2", "remaining": 2195, "reward": 620 },
			{ "iid": "1", "remaining": 162047, "reward": 1860 },
			{ "iid": "11", "remaining": 41, "reward": 3 }
		],
		"hang_up_info": { "hang_stage": 2, "time": 1893 }
	}
}"#;

/// The first two of a list of rewards, which are guaranteed; a third may come by chance.
fn sure(rewards: &Value) -> Value {
    let rewards = rewards.as_array().expect("rewards should be a list");
    assert!(rewards.len() >= 2, "iron and coin should be there: {rewards:?}");
    assert!(rewards[2..].iter().all(|reward| reward["iid"] == "11"), "only a scroll may come by chance: {rewards:?}");
    json!(rewards[..2])
}

#[test]
fn the_first_hang_up_is_answered_as_documented() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let reply = send(&mut server, &ann, START_HANG_UP);
    let sample = r#"{
	"status": 0,
	"message": "hang up success",
	"data": {
        "start_hang_up_reward": [],
		"hang_up_info": { "hang_stage": 2, "time":"10:00:00" }
	}
}"#;
    check(sample, &reply);
    assert_eq!(
        reply["data"],
        json!({"start_hang_up_reward": [], "hang_up_info": {"hang_stage": 2, "time": "0:00:00"}}),
        "without an earlier stage nothing is settled and nothing has hung"
    );
}

#[test]
fn another_hang_up_stage_settles_the_one_before_as_documented() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    send(&mut server, &ann, &START_HANG_UP.replace("\"stage\": 2", "\"stage\": 1"));
    server.advance_seconds(146 * 60);
    let reply = send(&mut server, &ann, START_HANG_UP);
    let sample = r#"{
	"status": 1,
	"message": "Settlement reward success",
	"data": {
		"start_hang_up_reward": [
			{ "iid": "2", "remaining": 4290, "reward": 1460 },
			{ "iid": "1", "remaining": 12870, "reward": 4380 }
		],
		"hang_up_info": { "hang_stage": 1, "time": 32 }
	}
}"#;
    check(sample, &reply);
    assert_eq!(
        sure(&reply["data"]["start_hang_up_reward"]),
        json!([
            {"iid": "2", "remaining": 1460, "reward": 1460},
            {"iid": "1", "remaining": 4380, "reward": 4380},
        ]),
        "146 minutes on stage 1 are the documented 1460 iron and 4380 coin"
    );
    assert_eq!(
        reply["data"]["hang_up_info"],
        json!({"hang_stage": 2, "time": 146 * 60}),
        "the new stage, and the whole seconds that the earlier one hung"
    );
}

#[test]
fn the_same_hang_up_stage_is_answered_without_data() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    send(&mut server, &ann, START_HANG_UP);
    server.advance_seconds(1893);
    let reply = send(&mut server, &ann, START_HANG_UP);
    assert_eq!(reply, parse(r#"{ "status": 2, "message": "same stage" }"#), "nothing is settled, no data is sent");
    let reply = send(&mut server, &ann, GET_HANG_UP_REWARD);
    assert_eq!(reply["data"]["hang_up_info"]["time"], 1893, "the stage hangs on as if nothing had been asked");
}

#[test]
fn a_settlement_of_1893_seconds_is_the_documented_one() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    send(&mut server, &ann, START_HANG_UP);
    server.advance_seconds(1893);
    let reply = send(&mut server, &ann, GET_HANG_UP_REWARD);
    check(SETTLED, &reply);
    assert_eq!(
        sure(&reply["data"]["get_hang_up_rewards"]),
        json!([{"iid": "2", "remaining": 620, "reward": 620}, {"iid": "1", "remaining": 1860, "reward": 1860}]),
        "{MINUTES_OF_1893_SECONDS} minutes on stage 2, iron before coin"
    );
    assert_eq!(reply["data"]["hang_up_info"], json!({"hang_stage": 2, "time": 1893}), "whole seconds, as documented");
    server.advance_seconds(27);
    let reply = send(&mut server, &ann, GET_HANG_UP_REWARD);
    assert_eq!(
        (&reply["data"]["get_hang_up_rewards"][1]["reward"], &reply["data"]["hang_up_info"]["time"]),
        (&json!(60), &json!(60)),
        "the 33 seconds that the settlement left over stay on the timer"
    );
}

#[test]
fn hang_up_info_shows_the_rewards_without_settling() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    send(&mut server, &ann, START_HANG_UP);
    server.advance_seconds(17 * 3600 + 14 * 60 + 17);
    let request = GET_HANG_UP_REWARD.replace("get_hang_up_reward", "get_hang_up_info");
    let reply = send(&mut server, &ann, &request);
    let sample = r#"{
	"status": 0,
	"message": "Successfully get hook information",
	"data": {
		"get_hang_up_info": [
			{ "iid": "2", "remaining": 4290, "reward": 1460 },
			{ "iid": "1", "remaining": 12870, "reward": 4380 }
		],
		"hang_up_info": { "hang_stage": 1, "time": "17:14:17" }
	}
}"#;
    check(sample, &reply);
    assert_eq!(reply["data"]["hang_up_info"], json!({"hang_stage": 2, "time": "17:14:17"}), "H:MM:SS, as documented");
    assert_eq!(send(&mut server, &ann, &request), reply, "a second look shows the same");
    let settled = send(&mut server, &ann, GET_HANG_UP_REWARD);
    assert_eq!(
        settled["data"]["get_hang_up_rewards"], reply["data"]["get_hang_up_info"],
        "the settlement pays what was shown"
    );
}

const ENTER_STAGE: &str = r#"{
	"world": 0,
	"function": "enter_stage",
	"data": {
		"token": "TOKEN",
		"stage": 1
	}
}"#;

#[test]
fn the_legacy_entry_is_answered_as_documented() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let reply = send(&mut server, &ann, ENTER_STAGE);
    let sample = r#"{
	"status": 0,
	"message": "success",
	"data": {
		"enter_stages": [
			{ "iid": 2, "remaining": 2705, "reward": 0 },
			{ "iid": 1, "remaining": 8115, "reward": 0 }
		],
		"exp_info": { "exp": 660, "level": 18, "need": 60 },
		"world_boss": {},
		"energy": { "time": 20000, "remaining": 9998, "reward": -2 },
    	"enemy_layout": [
			{ "time": 0, "cool_down": 1.5, "enemies": [{ "monster": "slime", "count": 4, "spawn": [90.0, 50.0] }] }
		],
		"monster": [
			{ "id": "slime", "name": "x", "life": 60, "attack": 8, "defense": 1, "speed": 4.0 }
		]
	}
}"#;
    check(sample, &reply);
    let data = &reply["data"];
    assert_eq!(
        data["enter_stages"],
        json!([{"iid": 2, "remaining": 0, "reward": 0}, {"iid": 1, "remaining": 0, "reward": 0}]),
        "the sample's items in the sample's order, iid as a number"
    );
    assert_eq!(data["exp_info"], json!({"exp": 180, "level": 2, "need": 180}), "a newcomer's experience");
    assert_eq!(
        data["energy"],
        json!({"time": -1, "remaining": 120, "reward": 0}),
        "stages 1 to 7 take no energy in the legacy function"
    );
    let monsters: Vec<_> = data["monster"].as_array().into_iter().flatten().map(|monster| &monster["id"]).collect();
    assert_eq!(monsters, [&json!("slime")], "each monster of the layout once");
    let reply = send(&mut server, &ann, &ENTER_STAGE.replace("\"stage\": 1", "\"stage\": 8"));
    assert_eq!(
        reply["data"]["energy"],
        json!({"time": 360, "remaining": 114, "reward": -6}),
        "stages 8 to 20 take 6 energy, and general stages may be left at will"
    );
}

#[test]
fn the_legacy_pass_is_answered_as_documented() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let pass = ENTER_STAGE.replace("enter_stage", "pass_stage").replace("\"stage\": 1", "\"stage\": 8");
    send(&mut server, &ann, &ENTER_STAGE.replace("\"stage\": 1", "\"stage\": 8"));
    let mut reply = send(&mut server, &ann, &pass);
    let energy = reply["data"].as_object_mut().and_then(|data| data.remove("energy"));
    assert_eq!(energy, Some(json!({"time": 360, "remaining": 114, "reward": 0})), "comes on top of the sample");
    let sample = r#"{
	"status": 0,
	"message": "success",
	"data": {
		"pass_stages": [
			{ "iid": "10", "remaining": 43, "reward": 1 }
		],
		"p_exp": { "remaining": 670, "reward": 10 },
		"p_stage": { "finally": 2, "vary": 0 }
	}
}"#;
    check(sample, &reply);
    assert_eq!(
        reply["data"],
        json!({
            "pass_stages": [
                {"iid": "9", "remaining": 125, "reward": 125},
                {"iid": "2", "remaining": 125, "reward": 125},
                {"iid": "1", "remaining": 375, "reward": 375},
                {"iid": "10", "remaining": 1, "reward": 1},
            ],
            "p_exp": {"remaining": 680, "reward": 500},
            "p_stage": {"finally": 8, "vary": 1},
        }),
        "the rewards of stage 8 with iid as text, and the highest stage one up"
    );
    send(&mut server, &ann, &ENTER_STAGE.replace("\"stage\": 1", "\"stage\": 8"));
    let reply = send(&mut server, &ann, &pass);
    assert_eq!(reply["data"]["p_stage"], json!({"finally": 8, "vary": 0}), "a stage passed before raises nothing");
}

#[test]
fn a_sweep_is_answered_as_documented() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    server.ask(&ann, "enter_stage_general", json!({"stage": 8}));
    server.ask(&ann, "victory_stage_general", json!({"stage": 8}));
    server.advance_seconds(91);
    let request = r#"{
	"world": 0, 
	"function": "mopping_up_stage",
	"data": {
		"token": "TOKEN",
		"stage": 8,
        "count": 1
	}
}"#;
    let reply = send(&mut server, &ann, request);
    let sample = r#"{
    "status": 0,
    "message": "success",
    "data": {
        "remain": [
            "3:9:969660",
            "3:1:2048468",
            "3:2:150370"
        ],
        "reward": [
            "3:9:100",
            "3:1:200",
            "3:2:200"
        ],
        "energy": { "cooling": 269, "remain": 105, "reward": -6 },
        "exp_info": { "exp": 30000, "level": 22, "need": 360, "reward": 120 }
    }
}"#;
    check(sample, &reply);
    let (data, sample) = (&reply["data"], parse(sample));
    assert_eq!(data["reward"], sample["data"]["reward"], "one sweep of stage 8 brings exactly the sample's reward");
    assert_eq!(data["remain"], json!(["3:9:225", "3:1:575", "3:2:325"]), "the same items in the same order");
    assert_eq!(
        data["energy"],
        json!({"cooling": 269, "remain": 108, "reward": -6}),
        "91 seconds after the timer started, the documented 269 are left"
    );
    assert_eq!(data["exp_info"], json!({"exp": 800, "level": 4, "need": 400, "reward": 120}), "exp after the reward");
    let many = send(&mut server, &ann, &request.replace("\"count\": 1", "\"count\": 18"));
    assert_eq!(many["data"]["reward"], json!(["3:9:1800", "3:1:3600", "3:2:3600"]), "18 sweeps in one reply");
    assert_eq!(many["data"]["energy"]["remain"], 0, "18 sweeps take the 108 energy that were left");
}

const ENTER_STAGE_GENERAL: &str = r#"{
	"world": 0, 
	"function": "enter_stage_general",
	"data": {
		"token": "TOKEN",
		"stage": 8
	}
}"#;

#[test]
fn the_general_entry_is_answered_as_documented() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let reply = send(&mut server, &ann, ENTER_STAGE_GENERAL);
    let sample = r#"{
    "status": 0,
    "message": "success",
    "data": {
        "energy": { "cooling": -1, "remain": 4916, "reward": -6 }
    }
}"#;
    check(sample, &reply);
    assert_eq!(
        reply["data"]["energy"],
        json!({"cooling": 360, "remain": 114, "reward": -6}),
        "falling below the maximum starts a fresh timer"
    );
}

#[test]
fn the_general_victory_is_answered_as_documented() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    send(&mut server, &ann, ENTER_STAGE_GENERAL);
    let reply = send(&mut server, &ann, &ENTER_STAGE_GENERAL.replace("enter", "victory"));
    let sample = r#"{
    "status": 0,
    "message": "success",
    "data": {
        "boss": {},
        "remain": [
            "3:9:1026325",
            "3:2:152025",
            "3:1:100058375",
            "3:10:5"
        ],
        "reward": [
            "3:9:125",
            "3:2:125",
            "3:1:375",
            "3:10:1"
        ],
        "exp_info": { "exp": 37340, "level": 25, "need": 1660, "reward": 500 }
    }
}"#;
    check(sample, &reply);
    let rewards = parse(sample)["data"]["reward"].clone();
    assert_eq!(reply["data"]["reward"], rewards, "stage 8 brings exactly the sample's reward");
    assert_eq!(reply["data"]["remain"], rewards, "a player who had nothing has just the reward, in the same order");
    assert_eq!(
        reply["data"]["exp_info"],
        json!({"exp": 680, "level": 3, "need": 40, "reward": 500}),
        "level and need after the reward"
    );
}

#[test]
fn a_newcomers_overview_is_exactly_what_the_contract_lists() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let mut reply = server.ask(&ann, "get_player_info", json!({}));
    let data = reply["data"].as_object_mut().expect("data should be an object");
    let at = data.remove("at").expect("the moments should come on top of the documented fields");
    assert_eq!(
        at,
        json!({"next_reset_at": 1_773_158_400, "next_month_at": 1_774_972_800}),
        "full_at is left out while the energy is full"
    );
    assert_eq!(
        reply,
        json!({
            "status": 0,
            "message": "success",
            "data": {
                "name": "玩家#1",
                "exp": 180,
                "level": 2,
                "need": 180,
                "energy": {"cooling": -1, "remain": 120},
                "limits": {"18": 3, "19": 2, "20": 2, "21": 2, "22": 2},
                "items": ["3:1:0", "3:2:0", "3:5:0", "3:9:0"],
                "expiring": [],
                "stages": {"general": 7, "endless": 0, "boss": 0, "coin": 0, "exp": 0},
                "hang_up": {"hang_stage": 0, "time": "0:00:00"},
                "session": null,
            },
        }),
        "a newcomer as docs/contract/items-and-levels.md#newcomers describes it"
    );
}

#[test]
fn the_overview_shows_the_open_session_and_what_hangs() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    send(&mut server, &ann, START_HANG_UP);
    server.advance_seconds(61);
    send(&mut server, &ann, ENTER_STAGE_GENERAL);
    server.advance_seconds(10);
    let reply = server.ask(&ann, "get_player_info", json!({}));
    let data = &reply["data"];
    assert_eq!(data["session"], json!({"stage": 8, "mode": "general", "entered_at": 1_773_115_261}), "where and when");
    assert_eq!(data["hang_up"], json!({"hang_stage": 2, "time": "0:01:11"}), "what hangs, and for how long");
    assert_eq!(data["energy"], json!({"cooling": 350, "remain": 114}), "energy to the second");
    assert_eq!(data["at"]["full_at"], 1_773_115_261 + 6 * 360, "the moment at which six points have come back");
}

#[test]
fn server_time_tells_the_calendar_of_the_zone() {
    let mut server = TestServer::new();
    let mut reply = parse(&server.send(r#"{"world":0,"function":"server_time"}"#));
    let at = reply["data"].as_object_mut().and_then(|data| data.remove("at"));
    assert_eq!(at, Some(json!({"next_reset_at": 1_773_158_400, "next_month_at": 1_774_972_800})));
    let expected = json!({
        "now": 1_773_115_200, "time": "2026-03-10 12:00:00", "zone": "Asia/Shanghai", "cd": 43_200, "mcd": 1_857_600,
    });
    assert_eq!(reply, json!({"status": 0, "message": "success", "data": expected}), "noon of 10 March in Shanghai");
}

#[test]
fn ping_is_answered_without_data() {
    let mut server = TestServer::new();
    assert_eq!(
        parse(&server.send(r#"{"world":0,"function":"ping","data":{}}"#)),
        json!({"status": 0, "message": "success"}),
        "a ping carries no data"
    );
}

#[test]
fn accounts_are_opened_in_the_documented_shapes() {
    let mut server = TestServer::new();
    let ask = |server: &mut TestServer, text: &str| parse(&server.send(text));
    let guest = r#"{"world":0,"function":"login_unique","data":{"unique_id":"device-1"}}"#;
    let sample = r#"{"status": 1, "message": "success", "data": {"token": "x"}}"#;
    check(sample, &ask(&mut server, guest));
    check(&sample.replace("\"status\": 1", "\"status\": 0"), &ask(&mut server, guest));
    let signup = r#"{"world":0,"function":"signup","data":
        {"email":"ann@mail.example","username":"Ann","password":"5f4dcc3b","ip":"10.0.0.1"}}"#;
    let sample = r#"{"status": 0, "message": "success", "data": {"status_code": 200}}"#;
    let reply = ask(&mut server, signup);
    check(sample, &reply);
    assert_eq!(reply["data"]["status_code"], 200, "the account was made");
    let login = r#"{"world":0,"function":"login","data":
        {"email":"ann@mail.example","password":"5f4dcc3b","ip":"10.0.0.1"}}"#;
    let sample = r#"{"status": 0, "message": "success", "data": {"status_code": 200, "username": "x", "token": "x"}}"#;
    let reply = ask(&mut server, login);
    check(sample, &reply);
    assert_eq!((&reply["data"]["status_code"], &reply["data"]["username"]), (&json!(200), &json!("Ann")));
}
