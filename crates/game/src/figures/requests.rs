//! `figures`, for operators.

use bevy_app::App;
use bevy_ecs::prelude::*;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::figures::days::{DetailedDay, FiguresDay, date_of_key, key};
use crate::figures::shown::{DayShown, KnownDays};
use crate::figures::today::{CountsToday, DetailsToday, FiguresToday};
use crate::presence::Presence;
use raidkeep_engine::calendar::{date_number, date_of};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::answer::rows_found;
use raidkeep_engine::request::{Call, Code, Operator, Refusal, Success, Waits};
use raidkeep_engine::storage::{ArchivedRow, FoundRows, RowError, RowQuery};

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<GetFigures, _>(figures);
}

/// The most days of one reply.
const DAYS_MAX: i32 = 366;
/// The same with details, which are some hundred numbers a day.
const DETAILED_DAYS_MAX: i32 = 31;
/// How many days before and after those asked for are read: a month that goes on, and players who return.
const READ_AROUND: i32 = 31;

const BACKWARDS: Refusal = Refusal::new(99, "from is later than to");
const TOO_MANY: Refusal = Refusal::new(98, "at most 366 days at a time, 31 with details");

/// `figures {token, from, to, details?}`: what was counted on each of these days.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GetFigures {
    /// The first day, `YYYY-MM-DD` in the game's zone.
    from: String,
    /// The last day. Days that have not begun are left out.
    to: String,
    /// Whether to tell of each stage, level, item and boss.
    #[serde(default)]
    details: bool,
}

request!(
    Operator, "figures", GetFigures => FiguresShown, RIGHT = Right::VIEW,
    CODES = &[Code::of(BACKWARDS), Code::of(TOO_MANY)],
);

/// The reply of `figures`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FiguresShown {
    /// The date of the day that is being counted, `YYYY-MM-DD`. Its numbers still grow.
    today: String,
    /// How many players are online now.
    online: usize,
    /// The days, the earliest first.
    days: Vec<DayShown>,
}

fn figures(
    In(call): In<Call<GetFigures>>,
    (today, counts, details): (Res<FiguresToday>, Res<CountsToday>, Res<DetailsToday>),
    (presence, clock): (Res<Presence>, Res<Clock>),
) -> Waits<FiguresShown> {
    let GetFigures { from, to, details: has_details } = &call.request;
    let (from, to) = (date("data.from", from)?, date("data.to", to)?);
    if from > to {
        return Err(BACKWARDS.into());
    }
    if to - from >= if *has_details { DETAILED_DAYS_MAX } else { DAYS_MAX } {
        return Err(TOO_MANY.into());
    }
    let table = if *has_details { DetailedDay::TABLE } else { FiguresDay::TABLE };
    let (first, end) = (from.saturating_sub(READ_AROUND), to.saturating_add(READ_AROUND + 1));
    let rows = rows_found(RowQuery::range(table, &key(first, 0), &key(end, 0)), call.fact)?;
    let mut known = KnownDays::default();
    read(&rows, *has_details, &mut known).map_err(|error| {
        tracing::error!(table, %error, "figures cannot be read; the row is left as it is and the request refused");
        Refusal::internal()
    })?;
    let counted_on = today.date.unwrap_or_else(|| clock.date_number());
    let day = FiguresDay { counts: counts.0.clone(), sums: details.sums() };
    let details = if *has_details { details.in_order() } else { Vec::new() };
    known.add_detailed(counted_on, DetailedDay { day, details });
    Ok(Success::with(FiguresShown {
        today: date_of(counted_on).to_string(),
        online: presence.online(),
        days: known.show((from, to), counted_on.max(clock.date_number()), *has_details),
    }))
}

fn date(field: &str, text: &str) -> Result<i32, Refusal> {
    let written = text.parse::<Date>().ok().filter(|date| date.year() >= 0 && date.to_string() == text);
    written.map(date_number).ok_or_else(|| Refusal::malformed(field, "a date such as 2026-03-10"))
}

fn read(rows: &FoundRows, has_details: bool, known: &mut KnownDays) -> Result<(), RowError> {
    for (key, value) in rows {
        let date = date_of_key(key)?;
        if has_details {
            known.add_detailed(date, DetailedDay::read(value)?);
        } else {
            known.add(date, &FiguresDay::read(value)?);
        }
    }
    Ok(())
}
