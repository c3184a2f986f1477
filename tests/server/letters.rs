//! Mails from players to players of other worlds, between worlds and a realm of their own: kills, and a world that is put back. The
//! real program.

use serde_json::{Value, json};

use crate::files::{copy_folder, edited_assets};
use crate::gift_codes::{mails, put_back, wait_for_mails};
use crate::process::{Client, Host, Server, wait_for};

/// A player of a world, whose last log-in counts; the first guest of each world is 玩家#1.
fn join(server: &Server, world: u32, name: &str) -> Client {
    let mut client = server.connect();
    let reply = client.ask_in(world, "login_unique", json!({"unique_id": name}));
    assert!(matches!(reply["status"].as_i64(), Some(0 | 1)), "{reply}");
    client
}

fn send(server: &Server, (world, name): (u32, &str), to: &str, subj: &str) {
    let mail = json!({"gn_target": to, "subj": subj, "body": "多日不见"});
    let reply = join(server, world, name).ask_in(world, "send_mail", mail);
    assert_eq!(reply, json!({"status": 0, "message": "success"}), "to {to}");
}

/// The newest mail of a player who is to have so many.
fn newest(server: &Server, (world, name): (u32, &str), expected: usize) -> Value {
    let mut client = join(server, world, name);
    wait_for_mails(&mut client, world, expected);
    client.ask_in(world, "get_all_mail", json!({}))["data"]["mail"][0].clone()
}

const ANN: (u32, &str) = (0, "ann");
const BOB: (u32, &str) = (1, "bob");

#[test]
fn a_mail_reaches_a_player_of_another_world_who_answers_to_the_name_in_it() {
    let host = Host::new(&["--worlds", "2"]);
    let server = host.start();
    join(&server, 1, "bob");
    send(&server, ANN, "玩家#1@1", "你好");
    let got = newest(&server, BOB, 1);
    assert_eq!(
        (&got["subj"], &got["body"], &got["from"], &got["type"]),
        (&json!("你好"), &json!("多日不见"), &json!("玩家#1@0"), &json!("0"))
    );
    send(&server, BOB, got["from"].as_str().expect("a name"), "也好");
    assert_eq!(newest(&server, ANN, 1)["subj"], "也好", "and who writes keeps no copy");
    send(&server, ANN, "玩家#1@0", "自语");
    assert_eq!(newest(&server, ANN, 2)["from"], "玩家#1", "the own world may be named too, and the mail stays in it");
}

#[test]
fn a_mail_that_does_not_arrive_comes_back_with_its_text_and_the_reason() {
    let host = Host::new(&["--worlds", "2"]);
    let assets = edited_assets(&host, &[("mail.ron", "box_max: 100", "box_max: 1")]);
    let host = host.with(&["--assets", &assets]);
    let server = host.start();
    join(&server, 1, "bob");
    send(&server, ANN, "无名氏@1", "寻人");
    let back = newest(&server, ANN, 1);
    assert_eq!((&back["from"], &back["subj"]), (&json!("系统"), &json!("信件退回")));
    assert_eq!(back["body"], "没有 无名氏@1 这个人，您写给他的信《寻人》退回。原文：\n多日不见");
    send(&server, ANN, "玩家#1@1", "一");
    newest(&server, BOB, 1);
    send(&server, ANN, "玩家#1@1", "二");
    let back = newest(&server, ANN, 2);
    assert_eq!(back["body"], "玩家#1@1 的信箱已满，您的信《二》退回。原文：\n多日不见", "also into a full mailbox");
    assert_eq!(newest(&server, BOB, 1)["subj"], "一");
}

#[test]
fn each_mail_arrives_once_through_kills_and_worlds_that_are_put_back() {
    let host = Host::new(&["--worlds", "2"]);
    let mut server = host.start();
    for world in [0, 1] {
        join(&server, world, "ann");
    }
    for number in 0..6 {
        send(&server, (0, "ann"), "玩家#1@1", &format!("there {number}"));
        send(&server, (1, "ann"), "玩家#1@0", &format!("here {number}"));
        send(&server, (0, "ann"), "nobody@1", &format!("nowhere {number}"));
        // Each may be anywhere between the two worlds.
        server.process.kill();
        server = host.start();
    }
    let counted = |server: &Server, world: u32, expected: usize| {
        let mut client = join(server, world, "ann");
        wait_for_mails(&mut client, world, expected);
        let all = client.ask_in(world, "get_all_mail", json!({}));
        let mails = all["data"]["mail"].as_array().expect("mails").iter();
        let mut texts: Vec<String> = mails.map(|mail| format!("{} {}", mail["subj"], mail["body"])).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), expected, "each comes once to world {world}: {all}");
    };
    counted(&server, 0, 12);
    counted(&server, 1, 6);
    server.stop();
    copy_folder(&host.data(), &host.path("copy"));

    let mut server = host.start();
    send(&server, (0, "ann"), "玩家#1@1", "after the copy");
    counted(&server, 1, 7);
    server.stop();
    put_back(&host, "copy", "world-1");
    let mut server = host.start();
    counted(&server, 1, 7);
    server.stop();
    put_back(&host, "copy", "world-0");
    let server = host.start();
    send(&server, (0, "ann"), "玩家#1@1", "after it was put back");
    counted(&server, 1, 8);
    wait_for("nothing more", || (mails(&mut join(&server, 0, "ann"), 0) == 12).then_some(()));
}
