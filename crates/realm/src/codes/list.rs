//! `code_list` and `code_show`.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::answer::rows_found;
use raidkeep_engine::request::{Answer, Call, Code, Operator, Refusal, Success, Waits};
use raidkeep_engine::storage::{ArchivedRow, RowQuery};
use raidkeep_game::items::Amount;

use crate::codes::letters;
use crate::codes::make::NO_SUCH_BATCH;
use crate::codes::model::{CodeBatches, CodeTotals, KeptCode};

pub(super) fn register(app: &mut App) {
    app.add_request::<CodeList, _>(code_list).add_waiting_request::<CodeShow, _>(code_show);
}

/// The most batches in one reply.
const PAGE: usize = 100;

/// `code_list {before?}`: the batches without their codes, newest first, at most 100.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CodeList {
    /// Only batches before this one.
    before: Option<u32>,
}

request!(Operator, "code_list", CodeList => CodesListed, RIGHT = Right::VIEW, IN_REALM = true);

/// The reply of `code_list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CodesListed {
    /// Newest first.
    batches: Vec<BatchShown>,
    /// The `before` of the next page.
    next: Option<u32>,
}

/// A batch as operators see it.
#[derive(Debug, Serialize, JsonSchema)]
struct BatchShown {
    /// Its number.
    batch: u32,
    /// Unix seconds.
    made_at: i64,
    /// The operator's name.
    made_by: String,
    /// How many codes.
    count: u32,
    /// What each is worth.
    items: Vec<Amount>,
    /// Unix seconds from which on nobody can redeem them.
    until: i64,
    /// How many times each code can be redeemed in all.
    uses: u32,
    /// How many times one player can redeem the same code.
    per_player: u32,
    /// Subject of the mail.
    title: String,
    /// How many times they were redeemed in all.
    redeemed: u64,
    /// Whether they were withdrawn.
    is_withdrawn: bool,
}

fn code_list(In(call): In<Call<CodeList>>, batches: Res<CodeBatches>, totals: Res<CodeTotals>) -> Answer<CodesListed> {
    let before = call.request.before.unwrap_or(u32::MAX);
    let shown = batches.0.range(..before).rev().take(PAGE).map(|(number, batch)| BatchShown {
        batch: *number,
        made_at: batch.made_at,
        made_by: batch.made_by.clone(),
        count: batch.count,
        items: batch.items.clone(),
        until: batch.until,
        uses: batch.uses,
        per_player: batch.per_player,
        title: batch.title.clone(),
        redeemed: totals.0.get(number).copied().unwrap_or_default(),
        is_withdrawn: batch.is_withdrawn,
    });
    let shown: Vec<BatchShown> = shown.collect();
    let next = shown.last().map(|last| last.batch).filter(|_| shown.len() == PAGE);
    Ok(Success::with(CodesListed { batches: shown, next }))
}

/// `code_show {batch}`: the codes of a batch, in the order of their letters.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CodeShow {
    /// The number of the batch.
    batch: u32,
}

request!(
    Operator, "code_show", CodeShow => CodesShown, RIGHT = Right::EVERYBODY, IN_REALM = true,
    CODES = &[Code::of(NO_SUCH_BATCH)],
);

/// The reply of `code_show`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CodesShown {
    /// The codes.
    codes: Vec<CodeShown>,
}

/// A code as operators see it.
#[derive(Debug, Serialize, JsonSchema)]
struct CodeShown {
    /// As players type it.
    code: String,
    /// How many times it was redeemed.
    used: u32,
}

fn code_show(In(call): In<Call<CodeShow>>, batches: Res<CodeBatches>) -> Waits<CodesShown> {
    let number = call.request.batch;
    if !batches.0.contains_key(&number) {
        return Err(NO_SUCH_BATCH.into());
    }
    let first = letters::code(number, 0);
    // The first key after the last code.
    let after: Vec<u8> = letters::code(number, u64::MAX).into_iter().chain([0]).collect();
    let rows = rows_found(RowQuery::range(KeptCode::TABLE, &first, &after), call.fact)?;
    let shown = |(key, value): (Vec<u8>, Vec<u8>)| {
        let kept = KeptCode::read(&value).map_err(|_| Refusal::internal())?;
        Ok(CodeShown { code: letters::written(&key), used: kept.used })
    };
    let codes = rows.into_iter().map(shown).collect::<Result<_, Refusal>>()?;
    Ok(Success::with(CodesShown { codes }))
}
