//! SUD's two sides: the receiver of game round reports (docs/contract/game-reports.md), and the one that answers
//! queries about them (docs/contract/match-query.md).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::{Sandbox, header, json};
use raidkeep_engine::exchange::{Answered, Exchange};
use raidkeep_game::platforms::signature::{AUTHORIZATION, SudAuth};
use raidkeep_game::platforms::sud::wire::{
    EXTRAS_BYTES_MAX, GameSettle, GameStart, KEY_BYTES_MAX, MatchAnswer, MatchInfo, MatchQuery, MatchStatus,
    PlayerSettle, ReportAnswer, ReportMessage, SudReport, query_code,
};

const UNKNOWN_SESSION: i32 = 1001;

/// The rounds reported to SUD.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportedRounds {
    rounds: BTreeMap<String, Round>,
    /// The ids, in the order of the first report.
    order: VecDeque<String>,
    received: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Round {
    start: Option<ReceivedReport>,
    settle: Option<ReceivedReport>,
}

/// A received report, without its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedReport {
    /// Counted from 1 in the order of arrival.
    pub number: u64,
    /// When it arrived first, in Unix milliseconds.
    pub at_ms: i64,
    /// How often it was repeated.
    pub repeats: u32,
    /// The player of the round.
    pub uid: String,
    /// Its content.
    #[serde(flatten)]
    pub message: ReportMessage,
}

impl ReportedRounds {
    /// All reports in the order of arrival.
    pub(super) fn reports(&self) -> Vec<&ReceivedReport> {
        let rounds = self.rounds.values().flat_map(|round| [&round.start, &round.settle]);
        let mut reports: Vec<_> = rounds.flatten().collect();
        reports.sort_by_key(|report| report.number);
        reports
    }

    /// Stores a report; a repeated one is only counted.
    fn take_in(&mut self, report: SudReport, now_ms: i64, rounds_kept: usize) {
        let id = report.message.game_round_id().to_owned();
        if !self.rounds.contains_key(&id) {
            self.order.push_back(id.clone());
        }
        let round = self.rounds.entry(id).or_default();
        let place = match report.message {
            ReportMessage::GameStart(_) => &mut round.start,
            ReportMessage::GameSettle(_) => &mut round.settle,
        };
        if let Some(known) = place {
            known.repeats = known.repeats.saturating_add(1);
            return;
        }
        self.received += 1;
        let SudReport { message, uid, .. } = report;
        *place = Some(ReceivedReport { number: self.received, at_ms: now_ms, repeats: 0, uid, message });
        while self.order.len() > rounds_kept {
            if let Some(oldest) = self.order.pop_front() {
                self.rounds.remove(&oldest);
            }
        }
    }

    /// The round a query asks for. Among several rounds with the same key it is the latest.
    fn find(&self, query: &MatchQuery) -> Option<MatchInfo> {
        if !query.match_id.is_empty() {
            return self.rounds.get(&query.match_id).and_then(Round::info);
        }
        let infos = self.order.iter().rev().filter_map(|id| self.rounds.get(id)?.info());
        let mut infos = infos.filter(|info| info.report_game_info_key.as_ref() == Some(&query.report_game_info_key));
        infos.next()
    }
}

impl Round {
    fn info(&self) -> Option<MatchInfo> {
        let message = |report: &Option<ReceivedReport>| report.as_ref().map(|report| report.message.clone());
        match (message(&self.settle), message(&self.start)) {
            (Some(ReportMessage::GameSettle(settle)), _) => Some(closed(settle)),
            (_, Some(ReportMessage::GameStart(start))) => Some(playing(start)),
            _ => None,
        }
    }
}

fn playing(start: GameStart) -> MatchInfo {
    MatchInfo {
        mg_id: start.mg_id.to_string(),
        room_id: start.room_id,
        game_mode: start.game_mode,
        match_id: start.game_round_id,
        battle_start_at: start.battle_start_at.to_string(),
        battle_end_at: None,
        battle_duration: None,
        results: None,
        report_game_info_key: Some(start.report_game_info_key),
        report_game_info_extras: Some(start.report_game_info_extras),
        status: MatchStatus::Playing,
    }
}

/// Reports do not include remaining points, so `remain_score` is 0 here.
fn closed(settle: GameSettle) -> MatchInfo {
    let results = settle.results.into_iter().map(|result| PlayerSettle {
        is_ai: result.is_ai,
        uid: result.uid,
        score: result.score.unwrap_or_default(),
        remain_score: 0,
        commission_score: None,
    });
    MatchInfo {
        mg_id: settle.mg_id.to_string(),
        room_id: settle.room_id,
        game_mode: settle.game_mode,
        match_id: settle.game_round_id,
        battle_start_at: settle.battle_start_at.to_string(),
        battle_end_at: Some(settle.battle_end_at.to_string()),
        battle_duration: Some(settle.battle_duration.to_string()),
        results: Some(results.collect()),
        report_game_info_key: Some(settle.report_game_info_key),
        report_game_info_extras: Some(settle.report_game_info_extras),
        status: MatchStatus::Closed,
    }
}

/// Nonces of queries whose timestamps are still acceptable.
#[derive(Debug, Default)]
pub(super) struct Nonces {
    by_time: BTreeSet<(i64, String)>,
    known: BTreeSet<String>,
}

impl Nonces {
    /// Records a nonce; false if it was used before, or if there is no room for it.
    fn take(&mut self, nonce: &str, signed_at_ms: i64, oldest_ms: i64, kept: usize) -> bool {
        while let Some((at_ms, _)) = self.by_time.first()
            && *at_ms < oldest_ms
        {
            if let Some((_, spent)) = self.by_time.pop_first() {
                self.known.remove(&spent);
            }
        }
        if self.known.len() >= kept || !self.known.insert(nonce.to_owned()) {
            return false;
        }
        self.by_time.insert((signed_at_ms, nonce.to_owned()))
    }
}

/// An answer without data, for reports and queries alike.
pub(super) fn verdict(status: u16, ret_code: i32, ret_msg: impl Into<String>) -> Answered {
    json(status, &ReportAnswer { ret_code, ret_msg: ret_msg.into(), sdk_error_code: None, data: None })
}

fn unauthorized(reason: &str) -> Answered {
    verdict(401, 401, reason)
}

/// Checks a report beyond its types.
fn mistake_in(message: &ReportMessage) -> Option<&'static str> {
    let (mg_id, mg_id_str, extras, key) = match message {
        ReportMessage::GameStart(start) => {
            (start.mg_id, &start.mg_id_str, &start.report_game_info_extras, &start.report_game_info_key)
        }
        ReportMessage::GameSettle(settle) => {
            (settle.mg_id, &settle.mg_id_str, &settle.report_game_info_extras, &settle.report_game_info_key)
        }
    };
    let checks = [
        (message.game_round_id().is_empty(), "game_round_id is empty"),
        (*mg_id_str != mg_id.to_string(), "mg_id_str should be mg_id as a string"),
        (extras.len() > EXTRAS_BYTES_MAX, "report_game_info_extras is longer than 1024 bytes"),
        (key.len() > KEY_BYTES_MAX, "report_game_info_key is longer than 64 bytes"),
    ];
    checks.into_iter().find_map(|(is_wrong, reason)| is_wrong.then_some(reason))
}

impl Sandbox {
    /// The receiving side: checks the signature of the four headers, then the body, and stores new reports.
    pub(super) fn receive_report(&mut self, request: &Exchange, now_ms: i64) -> Answered {
        let auth = match SudAuth::from_headers(|name| header(request, name)) {
            Ok(auth) => auth,
            Err(error) => return unauthorized(&error.to_string()),
        };
        if !self.is_signed(&auth, request) {
            return unauthorized("the signature does not fit");
        }
        let report: SudReport = match serde_json::from_slice(&request.body) {
            Ok(report) => report,
            Err(error) => return verdict(200, query_code::BAD_PARAMETERS, error.to_string()),
        };
        if let Some(mistake) = mistake_in(&report.message) {
            return verdict(200, query_code::BAD_PARAMETERS, mistake);
        }
        self.books.rounds.take_in(report, now_ms, self.settings.limits.rounds_kept);
        verdict(200, 0, "")
    }

    /// The answering side: checks signature, age and nonce, then answers from the reported rounds.
    pub(super) fn query_match(&mut self, request: &Exchange, now_ms: i64) -> Answered {
        if let Err(reason) = self.authorize_query(request, now_ms) {
            return unauthorized(&reason);
        }
        let query: MatchQuery = match serde_json::from_slice(&request.body) {
            Ok(query) => query,
            Err(error) => return verdict(200, query_code::BAD_PARAMETERS, error.to_string()),
        };
        if query == MatchQuery::default() {
            let reason = "match_id and report_game_info_key are both empty";
            return verdict(200, query_code::BAD_PARAMETERS, reason);
        }
        match self.books.rounds.find(&query) {
            Some(info) => json(200, &MatchAnswer { ret_code: 0, ret_msg: String::new(), data: Some(info) }),
            None => verdict(200, query_code::UNKNOWN_MATCH, "the match does not exist"),
        }
    }

    /// Says whose session it is: `UID:ANYTHING` belongs to `UID`. Every other session is unknown.
    pub(super) fn user_info(&mut self, request: &Exchange, now_ms: i64) -> Answered {
        #[derive(Deserialize)]
        struct Asked {
            ss_token: String,
        }
        if let Err(reason) = self.authorize_query(request, now_ms) {
            return unauthorized(&reason);
        }
        let asked = serde_json::from_slice(&request.body);
        let Ok(Some((uid, _))) = asked.as_ref().map(|Asked { ss_token }| ss_token.split_once(':')) else {
            return verdict(200, UNKNOWN_SESSION, "the session does not exist");
        };
        let data = Some(serde_json::json!({"uid": uid}));
        json(200, &ReportAnswer { ret_code: 0, ret_msg: String::new(), sdk_error_code: None, data })
    }

    fn authorize_query(&mut self, request: &Exchange, now_ms: i64) -> Result<(), String> {
        let value = header(request, AUTHORIZATION).unwrap_or_default();
        let auth = SudAuth::from_header(value.as_bytes()).map_err(|error| error.to_string())?;
        if !self.is_signed(&auth, request) {
            return Err("the signature does not fit".to_owned());
        }
        let limits = &self.settings.limits;
        let freshness_ms = i64::from(limits.freshness_seconds) * 1000;
        let oldest_ms = now_ms.saturating_sub(freshness_ms);
        let fresh = oldest_ms..=now_ms.saturating_add(freshness_ms);
        let signed_at_ms = auth.timestamp_ms().filter(|at_ms| fresh.contains(at_ms));
        let signed_at_ms =
            signed_at_ms.ok_or("the timestamp is too far from now; expected Unix milliseconds or seconds")?;
        if self.nonces.take(&auth.nonce, signed_at_ms, oldest_ms, limits.nonces_kept) {
            Ok(())
        } else {
            Err("the nonce was used before".to_owned())
        }
    }

    fn is_signed(&self, auth: &SudAuth, request: &Exchange) -> bool {
        auth.app_id == self.settings.app_id && auth.is_signed_by(&self.settings.app_secret, &request.body)
    }
}
