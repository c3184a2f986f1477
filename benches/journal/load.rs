//! The requests of players in an hour: four reads to one change, over all player functions. What a change needs (the
//! key of a mail, the number of a challenge, an open stage) is taken from the replies, as a client would.

use std::collections::{BTreeMap, VecDeque};

use raidkeep::server::net::connection::Connection;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// Of a hundred requests.
pub(crate) const READS_PERCENT: u32 = 80;

const READS: [&str; 21] = [
    "get_player_info",
    "server_time",
    "get_shop",
    "list_orders",
    "card_types",
    "check_money",
    "stage_refresh_boss",
    "get_config_boss",
    "stage_damage_ranking",
    "get_new_mail",
    "get_all_mail",
    "get_hang_up_info",
    "status",
    "bag",
    "skill",
    "time",
    "get_list",
    "refresh",
    "task_info",
    "task_info_personal",
    "ping",
];

/// Changes, and how often each is chosen. Victories follow their entries and are not chosen.
const WRITES: [(&str, u32); 31] = [
    ("enter_stage_general", 30),
    ("enter_stage_endless", 4),
    ("enter_stage_boss", 2),
    ("enter_stage_coin", 2),
    ("enter_stage_exp", 2),
    ("enter_stage", 1),
    ("mopping_up_stage", 8),
    ("start_hang_up", 4),
    ("get_hang_up_reward", 4),
    ("send_mail", 2),
    ("mark_read_mail", 3),
    ("claim_mail", 1),
    ("delete_mail", 1),
    ("delete_read_mail", 1),
    ("buy_item", 4),
    ("buy_ticket", 2),
    ("charge", 2),
    ("sud_bind", 1),
    ("challenge", 2),
    ("accept_challenge", 6),
    ("reject_challenge", 1),
    ("battle", 8),
    ("merge", 2),
    ("main", 1),
    ("task_request", 1),
    ("select", 2),
    ("feedback", 6),
    ("others", 1),
    ("login_unique", 1),
    ("signup", 1),
    ("login", 1),
];

/// How often each function was called, and how often it was refused.
pub(crate) type Tally = BTreeMap<&'static str, (u64, u64)>;

/// A player of the hour.
pub(crate) struct Gamer {
    pub(crate) connection: Connection,
    number: usize,
    /// Its guest name.
    name: String,
    /// The player it writes to and fights.
    partner: String,
    random: ChaCha8Rng,
    /// Unanswered requests; replies arrive in this order.
    asked: VecDeque<&'static str>,
    victory: Option<&'static str>,
    floor: u32,
    mail: Option<String>,
    task: Option<String>,
    /// A challenge this player has not answered.
    challenged: Option<String>,
    /// The battle it is in or about to be in.
    duel: Option<String>,
    signed_out: bool,
    signed_up: u32,
}

impl Gamer {
    /// The guest with this number, from 0, signed in.
    pub(crate) fn new(number: usize, connection: Connection) -> Self {
        let name = |number: usize| format!("玩家#{}", number + 1);
        Self {
            connection,
            number,
            name: name(number),
            partner: name(number ^ 1),
            random: ChaCha8Rng::seed_from_u64(number as u64),
            asked: VecDeque::new(),
            victory: None,
            floor: 1001,
            mail: None,
            task: None,
            challenged: None,
            duel: None,
            signed_out: false,
            signed_up: 0,
        }
    }

    /// Its next request. During a login it waits, because requests with the old token would be refused.
    pub(crate) fn request(&mut self) -> Option<String> {
        if self.asked.iter().any(|asked| asked.starts_with("login")) {
            return None;
        }
        let function = match () {
            () if std::mem::take(&mut self.signed_out) => "login_unique",
            () if self.random.random_ratio(READS_PERCENT, 100) => {
                READS.choose(&mut self.random).copied().unwrap_or("ping")
            }
            () => self.change(),
        };
        let request = json!({"world": 0, "function": function, "data": self.data(function), "id": 17});
        self.asked.push_back(function);
        Some(request.to_string())
    }

    /// A change that is possible to the player's knowledge.
    fn change(&mut self) -> &'static str {
        if let Some(victory) = self.victory.take() {
            return victory;
        }
        let chosen = WRITES.choose_weighted(&mut self.random, |(_, weight)| *weight);
        let function = chosen.map_or("enter_stage_general", |(function, _)| *function);
        let is_possible = match function {
            "mark_read_mail" | "claim_mail" | "delete_mail" => self.mail.is_some(),
            "accept_challenge" | "reject_challenge" => self.challenged.is_some() && self.duel.is_none(),
            "challenge" => self.duel.is_none() && self.challenged.is_none(),
            "battle" => self.duel.is_some(),
            "select" => self.task.is_some(),
            "login" => self.signed_up > 0,
            _ => true,
        };
        if is_possible { function } else { "enter_stage_general" }
    }

    fn data(&mut self, function: &str) -> Value {
        let Self { name, partner, mail, .. } = self;
        match function {
            "stage_damage_ranking" => json!({"page": 1}),
            "status" | "bag" | "skill" | "time" | "get_list" | "refresh" | "task_info" | "task_info_personal" => {
                json!({"role": name})
            }
            "enter_stage_general" | "victory_stage_general" | "enter_stage" | "pass_stage" => {
                json!({"stage": 8})
            }
            "start_hang_up" => json!({"stage": self.random.random_range(1..=8)}),
            "enter_stage_endless" | "victory_stage_endless" => json!({"stage": self.floor}),
            "enter_stage_boss" => json!({"stage": 3001}),
            "victory_stage_boss" => json!({"stage": 3001, "damage": self.random.random_range(1..50_000)}),
            "enter_stage_coin" | "victory_stage_coin" => json!({"stage": 4001}),
            "enter_stage_exp" | "victory_stage_exp" => json!({"stage": 4151}),
            "mopping_up_stage" => json!({"stage": 8, "count": self.random.random_range(1..=3)}),
            "send_mail" => json!({"gn_target": partner, "subj": "同去", "body": "今晚一起打首领吗？"}),
            "mark_read_mail" => json!({"key": mail}),
            "claim_mail" | "delete_mail" => json!({"key": mail.take()}),
            _ => self.data_beside_stages(function),
        }
    }

    fn data_beside_stages(&mut self, function: &str) -> Value {
        /// A PNG of one pixel.
        const PNG: &str =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNh+M9QDwADlQGD5CrorAAAAABJRU5ErkJggg==";
        let Self { name, partner, random, number, .. } = self;
        match function {
            "buy_item" => json!({"offer": pick(["starter", "diamonds_60"], random)}),
            "buy_ticket" => json!({"mode": pick(["coin", "exp"], random), "pay_with": "diamond"}),
            "charge" => {
                let card = random.random_range(0..1_000_000_000_000_000_u64);
                json!({"ctype": 1, "cnum": format!("88{card:015}"), "cpwd": "123456789012345678"})
            }
            "sud_bind" => json!({"uid": format!("uid-{number}"), "ss_token": "ss"}),
            "challenge" => json!({"role1": name, "role2": partner, "image_data": PNG}),
            "accept_challenge" => {
                self.duel = self.challenged.take();
                json!({"role": name, "id": self.duel})
            }
            "reject_challenge" => json!({"role": name, "id": self.challenged.take()}),
            "battle" => {
                let id = self.duel.clone();
                json!({"role": name, "id": id, "text": "一剑刺去", "items": [], "skills": [], "wait": false})
            }
            "merge" => {
                let made = random.random_range(0..1_000_000);
                json!({"role": name, "mode": made % 2, "num": 10, "des": "寒光照铁衣", "name": format!("剑{made}")})
            }
            "main" => json!({"role": name, "text": "有什么任务？"}),
            "task_request" => json!({"role": name, "text": "我想去打猎"}),
            "select" => json!({"role": name, "task_name": self.task.take()}),
            "feedback" => json!({"role": name, "text": "我拔剑上前", "items": [], "skills": [], "roles": []}),
            "others" => json!({"role": name, "info": "rain", "text": "下雨了"}),
            "login_unique" => json!({"unique_id": format!("bench-{number}")}),
            "signup" | "login" => {
                self.signed_up += u32::from(function == "signup");
                let account = format!("p{number}x{}", self.signed_up);
                json!({"email": format!("{account}@example.com"), "username": account, "password": "Secret123", "ip": ""})
            }
            _ => json!({}),
        }
    }

    /// Takes the replies received.
    pub(crate) fn hear(&mut self, tally: &mut Tally) {
        let mut texts = Vec::new();
        self.connection.take_replies(&mut texts);
        // Events may arrive in between; they are not replies.
        for text in texts.iter().filter(|text| text.starts_with(r#"{"status":"#)) {
            let function = self.asked.pop_front().expect("nothing should be answered that was not asked");
            let is_done = text.starts_with(r#"{"status":0,"#) || text.starts_with(r#"{"status":1,"#);
            let (asked, refused) = tally.entry(function).or_default();
            *asked += 1;
            *refused += u64::from(!is_done);
            self.learn(function, text, is_done);
        }
    }

    /// Notes what later requests need.
    fn learn(&mut self, function: &str, text: &str, is_done: bool) {
        let told = || serde_json::from_str::<Value>(text).unwrap_or_default();
        match function {
            _ if text.starts_with(r#"{"status":11,"#) || text.starts_with(r#"{"status":12,"#) => self.signed_out = true,
            // An e-mail address has its own account; return to the guest.
            "login" => self.signed_out = true,
            "battle" if !is_done || told()["data"]["status"] == true => self.duel = None,
            _ if !is_done => {}
            "enter_stage_general" => self.victory = Some("victory_stage_general"),
            "enter_stage_endless" => self.victory = Some("victory_stage_endless"),
            "enter_stage_boss" => self.victory = Some("victory_stage_boss"),
            "enter_stage_coin" => self.victory = Some("victory_stage_coin"),
            "enter_stage_exp" => self.victory = Some("victory_stage_exp"),
            "enter_stage" => self.victory = Some("pass_stage"),
            "victory_stage_endless" => self.floor += 1,
            "get_all_mail" => self.mail = text_at(&told(), "/data/mail/0/key"),
            "task_info" => self.task = text_at(&told(), "/data/task_list/0"),
            "refresh" => {
                let told = told();
                self.challenged = text_at(&told, "/data/id_list/0");
                self.duel = text_at(&told, "/data/accept_id/0").or(self.duel.take());
            }
            "accept_challenge" if told()["data"]["status_code"] != 200 => self.duel = None,
            _ => {}
        }
    }
}

fn pick(two: [&'static str; 2], random: &mut ChaCha8Rng) -> &'static str {
    two[usize::from(random.random::<bool>())]
}

fn text_at(told: &Value, path: &str) -> Option<String> {
    told.pointer(path).and_then(Value::as_str).map(str::to_owned)
}
