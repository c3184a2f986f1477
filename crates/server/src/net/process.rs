//! Kernel statistics of this process, for `/metrics`. Linux only; elsewhere the metrics are missing.

use std::fs;

/// A kernel tick as seen by user space: a hundredth of a second on every current Linux.
const TICK_US: u64 = 10_000;

/// Updates the metrics.
pub fn collect() {
    metrics_process::Collector::default().collect();
    if let Some(bytes) = written_bytes() {
        metrics::counter!("process_written_bytes_total").absolute(bytes);
    }
    // The collector above reports whole seconds, because counters are integers.
    if let Some(microseconds) = cpu_microseconds() {
        metrics::gauge!("process_cpu_used_seconds").set(microseconds as f64 / 1e6);
    }
}

/// Bytes that this process has caused to be written to disk.
fn written_bytes() -> Option<u64> {
    let io = fs::read_to_string("/proc/self/io").ok()?;
    io.lines().find_map(|line| line.strip_prefix("write_bytes:")?.trim().parse().ok())
}

/// CPU time so far. The sum over the threads is precise, but excludes threads that have ended; the value of the process
/// includes them but counts in ticks. Both can only be too low, so the larger one is reported.
fn cpu_microseconds() -> Option<u64> {
    let ticks = ticks_of(&fs::read_to_string("/proc/self/stat").ok()?)?;
    Some((ticks * TICK_US).max(threads_microseconds().unwrap_or(0)))
}

fn threads_microseconds() -> Option<u64> {
    let mut sum_ns: u64 = 0;
    for task in fs::read_dir("/proc/self/task").ok()? {
        // A thread may end between the listing and the reading.
        let text = fs::read_to_string(task.ok()?.path().join("schedstat")).unwrap_or_default();
        sum_ns += text.split_whitespace().next().and_then(|ns| ns.parse::<u64>().ok()).unwrap_or(0);
    }
    Some(sum_ns / 1000)
}

/// The ticks in user and kernel mode. The second field is the program's name, in parentheses, and may contain anything.
fn ticks_of(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11).map(|field| field.parse::<u64>().ok());
    Some(fields.next()?? + fields.next()??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_found_behind_any_name() {
        let stat = "17 (rm -rf ) 3 (x) S 1 17 17 0 -1 4194560 1 0 0 0 250 31 0 0 20 0 9 0 1 2 3";
        assert_eq!(ticks_of(stat), Some(281));
        assert_eq!(ticks_of("17 no name"), None);
    }
}
