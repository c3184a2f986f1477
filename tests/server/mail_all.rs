//! Mails to all between worlds and a realm of their own: kills, and worlds that are put back. The real program.

use serde_json::{Value, json};

use crate::files::copy_folder;
use crate::gift_codes::{PLENTY_OF_TIME, mails, put_back, wait_for_mails};
use crate::process::{Client, Host, OPERATOR, Server, wait_for};

fn mail_all(server: &Server, more: Value) -> u64 {
    let mut data =
        json!({"title": "礼物", "text": "x", "items": ["3:1:7"], "until": PLENTY_OF_TIME, "reason": "festival"});
    data.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let reply = server.operate("mail_all", data);
    assert_eq!(reply["status"], 0, "{reply}");
    reply["data"]["number"].as_u64().expect("a number")
}

fn join(server: &Server, world: u32, name: &str) -> Client {
    let mut client = server.connect();
    let reply = client.ask_in(world, "login_unique", json!({"unique_id": name}));
    assert!(matches!(reply["status"].as_i64(), Some(0 | 1)), "{reply}");
    client
}

#[test]
fn players_of_all_worlds_get_it_once_through_kills_and_copies_that_are_put_back() {
    let host = Host::new(&["--worlds", "2"]);
    let mut server = host.start();
    let everywhere = [(0, "ann"), (1, "ann"), (1, "bob")];
    for (world, name) in everywhere {
        join(&server, world, name);
    }
    server.stop();
    copy_folder(&host.data(), &host.path("copy"));

    let mut server = host.start();
    for (world, expected) in [(0, 1), (1, 2)] {
        let count = json!({"token": OPERATOR, "audience": {"made_before": PLENTY_OF_TIME}});
        let reply = server.connect_operator().ask_in(world, "mail_all_preview", count);
        assert_eq!(reply["data"]["players"], expected, "world {world}: {reply}");
    }
    mail_all(&server, json!({}));
    mail_all(&server, json!({"worlds": [1]}));
    let mistake = mail_all(&server, json!({}));
    // The messages may be anywhere between the realm and the worlds.
    server.process.kill();
    server = host.start();
    for (world, name) in everywhere {
        wait_for_mails(&mut join(&server, world, name), world, 2 + world as usize);
    }
    let withdraw = json!({"number": mistake, "reason": "twice"});
    assert_eq!(server.operate("mail_all_withdraw", withdraw)["status"], 0);
    server.process.kill();
    server = host.start();
    let wait_for_the_rest = |server: &Server| {
        for (world, name) in everywhere {
            let mut client = join(server, world, name);
            wait_for("the withdrawal", || (mails(&mut client, world) == 1 + world as usize).then_some(()));
        }
    };
    wait_for_the_rest(&server);
    let mut late = join(&server, 1, "carl");
    assert_eq!(mails(&mut late, 1), 0);
    server.stop();

    put_back(&host, "copy", "world-");
    let server = host.start();
    wait_for_the_rest(&server);
    let mut late = join(&server, 1, "dora");
    assert_eq!(mails(&mut late, 1), 0, "who was not there when it was written gets none, whenever the world takes it");
}
