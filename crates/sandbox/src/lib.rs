//! Simulates both platforms: for a first run, for tests, and for fault injection.
//!
//! [`Sandbox`] is a state machine without sockets, threads or clocks: it takes a request and the time, and returns the
//! answer and how to deliver or corrupt it. [`server::SandboxServer`] puts it behind real HTTP. It is no payment
//! system: it credits cards at once, and anyone who can reach its control routes owns it.

mod control;
mod faults;
mod gateway;
mod ledger;
mod rounds;
pub mod server;
mod settings;
mod site;
mod state_file;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use control::{Balance, CardView, State};
pub use faults::{Fault, Misbehavior, Platform};
pub use ledger::{Card, CardRecord, CardStatus, PointsAccount, PointsLedger, PointsPayment, PointsRecord};
pub use rounds::{ReceivedReport, ReportedRounds};
pub use settings::{Channel, FreeCards, SandboxLimits, SandboxSettings};

use control::Control;
use faults::Faults;
use gateway::GatewayCall;
use raidkeep_engine::exchange::{Answered, Exchange, Method};
use rounds::Nonces;

/// Where reports go.
pub const REPORT_PATH: &str = "/sud/report";
/// Where the game asks whose session it is.
pub const USER_INFO_PATH: &str = "/sud/get_user_info";
/// Where queries go (docs/contract/match-query.md#the-question).
pub const QUERY_PATH: &str = "/v1/app/server/query_match_base";
/// The gateway of MCRMB; the name of the call follows.
pub const GATEWAY_PATH: &str = "/Api/";

/// The reaction to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// How long the answer takes. The request is applied at once.
    pub delay_ms: u64,
    /// What arrives.
    pub delivery: Delivery,
}

/// What arrives at the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// This answer.
    Answer(Answered),
    /// The connection closes without an answer.
    Lost,
    /// The connection closes in the middle of the body of this answer.
    CutShort(Answered),
}

/// The state kept across restarts.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Books {
    ledger: PointsLedger,
    rounds: ReportedRounds,
}

/// Both platforms.
#[derive(Debug)]
pub struct Sandbox {
    settings: SandboxSettings,
    books: Books,
    faults: Faults,
    nonces: Nonces,
    /// Requests to apply late, by due moment and order of arrival.
    late: BTreeMap<(i64, u64), Exchange>,
    requests: u64,
    changes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    Gateway(GatewayCall),
    Report,
    Query,
    UserInfo,
    Control(Control),
}

impl Route {
    /// Finds the route of a request, or the HTTP status for one that has none.
    fn of(request: &Exchange) -> Result<Self, u16> {
        let path = path(&request.url);
        let (method, route) = match path {
            "/" => (Method::Get, Self::Control(Control::Help)),
            "/state" => (Method::Get, Self::Control(Control::State)),
            "/grant" => (Method::Post, Self::Control(Control::Grant)),
            "/cards" => (Method::Post, Self::Control(Control::Cards)),
            "/channels" => (Method::Post, Self::Control(Control::Channels)),
            "/strictness" => (Method::Post, Self::Control(Control::Strictness)),
            "/faults" => (Method::Post, Self::Control(Control::Faults)),
            REPORT_PATH => (Method::Post, Self::Report),
            QUERY_PATH => (Method::Post, Self::Query),
            USER_INFO_PATH => (Method::Post, Self::UserInfo),
            _ => {
                let name = path.strip_prefix(GATEWAY_PATH);
                let call = GatewayCall::ALL.into_iter().find(|call| Some(call.name()) == name);
                (Method::Get, Self::Gateway(call.ok_or(404_u16)?))
            }
        };
        if request.method == method { Ok(route) } else { Err(405) }
    }

    /// The platform and the name of the call, as faults name them; control routes never misbehave.
    fn call(self) -> Option<(Platform, &'static str)> {
        match self {
            Self::Gateway(call) => Some((Platform::Mcrmb, call.name())),
            Self::Report => Some((Platform::Sud, "report")),
            Self::Query => Some((Platform::Sud, "query_match_base")),
            Self::UserInfo => Some((Platform::Sud, "get_user_info")),
            Self::Control(_) => None,
        }
    }

    /// The names of all calls of a platform.
    fn calls(platform: Platform) -> Vec<&'static str> {
        let gateway = GatewayCall::ALL.into_iter().map(Self::Gateway);
        let calls = gateway.chain([Self::Report, Self::Query, Self::UserInfo]).filter_map(Self::call);
        calls.filter(|(of, _)| *of == platform).map(|(_, name)| name).collect()
    }

    /// Whether whoever calls it need not prove who it is.
    fn is_control(self) -> bool {
        matches!(self, Self::Control(_))
    }

    fn changes_books(self) -> bool {
        match self {
            Self::Gateway(call) => call.changes(),
            Self::Report => true,
            Self::Query | Self::UserInfo | Self::Control(_) => false,
        }
    }
}

impl Sandbox {
    /// An empty sandbox.
    pub fn new(settings: SandboxSettings) -> Self {
        Self::with_books(settings, Books::default())
    }

    /// A sandbox that continues with the books of an earlier one.
    pub fn with_books(settings: SandboxSettings, books: Books) -> Self {
        Self {
            settings,
            books,
            faults: Faults::default(),
            nonces: Nonces::default(),
            late: BTreeMap::new(),
            requests: 0,
            changes: 0,
        }
    }

    /// The state to keep across restarts.
    pub fn books(&self) -> &Books {
        &self.books
    }

    /// Grows whenever that state may have changed.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Whether a request is for a control route, which asks for no signature.
    pub fn is_control_request(request: &Exchange) -> bool {
        Route::of(request).is_ok_and(Route::is_control)
    }

    /// Handles a request to either platform or a control route, at a moment in Unix milliseconds.
    pub fn receive(&mut self, request: &Exchange, now_ms: i64) -> Reaction {
        self.apply_late(now_ms);
        let route = match Route::of(request) {
            Ok(route) => route,
            Err(status) => return at_once(Answered { status, body: b"no such route; GET / lists them\n".to_vec() }),
        };
        let Some((platform, call)) = route.call() else {
            return at_once(self.apply(route, request, now_ms));
        };
        let met = self.faults.take(platform, call);
        let delivery = match met.fault {
            None | Some(Misbehavior::LatencyMs(_)) => Delivery::Answer(self.apply(route, request, now_ms)),
            Some(Misbehavior::HttpStatus(status)) => Delivery::Answer(Answered { status, body: Vec::new() }),
            Some(Misbehavior::Refuse { code, msg }) => Delivery::Answer(platform.refusal(code, &msg)),
            Some(Misbehavior::ApplyLate { after_ms }) => {
                self.postpone(request, now_ms, after_ms);
                Delivery::Lost
            }
            Some(Misbehavior::LoseAnswer) => {
                self.apply(route, request, now_ms);
                Delivery::Lost
            }
            Some(Misbehavior::CutShort) => Delivery::CutShort(self.apply(route, request, now_ms)),
            Some(Misbehavior::Garbage) => {
                self.apply(route, request, now_ms);
                Delivery::Answer(Answered { status: 200, body: b"<html>\xff\xfe".to_vec() })
            }
            Some(Misbehavior::WrongTypes) => {
                self.apply(route, request, now_ms);
                Delivery::Answer(platform.wrong_types())
            }
        };
        Reaction { delay_ms: met.latency_ms, delivery }
    }

    fn apply(&mut self, route: Route, request: &Exchange, now_ms: i64) -> Answered {
        if route.changes_books() {
            self.changes += 1;
        }
        match route {
            Route::Gateway(call) => self.gateway(call, request, now_ms),
            Route::Report => self.receive_report(request, now_ms),
            Route::Query => self.query_match(request, now_ms),
            Route::UserInfo => self.user_info(request, now_ms),
            Route::Control(control) => self.control(control, &request.body, now_ms),
        }
    }

    fn postpone(&mut self, request: &Exchange, now_ms: i64, after_ms: u64) {
        if self.late.len() < self.settings.limits.late_requests {
            self.requests += 1;
            let due_ms = now_ms.saturating_add_unsigned(after_ms);
            self.late.insert((due_ms, self.requests), request.clone());
        }
    }

    /// Applies late requests that have become due, each at its own moment. Their answers are dropped.
    fn apply_late(&mut self, now_ms: i64) {
        while let Some(due) = self.late.first_entry().filter(|entry| entry.key().0 <= now_ms) {
            let ((due_ms, _), request) = due.remove_entry();
            if let Ok(route) = Route::of(&request) {
                self.apply(route, &request, due_ms);
            }
        }
    }
}

impl Platform {
    fn refusal(self, code: i32, msg: &str) -> Answered {
        match self {
            Self::Mcrmb => gateway::ordered_refusal(code, msg),
            Self::Sud => rounds::verdict(200, code, msg),
        }
    }

    fn wrong_types(self) -> Answered {
        let body = match self {
            Self::Mcrmb => r#"{"code":{"value":"101"},"msg":["ok"],"data":true}"#,
            Self::Sud => r#"{"ret_code":{"value":"0"},"ret_msg":["ok"],"data":true}"#,
        };
        Answered { status: 200, body: body.into() }
    }
}

fn at_once(answered: Answered) -> Reaction {
    Reaction { delay_ms: 0, delivery: Delivery::Answer(answered) }
}

/// An answer in JSON. The sandbox's answers consist of strings, numbers and lists, which always serialize.
fn json(status: u16, body: &impl Serialize) -> Answered {
    Answered { status, body: serde_json::to_vec(body).unwrap_or_default() }
}

/// The path of a URL, with or without its scheme and host.
fn path(url: &str) -> &str {
    let url = url.split_once('?').map_or(url, |(path, _)| path);
    let after_host = url.split_once("://").map(|(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    after_host.unwrap_or(url)
}

fn query(url: &str) -> &str {
    url.split_once('?').map_or("", |(_, query)| query)
}

fn header<'a>(request: &'a Exchange, name: &str) -> Option<&'a str> {
    let found = request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}
