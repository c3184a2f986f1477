//! Two players, lost connections, crashes and a clock: in whatever order, a battle ends once, is settled once, and pays
//! each of them once.

use crate::duel::{Duelist, fight};
use crate::stakes::{coins, server_with_coins};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use raidkeep::game::battles::model::Ending;
use raidkeep::game::battles::verdict::{Pair, Seat};
use raidkeep::game::battles::{Battle, BattleIndex};
use raidkeep::studio::testing::TestServer;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const ROUND_SECONDS: i64 = 60;
const SILENT_SECONDS: i64 = 30;
const NEWCOMER_EXP: i64 = 180;
/// What each owns, and what each puts in.
const COINS: i64 = 100;
const STAKE: i64 = 10;

#[derive(Debug, Clone)]
enum Step {
    /// Acts, with one of two texts, and waits for the verdict or not.
    Act(Seat, bool, bool),
    /// Asks for challenges, which shows that it is present.
    Refresh(Seat),
    Disconnect(Seat),
    Rejoin(Seat),
    Wait(i64),
    Crash,
    PutAway,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let seat = || prop::sample::select(Seat::BOTH.to_vec());
    let step = prop_oneof![
        12 => (seat(), any::<bool>(), any::<bool>()).prop_map(|(seat, text, waits)| Step::Act(seat, text, waits)),
        3 => seat().prop_map(Step::Refresh),
        1 => seat().prop_map(Step::Disconnect),
        2 => seat().prop_map(Step::Rejoin),
        4 => prop_oneof![3 => 1_i64..30, 1 => 25_i64..70].prop_map(Step::Wait),
        1 => Just(Step::Crash),
        1 => Just(Step::PutAway),
    ];
    prop::collection::vec(step, 1..60)
}

/// The model of one player.
#[derive(Debug, Default)]
struct Player {
    action: Option<bool>,
    /// Whether one of its requests is waiting for the verdict.
    waits: bool,
    is_connected: bool,
    disconnected_at: i64,
    stays_until: i64,
}

impl Player {
    fn hear(&mut self, now: i64) {
        self.stays_until = self.stays_until.max(now + SILENT_SECONDS);
    }

    fn may_be_gone(&self, now: i64) -> bool {
        !self.is_connected && now >= self.stays_until
    }

    /// A lost connection is noticed within the seconds of silence allowed.
    fn must_be_gone(&self, now: i64) -> bool {
        self.may_be_gone(now) && now >= self.disconnected_at + SILENT_SECONDS
    }
}

struct Run {
    /// `None` only during a crash.
    server: Option<TestServer>,
    duelists: Pair<Duelist>,
    players: Pair<Player>,
    id: String,
    now: i64,
    deadline: i64,
    rounds: usize,
    ending: Option<Ending>,
}

impl Run {
    fn begin() -> Self {
        let mut server = server_with_coins(COINS);
        let duelists =
            Pair { challenger: Duelist::join(&mut server, "ann"), challenged: Duelist::join(&mut server, "bob") };
        let id = fight(&mut server, &duelists.challenger, &duelists.challenged);
        let player = |_| Player { is_connected: true, stays_until: SILENT_SECONDS, ..Player::default() };
        let (players, deadline) = (Pair::of(player), ROUND_SECONDS);
        Self { server: Some(server), duelists, players, id, now: 0, deadline, rounds: 0, ending: None }
    }

    fn server(&mut self) -> &mut TestServer {
        self.server.as_mut().expect("the server is absent only during a crash")
    }

    fn battle(&mut self) -> Option<Battle> {
        let number = crate::duel::count(&self.id);
        let world = self.server().simulation().world();
        let entity = world.resource::<BattleIndex>().find(number)?;
        world.get::<Battle>(entity).cloned()
    }

    fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match *step {
            Step::Act(seat, text, waits) => self.act(seat, text, waits)?,
            Step::Refresh(seat) if self.players.get(seat).is_connected => {
                let duelist = self.duelists.get(seat).clone();
                duelist.succeed(self.server(), "refresh", json!({"role": duelist.role}));
                let now = self.now;
                self.players.get_mut(seat).hear(now);
            }
            Step::Refresh(_) => {}
            Step::Disconnect(seat) => self.disconnect(seat),
            Step::Rejoin(seat) => self.rejoin(seat),
            Step::Wait(seconds) => self.wait(seconds),
            Step::Crash => self.crash(),
            Step::PutAway => {
                self.server().fold();
                self.server().pass_real_time(Duration::from_secs(700));
            }
        }
        self.compare()
    }

    fn act(&mut self, seat: Seat, text: bool, waits: bool) -> Result<(), TestCaseError> {
        if !self.players.get(seat).is_connected {
            return Ok(());
        }
        let duelist = self.duelists.get(seat).clone();
        let mut turn = duelist.turn(&self.id, if text { "砍" } else { "刺" });
        let now = self.now;
        self.players.get_mut(seat).hear(now);
        let expected = self.expected_status(seat, text);
        if waits && expected == 0 {
            turn["token"] = duelist.player.token.clone().into();
            let request = json!({"world": 0, "function": "battle", "data": turn}).to_string();
            let connection = self.server().connect();
            self.server().post(connection, &request);
            // A player or a token that is not in memory is looked up first.
            self.server().step(4);
            self.server().disconnect(connection);
        } else {
            turn["wait"] = false.into();
            let reply = duelist.ask(self.server(), "battle", turn);
            prop_assert_eq!(&reply["status"], &json!(expected), "{}", reply);
        }
        if expected != 0 || self.ending.is_some() {
            return Ok(());
        }
        let deadline = self.deadline;
        if self.players.get(seat.other()).action.is_some() {
            self.close_round();
        } else {
            let player = self.players.get_mut(seat);
            player.action = Some(text);
            // At most one request of a player waits: the one before it has its interim reply.
            player.waits = waits;
            // A player who waits for the verdict sends nothing, but counts as present.
            player.stays_until = player.stays_until.max(deadline + 1);
        }
        Ok(())
    }

    fn expected_status(&mut self, seat: Seat, text: bool) -> i32 {
        let is_gone = self.battle().is_none();
        let acted = self.players.get(seat).action.filter(|_| self.ending.is_none());
        match acted {
            _ if is_gone => 404,
            Some(known) if known != text => 409,
            _ => 0,
        }
    }

    fn close_round(&mut self) {
        self.rounds += 1;
        self.deadline = self.now + ROUND_SECONDS;
        // A waiting request runs again, which counts as hearing from its player.
        self.server().step(2);
        for seat in Seat::BOTH {
            let now = self.now;
            let player = self.players.get_mut(seat);
            player.action = None;
            if std::mem::take(&mut player.waits) {
                player.hear(now);
            }
        }
    }

    fn disconnect(&mut self, seat: Seat) {
        let connection = self.duelists.get(seat).player.connection;
        self.server().disconnect(connection);
        let now = self.now;
        let player = self.players.get_mut(seat);
        if std::mem::take(&mut player.is_connected) {
            player.disconnected_at = now;
        }
    }

    fn rejoin(&mut self, seat: Seat) {
        self.disconnect(seat);
        let mut duelist = self.duelists.get(seat).clone();
        duelist.rejoin(self.server());
        *self.duelists.get_mut(seat) = duelist;
        let player = self.players.get_mut(seat);
        player.is_connected = true;
        // A request that still waits has the token of before, with which nobody is heard.
        player.waits = false;
    }

    fn wait(&mut self, seconds: i64) {
        self.server().advance_seconds(seconds);
        self.now += seconds;
        let is_over =
            self.battle().is_none_or(|battle| battle.ending().is_some_and(|ending| ending.escaped != Pair::default()));
        if self.deadline <= self.now && self.ending.is_none() && !is_over {
            self.close_round();
        }
        self.server().step(3);
    }

    fn crash(&mut self) {
        let server = self.server.take().expect("the server is absent only during a crash");
        self.server = Some(server.crash_and_reopen());
        self.server().connect();
        self.server().step(1);
        let now = self.now;
        for seat in Seat::BOTH {
            let player = self.players.get_mut(seat);
            *player = Player {
                action: player.action,
                stays_until: now + SILENT_SECONDS,
                disconnected_at: now,
                ..Player::default()
            };
        }
        Seat::BOTH.into_iter().for_each(|seat| self.rejoin_connection(seat));
    }

    /// After a crash the old connections are gone, and their numbers with them.
    fn rejoin_connection(&mut self, seat: Seat) {
        let mut duelist = self.duelists.get(seat).clone();
        duelist.rejoin(self.server());
        *self.duelists.get_mut(seat) = duelist;
        self.players.get_mut(seat).is_connected = true;
    }

    /// Asserts that the battle matches the model, and that its end does not change.
    fn compare(&mut self) -> Result<(), TestCaseError> {
        let now = self.now;
        let Some(battle) = self.battle() else {
            prop_assert!(self.ending.is_some(), "only a battle that is over is forgotten");
            return Ok(());
        };
        prop_assert_eq!(battle.rounds().len(), self.rounds, "rounds end when both have acted or the time is up");
        let Some(ending) = battle.ending().cloned() else {
            prop_assert!(self.ending.is_none(), "an ended battle stays ended");
            for seat in Seat::BOTH {
                prop_assert!(!self.players.get(seat).must_be_gone(now), "{:?} should count as gone", seat);
                prop_assert!(battle.side(seat).wins < 3);
            }
            prop_assert!(self.rounds < 15);
            return Ok(());
        };
        match &self.ending {
            Some(known) => {
                let same = (known.winner, known.escaped, &known.text, &known.spoils, known.shares);
                prop_assert_eq!(
                    (ending.winner, ending.escaped, &ending.text, &ending.spoils, ending.shares),
                    same,
                    "it ends once"
                );
            }
            None => self.check_end(&battle, &ending)?,
        }
        self.ending = Some(ending);
        Ok(())
    }

    fn check_end(&self, battle: &Battle, ending: &Ending) -> Result<(), TestCaseError> {
        if ending.escaped == Pair::default() {
            let wins = Seat::BOTH.map(|seat| battle.side(seat).wins);
            prop_assert!(wins.contains(&3) || self.rounds == 15, "{:?} after {} rounds", wins, self.rounds);
            return Ok(());
        }
        for seat in Seat::BOTH {
            let player = self.players.get(seat);
            if *ending.escaped.get(seat) {
                prop_assert!(player.may_be_gone(self.now), "{:?} was present: {:?} at {}", seat, player, self.now);
                prop_assert_ne!(ending.winner, Some(seat));
                prop_assert!(ending.spoils.get(seat).is_empty(), "a player who escapes gets nothing");
            } else {
                prop_assert_eq!(ending.winner, Some(seat), "the player who stays wins");
            }
        }
        Ok(())
    }

    /// Runs the battle to its end, and checks the outcome.
    fn finish(mut self) -> Result<(), TestCaseError> {
        for _ in 0..40 {
            self.wait(31);
            self.compare()?;
        }
        let ending = self.ending.clone().ok_or_else(|| TestCaseError::fail("a battle ends by itself"))?;
        for seat in Seat::BOTH {
            self.rejoin(seat);
            let duelist = self.duelists.get(seat).clone();
            let exp = duelist.attribute(self.server(), "exp");
            prop_assert_eq!(exp, NEWCOMER_EXP + ending.spoils.get(seat).exp, "{:?} is paid once", seat);
            let left = COINS - STAKE + ending.shares.get(seat).returned;
            prop_assert_eq!(coins(self.server(), &duelist), left, "{:?} put in once and got its share once", seat);
        }
        self.server().step(10);
        let kinds = reports(self.server());
        prop_assert_eq!(kinds, ["game_start", "game_settle"], "begun once, settled once");
        Ok(())
    }
}

/// The kinds of the reports to SUD, without retries of the same report.
fn reports(server: &mut TestServer) -> Vec<String> {
    let bodies = server.platforms.sent.iter().filter_map(|sent| serde_json::from_slice::<Value>(&sent.body).ok());
    let mut seen = BTreeSet::new();
    let reports = bodies.filter(|body| body.get("report_type").is_some() && seen.insert(body.to_string()));
    reports.map(|body| body["report_type"].as_str().unwrap_or_default().to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::stories(10), ..ProptestConfig::default() })]

    #[test]
    fn a_battle_ends_once_is_settled_once_and_pays_each_once(steps in steps()) {
        let mut run = Run::begin();
        for step in &steps {
            run.take(step)?;
        }
        run.finish()?;
    }
}
