//! The requests of players, and how they are chosen.

use serde_json::{Value, json};

use crate::kill_cycles::books::Books;
use crate::process::Lcg;

/// The ticket that diamonds buy.
pub(crate) const COIN_TICKETS: &str = "19";

/// What an order grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goods {
    Diamonds,
    Ticket,
}

impl Goods {
    /// What the offer grants.
    pub(crate) const DIAMONDS: i64 = 60;

    /// The price in points, as in the shipped assets.
    pub(crate) fn price(self) -> i64 {
        match self {
            Self::Diamonds => 6,
            Self::Ticket => 5,
        }
    }
}

/// A request that changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    Enter(i64),
    Win(i64),
    EnterBoss,
    Strike,
    Sweep(i64),
    Hang(i64),
    Collect,
    /// A ticket for diamonds.
    BuyTicket,
    /// An offer for points of the platform.
    Order(Goods),
    /// A letter to the other player of the pair.
    Send(String),
    Claim(String),
    Delete(String),
    Craft(String),
    TakeTask(String),
    Say,
    Challenge,
    Accept(String),
    Turn(String),
}

/// The role names of the player and of the other one of the pair.
#[derive(Debug, Clone)]
pub(crate) struct Roles {
    pub(crate) own: String,
    pub(crate) other: String,
}

impl Act {
    /// The prefix of letters' subjects.
    pub(crate) const SUBJECT: &str = "letter ";
    /// The only boss stage that is entered.
    pub(crate) const BOSS_STAGE: i64 = 3001;

    /// Function and arguments.
    pub(crate) fn call(&self, roles: &Roles) -> (&'static str, Value) {
        let Roles { own, other } = roles;
        match self {
            Self::Enter(stage) => ("enter_stage_general", json!({"stage": stage})),
            Self::Win(stage) => ("victory_stage_general", json!({"stage": stage})),
            Self::EnterBoss => ("enter_stage_boss", json!({"stage": Self::BOSS_STAGE})),
            Self::Strike => ("victory_stage_boss", json!({"stage": Self::BOSS_STAGE, "damage": 1})),
            Self::Sweep(count) => ("mopping_up_stage", json!({"stage": 8, "count": count})),
            Self::Hang(stage) => ("start_hang_up", json!({"stage": stage})),
            Self::Collect => ("get_hang_up_reward", json!({})),
            Self::BuyTicket => ("buy_ticket", json!({"mode": "coin", "pay_with": "diamond"})),
            Self::Order(Goods::Diamonds) => ("buy_item", json!({"offer": "diamonds_60"})),
            Self::Order(Goods::Ticket) => ("buy_ticket", json!({"mode": "exp", "pay_with": "points"})),
            Self::Send(subject) => ("send_mail", json!({"gn_target": other, "subj": subject, "body": "text"})),
            Self::Claim(key) => ("claim_mail", json!({"key": key})),
            Self::Delete(key) => ("delete_mail", json!({"key": key})),
            Self::Craft(name) => ("merge", json!({"role": own, "mode": 0, "num": 1, "des": "招式", "name": name})),
            Self::TakeTask(name) => ("select", json!({"role": own, "task_name": name})),
            Self::Say => {
                ("feedback", json!({"role": own, "text": "看看，安抚，打过去", "items": [], "skills": [], "roles": []}))
            }
            Self::Challenge => ("challenge", json!({"role1": own, "role2": other, "image_data": null})),
            Self::Accept(id) => ("accept_c", json!({"id": id, "status": true})),
            Self::Turn(id) => ("battle", json!({"role": own, "id": id, "text": "一剑刺去", "wait": false})),
        }
    }

    /// Whether a reply with this status has changed something.
    pub(crate) fn is_done(&self, status: i64) -> bool {
        status == 0 || matches!(self, Self::Hang(_)) && (status == 1 || status == 2)
    }
}

/// A player's next request on its own. An entered stage is always finished first.
pub(crate) fn choose(lcg: &mut Lcg, books: &Books, serial: u64) -> Act {
    match books.session {
        Some(Act::BOSS_STAGE) => return Act::Strike,
        Some(stage) => return Act::Win(stage),
        None => {}
    }
    let number = |lcg: &mut Lcg, bound: u64| i64::try_from(lcg.below(bound)).unwrap_or_default();
    let claimable = books.letters.iter().find(|(_, letter)| letter.is_claimable);
    match lcg.below(16) {
        0..3 => Act::Enter(8 + number(lcg, 2).min(books.passed - 7)),
        3..5 => Act::EnterBoss,
        5 => Act::Sweep(1 + number(lcg, 3)),
        6 => Act::Hang(1 + number(lcg, 6)),
        7 => Act::Collect,
        8 => Act::BuyTicket,
        9 => Act::Order(if lcg.below(2) == 0 { Goods::Diamonds } else { Goods::Ticket }),
        10 => Act::Craft(format!("招式{}", lcg.below(25))),
        11 | 12 if books.letters.len() < 40 => Act::Send(format!("{}{serial}", Act::SUBJECT)),
        13 if claimable.is_some() => claimable.map_or(Act::Collect, |(key, _)| Act::Claim(key.clone())),
        11..14 => books
            .letters
            .iter()
            .find(|(_, letter)| !letter.is_claimable)
            .map_or(Act::Collect, |(key, _)| Act::Delete(key.clone())),
        _ => Act::Say,
    }
}
