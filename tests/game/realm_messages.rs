//! What crosses from the realm into a world is sent until it is taken, and taken once, whatever is lost in between.

use bevy_app::App;
use bevy_ecs::prelude::*;
use raidkeep::engine::dispatch::RequestApp;
use raidkeep::engine::operators::Right;
use raidkeep::engine::realm::{Message, MessageTaken, RealmMessage, RealmTaken};
use raidkeep::engine::request::{Answer, Call, Operator, Success};
use raidkeep::engine::storage::{StorageApp, WorldRow};
use raidkeep::realm::messages::{RealmMessages, check_realm};
use raidkeep::studio::testing::{TestServer, TestSetup};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A message for these tests: a word to add to the world's list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Word {
    word: String,
}

impl RealmMessage for Word {
    const FUNCTION: &'static str = "take_word";
}

/// What the world was told.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
struct Words(Vec<String>);

impl WorldRow for Words {
    const TABLE: &'static str = "words_of_tests";
}

/// `say {word}`, a function of the realm.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Say {
    word: String,
}

raidkeep::engine::request!(Operator, "say", Say => (), RIGHT = Right::EVERYBODY, IN_REALM = true);

fn say(In(call): In<Call<Say>>, mut messages: RealmMessages) -> Answer<()> {
    messages.send_to_all(&Word { word: call.request.word });
    Ok(Success::empty())
}

fn take_word(
    In(call): In<Call<Message<Word>>>,
    mut taken: ResMut<RealmTaken>,
    mut words: ResMut<Words>,
) -> Answer<MessageTaken> {
    if let Err(again) = taken.admit(&call.request)? {
        return Ok(again.answer());
    }
    words.0.push(call.request.body.word.clone());
    Ok(taken.note(&call.request))
}

fn with_words(app: &mut App) {
    app.add_world_row::<Words>();
    app.add_request::<Say, _>(say).add_request::<Message<Word>, _>(take_word);
}

fn server() -> TestServer {
    let mut setup = TestSetup::default().with_realm();
    setup.extend.push(with_words);
    TestServer::with(setup)
}

fn tell(server: &mut TestServer, word: &str) {
    let reply = server.operate("say", json!({"word": word}));
    assert_eq!(reply["status"], 0, "{reply}");
}

fn words(server: &mut TestServer) -> Vec<String> {
    // A world ticks once it has started.
    server.step(1);
    server.settle();
    server.simulation().world().resource::<Words>().0.clone()
}

#[test]
fn messages_are_taken_once_and_in_order() {
    let mut server = server();
    ["one", "two", "three"].iter().for_each(|word| tell(&mut server, word));
    assert_eq!(words(&mut server), ["one", "two", "three"]);
    assert_eq!(server.verify(), Vec::new());
}

#[test]
fn a_message_that_was_written_before_a_loss_of_power_is_taken_after_it() {
    let mut server = server();
    tell(&mut server, "one");
    words(&mut server);
    // The reply leaves with the commit; what the world does afterwards is lost.
    server.hold_commits();
    server.post(
        0,
        &json!({"world": 0, "function": "say", "data": {"word": "two", "token": "operator-token-of-the-tests"}})
            .to_string(),
    );
    server.step(1);
    server.release_commits();
    let mut server = server.crash_and_reopen();
    server.connect();
    assert_eq!(words(&mut server), ["one", "two"]);
    let mut server = server.crash_and_reopen();
    assert_eq!(words(&mut server), ["one", "two"], "it is not taken again at the next start");
    tell(&mut server, "three");
    assert_eq!(words(&mut server), ["one", "two", "three"]);
}

#[test]
fn a_world_refuses_a_message_that_comes_too_early_and_answers_one_that_comes_again() {
    let mut taken = RealmTaken::default();
    let message = |number| Message { epoch: Default::default(), number, body: Word { word: "x".to_owned() } };
    assert!(taken.admit(&message(2)).is_err());
    assert!(taken.admit(&message(1)).is_ok_and(|next| next.is_ok()));
    taken.note(&message(1));
    assert!(taken.admit(&message(1)).is_ok_and(|next| next.is_err()));
}

#[test]
fn a_realm_that_is_older_than_what_a_world_took_is_found_out() {
    let mut server = server();
    tell(&mut server, "one");
    tell(&mut server, "two");
    words(&mut server);
    let taken = *server.simulation().world().resource::<RealmTaken>();
    server.fold();
    let check = |server: &mut TestServer, taken| check_realm(server.rows(), 0, taken).expect("readable rows");
    assert_eq!(taken.number, 2);
    assert_eq!(check(&mut server, taken), Ok(()));
    assert_eq!(check(&mut server, RealmTaken::default()), Ok(()), "a world that was put back gets what follows again");
    let later = RealmTaken { number: 3, ..taken };
    let told = check(&mut server, later).expect_err("the realm has not written it").to_string();
    assert!(told.contains("world 0 has taken message 3 of the realm, but the realm has written 2 to it"), "{told}");
    let other = RealmTaken { epoch: Default::default(), ..taken };
    assert!(check(&mut server, other).is_err(), "another realm may have written as many");
}
