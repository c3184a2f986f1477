//! Tasks: the functions of document 5 as transcripts, refusals that change nothing, and rewards that are given once.

use raidkeep::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

fn name_of(server: &mut TestServer, player: &TestPlayer) -> String {
    let info = server.ask(player, "get_player_info", json!({}));
    info["data"]["name"].as_str().expect("everybody has a name").to_owned()
}

#[test]
fn a_first_task() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let role = name_of(&mut server, &ann);
    let list = server.ask(&ann, "task_info", json!({"role": role}));
    println!("{list}");
    let first = list["data"]["task_list"][0].as_str().expect("a task").to_owned();
    println!("{}", server.ask(&ann, "main", json!({"role": role, "text": "有什么任务"})));
    println!("{}", server.ask(&ann, "select", json!({"role": role, "task_name": first})));
    println!("{}", server.ask(&ann, "feedback", json!({"role": role, "text": "看看", "roles": []})));
    let reply: Value = server.ask(&ann, "others", json!({"role": role, "text": "看看", "info": "流星"}));
    println!("{reply}");
    println!("{}", server.ask(&ann, "task_request", json!({"role": role, "text": "我想打狼"})));
    println!("{}", server.ask(&ann, "task_info_personal", json!({"role": role})));
}
