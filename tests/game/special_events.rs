//! Special events, which the game master answers from scripts (docs/contract/role-play.md#special-events).

use crate::tale::{Hero, hero, succeed};
use crate::traveller;
use raidkeep::studio::testing::TestServer;
use serde_json::{Value, json};

fn others(server: &mut TestServer, hero: &Hero, info: &str, text: &str) -> Value {
    let told = succeed(server, hero, "others", json!({"info": info, "text": text}));
    assert_eq!(told["role"], "系统", "the game master answers: {told}");
    told
}

#[test]
fn an_event_begins_goes_on_by_what_the_player_says_and_ends() {
    let mut server = TestServer::new();
    let ann = hero(&mut server, "ann");
    let told = others(&mut server, &ann, "镇上在办灯会", "我来了");
    let opening = format!("锣鼓声从街头响到街尾，孩子们举着灯笼跑过。有人往{}手里塞了一块热腾腾的糖糕。", ann.role);
    assert_eq!(told, json!({"role": "系统", "text": opening, "other": "节庆"}));
    let told = others(&mut server, &ann, "镇上在办灯会", "去猜灯谜");
    let scene = "你停在一盏走马灯前，灯下悬着一张红纸。\n";
    assert!(told["text"].as_str().is_some_and(|text| text.contains("‘一口咬掉牛尾巴’")), "{told}");
    assert!(!told["text"].as_str().is_some_and(|text| text.starts_with(scene)), "another character is quoted: {told}");
    assert!(told["text"].as_str().is_some_and(|text| text.starts_with("账房先生：")), "{told}");
    let told = others(&mut server, &ann, "", "是个旦字吧");
    assert!(
        told["text"].as_str().is_some_and(|text| text.contains("不对")),
        "without a description it goes on: {told}"
    );
    assert_eq!(told["other"], "节庆");
    let told = others(&mut server, &ann, "灯会", "是告字");
    assert!(told["text"].as_str().is_some_and(|text| text.contains("这盏灯归")), "{told}");
    let told = others(&mut server, &ann, "灯会", "是告字");
    assert_eq!(told["text"], opening, "it was over, and starts over");
}

#[test]
fn an_event_that_info_speaks_of_comes_before_the_one_under_way() {
    let mut server = TestServer::new();
    let ann = hero(&mut server, "ann");
    others(&mut server, &ann, "灯会", "");
    let told = others(&mut server, &ann, "来了一支商队", "看看");
    assert_eq!(told["other"], "商队", "{told}");
    let told = others(&mut server, &ann, "商队", "打听消息");
    assert!(told["text"].as_str().is_some_and(|text| text.contains("龙巢那边，夜里有火光")), "{told}");
    let told = others(&mut server, &ann, "无人知晓的事", "好");
    assert_eq!(told["other"], "", "nothing is under way, and nobody knows this one: {told}");
}

#[test]
fn without_a_description_the_players_words_name_the_event() {
    let mut server = TestServer::new();
    let ann = hero(&mut server, "ann");
    assert_eq!(others(&mut server, &ann, "", "我梦见了一个人")["other"], "奇遇");
}

#[test]
fn events_give_nothing_and_each_player_has_its_own() {
    let mut server = TestServer::new();
    let (ann, bob) = (hero(&mut server, "ann"), hero(&mut server, "bob"));
    let before = succeed(&mut server, &ann, "get_player_info", json!({}));
    others(&mut server, &ann, "流星", "看");
    let told = others(&mut server, &bob, "流星", "许愿");
    assert!(told["text"].as_str().is_some_and(|text| text.starts_with("天色骤变")), "bob is at the beginning: {told}");
    let told = others(&mut server, &ann, "流星", "许愿");
    assert!(told["text"].as_str().is_some_and(|text| text.contains("风从你耳边过去")), "{told}");
    let after = succeed(&mut server, &ann, "get_player_info", json!({}));
    assert_eq!((&after["items"], &after["exp"]), (&before["items"], &before["exp"]));
}

#[test]
fn an_event_goes_on_after_a_crash_and_where_a_document_arrives() {
    let mut server = TestServer::new();
    let ann = traveller::join(&mut server, "Ann");
    let ask = |server: &mut TestServer, player: &_, info: &str, text: &str| {
        traveller::succeed(server, player, "others", json!({"role": "Ann", "info": info, "text": text}))
    };
    ask(&mut server, &ann, "商队", "");
    let mut server = server.crash_and_reopen();
    let document = traveller::export(&mut server, "Ann");
    traveller::delete(&mut server, "Ann");
    traveller::import(&mut server, &document);
    let ann = traveller::log_in(&mut server, "Ann").0;
    let told = ask(&mut server, &ann, "商队", "打听消息");
    assert!(told["text"].as_str().is_some_and(|text| text.contains("夜里有火光")), "{told}");

    let mut earlier = document;
    earlier["parts"]["tasks"].as_object_mut().expect("a part").remove("event").expect("the field of this program");
    traveller::delete(&mut server, "Ann");
    traveller::import(&mut server, &earlier);
    let ann = traveller::log_in(&mut server, "Ann").0;
    let told = ask(&mut server, &ann, "商队", "打听消息");
    assert!(
        told["text"].as_str().is_some_and(|text| text.starts_with("驼铃声")),
        "an earlier document has none: {told}"
    );
}
