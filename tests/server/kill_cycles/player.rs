//! One player: its requests, the answers, and what was open when the server was killed.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::client::is_on_its_way;
use crate::kill_cycles::acts::{Act, Goods, Roles};
use crate::kill_cycles::books::Books;
use crate::process::{Client, Ended};

/// A keyed request as it was sent.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) act: Act,
    pub(crate) text: String,
}

/// The state of an order, as far as the player knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Pending(Goods),
    Granted(Goods),
    Refused,
}

/// The result of a request.
pub(crate) enum Outcome {
    /// It was answered.
    Answered(i64, Value),
    /// The connection broke before an answer came.
    Broken,
}

/// How often each function succeeded, and the fate of open requests.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally {
    pub(crate) answered: BTreeMap<&'static str, usize>,
    pub(crate) refused: BTreeMap<(&'static str, i64), usize>,
    /// Applied already, or without a visible effect on the books.
    pub(crate) open_and_there: usize,
    pub(crate) open_and_dropped: usize,
}

/// A player across all crashes.
pub(crate) struct Fighter {
    pub(crate) world: u32,
    pub(crate) roles: Roles,
    token: String,
    client: Option<Client>,
    pub(crate) books: Books,
    /// Subjects of letters to this player whose sending was answered but which it has not seen.
    pub(crate) expected: BTreeSet<String>,
    pub(crate) orders: BTreeMap<String, Order>,
    pub(crate) has_task: bool,
    pub(crate) open: Option<Asked>,
    /// The last keyed request that was answered, with its answer.
    kept: Option<(String, Value)>,
    serial: u64,
    pub(crate) tally: Tally,
}

impl Fighter {
    /// Creates the account and reads its state.
    pub(crate) fn join(server: SocketAddr, world: u32, device: &str) -> Result<Self, String> {
        let mut client = Client::connect(server)?;
        client.log_in_to(world, device);
        let token = client.token.clone();
        let mut fighter = Self {
            world,
            roles: Roles { own: String::new(), other: String::new() },
            token,
            client: Some(client),
            books: Books::default(),
            expected: BTreeSet::new(),
            orders: BTreeMap::new(),
            has_task: false,
            open: None,
            kept: None,
            serial: 0,
            tally: Tally::default(),
        };
        let info = fighter.read("get_player_info", json!({}))?;
        fighter.roles.own = info["data"]["name"].as_str().ok_or("everybody has a name")?.to_owned();
        fighter.books = fighter.look()?;
        Ok(fighter)
    }

    /// Connects to a restarted server, and sends a request that only this player may send.
    pub(crate) fn return_to(&mut self, server: SocketAddr) -> Result<(), String> {
        self.client = Some(Client::connect(server)?);
        let reply = self.read("get_player_info", json!({}))?;
        if reply["status"] != 0 {
            return Err(format!("an issued token should be valid after a crash: {reply}"));
        }
        let Some((text, answer)) = self.kept.clone() else {
            return Ok(());
        };
        match self.ask_text(&text)? {
            again if again == answer => Ok(()),
            again => Err(format!("{text} was answered {answer}, and after the crash {again}")),
        }
    }

    /// Sends a request that changes nothing.
    pub(crate) fn read(&mut self, function: &str, mut data: Value) -> Result<Value, String> {
        data["token"] = self.token.clone().into();
        self.ask_text(&json!({"world": self.world, "function": function, "data": data}).to_string())
    }

    fn ask_text(&mut self, text: &str) -> Result<Value, String> {
        let client = self.client.as_mut().ok_or("not connected")?;
        let reply = loop {
            let reply = client.try_ask(text).map_err(|ended| format!("{text} got no answer: {ended:?}"))?;
            if !waits_for_world(&reply) {
                break reply;
            }
        };
        let is_known = reply["status"] != -2 && !serves_no_more(&reply);
        if is_known { Ok(reply) } else { Err(format!("{text} was answered {reply}")) }
    }

    /// The server's view of this player.
    pub(crate) fn look(&mut self) -> Result<Books, String> {
        let info = self.read("get_player_info", json!({}))?;
        let role = self.roles.own.clone();
        let skills = self.read("skill", json!({"role": role}))?;
        let mail = self.read("get_all_mail", json!({}))?;
        Books::seen(&info, &skills, &mail)
    }

    /// The number of the next request.
    pub(crate) fn serial(&self) -> u64 {
        self.serial
    }

    /// Sends a change with its own key.
    pub(crate) fn act(&mut self, act: Act) -> Result<Outcome, String> {
        let (function, mut data) = act.call(&self.roles);
        self.serial += 1;
        data["token"] = self.token.clone().into();
        let once = format!("{}-{}", self.roles.own, self.serial);
        let text = json!({"world": self.world, "function": function, "data": data, "once": once}).to_string();
        self.open = Some(Asked { act: act.clone(), text: text.clone() });
        let client = self.client.as_mut().ok_or("not connected")?;
        if client.send(Message::text(text.as_str())).is_err() {
            return Ok(Outcome::Broken);
        }
        loop {
            match client.read_json() {
                Ok(frame) if frame.get("event").is_some() => {}
                Ok(reply) if waits_for_world(&reply) => {
                    if client.send(Message::text(text.as_str())).is_err() {
                        return Ok(Outcome::Broken);
                    }
                }
                Ok(reply) => return self.take_answer(&act, text, reply),
                Err(Ended::Silent) => return Err(format!("{text} is not answered")),
                Err(_) => return Ok(Outcome::Broken),
            }
        }
    }

    fn take_answer(&mut self, act: &Act, text: String, reply: Value) -> Result<Outcome, String> {
        let status = reply["status"].as_i64().ok_or_else(|| format!("no status in {reply}"))?;
        if status == -2 || serves_no_more(&reply) {
            return Ok(Outcome::Broken);
        }
        if [-1, 10, 11, 12, 13, 14, 15].contains(&status) {
            return Err(format!("{text} was answered {reply}"));
        }
        self.open = None;
        self.note(act, status, &reply["data"])?;
        // A "pending" order gets another answer once it is settled; a refusal changes nothing, so it is not remembered. Between players
        // it is told in `status_code`.
        let is_refused = reply["data"]["status_code"].as_i64().is_some_and(|code| code != 200);
        if matches!(status, 0 | 1) && !is_refused && !matches!(act, Act::Order(_)) {
            self.kept = Some((text, reply.clone()));
        }
        Ok(Outcome::Answered(status, reply["data"].clone()))
    }

    fn note(&mut self, act: &Act, status: i64, data: &Value) -> Result<(), String> {
        let (function, _) = act.call(&self.roles);
        if !act.is_done(status) {
            *self.tally.refused.entry((function, status)).or_default() += 1;
            self.has_task &= !(matches!(act, Act::Say) && status == 404);
            return Ok(());
        }
        *self.tally.answered.entry(function).or_default() += 1;
        match act {
            Act::TakeTask(_) => self.has_task = true,
            Act::Say => self.has_task = data["status"] == false,
            Act::Order(goods) => return self.note_order(*goods, data),
            _ => {}
        }
        self.books.note(act, data);
        Ok(())
    }

    /// Books what an order that is granted at once has brought; [`Fighter::settle_order`] does so for one that is
    /// pending.
    fn note_order(&mut self, goods: Goods, data: &Value) -> Result<(), String> {
        let order = data["order"].as_str().ok_or_else(|| format!("an order has a number: {data}"))?.to_owned();
        let state = match data["state"].as_str() {
            Some("granted") => Order::Granted(goods),
            Some("pending") => Order::Pending(goods),
            _ => return Err(format!("an order is granted or pending: {data}")),
        };
        let before = self.orders.insert(order, state);
        if matches!(state, Order::Granted(_)) && !matches!(before, Some(Order::Granted(_))) {
            self.books.note_goods(goods);
        }
        Ok(())
    }

    /// Books the outcome of an order that was pending.
    pub(crate) fn settle_order(&mut self, order: &str, state: &str) {
        let Some(Order::Pending(goods)) = self.orders.get(order).copied() else {
            return;
        };
        match state {
            "granted" => {
                self.orders.insert(order.to_owned(), Order::Granted(goods));
                self.books.note_goods(goods);
            }
            "refused" => drop(self.orders.insert(order.to_owned(), Order::Refused)),
            _ => {}
        }
    }

    /// The orders that were pending when last queried.
    pub(crate) fn pending(&self) -> Vec<String> {
        let pending = self.orders.iter().filter(|(_, state)| matches!(state, Order::Pending(_)));
        pending.map(|(order, _)| order.clone()).collect()
    }

    /// Retries the request that the kill has left open, with its key, until it is answered; returns its act and the
    /// answer. A change that was applied before must not be applied again. `is_alone`: no other player's request can
    /// have changed this player.
    pub(crate) fn finish_open(&mut self, is_alone: bool) -> Result<Option<(Act, i64, Value)>, String> {
        let Some(Asked { act, text }) = self.open.take() else {
            return Ok(None);
        };
        let (books, before) = (self.books.clone(), self.look()?);
        let reply = self.ask_text(&text)?;
        let again = self.ask_text(&text)?;
        let is_order = matches!(act, Act::Order(_));
        if !is_order && reply != again && reply["status"] != 16 {
            return Err(format!("{text} was answered {reply} and then {again}"));
        }
        let Outcome::Answered(status, data) = self.take_answer(&act, text.clone(), again)? else {
            return Err(format!("{text} has an unknown result on a sound disk: {reply}"));
        };
        let after = self.look()?;
        let is_whole = strip(&before) == strip(&after) || strip(&before) == strip(&books);
        if is_alone && !is_whole && self.pending().is_empty() && !is_order {
            return Err(format!("{text} was applied in part after the crash: {before:?} became {after:?}"));
        }
        match strip(&before) == strip(&books) && strip(&after) != strip(&books) {
            true => self.tally.open_and_dropped += 1,
            false => self.tally.open_and_there += 1,
        }
        Ok(Some((act, status, data)))
    }
}

/// Without letters, which others send.
fn strip(books: &Books) -> Books {
    Books { letters: BTreeMap::new(), ..books.clone() }
}

/// Whether the world is on its way to another node; if so, after a while.
fn waits_for_world(reply: &Value) -> bool {
    let waits = is_on_its_way(reply);
    if waits {
        std::thread::sleep(Duration::from_millis(50));
    }
    waits
}

/// Whether a node has lost its worlds, which answers like this until it is killed.
fn serves_no_more(reply: &Value) -> bool {
    reply["message"] == "server cannot store changes at the moment, retry later"
}
