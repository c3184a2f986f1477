//! Who starts the process of a study, listens to it, and ends it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::cli::beside::{NotSaid, Process, command_beside};
use raidkeep_realm::rule_sets::studies::{StudyOrder, StudyReport};

/// After this time a study is given up.
const WITHIN: Duration = Duration::from_secs(600);
/// With more output than this it is given up.
const OUTPUT_BYTES_MAX: u64 = 16 << 20;
/// What is left of a process that has closed its output.
const LAST_WORDS_WITHIN: Duration = Duration::from_secs(5);

/// What happens to a study that is under way.
pub(super) enum Event {
    /// The process has printed a line.
    Line(String),
    /// It prints no more.
    Silence,
    /// Nobody wants it any more.
    Stop,
}

/// A line that the process prints.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Said {
    /// How many per cent are done.
    Percent(u32),
    /// What was found.
    Report(Box<StudyReport>),
}

/// Has the study done by a process beside the server, at a low priority.
pub(super) fn conduct(
    order: &StudyOrder,
    events: (Sender<Event>, Receiver<Event>),
    note: impl FnMut(u32),
) -> Result<StudyReport, NotSaid> {
    let mut line = serde_json::to_vec(order).map_err(|error| NotSaid::Failed(error.to_string()))?;
    line.push(b'\n');
    let limits = Limits { within: WITHIN, output_bytes_max: OUTPUT_BYTES_MAX };
    limits.listen_to(command_beside(&["study"])?, &line, events, note)
}

/// How much a process may take.
struct Limits {
    within: Duration,
    output_bytes_max: u64,
}

impl Limits {
    fn listen_to(
        &self,
        command: Command,
        line: &[u8],
        (sender, events): (Sender<Event>, Receiver<Event>),
        mut note: impl FnMut(u32),
    ) -> Result<StudyReport, NotSaid> {
        let until = Instant::now() + self.within;
        let (mut process, complaint) = Process::start(command)?;
        let stdout = process.0.stdout.take();
        let output_bytes_max = self.output_bytes_max;
        thread::spawn(move || pass_on(stdout.map(|stdout| stdout.take(output_bytes_max + 1)), &sender));
        // Closed only when all is over: that is how the process learns that nobody listens.
        let _open = ask(process.0.stdin.take(), line);
        let mut bytes = 0;
        let mut found = None;
        loop {
            let event = events.recv_timeout(until.saturating_duration_since(Instant::now()));
            match event {
                Ok(Event::Line(line)) => {
                    bytes += line.len() as u64 + 1;
                    if bytes > self.output_bytes_max {
                        return Err(NotSaid::TooLong(self.output_bytes_max));
                    }
                    match serde_json::from_str(&line) {
                        Ok(Said::Percent(percent)) => note(percent),
                        Ok(Said::Report(report)) => found = Some(*report),
                        Err(error) => return Err(NotSaid::Failed(error.to_string())),
                    }
                }
                Ok(Event::Silence) => break,
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return Err(NotSaid::Ended),
                Err(RecvTimeoutError::Timeout) => return Err(NotSaid::TooSlow(self.within)),
            }
        }
        match found {
            Some(report) => Ok(report),
            None => {
                let status = process.0.wait()?;
                Err(NotSaid::after(status, &complaint.recv_timeout(LAST_WORDS_WITHIN).unwrap_or_default()))
            }
        }
    }
}

/// Hands over the order. A process that reads nothing has said why on stderr.
fn ask(stdin: Option<ChildStdin>, line: &[u8]) -> Option<ChildStdin> {
    let mut stdin = stdin?;
    let _ = stdin.write_all(line).and_then(|()| stdin.flush());
    Some(stdin)
}

fn pass_on(output: Option<impl Read>, clerk: &Sender<Event>) {
    let lines = output.into_iter().flat_map(|output| BufReader::new(output).lines().map_while(Result::ok));
    for line in lines {
        // The clerk may have gone.
        let _ = clerk.send(Event::Line(line));
    }
    let _ = clerk.send(Event::Silence);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen(script: &str, within: Duration, stop: bool) -> (Result<StudyReport, NotSaid>, Vec<u32>) {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let (sender, events) = std::sync::mpsc::channel();
        if stop {
            sender.send(Event::Stop).expect("the receiver is there");
        }
        let mut noted = Vec::new();
        let limits = Limits { within, output_bytes_max: 400 };
        let outcome = limits.listen_to(command, b"an order\n", (sender, events), |percent| noted.push(percent));
        (outcome, noted)
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_process_that_has_read_its_order_says_how_far_it_is_and_what_it_found() {
        let report = serde_json::to_string(&Said::Report(Box::default())).expect("plain data");
        let script = format!(r#"read order; test "$order" = "an order"; echo '{{"percent":50}}'; echo '{report}'"#);
        let (outcome, noted) = listen(&script, LONG, false);
        assert_eq!((outcome.expect("a report"), noted), (StudyReport::default(), vec![50]));
    }

    #[test]
    fn a_process_that_is_slow_says_too_much_or_is_stopped_is_given_up() {
        let slow = listen("exec sleep 600", Duration::from_millis(50), false).0;
        assert!(matches!(slow, Err(NotSaid::TooSlow(_))), "{slow:?}");
        let long = listen("yes '{\"percent\":1}'", LONG, false).0;
        assert!(matches!(long, Err(NotSaid::TooLong(400))), "{long:?}");
        let stopped = listen("exec sleep 600", LONG, true).0;
        assert!(matches!(stopped, Err(NotSaid::Ended)), "{stopped:?}");
    }

    #[test]
    fn a_process_without_a_report_has_failed_for_what_it_says_last() {
        let failed = listen("echo 'raidkeep: no such boss' >&2; exit 1", LONG, false).0;
        assert_eq!(failed.expect_err("it failed").to_string(), "no such boss");
        let odd = listen("echo half; exec sleep 600", LONG, false).0;
        assert!(matches!(odd, Err(NotSaid::Failed(_))), "{odd:?}");
    }
}
