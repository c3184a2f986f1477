//! The events that the connections of a test have received.

use raidkeep_engine::request::reply::Dismissal;
use serde_json::Value;

use crate::testing::TestServer;

impl TestServer {
    /// Keeps the events among these frames, and the count in a reply; returns the replies without it.
    pub(super) fn note_events(&mut self, connection: usize, frames: Vec<String>) -> Vec<String> {
        let (events, mut replies): (Vec<String>, Vec<String>) =
            frames.into_iter().partition(|frame| frame.starts_with(r#"{"event":"#));
        self.events.extend(events.into_iter().map(|event| (connection, event)));
        for reply in &mut replies {
            if let Some((at, n)) = count_in(reply) {
                reply.replace_range(at.., "}");
                self.event_counts.insert(connection, n);
            }
        }
        replies
    }

    /// The count of events that the last reply on a connection with one told.
    pub fn event_count(&self, connection: usize) -> Option<u64> {
        self.event_counts.get(&connection).copied()
    }

    /// Ticks, and returns the events received on a connection since the last call, in order and without their counts.
    ///
    /// # Panics
    /// When one is no JSON.
    pub fn events(&mut self, connection: usize) -> Vec<Value> {
        self.step(1);
        let replies = self.collect(connection);
        assert!(replies.is_empty(), "no reply should be pending: {replies:?}");
        self.told(connection)
    }

    /// Why the server ends a connection, if it does. The connection of a test stays as it is all the same.
    pub fn dismissal(&mut self, connection: usize) -> Option<Dismissal> {
        let replies = self.collect(connection);
        assert!(replies.is_empty(), "no reply should be pending: {replies:?}");
        self.connections[connection].dismissal()
    }

    /// The events collected on a connection since the last call, in order and without their counts.
    ///
    /// # Panics
    /// When one is no JSON.
    pub fn told(&mut self, connection: usize) -> Vec<Value> {
        let mut events = self.told_counted(connection);
        events.iter_mut().filter_map(Value::as_object_mut).for_each(|event| drop(event.remove("n")));
        events
    }

    /// The same as they came, with the counts.
    ///
    /// # Panics
    /// When one is no JSON.
    pub fn told_counted(&mut self, connection: usize) -> Vec<Value> {
        let (mine, others) = std::mem::take(&mut self.events).into_iter().partition(|(at, _)| *at == connection);
        self.events = others;
        let read = |(_, text): (usize, String)| serde_json::from_str(&text).expect("an event should be JSON");
        <Vec<(usize, String)>>::into_iter(mine).map(read).collect()
    }
}

/// The count at the end of a reply, and where it begins.
fn count_in(reply: &str) -> Option<(usize, u64)> {
    const BEFORE: &str = r#","n":"#;
    let at = reply.rfind(BEFORE)?;
    Some((at, reply[at + BEFORE.len()..].strip_suffix('}')?.parse().ok()?))
}
