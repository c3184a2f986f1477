//! Sequences of keyed requests through the whole server, with evictions, folds, kills and failing disks in between: no
//! change is carried out twice, and none that was answered is lost.

use std::time::Duration;

use proptest::prelude::*;
use raidkeep::game::stages::StageCounts;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

/// Few, so that sequences reach beyond them.
const REPLIES: usize = 4;
const KEYS: usize = 6;

#[derive(Debug, Clone, Copy)]
enum Step {
    /// A key that was never used: in no series, or the next one of a series.
    Fresh(Option<u8>),
    /// A key used before, counted from the last one.
    Repeat(usize),
    /// The same for another request.
    Misuse(usize),
    /// The player leaves memory and is loaded again at its next request.
    Evict,
    Fold,
    Kill,
    /// A request on a disk that fails after so many writes, a kill, and the request again.
    FailingDisk(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => proptest::option::of(0..2_u8).prop_map(Step::Fresh),
        4 => (0..14_usize).prop_map(Step::Repeat),
        1 => (0..REPLIES).prop_map(Step::Misuse),
        2 => Just(Step::Evict),
        1 => Just(Step::Fold),
        2 => Just(Step::Kill),
        1 => (0..4_u64).prop_map(Step::FailingDisk),
    ];
    proptest::collection::vec(step, 1..40)
}

struct Harness {
    server: TestServer,
    player: TestPlayer,
    connection: usize,
    /// What was carried out: key and reply.
    carried_out: Vec<(String, String)>,
}

impl Harness {
    fn new() -> Self {
        let mut setup = TestSetup::default();
        setup.settings.once.replies = REPLIES as u64;
        setup.settings.once.keys = KEYS as u64;
        let mut server = TestServer::with(setup);
        let player = server.player("ann");
        let connection = player.connection;
        Self { server, player, connection, carried_out: Vec::new() }
    }

    /// Enters a stage, which counts every time, under a key.
    fn enter(&mut self, key: &str, stage: i64) -> String {
        let data = json!({"token": self.player.token, "stage": stage});
        let request = json!({"world": 0, "function": "enter_stage_general", "data": data, "once": key});
        self.server.send_on(self.connection, &request.to_string())
    }

    fn fresh_key(&self, series: Option<u8>) -> String {
        let number = self.carried_out.len();
        series.map_or_else(|| format!("key {number}"), |series| format!("{series}#{number}"))
    }

    fn carry_out(&mut self, key: String) {
        // Enough for the energy of an entry.
        self.server.advance_seconds(6 * 360);
        let reply = self.enter(&key, 8);
        assert_eq!(status(&reply), 0, "{key}: a key that was not used is carried out: {reply}");
        self.carried_out.push((key, reply));
    }

    fn repeat(&mut self, age: usize) {
        let Some(at) = self.carried_out.len().checked_sub(age + 1) else { return };
        let (key, told) = self.carried_out[at].clone();
        if age >= REPLIES + KEYS && !key.contains('#') {
            // Nothing is promised of such a key.
            return;
        }
        let reply = self.enter(&key, 8);
        if age < REPLIES {
            assert_eq!(reply, told, "{key}, {age} keys ago: its reply is kept");
        } else {
            let reply: Value = serde_json::from_str(&reply).expect("a reply is JSON");
            let is_used = reply["status"] == 13 && reply["data"]["reason"] == "used";
            assert!(is_used, "{key}, {age} keys ago: it was used, and is never carried out again: {reply}");
        }
    }

    fn kill(mut self) -> Self {
        self.server = self.server.crash_and_reopen();
        self.connection = self.server.connect();
        self
    }

    fn fail(mut self, writes: u64) -> Self {
        self.server.advance_seconds(6 * 360);
        let key = self.fresh_key(None);
        self.server.disks().log.fail_after(writes);
        let told = self.enter(&key, 8);
        let mut again = self.kill();
        let reply = again.enter(&key, 8);
        assert_eq!(status(&reply), 0, "{key}: a retry is carried out or answered: {reply}");
        if status(&told) == 0 {
            assert_eq!(reply, told, "{key}: what was answered is kept");
        }
        again.carried_out.push((key, reply));
        again
    }

    fn step(mut self, step: Step) -> Self {
        match step {
            Step::Fresh(series) => self.carry_out(self.fresh_key(series)),
            Step::Repeat(age) => self.repeat(age),
            Step::Misuse(age) => {
                if let Some(at) = self.carried_out.len().checked_sub(age + 1) {
                    let key = self.carried_out[at].0.clone();
                    let reply = self.enter(&key, 9);
                    assert_eq!(status(&reply), 13, "{key} was used for another stage: {reply}");
                }
            }
            Step::Evict => {
                self.server.fold();
                self.server.reconnect_all();
                self.server.pass_real_time(Duration::from_secs(700));
                assert_eq!(self.server.players_in_memory(), 0, "the player is evicted");
                self.connection = self.server.connect();
            }
            Step::Fold => self.server.fold(),
            Step::Kill => return self.kill(),
            Step::FailingDisk(writes) => return self.fail(writes),
        }
        self
    }

    /// How often a stage was entered, as the player's row says.
    fn entered(&mut self) -> u64 {
        let info = self.server.ask_on(self.connection, "get_player_info", json!({"token": self.player.token}));
        assert_eq!(info["status"], 0, "{info}");
        let world = self.server.simulation().world_mut();
        world.query::<&StageCounts>().single(world).expect("one player is in memory").counts().0
    }
}

fn status(reply: &str) -> Value {
    serde_json::from_str::<Value>(reply).expect("a reply is JSON")["status"].clone()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_change_is_carried_out_twice_whatever_happens_between_two_requests(steps in steps()) {
        let mut harness = Harness::new();
        for step in steps {
            harness = harness.step(step);
            let carried_out = harness.carried_out.len() as u64;
            prop_assert_eq!(harness.entered(), carried_out, "each key counts once, after {:?}", step);
        }
    }
}
