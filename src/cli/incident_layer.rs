//! Warnings and errors of the log become incidents.

use std::fmt::{Debug, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use raidkeep_engine::realm::incidents::IncidentKind;
use raidkeep_server::net::incident_log::IncidentLog;

/// A line with this field tells of an incident that its world reports itself.
const REPORTED: &str = "incident";
/// The part of the program that wrote a line, where a library logs through the crate `log`; its other fields say where it did.
const LIBRARY: &str = "log.target";
const OF_LIBRARIES: &str = "log.";

/// Says each warning and error to the list of incidents.
pub(super) struct IncidentLayer(pub(super) IncidentLog);

impl<S: Subscriber> Layer<S> for IncidentLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        let kind = match *metadata.level() {
            Level::ERROR => IncidentKind::LogError,
            Level::WARN => IncidentKind::LogWarning,
            _ => return,
        };
        if metadata.fields().field(REPORTED).is_some() {
            return;
        }
        let mut line = Line { message: String::new(), source: metadata.target().to_owned(), fields: String::new() };
        event.record(&mut line);
        self.0.hear(kind, &line.message, &line.source, &line.fields);
    }
}

/// A line, taken apart.
struct Line {
    message: String,
    source: String,
    fields: String,
}

impl Line {
    fn add(&mut self, field: &Field, value: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = match field.name() {
            "message" => self.message.write_fmt(value),
            LIBRARY => {
                self.source.clear();
                self.source.write_fmt(value)
            }
            name if name.starts_with(OF_LIBRARIES) => Ok(()),
            name => {
                let gap = if self.fields.is_empty() { "" } else { " " };
                write!(self.fields, "{gap}{name}={value}")
            }
        };
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field, format_args!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raidkeep_engine::realm::incidents::IncidentNews;
    use tracing_subscriber::layer::SubscriberExt;

    fn heard(act: impl FnOnce()) -> Vec<IncidentNews> {
        let log = IncidentLog::default();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(IncidentLayer(log.clone())), act);
        log.take()
    }

    #[test]
    fn warnings_and_errors_are_heard_with_their_fields() {
        let heard = heard(|| {
            tracing::info!("all is well");
            tracing::warn!(target: "disk", file = "a.log", left = 3, "nearly full");
            tracing::error!(target: "disk", error = %"no space", "full");
        });
        let once = |kind, what, detail| IncidentNews::once(kind, what, "disk", detail);
        let expected = [
            once(IncidentKind::LogWarning, "nearly full", "file=a.log left=3"),
            once(IncidentKind::LogError, "full", "error=no space"),
        ];
        assert_eq!(heard, expected);
    }

    #[test]
    fn what_a_world_reports_itself_is_not_heard() {
        assert_eq!(heard(|| tracing::error!(incident = "order", "unsettled")), []);
    }
}
