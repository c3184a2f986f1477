//! Orders: purchases with points, from the request to the goods (docs/contract/points-platform.md#orders).
//!
//! An order is an entity. It takes one step at a time, each committed before the next, so that its state is known after
//! a crash. Points are deducted on the platform at most once per order, and goods are granted exactly if they were.
//!
//! Not here: what is sold (`shop`, `tickets`), and the platform's protocol (`platforms::mcrmb`).

mod answers;
pub mod book;
mod check;
pub mod model;
mod of_players;
pub mod operator;
pub mod proof;
pub mod purse;
pub mod reconcile;
pub mod requests;
pub mod settle;
pub mod steps;
mod view;
pub mod wish;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::platforms::PlatformSystems;
use crate::platforms::settings::McrmbSettings;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::events::EventApp;
use raidkeep_engine::schedule::Tick;
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::Rows;
use raidkeep_engine::storage::{ArchivedRow, StorageApp, StorageError};
use raidkeep_engine::travel::{Mention, PortabilityApp};
use raidkeep_engine::verify::VerifyApp;

pub use book::{OrderBook, OrderDesk, OrderNumbers, read_number};
pub use model::{NewOrder, Order, OrderId, OrderState};
pub use settle::{NotPaid, OrderTold, PointsShort};
pub use wish::{Goods, Wish};

impl Mention for Order {
    fn names(&self, account: AccountId) -> bool {
        self.account == account
    }
}

impl Mention for model::ClosedOrder {
    fn names(&self, account: AccountId) -> bool {
        self.0.account == account
    }
}

/// A player whose points may still move cannot be deleted.
fn open_order(world: &World, account: AccountId) -> Option<String> {
    let orders = world.resource::<OrderBook>().entities().filter_map(|entity| world.get::<Order>(entity));
    let open = orders.into_iter().find(|order| order.account == account)?;
    Some(format!("order {} of this player is not settled yet, see order_inspect", open.number))
}

/// Who made the order that an operator calls so, if it is pending or has closed lately.
pub fn buyer_in_memory(world: &World, id: OrderId, text: &str) -> Option<AccountId> {
    let book = world.resource::<OrderBook>();
    let pending = book.entity(id).and_then(|entity| world.get::<Order>(entity));
    let order = pending.or_else(|| book.closed_lately().find(|order| order.id == id))?;
    order.is_called(text).then_some(order.account)
}

/// The same of an order that is over, from disk.
///
/// # Errors
/// When its row cannot be read.
pub fn read_buyer(rows: &Rows, id: OrderId, text: &str) -> Result<Option<AccountId>, StorageError> {
    let row = rows.get(model::ClosedOrder::TABLE, &id.0.to_be_bytes())?;
    let order = row.and_then(|row| model::ClosedOrder::read(&row).ok()).map(|closed| closed.0);
    Ok(order.filter(|order| order.is_called(text)).map(|order| order.account))
}

/// Orders, and the operators' functions for them.
#[derive(Default)]
pub struct OrdersPlugin {
    /// The payment platform; without one, orders are refused.
    pub platform: Option<McrmbSettings>,
}

impl Plugin for OrdersPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<OrderBook>().add_world_row::<OrderNumbers>().add_world_entities::<Order>();
        app.add_event::<settle::OrderSettled>();
        app.add_archived_rows::<model::ClosedOrder>().add_check("orders", check::check);
        of_players::register(app);
        operator::register(app);
        view::register(app);
        reconcile::register(app);
        app.add_obstacle(open_order).add_mentions::<Order>().add_archived_mentions::<model::ClosedOrder>();
        requests::register(app);
        purse::register(app);
        if self.platform.is_some() {
            app.add_start_hook(steps::begin_meters);
            app.add_systems(Tick, steps::advance_orders.in_set(PlatformSystems::Orders));
        }
    }
}
