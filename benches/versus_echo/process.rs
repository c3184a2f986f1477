//! Servers as child processes, and their resource usage from the kernel.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use raidkeep::studio::load::RATE_LIMITS;

use crate::{Options, Result, dialect::Dialect};

/// The server's stderr, in its directory.
const LOG: &str = "stderr.log";

/// A running server, killed on drop.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) dialect: Dialect,
    pid: u32,
    child: Child,
    files: Arc<TempDir>,
}

impl Server {
    /// This program again, as the echo.
    pub(crate) async fn echo(options: &Options, reply_bytes: usize) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--echo").args(["--reply-bytes", &reply_bytes.to_string()]);
        Self::start(command, files(options)?).await
    }

    /// Raidkeep, with a world of its own and without limits on the rate of requests.
    pub(crate) async fn raidkeep(options: &Options) -> Result<Self> {
        let files = files(options)?;
        let mut command = Command::new(&options.server);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(files.path().join("data"));
        for limit in RATE_LIMITS {
            command.args(["--set", &format!("limits.{limit}=0")]);
        }
        for setting in &options.set {
            command.args(["--set", setting]);
        }
        let assets = match &options.assets {
            Some(assets) => assets.clone(),
            None => assets_for_load(options, &files).await?,
        };
        command.arg("--assets").arg(assets);
        Self::start(command, files).await
    }

    /// The example `transfers`, with a world of its own.
    pub(crate) async fn bank(options: &Options, program: &Path) -> Result<Self> {
        Self::bank_in(program, files(options)?).await
    }

    /// Ends the bank as `kill -9` does, and starts it again on what it has left.
    pub(crate) async fn killed_and_restarted(self, program: &Path) -> Result<Self> {
        let files = Arc::clone(&self.files);
        drop(self);
        Self::bank_in(program, files).await
    }

    async fn bank_in(program: &Path, files: Arc<TempDir>) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["listen=127.0.0.1:0", "limits.in_flight_per_connection=64"]);
        command.arg(format!("data={}", files.path().join("data").display()));
        command.args(RATE_LIMITS.map(|limit| format!("limits.{limit}=0")));
        Self::start(command, files).await
    }

    /// Another program, given with its arguments.
    pub(crate) async fn peer(options: &Options, command: &str) -> Result<Self> {
        let mut words = command.split_whitespace();
        let mut program = Command::new(words.next().ok_or("a peer needs a command")?);
        program.args(words);
        Self::start(program, files(options)?).await
    }

    async fn start(mut command: Command, files: Arc<TempDir>) -> Result<Self> {
        // A file never blocks the server and costs this process nothing.
        let log = File::create(files.path().join(LOG))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{command:?}: {error}"))?;
        let stdout = child.stdout.take().expect("stdout should be piped");
        let (address, dialect) = match timeout(Duration::from_secs(30), listening(stdout)).await {
            Ok(Ok(told)) => told,
            failure => {
                let log = log_end(&files);
                return Err(format!("{command:?} did not start: {failure:?}\n{log}").into());
            }
        };
        let pid = child.id().ok_or("the server ended at once")?;
        Ok(Self { address, dialect, pid, child, files })
    }

    /// The end of what the server wrote to stderr.
    pub(crate) fn log(&self) -> String {
        log_end(&self.files)
    }

    /// CPU time used so far.
    pub(crate) fn cpu(&self) -> Result<Cpu> {
        let mut threads_ns = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.pid))? {
            // A thread may end between the listing and the reading.
            let text = fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
            threads_ns += number(text.split_whitespace().next()).unwrap_or(0);
        }
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
        // The second field is the program's name, in parentheses, and may hold anything.
        let (_, fields) = stat.rsplit_once(')').ok_or("unreadable /proc/PID/stat")?;
        let mut fields = fields.split_whitespace().skip(11);
        let ticks = number(fields.next())? + number(fields.next())?;
        Ok(Cpu { threads_ns, process_ns: ticks * TICK_NS })
    }

    /// Bytes the process has caused to be written to disk so far.
    pub(crate) fn written_bytes(&self) -> Result<u64> {
        self.labelled("io", "write_bytes:")
    }

    /// Memory in use.
    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        Ok(self.labelled("status", "VmRSS:")? * 1024)
    }

    /// The number behind `label` at the start of a line of /proc/PID/`file`.
    fn labelled(&self, file: &str, label: &str) -> Result<u64> {
        let text = fs::read_to_string(format!("/proc/{}/{file}", self.pid))?;
        let line = text.lines().find_map(|line| line.strip_prefix(label));
        number(line.and_then(|rest| rest.split_whitespace().next()))
    }
}

impl Drop for Server {
    /// Sees the process dead, so that its files do not go while it still writes.
    fn drop(&mut self) {
        // An error means that it is dead already.
        let _killed = self.child.start_kill();
        for _ in 0..400 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A kernel tick as user space sees it: a hundredth of a second on every Linux of today.
const TICK_NS: u64 = 10_000_000;

/// CPU time of a process at one moment.
#[derive(Clone, Copy)]
pub(crate) struct Cpu {
    /// Exact, but without the threads that have ended, and zero on a kernel without schedstat.
    threads_ns: u64,
    /// Complete, in whole ticks.
    process_ns: u64,
}

impl Cpu {
    /// Nanoseconds since `earlier`: exact where the exact figure can be true.
    pub(crate) fn since(self, earlier: Self) -> u64 {
        let threads = self.threads_ns.saturating_sub(earlier.threads_ns);
        let process = self.process_ns - earlier.process_ns;
        if process > threads + 3 * TICK_NS { process } else { threads }
    }
}

fn number(text: Option<&str>) -> Result<u64> {
    Ok(text.ok_or("a number is missing in /proc")?.parse()?)
}

/// Assets in which a measurement uses nothing up.
async fn assets_for_load(options: &Options, files: &TempDir) -> Result<PathBuf> {
    let folder = files.path().join("assets");
    let written = Command::new(&options.server).args(["load", "--write-assets"]).arg(&folder).output().await?;
    match written.status.success() {
        true => Ok(folder),
        false => Err(format!("no assets: {}", String::from_utf8_lossy(&written.stderr)).into()),
    }
}

fn log_end(files: &TempDir) -> String {
    let log = fs::read_to_string(files.path().join(LOG)).unwrap_or_default();
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// A fresh directory for one server.
fn files(options: &Options) -> Result<Arc<TempDir>> {
    fs::create_dir_all(&options.scratch)?;
    Ok(Arc::new(TempDir::with_prefix_in("versus-echo-", Path::new(&options.scratch))?))
}

/// Reads from the first line, `listening on ADDRESS` or `listening on ADDRESS, colyseus`, how the server is reached,
/// then keeps the pipe empty for as long as the server lives.
async fn listening(stdout: ChildStdout) -> Result<(SocketAddr, Dialect)> {
    let mut stdout = BufReader::new(stdout);
    let mut line = String::new();
    stdout.read_line(&mut line).await?;
    let told = line.trim().strip_prefix("listening on ").ok_or_else(|| format!("first line: {line:?}"))?;
    let (address, dialect) = match told.strip_suffix(", colyseus") {
        Some(address) => (address, Dialect::Colyseus),
        None => (told, Dialect::Json),
    };
    let address = address.parse()?;
    tokio::spawn(async move {
        let mut waste = [0; 4096];
        while stdout.read(&mut waste).await.is_ok_and(|read| read > 0) {}
    });
    Ok((address, dialect))
}
