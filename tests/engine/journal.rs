//! Whatever inputs a world had, its journal replays to the same state, holds no secret, and says where it ends.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use raidkeep::engine::clock::ClockMode;
use raidkeep::engine::journal::record::InputRecord;
use raidkeep::engine::journal::revive::Library;
use raidkeep::engine::journal::{Frames, FramesEnd, Record, Replay, ReplayError};
use raidkeep::engine::rules::{AssetSource, LoadedRules, Rules};
use raidkeep::engine::storage::PlayerEntity;
use raidkeep::game;
use raidkeep::game::energy::{Energy, EnergyRules};
use raidkeep::game::stages::StageSession;
use raidkeep::studio::testing::{Network, OPERATOR_TOKEN, TestPlayer, TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

const PASSWORD: &str = "PasswordThatNobodyMayRead";
const CARD_PASSWORD: &str = "CardPasswordNobody";
pub(crate) const IDS: [&str; 3] = ["ann", "bob", "eve"];

pub(crate) fn server() -> TestServer {
    let mut setup = TestSetup { journals: true, ..TestSetup::default() };
    setup.settings.put_away_after = Duration::from_secs(60);
    TestServer::with(setup)
}

pub(crate) fn read(journal: &[u8]) -> (Vec<Record>, Option<FramesEnd>) {
    let (_, mut frames) = Frames::open(journal).expect("it should begin as a journal does");
    let records = frames.by_ref().collect();
    (records, frames.end())
}

/// Replays a whole journal; returns the last state's hash and the number of checkpoints that were equal.
pub(crate) fn replay(records: Vec<Record>, server: &TestServer) -> Result<(u64, u64), ReplayError> {
    replay_with(records, server, Box::new(|_| None))
}

/// The same, with the rules that were loaded while the world ran.
fn replay_with(records: Vec<Record>, server: &TestServer, library: Library) -> Result<(u64, u64), ReplayError> {
    replay_under(records, server, server.rules(), library)
}

/// The same, of a world that started with these rules.
pub(crate) fn replay_under(
    records: Vec<Record>,
    server: &TestServer,
    rules: &LoadedRules,
    library: Library,
) -> Result<(u64, u64), ReplayError> {
    let mut records = records.into_iter();
    let (mut replay, first) = Replay::start(&mut records, game::build_app(server.settings()), rules, library)?;
    for record in first.into_iter().chain(records) {
        replay.play(record, &mut |_, _, _| false)?;
    }
    Ok((raidkeep::engine::tick::state_hash(replay.simulation().world_mut()), replay.checkpoints()))
}

#[derive(Debug, Clone)]
enum Step {
    LogIn(usize),
    Ask(usize, &'static str, Value),
    Keyed(usize, u8),
    Account(usize, bool),
    Challenge(usize, usize),
    Disconnect(usize),
    Wait(i64),
    RealTime(u64),
    Network(Network),
    HoldReads,
    ReleaseReads,
    Fold,
    Crash,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = 0..IDS.len();
    let asks = prop::sample::select(vec![
        ("enter_stage_general", json!({"stage": 8})),
        ("victory_stage_general", json!({"stage": 8})),
        ("mopping_up_stage", json!({"stage": 8, "count": 2})),
        ("start_hang_up", json!({"stage": 8})),
        ("get_hang_up_reward", json!({})),
        ("enter_stage_boss", json!({"stage": 3001})),
        ("victory_stage_boss", json!({"stage": 3001, "damage": 90_000})),
        ("get_player_info", json!({})),
        ("buy_item", json!({"offer": "starter"})),
        ("check_money", json!({})),
        ("charge", json!({"ctype": 1, "cnum": "88000000000000001", "cpwd": CARD_PASSWORD})),
        ("get_new_mail", json!({})),
        ("get_list", json!({})),
    ]);
    let step = prop_oneof![
        3 => who.clone().prop_map(Step::LogIn),
        20 => (who.clone(), asks).prop_map(|(who, (function, data))| Step::Ask(who, function, data)),
        2 => (who.clone(), 0..3_u8).prop_map(|(who, key)| Step::Keyed(who, key)),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, right)| Step::Account(who, right)),
        1 => (who.clone(), who.clone()).prop_map(|(who, whom)| Step::Challenge(who, whom)),
        2 => who.prop_map(Step::Disconnect),
        4 => prop_oneof![1 => 0..100_i64, 2 => 0..200_000_i64, 1 => -90_000..0_i64].prop_map(Step::Wait),
        3 => (0..150_u64).prop_map(Step::RealTime),
        2 => prop::sample::select(vec![Network::Carries, Network::HoldsRequests, Network::HoldsAnswers]).prop_map(Step::Network),
        1 => Just(Step::HoldReads),
        2 => Just(Step::ReleaseReads),
        2 => Just(Step::Fold),
        1 => Just(Step::Crash),
    ];
    prop::collection::vec(step, 1..60)
}

/// The server and its players.
pub(crate) struct Play {
    pub(crate) server: TestServer,
    players: Vec<Option<TestPlayer>>,
}

impl Play {
    fn new() -> Self {
        Self { server: server(), players: vec![None; IDS.len()] }
    }

    /// Sends a request but accepts that there is no reply: the disk or a platform may be slow.
    fn post(&mut self, connection: usize, frame: &Value) {
        self.server.post(connection, &frame.to_string());
        self.server.step(3);
        self.server.collect(connection);
    }

    fn ask(&mut self, who: usize, function: &str, data: &Value, once: Option<String>) {
        let Some(player) = self.players[who].clone() else {
            return;
        };
        let mut frame = json!({"world": 0, "function": function, "data": data});
        frame["data"]["token"] = player.token.into();
        if let Some(once) = once {
            frame["once"] = once.into();
        }
        self.post(player.connection, &frame);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::LogIn(who) => {
                self.server.release_reads();
                self.players[who] = Some(self.server.player(IDS[who]));
            }
            Step::Ask(who, function, data) => self.ask(who, function, &data, None),
            Step::Keyed(who, key) => {
                let data = json!({"ctype": 1, "cnum": "88000000000000002", "cpwd": CARD_PASSWORD});
                let (function, data) =
                    if key == 0 { ("charge", data) } else { ("enter_stage_general", json!({"stage": 8})) };
                self.ask(who, function, &data, Some(key.to_string()));
            }
            Step::Account(who, is_right) => {
                let connection = self.server.connect_from(Some([127, 0, 0, who as u8].into()));
                let (email, name) = (format!("{}@b.c", IDS[who]), format!("{}bel", IDS[who]));
                let account = json!({"email": email, "username": name, "password": PASSWORD, "ip": ""});
                self.post(connection, &json!({"world": 0, "function": "signup", "data": account}));
                let password = if is_right { PASSWORD } else { "wrong" };
                let data = json!({"email": email, "password": password, "ip": ""});
                self.post(connection, &json!({"world": 0, "function": "login", "data": data}));
            }
            Step::Challenge(who, whom) => {
                let name = format!("玩家#{}", whom + 1);
                self.ask(who, "challenge", &json!({"target": name, "to": name}), None);
            }
            Step::Disconnect(who) => {
                if let Some(player) = self.players[who].take() {
                    self.server.disconnect(player.connection);
                }
            }
            Step::Wait(seconds) => {
                let data = json!({"seconds": seconds, "token": OPERATOR_TOKEN});
                let connection = self.server.connect();
                self.post(connection, &json!({"world": 0, "function": "clock_advance", "data": data}));
            }
            Step::RealTime(seconds) => self.server.pass_real_time(Duration::from_secs(seconds)),
            Step::Network(network) => self.server.platforms.network = network,
            Step::HoldReads => self.server.hold_reads(),
            Step::ReleaseReads => self.server.release_reads(),
            Step::Fold => self.server.fold(),
            Step::Crash => self.crash(),
        }
    }

    fn crash(&mut self) {
        let server = std::mem::take(&mut self.server);
        self.server = server.crash_and_reopen();
        self.players.fill(None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_journal_leads_to_the_same_state_at_every_checkpoint(steps in steps()) {
        let mut play = Play::new();
        for step in steps {
            play.step(step);
        }
        let last = play.server.state_hash();
        let count = play.server.journals.len();
        for (start, journal) in play.server.journals.iter().enumerate() {
            let (records, end) = read(&journal.bytes());
            prop_assert_eq!(end, Some(FramesEnd::Clean));
            let ticks = records.iter().filter(|record| matches!(record, Record::Tick(_))).count() as u64;
            let played = replay(records, &play.server);
            let (hash, checkpoints) = played.unwrap_or_else(|error| panic!("start {start}: {error}"));
            prop_assert_eq!(checkpoints, ticks, "each tick has its checkpoint");
            if start + 1 == count {
                prop_assert_eq!(hash, last, "the replayed world is the one that ran");
            }
        }
    }
}

/// The first player's energy, and the seconds to the next point, in a replay that stops at a moment (unix seconds).
fn energy_at(server: &TestServer, moment: i64) -> (i64, i64) {
    let (records, _) = read(&server.journals[0].bytes());
    let mut records = records.into_iter();
    let library: Library = Box::new(|_| None);
    let (mut replay, first) = Replay::start(&mut records, game::build_app(server.settings()), server.rules(), library)
        .expect("the journal should be playable");
    for record in first.into_iter().chain(records) {
        if matches!(&record, Record::Tick(next) if replay.is_later(next, moment)) {
            let pause = replay.pause_until(moment).expect("the clock runs by itself");
            replay.play(pause, &mut |_, _, _| false).expect("nothing should happen in a pause");
            break;
        }
        replay.play(record, &mut |_, _, _| false).expect("the replay should go the same way");
    }
    assert_eq!(replay.now_ms(), moment * 1000, "the world is where it was to stop");
    let world = replay.simulation().world_mut();
    let energy = *world.query::<&Energy>().single(world).expect("one player should be there");
    let rules = world.resource::<Rules<EnergyRules>>();
    (energy.points(moment, rules), energy.cooling(moment, rules))
}

#[test]
fn a_replay_stops_at_a_moment_between_two_ticks_and_before_what_the_later_one_did() {
    let mut setup = TestSetup { journals: true, ..TestSetup::default() };
    setup.settings.clock = ClockMode::Real;
    let mut server = TestServer::with(setup);
    let ann = server.player("ann");
    let enter = json!({"world": 0, "function": "enter_stage_general", "data": {"stage": 8, "token": ann.token}});
    let start = server.now_ms() / 1000;
    for _ in 0..2 {
        server.post(ann.connection, &enter.to_string());
        // The tick that receives it is this much later than the one before.
        server.advance_seconds(1000);
    }
    assert_eq!(energy_at(&server, start + 999), (120, -1), "nothing was spent before the first tick after the start");
    assert_eq!(energy_at(&server, start + 1000), (114, 360), "what happens at the moment itself is included");
    assert_eq!(
        energy_at(&server, start + 1500),
        (115, 220),
        "500 s later one point has come back, and 140 s of the next"
    );
    assert_eq!(energy_at(&server, start + 1999), (116, 81), "the second entry is still a second away");
}

/// Enough of a game that its journal contains every kind of entry.
pub(crate) fn played() -> Play {
    let mut play = Play::new();
    play.step(Step::LogIn(0));
    play.step(Step::LogIn(1));
    for _ in 0..3 {
        play.step(Step::Ask(0, "enter_stage_general", json!({"stage": 8})));
        play.step(Step::Ask(0, "victory_stage_general", json!({"stage": 8})));
        play.step(Step::Ask(0, "charge", json!({"ctype": 1, "cnum": "88000000000000001", "cpwd": CARD_PASSWORD})));
        play.step(Step::Keyed(0, 0));
        play.step(Step::Account(2, true));
        play.step(Step::Wait(5000));
    }
    play
}

#[test]
fn rewards_of_damage_and_sweeping_are_replayed() {
    let mut play = Play::new();
    play.step(Step::LogIn(0));
    let player = play.players[0].clone().expect("ann is logged in");
    assert_eq!(play.server.ask(&player, "enter_stage_boss", json!({"stage": 3001}))["status"], 0);
    let struck = play.server.ask(&player, "victory_stage_boss", json!({"stage": 3001, "damage": "90000"}));
    assert_eq!(struck["status"], 0, "{struck}");
    for function in ["enter_stage_general", "victory_stage_general"] {
        assert_eq!(
            play.server.ask(&player, function, json!({"stage": 8}))["status"],
            0,
            "a stage is swept when passed"
        );
    }
    let swept = play.server.ask(&player, "mopping_up_stage", json!({"stage": 8, "count": 2}));
    assert_eq!(swept["status"], 0, "{swept}");
    let (records, _) = read(&play.server.journals[0].bytes());
    let (hash, _) = replay(records, &play.server).expect("the replay should go the same way");
    assert_eq!(hash, play.server.state_hash());
}

#[test]
fn a_journal_holds_no_password_no_token_and_no_card_password() {
    let mut play = played();
    let tokens: Vec<String> = play.players.iter().flatten().map(|player| player.token.clone()).collect();
    play.crash();
    play.step(Step::LogIn(0));
    let mut secrets = vec![PASSWORD.to_owned(), CARD_PASSWORD.to_owned(), OPERATOR_TOKEN.to_owned()];
    secrets.extend(tokens);
    secrets.extend(play.players.iter().flatten().map(|player| player.token.clone()));
    assert_eq!(secrets.len(), 6, "two tokens before the crash and one after it");
    for journal in &play.server.journals {
        let bytes = journal.bytes();
        for secret in &secrets {
            use base64::Engine;
            let raw = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(secret).unwrap_or_default();
            let holds = |what: &[u8]| !what.is_empty() && bytes.windows(what.len()).any(|window| window == what);
            assert!(!holds(secret.as_bytes()), "{secret} is in the journal");
            assert!(!holds(&raw), "{secret} is in the journal as bytes");
        }
        assert!(bytes.windows(12).any(|window| window == b"login_unique"), "an empty journal would prove nothing");
    }
}

#[test]
fn a_truncated_journal_is_replayed_as_far_as_it_goes() {
    let play = played();
    let bytes = play.server.journals[0].bytes();
    let (records, end) = read(&bytes[..bytes.len() - 3]);
    assert!(matches!(end, Some(FramesEnd::Torn(_))), "the last entry is not whole: {end:?}");
    let (_, checkpoints) = replay(records, &play.server).expect("what is whole should be playable");
    assert!(checkpoints > 10, "nearly all of it is readable: {checkpoints}");
}

#[test]
fn other_rules_are_reported_and_not_replayed() {
    let play = played();
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let assets = edit_assets(folder.path(), "energy.ron", "newcomer: 120", "newcomer: 121");
    let other = TestServer::with(TestSetup { assets, ..TestSetup::default() });
    let (records, _) = read(&play.server.journals[0].bytes());
    let refused = replay(records, &other).expect_err("the rules are others");
    assert!(matches!(refused, ReplayError::OtherRules { .. }), "{refused}");
    assert!(refused.to_string().contains("rules-"), "it says which folder: {refused}");
}

#[test]
fn a_program_that_does_not_know_a_function_says_so() {
    let play = played();
    let (mut records, _) = read(&play.server.journals[0].bytes());
    if let Some(Record::Start(start)) = records.first_mut() {
        start.functions[0] = "forgotten".to_owned();
    }
    let refused = replay(records, &play.server).expect_err("the function is unknown");
    assert!(refused.to_string().contains("function \"forgotten\""), "{refused}");
}

#[test]
fn a_diverging_replay_stops_at_the_first_tick_that_shows_it() {
    let play = played();
    let (mut records, _) = read(&play.server.journals[0].bytes());
    // Without the hash of its password, nobody signs up.
    let ticks = records.iter_mut().filter_map(|record| match record {
        Record::Tick(tick) => Some(tick),
        _ => None,
    });
    for tick in ticks {
        tick.inputs.retain(|input| !matches!(input, raidkeep::engine::journal::record::InputRecord::JobDone(..)));
    }
    let refused = replay(records, &play.server).expect_err("the sign-up never finished");
    let is_told = matches!(refused, ReplayError::OtherState { .. } | ReplayError::OtherOutcome { .. });
    assert!(is_told, "{refused}");
}

/// A server whose assets can be edited, with a history of one refused and one accepted change.
fn reloaded(folder: &std::path::Path) -> TestServer {
    let assets = edit_assets(folder, "energy.ron", "maximum: 120", "maximum: 120");
    let mut server = TestServer::with(TestSetup { journals: true, assets, ..TestSetup::default() });
    let ann = server.player("ann");
    let enter =
        |server: &mut TestServer| server.ask(&ann, "enter_stage_general", json!({"stage": 8}))["status"].clone();
    assert_eq!(enter(&mut server), 0);
    edit_assets(folder, "energy.ron", "maximum: 120", "maximum: -1");
    assert_eq!(server.operate("rules_reload", json!({}))["status"], 99, "an absurd energy is refused");
    let costs = "from: 8,\n            to: 9,\n            energy: 6";
    edit_assets(folder, "stages/general.ron", costs, &costs.replace("energy: 6", "energy: 10"));
    assert_eq!(server.operate("rules_reload", json!({}))["data"]["changed"], true);
    assert_eq!(server.operate("rules_status", json!({}))["status"], 0);
    server
}

#[test]
fn changed_and_refused_rules_are_replayed() {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let mut server = reloaded(folder.path());
    let (records, _) = read(&server.journals[0].bytes());
    let settings = server.settings().clone();
    let assets = AssetSource::Folder(folder.path().to_owned());
    let library: Library = Box::new(move |_| game::load_rules(&settings, &assets).ok().map(Arc::new));
    let (hash, _) = replay_with(records, &server, library).expect("the replay should go the same way");
    assert_eq!(hash, server.state_hash());
}

#[test]
fn a_replay_without_the_rules_loaded_later_says_which_are_missing() {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let server = reloaded(folder.path());
    let (records, _) = read(&server.journals[0].bytes());
    let refused = replay(records, &server).expect_err("the new rules are nowhere");
    assert!(matches!(refused, ReplayError::MissingRules { .. }), "{refused}");
}

#[test]
fn exports_deletions_and_imports_of_players_are_replayed() {
    let mut server = server();
    let ann = server.player("ann");
    server.player("bob");
    for (function, data) in
        [("enter_stage_boss", json!({"stage": 3001})), ("victory_stage_boss", json!({"stage": 3001, "damage": 500}))]
    {
        assert_eq!(server.ask(&ann, function, data)["status"], 0, "{function}");
    }
    let document = server.operate("player_export", json!({"name": "玩家#1"}))["data"]["document"].take();
    assert_eq!(server.operate("player_delete", json!({"name": "玩家#1"}))["status"], 0);
    server.pass_real_time(Duration::from_secs(100));
    let text = document.to_string();
    let (head, tail) = text.split_at(text.floor_char_boundary(text.len() / 2));
    for (piece, text) in [head, tail].into_iter().enumerate() {
        assert_eq!(server.operate("player_import_piece", json!({"piece": piece, "text": text}))["status"], 0);
    }
    let imported = server.operate("player_import", json!({}));
    assert_eq!(imported["data"], json!({"name": "玩家#3", "account": 3}));
    let back = server.player("ann");
    assert_eq!(server.ask(&back, "get_player_info", json!({}))["status"], 0);
    assert_eq!(server.operate("player_delete", json!({"name": "玩家#2"}))["status"], 0, "a player who was evicted");
    let (records, end) = read(&server.journals[0].bytes());
    assert_eq!(end, Some(FramesEnd::Clean));
    let replayed = replay(records, &server).expect("the journal leads to the same states");
    assert_eq!(replayed.0, server.state_hash(), "the world of the journal is the world");
    assert!(replayed.1 > 0, "the states on the way were compared");
}

/// The journal as written by a program in which players had no entities of their own: one table less, an open session
/// in the row of its player's counts, and other bytes of rows.
pub(crate) fn before_entities(records: &mut [Record]) {
    let mut counts = 0;
    for record in records {
        match record {
            Record::Start(start) => {
                counts = start.player_tables.iter().position(|table| table == "sessions").expect("a table");
                start.player_tables.pop();
            }
            Record::Checkpoint { hash, .. } => *hash ^= 1,
            Record::Tick(tick) => {
                tick.before.batch_bytes = tick.before.batch_bytes.saturating_mul(2);
                for input in &mut tick.inputs {
                    if let InputRecord::Loaded(_, Some(rows)) = input {
                        let session = rows.pop().expect("the table of sessions is the last");
                        if let Some((_, value)) = rows[counts].first_mut() {
                            *value = counts_with_session(value, session.first().map(|(_, value)| &value[..]));
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

/// Version 2 of a row of counts: the open session came before them, and the session's round, which is absent here,
/// after them.
fn counts_with_session(counts: &[u8], session: Option<&[u8]>) -> Vec<u8> {
    let open = session.map(|session| StageSession::read(session).expect("a row of this program").open());
    let open = postcard::to_stdvec(&open).expect("plain data");
    [&[2, 0], &open[..], &counts[2..], &[0]].concat()
}

#[test]
fn a_journal_from_before_players_had_entities_is_replayed_by_its_replies() {
    let mut play = played();
    let (mut records, _) = read(&play.server.journals[0].bytes());
    before_entities(&mut records);
    let (hash, checkpoints) = replay(records.clone(), &play.server).expect("the ticks lead to the same replies");
    assert_eq!(checkpoints, 0, "hashes of another form of the state are not compared");
    assert_eq!(hash, play.server.state_hash(), "and the state is still the same");
    let later = records.iter_mut().rev().find_map(|record| match record {
        Record::Tick(tick) => Some(tick),
        _ => None,
    });
    later.expect("there are ticks").before.replies += 1;
    let refused = replay(records, &play.server).expect_err("a reply is missing");
    assert!(matches!(refused, ReplayError::OtherOutcome { .. }), "{refused}");
}

#[test]
fn a_journal_with_other_tables_of_players_names_the_program_that_reads_it() {
    let play = played();
    let (mut records, _) = read(&play.server.journals[0].bytes());
    if let Some(Record::Start(start)) = records.first_mut() {
        start.player_tables[3] = "forgotten".to_owned();
    }
    let refused = replay(records, &play.server).expect_err("a table is missing").to_string();
    assert!(refused.contains("Use that program") && refused.contains("table of players \"forgotten\""), "{refused}");
}
