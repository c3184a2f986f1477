//! Control routes, through which tests and people command and inspect the sandbox.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::faults::{Fault, Misbehavior};
use super::ledger::{CardRecord, PointsAccount, PointsPayment, PointsRecord, Posting};
use super::rounds::ReceivedReport;
use super::{Route, Sandbox, json};
use raidkeep_engine::exchange::Answered;
use raidkeep_game::platforms::secret::Secret;

/// The reply of `GET /`.
pub(super) const HELP: &str = r#"Raidkeep's sandbox of the platforms MCRMB (points) and SUD (game rounds). No real money moves here.

GET  /Api/CheckMoney|CheckRecord|CheckCard|Charge|Pay|CardTypes|Manual   the gateway of MCRMB
POST /sud/report                                                         receives reports of game rounds
POST /v1/app/server/query_match_base                                     answers queries about game rounds

GET  /state      the sandbox's state
POST /grant      {"wname":"test","money":500}
POST /cards      {"ctype":1,"cnum":"12345678901234567","cpwd":"123456789012345678","yuan":50}
POST /channels   {"ctype":5,"open":false}
POST /strictness {"strict":true}; whether MCRMB's calls must follow its document to the letter
POST /faults     [{"platform":"mcrmb","call":"Pay","fault":"lose_answer","times":1}]; replaces all, [] clears all
                 faults: {"latency_ms":500} "lose_answer" {"apply_late":{"after_ms":3000}} {"http_status":503}
                         "garbage" "wrong_types" "cut_short" {"refuse":{"code":102,"msg":".."}}
"#;

/// The record text of points granted by hand.
const GRANT_TEXT: &str = "sandbox";

/// A control route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Control {
    Help,
    State,
    Grant,
    Cards,
    Channels,
    Strictness,
    Faults,
}

/// The sandbox's state, without keys, passwords and tokens.
#[derive(Debug, Serialize)]
pub struct State<'a> {
    /// By player.
    pub balances: BTreeMap<&'a str, Balance>,
    /// Recent records by player, newest first.
    pub records: BTreeMap<&'a str, &'a VecDeque<PointsRecord>>,
    /// Recently submitted cards by player, newest first.
    pub card_records: BTreeMap<&'a str, &'a VecDeque<CardRecord>>,
    /// Cards that were added.
    pub cards: Vec<CardView<'a>>,
    /// Channels in maintenance.
    pub closed_channels: &'a BTreeSet<u32>,
    /// Whether calls to MCRMB must follow its document to the letter.
    pub strict: bool,
    /// Payments that were carried out, oldest first.
    pub payments: &'a VecDeque<PointsPayment>,
    /// Reports in the order of arrival.
    pub reports: Vec<&'a ReceivedReport>,
    /// Active faults.
    pub faults: &'a [Fault],
    /// Number of requests that will be applied late.
    pub late_requests: usize,
}

/// A player's points.
#[derive(Debug, Serialize)]
pub struct Balance {
    /// The current balance.
    pub money: i64,
    /// All charges so far.
    pub allcharge: i64,
    /// All payments so far.
    pub allpay: i64,
}

/// A card that was added.
#[derive(Debug, Serialize)]
pub struct CardView<'a> {
    /// The channel and the number, with a slash between.
    pub card: &'a str,
    /// Its value.
    pub yuan: u32,
    /// Whether it has been used.
    pub is_used: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Grant {
    wname: String,
    money: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCard {
    ctype: u32,
    cnum: String,
    cpwd: Secret,
    yuan: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelChange {
    ctype: u32,
    open: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictnessChange {
    strict: bool,
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

impl Sandbox {
    /// Handles a control request.
    pub(super) fn control(&mut self, control: Control, body: &[u8], now_ms: i64) -> Answered {
        let done = match control {
            Control::Help => return Answered { status: 200, body: HELP.into() },
            Control::State => return json(200, &self.state(now_ms)),
            Control::Grant => read(body).and_then(|grant: Grant| self.grant(&grant.wname, grant.money, now_ms)),
            Control::Cards => {
                read(body).and_then(|card: NewCard| self.add_card(card.ctype, &card.cnum, &card.cpwd, card.yuan))
            }
            Control::Channels => read(body).and_then(|change: ChannelChange| {
                let ChannelChange { ctype, open } = change;
                self.open_channel(ctype, open)
            }),
            Control::Strictness => read(body).map(|StrictnessChange { strict }| self.be_strict(strict)),
            Control::Faults => read(body).and_then(|faults| self.set_faults(faults)),
        };
        match done {
            Ok(()) => json(200, &serde_json::json!({"ok": true})),
            Err(error) => json(400, &serde_json::json!({ "error": error })),
        }
    }

    /// Adds points to a player, as `Manual` does.
    pub fn grant(&mut self, wname: &str, money: i64, now_ms: i64) -> Result<(), String> {
        if wname.is_empty() {
            return Err("wname is empty".to_owned());
        }
        self.changes += 1;
        let added = self.books.ledger.add(Posting { wname, text: GRANT_TEXT, money, now_ms }, &self.settings.limits);
        added
            .map(|_| ())
            .map_err(|_| "money should be a whole number above 0, and no larger than an account holds".to_owned())
    }

    /// Adds a card that can be used once. A card that could never be used is refused.
    pub fn add_card(&mut self, ctype: u32, number: &str, password: &Secret, yuan: u32) -> Result<(), String> {
        let channel = self.settings.channel(&ctype.to_string()).ok_or(format!("there is no channel {ctype}"))?;
        if !channel.fits(number, password.expose()) {
            let (number, password) = (channel.number_length, channel.password_length);
            return Err(format!(
                "channel {ctype} has numbers of {number} and passwords of {password} characters (0: any)"
            ));
        }
        if yuan == 0 {
            return Err("yuan should be above 0".to_owned());
        }
        self.changes += 1;
        self.books.ledger.add_card(channel, number, password, yuan);
        Ok(())
    }

    /// Opens a channel, or closes it for maintenance.
    pub fn open_channel(&mut self, ctype: u32, is_open: bool) -> Result<(), String> {
        let channel = self.settings.channel(&ctype.to_string()).ok_or(format!("there is no channel {ctype}"))?;
        self.changes += 1;
        let closed = &mut self.books.ledger.closed_channels;
        if is_open {
            closed.remove(&channel.id)
        } else {
            closed.insert(channel.id)
        };
        Ok(())
    }

    /// Sets whether calls to MCRMB must follow its document to the letter.
    pub fn be_strict(&mut self, is_strict: bool) {
        self.settings.strict = is_strict;
    }

    /// Replaces all faults.
    pub fn set_faults(&mut self, faults: Vec<Fault>) -> Result<(), String> {
        for fault in &faults {
            let calls = Route::calls(fault.platform);
            if let Some(call) = &fault.call
                && !calls.contains(&call.as_str())
            {
                return Err(format!("there is no call {call}; expected one of {}", calls.join(", ")));
            }
            if let Misbehavior::HttpStatus(status) = fault.fault
                && !(200..=599).contains(&status)
            {
                return Err(format!("http_status is {status}; expected 200 to 599"));
            }
        }
        self.faults.set(faults);
        Ok(())
    }

    /// The payments carried out so far, oldest first.
    pub fn history(&mut self, now_ms: i64) -> &VecDeque<PointsPayment> {
        self.apply_late(now_ms);
        &self.books.ledger.payments
    }

    /// The sandbox's current state.
    pub fn state(&mut self, now_ms: i64) -> State<'_> {
        self.apply_late(now_ms);
        let ledger = &self.books.ledger;
        let accounts = || ledger.accounts.iter().map(|(wname, account)| (wname.as_str(), account));
        let balance = |account: &PointsAccount| Balance {
            money: account.money(),
            allcharge: account.charged(),
            allpay: account.paid(),
        };
        let cards = ledger.cards.iter().map(|(card, details)| CardView {
            card,
            yuan: details.yuan,
            is_used: ledger.used_cards.contains(card),
        });
        State {
            balances: accounts().map(|(wname, account)| (wname, balance(account))).collect(),
            records: accounts().map(|(wname, account)| (wname, &account.records)).collect(),
            card_records: accounts().map(|(wname, account)| (wname, &account.card_records)).collect(),
            cards: cards.collect(),
            closed_channels: &ledger.closed_channels,
            strict: self.settings.strict,
            payments: &ledger.payments,
            reports: self.books.rounds.reports(),
            faults: self.faults.all(),
            late_requests: self.late.len(),
        }
    }
}
