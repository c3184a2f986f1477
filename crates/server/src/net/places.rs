//! How many connections each address has open.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::config::ClientLimits;
use crate::net::budget::AddressBudget;
use raidkeep_engine::address::AddressKey;

/// Why another connection is too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    /// All places are taken.
    InAll,
    /// Those of its address are.
    OfAddress,
    /// Its address may have none.
    Stranger,
}

impl Excess {
    pub(super) fn count(self) {
        let why = match self {
            Self::InAll => "full",
            Self::OfAddress => "address",
            Self::Stranger => "stranger",
        };
        metrics::counter!("raidkeep_connections_refused_total", "why" => why).increment(1);
    }

    /// For the client's eyes.
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::InAll => "the server is full (limits.connections)\n",
            Self::OfAddress => "too many connections from this address (limits.connections_per_address)\n",
            Self::Stranger => "without encryption, only trusted_proxies may connect here (admin.allow_plain)\n",
        }
    }
}

/// The connections of each address, of which none may have too many.
#[derive(Debug)]
pub(super) struct Places {
    max: usize,
    limits: ClientLimits,
    addresses: Mutex<Addresses>,
}

#[derive(Debug, Default)]
struct Addresses {
    known: HashMap<AddressKey, Taken>,
    /// At this many, those are forgotten that have no connection and send nothing.
    prune_at: usize,
}

#[derive(Debug)]
struct Taken {
    count: usize,
    budget: Arc<AddressBudget>,
}

impl Taken {
    fn is_worth_knowing(&self, now: Instant) -> bool {
        self.count > 0 || !self.budget.is_rested(now)
    }
}

/// At least this many addresses are remembered.
const ADDRESSES_KEPT: usize = 4096;

impl Places {
    /// As many for each address as the limits allow.
    pub(super) fn new(limits: &ClientLimits) -> Arc<Self> {
        let max = match limits.connections_per_address {
            0 => usize::MAX,
            most => most.min(limits.connections / 2).max(1),
        };
        Arc::new(Self { max, limits: limits.clone(), addresses: Mutex::default() })
    }

    /// A place for a connection from this address; `None` if its address has as many as it may have.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let key = AddressKey::from(address);
        let mut addresses = self.lock();
        if addresses.known.len() >= addresses.prune_at {
            let now = Instant::now();
            addresses.known.retain(|_, taken| taken.is_worth_knowing(now));
            addresses.prune_at = (addresses.known.len() * 2).max(ADDRESSES_KEPT);
        }
        let new = || Taken { count: 0, budget: Arc::new(AddressBudget::new(&self.limits)) };
        let taken = addresses.known.entry(key).or_insert_with(new);
        if taken.count >= self.max {
            return None;
        }
        taken.count += 1;
        Some(Place { places: self.clone(), key, budget: taken.budget.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, Addresses> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one connection; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    key: AddressKey,
    /// What the connections of this address may send together.
    pub(super) budget: Arc<AddressBudget>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut addresses = self.places.lock();
        if let Some(taken) = addresses.known.get_mut(&self.key) {
            taken.count -= 1;
            if !taken.is_worth_knowing(Instant::now()) {
                addresses.known.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(connections_per_address: usize, connections: usize) -> Arc<Places> {
        let limits = crate::config::Config::default().limits;
        Places::new(&ClientLimits { connections_per_address, connections, ..limits })
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn no_address_gets_more_places_than_its_share() {
        let places = places(3, 100);
        let here = || places.take(address("2001:db8::1"));
        let mut held: Vec<_> = (0..3).map_while(|_| here()).collect();
        assert_eq!(held.len(), 3);
        assert!(places.take(address("2001:db8::2")).is_none(), "another address of the same /64 is the same customer");
        assert!(places.take(address("2001:db8:0:1::1")).is_some(), "others are not affected");
        held.pop();
        assert!(here().is_some(), "a place that was given up is free again");
        drop(held);
        assert!(places.lock().known.is_empty(), "nobody is remembered who has no connection");
    }

    #[test]
    fn one_address_never_has_more_than_half_of_all_places() {
        let half = places(256, 10);
        let held: Vec<_> = (0..10).map_while(|_| half.take(address("203.0.113.9"))).collect();
        assert_eq!(held.len(), 5);
        let all = places(0, 10);
        let held: Vec<_> = (0..10).map_while(|_| all.take(address("203.0.113.9"))).collect();
        assert_eq!(held.len(), 10, "0 = no limit");
    }
}
