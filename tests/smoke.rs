//! x
use raidkeep::testing::TestServer;
use serde_json::json;

#[test]
fn a_player_logs_in_and_plays() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    println!("{}", server.ask(&ann, "get_player_info", json!({})));
    let reply = server.ask(&ann, "enter_stage_general", json!({"stage": 8}));
    println!("{reply}");
    let reply = server.ask(&ann, "victory_stage_general", json!({"stage": 8}));
    println!("{reply}");
    println!("{}", server.ask(&ann, "start_hang_up", json!({"stage": 2})));
    server.advance_seconds(1893);
    println!("{}", server.ask(&ann, "get_hang_up_info", json!({})));
    println!("{}", server.ask(&ann, "get_hang_up_reward", json!({})));
    println!("{}", server.ask(&ann, "mopping_up_stage", json!({"stage":8, "count":"2"})));
    println!("{}", server.ask(&ann, "enter_stage", json!({"stage":9})));
    println!("{}", server.ask(&ann, "pass_stage", json!({"stage":9})));
    println!("{}", server.ask(&ann, "server_time", json!({})));
    let mut server = server.crash_and_reopen();
    let c = server.connect();
    println!("{}", server.ask_on(c, "get_player_info", json!({"token": ann.token})));
    println!("{}", server.ask_on(c, "get_player_info", json!({})));
}
