//! Worlds that are spread over nodes: any node takes any client, and worlds move while they are played.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::cluster::database::{Database, wait_for};
use crate::cluster::nodes::{Player, await_service, command, on, pair};
use crate::process::{Client, Ended, Host, Server, exchange};

const WORLDS: u32 = 4;
/// Nobody waits longer for a world that moves, on a machine that runs other tests too; `.ci/siege` demands one second.
const MOVED_WITHIN: Duration = Duration::from_secs(4);

fn host(database: &Database, node: &str) -> Host {
    let url = format!("cluster.public_url=wss://{node}.example.org");
    let settings = ["--worlds", &WORLDS.to_string(), "--set", "cluster.lease_seconds=2", "--set", &url];
    on(database, node, Host::new(&settings))
}

/// Which node has which world.
fn places(database: &Database) -> BTreeMap<String, String> {
    let rows = database.sql("SELECT world || ' ' || node FROM raidkeep.leases WHERE NOT is_free");
    let place = |line: &str| line.split_once(' ').map(|(world, node)| (world.to_owned(), node.to_owned()));
    rows.lines().filter_map(place).collect()
}

/// Waits until the worlds are where they stay: on these nodes, none on others.
fn await_spread(database: &Database, nodes: &[&str]) {
    wait_for(&format!("worlds are spread over {nodes:?}"), || {
        let places = places(database);
        let has = |node: &&str| places.values().filter(|place| place == node).count();
        let (all, share) = (WORLDS as usize + 1, (WORLDS as usize + 1) / nodes.len());
        nodes.iter().map(has).sum::<usize>() == all && nodes.iter().all(|node| has(node) >= share)
    });
}

/// Two nodes that both have worlds.
fn spread(database: &Database) -> ([Host; 2], [Server; 2]) {
    let hosts = ["a", "b"].map(|node| host(database, node));
    let nodes = pair(hosts.each_ref());
    await_spread(database, &["a", "b"]);
    for node in &nodes {
        await_service(node);
    }
    (hosts, nodes)
}

fn move_world(database: &Database, world: &str, node: &str) {
    let (moved, told) = command(&["cluster", "move", world, node], database);
    assert!(moved, "{told}");
}

/// A world that this node has, and one that another one has.
fn here_and_elsewhere(database: &Database, node: &str) -> [u32; 2] {
    let places = places(database);
    let of = |is_here: bool| {
        (0..WORLDS).find(|world| (places[&format!("world-{world}")] == node) == is_here).expect("both have worlds")
    };
    [of(true), of(false)]
}

/// The node that has the realm, and one that does not.
fn with_and_without_realm<'n>(database: &Database, [a, b]: &'n [Server; 2]) -> [&'n Server; 2] {
    if places(database)["realm"] == "a" { [a, b] } else { [b, a] }
}

/// Calls a function of the realm, which may be on its way.
fn operate(server: &Server, function: &str, data: &Value) {
    wait_for(&format!("{function} is done"), || {
        let reply = server.operate(function, data.clone());
        assert!([0, 16].contains(&reply["status"].as_i64().expect("a status")), "{function}: {reply}");
        reply["status"] == 0
    });
}

/// Reads until this event comes.
fn await_event(client: &mut Client, event: &str) -> Value {
    loop {
        let frame = client.read_json().expect("the connection stays");
        if frame["event"] == event {
            return frame;
        }
    }
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn replies_of_a_connection_keep_their_order_whichever_nodes_have_the_worlds() {
    let database = Database::start();
    let (_hosts, nodes) = spread(&database);
    let [here, elsewhere] = here_and_elsewhere(&database, "a");
    let mut client = nodes[0].connect();
    for world in [here, elsewhere] {
        let login = client.ask_in(world, "login_unique", json!({"unique_id": "ann"}));
        assert!(matches!(login["status"].as_i64(), Some(0 | 1)), "{login}");
    }
    for id in 0..100 {
        let world = if id % 3 == 0 { elsewhere } else { here };
        let request = json!({"world": world, "function": "get_player_info", "data": {}, "id": id}).to_string();
        client.send(Message::text(request)).expect("the connection stays");
    }
    for id in 0..100 {
        let reply = client.read_json().expect("a reply");
        assert_eq!((&reply["id"], &reply["status"]), (&json!(id), &json!(0)), "in the order of the requests: {reply}");
    }
    let told = [here, elsewhere].map(|world| client.ask_in(world, "world_node", json!({}))["data"]["node"].clone());
    assert_eq!(told, ["wss://a.example.org", "wss://b.example.org"], "a client may go where its world is");
    let unknown = client.ask_in(elsewhere, "no_such_function", json!({}));
    assert_eq!(unknown["status"], 10, "what needs no world is answered here: {unknown}");
    let malformed = client.ask_in(elsewhere, "enter_stage_general", json!({"stage": "high"}));
    assert_eq!(malformed["status"], 13, "{malformed}");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn events_and_dismissals_reach_a_connection_on_any_node() {
    let database = Database::start();
    let (_hosts, nodes) = spread(&database);
    let [here, elsewhere] = here_and_elsewhere(&database, "a");
    let mut players = [elsewhere, here].map(|world| Player::join(&nodes[0], world));
    operate(&nodes[1], "announce", &json!({"text": "to all"}));
    for player in &mut players {
        let event = await_event(&mut player.client, "announcement");
        assert_eq!(event["data"]["text"], "to all", "from the realm to a world to a connection, on whatever nodes");
    }
    let kick = json!({"player": 1, "reason": "ticket 17", "token": crate::process::OPERATOR});
    let kicked = nodes[0].connect_operator().ask_in(elsewhere, "player_kick", kick);
    assert_eq!(kicked["status"], 0, "{kicked}");
    assert_eq!(players[0].client.read_to_end(), Ended::Closed(CloseCode::Library(4000)), "it is told why");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn worlds_move_while_they_are_played() {
    let database = Database::start();
    let (_hosts, nodes) = spread(&database);
    let mut players: Vec<Player> = (0..WORLDS).map(|world| Player::join(&nodes[world as usize % 2], world)).collect();
    for round in 0..3 {
        let node = ["a", "b"][round % 2];
        let database = &database;
        std::thread::scope(|scope| {
            let moves = scope.spawn(move || {
                (0..WORLDS).for_each(|world| move_world(database, &format!("world-{world}"), node));
                move_world(database, "realm", node);
            });
            while !moves.is_finished() {
                players.iter_mut().for_each(|player| drop(player.read()));
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        players.iter_mut().for_each(Player::change);
        assert!(places(database).values().all(|place| place == node), "they stay where they were moved");
    }
    let slowest = players.iter().map(|player| player.waited).max().unwrap_or_default();
    assert!(slowest < MOVED_WITHIN, "nobody waits longer for a world that moves: {slowest:?}");
    operate(&nodes[0], "announce", &json!({"text": "still there"}));
    for player in &mut players {
        let event = await_event(&mut player.client, "announcement");
        assert_eq!(event["data"]["text"], "still there", "a connection that has asked since hears events again");
    }
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_node_that_comes_gets_worlds_and_one_that_is_drained_gives_all_away() {
    let database = Database::start();
    let (hosts, [mut a, b]) = spread(&database);
    let mut players: Vec<Player> = (0..WORLDS).map(|world| Player::join(&b, world)).collect();
    let (drained, told) = command(&["cluster", "drain", "a"], &database);
    assert!(drained && told.contains("can be stopped"), "{told}");
    await_spread(&database, &["b"]);
    players.iter_mut().for_each(Player::change);
    let (_, status) = command(&["cluster", "status"], &database);
    assert!(status.contains("drained: 0 worlds"), "{status}");
    let (refused, told) = command(&["cluster", "move", "world-0", "a"], &database);
    assert!(!refused && told.contains("drained"), "{told}");
    let (refused, told) = command(&["cluster", "drain", "b"], &database);
    assert!(!refused && told.contains("no other node"), "{told}");
    let mut guests: Vec<Player> = (0..WORLDS).map(|world| Player::join(&a, world)).collect();
    guests.iter_mut().for_each(|player| drop(player.read()));
    a.stop();
    let again = hosts[0].start();
    await_spread(&database, &["a", "b"]);
    await_service(&again);
    players.iter_mut().for_each(|player| player.go_to(&again, "it takes worlds again"));
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_newer_program_takes_no_world_before_older_ones_are_drained() {
    let database = Database::start();
    // Makes the tables.
    drop(database.node("c"));
    // The heart of the older one beats with that of the newer one.
    database.sql(
        "INSERT INTO raidkeep.nodes (node, address, key, beats, drains, rows) \
         VALUES ('old', '127.0.0.1:1', decode(repeat('00', 32), 'hex'), 0, false, 'mail 1'); \
         CREATE FUNCTION beat() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         UPDATE raidkeep.nodes SET beats = beats + 1 WHERE node = 'old'; RETURN NULL; END $$; \
         CREATE TRIGGER beat AFTER UPDATE OF beats ON raidkeep.nodes FOR EACH ROW WHEN (NEW.node = 'new') \
         EXECUTE FUNCTION beat()",
    );
    let new = host(&database, "new").start();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(places(&database), BTreeMap::new(), "the older program could not read what the newer one writes");
    let (_, status) = command(&["cluster", "status"], &database);
    assert!(status.contains("takes no worlds until"), "{status}");
    assert_eq!(new.http("GET", "/readyz", &[]).0, 503);
    database.sql("UPDATE raidkeep.nodes SET drains = true WHERE node = 'old'");
    await_service(&new);
    await_spread(&database, &["new"]);
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn operators_reach_everything_from_any_node() {
    let database = Database::start();
    let (_hosts, nodes) = spread(&database);
    let [with, without] = with_and_without_realm(&database, &nodes);
    let password = "a long enough password";
    operate(without, "operator_add", &json!({"name": "eve", "role": "support", "password": password}));
    let mut eve = without.connect_operator();
    let login = eve.ask("operator_login", json!({"name": "eve", "password": password}));
    assert_eq!(login["status"], 0, "{login}");
    let token = login["data"]["token"].clone();
    let new = "another long password";
    let changed = eve.ask("operator_password", json!({"password": password, "new": new, "token": token}));
    assert_eq!(changed["status"], 0, "the node of the realm knows the session: {changed}");
    for world in 0..WORLDS {
        drop(Player::join(&nodes[world as usize % 2], world));
        let view = json!({"player": 1, "part": "overview", "token": token});
        for node in [with, without] {
            let seen = node.connect_operator().ask_in(world, "player_list", view.clone());
            assert_eq!(seen["status"], 0, "eve sees players of every world from any node: {seen}");
        }
        let refused = eve.ask_in(world, "rules_reload", json!({"token": token}));
        assert_eq!(refused["status"], 20, "and may do no more than her role allows: {refused}");
    }
    let wrong = eve.ask("player_list", json!({"token": "nobody's token at all"}));
    assert_eq!(wrong["status"], 11, "{wrong}");
    let out = eve.ask("operator_logout", json!({"token": token}));
    assert_eq!(out["status"], 0, "{out}");
    for node in [with, without] {
        let late = node.connect_operator().ask("player_list", json!({"token": token}));
        assert_eq!(late["status"], 11, "a session that has ended has ended everywhere: {late}");
    }
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn what_the_realm_decides_counts_on_every_node() {
    let database = Database::start();
    let (_hosts, nodes) = spread(&database);
    operate(&nodes[0], "client_minimum", &json!({"name": "web", "version": "1.4", "url": "https://get.it"}));
    let client = json!({"name": "web", "version": "1.3"});
    for node in &nodes {
        let mut guest = node.connect();
        crate::process::wait_for("older clients are refused", || {
            let login = guest.ask("login_unique", json!({"unique_id": "ann", "client": client}));
            (login["status"] == 19).then_some(())
        });
    }
    let (status, reply) = exchange(nodes[0].address, "POST", "/get_list", "", &json!({}));
    assert!(status != 500 && status != 503, "a route asks a world on whatever node: {status} {reply}");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn requests_under_way_to_a_node_that_dies_are_carried_out_once() {
    let database = Database::start();
    let (hosts, [a, mut b]) = spread(&database);
    let [_, elsewhere] = here_and_elsewhere(&database, "a");
    let mut player = Player::join(&a, elsewhere);
    for _ in 0..3 {
        player.change();
        b.signal("STOP");
        let request =
            json!({"world": elsewhere, "function": "enter_stage_general", "data": {"stage": 1}, "once": "lost"});
        let reply = player.client.try_ask(&request.to_string()).expect("the connection stays");
        assert!([16, -2].contains(&reply["status"].as_i64().expect("a status")), "nobody knows: {reply}");
        b.process.kill();
        await_service(&a);
        let before = player.energy.as_i64().expect("a number");
        let after = player.read().as_i64().expect("a number");
        player.change();
        let step = after - player.energy.as_i64().expect("a number");
        assert!(after == before || after == before - step, "at most once: {before} {after} {step}");
        b = hosts[1].start();
        await_spread(&database, &["a", "b"]);
        move_world(&database, &format!("world-{elsewhere}"), "b");
    }
}
