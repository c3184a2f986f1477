//! Three raiders, two modes of boss stages, coin tickets, mails, months and a server that dies: whatever the order,
//! everything is as a plain model of the rules says.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use raidkeep::engine::clock::time_zone;
use raidkeep::game::boss::WorldBoss;
use raidkeep::studio::testing::{NOON_MS, TestPlayer, TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

/// Small enough for all bosses to die now and then, and one of a single blow's size.
const LIVES: [u64; 11] = [10_000, 100_000, 50_000, 7, 99, 20_000, 3, 60_001, 30_000, 99_999, 20_000];
const CAP: i64 = 200_000;
const IDS: [&str; 3] = ["ann", "bob", "eve"];
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const SEASON_MAIL: &str = "世界首领赛季奖励";
const BOSS_REWARD: [&str; 4] = ["3:9:125", "3:2:125", "3:1:375", "3:10:1"];
const COIN_REWARD: [&str; 2] = ["3:1:5000", "3:18:1"];
const BOSS_TICKET: u16 = 18;
const COIN_TICKET: u16 = 19;
const COIN_ALLOWANCE: u16 = 20;

#[derive(Debug, Clone)]
enum Step {
    EnterBoss(usize),
    EnterRoom(usize),
    EnterCoin(usize),
    EnterGeneral(usize),
    /// Enters and strikes: in the room or on a stage.
    Raid(usize, bool, i64),
    Victory(usize, i64, i64),
    Pass(usize, i64),
    WinCoin(usize),
    WinGeneral(usize),
    Buy(usize),
    Claim(usize),
    Wait(i64),
    ToNextMonth(i64),
    Crash,
    Fold,
    PutAway,
}

fn damage() -> impl Strategy<Value = i64> {
    prop_oneof![
        1 => prop::sample::select(vec![-1, 0, 1, 7, 10_000, 110_000, CAP - 1, CAP, i64::MAX, i64::MIN]),
        1 => Just(5_000_i64),
        3 => 0..CAP,
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = 0..IDS.len();
    let step = prop_oneof![
        10 => (who.clone(), any::<bool>(), damage()).prop_map(|(who, room, damage)| Step::Raid(who, room, damage)),
        3 => who.clone().prop_map(Step::EnterBoss),
        2 => who.clone().prop_map(Step::EnterRoom),
        2 => who.clone().prop_map(Step::EnterCoin),
        1 => who.clone().prop_map(Step::EnterGeneral),
        4 => (who.clone(), 3001_i64..3003, damage()).prop_map(|(who, stage, damage)| Step::Victory(who, stage, damage)),
        2 => (who.clone(), damage()).prop_map(|(who, damage)| Step::Pass(who, damage)),
        2 => who.clone().prop_map(Step::WinCoin),
        1 => who.clone().prop_map(Step::WinGeneral),
        2 => who.clone().prop_map(Step::Buy),
        2 => who.prop_map(Step::Claim),
        4 => prop_oneof![1 => 0..100_i64, 3 => 0..2 * DAY, 1 => -2 * DAY..0].prop_map(Step::Wait),
        1 => (-2_i64..2).prop_map(Step::ToNextMonth),
        1 => Just(Step::Crash),
        1 => Just(Step::Fold),
        1 => Just(Step::PutAway),
    ];
    prop::collection::vec(step, 1..80)
}

/// The shipped assets with small bosses, coin stages for beginners, and something to spend.
fn open() -> TestServer {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let assets = edit_assets(folder.path(), "items.ron", "\"3:5:0\"", "\"3:5:170\"");
    let edit = |file: &str, edit: &dyn Fn(&str) -> String| {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).expect("the copy should be readable");
        std::fs::write(path, edit(&text)).expect("the copy should be writable");
    };
    edit("stages/coin.ron", &|text| text.replacen("level: 12", "level: 0", 1));
    edit("energy.ron", &|text| text.replacen("newcomer: 120", "newcomer: 180", 1));
    edit("world_boss.ron", &|text| {
        let mut lives = LIVES.iter();
        let line = |line: &str| match line.trim_start().starts_with("life_value:") {
            true => format!("life_value: {},", lives.next().expect("there should be as many bosses as shipped")),
            false => line.to_owned(),
        };
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    });
    let mut setup = TestSetup { assets, ..TestSetup::default() };
    setup.settings.identity.token_seconds = 10_000 * DAY;
    TestServer::with(setup)
}

/// Day and month of a moment in Shanghai.
fn calendar(now: i64) -> (i64, i64) {
    let zone = time_zone("Asia/Shanghai").expect("the zone should be known");
    let date = Timestamp::from_second(now).expect("the moment should be one of this age").to_zoned(zone).date();
    ((now + 8 * HOUR).div_euclid(DAY), i64::from(date.year()) * 12 + i64::from(date.month()))
}

/// The model of one player.
#[derive(Default)]
struct Raider {
    session: Option<i64>,
    /// The best damage of the season, and its number among the records.
    best: Option<(u64, usize)>,
    /// The latest day that tickets were used on, and how many of each kind; bought ones count below zero.
    used: (i64, BTreeMap<u16, i64>),
    items: BTreeMap<String, i64>,
    season_mails: usize,
}

impl Raider {
    fn left(&self, kind: u16, today: i64) -> i64 {
        let daily = if kind == BOSS_TICKET { 3 } else { 2 };
        let used = if today > self.used.0 { 0 } else { self.used.1.get(&kind).copied().unwrap_or(0) };
        daily - used
    }

    fn use_up(&mut self, kind: u16, count: i64, today: i64) {
        if today > self.used.0 {
            self.used = (today, BTreeMap::new());
        }
        *self.used.1.entry(kind).or_default() += count;
    }

    fn earn(&mut self, amounts: &[&str]) {
        for amount in amounts {
            let (item, quantity) = amount.rsplit_once(':').expect("an amount should have three parts");
            let quantity: i64 = quantity.parse().expect("a quantity should be a number");
            *self.items.entry(item.to_owned()).or_default() += quantity;
        }
    }
}

/// The model of the whole world.
struct Model {
    now: i64,
    latest: i64,
    jumped_back: bool,
    season_month: i64,
    left: Vec<u64>,
    deaths: [usize; LIVES.len()],
    records: usize,
    raiders: [Raider; 3],
    /// Boss challenges that were accepted, by player and local day.
    challenges: HashMap<(usize, i64), i64>,
    /// Damage that was accepted in this season, and how much of it was dropped.
    accepted: u64,
    dropped: u64,
}

impl Model {
    fn new() -> Self {
        let now = NOON_MS / 1000;
        let (today, month) = calendar(now);
        let items = BTreeMap::from([("3:5".to_owned(), 170)]);
        let raider = || Raider { used: (today, BTreeMap::new()), items: items.clone(), ..Raider::default() };
        Self {
            now,
            latest: now,
            jumped_back: false,
            season_month: month,
            left: LIVES.to_vec(),
            deaths: [0; LIVES.len()],
            records: 0,
            raiders: std::array::from_fn(|_| raider()),
            challenges: HashMap::new(),
            accepted: 0,
            dropped: 0,
        }
    }

    fn today(&self) -> i64 {
        calendar(self.now).0
    }

    fn move_clock(&mut self, seconds: i64) {
        self.now += seconds;
        self.jumped_back |= seconds < 0;
        self.latest = self.latest.max(self.now);
        let month = calendar(self.now).1;
        if month > self.season_month {
            self.season_month = month;
            self.left = LIVES.to_vec();
            (self.accepted, self.dropped) = (0, 0);
            for raider in &mut self.raiders {
                // Three players are always among the rewarded thousand.
                raider.season_mails += usize::from(raider.best.take().is_some());
            }
        }
    }

    /// Counts a boss challenge that was accepted.
    fn challenge(&mut self, who: usize) -> Result<(), TestCaseError> {
        let today = self.today();
        let count = self.challenges.entry((who, today)).or_default();
        *count += 1;
        let is_fair = self.jumped_back || *count <= 3;
        prop_assert!(is_fair, "{} has three boss challenges a day, not {}", IDS[who], *count);
        let all: i64 = self.challenges.iter().filter(|((of, _), _)| *of == who).map(|(_, count)| count).sum();
        let days = calendar(self.latest).0 - calendar(NOON_MS / 1000).0 + 1;
        prop_assert!(all <= 3 * days, "however the clock jumps, {} days bring no {} challenges", days, all);
        Ok(())
    }

    fn all_dead(&self) -> bool {
        self.left.iter().all(|left| *left == 0)
    }

    fn strike(&mut self, who: usize, damage: u64, carries_over: bool) {
        let mut rest = damage;
        for (boss, left) in self.left.iter_mut().enumerate().filter(|(_, left)| **left > 0) {
            let dealt = rest.min(*left);
            *left -= dealt;
            rest -= dealt;
            self.deaths[boss] += usize::from(*left == 0);
            if rest == 0 || !carries_over {
                break;
            }
        }
        self.accepted += damage;
        self.dropped += rest;
        if damage > self.raiders[who].best.map_or(0, |(best, _)| best) {
            self.records += 1;
            self.raiders[who].best = Some((damage, self.records));
        }
    }

    /// Names by rank with their damages.
    fn ranking(&self, names: &[String; 3]) -> Vec<(String, u64)> {
        let bests = self.raiders.iter().zip(names).filter_map(|(raider, name)| Some((raider.best?, name)));
        let mut ranked: Vec<_> = bests.collect();
        ranked.sort_by_key(|((damage, reached), _)| (Reverse(*damage), *reached));
        ranked.into_iter().map(|((damage, _), name)| (name.clone(), damage)).collect()
    }
}

/// The server, its players, and the model.
struct Trial {
    server: TestServer,
    players: [TestPlayer; 3],
    names: [String; 3],
    model: Model,
}

impl Trial {
    fn new() -> Self {
        let mut server = open();
        let players = IDS.map(|id| server.player(id));
        let mut trial = Self { server, players, names: [const { String::new() }; 3], model: Model::new() };
        for who in 0..IDS.len() {
            trial.names[who] = trial.info(who)["name"].as_str().expect("everybody should have a name").to_owned();
        }
        trial
    }

    /// Sends a request on a new connection, as a returning player does.
    fn ask(&mut self, who: usize, function: &str, mut data: Value) -> Value {
        let connection = self.server.connect();
        data["token"] = json!(self.players[who].token);
        self.server.ask_on(connection, function, data)
    }

    fn info(&mut self, who: usize) -> Value {
        self.ask(who, "get_player_info", json!({}))["data"].take()
    }

    fn energy(&mut self, who: usize) -> i64 {
        self.info(who)["energy"]["remain"].as_i64().expect("energy should be a number")
    }

    /// Abnormal data costs the token and the session; the player logs in again.
    fn log_in_again(&mut self, who: usize) -> Result<(), TestCaseError> {
        let refused = self.ask(who, "get_player_info", json!({}));
        prop_assert_eq!(&refused["status"], 11, "abnormal data costs the token: {}", refused);
        self.model.raiders[who].session = None;
        self.players[who] = self.server.player(IDS[who]);
        Ok(())
    }

    /// Enters a stage, or is refused as it should be.
    fn enter(&mut self, who: usize, entry: &Entry) -> Result<(), TestCaseError> {
        let (energy, today) = (self.energy(who), self.model.today());
        let is_boss = entry.kind == Some(BOSS_TICKET);
        let has_ticket = entry.kind.is_none_or(|kind| self.model.raiders[who].left(kind, today) > 0);
        let is_abnormal = entry.is_legacy && self.model.raiders[who].session.is_some_and(|stage| stage > 999);
        let expected = match () {
            () if is_abnormal => 95,
            () if is_boss && self.model.all_dead() => entry.all_dead,
            () if !has_ticket => entry.no_ticket,
            () if energy < entry.energy => 97,
            () => 0,
        };
        let reply = self.ask(who, entry.function, json!({"stage": entry.stage}));
        prop_assert_eq!(&reply["status"], expected, "{} enters {}: {}", IDS[who], entry.stage, reply);
        if expected == 95 {
            return self.log_in_again(who);
        }
        if expected == 0 {
            self.model.raiders[who].session = Some(entry.stage);
            if let Some(kind) = entry.kind {
                self.model.raiders[who].use_up(kind, 1, today);
            }
            if is_boss {
                self.model.challenge(who)?;
            }
        }
        let paid = if expected == 0 { entry.energy } else { 0 };
        prop_assert_eq!(self.energy(who), energy - paid, "an entry is paid once, a refusal costs nothing");
        Ok(())
    }

    fn win(&mut self, who: usize, function: &str, stage: i64, reward: &[&str]) -> Result<(), TestCaseError> {
        let expected = if self.model.raiders[who].session == Some(stage) { 0 } else { 94 };
        let reply = self.ask(who, function, json!({"stage": stage}));
        prop_assert_eq!(&reply["status"], expected, "{} wins {} once: {}", IDS[who], stage, reply);
        if expected == 0 {
            self.take_reward(who, &reply, reward)?;
            let again = self.ask(who, function, json!({"stage": stage}));
            prop_assert_eq!(&again["status"], 94, "a repeated victory brings nothing: {}", again);
        }
        Ok(())
    }

    fn take_reward(&mut self, who: usize, reply: &Value, reward: &[&str]) -> Result<(), TestCaseError> {
        prop_assert_eq!(&reply["data"]["reward"], &json!(reward), "the reward is that of the asset");
        self.model.raiders[who].session = None;
        self.model.raiders[who].earn(reward);
        Ok(())
    }

    fn victory(&mut self, who: usize, stage: i64, damage: i64) -> Result<(), TestCaseError> {
        let is_open = self.model.raiders[who].session == Some(stage);
        let sane = u64::try_from(damage).ok().filter(|_| damage < CAP);
        let best = self.model.raiders[who].best.map_or(0, |(best, _)| best);
        let reply = self.ask(who, "victory_stage_boss", json!({"stage": stage, "damage": damage}));
        match (is_open, sane) {
            (false, _) => prop_assert_eq!(&reply["status"], 94, "not the stage of the session: {}", reply),
            (true, None) => prop_assert_eq!(&reply["status"], 93, "{} is abnormal: {}", damage, reply),
            (true, Some(damage)) => {
                prop_assert_eq!(&reply["status"], 0, "the blow is accepted: {}", reply);
                self.model.strike(who, damage, false);
                let boss = &reply["data"]["boss"];
                prop_assert_eq!(&boss["record"], i64::from(damage > best), "a record is strictly above: {}", boss);
                prop_assert_eq!(&boss["damage"], damage.max(best), "the best is reported: {}", boss);
                self.take_reward(who, &reply, &BOSS_REWARD)?;
                let again = self.ask(who, "victory_stage_boss", json!({"stage": stage, "damage": damage}));
                prop_assert_eq!(&again["status"], 94, "a repeated victory brings nothing: {}", again);
            }
        }
        Ok(())
    }

    fn pass(&mut self, who: usize, damage: i64) -> Result<(), TestCaseError> {
        let sane = u64::try_from(damage).ok().filter(|_| damage < CAP);
        let best = self.model.raiders[who].best.map_or(0, |(best, _)| best);
        let is_open = self.model.raiders[who].session == Some(3000);
        let reply = self.ask(who, "pass_stage", json!({"stage": 3000, "damage": damage}));
        match (is_open, sane) {
            (false, _) => {
                prop_assert_eq!(&reply["status"], 98, "not the entered stage: {}", reply);
                return self.log_in_again(who);
            }
            (true, None) => prop_assert_eq!(&reply["status"], 99, "{} is abnormal: {}", damage, reply),
            (true, Some(damage)) => {
                prop_assert_eq!(&reply["status"], 0, "the blow is accepted: {}", reply);
                self.model.strike(who, damage, true);
                self.model.raiders[who].session = None;
                let record = i64::from(damage > best);
                prop_assert_eq!(&reply["data"]["new_record"], record, "a record is strictly above: {}", reply);
                prop_assert_eq!(&reply["data"]["highest_damage"], damage.max(best), "the best is reported: {}", reply);
            }
        }
        Ok(())
    }

    fn buy(&mut self, who: usize) -> Result<(), TestCaseError> {
        let today = self.model.today();
        let raider = &mut self.model.raiders[who];
        let diamonds = raider.items.get("3:5").copied().unwrap_or(0);
        let expected = match () {
            () if raider.left(COIN_ALLOWANCE, today) <= 0 => 92,
            () if diamonds < 50 => 95,
            () => 0,
        };
        if expected == 0 {
            raider.earn(&["3:5:-50"]);
            raider.use_up(COIN_ALLOWANCE, 1, today);
            raider.use_up(COIN_TICKET, -1, today);
        }
        let reply = self.ask(who, "buy_ticket", json!({"mode": "coin", "pay_with": "diamond"}));
        prop_assert_eq!(&reply["status"], expected, "{} buys a ticket: {}", IDS[who], reply);
        Ok(())
    }

    fn claim(&mut self, who: usize) -> Result<(), TestCaseError> {
        let box_shown = self.ask(who, "get_all_mail", json!({}));
        let mails = box_shown["data"]["mail"].as_array().expect("a box should be a list").clone();
        for mail in mails {
            let reply = self.ask(who, "claim_mail", json!({"key": mail["key"]}));
            if mail["claimed"] == 1 {
                prop_assert_eq!(&reply["status"], 97, "nothing is claimed twice: {}", reply);
                continue;
            }
            prop_assert_eq!(&reply["data"]["reward"], &mail["items"], "a mail brings what it shows: {}", reply);
            let items = mail["items"].as_array().expect("items should be a list");
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            self.model.raiders[who].earn(&items);
        }
        Ok(())
    }

    fn wait(&mut self, seconds: i64) {
        self.server.advance_seconds(seconds);
        self.model.move_clock(seconds);
    }

    fn put_everybody_away(&mut self) -> Result<(), TestCaseError> {
        self.server.fold();
        self.server.reconnect_all();
        self.server.pass_real_time(Duration::from_secs(700));
        prop_assert_eq!(self.server.players_in_memory(), 0, "idle players are evicted after a fold");
        Ok(())
    }

    fn carry_out(mut self, step: &Step) -> Result<Self, TestCaseError> {
        match *step {
            Step::EnterBoss(who) => self.enter(who, &BOSS)?,
            Step::EnterRoom(who) => self.enter(who, &ROOM)?,
            Step::EnterCoin(who) => self.enter(who, &COIN)?,
            Step::EnterGeneral(who) => self.enter(who, &GENERAL)?,
            Step::Raid(who, true, damage) => {
                self.enter(who, &ROOM)?;
                self.pass(who, damage)?;
            }
            Step::Raid(who, false, damage) => {
                self.enter(who, &BOSS)?;
                self.victory(who, BOSS.stage, damage)?;
            }
            Step::Victory(who, stage, damage) => self.victory(who, stage, damage)?,
            Step::Pass(who, damage) => self.pass(who, damage)?,
            Step::WinCoin(who) => self.win(who, "victory_stage_coin", COIN.stage, &COIN_REWARD)?,
            Step::WinGeneral(who) => self.win(who, "victory_stage_general", GENERAL.stage, &BOSS_REWARD)?,
            Step::Buy(who) => self.buy(who)?,
            Step::Claim(who) => self.claim(who)?,
            Step::Wait(seconds) => self.wait(seconds),
            // Gifts that nobody claims expire within a year, so only a few months pass.
            Step::ToNextMonth(beyond) if self.model.latest < NOON_MS / 1000 + 200 * DAY => {
                let mcd = self.ask(0, "stage_refresh_boss", json!({}))["data"]["mcd"].as_i64();
                self.wait(mcd.expect("clients should be told when the month ends") + beyond);
            }
            Step::ToNextMonth(_) => {}
            Step::Crash => self.server = self.server.crash_and_reopen(),
            Step::Fold => self.server.fold(),
            Step::PutAway => self.put_everybody_away()?,
        }
        Ok(self)
    }

    fn check_player(&mut self, who: usize) -> Result<(), TestCaseError> {
        let info = self.info(who);
        let shown = info["items"].as_array().expect("items should be a list").clone();
        let mut items = BTreeMap::new();
        for amount in shown.iter().filter_map(Value::as_str) {
            let (item, quantity) = amount.rsplit_once(':').expect("an amount should have three parts");
            let quantity: i64 = quantity.parse().expect("a quantity should be a number");
            prop_assert!(quantity >= 0, "nobody owns less than nothing: {}", amount);
            items.insert(item.to_owned(), quantity);
        }
        items.retain(|_, quantity| *quantity != 0);
        let raider = &self.model.raiders[who];
        let mut expected = raider.items.clone();
        expected.retain(|_, quantity| *quantity != 0);
        prop_assert_eq!(items, expected, "{} owns what it earned, once, less what it paid", IDS[who]);
        prop_assert!(info["energy"]["remain"].as_i64() >= Some(0), "energy is never below zero: {}", info);
        let today = self.model.today();
        for kind in [BOSS_TICKET, COIN_TICKET, COIN_ALLOWANCE] {
            let left = &info["limits"][kind.to_string()];
            prop_assert_eq!(left, raider.left(kind, today).max(0), "{}: tickets of kind {}", IDS[who], kind);
        }
        let session = raider.session.map_or(Value::Null, Value::from);
        prop_assert_eq!(&info["session"]["stage"], &session, "{}: the open session", IDS[who]);
        Ok(())
    }

    fn check_bosses(&mut self) -> Result<(), TestCaseError> {
        let told = self.ask(0, "stage_refresh_boss", json!({}))["data"].take();
        let world = self.server.simulation().world_mut();
        let mut bosses: Vec<WorldBoss> = world.query::<&WorldBoss>().iter(world).cloned().collect();
        bosses.sort_by_key(|boss| boss.number);
        let left: Vec<u64> = bosses.iter().map(|boss| boss.left).collect();
        prop_assert_eq!(&left, &self.model.left, "every boss has lost what it should");
        let lost = LIVES.iter().sum::<u64>() - left.iter().sum::<u64>();
        let taken = self.model.accepted - self.model.dropped;
        prop_assert_eq!(lost, taken, "what bosses lost is what was accepted, less what was dropped");
        for (boss, life) in bosses.iter().zip(LIVES) {
            let ratio = told["ratio"][boss.number.to_string()].as_str().expect("a ratio should be a string");
            prop_assert_eq!(ratio == "0.00", boss.left == 0, "only the dead show nothing: {} of {}", boss.left, life);
            prop_assert_eq!(ratio == "1.00", boss.left == life, "only the whole show all: {} of {}", boss.left, life);
            let share: f64 = ratio.parse().expect("a ratio should be a number");
            let exact = boss.left as f64 / life as f64;
            prop_assert!((share - exact).abs() <= 0.011, "{} stands for {} of {}", ratio, boss.left, life);
        }
        Ok(())
    }

    fn check_ranking(&mut self) -> Result<(), TestCaseError> {
        let ranking = self.model.ranking(&self.names);
        for (who, id) in IDS.into_iter().enumerate() {
            let page = self.ask(who, "stage_damage_ranking", json!({"page": 1}));
            if ranking.is_empty() {
                prop_assert_eq!(&page["status"], 88, "nobody is ranked: {}", page);
                continue;
            }
            let rows = page["data"]["rank"].as_array().expect("a page should be a list");
            let row = |row: &Value| Some((row["name"].as_str()?.to_owned(), row["damage"].as_u64()?));
            let shown: Vec<_> = rows.iter().filter_map(row).collect();
            prop_assert_eq!(&shown, &ranking, "the best first; on a tie, the first to reach it");
            let own = ranking.iter().position(|(name, _)| *name == self.names[who]);
            let own = own.map_or(json!(-1), |at| json!(at + 1));
            prop_assert_eq!(&page["data"]["ranking"], &own, "the own rank of {}", id);
        }
        Ok(())
    }

    fn check(&mut self) -> Result<(), TestCaseError> {
        (0..IDS.len()).try_for_each(|who| self.check_player(who))?;
        self.check_bosses()?;
        self.check_ranking()
    }

    /// When everything is due, everybody has one mail for each death, and one for each season it was ranked in.
    fn check_mails(&mut self) -> Result<(), TestCaseError> {
        self.wait(self.model.latest - self.model.now + DAY);
        for (who, id) in IDS.into_iter().enumerate() {
            let reply = self.ask(who, "get_all_mail", json!({}));
            let mails = reply["data"]["mail"].as_array().expect("a box should be a list").clone();
            let rewards = mails.iter().filter(|mail| mail["subj"] == SEASON_MAIL).count();
            prop_assert_eq!(rewards, self.model.raiders[who].season_mails, "{}: one reward a ranked season", id);
            let deaths: usize = self.model.deaths.iter().sum();
            prop_assert!(deaths + rewards <= 100, "the trial should not fill the box");
            prop_assert_eq!(mails.len() - rewards, deaths, "{}: one gift for each death: {:?}", id, mails);
        }
        Ok(())
    }
}

/// A way into a stage.
struct Entry {
    function: &'static str,
    stage: i64,
    kind: Option<u16>,
    energy: i64,
    all_dead: i64,
    no_ticket: i64,
    is_legacy: bool,
}

const BOSS: Entry = Entry {
    function: "enter_stage_boss",
    stage: 3001,
    kind: Some(BOSS_TICKET),
    energy: 6,
    all_dead: 92,
    no_ticket: 92,
    is_legacy: false,
};
const ROOM: Entry =
    Entry { function: "enter_stage", stage: 3000, energy: 10, all_dead: 99, no_ticket: 98, is_legacy: true, ..BOSS };
const COIN: Entry = Entry { function: "enter_stage_coin", stage: 4001, kind: Some(COIN_TICKET), ..BOSS };
const GENERAL: Entry = Entry { function: "enter_stage_general", stage: 8, kind: None, ..BOSS };

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::stories(8), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_world_is_as_the_rules_say(steps in steps()) {
        let mut trial = Trial::new();
        for step in &steps {
            trial = trial.carry_out(step)?;
            trial.check()?;
        }
        trial.check_mails()?;
        trial.claim(0)?;
        trial.check()?;
    }
}
