//! What operators see of a player's orders.

use bevy_app::App;

use crate::orders::book::OrderBook;
use crate::orders::model::{ClosedOrder, Order, OrderId};
use crate::orders::of_players;
use crate::orders::operator::OrderShown;
use raidkeep_engine::request::Refusal;
use raidkeep_engine::storage::{ArchivedRow, FoundRows};
use raidkeep_engine::views::{ViewApp, ViewEntries, ViewPart, ViewReading, Viewed};

pub(super) fn register(app: &mut App) {
    app.add_view_part::<OrdersPart>();
}

struct OrdersPart;

impl ViewPart for OrdersPart {
    const NAME: &'static str = "orders";
    type Shown = ViewEntries<OrderShown>;

    fn rows(viewed: &Viewed<'_>) -> Result<Option<ViewReading>, Refusal> {
        let before = OrderId(viewed.page.after.unwrap_or(u64::MAX));
        // One more than is shown says whether there is another page.
        Ok(Some(of_players::latest_closed(viewed.player.account, before, viewed.page.limit + 1)))
    }

    fn show(viewed: &Viewed<'_>, rows: FoundRows) -> Result<ViewEntries<OrderShown>, Refusal> {
        let book = viewed.world.resource::<OrderBook>();
        let pending = book.entities().filter_map(|entity| viewed.world.get::<Order>(entity));
        // Those that have closed since the rows were read were pending then.
        let in_memory = pending.chain(book.closed_lately()).filter(|order| order.account == viewed.player.account);
        let closed = rows.iter().filter_map(|(_, row)| ClosedOrder::read(row).ok()).map(|closed| closed.0);
        let is_cut = rows.len() > viewed.page.limit;
        let last_read = rows.last().and_then(|(key, _)| key.first_chunk().copied()).map(u64::from_be_bytes);
        let mut orders: Vec<Order> = in_memory.cloned().chain(closed).collect();
        orders.retain(|order| viewed.page.covers(order.created_at));
        orders.sort_unstable_by_key(|order| std::cmp::Reverse(order.id));
        orders.dedup_by_key(|order| order.id);
        let shown = orders.into_iter().map(|order| (order.id.0, OrderShown::of(order, false)));
        Ok(ViewEntries::of(shown, viewed.page).looked_through_to(last_read.filter(|_| is_cut)))
    }
}
