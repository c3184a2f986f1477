//! What operators see of a player's movements.

use bevy_app::App;

use crate::items::ItemId;
use crate::items::ledger::{LEDGER_TABLE, Movement, key};
use crate::items::requests::{Entry, read};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::request::Refusal;
use raidkeep_engine::storage::{FoundRows, RowQuery};
use raidkeep_engine::views::{ViewApp, ViewEntries, ViewPage, ViewPart, ViewReading, Viewed};

pub(super) fn register(app: &mut App) {
    app.add_view_part::<MovementsPart>();
}

/// So many rows are looked through for a page; the next page goes on behind them.
const LOOKED_THROUGH_MAX: usize = 5000;

struct MovementsPart;

impl ViewPart for MovementsPart {
    const NAME: &'static str = "movements";
    type Shown = ViewEntries<Entry>;

    fn rows(viewed: &Viewed<'_>) -> Result<Option<ViewReading>, Refusal> {
        let account = viewed.player.account;
        let query = match viewed.page.after {
            Some(number) => RowQuery::range(LEDGER_TABLE, &key(account, 0), &key(account, number)),
            None => RowQuery::of_account(LEDGER_TABLE, account),
        };
        Ok(Some(query.newest(LOOKED_THROUGH_MAX).into()))
    }

    fn show(viewed: &Viewed<'_>, rows: FoundRows) -> Result<ViewEntries<Entry>, Refusal> {
        let item = viewed.page.item.as_deref().map(str::parse::<ItemId>).transpose();
        let item = item.map_err(|_| Refusal::malformed("data.item", "an item such as 3:1"))?;
        let is_cut = rows.len() == LOOKED_THROUGH_MAX;
        let movements = read(rows)?;
        let last_looked_at = movements.last().map(|movement| movement.number).filter(|_| is_cut);
        let wanted = movements.into_iter().filter(|movement| is_wanted(movement, viewed.page, item));
        let clock = viewed.world.resource::<Clock>();
        let shown = wanted.map(|movement| (movement.number, Entry::of(movement, clock)));
        Ok(ViewEntries::of(shown, viewed.page).looked_through_to(last_looked_at))
    }
}

fn is_wanted(movement: &Movement, page: &ViewPage, item: Option<ItemId>) -> bool {
    page.covers(movement.at_ms.div_euclid(1000))
        && page.cause.as_deref().is_none_or(|cause| movement.why == cause)
        && item.is_none_or(|item| movement.changes.iter().any(|change| change.item == item))
}
