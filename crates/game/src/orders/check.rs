//! What must hold of orders: an order is open or closed, and granted goods are in the ledger.

use crate::items::Inventory;
use crate::items::ledger::{LEDGER_TABLE, Movement};
use crate::orders::book::OrderNumbers;
use crate::orders::model::{ClosedOrder, Order, OrderState};
use crate::orders::wish::Wish;
use raidkeep_engine::outside::Number;
use raidkeep_engine::storage::{ArchivedRow, PlayerRows, WorldEntity};
use raidkeep_engine::verify::Inspection;

pub(super) fn check(inspection: &mut Inspection<'_>) {
    let Some(made) = inspection.world_row::<OrderNumbers>().map(|numbers| numbers.made()) else {
        return;
    };
    inspection.each_entity::<Order>(|inspection, key, order| {
        let table = <Order as WorldEntity>::TABLE;
        check_number(inspection, table, key, &order, made);
        inspection.must_exist(table, key, order.account, "the buyer");
        if order.state.is_over() {
            inspection.breach(table, key, Some(order.account), "the order is over, and is not closed");
        }
        if inspection.get(ClosedOrder::TABLE, key).is_some() {
            let what = "the order is both open and closed: it might be granted twice";
            inspection.breach(table, key, Some(order.account), what);
        }
    });
    inspection.each_archived::<ClosedOrder>(|inspection, key, ClosedOrder(order)| {
        check_number(inspection, ClosedOrder::TABLE, key, &order, made);
        if !order.state.is_over() {
            inspection.breach(ClosedOrder::TABLE, key, Some(order.account), "the order is closed, and is not over");
        }
        if order.state == OrderState::Granted {
            check_granted(inspection, key, &order);
        }
    });
}

fn check_number(inspection: &mut Inspection<'_>, table: &str, key: &[u8], order: &Order, made: u64) {
    if order.id.0.to_be_bytes()[..] != *key || order.id.0 > made {
        let what = format!("the order says that it is number {}, and {made} were made in all", order.id.0);
        inspection.breach(table, key, Some(order.account), what);
    }
}

/// Closed orders outlive their player, and old movements are dropped from the ledger; in both cases there is nothing to
/// compare.
fn check_granted(inspection: &mut Inspection<'_>, key: &[u8], order: &Order) {
    let inventory = inspection.get(<Inventory as PlayerRows>::TABLE, &order.account.to_key());
    let is_whole = inventory.is_some_and(|row| Inventory::read(&row).is_ok_and(|row| row.ledger().dropped() == 0));
    let moves_points = match order.wish {
        Wish::Buy { price, .. } => price != 0,
        Wish::Adjust { .. } => false,
    };
    if !is_whole || !moves_points {
        return;
    }
    let rows = inspection.rows_of(LEDGER_TABLE, order.account);
    let mut movements = rows.iter().filter_map(|(key, value)| Movement::read(key, value).ok());
    if movements.all(|(_, movement)| movement.order.map(Number::count) != Some(order.id.0)) {
        let what = "the order was granted, and no movement in the ledger is part of it: the goods may be missing";
        inspection.breach(ClosedOrder::TABLE, key, Some(order.account), what);
    }
}
