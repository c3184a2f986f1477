//! Tickets as events change them.

use std::borrow::Cow;

use crate::tickets::{Purchase, TicketRules};
use crate::timed_events::{Changeable, EventChange, Numbers, changed_by};

impl Purchase {
    /// This purchase as changes make it, in their order.
    pub fn under<'c>(&self, changes: impl Iterator<Item = &'c EventChange>) -> Cow<'_, Self> {
        let is_own =
            |change: &&EventChange| matches!(change.of, Numbers::TicketPrice { ticket } if ticket.0 == self.ticket);
        changed_by(self, changes.filter(is_own), Self::change_price)
    }

    fn change_price(&mut self, change: &EventChange) -> usize {
        if let Some(points) = &mut self.price_points {
            change.change(points, u32::MAX);
        }
        change.change_amounts(&mut self.price) + usize::from(self.price_points.is_some())
    }
}

impl Changeable for TicketRules {
    fn has(of: &Numbers) -> bool {
        matches!(of, Numbers::TicketPrice { .. } | Numbers::TicketsDaily { .. })
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        match change.of {
            Numbers::TicketPrice { ticket } => {
                let sold = self.purchases.iter_mut().filter(|purchase| purchase.ticket == ticket.0);
                sold.map(|purchase| purchase.change_price(change)).sum()
            }
            Numbers::TicketsDaily { ticket } => {
                let kinds = self.kinds.iter_mut().filter(|kind| kind.key == ticket.0);
                let daily = kinds.flat_map(|kind| std::iter::once(&mut kind.daily).chain(&mut kind.daily_vip));
                daily.map(|daily| change.change(daily, u32::MAX)).count()
            }
            _ => 0,
        }
    }
}
