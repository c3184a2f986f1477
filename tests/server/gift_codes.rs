//! Gift codes between worlds and a realm of their own: kills and copies put back. The real program.

use std::fs;

use serde_json::{Value, json};

use crate::files::copy_folder;
use crate::process::{Client, Host, Server, wait_for};

pub(crate) const PLENTY_OF_TIME: i64 = 4_102_444_800;

fn make(server: &Server, more: Value) -> Vec<String> {
    let mut data = json!({"count": 1, "items": ["3:1:7"], "until": PLENTY_OF_TIME, "reason": "festival"});
    data.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let reply = server.operate("code_make", data);
    assert_eq!(reply["status"], 0, "{reply}");
    let codes = reply["data"]["codes"].as_array().expect("codes").iter();
    codes.map(|code| code.as_str().expect("a text").to_owned()).collect()
}

fn redeem(client: &mut Client, world: u32, code: &str) -> i64 {
    let reply = client.ask_in(world, "redeem_code", json!({"code": code}));
    reply["status"].as_i64().unwrap_or_else(|| panic!("a status: {reply}"))
}

pub(crate) fn mails(client: &mut Client, world: u32) -> usize {
    client.ask_in(world, "get_all_mail", json!({}))["data"]["mail"].as_array().map_or(0, Vec::len)
}

pub(crate) fn wait_for_mails(client: &mut Client, world: u32, expected: usize) {
    wait_for("the goods", || (mails(client, world) >= expected).then_some(()));
    assert_eq!(mails(client, world), expected, "each arrives once");
}

/// Puts back the files whose names begin so, such as `realm` or `world-`, from a copy of the data folder.
pub(crate) fn put_back(host: &Host, copy: &str, prefix: &str) {
    let (from, to) = (host.path(copy), host.data());
    for folder in [&to, &from] {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let entry = entry.expect("a readable entry");
            if !entry.file_name().to_string_lossy().starts_with(prefix) {
                continue;
            }
            let target = to.join(entry.file_name());
            match (*folder == to, entry.path().is_dir()) {
                (true, true) => fs::remove_dir_all(entry.path()).expect("a writable folder"),
                (true, false) => fs::remove_file(entry.path()).expect("a writable folder"),
                (false, true) => copy_folder(&entry.path(), &target),
                (false, false) => drop(fs::copy(entry.path(), target).expect("a writable folder")),
            }
        }
    }
}

#[test]
fn a_world_that_is_put_back_gets_the_goods_again_and_a_realm_that_is_put_back_waits_for_the_operator() {
    let host = Host::new(&[]);
    let mut server = host.start();
    server.guest("ann");
    let codes = make(&server, json!({"count": 2}));
    server.stop();
    copy_folder(&host.data(), &host.path("copy"));

    let mut server = host.start();
    let mut ann = server.guest("ann");
    assert_eq!(redeem(&mut ann, 0, &codes[0]), 0);
    wait_for_mails(&mut ann, 0, 1);
    server.stop();

    put_back(&host, "copy", "world-");
    let mut server = host.start();
    let mut ann = server.guest("ann");
    wait_for_mails(&mut ann, 0, 1);
    assert_eq!(redeem(&mut ann, 0, &codes[0]), 97, "the realm knows that she has redeemed it");
    server.stop();

    put_back(&host, "copy", "realm");
    let (code, stderr) = host.start_in_vain();
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("--accept-realm"), "{stderr}");
    let host = host.with(&["--accept-realm"]);
    let server = host.start();
    let mut ann = server.guest("ann");
    assert_eq!(mails(&mut ann, 0), 1, "what the lost realm has sent stays");
    assert_eq!(redeem(&mut ann, 0, &codes[1]), 0, "the realm counts on behind it");
    wait_for_mails(&mut ann, 0, 2);
}

#[test]
fn players_of_two_worlds_with_one_code_get_it_as_often_as_it_can_be_redeemed_also_through_kills() {
    let host = Host::new(&["--worlds", "2"]);
    let mut server = host.start();
    let codes = make(&server, json!({"uses": 3, "count": 4}));
    let join = |server: &Server, world: u32, name: &str| {
        let mut client = server.connect();
        let reply = client.ask_in(world, "login_unique", json!({"unique_id": name}));
        assert!(matches!(reply["status"].as_i64(), Some(0 | 1)), "{reply}");
        client
    };
    let mut told = Vec::new();
    for (world, name) in [(0, "ann"), (1, "ann"), (0, "bob"), (1, "bob")] {
        told.push(redeem(&mut join(&server, world, name), world, &codes[0]));
    }
    assert_eq!(told, [0, 0, 0, 98], "the same account number in two worlds is two players");
    for code in &codes[1..] {
        for world in [0, 1] {
            assert_eq!(redeem(&mut join(&server, world, "ann"), world, code), 0);
        }
        // The goods may be anywhere between the realm and the worlds.
        server.process.kill();
        server = host.start();
    }
    for world in [0, 1] {
        wait_for_mails(&mut join(&server, world, "ann"), world, 4);
    }
}
