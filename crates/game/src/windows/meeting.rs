//! When two windows are open at the same time.

use jiff::tz::TimeZone;

use crate::windows::{OpenSpan, Window};
use raidkeep_engine::calendar::date_of;

/// A Monday and the start of a leap year.
const SAMPLE_FROM: i64 = 1_704_067_200;
const DAY_SECONDS: i64 = 86_400;

/// A day on which two windows are open at the same time, in words; `None` if there is none. Both are in the same zone, so
/// any will do.
pub fn first_meeting(one: &Window, other: &Window) -> Option<String> {
    let rank = |window: &Window| match window {
        Window::Dates { .. } => 0,
        Window::Yearly { .. } => 1,
        Window::Weekly { .. } => 2,
    };
    let (rarer, other) = if rank(one) <= rank(other) { (one, other) } else { (other, one) };
    // Weekly windows have shown all they do after two weeks, and those of every year after twelve years.
    let (from, until) = match rarer {
        Window::Dates { .. } => (i64::MIN, i64::MAX),
        Window::Yearly { .. } => (SAMPLE_FROM, SAMPLE_FROM + 12 * 366 * DAY_SECONDS),
        Window::Weekly { .. } => (SAMPLE_FROM, SAMPLE_FROM + 15 * DAY_SECONDS),
    };
    let zone = TimeZone::UTC;
    let first = |span: OpenSpan| {
        let met = other.between(span.opens, span.closes, &zone);
        met.filter(|met| met.opens < span.closes && span.opens < met.closes).map(|met| met.date.max(span.date)).min()
    };
    let date = date_of(rarer.between(from, until, &zone).filter_map(first).min()?);
    Some(match rarer {
        Window::Dates { .. } => date.to_string(),
        Window::Yearly { .. } => date.strftime("%m-%d").to_string(),
        Window::Weekly { .. } => date.strftime("a %A").to_string().to_lowercase(),
    })
}
