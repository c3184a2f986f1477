//! Which closed orders are a player's: rows in the order of accounts, since closed orders lie in the order of their numbers.

use bevy_app::App;
use bevy_ecs::change_detection::DetectChangesMut;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::orders::model::{ClosedOrder, Order, OrderId};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::rows::RowScan;
use raidkeep_engine::storage::{Archive, ArchivedRow, FoundRows, RowQuery, StorageApp, WorldRow};
use raidkeep_engine::verify::{Inspection, VerifyApp};
use raidkeep_engine::views::ViewReading;

/// Says that a closed order is a player's. Its key is the account and the order.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OrderOfPlayer {}

impl ArchivedRow for OrderOfPlayer {
    const TABLE: &'static str = "orders_of_players";
}

fn key(account: AccountId, order: OrderId) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&account.to_key());
    key[8..].copy_from_slice(&order.0.to_be_bytes());
    key
}

/// Notes whose order has closed.
pub(super) fn note_closed(archive: &mut Archive, order: &Order) {
    archive.put(&key(order.account, order.id), &OrderOfPlayer {});
}

/// Reads a player's closed orders, the latest `limit` before order `before`, newest first.
pub(super) fn latest_closed(account: AccountId, before: OrderId, limit: usize) -> ViewReading {
    let query = RowQuery::range(OrderOfPlayer::TABLE, &key(account, OrderId(0)), &key(account, before)).newest(limit);
    ViewReading::new(move |rows| {
        let mut closed = FoundRows::new();
        for (key, _) in rows.read(&query)? {
            let order = key.get(8..).unwrap_or_default();
            closed.extend(rows.get(ClosedOrder::TABLE, order)?.map(|row| (order.to_vec(), row)));
        }
        Ok(closed)
    })
}

/// Whether the orders that closed under earlier programs are among the rows.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
struct OrdersOfPlayers {
    is_complete: bool,
    #[serde(skip)]
    is_new: bool,
}

impl WorldRow for OrdersOfPlayers {
    const TABLE: &'static str = "orders_of_players_state";
}

/// Notes whose the orders are that closed under earlier programs. A start reader of the closed orders.
fn note_former(world: &mut World, scan: RowScan<'_>) {
    if world.resource::<OrdersOfPlayers>().is_complete {
        return;
    }
    let mut archive = world.resource_mut::<Archive>();
    scan(&mut |_, value| {
        if let Ok(ClosedOrder(order)) = ClosedOrder::read(value) {
            note_closed(&mut archive, &order);
        }
    });
    *world.resource_mut::<OrdersOfPlayers>() = OrdersOfPlayers { is_complete: true, is_new: true };
}

/// Stores in the first batch what the reader has noted.
fn store_new(world: &mut World) {
    let mut orders = world.resource_mut::<OrdersOfPlayers>();
    if orders.is_new {
        orders.set_changed();
    }
}

/// Each closed order is found under its account, and nothing else is.
fn check(inspection: &mut Inspection<'_>) {
    if !inspection.world_row::<OrdersOfPlayers>().is_some_and(|orders| orders.is_complete) {
        return;
    }
    inspection.each_archived::<ClosedOrder>(|inspection, _, ClosedOrder(order)| {
        let key = key(order.account, order.id);
        if inspection.get(OrderOfPlayer::TABLE, &key).is_none() {
            let what = format!("order {} is not found among the orders of {}", order.number, order.account);
            inspection.breach(OrderOfPlayer::TABLE, &key, Some(order.account), what);
        }
    });
    inspection.each_archived::<OrderOfPlayer>(|inspection, found, OrderOfPlayer {}| {
        let order = found.get(8..).and_then(|order| inspection.get(ClosedOrder::TABLE, order));
        let order = order.and_then(|row| ClosedOrder::read(&row).ok());
        if order.is_none_or(|ClosedOrder(order)| key(order.account, order.id)[..] != *found) {
            inspection.breach(OrderOfPlayer::TABLE, found, None, "the row names no closed order of its account");
        }
    });
}

pub(super) fn register(app: &mut App) {
    app.add_world_row::<OrdersOfPlayers>().add_start_reader(ClosedOrder::TABLE, note_former);
    app.add_start_hook(store_new).add_archived_rows::<OrderOfPlayer>();
    app.add_check("orders of players", check);
}
