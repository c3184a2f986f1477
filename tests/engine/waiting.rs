//! What handlers read from disk, and entities that leave the world, with test functions added to the game.

use std::time::Duration;

use bevy_app::App;
use bevy_ecs::prelude::*;
use raidkeep::engine::dispatch::RequestApp;
use raidkeep::engine::operators::Right;
use raidkeep::engine::request::answer::rows_found;
use raidkeep::engine::request::{Answer, Anyone, Call, Caller, Operator, Player, Reads, Request, Success, Waits};
use raidkeep::engine::storage::{
    Archive, ArchivedRow, Discarded, RowError, RowQuery, StorageApp, Touched, WorldEntity, encode_value,
};
use raidkeep::studio::testing::{TestServer, TestSetup};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A world entity that belongs to no player.
#[derive(Debug, Component, Serialize, Deserialize, JsonSchema)]
struct Duel {
    number: u64,
}

impl WorldEntity for Duel {
    const TABLE: &'static str = "test_duels";

    fn key(&self) -> u64 {
        self.number
    }
}

/// Its archived row.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
struct PastDuel {
    winner: String,
}

impl ArchivedRow for PastDuel {
    const TABLE: &'static str = "test_past_duels";
    const VERSION: u16 = 2;

    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        let number: u64 = postcard::from_bytes(bytes).ok().filter(|_| version == 1)?;
        Some(Self { winner: format!("the one of {number}") })
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Begin {
    number: u64,
}

impl Request for Begin {
    const FUNCTION: &'static str = "test_begin";
    type Caller = Anyone;
    type Reply = ();
}

fn begin(In(call): In<Call<Begin>>, mut commands: Commands, mut touched: ResMut<Touched>) -> Answer<()> {
    touched.push(commands.spawn(Duel { number: call.request.number }).id());
    Ok(Success::empty())
}

/// Ends a duel; without a winner it is not archived.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct End {
    number: u64,
    winner: Option<String>,
}

impl Request for End {
    const FUNCTION: &'static str = "test_end";
    type Caller = Anyone;
    type Reply = ();
}

fn end(
    In(call): In<Call<End>>,
    duels: Query<(Entity, &Duel)>,
    mut discarded: ResMut<Discarded>,
    mut archive: ResMut<Archive>,
) -> Answer<()> {
    let End { number, winner } = call.request;
    duels.iter().filter(|(_, duel)| duel.number == number).for_each(|(entity, _)| discarded.push(entity));
    match winner {
        Some(winner) => archive.put(&number.to_be_bytes(), &PastDuel { winner }),
        None => archive.delete::<PastDuel>(&number.to_be_bytes()),
    }
    Ok(Success::empty())
}

/// Reads the past duels from `from` until `until`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Look<const WHO: char> {
    from: u64,
    until: u64,
    newest_first: bool,
    limit: usize,
}

macro_rules! look_as {
    ($who:literal, $function:literal, $caller:ty, $right:expr) => {
        impl Request for Look<$who> {
            const FUNCTION: &'static str = $function;
            const READS: Reads = Reads::World;
            type Caller = $caller;
            type Reply = Vec<(u64, String)>;
            const RIGHT: Option<Right> = $right;
        }
    };
}

look_as!('p', "test_look_player", Player, None);
look_as!('a', "test_look_anyone", Anyone, None);
look_as!('o', "test_look_operator", Operator, Some(Right::VIEW));

fn look<C: Caller, const WHO: char>(In(call): In<Call<Look<WHO>>>) -> Waits<Vec<(u64, String)>>
where
    Look<WHO>: Request<Caller = C, Reply = Vec<(u64, String)>>,
{
    let Look { from, until, newest_first, limit } = call.request;
    let (from, until) = (from.to_be_bytes().to_vec(), until.to_be_bytes().to_vec());
    let query = RowQuery { table: PastDuel::TABLE, from, until, newest_first, limit, as_folded: false };
    let read = |(key, value): (Vec<u8>, Vec<u8>)| {
        let number = u64::from_be_bytes(key.try_into().expect("the key of a past duel is a number"));
        (number, PastDuel::read(&value).expect("own rows should be readable").winner)
    };
    Ok(Success::with(rows_found(query, call.fact)?.into_iter().map(read).collect()))
}

fn duels(app: &mut App) {
    app.add_world_entities::<Duel>();
    app.add_request::<Begin, _>(begin).add_request::<End, _>(end);
    app.add_waiting_request::<Look<'p'>, _>(look::<Player, 'p'>);
    app.add_waiting_request::<Look<'a'>, _>(look::<Anyone, 'a'>);
    app.add_waiting_request::<Look<'o'>, _>(look::<Operator, 'o'>);
}

fn server() -> TestServer {
    TestServer::with(TestSetup { extend: vec![duels], ..TestSetup::default() })
}

fn do_it(server: &mut TestServer, function: &str, data: Value) {
    let connection = server.connect();
    let reply = server.ask_on(connection, function, data);
    assert_eq!(reply, json!({"status": 0, "message": "success"}), "{function}");
}

fn past(server: &mut TestServer, from: u64, until: u64, newest_first: bool, limit: usize) -> Value {
    let query = json!({"from": from, "until": until, "newest_first": newest_first, "limit": limit});
    server.operate("test_look_operator", query)["data"].take()
}

fn running(server: &mut TestServer) -> Vec<u64> {
    let world = server.simulation().world_mut();
    let mut numbers: Vec<u64> = world.query::<&Duel>().iter(world).map(|duel| duel.number).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn an_ended_entity_leaves_the_world_and_does_not_return_after_a_crash() {
    let mut server = server();
    for number in [1, 2, 3] {
        do_it(&mut server, "test_begin", json!({"number": number}));
    }
    server.fold();
    let before = server.state_hash();
    do_it(&mut server, "test_end", json!({"number": 2, "winner": "ann"}));
    assert_eq!(running(&mut server), [1, 3], "gone from memory");
    assert_ne!(server.state_hash(), before, "the hash tells the two worlds apart");
    let after = server.state_hash();
    let mut server = server.crash_and_reopen();
    assert_eq!(running(&mut server), [1, 3], "gone from the disk, although its row was folded");
    assert_eq!(server.state_hash(), after);
    assert_eq!(past(&mut server, 0, 9, false, 9), json!([[2, "ann"]]), "and archived in the same batch");
}

#[test]
fn a_key_that_is_free_may_be_used_again_in_the_same_tick() {
    let mut server = server();
    do_it(&mut server, "test_begin", json!({"number": 1}));
    let connection = server.connect();
    let request = |function: &str, data: Value| json!({"world": 0, "function": function, "data": data}).to_string();
    let end = request("test_end", json!({"number": 1, "winner": null}));
    let begin = request("test_begin", json!({"number": 1}));
    assert_eq!(server.send_all_on(connection, &[&end, &begin]).len(), 2);
    let mut server = server.crash_and_reopen();
    assert_eq!(running(&mut server), [1], "the new one is there");
}

#[test]
fn a_player_is_not_discarded_by_mistake() {
    let mut server = server();
    let ann = server.player("ann");
    let world = server.simulation().world_mut();
    let players: Vec<Entity> =
        world.query_filtered::<Entity, With<raidkeep::engine::storage::Stored>>().iter(world).collect();
    players.iter().for_each(|player| world.resource_mut::<Discarded>().push(*player));
    assert_eq!(server.ask(&ann, "get_player_info", json!({}))["status"], 0, "players stay");
}

#[test]
fn a_query_returns_its_range_in_either_order() {
    let mut server = server();
    assert_eq!(past(&mut server, 0, 9, false, 9), json!([]), "a missing table is empty");
    for number in 1..=5 {
        do_it(&mut server, "test_end", json!({"number": number, "winner": number.to_string()}));
    }
    assert_eq!(past(&mut server, 2, 5, false, 9), json!([[2, "2"], [3, "3"], [4, "4"]]), "without the last key");
    assert_eq!(past(&mut server, 0, 9, true, 2), json!([[5, "5"], [4, "4"]]), "newest first, and no more than asked");
    assert_eq!(past(&mut server, 5, 2, false, 9), json!([]), "a reversed range is empty");
    do_it(&mut server, "test_end", json!({"number": 4, "winner": null}));
    do_it(&mut server, "test_end", json!({"number": 5, "winner": "bob"}));
    let mut server = server.crash_and_reopen();
    assert_eq!(past(&mut server, 4, 9, false, 9), json!([[5, "bob"]]), "deleted and overwritten rows");
}

#[test]
fn every_kind_of_caller_may_wait_for_rows() {
    let mut server = server();
    do_it(&mut server, "test_end", json!({"number": 1, "winner": "ann"}));
    let ann = server.player("ann");
    let query = json!({"from": 0, "until": 9, "newest_first": false, "limit": 1});
    let expected = json!({"status": 0, "message": "success", "data": [[1, "ann"]]});
    assert_eq!(server.ask(&ann, "test_look_player", query.clone()), expected);
    assert_eq!(server.operate("test_look_operator", query.clone()), expected);
    let connection = server.connect();
    assert_eq!(server.ask_on(connection, "test_look_anyone", query), expected);
}

#[test]
fn a_query_finds_what_was_changed_before_it_in_the_same_tick() {
    let mut server = server();
    let connection = server.connect();
    let request = |function: &str, data: Value| json!({"world": 0, "function": function, "data": data}).to_string();
    let end = request("test_end", json!({"number": 1, "winner": "ann"}));
    let look = request("test_look_anyone", json!({"from": 0, "until": 9, "newest_first": false, "limit": 1}));
    let replies = server.send_all_on(connection, &[&end, &look]);
    assert_eq!(replies.len(), 2);
    assert!(replies[1].contains(r#"[[1,"ann"]]"#), "{replies:?}");
}

#[test]
fn a_request_that_waits_for_a_slow_disk_times_out() {
    let mut server = server();
    let ann = server.player("ann");
    server.hold_reads();
    let data = json!({"token": ann.token, "from": 0, "until": 9, "newest_first": false, "limit": 1});
    server.post(ann.connection, &json!({"world": 0, "function": "test_look_player", "data": data}).to_string());
    for _ in 0..10 {
        server.pass_real_time(Duration::from_secs(1));
    }
    assert_eq!(server.collect(ann.connection), Vec::<String>::new(), "it waits");
    for _ in 0..10 {
        server.pass_real_time(Duration::from_secs(1));
    }
    let replies = server.collect(ann.connection);
    assert_eq!(replies, [r#"{"status":-2,"message":"timed out, retry with the same once key"}"#]);
    server.release_reads();
    server.step(2);
    assert_eq!(server.collect(ann.connection), Vec::<String>::new(), "one reply, even when the rows arrive later");
}

#[test]
fn an_archived_row_of_an_earlier_program_is_read_and_one_of_a_later_program_is_refused() {
    let written = |version| {
        let mut value = Vec::new();
        encode_value(version, &7_u64, &mut value);
        PastDuel::read(&value)
    };
    assert_eq!(written(1), Ok(PastDuel { winner: "the one of 7".to_owned() }));
    assert_eq!(written(3), Err(RowError::FromTheFuture { found: 3, known: 2 }));
}
