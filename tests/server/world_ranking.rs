//! The best of all worlds, between worlds and a realm of their own: kills, a world that is put back, and a new season. The real
//! program.

use serde_json::{Value, json};

use crate::files::copy_folder;
use crate::gift_codes::put_back;
use crate::process::{Client, Host, OPERATOR, Server, wait_for};

const FORTY_DAYS: i64 = 40 * 86_400;

fn host() -> Host {
    Host::new(&["--worlds", "2", "--clock", "manual"])
}

fn join(server: &Server, world: u32, name: &str) -> Client {
    let mut client = server.connect();
    let reply = client.ask_in(world, "login_unique", json!({"unique_id": name}));
    assert!(matches!(reply["status"].as_i64(), Some(0 | 1)), "{reply}");
    client
}

fn strike(server: &Server, world: u32, name: &str, damage: i64) {
    let mut client = join(server, world, name);
    for (function, data) in
        [("enter_stage", json!({"stage": 3000})), ("pass_stage", json!({"stage": 3000, "damage": damage}))]
    {
        let reply = client.ask_in(world, function, data);
        assert_eq!(reply["status"], 0, "{function}: {reply}");
    }
}

fn pass_time(server: &Server, world: u32, seconds: i64) {
    let data = json!({"token": OPERATOR, "seconds": seconds});
    let reply = server.connect_operator().ask_in(world, "clock_advance", data);
    assert_eq!(reply["status"], 0, "{reply}");
}

/// World and damage of each row of the first page, and the own rank, as a player of a world sees them.
fn page(client: &mut Client, world: u32) -> (Vec<(u64, i64)>, Value) {
    let reply = client.ask_in(world, "world_ranking", json!({"page": 1}));
    let rows = reply["data"]["rank"].as_array().map(Vec::as_slice).unwrap_or_default();
    let row = |row: &Value| (row["world"].as_u64().expect("a world"), row["damage"].as_i64().expect("a damage"));
    (rows.iter().map(row).collect(), reply["data"]["ranking"].clone())
}

/// Lets time pass until both worlds show these rows.
fn wait_for_rows(server: &Server, expected: &[(u64, i64)]) {
    for world in [0, 1] {
        let mut client = join(server, world, "ann");
        wait_for(&format!("{expected:?} in world {world}"), || {
            [0, 1].into_iter().for_each(|world| pass_time(server, world, 5));
            (page(&mut client, world).0 == expected).then_some(())
        });
    }
}

#[test]
fn players_of_all_worlds_see_the_best_of_all_through_kills_a_world_that_is_put_back_and_a_new_season() {
    let host = host();
    let mut server = host.start();
    strike(&server, 0, "ann", 300);
    strike(&server, 1, "ann", 400);
    strike(&server, 1, "bob", 200);
    wait_for_rows(&server, &[(1, 400), (0, 300), (1, 200)]);
    let ranks = [0, 1].map(|world| page(&mut join(&server, world, "ann"), world).1);
    assert_eq!(ranks, [json!(2), json!(1)], "one account number in two worlds is two players");
    server.stop();
    copy_folder(&host.data(), &host.path("copy"));

    let mut server = host.start();
    strike(&server, 1, "bob", 900);
    server.process.kill();
    server = host.start();
    wait_for_rows(&server, &[(1, 900), (1, 400), (0, 300)]);
    server.stop();

    put_back(&host, "copy", "world-1");
    let mut server = host.start();
    wait_for_rows(&server, &[(1, 400), (0, 300), (1, 200)]);
    server.stop();

    let server = host.start();
    pass_time(&server, 0, FORTY_DAYS);
    strike(&server, 0, "ann", 50);
    let mut ann = join(&server, 0, "ann");
    wait_for("the new season of world 0", || {
        pass_time(&server, 0, 5);
        (page(&mut ann, 0).0 == [(0, 50)]).then_some(())
    });
    let mut there = join(&server, 1, "ann");
    assert_eq!(page(&mut there, 1).0, [(1, 400), (1, 200)], "in world 1 the old season still runs");
    pass_time(&server, 1, FORTY_DAYS);
    strike(&server, 1, "bob", 70);
    wait_for_rows(&server, &[(1, 70), (0, 50)]);
}
