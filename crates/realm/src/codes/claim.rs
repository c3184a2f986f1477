//! `code_claim`: a player of a world redeems a code.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use raidkeep_engine::clock::Clock;
use raidkeep_engine::request::answer::rows_found;
use raidkeep_engine::request::{Call, Fact, Need, Refusal, Success, Unready, Waits};
use raidkeep_engine::storage::{ArchivedRow, FoundRows, RowQuery};
use raidkeep_game::gift_codes::requests::Redeemed;
use raidkeep_game::gift_codes::{CODE_USED_UP, CodeClaim, CodeGoods, NO_SUCH_CODE};

use crate::codes::letters::{self, Code};
use crate::codes::model::{CodeBatches, CodeTotals, KeptCode, KeptUse, Recent, UseKey, use_key};
use crate::messages::RealmMessages;

#[derive(SystemParam)]
pub(super) struct Books<'w> {
    batches: Res<'w, CodeBatches>,
    totals: ResMut<'w, CodeTotals>,
    recent: ResMut<'w, Recent>,
    clock: Res<'w, Clock>,
}

impl Books<'_> {
    /// What is known of a code.
    fn code(&mut self, code: &Code, fact: &mut Option<Fact>) -> Result<KeptCode, Unready> {
        if let Some(kept) = self.recent.codes.get(code) {
            return Ok(kept);
        }
        let rows = row_of(KeptCode::TABLE, code, fact)?;
        let kept: KeptCode = only(&rows)?.ok_or(NO_SUCH_CODE)?;
        self.recent.codes.put(*code, kept);
        Ok(kept)
    }

    /// What a player has redeemed of a code.
    fn of_player(&mut self, key: &UseKey, fact: &mut Option<Fact>) -> Result<KeptUse, Unready> {
        if let Some(kept) = self.recent.uses.get(key) {
            return Ok(kept);
        }
        let rows = row_of(KeptUse::TABLE, key, fact)?;
        let kept = only(&rows)?.unwrap_or_default();
        self.recent.uses.put(*key, kept);
        Ok(kept)
    }
}

/// The row of a key. A claim asks for two rows, one after the other; the row of the code can have become known by another
/// claim while this one waited for it, so the key tells which row the fact of the call is.
fn row_of(table: &'static str, key: &[u8], fact: &mut Option<Fact>) -> Result<FoundRows, Need> {
    let is_of_key = |rows: &FoundRows| rows.first().is_none_or(|(found, _)| found == key);
    let own = fact.take_if(|fact| fact.downcast_ref().is_some_and(is_of_key));
    rows_found(RowQuery::one(table, key), own)
}

/// The row that was found, if there is one.
fn only<T: ArchivedRow>(rows: &FoundRows) -> Result<Option<T>, Refusal> {
    rows.first().map(|(_, value)| T::read(value).map_err(|_| Refusal::internal())).transpose()
}

pub(super) fn code_claim(
    In(mut call): In<Call<CodeClaim>>,
    mut books: Books,
    mut messages: RealmMessages,
) -> Waits<Redeemed> {
    let CodeClaim { world, player, code } = call.request;
    let code = letters::read(&code).ok_or(NO_SUCH_CODE)?;
    let batch = letters::batch_of(&code);
    if !books.batches.0.contains_key(&batch) {
        return Err(NO_SUCH_CODE.into());
    }
    let key = use_key(&code, world, player);
    let mut kept = books.code(&code, &mut call.fact)?;
    let mut own = books.of_player(&key, &mut call.fact)?;
    let now = books.clock.now();
    let common = books.batches.0.get(&batch).ok_or(NO_SUCH_CODE)?;
    common.check(kept.used, own.times, now)?;
    let gift = CodeGoods {
        player: i64::try_from(player).map_err(|_| Refusal::internal())?,
        title: common.title.clone(),
        text: common.text.clone(),
        items: common.items.clone(),
    };
    kept.used = kept.used.checked_add(1).ok_or(CODE_USED_UP)?;
    own = KeptUse { times: own.times.saturating_add(1), at: now };
    messages.archive().put(&code, &kept);
    messages.archive().put(&key, &own);
    books.recent.codes.put(code, kept);
    books.recent.uses.put(key, own);
    *books.totals.0.entry(batch).or_default() += 1;
    messages.send(world, &gift);
    Ok(Success::with(Redeemed { items: gift.items }))
}
