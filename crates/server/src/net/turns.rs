//! A queue in which all who wait take turns, so that one with many requests does not make the others wait.

use std::collections::{HashMap, VecDeque};

use raidkeep_engine::address::AddressKey;
use raidkeep_engine::request::reply::ConnectionId;

/// Whose turn it is: a connection's. Requests that come over HTTP have none; those of an address take turns together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Sender {
    pub(super) connection: Option<ConnectionId>,
    pub(super) address: Option<AddressKey>,
}

/// What waits, in turns of the senders; what one sender has sent keeps its order.
#[derive(Debug)]
pub(super) struct Turns<T> {
    lines: HashMap<Sender, VecDeque<T>>,
    order: VecDeque<Sender>,
    by_address: HashMap<AddressKey, usize>,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self { lines: HashMap::default(), order: VecDeque::new(), by_address: HashMap::default() }
    }
}

impl<T> Turns<T> {
    /// How much waits from this address.
    pub(super) fn count_from(&self, key: AddressKey) -> usize {
        self.by_address.get(&key).copied().unwrap_or(0)
    }

    /// Puts something at the end of its sender's line.
    pub(super) fn push(&mut self, sender: Sender, item: T) {
        let line = self.lines.entry(sender).or_default();
        if line.is_empty() {
            self.order.push_back(sender);
        }
        line.push_back(item);
        if let Some(key) = sender.address {
            *self.by_address.entry(key).or_insert(0) += 1;
        }
    }

    /// Takes the first of the sender whose turn it is.
    pub(super) fn pop(&mut self) -> Option<T> {
        let sender = self.order.pop_front()?;
        let line = self.lines.get_mut(&sender)?;
        let item = line.pop_front();
        if line.is_empty() {
            self.lines.remove(&sender);
        } else {
            self.order.push_back(sender);
        }
        if let Some(key) = sender.address
            && let Some(count) = self.by_address.get_mut(&key)
        {
            *count -= 1;
            if *count == 0 {
                self.by_address.remove(&key);
            }
        }
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    fn sender(connection: u64) -> Sender {
        let address = Some(AddressKey::from(IpAddr::from([10, 0, 0, 1])));
        Sender { connection: Some(ConnectionId(connection)), address }
    }

    #[test]
    fn who_sends_one_request_does_not_wait_for_who_sends_many() {
        let mut turns = Turns::default();
        (0..1000).for_each(|number| turns.push(sender(1), number));
        turns.push(sender(2), 5000);
        turns.push(sender(2), 5001);
        let first: Vec<i32> = (0..4).filter_map(|_| turns.pop()).collect();
        assert_eq!(first, [0, 5000, 1, 5001], "they take turns, each in its own order");
        assert_eq!(turns.count_from(AddressKey::from(IpAddr::from([10, 0, 0, 1]))), 998);
        let rest: Vec<i32> = std::iter::from_fn(|| turns.pop()).collect();
        assert_eq!(rest, (2..1000).collect::<Vec<_>>());
        assert!(
            turns.order.is_empty() && turns.lines.is_empty() && turns.by_address.is_empty(),
            "nobody is remembered"
        );
    }
}
