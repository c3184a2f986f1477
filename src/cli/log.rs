//! The log: its levels, its form, and where it goes.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anstream::{AutoStream, ColorChoice};
use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Filter, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::incident_layer::IncidentLayer;
use raidkeep_engine::private;
use raidkeep_server::net::incident_log::IncidentLog;

/// The environment variable with the levels.
const LEVELS_VARIABLE: &str = "RAIDKEEP_LOG";
const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// The levels of the log, from `RAIDKEEP_LOG`.
pub(super) struct Levels(Targets);

impl Levels {
    /// # Errors
    /// When the variable is invalid: a log that stays silent hides every later error.
    pub(super) fn read() -> Result<Self, String> {
        let levels = std::env::var(LEVELS_VARIABLE).unwrap_or_default();
        filter(&levels).map(Self).map_err(|mistake| format!("{LEVELS_VARIABLE}: {mistake}"))
    }

    /// Starts the log of this process. Its warnings and errors are said to `incidents` too.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(super) fn start_log(
        self,
        as_json: bool,
        file: Option<&Path>,
        incidents: Option<IncidentLog>,
    ) -> Result<LogFile, String> {
        let file = LogFile::open(file)?;
        let is_coloured = file.0.is_none() && AutoStream::choice(&io::stderr()) != ColorChoice::Never;
        subscriber(self.0, Form { as_json, is_coloured }, (file.clone(), incidents)).init();
        Ok(file)
    }
}

/// Reads levels such as `info,raidkeep_server=debug`. The library takes a misspelt level for the name of a module and
/// silences everything else.
fn filter(levels: &str) -> Result<Targets, String> {
    let levels = if levels.trim().is_empty() { "info" } else { levels };
    for part in levels.split(',') {
        let level = part.rsplit('=').next().unwrap_or_default().trim();
        if !LEVELS.iter().any(|known| known.eq_ignore_ascii_case(level)) {
            let known = LEVELS.join(", ");
            return Err(format!(
                "\"{level}\" is no level, expected one of {known}, such as info,raidkeep_server=debug"
            ));
        }
    }
    levels.parse().map_err(|error| format!("\"{levels}\" cannot be read: {error}"))
}

/// What a line looks like.
#[derive(Debug, Default)]
struct Form {
    as_json: bool,
    /// JSON never is.
    is_coloured: bool,
}

fn subscriber(
    filter: Targets,
    form: Form,
    (file, incidents): (LogFile, Option<IncidentLog>),
) -> impl Subscriber + Send + Sync {
    // Without the level hint, libraries would build several traces per request that nobody reads.
    let hint = Filter::<Registry>::max_level_hint(&filter).unwrap_or(LevelFilter::TRACE);
    let no_secrets = filter_fn(is_free_of_secrets).with_max_level_hint(hint);
    let log = tracing_subscriber::fmt::layer().with_writer(file);
    let log = if form.as_json { log.with_ansi(false).json().boxed() } else { log.with_ansi(form.is_coloured).boxed() };
    let incidents = incidents.map(|incidents| IncidentLayer(incidents).with_filter(filter.clone()));
    Registry::default().with(log.with_filter(filter)).with(incidents).with(no_secrets)
}

/// At finer levels libraries log whole frames and URLs, including tokens, card passwords and signatures. No setting
/// lets those through.
fn is_free_of_secrets(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("raidkeep") || *metadata.level() <= Level::INFO
}

/// Where the log goes: standard error, or a file that can be reopened after it was moved away.
#[derive(Debug, Clone, Default)]
pub(super) struct LogFile(Option<Arc<OpenLog>>);

#[derive(Debug)]
struct OpenLog {
    path: PathBuf,
    file: Mutex<File>,
}

impl LogFile {
    fn open(path: Option<&Path>) -> Result<Self, String> {
        let Some(path) = path else { return Ok(Self::default()) };
        let file = append_to(path).map_err(|error| format!("log.file: cannot write {}: {error}", path.display()))?;
        Ok(Self(Some(Arc::new(OpenLog { path: path.to_owned(), file: Mutex::new(file) }))))
    }

    /// Continues in a new file under the same name. If that fails, the log stays where it is and says so.
    pub(super) fn reopen(&self) {
        let Some(log) = &self.0 else { return };
        match append_to(&log.path) {
            Ok(file) => *log.file.lock().unwrap_or_else(PoisonError::into_inner) = file,
            Err(error) => tracing::error!(%error, file = %log.path.display(), "the log file cannot be reopened"),
        }
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    private::options().create(true).append(true).open(path)
}

impl<'a> MakeWriter<'a> for LogFile {
    type Writer = LogFile;

    fn make_writer(&'a self) -> Self::Writer {
        self.clone()
    }
}

impl Write for LogFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match &self.0 {
            None => io::stderr().write(line),
            Some(log) => log.file.lock().unwrap_or_else(PoisonError::into_inner).write(line),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_will_see_is_turned_off_at_its_source() {
        let most = |levels: &str| {
            subscriber(filter(levels).expect("valid levels"), Form::default(), Default::default()).max_level_hint()
        };
        assert_eq!(most("info"), Some(LevelFilter::INFO), "libraries build no traces that nobody reads");
        assert_eq!(most("info,raidkeep=debug"), Some(LevelFilter::DEBUG));
        assert_eq!(most(""), Some(LevelFilter::INFO), "an empty variable is none");
    }

    #[test]
    fn a_misspelt_level_is_refused_instead_of_silencing_everything() {
        for levels in ["warning", "info,raidkeep_server=dbug", "raidkeep_server", "information"] {
            let mistake = filter(levels).expect_err(levels);
            assert!(mistake.contains("is no level") && mistake.contains("warn"), "{levels}: {mistake}");
        }
    }

    #[test]
    fn a_log_file_that_was_moved_away_is_opened_anew() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (path, moved) = (folder.path().join("log"), folder.path().join("log.1"));
        let mut log = LogFile::open(Some(&path)).expect("a writable folder");
        log.write_all(b"before\n").expect("it can be written");
        std::fs::rename(&path, &moved).expect("it can be moved");
        log.write_all(b"between\n").expect("it can be written");
        log.reopen();
        log.write_all(b"after\n").expect("it can be written");
        let read = |path: &Path| std::fs::read_to_string(path).expect("it was written");
        assert_eq!((read(&moved).as_str(), read(&path).as_str()), ("before\nbetween\n", "after\n"));
    }
}
