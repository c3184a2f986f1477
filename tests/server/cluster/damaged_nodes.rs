//! What the database has of a world was changed, deleted or made older by SQL while no node was there: what is served then is
//! right, or refused with a reason, and everything else goes on.

use serde_json::{Value, json};

use crate::cluster::database::{Database, wait_for};
use crate::cluster::nodes::{await_service, on};
use crate::process::{Host, Server};

/// In the order in which a node locks them: who puts them back beside one that looks for the world waits for it.
const TABLES: [&str; 5] = ["leases", "worlds", "folds", "log", "rows"];

/// A database with a world in which two players were, and a node for it.
struct Scene {
    database: Database,
    node: Host,
    /// What both have left of their energy, once the node was stopped in order, and when it was killed later.
    stopped: [Value; 2],
    killed: [Value; 2],
}

/// Enters a stage, which takes energy.
fn enter(server: &Server, name: &str) {
    let entered = server.guest(name).ask("enter_stage_general", json!({"stage": 8}));
    assert_eq!(entered["status"], 0, "{entered}");
}

fn energy(server: &Server, name: &str) -> Value {
    server.guest(name).ask("get_player_info", json!({}))["data"]["energy"]["remain"].clone()
}

impl Scene {
    fn new() -> Self {
        let database = Database::start();
        let node = on(&database, "a", Host::new(&["--worlds", "1", "--clock", "manual"]));
        let archive = node.path("archive").display().to_string();
        let node = node.with(&["--archive", &archive]);
        let mut server = node.start();
        await_service(&server);
        let both = |server: &Server| ["ann", "bob"].map(|name| energy(server, name));
        ["ann", "bob"].iter().for_each(|name| enter(&server, name));
        server.stop();
        database.sql("CREATE SCHEMA older; CREATE TABLE older.rows AS TABLE raidkeep.rows");
        let mut server = node.start();
        await_service(&server);
        ["ann", "bob"].iter().for_each(|name| enter(&server, name));
        let stopped = both(&server);
        server.stop();
        keep(&database, "stopped");
        let mut server = node.start();
        await_service(&server);
        // What a log-in writes is folded before the last change comes.
        let before = both(&server);
        assert_eq!(before, stopped);
        server.operate("ledger_list", json!({"name": "ann", "limit": 1}));
        let mut ann = server.guest("ann");
        wait_for("a fold", || unfolded(&database) == 0);
        assert_eq!(ann.ask("enter_stage_general", json!({"stage": 8}))["status"], 0);
        server.process.kill();
        assert!(unfolded(&database) > 0, "what was answered last is in the log alone");
        keep(&database, "killed");
        let [_, bob] = stopped.clone();
        let server = {
            put_back_alone(&database, "killed");
            node.start()
        };
        await_service(&server);
        let killed = both(&server);
        assert!(killed[0] != stopped[0] && killed[1] == bob, "{stopped:?}, {killed:?}");
        drop(server);
        Self { database, node, stopped, killed }
    }

    /// Starts the node on what was kept, with this done to it.
    fn start(&self, kept: &str, damage: &str) -> Server {
        put_back_alone(&self.database, kept);
        self.database.sql(damage);
        self.node.start()
    }

    fn check(&self, server: &Server, expected: &[Value; 2], story: &str) {
        assert_eq!(&["ann", "bob"].map(|name| energy(server, name)), expected, "{story}");
    }

    /// The world is not served, the log says why, and the realm goes on; once it is mended the world does, too.
    fn check_refused(&self, kept: &str, damage: &str, told: &str) {
        let server = self.start(kept, damage);
        wait_for(&format!("{damage}: the log says why"), || {
            assert_ne!(server.http("GET", "/readyz", &[]).0, 200, "{damage}: {}", server.process.stderr());
            server.process.stderr().contains(told)
        });
        let reply = server.connect().ask("login_unique", json!({"unique_id": "bob"}));
        assert_eq!(reply["status"], 16, "{damage}: nobody is shown anything of it: {reply}");
        wait_for(&format!("{damage}: the realm goes on"), || server.operate("operator_list", json!({}))["status"] == 0);
        put_back(&self.database, kept);
        await_changes(&server);
        await_service(&server);
        let expected = if kept == "killed" { &self.killed } else { &self.stopped };
        self.check(&server, expected, &format!("{damage}: mended"));
    }
}

/// Waits until the world keeps what is changed. A node that was beginning it while it was put back does not have what that took
/// away, its epoch, and learns it by its first change.
fn await_changes(server: &Server) {
    wait_for("a change is kept", || {
        let reply = server.connect().ask_again(0, "login_unique", &json!({"unique_id": "bob"}));
        matches!(reply["status"].as_i64(), Some(0 | 1))
    });
}

/// How many records the rows lack.
fn unfolded(database: &Database) -> u64 {
    let lacking =
        "SELECT last_record - record FROM raidkeep.worlds JOIN raidkeep.folds USING (world) WHERE world = 'world-0'";
    database.sql(lacking).parse().expect("a number")
}

/// Keeps what the database has of the world.
fn keep(database: &Database, name: &str) {
    let copies = TABLES.map(|table| format!("CREATE TABLE {name}.{table} AS TABLE raidkeep.{table}"));
    database.sql(&format!("CREATE SCHEMA {name}; {}", copies.join("; ")));
}

/// Puts it back, with a lease of the world that nobody need wait for.
fn put_back(database: &Database, name: &str) {
    let put = TABLES.map(|table| {
        let of_world = format!("raidkeep.{table} WHERE world = 'world-0'");
        format!(
            "DELETE FROM {of_world}; INSERT INTO raidkeep.{table} SELECT * FROM {name}.{table} WHERE world = 'world-0'"
        )
    });
    let free = "UPDATE raidkeep.leases SET is_free = true WHERE world = 'world-0'";
    database.sql(&format!("BEGIN; {}; {free}; COMMIT", put.join("; ")));
}

/// The same once no node is there; the realm need not be waited for either.
fn put_back_alone(database: &Database, name: &str) {
    put_back(database, name);
    database.sql("UPDATE raidkeep.leases SET is_free = true");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn what_sql_has_changed_is_refused_and_everything_else_is_served() {
    let scene = Scene::new();
    let damages = [
        ("changed", "UPDATE raidkeep.rows SET value = set_byte(value, 2, get_byte(value, 2) # 1) WHERE", ""),
        ("deleted", "DELETE FROM raidkeep.rows WHERE", ""),
        ("older", "UPDATE raidkeep.rows SET value = old.value FROM older.rows AS old WHERE", SAME_ROW),
    ];
    for (kind, damage, same) in damages {
        let story = format!("a row of a player was {kind}");
        let first = "(SELECT key FROM raidkeep.rows WHERE world = 'world-0' AND name = 'energy' ORDER BY key LIMIT 1)";
        let of_ann = format!("rows.world = 'world-0' AND rows.name = 'energy' AND rows.key = {first}{same}");
        let mut server = scene.start("stopped", &format!("{damage} {of_ann}"));
        await_service(&server);
        let refused = server.connect().ask("login_unique", json!({"unique_id": "ann"}));
        assert!(!matches!(refused["status"].as_i64(), Some(0 | 1)), "{story}: nobody is shown it: {refused}");
        assert_eq!(energy(&server, "bob"), scene.stopped[1], "{story}: the others play on");
        enter(&server, "bob");
        let told = server.process.stderr();
        let named = "rows are damaged; its requests are refused account=account 1 ";
        assert!(told.contains(named), "{story}: the log names the player: {told}");
        server.stop();
    }
    for table in ["season", "world_bosses"] {
        for (_, damage, same) in damages.into_iter().take(2) {
            let of_world = format!("rows.world = 'world-0' AND rows.name = '{table}'{same}");
            scene.check_refused("stopped", &format!("{damage} {of_world}"), table);
        }
    }
    // All of them together, with digests that fit: as when somebody puts one table back.
    let all_gone = "DELETE FROM raidkeep.rows WHERE world = 'world-0'";
    let all_older = format!("{all_gone}; INSERT INTO raidkeep.rows SELECT * FROM older.rows WHERE world = 'world-0'");
    for damage in [all_gone, &all_older] {
        scene.check_refused("stopped", damage, "of another time than what it says of the world");
    }
}

const SAME_ROW: &str = " AND old.world = rows.world AND old.name = rows.name AND old.key = rows.key";

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn what_sql_has_changed_of_the_log_is_refused_or_needed_by_nobody() {
    let scene = Scene::new();
    let last = "world = 'world-0' AND record = (SELECT max(record) FROM raidkeep.log WHERE world = 'world-0')";
    let flip = "UPDATE raidkeep.log SET bytes = set_byte(bytes, 30, get_byte(bytes, 30) # 1) WHERE";
    let older = "UPDATE raidkeep.log SET bytes = old.bytes, checksum = old.checksum, epoch = old.epoch FROM raidkeep.log AS old \
         WHERE old.world = log.world AND old.record = log.record - 1 AND log.world = 'world-0' AND log.record = \
         (SELECT last_record FROM raidkeep.worlds WHERE world = 'world-0')";
    for (damage, told) in [
        (format!("{flip} {last}"), "of the log of world-0"),
        (format!("DELETE FROM raidkeep.log WHERE {last}"), "the log of world-0"),
        (older.to_owned(), "the log of world-0"),
        ("UPDATE raidkeep.worlds SET last_record = last_record - 1 WHERE world = 'world-0'".to_owned(), "table worlds"),
        ("UPDATE raidkeep.folds SET record = record + 1 WHERE world = 'world-0'".to_owned(), "table folds"),
        ("DELETE FROM raidkeep.worlds WHERE world = 'world-0'".to_owned(), "the world is missing"),
        (
            "DELETE FROM raidkeep.worlds WHERE world = 'world-0'; DELETE FROM raidkeep.leases WHERE world = 'world-0'"
                .to_owned(),
            "that nobody has begun",
        ),
    ] {
        scene.check_refused("killed", &damage, told);
    }
    // These are in the rows already; only an archive might want them.
    for damage in [flip.to_owned(), "DELETE FROM raidkeep.log WHERE".to_owned()] {
        let folded = "world = 'world-0' AND record <= (SELECT record FROM raidkeep.folds WHERE world = 'world-0')";
        let server = scene.start("stopped", &format!("{damage} {folded}"));
        await_service(&server);
        scene.check(&server, &scene.stopped, &damage);
    }
}
