//! Two players who write to each other and fight each other, one request at a time.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::kill_cycles::acts::{Act, choose};
use crate::kill_cycles::player::{Fighter, Outcome};
use crate::process::Lcg;

/// The state between the two players. The first of them challenges.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Duel {
    None,
    Open(String),
    Fighting {
        id: String,
        turn: usize,
    },
    /// It is over; `owed` has not been told its result.
    Over {
        id: String,
        owed: usize,
    },
}

/// A pair of players.
pub(crate) struct Pair {
    pub(crate) fighters: [Fighter; 2],
    duel: Duel,
    /// Whether their world may begin a new life while they play on: it takes one for absent then that has not asked anything yet.
    plays_on: bool,
    /// Answered blows at world bosses since [`Pair::take_blows`].
    blows: i64,
}

/// Any battle ends within this many requests.
const TURNS_MAX: usize = 100;

impl Pair {
    /// Creates both accounts.
    pub(crate) fn join(server: SocketAddr, world: u32, number: usize) -> Result<Self, String> {
        let mut first = Fighter::join(server, world, &format!("first-{number}"))?;
        let mut second = Fighter::join(server, world, &format!("second-{number}"))?;
        first.roles.other = second.roles.own.clone();
        second.roles.other = first.roles.own.clone();
        Ok(Self { fighters: [first, second], duel: Duel::None, plays_on: false, blows: 0 })
    }

    /// The same pair in a world that may begin a new life while they play.
    pub(crate) fn playing_on(self) -> Self {
        Self { plays_on: true, ..self }
    }

    /// Answered blows at world bosses since the last call.
    pub(crate) fn take_blows(&mut self) -> i64 {
        std::mem::take(&mut self.blows)
    }

    /// After a crash: finishes what was open and compares both players with their books. `state_of` asks the operator
    /// for the state of an order.
    pub(crate) fn settle(
        &mut self,
        server: SocketAddr,
        state_of: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Result<(), String> {
        for fighter in &mut self.fighters {
            fighter.return_to(server)?;
        }
        for who in 0..2 {
            let is_alone = self.duel == Duel::None;
            if let Some((act, status, data)) = self.fighters[who].finish_open(is_alone)? {
                self.follow(who, &act, status, &data)?;
            }
        }
        self.end_duel()?;
        for fighter in &mut self.fighters {
            compare(fighter, state_of)?;
        }
        Ok(())
    }

    /// Updates both players after the clock was moved.
    pub(crate) fn pass_time(&mut self) -> Result<(), String> {
        for fighter in &mut self.fighters {
            let seen = fighter.look()?;
            fighter.books.pass_time(&seen);
        }
        Ok(())
    }

    /// Plays until the connection breaks, or it is told to stop.
    pub(crate) fn play(&mut self, mut lcg: Lcg, stop: &AtomicBool) -> Result<(), String> {
        while !stop.load(Ordering::Relaxed) {
            let is_duel = lcg.below(3) == 0;
            let goes_on = if is_duel { self.duel_on()? } else { self.play_on(&mut lcg)? };
            if !goes_on {
                break;
            }
        }
        Ok(())
    }

    fn play_on(&mut self, lcg: &mut Lcg) -> Result<bool, String> {
        let who = usize::from(lcg.below(2) == 1);
        let fighter = &mut self.fighters[who];
        let mut act = choose(lcg, &fighter.books, fighter.serial());
        if act == Act::Say && !fighter.has_task {
            let role = fighter.roles.own.clone();
            let Ok(list) = fighter.read("task_info", json!({"role": role})) else {
                return Ok(false);
            };
            let Some(name) = list["data"]["task_list"][0].as_str() else {
                return Ok(true);
            };
            act = Act::TakeTask(name.to_owned());
        }
        self.perform(who, act)
    }

    fn perform(&mut self, who: usize, act: Act) -> Result<bool, String> {
        match self.fighters[who].act(act.clone())? {
            Outcome::Broken => Ok(false),
            Outcome::Answered(status, data) => self.follow(who, &act, status, &data).map(|()| true),
        }
    }

    /// Applies an answer to the state between the two.
    fn follow(&mut self, who: usize, act: &Act, status: i64, data: &Value) -> Result<(), String> {
        match act {
            Act::Send(subject) if status == 0 => drop(self.fighters[1 - who].expected.insert(subject.clone())),
            Act::Strike if status == 0 => self.blows += 1,
            Act::Challenge if self.plays_on && data["status_code"] != 200 => {}
            Act::Challenge => {
                let id = data["id"].as_str().filter(|_| data["status_code"] == 200);
                let id = id.ok_or_else(|| format!("both are here and in no battle: {status} {data}"))?;
                self.duel = Duel::Open(id.to_owned());
            }
            Act::Accept(id) if data["status"] == true => {
                self.duel = Duel::Fighting { id: id.clone(), turn: 0 };
            }
            Act::Accept(_) if self.plays_on && data["status"] == false => self.duel = Duel::None,
            Act::Accept(_) => return Err(format!("an open challenge should be acceptable: {status} {data}")),
            Act::Turn(id) if status == 0 => {
                let (id, other) = (id.clone(), 1 - who);
                self.duel = match data["status"] == true {
                    true => Duel::Over { id, owed: other },
                    false => Duel::Fighting { id, turn: other },
                };
            }
            Act::Turn(_) => return Err(format!("a turn in a battle should be taken: {status} {data}")),
            _ => {}
        }
        Ok(())
    }

    /// The next step of a duel; `false` when the connection is broken.
    fn duel_on(&mut self) -> Result<bool, String> {
        match self.duel.clone() {
            Duel::None => self.perform(0, Act::Challenge),
            Duel::Open(id) => self.perform(1, Act::Accept(id)),
            Duel::Fighting { id, turn } => self.perform(turn, Act::Turn(id)),
            Duel::Over { id, owed } => self.hear_the_end(&id, owed),
        }
    }

    /// The end of a battle can be queried any number of times; it is booked once.
    fn hear_the_end(&mut self, id: &str, owed: usize) -> Result<bool, String> {
        let act = Act::Turn(id.to_owned());
        let fighter = &mut self.fighters[owed];
        let (function, data) = act.call(&fighter.roles);
        let Ok(reply) = fighter.read(function, data) else {
            return Ok(false);
        };
        if reply["status"] != 0 || reply["data"]["status"] != true {
            return Err(format!("the end of battle {id} should be in the reply: {reply}"));
        }
        fighter.books.note(&act, &reply["data"]);
        self.duel = Duel::None;
        Ok(true)
    }

    /// Fights an interrupted duel to its end after a crash, before the clock moves and ends it otherwise.
    fn end_duel(&mut self) -> Result<(), String> {
        for _ in 0..TURNS_MAX {
            if self.duel == Duel::None {
                return Ok(());
            }
            if !self.duel_on()? {
                return Err("the connection broke while a duel was ended".to_owned());
            }
        }
        Err(format!("a battle should end: {:?}", self.duel))
    }
}

/// Compares a player with its books. Orders may be settled meanwhile: they are queried before and after.
fn compare(fighter: &mut Fighter, state_of: &mut dyn FnMut(&str) -> Result<String, String>) -> Result<(), String> {
    loop {
        let mut states = Vec::new();
        for order in fighter.pending() {
            states.push((state_of(&order)?, order));
        }
        let seen = fighter.look()?;
        let mut has_changed = false;
        for (state, order) in &states {
            has_changed |= state_of(order)? != *state;
            fighter.settle_order(order, state);
        }
        if has_changed {
            continue;
        }
        fighter.books.receive(&seen, &mut fighter.expected)?;
        return fighter.books.difference(&seen).map_or(Ok(()), Err);
    }
}
