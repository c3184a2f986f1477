//! `code_make` and `code_withdraw`.

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::audit::AuditNotes;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Code, Fact, Job, Need, Operator, Refusal, Success, Unready, Waits};
use raidkeep_engine::storage::Archive;
use raidkeep_game::case_file::{REASON_CHARS, items_within_limits, operator_text};
use raidkeep_game::gift_codes::UNKNOWN_ITEM;
use raidkeep_game::items::Amount;

use crate::codes::letters::{self, LAST_BATCH};
use crate::codes::model::{CodeBatch, CodeBatches, KeptCode};
use crate::goods::{self, ITEMS_MAX};

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<CodeMake, _>(code_make).add_request::<CodeWithdraw, _>(code_withdraw);
}

/// The most codes in one batch; the reply names them all.
const COUNT_MAX: u32 = 10_000;
const USES_MAX: u32 = 1_000_000_000;
const TITLE_CHARS: usize = 100;
const TEXT_CHARS: usize = 1000;

const TITLE: &str = "兑换码礼包";
const TEXT: &str = "感谢您使用兑换码，请领取奖励。";

/// `code_make {count, items, until, uses?, per_player?, title?, text?, reason}`: makes a batch of codes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CodeMake {
    /// How many codes.
    #[schemars(range(min = 1, max = COUNT_MAX))]
    count: u32,
    /// What each is worth: of each at least 1; at most 20 of them.
    items: Vec<Amount>,
    /// Unix seconds from which on nobody can redeem them.
    until: i64,
    /// How many times each code can be redeemed in all.
    #[serde(default = "once")]
    #[schemars(range(min = 1, max = USES_MAX))]
    uses: u32,
    /// How many times one player can redeem the same code.
    #[serde(default = "once")]
    #[schemars(range(min = 1, max = USES_MAX))]
    per_player: u32,
    /// Subject of the mail with the goods.
    #[serde(default = "title", deserialize_with = "operator_text::<TITLE_CHARS, _>")]
    #[schemars(length(min = 1, max = 100))]
    title: String,
    /// Text of that mail.
    #[serde(default = "text", deserialize_with = "operator_text::<TEXT_CHARS, _>")]
    #[schemars(length(min = 1, max = 1000))]
    text: String,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

fn once() -> u32 {
    1
}

fn title() -> String {
    TITLE.to_owned()
}

fn text() -> String {
    TEXT.to_owned()
}

const NO_MORE_BATCHES: Refusal = Refusal::new(97, "there are as many batches as codes can name");

request!(
    Operator, "code_make", CodeMake => CodesMade, RIGHT = Right::EVERYBODY, IN_REALM = true,
    CODES = &[Code::refusal(UNKNOWN_ITEM, "no such item"), Code::of(NO_MORE_BATCHES)],
);

/// The reply of `code_make`. A repeat with the same key tells no codes; `code_show` does.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CodesMade {
    /// The number of the batch.
    batch: u32,
    /// The codes.
    codes: Vec<String>,
}

impl CodeMake {
    fn check(&self, now: i64) -> Result<(), Refusal> {
        let Self { count, items, until, uses, per_player, .. } = self;
        if !(1..=COUNT_MAX).contains(count) {
            return Err(Refusal::malformed("data.count", "1 to 10000"));
        }
        if !(1..=ITEMS_MAX).contains(&items.len()) || items.iter().any(|amount| amount.quantity < 1) {
            return Err(Refusal::malformed("data.items", "1 to 20 amounts of 1 or more"));
        }
        if *until <= now {
            return Err(Refusal::malformed("data.until", "unix seconds in the future"));
        }
        for (field, times) in [("data.uses", uses), ("data.per_player", per_player)] {
            if !(1..=USES_MAX).contains(times) {
                return Err(Refusal::malformed(field, "1 to 1000000000"));
            }
        }
        Ok(())
    }

    /// The random part of each code, once the first world has said that it knows the items and a job has drawn them.
    fn drawn(&self, fact: Option<Fact>) -> Result<Vec<u64>, Unready> {
        let fact = fact.ok_or_else(|| goods::ask_known(self.items.clone()))?;
        let answer = match fact.downcast::<Vec<u64>>() {
            Ok(drawn) => return Ok(*drawn),
            Err(answer) => answer,
        };
        goods::must_be_known(answer)?;
        let count = self.count;
        // The generator is seeded by the operating system, and cannot be guessed.
        let draw = move || (0..count).map(|_| rand::random()).collect::<Vec<u64>>();
        Err(Need::Job(Job::new(draw)).into())
    }
}

#[derive(SystemParam)]
struct Press<'w> {
    batches: ResMut<'w, CodeBatches>,
    archive: ResMut<'w, Archive>,
    notes: ResMut<'w, AuditNotes>,
    clock: Res<'w, Clock>,
}

fn code_make(In(call): In<Call<CodeMake>>, mut press: Press) -> Waits<CodesMade> {
    let now = press.clock.now();
    call.request.check(now)?;
    items_within_limits(&call.caller, &call.request.items)?;
    let drawn = call.request.drawn(call.fact)?;
    let number = press.batches.0.last_key_value().map_or(1, |(last, _)| last + 1);
    if number > LAST_BATCH {
        return Err(NO_MORE_BATCHES.into());
    }
    let codes: Vec<_> = drawn.into_iter().map(|random| letters::code(number, random)).collect();
    codes.iter().for_each(|code| press.archive.put(code, &KeptCode::default()));
    let CodeMake { count, items, until, uses, per_player, title, text, .. } = call.request;
    let batch = CodeBatch {
        made_at: now,
        made_by: call.caller.identity.name.to_string(),
        count,
        items,
        until,
        uses,
        per_player,
        title,
        text,
        is_withdrawn: false,
    };
    press.notes.add(format!("gift codes: batch {number} of {count}"));
    press.batches.0.insert(number, batch);
    let codes = codes.iter().map(|code| letters::written(code)).collect();
    // The audit can be read by whoever may look, the codes only by whoever may give them away.
    Ok(Success::with(CodesMade { batch: number, codes }).told_once())
}

/// `code_withdraw {batch, reason}`: nobody can redeem these codes any more. Who has redeemed one keeps the goods.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CodeWithdraw {
    /// The number of the batch.
    batch: u32,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

/// No batch has that number.
pub(super) const NO_SUCH_BATCH: Refusal = Refusal::new(99, "no such batch of codes");
const WITHDRAWN_BEFORE: Refusal = Refusal::new(98, "it was withdrawn before");

request!(
    Operator, "code_withdraw", CodeWithdraw => (), RIGHT = Right::EVERYBODY, IN_REALM = true,
    CODES = &[Code::of(NO_SUCH_BATCH), Code::of(WITHDRAWN_BEFORE)],
);

fn code_withdraw(
    In(call): In<Call<CodeWithdraw>>,
    mut batches: ResMut<CodeBatches>,
    mut notes: ResMut<AuditNotes>,
) -> Answer<()> {
    let number = call.request.batch;
    let is_withdrawn = batches.0.get(&number).ok_or(NO_SUCH_BATCH)?.is_withdrawn;
    if is_withdrawn {
        return Err(WITHDRAWN_BEFORE);
    }
    if let Some(batch) = batches.0.get_mut(&number) {
        batch.is_withdrawn = true;
    }
    notes.add(format!("gift codes: batch {number} withdrawn"));
    Ok(Success::empty())
}
