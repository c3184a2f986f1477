//! A node: what it has seen, and the worlds that it has. Its clock goes a little faster or slower than others.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use raidkeep::engine::outside::{Epoch, REALM, world_name};
use raidkeep::postgres::lease::{LeaseTimes, LeaseView, SeenLease};
use raidkeep::postgres::placement::{
    Calm, NodeState, PlaceOrder, WantedPlace, WorldState, orders, wanted_by, withheld,
};

use crate::cluster_model::database::{Look, WORLDS};
use crate::cluster_model::life::Life;

pub(super) const TIMES: LeaseTimes = LeaseTimes { length: Duration::from_millis(1000) };

pub(super) struct Node {
    pub(super) name: String,
    /// 0 = it is down.
    pub(super) incarnation: u64,
    pub(super) hung_until: u64,
    /// From the database.
    pub(super) cut_until: u64,
    /// In thousandths of what passes.
    rate: u64,
    offset: Duration,
    view: LeaseView,
    seen: BTreeMap<String, ((u64, bool), Instant)>,
    wishes: BTreeMap<String, WantedPlace>,
    pub(super) lives: BTreeMap<u32, Life>,
    /// The errands that take worlds over.
    pub(super) taking: BTreeMap<u32, u64>,
    pub(super) round: u64,
    placed: (Vec<WorldState>, Option<Instant>),
}

impl Node {
    /// One whose clock goes at 96 to 104 % of the rate of time.
    pub(super) fn new(name: &str, rate: u64, offset_ms: u64) -> Self {
        Self {
            name: name.to_owned(),
            incarnation: 0,
            hung_until: 0,
            cut_until: 0,
            rate: 960 + rate,
            offset: Duration::from_millis(offset_ms),
            view: LeaseView::default(),
            seen: BTreeMap::new(),
            wishes: BTreeMap::new(),
            lives: BTreeMap::new(),
            taking: BTreeMap::new(),
            round: 0,
            placed: (Vec::new(), None),
        }
    }

    /// Its process begins, and knows nothing.
    pub(super) fn begin(&mut self, incarnation: u64) {
        self.end();
        self.incarnation = incarnation;
    }

    /// Its process ends.
    pub(super) fn end(&mut self) {
        self.incarnation = 0;
        self.view = LeaseView::default();
        self.seen.clear();
        self.wishes.clear();
        self.lives.clear();
        self.taking.clear();
        self.round = 0;
    }

    /// What its clock says.
    pub(super) fn local(&self, began: Instant, now_ms: u64) -> Instant {
        began + self.offset + Duration::from_micros(now_ms * self.rate)
    }

    /// Ends the lives whose terms are over; returns what they answer.
    pub(super) fn end_lives(&mut self, local: Instant) -> Vec<Vec<(u64, String)>> {
        let over: Vec<u32> = self
            .lives
            .iter_mut()
            .filter_map(|(world, life)| (!life.is_careless && !life.term.holds(local)).then_some(*world))
            .collect();
        let ended: Vec<(u32, Life)> =
            over.iter().filter_map(|world| self.lives.remove(world).map(|life| (*world, life))).collect();
        for (world, life) in &ended {
            self.view.note_over(world_name(*world), life.epoch.to_u64().cast_signed());
        }
        ended.into_iter().map(|(_, life)| life.fail()).collect()
    }

    /// The worlds that it has.
    pub(super) fn held(&self) -> Vec<(String, Epoch)> {
        self.lives.iter().map(|(world, life)| (world_name(*world), life.epoch)).collect()
    }

    /// Who has a world, by what it has seen.
    pub(super) fn owner(&self, world: u32, local: Instant) -> Option<&str> {
        self.view.holder(&world_name(world), TIMES, local)
    }

    fn states(&self, local: Instant) -> Vec<NodeState> {
        let is_there = |since: &Instant| local.saturating_duration_since(*since) < TIMES.silence();
        let there = self.seen.iter().filter(|(_, (_, since))| is_there(since));
        there.map(|(name, ((_, drains), _))| NodeState { drains: *drains, ..NodeState::present(name) }).collect()
    }

    /// Whether it may try to take a world that it has not: the lease that has ended, and the nodes that are there.
    pub(super) fn may_take(&self, world: u32, local: Instant) -> Option<(Option<SeenLease>, Vec<NodeState>)> {
        if self.lives.contains_key(&world) || self.taking.contains_key(&world) {
            return None;
        }
        let (name, states) = (world_name(world), self.states(local));
        if !states.iter().any(|node| node.name == self.name) {
            return None;
        }
        if withheld(&self.name, self.owner(world, local), &states, self.wishes.get(&name)).is_some() {
            return None;
        }
        Some((self.view.ended(&name, TIMES, local).cloned(), states))
    }

    /// Takes what a round has brought; returns what is to be written of where worlds go.
    pub(super) fn note_round(
        &mut self,
        requested: Instant,
        held: &[(String, Epoch)],
        look: Option<Look>,
        local: Instant,
    ) -> Vec<PlaceOrder> {
        let Some(look) = look else {
            self.view.look_away();
            self.seen.clear();
            return Vec::new();
        };
        for (name, epoch) in held {
            let of_it = |life: &&mut Life| life.epoch == *epoch;
            let life =
                WORLDS.iter().find(|world| world_name(**world) == *name).and_then(|world| self.lives.get_mut(world));
            if let Some(life) = life.filter(of_it) {
                match look.renewed.contains(name) {
                    true => life.term.renew(requested, local),
                    false => life.term.end(),
                }
            }
        }
        look.leases.into_iter().for_each(|(world, lease)| self.view.note(world, lease, local));
        for (node, now) in look.nodes {
            match self.seen.get(&node) {
                Some((before, _)) if *before == now => {}
                _ => drop(self.seen.insert(node, (now, local))),
            }
        }
        self.wishes = look.wishes;
        self.place(local)
    }

    /// Calls worlds away that are wanted elsewhere, and says where they should go if it has the realm.
    fn place(&mut self, local: Instant) -> Vec<PlaceOrder> {
        let states = self.states(local);
        for (world, life) in &mut self.lives {
            let wanted = wanted_by(&states, self.wishes.get(&world_name(*world)));
            life.is_leaving |= wanted.is_some_and(|node| node != self.name);
        }
        let state = |name: &str| WorldState {
            name: name.to_owned(),
            node: self.view.holder(name, TIMES, local).map(str::to_owned),
            wish: self.wishes.get(name).cloned(),
            load: 0,
        };
        let worlds: Vec<WorldState> = self.view.worlds().map(state).collect();
        if self.placed.0 != worlds || self.placed.1.is_none() {
            self.placed = (worlds.clone(), Some(local));
        }
        let since = self.placed.1.unwrap_or(local);
        if !self.lives.contains_key(&REALM) {
            return Vec::new();
        }
        orders(&states, &worlds, Calm::after(local.saturating_duration_since(since), TIMES.silence()))
    }

    /// Ends the lives of worlds that are wanted elsewhere and have nothing left to do.
    pub(super) fn give_back(&mut self) -> Vec<(String, Epoch)> {
        let is_done = |life: &Life| life.is_leaving && life.is_quiet() && life.unfolded.is_empty() && !life.is_folding;
        let done: Vec<u32> = self.lives.iter().filter(|(_, life)| is_done(life)).map(|(world, _)| *world).collect();
        let ended = done.iter().filter_map(|world| Some((world_name(*world), self.lives.remove(world)?.epoch)));
        ended.collect()
    }
}
