//! The story of one seed: what happens when, to whom.

use std::collections::BTreeMap;
use std::time::Instant;

use raidkeep::engine::outside::{Epoch, world_name};
use raidkeep::postgres::lease::Term;
use raidkeep::postgres::placement::{PlaceOrder, WantedPlace};
use raidkeep::studio::history::{Observed, contradiction};

use crate::cluster_model::client::Client;
use crate::cluster_model::database::{Database, WORLDS};
use crate::cluster_model::events::{Answer, At, Errand, Event};
use crate::cluster_model::game::{Ask, stored};
use crate::cluster_model::life::Life;
use crate::cluster_model::node::{Node, TIMES};
use crate::cluster_model::story::{Chance, Outcome};

/// Faults come until then, in milliseconds; after it everything heals.
pub(super) const TROUBLE_MS: u64 = 12_000;
/// By then everything must be answered.
const END_MS: u64 = 120_000;
const PATIENCE_MS: u64 = 333;
const COMMIT_PATIENCE_MS: u64 = 700;
/// How many requests each client has answered before it stops.
pub(super) const REQUESTS: usize = 12;
const CLIENTS: usize = 4;

pub(super) struct Cluster {
    pub(super) chance: Chance,
    pub(super) now_ms: u64,
    queue: BTreeMap<(u64, u64), At>,
    queued: u64,
    began: Instant,
    pub(super) database: Database,
    pub(super) stalled_until: u64,
    pub(super) nodes: Vec<Node>,
    pub(super) clients: Vec<Client>,
    pub(super) heard: BTreeMap<u32, Vec<Observed>>,
    next: u64,
    pub(super) outcome: Outcome,
    /// Whether worlds answer whatever became of their leases.
    is_careless: bool,
}

impl Cluster {
    pub(super) fn new(seed: u64) -> Self {
        let mut chance = Chance(seed);
        let nodes =
            ["a", "b", "c"].map(|name| Node::new(name, chance.between(0, 80), chance.between(0, 1_000_000))).into();
        let mut cluster = Self {
            chance,
            now_ms: 0,
            queue: BTreeMap::new(),
            queued: 0,
            began: Instant::now(),
            database: Database::new(),
            stalled_until: 0,
            nodes,
            clients: (0..CLIENTS).map(|_| Client::default()).collect(),
            heard: BTreeMap::new(),
            next: 1,
            outcome: Outcome::default(),
            is_careless: false,
        };
        (0..cluster.nodes.len()).for_each(|node| cluster.later(0, At::Restart(node)));
        (0..CLIENTS).for_each(|client| cluster.later(500, At::Client(client)));
        cluster.later(1000, At::Fault);
        cluster
    }

    /// The same with nodes that look at no lease before they answer.
    pub(super) fn careless(self) -> Self {
        Self { is_careless: true, ..self }
    }

    pub(super) fn later(&mut self, after_ms: u64, what: At) {
        self.queued += 1;
        self.queue.insert((self.now_ms + after_ms, self.queued), what);
    }

    pub(super) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn wall_ms(&self) -> i64 {
        1_800_000_000_000 + self.now_ms.cast_signed()
    }

    /// Runs to the end; errs with what is wrong.
    pub(super) fn run(mut self) -> Result<Outcome, String> {
        while let Some(((at, _), what)) = self.queue.pop_first() {
            self.now_ms = at;
            if self.clients.iter().all(|client| client.answered >= REQUESTS && client.asked.is_none())
                && at > TROUBLE_MS
            {
                return self.judge();
            }
            if at > END_MS {
                return Err(format!("nobody answers any more: {:?}", self.clients));
            }
            self.happen(what);
        }
        Err("nothing happens any more".to_owned())
    }

    /// Compares what was answered with what is stored.
    fn judge(mut self) -> Result<Outcome, String> {
        for world in [0, 1] {
            let heard = self.heard.remove(&world).unwrap_or_default();
            let stores = &self.database.stores[&world_name(world)];
            let stores = stores.open(Epoch::from_u64(u64::MAX)).map_err(|error| error.to_string())?;
            let last = stored(&stores.rows);
            if let Some(why) = contradiction(&heard, last) {
                return Err(format!("world {world}: {why}"));
            }
            self.outcome.answered += heard.len();
        }
        self.outcome.taken = self.database.taken;
        self.outcome.ended_at = self.now_ms;
        Ok(self.outcome)
    }

    fn happen(&mut self, what: At) {
        match what {
            At::Node(node, incarnation, event) => {
                let hung_until = self.nodes[node].hung_until;
                if self.nodes[node].incarnation != incarnation {
                    return;
                }
                if hung_until > self.now_ms {
                    return self.later(hung_until - self.now_ms, At::Node(node, incarnation, event));
                }
                self.at_node(node, event);
            }
            At::Database { .. } if self.stalled_until > self.now_ms => {
                self.later(self.stalled_until - self.now_ms, what)
            }
            At::Database { node, life, errand, what, answer_is_lost } => {
                let answer = self.at_database(node, what);
                if let Some(answer) = answer.filter(|_| !answer_is_lost) {
                    let delay = self.chance.between(1, 10);
                    self.later(delay, At::Node(node, life, Event::Answer(errand, Box::new(answer))));
                }
            }
            At::Reply { client, attempt, text } => self.hear(client, attempt, &text),
            At::Client(client) => self.ask(client),
            At::Patience { client, attempt } if self.clients[client].attempt == attempt => self.ask(client),
            At::Patience { .. } => {}
            At::Fault => self.fault(),
            At::Restart(node) => self.restart(node),
        }
    }

    fn restart(&mut self, node: usize) {
        if self.nodes[node].incarnation != 0 {
            return;
        }
        let incarnation = self.number();
        self.nodes[node].begin(incarnation);
        self.database.introduce(&self.nodes[node].name.clone());
        self.later(1, At::Node(node, incarnation, Event::Round));
        self.later(2, At::Node(node, incarnation, Event::Poll));
    }

    /// Sends an errand to the database. Whoever asked stops waiting when the patience is over.
    fn send(&mut self, node: usize, what: Errand, (patience_ms, late): (u64, Option<Answer>)) -> u64 {
        let (errand, life) = (self.number(), self.nodes[node].incarnation);
        if let Some(late) = late {
            self.later(patience_ms, At::Node(node, life, Event::Late(errand, Box::new(late))));
        }
        let is_cut = self.nodes[node].cut_until > self.now_ms;
        if !is_cut && !self.chance.happens(1) {
            let (delay, answer_is_lost) = (self.chance.between(1, 10), self.chance.happens(1));
            self.later(delay, At::Database { node, life, errand, what, answer_is_lost });
        }
        errand
    }

    fn at_database(&mut self, node: usize, what: Errand) -> Option<Answer> {
        let name = self.nodes[node].name.clone();
        match what {
            Errand::Round { requested, held } => {
                let look = Some(self.database.round(&name, &held));
                Some(Answer::Round { requested, held, look })
            }
            Errand::Take { world, ended, states, requested } => {
                let bits = self.chance.between(0, 1 << 31) as u32;
                let taken = self.database.take((&name, &world_name(world)), ended.as_ref(), &states, bits);
                let taken = taken.map(|(stores, epoch)| (Box::new(stores), epoch));
                Some(Answer::Take { world, requested, taken })
            }
            Errand::Append { world, life, log, group: (batches, last) } => {
                let record = log.borrow_mut().append(&batches, 0).ok();
                self.outcome.unknown += usize::from(record.is_none());
                Some(Answer::Append { world, life, last, record })
            }
            Errand::Fold { world, life, epoch, rows, records } => {
                let last = records.last().map_or(0, |record| record.number);
                let folded = rows.fold(epoch, &records).ok().map(|batch| (last, batch));
                Some(Answer::Fold { world, life, folded })
            }
            Errand::Release { world, epoch } => {
                self.database.release(&world, epoch);
                None
            }
            Errand::Follow(PlaceOrder::Go { world, node }) => {
                self.database.wishes.insert(world, WantedPlace { node, is_pinned: false });
                None
            }
            Errand::Follow(PlaceOrder::Stay { world }) => {
                self.database.wishes.remove(&world);
                None
            }
        }
    }

    fn at_node(&mut self, node: usize, event: Event) {
        let local = self.nodes[node].local(self.began, self.now_ms);
        let failed = self.nodes[node].end_lives(local);
        failed.into_iter().for_each(|replies| self.reply(replies));
        match event {
            Event::Round => {
                let held = self.nodes[node].held();
                let late = Answer::Round { requested: local, held: held.clone(), look: None };
                let errand = self.send(node, Errand::Round { requested: local, held }, (PATIENCE_MS, Some(late)));
                self.nodes[node].round = errand;
            }
            Event::Poll => self.poll(node, local),
            Event::Answer(errand, answer) | Event::Late(errand, answer) => self.answer(node, (errand, *answer), local),
            Event::Request { client, attempt, ask, world, hops } => {
                self.request(node, (client, attempt), (ask, world), hops, local);
            }
        }
        self.go_on(node);
    }

    fn poll(&mut self, node: usize, local: Instant) {
        let incarnation = self.nodes[node].incarnation;
        self.later(50, At::Node(node, incarnation, Event::Poll));
        for world in WORLDS {
            if let Some((ended, states)) = self.nodes[node].may_take(world, local) {
                let what = Errand::Take { world, ended, states, requested: local };
                let late = Answer::Take { world, requested: local, taken: None };
                let errand = self.send(node, what, (PATIENCE_MS, Some(late)));
                self.nodes[node].taking.insert(world, errand);
            }
        }
        if self.chance.happens(10) {
            self.fold(node);
        }
    }

    fn fold(&mut self, node: usize) {
        let errands: Vec<_> = self.nodes[node]
            .lives
            .iter_mut()
            .filter_map(|(world, life)| {
                let is_due = !life.is_folding && !life.unfolded.is_empty();
                life.is_folding |= is_due;
                let (rows, records) = (life.rows.clone(), life.unfolded.clone());
                is_due.then(|| Errand::Fold { world: *world, life: life.number, epoch: life.epoch, rows, records })
            })
            .collect();
        for errand in errands {
            if let Errand::Fold { world, life, .. } = errand {
                let late = Answer::Fold { world, life, folded: None };
                self.send(node, errand, (COMMIT_PATIENCE_MS, Some(late)));
            }
        }
    }

    fn answer(&mut self, node: usize, (errand, answer): (u64, Answer), local: Instant) {
        match answer {
            Answer::Round { requested, held, look } => {
                if self.nodes[node].round != errand {
                    return;
                }
                self.nodes[node].round = 0;
                let orders = self.nodes[node].note_round(requested, &held, look, local);
                for order in orders {
                    self.send(node, Errand::Follow(order), (0, None));
                }
                let pause = self.chance.between(100, 166);
                let incarnation = self.nodes[node].incarnation;
                self.later(pause, At::Node(node, incarnation, Event::Round));
            }
            Answer::Take { world, requested, taken } => {
                if self.nodes[node].taking.get(&world) != Some(&errand) {
                    return;
                }
                self.nodes[node].taking.remove(&world);
                if let Some((stores, epoch)) = taken {
                    let (number, now) = (self.number(), (local, self.wall_ms()));
                    let mut life = Life::begin((number, world), *stores, epoch, Term::begin(TIMES, requested), now);
                    life.is_careless = self.is_careless;
                    self.nodes[node].lives.insert(world, life);
                }
            }
            Answer::Append { world, life, last, record } => {
                let is_expected = |known: &&mut Life| known.number == life && known.committing == Some(last);
                if let Some(known) = self.nodes[node].lives.get_mut(&world).filter(is_expected) {
                    match record {
                        Some(record) => known.note_committed(record, last),
                        None => self.fail(node, world),
                    }
                }
            }
            Answer::Fold { world, life, folded } => {
                if let Some(known) = self.nodes[node].lives.get_mut(&world).filter(|known| known.number == life) {
                    match folded {
                        Some((record, batch)) => known.note_folded(record, batch),
                        None if known.is_folding => self.fail(node, world),
                        None => {}
                    }
                }
            }
        }
    }

    fn fail(&mut self, node: usize, world: u32) {
        if let Some(life) = self.nodes[node].lives.remove(&world) {
            self.reply(life.fail());
        }
    }

    fn request(&mut self, node: usize, from: (usize, u64), (ask, world): (Ask, u32), hops: u32, local: Instant) {
        let wall_ms = self.wall_ms();
        if let Some(life) = self.nodes[node].lives.get_mut(&world) {
            return life.ask(ask, from.1, local, wall_ms);
        }
        let owner = self.nodes[node].owner(world, local).filter(|_| hops == 0);
        let (delay, (client, attempt)) = (self.chance.between(1, 10), from);
        match owner.and_then(|owner| self.nodes.iter().position(|known| known.name == owner)) {
            Some(owner) if owner != node => {
                self.outcome.passed_on += 1;
                let incarnation = self.nodes[owner].incarnation;
                self.later(
                    delay,
                    At::Node(owner, incarnation, Event::Request { client, attempt, ask, world, hops: 1 }),
                );
            }
            _ => self.later(delay, At::Reply { client, attempt, text: r#"{"status":16}"#.to_owned() }),
        }
    }

    /// Sends what has become ready: groups to the log, replies to clients, worlds to other nodes.
    fn go_on(&mut self, node: usize) {
        let worlds: Vec<u32> = self.nodes[node].lives.keys().copied().collect();
        for world in worlds {
            let Some(life) = self.nodes[node].lives.get_mut(&world) else { continue };
            let (replies, group) = (life.take_replies(), life.next_group());
            let (number, log) = (life.number, life.log.clone());
            self.reply(replies);
            if let Some(group) = group {
                let late = Answer::Append { world, life: number, last: group.1, record: None };
                let what = Errand::Append { world, life: number, log, group };
                self.send(node, what, (COMMIT_PATIENCE_MS, Some(late)));
            }
        }
        if self.nodes[node].lives.values().any(|life| life.is_leaving && life.is_quiet()) {
            self.fold(node);
        }
        for (world, epoch) in self.nodes[node].give_back() {
            self.outcome.given_back += 1;
            self.send(node, Errand::Release { world, epoch }, (0, None));
        }
    }
}
