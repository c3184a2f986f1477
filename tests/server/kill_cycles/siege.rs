//! A server that is started, checked, loaded and killed again and again.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::bank::Bank;
use crate::fairness::without_rate_limits;
use crate::kill_cycles::bosses::{BOSS_LIFE, check_life, shown_life};
use crate::kill_cycles::pair::Pair;
use crate::kill_cycles::points;
use crate::process::{Client, Host, Lcg, OPERATOR, PATIENCE, PROGRAM, Server, copy_folder, edited_assets};

/// When to kill the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Moment {
    Anywhere,
    WhileFolding,
    WhileCopying,
    WhileStarting,
}

/// What a run has covered, apart from the players' tallies.
#[derive(Debug, Default)]
pub(crate) struct Covered {
    pub(crate) kills: BTreeMap<Moment, usize>,
    pub(crate) whole_copies: usize,
    pub(crate) broken_off_copies: usize,
    pub(crate) seasons: usize,
    pub(crate) verified: usize,
    /// How often the world was put together from the archive.
    pub(crate) restored: usize,
}

/// Server, bank and players across all kills.
pub(crate) struct Siege {
    host: Host,
    bank: Bank,
    pub(crate) pairs: Vec<Pair>,
    lcg: Lcg,
    /// Blows at world bosses in this season.
    blows: i64,
    cycle: usize,
    pub(crate) covered: Covered,
}

/// Changes to the shipped assets: enough of everything for a long run.
const EDITS: [(&str, &str, &str); 10] = [
    // The books add what the offer brings on all other days.
    ("events/spring_festival.ron", r#"(of: offer_items(offer: "diamonds_60"), multiply: 1.5),"#, ""),
    ("world_boss.ron", "max_enter_time: 3", "max_enter_time: 50000"),
    ("items.ron", r#"newcomer: ["3:1:0","#, r#"newcomer: ["3:51:9000", "3:52:9000", "3:1:0","#),
    ("items.ron", r#""3:5:0", "3:9:0"]"#, r#""3:5:900000", "3:9:0"]"#),
    ("energy.ron", "maximum: 120", "maximum: 1000000"),
    ("energy.ron", "newcomer: 120", "newcomer: 1000000"),
    ("tickets.ron", "daily: 3", "daily: 50000"),
    ("tickets.ron", "daily: 2", "daily: 50000"),
    ("tickets.ron", "daily_vip: 3", "daily_vip: 50000"),
    ("mail.ron", "sent_per_day: 20", "sent_per_day: 100000"),
];

/// The lives of bosses as shipped.
const SHIPPED_LIVES: [&str; 7] = [
    "life_value: 10000,",
    "life_value: 100000,",
    "life_value: 1000000,",
    "life_value: 10000000,",
    "life_value: 1000000000,",
    "life_value: 10000000000,",
    "life_value: 100000000000,",
];

/// What makes a host one of a siege, with bosses of this life.
pub(crate) fn under_siege(host: Host, archive: &Path, boss_life: i64) -> Host {
    let life = format!("life_value: {boss_life},");
    let mut edits = EDITS.to_vec();
    edits.extend(SHIPPED_LIVES.map(|shipped| ("world_boss.ron", shipped, life.as_str())));
    let assets = edited_assets(&host, &edits);
    let backups = host.path("backups").display().to_string();
    let archive = archive.display().to_string();
    without_rate_limits(host.with(&["--clock", "manual"]))
        .with(&["--assets", &assets, "--set", &format!("backups={backups}"), "--archive", &archive])
        .with(&["--set", "identity.token_days=100000", "--set", "assets_watch=false"])
        .with(&["--set", "platforms.mcrmb.circuit=(failures: 1000000, open_seconds: 1)"])
}

impl Siege {
    /// Starts a server for the first time and logs everybody in.
    pub(crate) fn new(pairs: usize, seed: u64) -> Result<Self, String> {
        let bank = Bank::open_in_memory();
        let host = Host::new(&[]);
        let archive = host.path("archive");
        let host = bank.serve(under_siege(host, &archive, BOSS_LIFE));
        let server = host.start();
        let pairs = (0..pairs).map(|number| Pair::join(server.address, 0, number)).collect::<Result<Vec<_>, _>>()?;
        for fighter in pairs.iter().flat_map(|pair| &pair.fighters) {
            bank.grant(&fighter.roles.own, 1_000_000);
        }
        drop(server);
        Ok(Self { host, bank, pairs, lcg: Lcg(seed), blows: 0, cycle: 0, covered: Covered::default() })
    }

    /// Starts the server on the state left by the last kill, checks everybody, plays for about `load` and kills the
    /// server.
    pub(crate) fn cycle(&mut self, load: Duration) -> Result<(), String> {
        self.cycle += 1;
        let moment = self.choose_moment();
        *self.covered.kills.entry(moment).or_default() += 1;
        if moment == Moment::WhileStarting {
            let mut process = self.host.spawn();
            std::thread::sleep(Duration::from_millis(self.lcg.below(80)));
            process.kill();
        }
        let server = self.host.start();
        self.bank.post("/faults", &json!([]));
        let (mut pairs, stop) = (std::mem::take(&mut self.pairs), AtomicBool::new(false));
        let result = std::thread::scope(|scope| {
            let (settled, results) = channel();
            let mut go = Vec::new();
            let mut threads = Vec::new();
            for pair in &mut pairs {
                let (sender, receiver) = channel();
                go.push(sender);
                let lcg = Lcg(self.lcg.below(1 << 40));
                let part =
                    Part { addresses: [server.address, server.operators], settled: settled.clone(), go: receiver };
                let stop = &stop;
                threads.push(scope.spawn(move || take_part(pair, lcg, &part, stop)));
            }
            for _ in &threads {
                self.blows += results.recv_timeout(PATIENCE).map_err(|_| "a client hangs".to_owned())??;
            }
            check_life(&shown_life(server.connect(), 0)?, self.blows)?;
            self.pass_time(&server)?;
            make_trouble(&self.bank, &mut self.lcg);
            go.iter().try_for_each(|go| go.send(())).map_err(|_| "a client ended early".to_owned())?;
            for _ in &threads {
                results.recv_timeout(PATIENCE).map_err(|_| "a client hangs".to_owned())??;
            }
            std::thread::sleep(load);
            self.kill(server, moment)?;
            threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a client panicked".to_owned())?)
        });
        self.pairs = pairs;
        result
    }

    fn choose_moment(&mut self) -> Moment {
        match self.lcg.below(10) {
            0..4 => Moment::Anywhere,
            4..7 => Moment::WhileFolding,
            7..9 => Moment::WhileCopying,
            _ => Moment::WhileStarting,
        }
    }

    /// Moves the clock: minutes, days, and now and then into the next month.
    fn pass_time(&mut self, server: &Server) -> Result<(), String> {
        if pass_time(server, 0, some_seconds(&mut self.lcg))? {
            self.blows = 0;
            self.covered.seasons += 1;
        }
        Ok(())
    }

    fn kill(&mut self, mut server: Server, moment: Moment) -> Result<(), String> {
        match moment {
            Moment::WhileFolding => {
                // The ledger is read after a fold.
                let mut operator = server.connect_operator();
                let data = json!({"token": OPERATOR, "name": "玩家#1", "limit": 1});
                let request = json!({"world": 0, "function": "ledger_list", "data": data});
                operator.send(Message::text(request.to_string()))?;
                std::thread::sleep(Duration::from_micros(self.lcg.below(12_000)));
                server.process.kill();
            }
            Moment::WhileCopying => {
                let copying = self.copy(&server)?;
                std::thread::sleep(Duration::from_micros(self.lcg.below(250_000)));
                server.process.kill();
                self.check_copy(copying)?;
            }
            Moment::Anywhere | Moment::WhileStarting => server.process.kill(),
        }
        Ok(())
    }

    fn copy_name(&self) -> String {
        format!("cycle-{}", self.cycle)
    }

    fn copy(&self, server: &Server) -> Result<Child, String> {
        let url = format!("ws://{}", server.operators);
        let mut command = Command::new(PROGRAM);
        command
            .args(["backup", "--admin-url", &url, "--name", &self.copy_name()])
            .env("RAIDKEEP_OPERATOR_TOKEN", OPERATOR);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().map_err(|error| error.to_string())
    }

    /// A copy with the name of a complete one must be complete, even when the kill came before the answer; an answered
    /// one must have that name; and an interrupted one must not pass as a world.
    fn check_copy(&mut self, mut copying: Child) -> Result<(), String> {
        let was_answered = copying.wait().map_err(|error| error.to_string())?.success();
        let folder = self.host.path("backups").join(self.copy_name());
        let is_there = folder.join("world-0.rows.redb").exists();
        match (is_there, was_answered) {
            (false, true) => return Err("an answered backup is missing".to_owned()),
            (true, _) => {
                verify(&folder)?;
                self.covered.whole_copies += 1;
            }
            (false, false) if folder.exists() => {
                let refused = verify(&folder).err().ok_or("an interrupted backup was taken for a world")?;
                if !refused.contains("there is no world") {
                    return Err(format!("an interrupted backup should be no world: {refused}"));
                }
                self.covered.broken_off_copies += 1;
            }
            (false, false) => {}
        }
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Runs `raidkeep verify` on a copy of the state left by the last kill; the log's tail stays for the next start.
    pub(crate) fn verify(&mut self) -> Result<(), String> {
        let copy = self.host.path("looked at");
        copy_folder(&self.host.data(), &copy);
        let verified = verify(&copy);
        std::fs::remove_dir_all(&copy).map_err(|error| error.to_string())?;
        self.covered.verified += 1;
        verified
    }

    /// Lets the archive take in what the last kill has left in the log, and goes on with a world that is put together from
    /// the archive alone.
    pub(crate) fn restore(&mut self) -> Result<(), String> {
        let mut server = self.host.start();
        server.signal("TERM");
        if !server.process.wait().success() {
            return Err(format!("the server should stop in order: {}", server.process.stderr()));
        }
        let [archive, restored, old] = ["archive", "restored", "old"].map(|name| self.host.path(name));
        run(Command::new(PROGRAM).args(["archive", "verify"]).arg(&archive))?;
        run(Command::new(PROGRAM).arg("restore").arg("--archive").arg(&archive).arg("--data").arg(&restored))?;
        let moved = std::fs::rename(self.host.data(), &old)
            .and_then(|()| std::fs::rename(&restored, self.host.data()))
            .and_then(|()| std::fs::copy(old.join("session_keys"), self.host.data().join("session_keys")))
            .and_then(|_| std::fs::remove_dir_all(&old));
        moved.map_err(|error| format!("the restored folder should be movable: {error}"))?;
        self.covered.restored += 1;
        Ok(())
    }

    /// Keeps the current state of the disk, for [`Siege::go_back`].
    pub(crate) fn keep(&self) {
        copy_folder(&self.host.data(), &self.host.path("older"));
    }

    /// Makes the disk lose everything since [`Siege::keep`].
    pub(crate) fn go_back(&self) {
        std::fs::remove_dir_all(self.host.data()).expect("the data folder should be removable");
        std::fs::rename(self.host.path("older"), self.host.data()).expect("the copy should be movable");
    }

    /// Checks everybody once more, then waits until all orders are settled and compares them with the payments to the
    /// platform. Returns how many were granted, and how many refused.
    pub(crate) fn close_books(&mut self) -> Result<(usize, usize), String> {
        let server = self.host.start();
        self.bank.post("/faults", &json!([]));
        // The last kill may have left orders that no player knows of yet.
        for pair in &mut self.pairs {
            settle(pair, [server.address, server.operators])?;
            self.blows += pair.take_blows();
        }
        check_life(&shown_life(server.connect(), 0)?, self.blows)?;
        points::close_books(&server, &self.bank, self.pairs.iter())
    }
}

/// For how long time passes at once: minutes, days, and now and then into the next month.
pub(crate) fn some_seconds(lcg: &mut Lcg) -> u64 {
    match lcg.below(20) {
        0 => 31 * 86_400,
        1..4 => 86_400,
        _ => 60 * (1 + lcg.below(20)),
    }
}

/// Moves the clock of a world; returns whether another month has come.
pub(crate) fn pass_time(server: &Server, world: u32, seconds: u64) -> Result<bool, String> {
    let month = |reply: &Value| reply["data"]["time"].as_str().map(|time| time[..7].to_owned());
    let before = server.connect().ask_again(world, "server_time", &json!({}));
    let after = server.operate_in(world, "clock_advance", json!({"seconds": seconds}));
    match after["status"] == 0 {
        true => Ok(month(&before) != month(&after)),
        false => Err(format!("the clock should move: {after}")),
    }
}

/// The payment platform misbehaves in one cycle of three.
pub(crate) fn make_trouble(bank: &Bank, lcg: &mut Lcg) {
    let ways = [
        json!("lose_answer"),
        json!({"latency_ms": 60}),
        json!({"apply_late": {"after_ms": 40}}),
        json!({"http_status": 503}),
        json!("garbage"),
    ];
    let way = &ways[usize::try_from(lcg.below(5)).unwrap_or_default()];
    if lcg.below(3) == 0 {
        bank.post("/faults", &json!([{"platform": "mcrmb", "call": "Pay", "fault": way, "times": 3}]));
    }
}

/// What a pair's thread is told, and tells.
pub(crate) struct Part {
    /// For players and for operators.
    pub(crate) addresses: [SocketAddr; 2],
    /// First the answered blows since the last cycle, then, once time has passed, nothing more.
    pub(crate) settled: Sender<Result<i64, String>>,
    pub(crate) go: Receiver<()>,
}

/// One pair's part of a cycle.
pub(crate) fn take_part(pair: &mut Pair, lcg: Lcg, part: &Part, stop: &AtomicBool) -> Result<(), String> {
    let result = settle(pair, part.addresses);
    let _ = part.settled.send(result.map(|()| pair.take_blows()));
    if part.go.recv().is_err() {
        return Ok(());
    }
    let _ = part.settled.send(pair.pass_time().map(|()| 0));
    pair.play(lcg, stop)
}

/// Finishes what was open, and compares a pair with its books.
pub(crate) fn settle(pair: &mut Pair, [server, operators]: [SocketAddr; 2]) -> Result<(), String> {
    let mut operator = Client::connect(operators)?;
    let world = pair.fighters[0].world;
    let mut state_of = |order: &str| {
        let data = json!({"token": OPERATOR, "order": order});
        let reply = operator.try_ask_again(world, "order_inspect", &data).map_err(|ended| format!("{ended:?}"))?;
        let state = reply["data"]["state"].as_str().map(str::to_owned);
        state.ok_or_else(|| format!("an order that was answered is lost: {order}: {reply}"))
    };
    let who = pair.fighters.each_ref().map(|fighter| fighter.roles.own.clone());
    let settled = pair.settle(server, &mut state_of);
    settled.map_err(|objection| {
        let mut ledger = |name: &str| {
            let data = json!({"token": OPERATOR, "name": name, "limit": 20});
            // Another pair that objects ends the server.
            let reply = operator.try_ask_again(world, "ledger_list", &data);
            reply.map_or_else(|ended| format!("{ended:?}"), |reply| reply["data"]["entries"].to_string())
        };
        let entries = who.each_ref().map(|name| ledger(name));
        format!("{who:?}: {objection}; their last movements: {entries:?}")
    })
}

pub(crate) fn verify(folder: &Path) -> Result<(), String> {
    run(Command::new(PROGRAM).arg("verify").arg("--data").arg(folder))
}

/// Runs a command to its end; errs with what it said if it fails.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let told = [output.stdout, output.stderr].concat();
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&told)))
}
