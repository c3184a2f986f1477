//! A backup is put back, by whatever copy: no number that left the world is given again, and an operator is told what the
//! payment platform knows of what is lost. The real program.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::bank::{APP_SECRET, Bank};
use crate::files::copy_folder;
use crate::process::{Client, Host, Server, wait_for};
use crate::program::{raidkeep, raidkeep_done};
use raidkeep::engine::clock::wall_ms;
use raidkeep::game::platforms::secret::Secret;
use raidkeep::game::platforms::signature::SudAuth;
use raidkeep::game::platforms::sud::query::QUERY_PATH;

/// How a copy is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The folder of a stopped server is copied.
    Stopped,
    /// The folder of a server that was killed is copied, with what is not folded yet.
    Killed,
    /// `raidkeep backup`.
    Backup,
    /// `raidkeep restore` from that.
    RestoredBackup,
    /// `raidkeep restore` from the archive.
    RestoredArchive,
}

/// `raidkeep restore`.
fn restore(from: &str, folder: &Path, to: &Host) {
    let [folder, data] = [folder, &to.data()].map(|path| path.display().to_string());
    raidkeep_done(&["restore", from, &folder, "--data", &data]);
}

fn role(client: &mut Client) -> String {
    let info = client.ask("get_player_info", json!({}));
    info["data"]["name"].as_str().unwrap_or_else(|| panic!("a guest has a name: {info}")).to_owned()
}

fn buy(server: &Server) -> String {
    let reply = server.guest("ann").ask("buy_item", json!({"offer": "diamonds_60"}));
    assert_eq!(reply["status"], 0, "{reply}");
    reply["data"]["order"].as_str().expect("an order has a number").to_owned()
}

/// A purchase and a battle; the numbers that leave the world with them: order, challenge (which is the report's key
/// unless a client gives one) and round. The room is the challenge's. Each battle is of other players.
fn numbers(server: &Server, bank: &Bank, battle: usize) -> [String; 3] {
    let order = buy(server);
    let (mut red, mut blue) = (server.guest(&format!("red {battle}")), server.guest(&format!("blue {battle}")));
    let (challenger, challenged) = (role(&mut red), role(&mut blue));
    let challenge = red.ask("challenge", json!({"role1": challenger, "role2": challenged}))["data"]["id"].clone();
    let accepted = blue.ask("accept_c", json!({"id": challenge, "status": true}));
    assert_eq!(accepted["data"], json!({"status": true}), "{accepted}");
    let key = challenge.as_str().expect("a challenge has a number").to_owned();
    let body = json!({"report_game_info_key": key}).to_string();
    let auth = SudAuth::sign("1461564080052506636", wall_ms(), &key, body.as_bytes(), &Secret::new(APP_SECRET));
    let header = format!("Authorization: {}", auth.to_header());
    let (_, reply) = server.http_with_body("POST", QUERY_PATH, &[&header], &body);
    let answer: Value =
        reply.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok()).expect("JSON");
    let round = answer["data"]["match_id"].as_str().unwrap_or_else(|| panic!("its key finds it: {answer}")).to_owned();
    wait_for("the report of the round", || bank.state().contains(&round).then_some(()));
    [order, key, round]
}

fn ask(server: &Server, arguments: &[&str]) -> Output {
    let url = format!("ws://{}", server.operators);
    raidkeep(&[arguments, &["--admin-url", &url]].concat())
}

/// Copies the world of a server, which runs again afterwards.
fn copied(host: &Host, mut server: Server, way: Way, to: &Host) -> Server {
    match way {
        Way::Stopped => {
            server.stop();
        }
        Way::Killed => server.process.kill(),
        Way::RestoredArchive => {
            server.stop();
            restore("--archive", &host.path("archive"), to);
            return host.start();
        }
        Way::Backup | Way::RestoredBackup => {
            let made = ask(&server, &["backup", "--name", "copy"]);
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            let copy = host.path("backups").join("copy");
            match way {
                Way::RestoredBackup => restore("--backup", &copy, to),
                _ => copy_folder(&copy, &to.data()),
            }
            return server;
        }
    }
    copy_folder(&host.data(), &to.data());
    host.start()
}

#[test]
fn no_number_is_given_again_by_a_copy_that_is_put_back_however_it_was_made() {
    for way in [Way::Stopped, Way::Killed, Way::Backup, Way::RestoredBackup, Way::RestoredArchive] {
        let host = Host::new(&[]);
        let bank = Bank::open(&host);
        let backups = format!("backups={}", host.path("backups").display());
        let archive = host.path("archive").display().to_string();
        let host = bank.serve(host).with(&["--set", &backups, "--archive", &archive]);
        let restored = bank.serve(Host::new(&[]));
        let server = host.start();
        let name = role(&mut server.guest("ann"));
        bank.grant(&name, 100);
        let before = numbers(&server, &bank, 1);
        let mut server = copied(&host, server, way, &restored);
        let lost = numbers(&server, &bank, 2);
        server.process.kill();

        let server = restored.start();
        let is_restored = matches!(way, Way::Backup | Way::RestoredBackup | Way::RestoredArchive);
        let is_told = || server.process.stderr().contains("a reconciliation with the payment platform is due");
        assert_eq!(
            is_told(),
            is_restored,
            "{way:?}: a start knows that it is of a backup: {}",
            server.process.stderr()
        );
        let told = ask(&server, &["reconcile"]);
        let lines = String::from_utf8_lossy(&told.stdout).into_owned();
        assert_eq!(told.status.code(), Some(2), "{way:?}: {lines}");
        let line = lines.lines().find(|line| line.contains("the world does not know"));
        assert!(line.is_some_and(|line| line.contains(&lost[0])), "{way:?}: {lines}");
        assert!(lines.contains("1 players compared, 1 differences, 0 not compared"), "{way:?}: {lines}");
        assert!(lines.contains("SUD cannot be asked"), "{lines}");
        let after = numbers(&server, &bank, 3);
        for kind in 0..3 {
            let given: BTreeSet<&String> = [&before, &lost, &after].map(|numbers| &numbers[kind]).into();
            assert_eq!(given.len(), 3, "{way:?}: each is given once: {given:?}");
        }
    }
}

#[test]
fn a_world_that_has_lost_nothing_agrees_with_the_platform() {
    let host = Host::new(&[]);
    let bank = Bank::open(&host);
    let server = bank.serve(host).start();
    let name = role(&mut server.guest("ann"));
    bank.grant(&name, 100);
    buy(&server);
    for arguments in [vec!["reconcile"], vec!["reconcile", "--player", &name]] {
        let told = ask(&server, &arguments);
        assert_eq!(told.status.code(), Some(0), "{}", String::from_utf8_lossy(&told.stdout));
    }
    let told = ask(&server, &["reconcile", "--player", "nobody"]);
    assert_eq!(told.status.code(), Some(1), "who is not there cannot be compared");
}
