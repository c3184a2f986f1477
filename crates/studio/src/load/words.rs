//! A report as text.

use std::fmt::{self, Display};

use crate::load::report::{Latency, LoadReport, ServerReport, Setup, UnexpectedReport};
use crate::report::columns::{left, right};

impl Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Setup { mix, kind, clients, in_flight, idle_connections, .. } = &self.setup;
        write!(f, "{mix}: {kind} loop, {clients} clients")?;
        match self.setup.rate {
            Some(rate) => write!(f, ", {rate} requests a second due")?,
            None => write!(f, ", {in_flight} requests in flight each")?,
        }
        if *idle_connections > 0 {
            write!(f, ", {idle_connections} idle connections")?;
        }
        let rate = self.requests_per_second;
        writeln!(f, "\n{} requests in {:.2} s: {rate:.0} req/s", self.requests, self.seconds)?;
        writeln!(f, "\n{}", row("", ["requests", "p50 us", "p99", "p99.9", "max"], "statuses"))?;
        if let Some(connecting) = &self.connecting {
            write_row(f, "(connecting)", connecting.count, connecting.latency_us, "")?;
        }
        for function in &self.functions {
            let statuses = function.statuses.iter().map(|found| format!("{}: {}", found.status, found.count));
            let statuses = statuses.collect::<Vec<_>>().join(", ");
            write_row(f, &function.function, function.requests, function.latency_us, &statuses)?;
        }
        write_row(f, "all", self.requests + self.unsent, self.latency_us, "")?;
        if let Some(server) = &self.server {
            write!(f, "\n{server}")?;
        }
        self.write_troubles(f)
    }
}

fn write_row(f: &mut fmt::Formatter<'_>, name: &str, count: u64, latency: Latency, statuses: &str) -> fmt::Result {
    let Latency { p50, p99, p999, max } = latency;
    let figures = [count, p50, p99, p999, max].map(|figure| figure.to_string());
    writeln!(f, "{}", row(name, figures.each_ref().map(String::as_str), statuses))
}

/// A name, its figures and its statuses, in columns.
fn row(name: &str, figures: [&str; 5], statuses: &str) -> String {
    let figures: String =
        figures.iter().zip([11, 10, 10, 10, 10]).map(|(figure, width)| right(figure, width)).collect();
    format!("{}{figures}  {statuses}", left(name, 28)).trim_end().to_owned()
}

impl LoadReport {
    fn write_troubles(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            (self.unsent, "requests were due and never sent"),
            (self.unanswered, "requests were never answered"),
            (self.cut_short, "sequences ended early: a reply lacked a value that the next request needs"),
        ];
        for (count, what) in counts.iter().filter(|(count, _)| *count > 0) {
            writeln!(f, "\n{count} {what}")?;
        }
        for UnexpectedReport { function, status, count, first } in &self.unexpected {
            writeln!(f, "\nUNEXPECTED status {status} of {function}, {count} times, first: {first}")?;
        }
        if self.broken.connections > 0 {
            let first = self.broken.first.as_deref().unwrap_or_default();
            writeln!(f, "\nBROKEN connections: {}, the first: {first}", self.broken.connections)?;
        }
        self.advice.iter().try_for_each(|advice| writeln!(f, "\n{advice}"))
    }
}

impl Display for ServerReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "server: ")?;
        if let Some(cpu) = self.cpu_us_per_request {
            write!(f, "{cpu:.2} us CPU per request, ")?;
        }
        write!(f, "{:.2} cores, {:.1} MiB of memory", self.cpu_cores, self.resident_bytes / f64::from(1 << 20))?;
        if let Some(bytes) = self.bytes_per_idle_connection {
            write!(f, ", {bytes:.0} bytes per idle connection")?;
        }
        if let (Some(all), Some(each)) = (self.written_bytes, self.written_bytes_per_request) {
            write!(f, "; {all:.0} bytes written to disk, {each:.0} per request")?;
        }
        if let Some(log) = self.log_bytes {
            write!(f, "; {log:.0} bytes of log records")?;
        }
        writeln!(f)
    }
}
