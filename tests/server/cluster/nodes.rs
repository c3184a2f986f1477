//! Nodes as processes that share worlds: nothing that was answered is lost when one of them is gone.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cluster::database::Database;
use crate::process::{Client, Host, PROGRAM, Server, edited_assets, wait_for};

/// The keys of players' sessions, which all nodes have.
pub(crate) const KEYS: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";
const WORLDS: u32 = 2;

/// A node.
fn host(database: &Database, node: &str) -> Host {
    on(database, node, Host::new(&["--worlds", &WORLDS.to_string()]))
}

/// The same with more settings.
pub(crate) fn on(database: &Database, node: &str, host: Host) -> Host {
    on_url(&database.url(), node, host)
}

pub(crate) fn on_url(url: &str, node: &str, host: Host) -> Host {
    let settings = [format!("cluster.database={url}"), format!("cluster.node={node}")];
    host.with(&["--set", &settings[0], "--set", &settings[1]]).with_variable("RAIDKEEP_SESSION_KEYS", KEYS)
}

/// Two nodes, of which the first one has begun the worlds.
pub(crate) fn pair([first, second]: [&Host; 2]) -> [Server; 2] {
    let serving = first.start();
    await_service(&serving);
    let other = second.start();
    await_service(&other);
    [serving, other]
}

fn is_serving(server: &Server) -> bool {
    server.http("GET", "/readyz", &[]).0 == 200
}

/// What a client asks again for, with the same `once` key.
const AGAIN: [i64; 2] = [16, -2];

/// Whether all worlds answer whoever asks this node.
fn answers(server: &Server) -> bool {
    let Ok(mut client) = Client::connect(server.address) else { return false };
    let mut status = |world: u32| client.try_ask_in(world, "ping", &json!({})).ok()?["status"].as_i64();
    (0..).map_while(|world| Some(status(world)).filter(|status| *status != Some(14))).all(|status| status == Some(0))
}

/// Whether a node says that it serves all worlds, they answer whoever asks it, and so does the realm.
pub(crate) fn is_well(server: &Server) -> bool {
    is_serving(server) && answers(server) && realm_answers(server)
}

fn realm_answers(server: &Server) -> bool {
    server.operate("operator_list", json!({}))["status"] == 0
}

/// Waits until a node says that it serves all worlds, and does; returns how long that took.
pub(crate) fn await_service(server: &Server) -> Duration {
    let began = Instant::now();
    wait_for("the node serves all worlds", || (is_serving(server) && answers(server)).then_some(()));
    began.elapsed()
}

/// Somebody in a world, who remembers what was answered.
pub(crate) struct Player {
    pub(crate) world: u32,
    pub(crate) client: Client,
    /// As of the last answer.
    pub(crate) energy: Value,
    /// How many changes were asked for.
    changes: u32,
    /// The longest time that it took to get an answer.
    pub(crate) waited: Duration,
}

impl Player {
    pub(crate) fn join(server: &Server, world: u32) -> Self {
        let (energy, changes, waited) = (Value::Null, 0, Duration::ZERO);
        let mut player = Self { world, client: server.connect(), energy, changes, waited };
        player.log_in();
        player.energy = player.read();
        player
    }

    /// In every world, one player for each of these tests.
    fn all(server: &Server) -> Vec<Self> {
        (0..WORLDS).map(|world| Self::join(server, world)).collect()
    }

    /// Asks until there is an answer, as a client does.
    pub(crate) fn ask(&mut self, function: &str, data: &Value) -> Value {
        let once = format!("{function}-{}", self.changes);
        let request = json!({"world": self.world, "function": function, "data": data, "once": once}).to_string();
        let began = Instant::now();
        let reply = wait_for("an answer", || {
            let reply = self.client.try_ask(&request).expect("the connection stays");
            (!AGAIN.contains(&reply["status"].as_i64().expect("a status"))).then_some(reply)
        });
        self.waited = self.waited.max(began.elapsed());
        reply
    }

    fn log_in(&mut self) {
        let login = self.ask("login_unique", &json!({"unique_id": "ann"}));
        assert!(matches!(login["status"].as_i64(), Some(0 | 1)), "{login}");
    }

    pub(crate) fn read(&mut self) -> Value {
        let reply = self.ask("get_player_info", &json!({}));
        assert_eq!(reply["status"], 0, "{reply}");
        reply["data"]["energy"]["remain"].clone()
    }

    /// Enters a stage, which takes energy.
    pub(crate) fn change(&mut self) {
        self.changes += 1;
        let reply = self.ask("enter_stage_general", &json!({"stage": 1}));
        assert_eq!(reply["status"], 0, "{reply}");
        let left = self.read();
        assert_ne!(left, self.energy, "a stage takes energy");
        self.energy = left;
    }

    /// Goes on at another node, which must have all that was answered.
    pub(crate) fn go_to(&mut self, server: &Server, story: &str) {
        self.client = server.connect();
        self.log_in();
        assert_eq!(self.read(), self.energy, "{story}: world {} has what was answered", self.world);
        self.change();
    }
}

/// The realm is there too, with the operators that were added on another node.
fn check_realm(server: &Server, story: &str) {
    wait_for(&format!("{story}: the realm answers"), || realm_answers(server).then_some(()));
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_node_that_is_killed_is_replaced_by_another_one() {
    let database = Database::start();
    let (first, second) = (host(&database, "a"), host(&database, "b"));
    let [mut a, mut b] = pair([&first, &second]);
    let mut players = Player::all(&b);
    for round in 0..3 {
        players.iter_mut().for_each(Player::change);
        a.process.kill();
        let took = await_service(&b);
        assert!(took < Duration::from_secs(5), "taken over in {took:?}");
        players.iter_mut().for_each(|player| player.go_to(&b, &format!("kill {round}")));
        check_realm(&b, "a node was killed");
        a = if round % 2 == 0 { first.start() } else { second.start() };
        await_service(&a);
        std::mem::swap(&mut a, &mut b);
    }
    a.stop();
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_node_that_hung_answers_nothing_of_what_it_has_missed() {
    let database = Database::start();
    let (first, second) = (host(&database, "a"), host(&database, "b"));
    let [a, b] = pair([&first, &second]);
    let mut players = Player::all(&a);
    players.iter_mut().for_each(Player::change);
    a.signal("STOP");
    // Requests that reach the hung node are waiting there when it goes on.
    let waiting: Vec<Client> =
        players.iter_mut().map(|player| std::mem::replace(&mut player.client, b.connect())).collect();
    let took = await_service(&b);
    assert!(took < Duration::from_secs(5), "taken over in {took:?}");
    players.iter_mut().for_each(|player| player.go_to(&b, "a node hung"));
    let asked: Vec<_> = waiting
        .into_iter()
        .zip(0..)
        .map(|(mut client, world)| std::thread::spawn(move || client.ask_in(world, "get_player_info", json!({}))))
        .collect();
    std::thread::sleep(Duration::from_millis(200));
    a.signal("CONT");
    for (asked, player) in asked.into_iter().zip(&players) {
        let reply = asked.join().expect("it is answered");
        let energy = &reply["data"]["energy"]["remain"];
        assert!(reply["status"] == 16 || *energy == player.energy, "what it knows is of the past: {reply}");
    }
    await_service(&a);
    players.iter_mut().for_each(|player| player.go_to(&a, "a node goes on"));
    drop(b);
    let took = await_service(&a);
    assert!(took < Duration::from_secs(5), "taken over in {took:?}");
    players.iter_mut().for_each(|player| player.go_to(&a, "back again"));
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_node_that_is_stopped_hands_over_within_a_second() {
    let database = Database::start();
    let (first, second) = (host(&database, "a"), host(&database, "b"));
    let [mut a, b] = pair([&first, &second]);
    let mut players = Player::all(&a);
    players.iter_mut().for_each(Player::change);
    a.stop();
    let took = await_service(&b);
    assert!(took < Duration::from_secs(1), "handed over in {took:?}");
    players.iter_mut().for_each(|player| player.go_to(&b, "a node was stopped"));
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_node_follows_the_database_to_its_new_primary() {
    let mut database = Database::with_standbys();
    let host = host(&database, "a");
    let a = host.start();
    await_service(&a);
    let mut players = Player::all(&a);
    players.iter_mut().for_each(Player::change);
    database.kill(0);
    wait_for("the worlds are refused", || (!is_serving(&a)).then_some(()));
    database.promote(1);
    let took = await_service(&a);
    assert!(took < Duration::from_secs(30), "back in {took:?}");
    players.iter_mut().for_each(|player| player.go_to(&a, "the primary was killed"));
    check_realm(&a, "the primary was killed");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_world_whose_rows_could_not_be_written_in_time_goes_on_by_itself() {
    let database = Database::start();
    let host = host(&database, "a");
    let a = host.start();
    await_service(&a);
    let mut players = Player::all(&a);
    let hinder = "BEGIN; SELECT 1 FROM raidkeep.folds WHERE world = 'world-0' FOR UPDATE; SELECT pg_sleep(14); COMMIT";
    std::thread::scope(|scope| {
        scope.spawn(|| database.sql(hinder));
        wait_for("somebody is in the way", || database.has_sleeper().then_some(()));
        players.iter_mut().for_each(Player::change);
        wait_for("the world stops", || (!is_serving(&a)).then_some(()));
    });
    // Its lease is renewed all the time, so that no other node would have it either.
    await_service(&a);
    players.iter_mut().for_each(|player| player.go_to(&a, "its rows can be written again"));
}

pub(crate) fn command(arguments: &[&str], database: &Database) -> (bool, String) {
    command_at(arguments, &database.url())
}

pub(crate) fn command_at(arguments: &[&str], url: &str) -> (bool, String) {
    let setting = format!("cluster.database={url}");
    let ran = Command::new(PROGRAM).args(arguments).args(["--set", &setting]).output().expect("the program runs");
    let told = [ran.stdout, ran.stderr].concat();
    (ran.status.success(), String::from_utf8_lossy(&told).into_owned())
}

pub(crate) fn migrate(to: &str, data: &Path, url: &str) -> (bool, String) {
    command_at(&["migrate", "--to", to, "--data", &data.display().to_string()], url)
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn worlds_move_from_files_into_the_database_and_back() {
    let database = Database::start();
    let alone = Host::new(&["--worlds", "2"]).with_variable("RAIDKEEP_SESSION_KEYS", KEYS);
    let mut server = alone.start();
    let mut players = Player::all(&server);
    players.iter_mut().for_each(Player::change);
    server.stop();
    let (moved, told) = migrate("database", &alone.data(), &database.url());
    assert!(moved && told.contains("world-0:") && told.contains("world-1:") && told.contains("realm:"), "{told}");
    let (code, told) = alone.start_in_vain();
    assert!(code == Some(1) && told.contains("migrated"), "no server finds the files of before: {told}");
    let node = host(&database, "a");
    let mut a = node.start();
    await_service(&a);
    players.iter_mut().for_each(|player| player.go_to(&a, "in the database"));
    let (_, status) = command(&["cluster", "status"], &database);
    assert!(status.contains("realm: on a") && status.contains("world-1: on a"), "{status}");
    let elsewhere = alone.path("files");
    let (moved, told) = migrate("files", &elsewhere, &database.url());
    assert!(!moved && told.contains("node a has") && told.contains("Nothing was changed"), "{told}");
    a.stop();
    let (moved, told) = migrate("files", &elsewhere, &database.url());
    assert!(moved, "{told}");
    let (_, status) = command(&["cluster", "status"], &database);
    assert!(status.contains("no worlds"), "{status}");
    std::fs::remove_dir_all(alone.data()).expect("the folder of before can go");
    std::fs::rename(&elsewhere, alone.data()).expect("the new one takes its place");
    let server = alone.start();
    players.iter_mut().for_each(|player| player.go_to(&server, "in files again"));
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn a_node_says_what_it_lacks() {
    let database = Database::start();
    let url = format!("cluster.database={}", database.url());
    let keyless = Host::new(&["--set", &url, "--set", "cluster.node=a"]);
    let (code, told) = keyless.start_in_vain();
    assert!(code == Some(1) && told.contains("RAIDKEEP_SESSION_KEYS"), "{told}");
    let nameless = Host::new(&["--set", &url]).with_variable("RAIDKEEP_SESSION_KEYS", KEYS);
    let (code, told) = nameless.start_in_vain();
    assert!(code == Some(1) && told.contains("cluster.node"), "{told}");
    let secret = "cluster.database=postgresql://raid:hush@127.0.0.1/postgres";
    let spelled = Host::new(&["--set", secret, "--set", "cluster.node=a"]).with_variable("RAIDKEEP_SESSION_KEYS", KEYS);
    let (code, told) = spelled.start_in_vain();
    assert!(code == Some(1) && told.contains("RAIDKEEP_DATABASE_PASSWORD"), "{told}");
    let nowhere = ["--set", "cluster.database=postgresql://raid@127.0.0.1:1/postgres", "--set", "cluster.node=a"];
    let lost = Host::new(&nowhere).with_variable("RAIDKEEP_SESSION_KEYS", KEYS);
    let (code, told) = lost.start_in_vain();
    assert!(code == Some(1) && told.contains("cannot connect in the database"), "{told}");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn rules_come_from_the_realm_whatever_the_folder_of_a_node_has() {
    let database = Database::start();
    let (first, second) = (host(&database, "a"), host(&database, "b"));
    // What newcomers have shows which rules are in force.
    let folder = |host: &Host, energy: u32| {
        edited_assets(host, &[("energy.ron", "newcomer: 120", &format!("newcomer: {energy}"))])
    };
    let (of_first, of_second) = (folder(&first, 110), folder(&second, 90));
    let first = first.with(&["--assets", &of_first]);
    let second = second.with(&["--assets", &of_second]);
    let mut a = first.start();
    await_service(&a);
    let newcomer = |server: &Server, name: &str| {
        server.guest(name).ask("get_player_info", json!({}))["data"]["energy"]["remain"].clone()
    };
    // A world that is on the other node hears of it a little later.
    let mut names = 0..;
    let mut newcomers_get = |server: &Server, energy: u32| {
        wait_for(&format!("newcomers get {energy}"), || {
            // Who has come before keeps what newcomers had then, on whichever node.
            let name = format!("dan-{}", names.next()?);
            (newcomer(server, &name) == energy).then_some(())
        });
    };
    assert_eq!(newcomer(&a, "ann"), 110, "the first node brings what it has");
    let b = second.start();
    await_service(&b);
    let file = Path::new(&of_first).join("energy.ron");
    let text = std::fs::read_to_string(&file).expect("it is there").replace("newcomer: 110", "newcomer: 100");
    std::fs::write(&file, text).expect("it is writable");
    assert_eq!(newcomer(&a, "bob"), 110, "a node of a cluster does not watch its folder");
    let published = a.operate("rules_reload", json!({}));
    assert_eq!(published["status"], 0, "an operator publishes what the folder has now: {published}");
    newcomers_get(&a, 100);
    a.process.kill();
    await_service(&b);
    newcomers_get(&b, 100);
    assert_eq!(newcomer(&b, "eve"), 100, "the other node has what was published, not its own folder");
    check_realm(&b, "the first node is gone");
    let history = b.operate("rules_history", json!({}));
    assert_eq!(history["data"]["sets"].as_array().map(Vec::len), Some(2), "and publishes nothing: {history}");
}
