//! Any damage to any file of a world, before the real program starts on it: the start is refused, with an error that names
//! the file and what to do; or every answer is the one of the undamaged world, or a refusal that the log explains. Nothing
//! is served wrong, and nothing panics.
//!
//! `RAIDKEEP_DAMAGE_CASES=500 RAIDKEEP_DAMAGE_SEED=1 cargo test --release --test server damage_cases::` runs longer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use raidkeep::studio::long_run::setting;
use raidkeep::studio::testing::damage::FileDamage;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::process::{Host, PROGRAM, Server, copy_folder};

const FILES: [&str; 3] = ["world-0.rows.redb", "world-0.log", "world-0.mark"];
const GUESTS: [&str; 4] = ["ann", "bob", "cid", "dan"];
/// What everybody asks for, of which the last has pages.
const QUESTIONS: [&str; 4] = ["get_player_info", "get_all_mail", "list_orders", "stage_damage_ranking"];

/// A world as it is after a kill, the same world earlier, and another one.
struct Subject {
    host: Host,
    now: PathBuf,
    earlier: PathBuf,
    other: Host,
    answers: Vec<(String, Value)>,
}

fn play(server: &Server, guests: &[&str], round: u32) {
    for guest in guests {
        let mut client = server.guest(guest);
        for _ in 0..round {
            client.ask("enter_stage_general", json!({"stage": 8}));
            client.ask("victory_stage_general", json!({"stage": 8}));
        }
        let mail = json!({"gn_target": "玩家#1", "subj": format!("round {round}"), "body": "there"});
        assert_eq!(client.ask("send_mail", mail)["status"], 0);
        client.ask("enter_stage_boss", json!({"stage": 3001}));
        client.ask("victory_stage_boss", json!({"stage": 3001, "damage": 100 * round}));
    }
}

/// A host whose clock stands still, so that the same question has the same answer.
fn host() -> Host {
    Host::new(&["--clock", "manual", "--set", "platforms.mcrmb.mode=off", "--set", "platforms.sud.mode=off"])
}

impl Subject {
    fn new() -> Self {
        let host = host();
        let mut server = host.start();
        play(&server, &GUESTS, 1);
        server.stop();
        let (now, earlier) = (host.path("now"), host.path("earlier"));
        copy_folder(&host.data(), &earlier);
        let mut server = host.start();
        play(&server, &GUESTS, 2);
        server.stop();
        // The last changes are in the log alone.
        let mut server = host.start();
        play(&server, &GUESTS[..2], 1);
        server.process.kill();
        copy_folder(&host.data(), &now);
        let other = self::host();
        let mut server = other.start();
        play(&server, &GUESTS[..3], 1);
        server.stop();
        let mut server = host.start();
        let answers = answers(&server);
        server.process.kill();
        assert!(answers.iter().all(|(_, answer)| answer["status"] == 0), "undamaged, all is answered: {answers:?}");
        Self { host, now, earlier, other, answers }
    }

    fn put_back(&self) {
        fs::remove_dir_all(self.host.data()).expect("it can be deleted");
        copy_folder(&self.now, &self.host.data());
    }

    /// Damages a file; returns its name, and what was done to it.
    fn damage(&self, seed: u64) -> (&'static str, String) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        self.put_back();
        if random.random_bool(0.3) {
            // After a clean stop, everything is in the rows.
            self.host.start().stop();
        }
        let file = FILES[[0, 0, 0, 1, 1, 2][random.random_range(0..6)]];
        let damage = FileDamage::ALL[random.random_range(0..FileDamage::ALL.len())];
        let read = |folder: &Path| fs::read(folder.join(file)).expect("it is there");
        let mut bytes = read(&self.host.data());
        let done = damage.strike(&mut bytes, &read(&self.earlier), &read(&self.other.data()), &mut random);
        let path = self.host.data().join(file);
        if damage == FileDamage::Deleted && random.random_bool(0.5) {
            fs::remove_file(path).expect("it can be deleted");
        } else {
            fs::write(path, bytes).expect("it can be written");
        }
        (file, format!("seed {seed}: {file}: {done}"))
    }

    /// What the program does with the files as they are: its faults, and whether it refused anything.
    fn faults(&self, story: &str, expected: &[(String, Value)]) -> (Vec<String>, bool) {
        let verified = Command::new(PROGRAM).arg("verify").arg("--data").arg(self.host.data()).output();
        let verified = verified.expect("the program runs");
        let is_found = !verified.status.success();
        let mut told = vec![String::from_utf8_lossy(&[verified.stdout, verified.stderr].concat()).into_owned()];
        let mut faults = Vec::new();
        let mut is_refused = false;
        match self.host.try_start() {
            Err(stderr) => {
                is_refused = true;
                if !(FILES.iter().any(|file| stderr.contains(file)) && names_remedy(&stderr)) {
                    faults.push(format!("the refusal names no file and remedy: {stderr}"));
                }
                told.push(stderr);
            }
            Ok(mut server) => {
                for ((question, answer), (_, expected)) in answers(&server).iter().zip(expected) {
                    let is_told = || FILES.iter().any(|file| server.process.stderr().contains(file));
                    match answer == expected {
                        true => {}
                        false if answer["status"] != 0 && is_told() => is_refused = true,
                        false => faults.push(format!("{question} is served wrong: {answer} in place of {expected}")),
                    }
                }
                server.process.kill();
                told.push(server.process.stderr());
            }
        }
        if is_refused && !is_found {
            faults.push("verify finds nothing, although the server refuses".to_owned());
        }
        let panics = told.iter().filter(|told| told.contains("panicked")).map(|told| format!("a panic: {told}"));
        faults.extend(panics);
        (faults.into_iter().map(|fault| format!("{story}: {fault}")).collect(), is_refused || is_found)
    }
}

fn names_remedy(told: &str) -> bool {
    ["copy", "own names", "check the disk", "Check the disk"].iter().any(|remedy| told.contains(remedy))
}

/// All questions of all guests, and their answers; a connection that the server ends is an answer that is none.
fn answers(server: &Server) -> Vec<(String, Value)> {
    let mut answers = Vec::new();
    for guest in GUESTS {
        let mut client = server.connect();
        let mut ask = |function: &str, data: Value| {
            let reply = client.try_ask_in(0, function, &data);
            reply.unwrap_or_else(|ended| json!({"status": -1, "ended": format!("{ended:?}")}))
        };
        let mut login = ask("login_unique", json!({"unique_id": guest}));
        if let Some(token) = login["data"].get_mut("token") {
            *token = Value::Null;
        }
        answers.push((format!("{guest}: login_unique"), login));
        for question in QUESTIONS {
            answers.push((format!("{guest}: {question}"), ask(question, json!({"page": 1}))));
        }
    }
    answers
}

#[test]
#[expect(clippy::print_stderr, reason = "the figures are what a long run is for")]
fn the_program_refuses_whatever_is_damaged_or_serves_it_right() {
    let subject = Subject::new();
    let (first, cases) = (setting("RAIDKEEP_DAMAGE_SEED", 1), setting("RAIDKEEP_DAMAGE_CASES", 10).min(500));
    let (mut faults, mut noticed) = (Vec::new(), 0);
    for seed in first..first + cases {
        let (_, story) = subject.damage(seed);
        let (found, is_noticed) = subject.faults(&story, &subject.answers);
        faults.extend(found);
        noticed += u64::from(is_noticed);
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    eprintln!("{cases} cases from seed {first}: {noticed} were refused or found, the others served right");
    assert!(noticed > cases / 4, "damage that nobody notices at all is rare: {noticed} of {cases}");
}

/// A harness that cannot see a fault proves nothing.
#[test]
fn an_answer_of_another_time_would_be_noticed() {
    let subject = Subject::new();
    let mut expected = subject.answers.clone();
    let energy = &mut expected[1].1["data"]["energy"]["remain"];
    *energy = json!(energy.as_i64().unwrap_or_default() + 1);
    subject.put_back();
    let (faults, is_noticed) = subject.faults("undamaged", &expected);
    assert_eq!(faults.len(), 1, "one answer differs: {faults:?}");
    assert!(faults[0].contains("ann: get_player_info is served wrong") && !is_noticed, "{faults:?}");
}
