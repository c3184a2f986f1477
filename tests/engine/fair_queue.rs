//! A world's queue is fair: who has many requests waiting does not make the others wait.

use std::net::IpAddr;

use raidkeep::studio::testing::{TestServer, TestSetup};

const PING: &str = r#"{"world":0,"function":"ping"}"#;

fn connect_from(server: &mut TestServer, last: u8) -> usize {
    server.connect_from(Some(IpAddr::from([203, 0, 113, last])))
}

#[test]
fn one_request_does_not_wait_for_the_thousands_of_another_connection() {
    let mut server = TestServer::with(TestSetup::default());
    let (greedy, modest) = (connect_from(&mut server, 1), connect_from(&mut server, 2));
    (0..5000).for_each(|_| server.post(greedy, PING));
    server.post(modest, PING);
    server.step(2);
    let answered = server.collect(greedy).len();
    assert_eq!(server.collect(modest).len(), 1, "it is its turn in the second tick at the latest");
    assert!((1..4000).contains(&answered), "when most of the others still wait: {answered} were answered");
    server.step(5);
    assert_eq!(answered + server.collect(greedy).len(), 5000, "all are answered in the end");
}

#[test]
fn the_queue_of_a_world_has_room_for_others_when_one_address_has_filled_its_share() {
    let mut server = TestServer::with(TestSetup { inbox_capacity: 40, ..TestSetup::default() });
    let greedy = [1, 1, 1].map(|last| connect_from(&mut server, last));
    for connection in greedy {
        (0..20).for_each(|_| server.post(connection, PING));
    }
    let modest = connect_from(&mut server, 2);
    server.post(modest, PING);
    server.step(10);
    let mut replies = |connection| server.collect(connection);
    assert_eq!(replies(modest), [r#"{"status":0,"message":"success"}"#], "another address still has room");
    let all: Vec<String> = greedy.into_iter().flat_map(replies).collect();
    let refused = all.iter().filter(|reply| reply.starts_with(r#"{"status":16,"#)).count();
    assert_eq!((all.len(), refused), (60, 40), "one address has a quarter of the queue, and of the next tick");
}
