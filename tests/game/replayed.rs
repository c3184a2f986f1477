//! Journals played again, for the tests of what must come out the same.

use raidkeep::engine::journal::{Frames, Record, Replay};
use raidkeep::studio::testing::TestServer;

/// The world at the end of a journal of this server; each tick must have its recorded outcome.
pub(crate) fn replayed(server: &TestServer, journal: &[u8]) -> Replay {
    let (_, frames) = Frames::open(journal).expect("it should begin as a journal does");
    let mut records = frames.collect::<Vec<Record>>().into_iter();
    let (mut replay, first) =
        Replay::start(&mut records, server.app(), server.rules(), Box::new(|_| None)).expect("the journal is its own");
    for record in first.into_iter().chain(records) {
        replay.play(record, &mut |_, _, _| false).expect("each tick should have the same outcome");
    }
    replay
}
