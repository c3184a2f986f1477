//! The program is killed with SIGKILL under load, again and again: no answered change is missing afterwards,
//! duplicated, or applied in part.
//!
//! Each client's requests go through one connection, so the server applies them in their order.
//! After a crash, a player must therefore look exactly as a model does after *some* number of its
//! requests, at least those that were answered and at most those that were sent.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use crate::fairness::without_rate_limits;
use crate::process::{Client, Host, Lcg, OPERATOR, PATIENCE, Server, copy_folder, edited_assets, wait_for};
use raidkeep::studio::long_run::setting;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

const COIN: u32 = 1;
const IRON: u32 = 2;
const EXP_POINT: u32 = 9;
const POTION: u32 = 10;
/// Random rewards of hanging up, which no model can predict.
const BY_CHANCE: u32 = 11;

/// A request of the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Enter(i64),
    Win(i64),
    Sweep { stage: i64, count: i64 },
    Hang(i64),
    Collect,
}

impl Act {
    fn call(self) -> (&'static str, Value) {
        match self {
            Self::Enter(stage) => ("enter_stage_general", json!({"stage": stage})),
            Self::Win(stage) => ("victory_stage_general", json!({"stage": stage})),
            Self::Sweep { stage, count } => ("mopping_up_stage", json!({"stage": stage, "count": count})),
            Self::Hang(stage) => ("start_hang_up", json!({"stage": stage})),
            Self::Collect => ("get_hang_up_reward", json!({})),
        }
    }
}

/// A player according to the rules: everything that the load can change.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Model {
    exp: i64,
    items: BTreeMap<u32, i64>,
    highest: i64,
    session: Option<i64>,
    /// Stage, and since when, in seconds of the game's clock.
    hanging: Option<(i64, i64)>,
}

impl Model {
    fn newcomer() -> Self {
        Self { exp: 180, items: BTreeMap::new(), highest: 7, session: None, hanging: None }
    }

    fn grant(&mut self, amounts: &[(u32, i64)]) {
        for (item, quantity) in amounts.iter().filter(|(_, quantity)| *quantity > 0) {
            *self.items.entry(*item).or_default() += quantity;
        }
    }

    /// Applies a request; returns the status of its reply.
    fn apply(&mut self, act: Act, now: i64) -> i64 {
        match act {
            Act::Enter(stage) if stage > self.highest + 1 => 91,
            Act::Enter(stage) => {
                self.session = Some(stage);
                0
            }
            Act::Win(stage) if self.session != Some(stage) => 94,
            Act::Win(stage) => {
                self.session = None;
                self.highest = self.highest.max(stage);
                self.exp += 500;
                self.grant(&[(EXP_POINT, 125), (IRON, 125), (COIN, 375), (POTION, 1)]);
                0
            }
            Act::Sweep { stage, .. } if stage > self.highest => 99,
            Act::Sweep { stage, count } => {
                let each = 200 + 10 * (stage - 8);
                self.exp += 120 * count;
                self.grant(&[(EXP_POINT, 100 * count), (COIN, each * count), (IRON, each * count)]);
                0
            }
            Act::Hang(stage) => self.hang(stage, now),
            Act::Collect if self.hanging.is_none() => 99,
            Act::Collect => {
                self.settle(now);
                0
            }
        }
    }

    fn hang(&mut self, stage: i64, now: i64) -> i64 {
        let before = self.hanging.map(|(stage, _)| stage);
        if before == Some(stage) {
            return 2;
        }
        self.settle(now);
        self.hanging = Some((stage, now));
        i64::from(before.is_some())
    }

    /// Pays whole minutes. The clock of these tests moves by whole minutes only.
    fn settle(&mut self, now: i64) {
        if let Some((stage, since)) = self.hanging {
            let minutes = (now - since) / 60;
            self.grant(&[(COIN, 30 * stage * minutes), (IRON, 10 * stage * minutes)]);
            self.hanging = Some((stage, now));
        }
    }

    /// The reply of `get_player_info`, in the same form.
    fn seen(info: &Value, now: i64) -> Result<Self, String> {
        let data = &info["data"];
        let number = |value: &Value| value.as_i64().ok_or_else(|| format!("not a player: {info}"));
        let items = data["items"].as_array().ok_or_else(|| format!("not a player: {info}"))?;
        let items = items.iter().filter_map(|amount| read_amount(amount.as_str()?));
        let hanging = number(&data["hang_up"]["hang_stage"])?;
        let hung = data["hang_up"]["time"].as_str().and_then(read_time).ok_or("hang_up.time should be H:MM:SS")?;
        Ok(Self {
            exp: number(&data["exp"])?,
            items: items.filter(|(item, quantity)| *item != BY_CHANCE && *quantity != 0).collect(),
            highest: number(&data["stages"]["general"])?,
            session: data["session"]["stage"].as_i64(),
            hanging: (hanging > 0).then_some((hanging, now - hung)),
        })
    }
}

fn read_amount(text: &str) -> Option<(u32, i64)> {
    let mut parts = text.strip_prefix("3:")?.split(':');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn read_time(text: &str) -> Option<i64> {
    text.split(':').try_fold(0, |seconds, part| Some(seconds * 60 + part.parse::<i64>().ok()?))
}

/// A higher status changes nothing and keeps no reply: repeated, such a request is carried out anew.
const DONE_MAX: i64 = 1;
/// A request that was sent.
#[derive(Debug, Clone)]
struct Sent {
    act: Act,
    once: Option<String>,
}

/// What a client sent between two crashes, and how much of it was answered.
#[derive(Debug, Clone)]
struct History {
    before: Model,
    sent: Vec<Sent>,
    answered: usize,
    now: i64,
}

impl History {
    fn new(before: Model, now: i64) -> Self {
        Self { before, sent: Vec::new(), answered: 0, now }
    }

    /// The player after the first `count` requests.
    fn after(&self, count: usize) -> Model {
        let mut model = self.before.clone();
        for sent in &self.sent[..count] {
            model.apply(sent.act, self.now);
        }
        model
    }

    /// The numbers of requests after which the player looks as `seen`; there can be several, because some requests
    /// change nothing visible. Errs when there is none.
    fn reconcile(&self, seen: &Model) -> Result<Vec<usize>, String> {
        let matching = |from: usize, to: usize| -> Vec<usize> {
            let mut model = self.after(from);
            let mut found = Vec::new();
            for count in from..=to {
                if model == *seen {
                    found.push(count);
                }
                if let Some(next) = self.sent.get(count) {
                    model.apply(next.act, self.now);
                }
            }
            found
        };
        let found = matching(self.answered, self.sent.len());
        if !found.is_empty() {
            return Ok(found);
        }
        if let Some(count) = matching(0, self.answered).last() {
            return Err(format!("an answered change is missing: only {count} of {} are there", self.answered));
        }
        let answered = self.after(self.answered);
        let open = &self.sent[self.answered..];
        Err(format!("no number of requests leads here: seen {seen:?}; answered {answered:?}; open {open:?}"))
    }

    /// The requests that may be repeated: keyed, and never answered.
    fn open_keyed(&self) -> impl Iterator<Item = (usize, &Sent)> {
        self.sent.iter().enumerate().skip(self.answered).filter(|(_, sent)| sent.once.is_some())
    }

    /// Checks the outcome of repeating every open keyed request: each has been applied once in total, and was answered
    /// with the status of that one time. `candidates` are from [`History::reconcile`]; `statuses` are those of the
    /// repeats' replies. Returns the player and the number of requests that had been applied before the repeats.
    fn reconcile_repeats(
        &self,
        candidates: &[usize],
        statuses: &[i64],
        seen: &Model,
    ) -> Result<(Model, usize), String> {
        let fits = |count: &&usize| self.repeat_after(**count) == (seen.clone(), statuses.to_vec());
        if let Some(count) = candidates.iter().find(fits) {
            return Ok((seen.clone(), *count));
        }
        let expected: Vec<_> = candidates.iter().map(|count| self.repeat_after(*count)).collect();
        Err(format!("a keyed request was not applied exactly once: seen {seen:?}, {statuses:?}; expected {expected:?}"))
    }

    fn repeat_after(&self, count: usize) -> (Model, Vec<i64>) {
        let mut model = self.before.clone();
        let first: Vec<i64> = self.sent[..count].iter().map(|sent| model.apply(sent.act, self.now)).collect();
        let repeats: Vec<_> = self.open_keyed().map(|(at, sent)| (at, sent.act)).collect();
        let kept = |at: usize| first.get(at).copied().filter(|status| *status <= DONE_MAX);
        let repeat = |(at, act): (usize, Act)| kept(at).unwrap_or_else(|| model.apply(act, self.now));
        let statuses = repeats.into_iter().map(repeat).collect();
        (model, statuses)
    }
}

fn request_text(token: &str, act: Act, once: Option<&str>) -> String {
    let (function, mut data) = act.call();
    data["token"] = token.into();
    let mut request = json!({"world": 0, "function": function, "data": data});
    if let Some(once) = once {
        request["once"] = once.into();
    }
    request.to_string()
}

/// A client and its player, across all crashes.
struct Raider {
    name: String,
    token: String,
    history: History,
    /// The last keyed request that was answered, with its answer. Repeats count too: their replies push out older ones.
    kept: Option<(String, String)>,
    keys: u64,
    tally: Tally,
}

/// What a run has covered; a run that covers nothing proves nothing.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    answered: usize,
    open_and_applied: usize,
    open_and_dropped: usize,
    repeated: usize,
}

impl Raider {
    /// Checks the player after a crash, repeats the open requests, and begins a new history.
    fn check(&mut self, server: SocketAddr) -> Result<(), String> {
        let mut client = Client::connect(server)?;
        if let Some((request, answer)) = &self.kept {
            let again = ask_text(&mut client, request)?;
            if again != *answer {
                return Err(format!("{request} was answered {answer}, and after the crash {again}"));
            }
        }
        let candidates = self.history.reconcile(&self.look(&mut client)?)?;
        let statuses = self.repeat_open(&mut client)?;
        let (player, applied) = self.history.reconcile_repeats(&candidates, &statuses, &self.look(&mut client)?)?;
        self.tally.answered += self.history.answered;
        self.tally.open_and_applied += applied - self.history.answered;
        self.tally.open_and_dropped += self.history.sent.len() - applied;
        self.tally.repeated += statuses.len();
        self.history = History::new(player, self.history.now);
        Ok(())
    }

    fn look(&self, client: &mut Client) -> Result<Model, String> {
        let info = client.try_ask_in(0, "get_player_info", &json!({"token": self.token}));
        let info = info.map_err(|ended| format!("{ended:?}"))?;
        Model::seen(&info, self.history.now)
    }

    fn repeat_open(&mut self, client: &mut Client) -> Result<Vec<i64>, String> {
        let mut statuses = Vec::new();
        for (_, sent) in self.history.open_keyed() {
            let request = request_text(&self.token, sent.act, sent.once.as_deref());
            let first = ask_text(client, &request)?;
            let second = ask_text(client, &request)?;
            if first != second {
                return Err(format!("{request} was answered {first} and then {second}"));
            }
            let status = status_of(&first)?;
            statuses.push(status);
            if status <= DONE_MAX {
                self.kept = Some((request, first));
            }
        }
        Ok(statuses)
    }

    /// Plays until the connection breaks. Every answer must match the model.
    fn play(&mut self, server: SocketAddr, seed: u64) -> Result<(), String> {
        let mut lcg = Lcg(seed);
        let Ok(mut client) = Client::connect(server) else {
            return Ok(());
        };
        let mut planned = self.history.before.clone();
        let mut confirmed = planned.clone();
        loop {
            let from = self.history.sent.len();
            for act in choose(&mut lcg, &planned) {
                planned.apply(act, self.history.now);
                self.keys += 1;
                let once = (lcg.below(2) == 0).then(|| format!("{}-{}", self.name, self.keys));
                self.history.sent.push(Sent { act, once });
            }
            let requests: Vec<_> = self.history.sent[from..]
                .iter()
                .map(|sent| request_text(&self.token, sent.act, sent.once.as_deref()))
                .collect();
            if requests.iter().any(|request| client.send(Message::text(request.as_str())).is_err()) {
                return Ok(());
            }
            for request in requests {
                let Ok(answer) = client.read_text() else {
                    return Ok(());
                };
                self.take_answer(request, answer, &mut confirmed)?;
            }
        }
    }

    fn take_answer(&mut self, request: String, answer: String, confirmed: &mut Model) -> Result<(), String> {
        let sent = &self.history.sent[self.history.answered];
        let expected = confirmed.apply(sent.act, self.history.now);
        let reply: Value = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
        let exp = reply["data"]["exp_info"]["exp"].as_i64();
        if reply["status"] != expected || exp.is_some_and(|exp| exp != confirmed.exp) {
            return Err(format!("{request} was answered {answer}, expected status {expected} and {confirmed:?}"));
        }
        if sent.once.is_some() && expected <= DONE_MAX {
            self.kept = Some((request, answer));
        }
        self.history.answered += 1;
        Ok(())
    }
}

fn ask_text(client: &mut Client, request: &str) -> Result<String, String> {
    client.send(Message::text(request))?;
    client.read_text().map_err(|ended| format!("{request} got no answer: {ended:?}"))
}

fn status_of(answer: &str) -> Result<i64, String> {
    let reply: Value = serde_json::from_str(answer).map_err(|error| error.to_string())?;
    reply["status"].as_i64().ok_or_else(|| format!("no status in {answer}"))
}

/// One to eight requests to be pipelined.
fn choose(lcg: &mut Lcg, player: &Model) -> Vec<Act> {
    let mut acts = Vec::new();
    for _ in 0..=lcg.below(4) {
        let reachable = (player.highest + 1).min(24);
        let stage = 8 + i64::try_from(lcg.below(17)).unwrap_or(0) % (reachable - 7);
        match lcg.below(10) {
            0..5 => acts.extend([Act::Enter(stage), Act::Win(stage)]),
            5 => acts.push(Act::Enter(stage)),
            6..8 => acts.push(Act::Sweep { stage, count: 1 + i64::try_from(lcg.below(3)).unwrap_or(0) }),
            8 => acts.push(Act::Hang(3 + i64::try_from(lcg.below(5)).unwrap_or(0))),
            _ => acts.push(Act::Collect),
        }
    }
    acts
}

/// The clients of a server that is killed again and again.
struct Fleet {
    host: Host,
    raiders: Vec<Raider>,
    now: i64,
    lcg: Lcg,
}

impl Fleet {
    fn new(size: usize, seed: u64) -> Self {
        let host = host_without_energy_costs();
        let server = host.start();
        let now = clock_of(&server);
        let log_in = |number: usize| {
            let name = format!("raider-{number}");
            let token = server.guest(&name).token.clone();
            let history = History::new(Model::newcomer(), now);
            Raider { name, token, history, kept: None, keys: 0, tally: Tally::default() }
        };
        let raiders = (0..size).map(log_in).collect();
        drop(server);
        Self { host, raiders, now, lcg: Lcg(seed) }
    }

    /// Starts the server on the state left by the last crash, checks all players, plays for about `load`, and kills the
    /// server.
    fn cycle(&mut self, load: Duration) -> Result<(), String> {
        let mut server = self.host.start();
        let now = clock_of(&server);
        if now != self.now {
            return Err(format!("the game's clock went from {} to {now} across a crash", self.now));
        }
        self.now += 60 * i64::try_from(self.lcg.below(3)).unwrap_or(0);
        let (advance, seed) = (self.now - now, self.lcg.below(1 << 30));
        std::thread::scope(|scope| {
            let (checked, results) = channel();
            let mut go = Vec::new();
            let mut threads = Vec::new();
            for (raider, number) in self.raiders.iter_mut().zip(0..) {
                let (sender, receiver) = channel();
                go.push(sender);
                let (checked, address) = (checked.clone(), server.address);
                threads.push(scope.spawn(move || raid(raider, address, seed + number, &checked, &receiver)));
            }
            for _ in &threads {
                results.recv_timeout(PATIENCE).map_err(|_| "a client hangs".to_owned())??;
            }
            if advance > 0 {
                server.operate("clock_advance", json!({"seconds": advance}));
            }
            go.iter().try_for_each(|go| go.send(self.now)).map_err(|_| "a client ended early".to_owned())?;
            std::thread::sleep(load);
            server.signal("KILL");
            threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a client panicked".to_owned())?)
        })
        .inspect(|()| server.process.kill())
    }

    /// A server that is killed while it starts.
    fn kill_a_start(&mut self) {
        let mut process = self.host.spawn();
        std::thread::sleep(Duration::from_millis(self.lcg.below(40)));
        process.kill();
    }

    fn tally(&self) -> Tally {
        self.raiders.iter().fold(Tally::default(), |sum, raider| Tally {
            answered: sum.answered + raider.tally.answered,
            open_and_applied: sum.open_and_applied + raider.tally.open_and_applied,
            open_and_dropped: sum.open_and_dropped + raider.tally.open_and_dropped,
            repeated: sum.repeated + raider.tally.repeated,
        })
    }
}

fn raid(
    raider: &mut Raider,
    server: SocketAddr,
    seed: u64,
    checked: &Sender<Result<(), String>>,
    go: &Receiver<i64>,
) -> Result<(), String> {
    let result = raider.check(server).map_err(|objection| format!("{}: {objection}", raider.name));
    let _ = checked.send(result);
    let Ok(now) = go.recv() else {
        return Ok(());
    };
    raider.history.now = now;
    raider.play(server, seed).map_err(|objection| format!("{}: {objection}", raider.name))
}

fn host_without_energy_costs() -> Host {
    let host = Host::new(&["--clock", "manual"]);
    let free = "            energy: 0,\n";
    let paid = "            energy: 6,\n";
    let assets = edited_assets(&host, &[("stages/general.ron", paid, free), ("sweep.ron", paid, free)]);
    without_rate_limits(host.with(&["--assets", &assets]))
}

fn clock_of(server: &Server) -> i64 {
    let reply = server.connect().ask("server_time", json!({}));
    reply["data"]["now"].as_i64().unwrap_or_else(|| panic!("server_time should tell the time: {reply}"))
}

#[test]
fn kills_under_load_lose_duplicate_and_split_no_change() {
    const SEED: u64 = 20_260_117;
    // Few answers prove little. On a busy machine so many cycles bring too few: it takes some more then.
    let kills = usize::try_from(setting("RAIDKEEP_KILLS", 30)).expect("a number of kills");
    let answers = 50 * kills;
    let is_enough = |cycle: usize, tally: Tally| cycle >= 4 * kills || (cycle >= kills && tally.answered > answers);
    let (mut fleet, mut lcg) = (Fleet::new(32, SEED), Lcg(SEED ^ 0xdead));
    for cycle in 0.. {
        if is_enough(cycle, fleet.tally()) {
            break;
        }
        if cycle % 8 == 7 {
            fleet.kill_a_start();
        }
        let load = Duration::from_millis(20 + lcg.below(131));
        let result = fleet.cycle(load);
        assert!(result.is_ok(), "seed {SEED}, cycle {cycle}, load {load:?}: {}", result.expect_err("it failed"));
    }
    let result = fleet.cycle(Duration::ZERO);
    assert!(result.is_ok(), "seed {SEED}, after the last cycle: {}", result.expect_err("it failed"));
    let tally = fleet.tally();
    assert!(tally.answered > answers, "a run with little load proves little: {tally:?}");
    assert!(tally.open_and_applied > 0 && tally.open_and_dropped > 0, "both cases should occur: {tally:?}");
    assert!(tally.repeated > kills, "keyed requests should be left open and repeated: {tally:?}");
}

#[test]
fn a_kill_while_the_log_is_folded_loses_nothing() {
    const SEED: u64 = 5;
    let mut fleet = Fleet::new(8, SEED);
    let mut lcg = Lcg(SEED);
    for cycle in 0..3 {
        // The log is folded five seconds after a start's first change.
        let load = Duration::from_millis(4_990 + lcg.below(71));
        let result = fleet.cycle(load);
        assert!(result.is_ok(), "seed {SEED}, cycle {cycle}, load {load:?}: {}", result.expect_err("it failed"));
    }
    let result = fleet.cycle(Duration::ZERO);
    assert!(result.is_ok(), "seed {SEED}, after the last cycle: {}", result.expect_err("it failed"));
}

#[test]
fn the_harness_notices_when_the_disk_goes_back_in_time() {
    let mut fleet = Fleet::new(4, 7);
    fleet.cycle(Duration::from_millis(60)).expect("an honest disk should pass");
    let (data, older) = (fleet.host.data(), fleet.host.path("older"));
    copy_folder(&data, &older);
    fleet.cycle(Duration::from_millis(60)).expect("an honest disk should pass");
    std::fs::remove_dir_all(&data).expect("the data folder should be removable");
    std::fs::rename(&older, &data).expect("the copy should be movable");
    let objection = fleet.cycle(Duration::ZERO).expect_err("what was answered after the copy is gone");
    assert!(objection.contains("raider-") || objection.contains("clock"), "it should say what is wrong: {objection}");
}

/// A history of answered victories followed by one open keyed sweep.
fn fabricated() -> History {
    let mut history = History::new(Model::newcomer(), 0);
    for act in [Act::Enter(8), Act::Win(8), Act::Enter(9), Act::Win(9)] {
        history.sent.push(Sent { act, once: None });
    }
    history.answered = 4;
    history.sent.push(Sent { act: Act::Sweep { stage: 8, count: 1 }, once: Some("a".to_owned()) });
    history
}

#[test]
fn the_checks_accept_every_honest_outcome() {
    let history = fabricated();
    assert_eq!(history.reconcile(&history.after(4)), Ok(vec![4]), "an open request may be lost completely");
    assert_eq!(history.reconcile(&history.after(5)), Ok(vec![5]), "an open request may be applied completely");
    let repeated = history.after(5);
    for before in [4, 5] {
        let result = history.reconcile_repeats(&[before], &[0], &repeated);
        assert_eq!(result, Ok((repeated.clone(), before)), "the repeat should make it exactly one");
    }
}

#[test]
fn the_checks_object_to_a_lost_change() {
    let history = fabricated();
    for kept in 0..4 {
        let objection = history.reconcile(&history.after(kept)).expect_err("an answered change is missing");
        assert!(objection.contains("missing"), "it should say so: {objection}");
    }
    let lost = history.after(4);
    assert!(history.reconcile_repeats(&[4], &[0], &lost).is_err(), "a repeat that did nothing is a loss");
}

#[test]
fn the_checks_object_to_a_doubled_change() {
    let mut history = fabricated();
    let mut doubled = history.after(5);
    doubled.apply(Act::Sweep { stage: 8, count: 1 }, 0);
    assert!(history.reconcile(&doubled).is_err(), "an open change was applied twice");
    assert!(history.reconcile_repeats(&[5], &[0], &doubled).is_err(), "the repeat was applied again");
    history.sent.truncate(4);
    let mut doubled = history.after(4);
    doubled.apply(Act::Enter(9), 0);
    doubled.apply(Act::Win(9), 0);
    assert!(history.reconcile(&doubled).is_err(), "an answered victory was applied twice");
}

#[test]
fn the_checks_object_to_half_a_change() {
    let history = fabricated();
    let whole = history.after(4);
    for item in [COIN, IRON, EXP_POINT, POTION] {
        let mut half = whole.clone();
        half.items.entry(item).and_modify(|quantity| *quantity /= 2);
        assert!(history.reconcile(&half).is_err(), "experience without item {item} of a victory");
    }
    let half = Model { exp: whole.exp - 500, ..whole.clone() };
    assert!(history.reconcile(&half).is_err(), "items without the experience");
    let half = Model { session: Some(9), ..whole.clone() };
    assert!(history.reconcile(&half).is_err(), "a reward without the end of its session");
    let half = Model { exp: whole.exp + 120, ..whole };
    assert!(history.reconcile(&half).is_err(), "the experience of an open sweep without its items");
}

#[test]
fn the_checks_object_to_a_repeat_with_another_answer() {
    let history = fabricated();
    let repeated = history.after(5);
    assert!(history.reconcile_repeats(&[5], &[97], &repeated).is_err(), "the stored status was 0");
}

#[test]
fn a_keyed_request_repeated_a_thousand_times_across_kills_is_applied_once() {
    let host = host_without_energy_costs();
    let mut server = host.start();
    let mut client = server.guest("ann");
    let token = client.token.clone();
    client.ask("enter_stage_general", json!({"stage": 8}));
    let request = request_text(&token, Act::Win(8), Some("the one victory"));
    // The first time, nobody reads the answer.
    client.send(Message::text(request.as_str())).expect("a request should be sendable");
    server.process.kill();
    let mut lcg = Lcg(11);
    let (mut answers, mut count) = (BTreeMap::new(), 0);
    while count < 1000 {
        server = host.start();
        let kill_at = count + 50 + usize::try_from(lcg.below(150)).unwrap_or(0);
        let mut client = server.connect();
        while count < kill_at.min(1000) {
            let answer = ask_text(&mut client, &request).expect("a repeat should be answered");
            *answers.entry(answer).or_insert(0) += 1;
            count += 1;
        }
        for _ in 0..lcg.below(16) {
            client.send(Message::text(request.as_str())).expect("a request should be sendable");
        }
        server.process.kill();
    }
    assert_eq!(answers.len(), 1, "every repeat should have the same text: {answers:?}");
    let answer = answers.keys().next().expect("there are answers");
    assert_eq!(status_of(answer), Ok(0), "and it is that of the victory: {answer}");
    let server = host.start();
    let info = server.connect().ask("get_player_info", json!({"token": token}));
    assert_eq!(info["data"]["exp"], 680, "the victory was applied once: {info}");
}

#[test]
fn a_reply_is_not_sent_before_its_change_is_on_disk() {
    let host = host_without_energy_costs();
    let mut server = host.start();
    let token = server.guest("ann").token;
    let mut exp = 180;
    for round in 0..20 {
        let mut client = server.connect();
        client.ask("enter_stage_general", json!({"token": token, "stage": 8}));
        let reply = client.ask("victory_stage_general", json!({"token": token, "stage": 8}));
        server.process.kill();
        exp += 500;
        assert_eq!(reply["data"]["exp_info"]["exp"], exp, "round {round}: {reply}");
        server = host.start();
        let info = server.connect().ask("get_player_info", json!({"token": token}));
        assert_eq!(info["data"]["exp"], exp, "round {round}: an answered change is durable");
    }
}

#[test]
fn a_new_token_is_durable_and_the_old_one_stays_revoked() {
    let host = host_without_energy_costs();
    let mut server = host.start();
    let old = server.guest("ann").token;
    let new = server.guest("ann").token;
    server.process.kill();
    let server = host.start();
    let status = |token: &str| server.connect().ask("get_player_info", json!({"token": token}))["status"].clone();
    assert_eq!(status(&new), 0, "the latest issued token is valid after a crash");
    assert_eq!(status(&old), 11, "the token that it replaced is not");
    assert_eq!(server.operate("clock_advance", json!({"seconds": 1}))["status"], 0, "{OPERATOR} is the operator");
}

#[test]
fn a_crash_leaves_no_lock_behind() {
    let host = host_without_energy_costs();
    let mut server = host.start();
    server.guest("ann");
    server.process.kill();
    let started = Instant::now();
    let server = host.start();
    assert!(started.elapsed() < PATIENCE, "the folder of a killed server can be used at once");
    wait_for("readiness", || (server.http("GET", "/readyz", &[]).0 == 200).then_some(()));
}
