//! Commands of this program that a running server starts beside itself: at low priority, with a limit on their time and
//! their output, and without the secrets in the environment of the server.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How much of what a command says on stderr is told.
const COMPLAINT_BYTES_MAX: u64 = 4096;

/// A command, and how much it may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beside {
    /// The arguments of this program.
    pub(super) arguments: &'static [&'static str],
    /// After this time it is killed.
    pub(super) within: Duration,
    /// With more output than this it is killed.
    pub(super) output_bytes_max: u64,
}

/// Why a command said nothing that can be used, in words for operators.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotSaid {
    #[error("a process for it cannot be started: {0}")]
    NotStarted(#[from] std::io::Error),
    #[error("it took longer than {} s and was given up", .0.as_secs())]
    TooSlow(Duration),
    #[error("it is longer than {0} bytes")]
    TooLong(u64),
    #[error("{0}")]
    Failed(String),
    #[error("the process for it was ended from outside")]
    Ended,
}

impl Beside {
    /// Runs the command with `input` on its stdin, and returns its output.
    pub(super) fn run(self, input: Vec<u8>) -> Result<Vec<u8>, NotSaid> {
        self.run_command(command_beside(self.arguments)?, input)
    }

    fn run_command(self, command: Command, input: Vec<u8>) -> Result<Vec<u8>, NotSaid> {
        let (mut process, complaint) = Process::start(command)?;
        let output = reader(process.0.stdout.take(), self.output_bytes_max + 1);
        if let Some(mut stdin) = process.0.stdin.take() {
            // On a thread of its own: a pipe is full long before a process that reads slowly has all of it. One that reads
            // nothing has said why on stderr.
            thread::spawn(move || drop(stdin.write_all(&input)));
        }
        let output = output.recv_timeout(self.within).map_err(|_| NotSaid::TooSlow(self.within))?;
        if output.len() as u64 > self.output_bytes_max {
            return Err(NotSaid::TooLong(self.output_bytes_max));
        }
        let status = process.0.wait()?;
        if status.success() {
            return Ok(output);
        }
        Err(NotSaid::after(status, &complaint.recv_timeout(self.within).unwrap_or_default()))
    }
}

/// This program with these arguments, at a low priority.
pub(super) fn command_beside(arguments: &[&str]) -> std::io::Result<Command> {
    let mut command = Command::new("nice");
    // An operator waits for it: at the lowest priority a busy machine would give it no time at all.
    command.args(["-n", "10"]).arg(std::env::current_exe()?).args(arguments);
    Ok(command)
}

impl NotSaid {
    /// Of a process that has ended with this status, with what it has complained of.
    pub(super) fn after(status: ExitStatus, complaint: &[u8]) -> Self {
        let complaint = String::from_utf8_lossy(complaint);
        match (status.code(), complaint.lines().last()) {
            (Some(_), Some(line)) => Self::Failed(line.trim_start_matches("raidkeep: ").to_owned()),
            _ => Self::Ended,
        }
    }
}

/// A process that does not outlive the wait for it.
pub(super) struct Process(pub(super) Child);

impl Process {
    /// Starts a command with pipes and without the secrets; also returns what will have been said on stderr.
    pub(super) fn start(mut command: Command) -> std::io::Result<(Self, mpsc::Receiver<Vec<u8>>)> {
        command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = Self(command.spawn()?);
        let complaint = reader(process.0.stderr.take(), COMPLAINT_BYTES_MAX);
        Ok((process, complaint))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads a pipe to its end or to the limit, on a thread of its own.
fn reader(pipe: Option<impl Read + Send + 'static>, bytes_max: u64) -> mpsc::Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            // What was read before a failure is told all the same.
            let _ = pipe.take(bytes_max).read_to_end(&mut bytes);
        }
        // Nobody may wait for it any more.
        let _ = send.send(bytes);
    });
    receive
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str, within: Duration) -> Result<Vec<u8>, NotSaid> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Beside { arguments: &[], within, output_bytes_max: 8 }.run_command(command, b"asked".to_vec())
    }

    #[test]
    fn a_process_is_asked_on_stdin_and_answers_on_stdout() {
        assert_eq!(run("cat", Duration::from_secs(60)).expect("an answer"), b"asked");
    }

    #[test]
    fn a_process_that_is_slow_or_says_too_much_is_given_up() {
        let slow = run("exec sleep 600", Duration::from_millis(50));
        assert!(matches!(slow, Err(NotSaid::TooSlow(_))), "{slow:?}");
        let long = run("echo 123456789; exec sleep 600", Duration::from_secs(60));
        assert!(matches!(long, Err(NotSaid::TooLong(8))), "{long:?}");
    }

    #[test]
    fn more_than_a_pipe_holds_does_not_delay_the_limit() {
        let mut command = Command::new("sleep");
        command.arg("600");
        let beside = Beside { arguments: &[], within: Duration::from_millis(50), output_bytes_max: 8 };
        let slow = beside.run_command(command, vec![0; 1 << 20]);
        assert!(matches!(slow, Err(NotSaid::TooSlow(_))), "{slow:?}");
    }

    #[test]
    fn a_process_that_fails_tells_why_and_one_that_is_killed_has_no_say() {
        let failed = run("echo 'raidkeep: no base' >&2; exit 1", Duration::from_secs(60));
        assert_eq!(failed.expect_err("it failed").to_string(), "no base");
        let killed = run("echo half; kill -9 $$", Duration::from_secs(60));
        assert!(matches!(killed, Err(NotSaid::Ended)), "half an answer is none: {killed:?}");
    }

    #[test]
    fn a_process_does_not_see_the_secrets_of_the_server() {
        let seen = run("echo ${CARGO_PKG_NAME:-none}", Duration::from_secs(60)).expect("an answer");
        assert_eq!(seen, b"none\n", "cargo sets the variable for every test");
    }
}
