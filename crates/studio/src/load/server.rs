//! The server's figures from `/metrics`.

use std::io::{Read, Write};
use std::time::Duration;

use crate::load::address::ServerAddress;

/// How long to wait for the metrics.
const PATIENCE: Duration = Duration::from_secs(5);

/// A snapshot of the server process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// CPU time so far, in seconds.
    pub cpu_seconds: f64,
    /// Memory in use, in bytes.
    pub resident_bytes: f64,
    /// Bytes that the process has caused to be written to disk; not every system reports it.
    pub written_bytes: Option<f64>,
    /// Bytes of log records.
    pub log_bytes: Option<f64>,
}

impl Figures {
    /// Reads the metrics of the server. `None` if it exposes none.
    #[must_use]
    pub fn ask(server: &ServerAddress) -> Option<Self> {
        Self::read(&page(server).ok()?)
    }

    fn read(page: &str) -> Option<Self> {
        let sample = |name: &str| page.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        Some(Self {
            // Fall back to whole seconds where fractions are not exported.
            cpu_seconds: sample("process_cpu_used_seconds ").or_else(|| sample("process_cpu_seconds_total "))?,
            resident_bytes: sample("process_resident_memory_bytes ")?,
            written_bytes: sample("process_written_bytes_total "),
            log_bytes: sum(page, "raidkeep_log_bytes_total"),
        })
    }
}

/// The sum of a metric over all its labels; `None` when there is no sample.
fn sum(page: &str, name: &str) -> Option<f64> {
    let samples = page.lines().filter_map(|line| {
        let rest = line.strip_prefix(name)?;
        let value = if rest.starts_with('{') { rest.rsplit_once('}')?.1 } else { rest };
        value.trim().parse::<f64>().ok()
    });
    samples.reduce(|sum, sample| sum + sample)
}

fn page(server: &ServerAddress) -> std::io::Result<String> {
    let (mut stream, address) = (server.dial_blocking(PATIENCE)?, server.host_and_port());
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut page = Vec::new();
    stream.read_to_end(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_among_the_samples_and_a_missing_one_is_missing() {
        let page = "HTTP/1.1 200 OK\r\n\r\n# HELP process_cpu_seconds_total x\nprocess_cpu_seconds_total 1.5\n\
                    process_resident_memory_bytes 2048\nraidkeep_log_bytes_total{world=\"0\"} 9\nraidkeep_log_bytes_total{world=\"1\"} 8\n";
        let expected = Figures { cpu_seconds: 1.5, resident_bytes: 2048.0, written_bytes: None, log_bytes: Some(17.0) };
        assert_eq!(Figures::read(page), Some(expected));
        let finer = format!("{page}process_cpu_used_seconds 1.499\n");
        assert_eq!(Figures::read(&finer).map(|figures| figures.cpu_seconds), Some(1.499));
        assert_eq!(Figures::read("HTTP/1.1 404 Not Found\r\n\r\nmetrics are off\n"), None);
    }
}
