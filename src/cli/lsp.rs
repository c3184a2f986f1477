//! `raidkeep lsp`: speaks with editors about the assets, on standard input and output.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

use clap::Args;

use crate::cli::moment::settings_of;
use crate::cli::report;
use raidkeep_engine::clock;
use raidkeep_engine::reload::Watcher;
use raidkeep_studio::language::{CheckedFolder, FolderCheck, LanguageSession, ToEditor, read_frame, write_frame};

/// At most this many messages wait; a faster editor waits itself.
const WAITING_MAX: usize = 64;
/// A change on disk that the system does not report is found within this time.
const POLL_EVERY: Duration = Duration::from_secs(5);

/// Exit code 0: the editor has ended the session in order. 1: it has not.
#[derive(Debug, Args)]
pub(super) struct LanguageServer {
    /// Standard input and output are the only way; editors pass this nevertheless.
    #[arg(long, hide = true)]
    stdio: bool,
    /// Configuration file, for the zone [default: as serve].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// What happens to the server.
enum News {
    Message(Vec<u8>),
    /// The editor is gone, or sends something else than messages.
    Gone(Option<io::Error>),
    Checked(Box<CheckedFolder>),
    /// A check has ended without a result.
    Failed(PathBuf),
    FilesChanged(PathBuf),
}

impl LanguageServer {
    pub(super) fn run(self) -> Result<ExitCode, Box<dyn std::error::Error>> {
        let settings = settings_of(self.config.as_deref())?;
        let catalogue = raidkeep_game::catalogue(&settings);
        let (news, received) = sync_channel(WAITING_MAX);
        let reader = news.clone();
        thread::Builder::new().name("raidkeep-editor".to_owned()).spawn(move || read(&reader))?;
        let desk = Desk { session: LanguageSession::new(catalogue, settings.zone), news, watchers: BTreeMap::new() };
        Ok(ExitCode::from(desk.serve(&received)?))
    }
}

/// Passes on what the editor sends.
fn read(news: &SyncSender<News>) {
    let mut input = io::stdin().lock();
    loop {
        let (next, is_last) = match read_frame(&mut input) {
            Ok(Some(content)) => (News::Message(content), false),
            Ok(None) => (News::Gone(None), true),
            Err(error) => (News::Gone(Some(error)), true),
        };
        // A server that has ended needs no message.
        if news.send(next).is_err() || is_last {
            return;
        }
    }
}

struct Desk {
    session: LanguageSession,
    news: SyncSender<News>,
    watchers: BTreeMap<PathBuf, Watcher>,
}

impl Desk {
    /// Serves the editor until it leaves; returns the exit code.
    fn serve(mut self, received: &Receiver<News>) -> io::Result<u8> {
        loop {
            let next = match received.try_recv() {
                Err(TryRecvError::Empty) => {
                    self.check()?;
                    received.recv().ok()
                }
                next => next.ok(),
            };
            match next {
                Some(News::Message(content)) => self.say(|session| session.receive_bytes(&content))?,
                Some(News::Checked(checked)) => self.say(|session| session.checked(*checked))?,
                Some(News::FilesChanged(folder)) => self.session.files_changed(&folder),
                Some(News::Failed(folder)) => {
                    return Err(io::Error::other(format!("the check of {} has failed", folder.display())));
                }
                Some(News::Gone(Some(error))) => {
                    report(&format!("the editor sends no message: {error}"));
                    return Ok(1);
                }
                Some(News::Gone(None)) | None => return Ok(u8::from(!self.session.is_shut_down())),
            }
            if let Some(code) = self.session.exit_code() {
                return Ok(code);
            }
        }
    }

    fn say(&mut self, act: impl FnOnce(&mut LanguageSession) -> Vec<ToEditor>) -> io::Result<()> {
        let mut output = io::BufWriter::new(io::stdout().lock());
        for message in act(&mut self.session) {
            write_frame(&mut output, &serde_json::to_vec(&message)?)?;
        }
        output.flush()
    }

    /// Starts the checks that are due, each on a thread: questions are answered meanwhile.
    fn check(&mut self) -> io::Result<()> {
        while let Some(check) = self.session.next_check() {
            let news = self.news.clone();
            thread::Builder::new().name("raidkeep-check".to_owned()).spawn(move || drop(news.send(outcome(check))))?;
        }
        let new = self.session.folders().filter(|folder| !self.watchers.contains_key(*folder));
        for folder in new.cloned().collect::<Vec<_>>() {
            let (news, changed) = (self.news.clone(), folder.clone());
            let tell = move || drop(news.send(News::FilesChanged(changed.clone())));
            self.watchers.insert(folder.clone(), Watcher::start(&folder, POLL_EVERY, tell)?);
        }
        Ok(())
    }
}

fn outcome(check: FolderCheck) -> News {
    let folder = check.folder().to_owned();
    let found = catch_unwind(AssertUnwindSafe(|| check.run(clock::wall_ms().div_euclid(1000))));
    found.map_or_else(|_| News::Failed(folder), |checked| News::Checked(Box::new(checked)))
}
