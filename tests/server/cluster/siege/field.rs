//! Three nodes, their database, and players in each world.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use raidkeep::engine::outside::world_name;
use raidkeep::postgres::Node;
use serde_json::json;
use tempfile::TempDir;

use crate::bank::Bank;
use crate::cluster::database::{Database, node_at};
use crate::cluster::nodes::{KEYS, is_well, on_url};
use crate::cluster::siege::crowd;
use crate::cluster::siege::ends::bases;
use crate::cluster::siege::faults::{Fault, Seen};
use crate::cluster::siege::net::{Net, forward};
use crate::cluster::siege::patroni::Patroni;
use crate::cluster::siege::register::{Heard, Register};
use crate::kill_cycles::bosses::{BOSS_LIFE, check_life, shown_life};
use crate::kill_cycles::pair::Pair;
use crate::kill_cycles::siege::{Part, make_trouble, pass_time, some_seconds, take_part, under_siege};
use crate::kill_cycles::tell;
use crate::process::{Host, Lcg, PATIENCE, Server};

pub(super) const NODES: [&str; 3] = ["a", "b", "c"];
/// The nodes' machines, and those of the databases.
const MACHINES: u8 = 6;
/// Names the library that sets clocks wrong, of Debian's package libfaketime.
const FAKETIME: &str = "RAIDKEEP_FAKETIME";
/// How wrong the nodes' clocks are, in seconds.
const SKEWS: [&str; 3] = ["+0s", "+2700s", "-2700s"];
/// So that a boss lives although a hundred thousand strike it.
const LIFE_FOR_A_CROWD: i64 = 1_000_000_000;
/// By then everything is there again, whatever has happened.
const HEALED_WITHIN: Duration = Duration::from_secs(90);
const COPIED_WITHIN: Duration = Duration::from_secs(1200);

/// How large a field is.
pub(super) struct Size {
    pub(super) worlds: u32,
    /// In all worlds together.
    pub(super) accounts: u64,
}

/// The servers of PostgreSQL.
pub(super) enum Databases {
    One(Database),
    Three(Patroni),
}

impl Databases {
    pub(super) fn url(&self) -> String {
        match self {
            Self::One(database) => database.url(),
            Self::Three(patroni) => patroni.url(),
        }
    }
}

/// A world with those who play in it.
pub(super) struct Front {
    world: u32,
    pub(super) pair: Pair,
    /// Blows at bosses in this season.
    blows: i64,
    register: Register,
}

pub(super) struct Field {
    pub(super) hosts: Vec<Host>,
    /// `None` while it is down.
    pub(super) nodes: Vec<Option<Server>>,
    pub(super) bank: Bank,
    pub(super) archive: TempDir,
    pub(super) fronts: Vec<Front>,
    pub(super) lcg: Lcg,
    pub(super) worlds: u32,
    pub(super) has_crowd: bool,
    pub(super) seen: Seen,
    /// Looks at the database beside the nodes.
    pub(super) checker: Node,
    pub(super) databases: Databases,
    pub(super) net: Option<Net>,
}

impl Field {
    /// Starts everything, and has everybody join.
    pub(super) fn new(seed: u64, size: &Size) -> Result<Self, String> {
        let net = Net::lay(MACHINES);
        let here = net.as_ref().map_or(Ipv4Addr::LOCALHOST, Net::here);
        let databases = match &net {
            Some(net) if Patroni::is_wanted() => Databases::Three(Patroni::start(net)),
            _ => Databases::One(Database::start_on(here)),
        };
        let (bank, archive) = (Bank::open_in_memory(), tempfile::tempdir().map_err(|error| error.to_string())?);
        let bank_address = net.as_ref().map_or(bank.address(), |net| forward(net.here(), bank.address()));
        let has_crowd = size.accounts > 0;
        let boss_life = if has_crowd { LIFE_FOR_A_CROWD } else { BOSS_LIFE };
        let machine = |(number, name): (u8, &&str)| {
            let host = machine(number, net.as_ref()).with(&["--worlds", &size.worlds.to_string()]);
            on_url(&databases.url(), name, bank.serve_at(bank_address, under_siege(host, archive.path(), boss_life)))
        };
        if has_crowd {
            let alone = Host::new(&["--worlds", &size.worlds.to_string()]).with_variable("RAIDKEEP_SESSION_KEYS", KEYS);
            let its_archive = alone.path("archive");
            let alone = bank.serve(under_siege(alone, &its_archive, boss_life));
            crowd::bring(&alone, size.worlds, size.accounts / u64::from(size.worlds), &databases.url())?;
        }
        let checker = node_at(&databases.url(), "checker");
        let hosts: Vec<Host> = (0..).zip(&NODES).map(machine).collect();
        let nodes: Vec<Option<Server>> = hosts.iter().map(|host| Some(host.start())).collect();
        let first = nodes[0].as_ref().ok_or("a node")?;
        await_field(first).ok_or("the field should begin")?;
        if has_crowd {
            await_bases(archive.path(), size.worlds).ok_or("the archive should get its first copy of each world")?;
        }
        let front = |world: u32| {
            let pair = Pair::join(first.address, world, 0)?.playing_on();
            // Where there are several worlds, their names are those of purses too.
            pair.fighters.iter().for_each(|fighter| bank.grant(&format!("{}@{world}", fighter.roles.own), 1_000_000));
            Ok(Front { world, pair, blows: 0, register: Register::join(first, world) })
        };
        let fronts = (0..size.worlds).map(front).collect::<Result<_, String>>()?;
        let (lcg, worlds) = (Lcg(seed), size.worlds);
        Ok(Self {
            hosts,
            nodes,
            bank,
            archive,
            fronts,
            lcg,
            worlds,
            has_crowd,
            seen: Seen::default(),
            checker,
            databases,
            net,
        })
    }

    /// What can befall it: machines are cut off only where this process may make networks, and disks are slow and primaries
    /// replaced where there are three databases.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let cut = self.net.as_ref().map(|_| Fault::Cut);
        let slow = matches!(self.databases, Databases::Three(_)).then_some(Fault::SlowDisk);
        [Fault::Death, Fault::Hang, Fault::Move].into_iter().chain(cut).chain(slow).collect()
    }

    /// Checks everybody, has them play, strikes, and checks what was heard meanwhile.
    pub(super) fn round(&mut self, fault: Fault, load: Duration) -> Result<(), String> {
        self.bank.post("/faults", &json!([]));
        let mut fronts = std::mem::take(&mut self.fronts);
        let stop = AtomicBool::new(false);
        let result = std::thread::scope(|scope| {
            let begun = self.begin(scope, &mut fronts, &stop);
            make_trouble(&self.bank, &mut self.lcg);
            let struck = begun.map(|threads| {
                std::thread::sleep(load);
                (self.strike(fault), threads)
            });
            stop.store(true, Ordering::Relaxed);
            let (struck, threads) = struck?;
            let heard = threads.end();
            struck.and(heard)
        });
        self.fronts = fronts;
        let heard = result?;
        self.heal()?;
        self.check(fault, heard)
    }

    /// Checks everybody, lets time pass, and has everybody begin.
    fn begin<'scope>(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        fronts: &'scope mut [Front],
        stop: &'scope AtomicBool,
    ) -> Result<Threads<'scope>, String> {
        let began = Instant::now();
        let doors: Vec<[SocketAddr; 2]> =
            self.nodes.iter().flatten().map(|node| [node.address, node.operators]).collect();
        let mut threads = Threads::default();
        let mut waiting = Vec::new();
        for Front { world, pair, blows, register } in fronts {
            let (go, receiver) = channel();
            let (settled, results) = channel();
            let part = Part { addresses: doors[self.pick(doors.len())], settled, go: receiver };
            let lcg = Lcg(self.lcg.below(1 << 40));
            threads.pairs.push(scope.spawn(move || take_part(pair, lcg, &part, stop)));
            waiting.push((*world, go, results, blows, register));
        }
        for (world, go, results, blows, register) in waiting {
            *blows += hear(&results)?;
            let node = self.nodes[0].as_ref().ok_or("a node")?;
            if !self.has_crowd {
                check_life(&shown_life(node.connect(), world)?, *blows)?;
            }
            // The ranking of a crowd is of one season.
            let seconds = if self.has_crowd { 60 } else { some_seconds(&mut self.lcg) };
            if pass_time(node, world, seconds)? {
                *blows = 0;
            }
            register.begin(node);
            go.send(()).map_err(|_| "a client ended early".to_owned())?;
            hear(&results)?;
            for at in 0..doors.len() {
                let mut doors: Vec<SocketAddr> = doors.iter().map(|[players, _]| *players).collect();
                doors.rotate_left(at);
                let visitor = register.visitor(doors, Lcg(self.lcg.below(1 << 40)), began);
                threads.visitors.push((world, scope.spawn(move || visitor.visit(stop))));
            }
        }
        Ok(threads)
    }

    /// Starts what is down, and waits until each node answers for everything.
    fn heal(&mut self) -> Result<(), String> {
        for (node, host) in self.nodes.iter_mut().zip(&self.hosts) {
            let server = node.get_or_insert_with(|| host.start());
            await_field(server).ok_or("a node does not come back")?;
        }
        Ok(())
    }

    /// What the visitors of each world have heard must be what one world could have answered.
    fn check(&mut self, fault: Fault, mut heard: BTreeMap<u32, Heard>) -> Result<(), String> {
        let node = self.nodes[0].as_ref().ok_or("a node")?;
        for front in &self.fronts {
            let heard = heard.remove(&front.world).unwrap_or_default();
            if fault == Fault::Move {
                let longest = heard.iter().map(|one| one.responded - one.invoked).max().unwrap_or_default();
                self.seen.waits.push(Duration::from_micros(longest));
            }
            self.seen.observed += front.register.check(node, heard)?;
        }
        Ok(())
    }

    /// One of so many.
    pub(super) fn pick(&mut self, among: usize) -> usize {
        usize::try_from(self.lcg.below(among as u64)).unwrap_or_default()
    }
}

/// The threads of a round.
#[derive(Default)]
struct Threads<'scope> {
    pairs: Vec<ScopedJoinHandle<'scope, Result<(), String>>>,
    visitors: Vec<(u32, ScopedJoinHandle<'scope, Result<Heard, String>>)>,
}

impl Threads<'_> {
    /// Waits for all; returns what was heard in each world.
    fn end(self) -> Result<BTreeMap<u32, Heard>, String> {
        let mut heard: BTreeMap<u32, Heard> = BTreeMap::new();
        let mut ended = Ok(());
        for (world, visitor) in self.visitors {
            match visitor.join().map_err(|_| "a client panicked".to_owned())? {
                Ok(more) => heard.entry(world).or_default().extend(more),
                Err(why) => ended = ended.and(Err(why)),
            }
        }
        for pair in self.pairs {
            let played = pair.join().map_err(|_| "a client panicked".to_owned())?;
            ended = ended.and(played);
        }
        ended.map(|()| heard)
    }
}

fn hear(results: &Receiver<Result<i64, String>>) -> Result<i64, String> {
    results.recv_timeout(PATIENCE * 2).map_err(|_| "a client hangs".to_owned())?
}

/// A host on a machine of its own, or beside the others, whose clock may be wrong.
fn machine(number: u8, net: Option<&Net>) -> Host {
    let host = match net {
        Some(net) => {
            let address = net.address(number);
            let operators = format!("admin.listen={address}:0");
            let links = format!("cluster.listen={address}:0");
            Host::new(&["--set", &operators, "--set", "admin.allow_plain=true", "--set", &links])
                .within(&net.namespace(number), &address.to_string())
        }
        None => Host::new(&[]),
    };
    match std::env::var(FAKETIME) {
        Ok(library) => host
            .with_variable("LD_PRELOAD", &library)
            .with_variable("FAKETIME", SKEWS[usize::from(number)])
            .with_variable("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        Err(_) => host,
    }
}

/// Waits until the archive has all worlds, which are copied while they are spread over the nodes; `None` if that does not come.
fn await_bases(archive: &Path, worlds: u32) -> Option<()> {
    let began = Instant::now();
    within(COPIED_WITHIN, || (0..worlds).all(|world| bases(archive, &world_name(world)) > 0))?;
    tell(&format!("the archive has all worlds, after {:?}", began.elapsed()));
    Some(())
}

/// Waits until whoever asks this node is answered by all worlds and the realm; `None` if that does not come.
pub(super) fn await_field(server: &Server) -> Option<()> {
    within(HEALED_WITHIN, || is_well(server))
}

/// Waits until something is so; `None` if it is not in time.
pub(super) fn within(patience: Duration, mut is_so: impl FnMut() -> bool) -> Option<()> {
    let began = Instant::now();
    while !is_so() {
        if began.elapsed() > patience {
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(())
}
