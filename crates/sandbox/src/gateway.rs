//! The gateway of MCRMB: seven calls, answered as the contract shows them (docs/contract/points-platform.md#sandbox).

use serde::Serialize;

use super::ledger::{CardStatus, PointsAccount, Posting, Refusal, Set};
use super::settings::ChannelTable;
use super::{Sandbox, json};
use raidkeep_engine::exchange::{Answered, Exchange};
use raidkeep_game::platforms::secret::Secret;
use raidkeep_game::platforms::signature::ReceivedQuery;

/// A call of the gateway; names are case-sensitive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GatewayCall {
    CheckMoney,
    CheckRecord,
    CheckCard,
    Charge,
    Pay,
    CardTypes,
    Manual,
}

impl GatewayCall {
    pub(super) const ALL: [Self; 7] =
        [Self::CheckMoney, Self::CheckRecord, Self::CheckCard, Self::Charge, Self::Pay, Self::CardTypes, Self::Manual];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::CheckMoney => "CheckMoney",
            Self::CheckRecord => "CheckRecord",
            Self::CheckCard => "CheckCard",
            Self::Charge => "Charge",
            Self::Pay => "Pay",
            Self::CardTypes => "CardTypes",
            Self::Manual => "Manual",
        }
    }

    /// The parameters the call needs besides `sign`, `sid` and `wname`. Those of `Manual` are decided in
    /// docs/contract/points-platform.md#manual-changes, because the contract prints the table of another call.
    fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Charge => &["ctype", "cnum", "cpwd"],
            Self::Pay => &["use", "money"],
            Self::Manual => &["type", "text", "money"],
            Self::CheckMoney | Self::CheckRecord | Self::CheckCard | Self::CardTypes => &[],
        }
    }

    /// Whether it may change something.
    pub(super) fn changes(self) -> bool {
        matches!(self, Self::Charge | Self::Pay | Self::Manual)
    }
}

/// The documented form of every reply. `data` is a row in an array, or "" where there is none.
#[derive(Serialize)]
struct Reply<'a, D: Serialize> {
    code: &'a str,
    msg: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<D>,
}

fn reply(code: &str, msg: &str, data: impl Serialize) -> Answered {
    json(200, &Reply { code, msg: Some(msg), data: Some(data) })
}

fn empty_reply(code: &str, msg: &str) -> Answered {
    reply(code, msg, "")
}

/// A refusal injected as a fault.
pub(super) fn ordered_refusal(code: i32, msg: &str) -> Answered {
    empty_reply(&code.to_string(), msg)
}

#[derive(Serialize)]
struct MoneyRow {
    money: String,
    allcharge: String,
    allpay: String,
}

#[derive(Serialize)]
struct LeftRow {
    money: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    need: Option<String>,
}

#[derive(Serialize)]
struct RecordRow<'a> {
    date: String,
    text: &'a str,
    money: String,
}

#[derive(Serialize)]
struct CardRow<'a> {
    date: String,
    num: &'a str,
    status: &'a str,
    money: String,
}

#[derive(Serialize)]
struct WcodeRow<'a> {
    wcode: &'a str,
    wmsg: &'a str,
}

impl CardStatus {
    fn wire(self) -> WcodeRow<'static> {
        let (wcode, wmsg) = match self {
            Self::Accepted => ("200", "正在验证卡密"),
            Self::ChannelClosed => ("203", "卡渠道维护中"),
            Self::Used => ("208", "该卡密已被使用"),
            Self::Invalid => ("303", "充值卡无效或卡密长度错误"),
        };
        WcodeRow { wcode, wmsg }
    }
}

fn left(money: i64) -> [LeftRow; 1] {
    [LeftRow { money: money.to_string(), need: None }]
}

fn short(money: i64, need: i64) -> [LeftRow; 1] {
    [LeftRow { money: money.to_string(), need: Some(need.to_string()) }]
}

/// A call that has passed all checks.
struct Asked<'a> {
    query: &'a ReceivedQuery<'a>,
    wname: String,
    now_ms: i64,
}

impl Asked<'_> {
    /// A parameter that is known to be present.
    fn get(&self, name: &str) -> String {
        self.query.get(name).unwrap_or_default()
    }

    /// The points the call names; anything but a whole number becomes an invalid amount.
    fn posting<'b>(&'b self, text: &'b str) -> Posting<'b> {
        let money = self.get("money").parse().unwrap_or(-1);
        Posting { wname: &self.wname, text, money, now_ms: self.now_ms }
    }
}

/// The parameters of a `Charge` that plugins in use sign; those of the card are not among them.
const SIGNED_OF_CHARGE: [&str; 3] = ["sid", "wname", "time"];

impl Sandbox {
    /// Checks a request, in the order in which the contract lists its requirements, and answers it.
    pub(super) fn gateway(&mut self, call: GatewayCall, request: &Exchange, now_ms: i64) -> Answered {
        let agent = super::header(request, "User-Agent").unwrap_or_default();
        if !self.names_java(agent) {
            return empty_reply("403", "UserAgent不正确");
        }
        let query = ReceivedQuery::parse(super::query(&request.url));
        let mut needed = ["sign", "sid", "wname"].iter().chain(call.parameters());
        if needed.any(|name| query.get(name).is_none()) {
            return empty_reply("404", "参数不齐全");
        }
        let is_ours = query.get("sid").is_some_and(|sid| sid == self.settings.sid);
        if !is_ours || !self.is_call_signed(call, &query) {
            return empty_reply("444", "签名错误");
        }
        let asked = Asked { wname: query.get("wname").unwrap_or_default(), query: &query, now_ms };
        match call {
            GatewayCall::CheckMoney => self.check_money(&asked.wname),
            GatewayCall::CheckRecord => self.check_record(&asked.wname),
            GatewayCall::CheckCard => self.check_card(&asked.wname),
            GatewayCall::Charge => self.charge(&asked),
            GatewayCall::Pay => self.pay(&asked),
            GatewayCall::CardTypes => self.card_types(),
            GatewayCall::Manual => self.manual(&asked),
        }
    }

    fn names_java(&self, agent: &str) -> bool {
        // Java's default is Java/17.0.15.
        agent.contains("java") || (!self.settings.strict && agent.to_ascii_lowercase().contains("java"))
    }

    fn is_call_signed(&self, call: GatewayCall, query: &ReceivedQuery<'_>) -> bool {
        let (key, strictness) = (&self.settings.key, self.settings.strictness());
        let is_careless_charge = || {
            call == GatewayCall::Charge
                && !self.settings.strict
                && query.is_signed_over_only(&SIGNED_OF_CHARGE, key, strictness)
        };
        query.is_signed_by(key, strictness) || is_careless_charge()
    }

    fn card_types(&self) -> Answered {
        match self.settings.channels.as_slice() {
            [] => empty_reply("102", "该服务器没有开通任何卡密渠道!"),
            channels => reply("101", "查询支持卡密成功!", [ChannelTable(channels)]),
        }
    }

    fn account(&self, wname: &str) -> Option<&PointsAccount> {
        self.books.ledger.accounts.get(wname)
    }

    fn check_money(&self, wname: &str) -> Answered {
        let Some(account) = self.account(wname).filter(|account| account.money() > 0) else {
            return empty_reply("102", "玩家余额为0");
        };
        let row = MoneyRow {
            money: account.money().to_string(),
            allcharge: account.charged().to_string(),
            allpay: account.paid().to_string(),
        };
        reply("101", "玩家余额查询正常!", [row])
    }

    fn check_record(&self, wname: &str) -> Answered {
        let records = self.account(wname).map(|account| &account.records).filter(|records| !records.is_empty());
        let Some(records) = records else {
            return empty_reply("102", "玩家未有流水或未开户");
        };
        let rows = records.iter().map(|record| RecordRow {
            date: record.date.to_string(),
            text: &record.text,
            money: record.money.to_string(),
        });
        reply("101", "玩家流水查询正常!", rows.collect::<Vec<_>>())
    }

    fn check_card(&self, wname: &str) -> Answered {
        let records = self.account(wname).map(|account| &account.card_records).filter(|records| !records.is_empty());
        let Some(records) = records else {
            return empty_reply("102", "玩家未有充值卡记录!");
        };
        let rows = records.iter().map(|record| CardRow {
            date: record.date.to_string(),
            num: &record.num,
            status: record.status.wire().wcode,
            money: record.money.to_string(),
        });
        reply("101", "充值卡记录查询正常!", rows.collect::<Vec<_>>())
    }

    fn charge(&mut self, asked: &Asked<'_>) -> Answered {
        let (ctype, number, password) = (asked.get("ctype"), asked.get("cnum"), Secret::new(asked.get("cpwd")));
        let card = (ctype.as_str(), number.as_str(), &password);
        let (is_new, status) = self.books.ledger.charge(&self.settings, &asked.wname, card, asked.now_ms);
        let code = match (is_new, status == CardStatus::Accepted) {
            (true, true) => "101",
            (true, false) => "102",
            (false, true) => "201",
            (false, false) => "202",
        };
        json(200, &Reply { code, msg: None, data: Some([status.wire()]) })
    }

    fn pay(&mut self, asked: &Asked<'_>) -> Answered {
        let purpose = asked.get("use");
        match self.books.ledger.pay(asked.posting(&purpose), &self.settings.limits) {
            Ok(money) => reply("101", "成功扣款!", left(money)),
            Err(Refusal::Short { money, need }) => reply("102", "您的余额不足,请充值!", short(money, need)),
            Err(Refusal::Unknown) => empty_reply("103", "玩家未充值过,没有玩家数据"),
            Err(Refusal::Amount) => empty_reply("105", "提交的金额不对"),
        }
    }

    /// The contract has no code for a bad amount here; the one of `Pay` is used. An unknown type counts as missing.
    fn manual(&mut self, asked: &Asked<'_>) -> Answered {
        let text = asked.get("text");
        let (posting, ledger, limits) = (asked.posting(&text), &mut self.books.ledger, &self.settings.limits);
        let done = match asked.get("type").as_str() {
            "1" => ledger.add(posting, limits).map(|is_new| match is_new {
                true => ("102", "API接口新用户加款操作成功"),
                false => ("101", "API接口加款操作成功"),
            }),
            "2" => ledger.deduct(posting, limits).map(|()| ("201", "API接口扣款操作成功")),
            "3" => ledger.set(posting, limits).map(|set| match set {
                Set::Added => ("101", "API接口加款操作成功"),
                Set::Deducted => ("201", "API接口扣款操作成功"),
                Set::Unchanged => ("303", "API设置余额操作失败(余额无变化!)"),
            }),
            _ => return empty_reply("404", "参数不齐全"),
        };
        match done {
            Ok((code, msg)) => empty_reply(code, msg),
            Err(Refusal::Short { money, need }) => reply("202", "API接口扣款操作失败，余额不足。", short(money, need)),
            // The contract's sample of this reply has no data at all.
            Err(Refusal::Unknown) => json(
                200,
                &Reply::<()> { code: "203", msg: Some("API接口扣款操作失败，玩家不存在。"), data: None },
            ),
            Err(Refusal::Amount) => empty_reply("105", "提交的金额不对"),
        }
    }
}
