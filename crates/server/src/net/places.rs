//! How many connections each address has open.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use raidkeep_engine::origin::Origin;

/// Which limit another connection would exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    /// That of all connections together.
    InAll,
    /// That of the connections from one address.
    OfAddress,
}

impl Excess {
    pub(super) fn count(self) {
        let why = match self {
            Self::InAll => "full",
            Self::OfAddress => "address",
        };
        metrics::counter!("raidkeep_connections_refused_total", "why" => why).increment(1);
    }

    /// For the client's eyes.
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::InAll => "the server is full (limits.connections)\n",
            Self::OfAddress => "too many connections from this address (limits.connections_per_address)\n",
        }
    }
}

/// The connections of each origin, of which none may have too many.
#[derive(Debug)]
pub(super) struct Places {
    max: usize,
    taken: Mutex<HashMap<Origin, usize>>,
}

impl Places {
    /// At most `per_address` of all `connections` for each origin, and never more than half. 0 = no limit.
    pub(super) fn new(per_address: usize, connections: usize) -> Arc<Self> {
        let max = if per_address == 0 { usize::MAX } else { per_address.min(connections / 2).max(1) };
        Arc::new(Self { max, taken: Mutex::default() })
    }

    /// A place for a connection from this address; `None` if its origin has as many as it may have.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let origin = Origin::from(address);
        let mut taken = self.lock();
        let count = taken.entry(origin).or_insert(0);
        if *count >= self.max {
            return None;
        }
        *count += 1;
        Some(Place { places: self.clone(), origin })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Origin, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one connection; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    origin: Origin,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        if let Some(count) = taken.get_mut(&self.origin) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.origin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn no_address_gets_more_places_than_its_share() {
        let places = Places::new(3, 100);
        let here = || places.take(address("2001:db8::1"));
        let mut held: Vec<_> = (0..3).map_while(|_| here()).collect();
        assert_eq!(held.len(), 3);
        assert!(places.take(address("2001:db8::2")).is_none(), "another address of the same /64 is the same customer");
        assert!(places.take(address("2001:db8:0:1::1")).is_some(), "others are not affected");
        held.pop();
        assert!(here().is_some(), "a place that was given up is free again");
        drop(held);
        assert!(places.lock().is_empty(), "nobody is remembered who has no connection");
    }

    #[test]
    fn one_address_never_has_more_than_half_of_all_places() {
        let places = Places::new(256, 10);
        let held: Vec<_> = (0..10).map_while(|_| places.take(address("203.0.113.9"))).collect();
        assert_eq!(held.len(), 5);
        let places = Places::new(0, 10);
        let held: Vec<_> = (0..10).map_while(|_| places.take(address("203.0.113.9"))).collect();
        assert_eq!(held.len(), 10, "0 = no limit");
    }
}
