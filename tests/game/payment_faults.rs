//! Every way in which a payment can go wrong, with a crash at every step: points taken = goods granted.
//!
//! In each cell of the matrix, players buy while the platform answers payments in one broken way and the server is
//! killed at one point or lives on. Then time passes until every order is settled, and the platform's own history of
//! payments is compared with the orders, and those with what the players have.

use std::collections::BTreeMap;
use std::time::Duration;

use raidkeep::game::orders::{Order, OrderState};
use raidkeep::game::platforms::mcrmb::Gateway;
use raidkeep::game::platforms::mcrmb::gateway::PlatformCall;
use raidkeep::sandbox::{Fault, Misbehavior, Platform};
use raidkeep::studio::long_run::setting;
use raidkeep::studio::testing::{Network, TestPlayer, TestServer, TestSetup};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// Offers of the shipped shop: price in points, and diamonds.
const OFFERS: [(&str, i64, i64); 3] = [("diamonds_60", 6, 60), ("diamonds_300", 30, 300), ("diamonds_680", 68, 680)];
const HOUR: i64 = 3600;
/// How long an order is queried by the shipped schedule: 19 minutes until it is decided, then an hour and a day.
const HORIZON_SECONDS: i64 = 1140 + HOUR + 24 * HOUR;

/// What happens to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Crash {
    Never,
    /// The order is on disk as sent, and nothing has been sent.
    BeforeSend,
    /// The platform has the payment, and its answer is on its way.
    AfterSend,
    /// Right after the tick that received the answer.
    AfterAnswer,
    /// The payment is on disk, and the buyers have been evicted.
    BeforeGrant,
    /// After this many ticks, wherever the orders are then.
    AtTick(usize),
}

const CRASHES: [Crash; 5] = [Crash::Never, Crash::BeforeSend, Crash::AfterSend, Crash::AfterAnswer, Crash::BeforeGrant];

/// What else happens while the orders are settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meanwhile {
    Nothing,
    /// The buyers buy again as soon as they may.
    MorePurchases,
    /// The server is killed again and again.
    Crashes,
    /// Other servers move the buyers' points, which pushes records out of sight.
    OtherServers,
}

/// How the platform misbehaves in `Pay`; the first one not at all.
fn misbehaviors(rng: &mut ChaCha8Rng) -> Vec<Option<Misbehavior>> {
    let late = u64::try_from(rng.random_range(1..HORIZON_SECONDS - 24 * HOUR)).expect("a time is positive");
    vec![
        None,
        Some(Misbehavior::LoseAnswer),
        Some(Misbehavior::ApplyLate { after_ms: late * 1000 }),
        Some(Misbehavior::ApplyLate { after_ms: rng.random_range(1..900_000) }),
        Some(Misbehavior::LatencyMs(rng.random_range(1..60_000))),
        Some(Misbehavior::HttpStatus(503)),
        Some(Misbehavior::Garbage),
        Some(Misbehavior::Refuse { code: 105, msg: "提交的金额不对".to_owned() }),
        Some(Misbehavior::WrongTypes),
        Some(Misbehavior::CutShort),
    ]
}

fn fault(call: &str, fault: Misbehavior, times: Option<u32>) -> Fault {
    Fault { platform: Platform::Mcrmb, call: Some(call.to_owned()), fault, times }
}

/// How many buy in each cell; `RAIDKEEP_BUYERS` says another number.
fn buyers() -> usize {
    usize::try_from(setting("RAIDKEEP_BUYERS", 8)).expect("a number of buyers")
}

struct Buyer {
    player: TestPlayer,
    name: String,
}

struct Cell {
    server: TestServer,
    buyers: Vec<Buyer>,
    rng: ChaCha8Rng,
    gateway: Gateway,
}

impl Cell {
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut setup = TestSetup { seed, ..TestSetup::default() };
        let mcrmb = setup.settings.platforms.mcrmb.as_mut().expect("payments are set up");
        // All payments of a cell leave in one tick, and the circuit stays closed: it has tests of its own.
        mcrmb.line.in_flight = 1000;
        mcrmb.line.circuit = None;
        let gateway = Gateway::new(Some(mcrmb.clone()));
        let mut server = TestServer::with(setup);
        // The first connection is the operator's, so that nobody's unanswered request holds it up.
        server.connect();
        let buyers = (0..buyers()).map(|at| {
            let player = server.player(&format!("buyer {at}"));
            let info = server.ask(&player, "get_player_info", json!({}));
            let name = info["data"]["name"].as_str().expect("everybody has a name").to_owned();
            // Some have nothing, some exactly a price, some plenty.
            let points = *[0, 6, 30, 68, 500, 1000].get(rng.random_range(0..6)).expect("one of six");
            if points > 0 {
                let now_ms = server.now_ms();
                server.platforms.sandbox.grant(&name, points, now_ms).expect("points may be granted");
            }
            Buyer { player, name }
        });
        let buyers = buyers.collect();
        Self { server, buyers, rng, gateway }
    }

    /// Sends a buyer's request without waiting for its reply.
    fn buy(&mut self, at: usize) {
        let (offer, ..) = OFFERS[self.rng.random_range(0..OFFERS.len())];
        let TestPlayer { connection, token } = &self.buyers[at].player;
        let request = json!({"world": 0, "function": "buy_item", "data": {"offer": offer, "token": token}});
        self.server.post(*connection, &request.to_string());
    }

    fn crash(mut self) -> Self {
        self.server = self.server.crash_and_reopen();
        self.server.platforms.network_of = None;
        self.server.connect();
        for buyer in &mut self.buyers {
            buyer.player.connection = self.server.connect();
        }
        self
    }

    fn states(&mut self) -> Vec<OrderState> {
        let world = self.server.simulation().world_mut();
        world.query::<&Order>().iter(world).map(|order| order.state).collect()
    }

    fn has(&mut self, state: OrderState) -> bool {
        self.states().contains(&state)
    }

    /// Everybody buys, and the server is killed at the given point.
    fn buy_and_crash(mut self, crash: Crash) -> Self {
        self.server.platforms.network = match crash {
            Crash::BeforeSend => Network::HoldsRequests,
            Crash::AfterSend | Crash::BeforeGrant => Network::HoldsAnswers,
            Crash::Never | Crash::AfterAnswer | Crash::AtTick(_) => Network::Carries,
        };
        self.server.platforms.network_of = Some("Pay");
        (0..self.buyers.len()).for_each(|at| self.buy(at));
        match crash {
            Crash::AfterAnswer => self.step_to_the_answer(),
            Crash::AtTick(ticks) => self.server.step(ticks),
            Crash::Never | Crash::BeforeSend | Crash::AfterSend => self.server.settle(),
            Crash::BeforeGrant => {
                self.server.settle();
                // A player who waits for a reply stays in memory; the deadline answers everybody with `pending`.
                self.server.advance_seconds(11);
                self.server.settle();
                self.put_buyers_away();
                self.server.hold_reads();
                self.server.platforms.network = Network::Carries;
                self.server.settle();
            }
        }
        if crash == Crash::Never { self } else { self.crash() }
    }

    fn step_to_the_answer(&mut self) {
        for _ in 0..30 {
            self.server.step(1);
            if self.has(OrderState::Sent) {
                // A platform that is slow answers later.
                return self.server.step(1);
            }
        }
    }

    fn put_buyers_away(&mut self) {
        self.server.fold();
        self.server.reconnect_all();
        self.server.pass_real_time(Duration::from_secs(1000));
        assert_eq!(self.server.players_in_memory(), 0, "idle players are evicted, whatever they ordered");
    }

    /// Another server moves a buyer's points.
    fn move_points(&mut self, at: usize) {
        let money = self.rng.random_range(1..40).to_string();
        let (call, more) = match self.rng.random_range(0..3) {
            0 => (PlatformCall::Pay, vec![("use", "another server"), ("money", money.as_str())]),
            1 => (PlatformCall::Manual, vec![("type", "1"), ("text", "gift"), ("money", money.as_str())]),
            _ => (PlatformCall::Manual, vec![("type", "2"), ("text", "fee"), ("money", money.as_str())]),
        };
        let exchange = self.gateway.call(call, &self.buyers[at].name, &more).expect("a platform is set up");
        let now_ms = self.server.now_ms();
        self.server.platforms.sandbox.receive(&exchange, now_ms);
    }

    fn disturb(&mut self, meanwhile: Meanwhile) {
        for at in 0..self.buyers.len() {
            match meanwhile {
                Meanwhile::MorePurchases if self.rng.random_ratio(1, 5) => self.buy(at),
                Meanwhile::OtherServers if self.rng.random_ratio(1, 2) => {
                    (0..self.rng.random_range(1..4)).for_each(|_| self.move_points(at));
                }
                _ => {}
            }
        }
    }

    /// Advances the clock until every order that settles by itself is settled.
    fn pass_time(mut self, meanwhile: Meanwhile) -> Self {
        let steps = [2, 3, 5, 10, 15, 30, 60, 120, 300, 600, 600, HOUR, HOUR];
        for seconds in steps {
            self.disturb(meanwhile);
            if meanwhile == Meanwhile::Crashes && self.rng.random_ratio(1, 2) {
                let ticks = self.rng.random_range(0..4);
                self.server.step(ticks);
                self = self.crash();
            }
            self.server.settle();
            self.server.advance_seconds(seconds);
        }
        self.server.platforms.sandbox.set_faults(Vec::new()).expect("no faults");
        // The newest orders go through the whole schedule; all others are nearly done.
        let till_the_end: &[i64] = match meanwhile {
            Meanwhile::MorePurchases => &[5, 10, 15, 30, 60, 120, 300, 600, 600, HOUR, 24 * HOUR, HOUR, 24 * HOUR],
            _ => &[600, 600, HOUR, 24 * HOUR, HOUR],
        };
        for seconds in till_the_end {
            self.server.settle();
            self.server.advance_seconds(*seconds);
        }
        self.server.settle();
        self
    }

    /// Asserts that the server was killed where it should have been.
    fn check_crash(&mut self, crash: Crash) {
        let now_ms = self.server.now_ms();
        let is_paid = !self.server.platforms.sandbox.history(now_ms).is_empty();
        assert_eq!(is_paid, crash != Crash::BeforeSend, "{crash:?}: whether the platform was reached");
        let state = match crash {
            Crash::Never | Crash::AtTick(_) => return,
            Crash::BeforeSend | Crash::AfterSend => OrderState::Sent,
            Crash::AfterAnswer | Crash::BeforeGrant => OrderState::Paid,
        };
        assert!(self.has(state), "{crash:?}: orders should be {state:?} on disk");
    }

    fn all_orders(&mut self) -> Vec<Value> {
        let (mut all, mut before) = (Vec::new(), Value::Null);
        loop {
            let reply = self.server.operate("order_list", json!({"limit": 500, "before": before}));
            all.extend(reply["data"]["orders"].as_array().unwrap_or_else(|| panic!("orders: {reply}")).clone());
            before = reply["data"]["next"].clone();
            if before.is_null() {
                return all;
            }
        }
    }

    /// Compares the platform's history, the orders and the goods, and counts the orders by their ends.
    fn check(&mut self, meanwhile: Meanwhile, what: &str, ends: &mut BTreeMap<String, usize>) {
        let now_ms = self.server.now_ms();
        let mut payments: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
        for payment in self.server.platforms.sandbox.history(now_ms) {
            if let Some((_, number)) = payment.r#use.rsplit_once(' ')
                && number.starts_with("RK")
            {
                payments.entry(number.to_owned()).or_default().push((payment.wname.clone(), payment.money));
            }
        }
        let orders = self.all_orders();
        let mut diamonds: BTreeMap<&str, i64> = BTreeMap::new();
        for order in &orders {
            let text = |key: &str| order[key].as_str().expect("a text");
            let price = order["wish"]["price"].as_i64().expect("a price");
            let paid = payments.remove(text("order")).unwrap_or_default();
            *ends.entry(text("state").to_owned()).or_default() += 1;
            assert!(paid.len() <= 1, "{what}: nothing is ever paid twice: {order} {paid:?}");
            match text("state") {
                "granted" => {
                    assert_eq!(paid, [(text("name").to_owned(), price)], "{what}: a granted order is paid: {order}");
                    let offer = OFFERS.iter().find(|(_, known, _)| *known == price).expect("a known price");
                    *diamonds.entry(text("name")).or_default() += offer.2;
                }
                "refused" => assert_eq!(paid, [], "{what}: a refused order is not paid: {order}"),
                "operator" => {
                    assert_eq!(
                        meanwhile,
                        Meanwhile::OtherServers,
                        "{what}: the outcome can be known: {}",
                        self.inspect(order)
                    );
                }
                _ => panic!("{what}: every order ends: {order}"),
            }
        }
        assert_eq!(payments.len(), 0, "{what}: every payment has its order: {payments:?}");
        for buyer in &self.buyers {
            self.server.collect(buyer.player.connection);
            let info = self.server.ask(&buyer.player, "get_player_info", json!({}));
            let items = info["data"]["items"].as_array().unwrap_or_else(|| panic!("{what}: items: {info}"));
            let has: i64 =
                items.iter().filter_map(|item| item.as_str()?.strip_prefix("3:5:")?.parse::<i64>().ok()).sum();
            let granted = diamonds.get(buyer.name.as_str()).copied().unwrap_or_default();
            assert_eq!(granted, has, "{what}: each order is granted once to {}", buyer.name);
        }
    }

    fn inspect(&mut self, order: &Value) -> Value {
        self.server.operate("order_inspect", json!({"order": order["order"]}))
    }
}

/// Runs the cells and returns how many orders ended which way.
fn run(seed: u64, crashes: &[Crash], meanwhile: Meanwhile) -> BTreeMap<String, usize> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut ends = BTreeMap::new();
    for crash in crashes {
        for misbehavior in misbehaviors(&mut rng) {
            let mut cell = Cell::new(rng.next_u64());
            let what = format!("seed {seed}, {crash:?}, {misbehavior:?}, {meanwhile:?}");
            let mut faults: Vec<Fault> = misbehavior.iter().map(|one| fault("Pay", one.clone(), None)).collect();
            cell.server.platforms.sandbox.set_faults(faults.clone()).expect("the faults are right");
            cell = cell.buy_and_crash(*crash);
            if misbehavior.is_none() {
                cell.check_crash(*crash);
            }
            // Queries fail too, but not forever: those of each buyer about once.
            let failures_max = u32::try_from(buyers().max(2)).expect("few buyers");
            for call in ["CheckRecord", "CheckMoney"] {
                let one = [Misbehavior::LoseAnswer, Misbehavior::HttpStatus(502), Misbehavior::WrongTypes];
                faults.push(fault(call, one[rng.random_range(0..3)].clone(), Some(rng.random_range(1..failures_max))));
            }
            cell.server.platforms.sandbox.set_faults(faults).expect("the faults are right");
            cell = cell.pass_time(meanwhile);
            cell.check(meanwhile, &what, &mut ends);
        }
    }
    ends
}

fn count(ends: &BTreeMap<String, usize>, end: &str) -> usize {
    ends.get(end).copied().unwrap_or_default()
}

#[test]
fn points_taken_are_goods_granted_in_every_cell() {
    let ends = run(1, &CRASHES, Meanwhile::Nothing);
    assert!(ends.values().sum::<usize>() >= 50 * buyers(), "few orders prove nothing: {ends:?}");
    assert!(
        count(&ends, "granted") > 14 * buyers() && count(&ends, "refused") > 14 * buyers(),
        "both ends should be common: {ends:?}"
    );
}

#[test]
fn buying_again_while_an_order_is_watched_confuses_nothing() {
    let ends = run(2, &[Crash::Never, Crash::BeforeSend], Meanwhile::MorePurchases);
    assert!(
        count(&ends, "granted") > 9 * buyers() && count(&ends, "refused") > 9 * buyers(),
        "both ends should be common: {ends:?}"
    );
}

#[test]
fn what_others_hide_is_left_to_an_operator_and_never_granted_unpaid() {
    let ends = run(3, &[Crash::Never, Crash::AfterSend], Meanwhile::OtherServers);
    assert!(count(&ends, "operator") > buyers() / 2, "the movements of others should hide some payments: {ends:?}");
    assert!(count(&ends, "granted") > 5 * buyers(), "and not all: {ends:?}");
}

#[test]
fn a_server_that_is_killed_again_and_again_settles_every_order_all_the_same() {
    let ends = run(4, &[Crash::Never, Crash::AfterSend], Meanwhile::Crashes);
    assert!(
        count(&ends, "granted") > 5 * buyers() && count(&ends, "refused") > 5 * buyers(),
        "both ends should be common: {ends:?}"
    );
}

#[test]
fn a_crash_after_any_tick_of_a_purchase_loses_nothing() {
    let mut ends = BTreeMap::new();
    for tick in 0..12 {
        let crash = Crash::AtTick(tick);
        let mut cell = Cell::new(5).buy_and_crash(crash).pass_time(Meanwhile::Nothing);
        cell.check(Meanwhile::Nothing, &format!("{crash:?}"), &mut ends);
    }
    assert!(count(&ends, "granted") > 5 * buyers(), "some ticks are late enough: {ends:?}");
}
