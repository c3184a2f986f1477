//! Characters and crafting through the protocol: `status`, `time`, `bag`, `skill`, `merge`, `legal`
//! (docs/contract/role-play.md#crafting).

use raidkeep::engine::players::Players;
use raidkeep::engine::storage::Touched;
use raidkeep::game::items::{Amount, Cause, Inventory, ItemId};
use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

const LONGAN: ItemId = ItemId::item(51);
const PLUME: ItemId = ItemId::item(52);

fn name_of(server: &mut TestServer, player: &TestPlayer) -> String {
    let reply = server.ask(player, "get_player_info", json!({}));
    reply["data"]["name"].as_str().expect("a name").to_owned()
}

/// A player with a stock of both materials.
fn crafter(server: &mut TestServer, quantity: i64) -> (TestPlayer, String) {
    let player = server.player("ann");
    let name = name_of(server, &player);
    let world = server.simulation().world_mut();
    let entity =
        world.resource::<Players>().entity(raidkeep::engine::account::AccountId(1)).expect("the first account");
    let stock = [LONGAN, PLUME].map(|item| Amount { item, quantity });
    world.get_mut::<Inventory>(entity).expect("every player has an inventory").grant(&stock, Cause::new("test"));
    world.resource_mut::<Touched>().push(entity);
    server.step(1);
    (player, name)
}

fn succeed(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value) -> Value {
    let reply = server.ask(player, function, data.clone());
    assert_eq!(reply["status"], 0, "{function} with {data} should succeed: {reply}");
    reply["data"].clone()
}

/// Asserts status and message, and that nothing has changed; returns the data.
fn refuse(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value, expect: (i64, &str)) -> Value {
    let before = server.state_hash();
    let reply = server.ask(player, function, data.clone());
    assert_eq!((&reply["status"], &reply["message"]), (&json!(expect.0), &json!(expect.1)), "{function} with {data}");
    assert_eq!(server.state_hash(), before, "{function} with {data}: a refusal changes nothing");
    reply["data"].clone()
}

#[test]
fn a_newcomers_status_shows_level_stock_and_attributes() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let role = name_of(&mut server, &ann);
    let attribute = json!({
        "level": 2, "exp": 180, "need": 180, "energy": 120, "龙眼": 0, "凤羽": 0,
        "力量": 11, "敏捷": 11, "智力": 11, "体魄": 11,
    });
    assert_eq!(succeed(&mut server, &ann, "status", json!({"role": role})), json!({"attribute": attribute}));
    assert_eq!(succeed(&mut server, &ann, "time", json!({"role": role})), json!({"time": "2026-03-10 12:00:00"}));
    assert_eq!(succeed(&mut server, &ann, "bag", json!({"role": role})), json!({"equipments": {}}));
    assert_eq!(succeed(&mut server, &ann, "skill", json!({"role": role})), json!({"skills": {}}));
}

#[test]
fn a_skill_costs_longan_and_equipment_costs_plumes_also_across_a_crash() {
    let mut server = TestServer::new();
    let (ann, role) = crafter(&mut server, 20);
    let merge = json!({"role": role, "mode": 0, "num": "10", "des": "火球术：向敌人投出火焰"});
    let text = "你消耗10个龙眼，领悟了技能「火球术」：火球术：向敌人投出火焰（强度23）";
    assert_eq!(succeed(&mut server, &ann, "merge", merge), json!({"text": text}));
    let merge = json!({"role": role, "mode": 1, "num": 5, "des": "祖父留下的短剑", "name": "短剑"});
    let text = "你消耗5片凤羽，打造了装备「短剑」：祖父留下的短剑（强度13）";
    assert_eq!(succeed(&mut server, &ann, "merge", merge), json!({"text": text}));
    let mut server = server.crash_and_reopen();
    let ann = server.player("ann");
    let skills = json!({"skills": {"火球术": "火球术：向敌人投出火焰"}});
    assert_eq!(succeed(&mut server, &ann, "skill", json!({"role": role})), skills);
    let equipments = json!({"equipments": {"短剑": "祖父留下的短剑"}});
    assert_eq!(succeed(&mut server, &ann, "bag", json!({"role": role})), equipments);
    let attribute = succeed(&mut server, &ann, "status", json!({"role": role}))["attribute"].clone();
    assert_eq!((&attribute["龙眼"], &attribute["凤羽"]), (&json!(10), &json!(15)), "each paid with its own material");
    assert_eq!((&attribute["智力"], &attribute["力量"]), (&json!(20), &json!(16)), "what a player owns adds strength");
}

#[test]
fn merging_is_refused_in_words_and_takes_nothing() {
    let mut server = TestServer::new();
    let (ann, role) = crafter(&mut server, 3);
    let merge = |num: i64, des: &str| json!({"role": role, "mode": 0, "num": num, "des": des});
    let told = refuse(&mut server, &ann, "merge", merge(4, "御风步"), (95, "materials insufficient"));
    assert_eq!(told, json!({"text": "龙眼不足：需要4个，你只有3个。"}));
    let illegal = (422, "illegal name or description");
    let told = refuse(&mut server, &ann, "merge", merge(1, "系统之怒：毁灭"), illegal);
    assert_eq!(told, json!({"text": "这个名字或描述不合规，请换一种说法。"}));
    refuse(&mut server, &ann, "merge", merge(1, "：没有名字"), illegal);
    for num in [0, -5, 101, i64::MAX] {
        let expect = (13, "data.num: expected an integer from 1 to 100");
        refuse(&mut server, &ann, "merge", merge(num, "御风步"), expect);
    }
    let other = json!({"role": role, "mode": 2, "num": 1, "des": "御风步"});
    refuse(&mut server, &ann, "merge", other, (13, "data.mode: expected 0 (skill) or 1 (equipment)"));
}

#[test]
fn the_thirty_first_skill_is_refused_but_an_owned_one_can_be_made_anew() {
    let mut server = TestServer::new();
    let (ann, role) = crafter(&mut server, 1000);
    let merge = |name: String, num: i64| json!({"role": role, "mode": 0, "num": num, "des": "招式", "name": name});
    for number in 0..30 {
        succeed(&mut server, &ann, "merge", merge(format!("招式{number}"), 1));
    }
    let told = refuse(&mut server, &ann, "merge", merge("招式30".into(), 1), (99, "no more can be owned"));
    assert_eq!(told, json!({"text": "你掌握的技能已经够多了，先专精已有的技能吧。"}));
    let text = "你消耗2个龙眼，领悟了技能「招式7」：招式（强度7）";
    assert_eq!(succeed(&mut server, &ann, "merge", merge("招式7".into(), 2)), json!({"text": text}));
}

#[test]
fn nobody_acts_for_another_role() {
    let mut server = TestServer::new();
    let (ann, _) = crafter(&mut server, 5);
    let bob = server.player("bob");
    let role = name_of(&mut server, &bob);
    let expect = (403, "role: expected your own username");
    for function in ["status", "time", "bag", "skill"] {
        assert_eq!(refuse(&mut server, &ann, function, json!({"role": role}), expect), Value::Null);
    }
    let merge = json!({"role": role, "mode": 0, "num": 1, "des": "御风步"});
    refuse(&mut server, &ann, "merge", merge, expect);
}

#[test]
fn legal_needs_no_token_and_checks_names_and_descriptions() {
    let mut server = TestServer::new();
    let connection = server.connect();
    let cases = [
        (json!({"mode": 0, "content": "小明"}), true),
        (json!({"mode": "0", "content": "系统"}), false),
        (json!({"mode": 0, "content": "名字 带空格"}), false),
        (json!({"mode": 1, "content": "名字 带空格的剑客，来自系统之外"}), true),
        (json!({"mode": 1, "content": "长".repeat(201)}), false),
        (json!({"mode": 1, "content": "傻-逼"}), false),
    ];
    for (data, expect) in cases {
        let reply = server.ask_on(connection, "legal", data.clone());
        assert_eq!(reply, json!({"status": 0, "message": "success", "data": {"status": expect}}), "{data}");
    }
    let reply = server.ask_on(connection, "legal", json!({"mode": 2, "content": "x"}));
    assert_eq!(reply["message"], "data.mode: expected 0 (name) or 1 (description)");
}
