//! Numbers that leave the world say of which world and epoch they are, so that none is ever given twice.

use raidkeep::engine::journal::{Frames, Record};
use raidkeep::engine::outside::Number;
use raidkeep::engine::storage::encode_value;
use raidkeep::game::challenges::model::Challenge;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

use crate::duel::Duelist;
use crate::payer::{diamonds, points, rich, state_of};
use crate::replayed::replayed;

fn buy(server: &mut TestServer, player: &TestPlayer) -> String {
    let reply = server.ask(player, "buy_item", json!({"offer": "diamonds_60"}));
    assert_eq!(reply["status"], 0, "{reply}");
    reply["data"]["order"].as_str().expect("an order has a number").to_owned()
}

#[test]
fn a_copy_that_is_put_back_gives_other_numbers() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 100);
    let copy = server.copy();
    let lost = buy(&mut server, &ann);
    assert_eq!(diamonds(&mut server, &ann), 60);
    let mut numbers = vec![lost.clone()];
    for left in ["88", "82"] {
        server = server.put_back(copy.after_power_loss());
        server.connect();
        let ann = server.player("ann");
        assert_eq!(diamonds(&mut server, &ann), 0, "the copy knows nothing of what came after it");
        let unknown = server.operate("order_inspect", json!({"order": lost}));
        assert_eq!(unknown["status"], 99, "the lost order is not taken for one of the copy: {unknown}");
        numbers.push(buy(&mut server, &ann));
        assert_eq!(points(&mut server, &ann), left, "a payment that the copy forgot pays for nothing");
        assert_eq!(diamonds(&mut server, &ann), 60);
        let unknown = server.operate("order_inspect", json!({"order": lost}));
        assert_eq!(unknown["status"], 99, "nor when there is an order with that count: {unknown}");
    }
    let counts: Vec<u64> = numbers.iter().map(|number| number.parse::<Number>().expect("a number").count()).collect();
    assert_eq!(counts, [1, 1, 1], "each is the first order to its world");
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 3, "the platform sees three orders: {numbers:?}");
}

#[test]
fn the_ledger_calls_an_order_as_everything_else_does() {
    let mut server = TestServer::new();
    let (ann, name) = rich(&mut server, "ann", 100);
    let number = buy(&mut server, &ann);
    let ledger = server.operate("ledger_list", json!({"name": name}))["data"]["entries"].clone();
    let bought = ledger.as_array().expect("a list").iter().find(|entry| entry["points"].is_object());
    assert_eq!(bought.expect("the purchase")["order"], json!(number), "it can be given to order_inspect: {ledger}");
    let exported = server.operate("player_export", json!({"name": name}))["data"]["document"].to_string();
    assert!(exported.contains(&number), "documents too");
}

#[test]
fn numbers_given_before_a_restart_stay_as_they_are() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 100);
    let first = buy(&mut server, &ann);
    let mut server = server.crash_and_reopen();
    server.connect();
    let ann = server.player("ann");
    assert_eq!(state_of(&mut server, &json!(first)), "granted");
    let second = buy(&mut server, &ann);
    let epoch = |number: &str| number.split('-').nth(1).map(str::to_owned);
    assert_ne!(epoch(&first), epoch(&second), "each start begins an epoch");
    let listed = server.operate("order_list", json!({}));
    let listed: Vec<&Value> =
        listed["data"]["orders"].as_array().expect("orders").iter().map(|order| &order["order"]).collect();
    assert_eq!(listed, [&json!(second), &json!(first)]);
}

#[test]
fn a_challenge_of_before_is_called_as_it_was() {
    let mut server = TestServer::new();
    let (ann, bob) = (Duelist::join(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    let ends_at = server.now_ms() / 1000 + 50;
    let row = (7_u64, 1_u64, 2_u64, ann.role.as_str(), None::<String>, ends_at);
    server.damage(|batch| {
        batch.put("challenges", &7_u64.to_be_bytes(), |out| encode_value(1, &row, out));
        batch.put("last_challenge", b"", |out| encode_value(1, &7_u64, out));
    });
    let mut server = server.crash_and_reopen();
    let (ann, bob) =
        (Duelist::join(&mut server, "ann"), Duelist { role: bob.role, ..Duelist::join(&mut server, "bob") });
    let shown = bob.succeed(&mut server, "refrash", json!({"role": bob.role}));
    assert_eq!(shown["id_list"], json!(["7"]), "players know it by the bare number");
    let foreign = bob.succeed(&mut server, "accept_c", json!({"id": "RK00000000-E100000000-7", "status": true}));
    assert_eq!(foreign, json!({"status": false}), "a number of another world or epoch is not taken for it");
    assert_eq!(bob.succeed(&mut server, "accept_c", json!({"id": "7", "status": true})), json!({"status": true}));
    let turn = json!({"role": ann.role, "id": "7", "text": "砍", "wait": false});
    ann.succeed(&mut server, "battle", turn);
    let mut server = server.crash_and_reopen();
    assert_eq!(server.verify(), []);
}

#[test]
fn the_epoch_is_in_the_journals_first_record_and_a_replay_gives_the_same_numbers() {
    let mut server = TestServer::with(TestSetup { journals: true, ..TestSetup::default() });
    Duelist::join(&mut server, "ann");
    let mut server = server.crash_and_reopen();
    let (ann, bob) = (Duelist::join(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    let given = ann.challenge(&mut server, &bob);
    let read = |bytes: &[u8]| Frames::open(bytes).expect("a journal").1.collect::<Vec<Record>>();
    let journals = [read(&server.journals[0].bytes()), read(&server.journals[1].bytes())];
    let epochs = journals.each_ref().map(|records| match &records[0] {
        Record::Start(start) => start.epoch,
        other => panic!("a journal begins with the start: {other:?}"),
    });
    assert!(epochs[0] < epochs[1], "{epochs:?}");
    assert!(given.contains(&epochs[1].to_string()), "{given} is of the second epoch");
    let mut replay = replayed(&server, &server.journals[1].bytes());
    let world = replay.simulation().world_mut();
    let replayed = world.query::<&Challenge>().single(world).expect("one challenge is open").number;
    assert_eq!(replayed.to_string(), given);
}
