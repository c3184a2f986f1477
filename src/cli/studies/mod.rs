//! Studies of rule sets beside a running server: it starts `raidkeep study`, one at a time.
//!
//! The studies are kept in memory. Their process gets the rule sets on its stdin, which stays open: when the server ends, in
//! whatever way, the pipe is closed and the process ends, too.

mod clerk;
mod study;

use std::collections::VecDeque;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use crate::cli::beside::NotSaid;
use clerk::Event;
use raidkeep_realm::rule_sets::studies::{StudyOrder, StudyReport, StudyShown, StudyState};
use raidkeep_realm::rule_sets::{StudyDesk, StudyRoom};
pub(super) use study::answer;

/// How many studies are remembered.
const KEPT: usize = 10;

/// The desk of a server.
pub(super) fn study_room() -> StudyRoom {
    StudyRoom(Some(Arc::new(Desk::default())))
}

/// The studies of a server. Clones are the same ones.
#[derive(Clone, Default)]
struct Desk(Arc<Mutex<Book>>);

#[derive(Default)]
struct Book {
    last: u64,
    /// The newest first.
    entries: VecDeque<Entry>,
}

struct Entry {
    shown: StudyShown,
    began: Instant,
    report: Option<StudyReport>,
    /// Where its clerk is told to stop.
    clerk: Sender<Event>,
}

impl StudyDesk for Desk {
    fn begin(&self, order: StudyOrder) -> Result<u64, u64> {
        let (clerk, events) = std::sync::mpsc::channel();
        let study = self.book().open(&order, clerk.clone())?;
        let desk = self.clone();
        thread::spawn(move || {
            let outcome = clerk::conduct(&order, (clerk, events), |percent| desk.book().note(study, percent));
            desk.book().close(study, outcome);
        });
        Ok(study)
    }

    fn list(&self) -> Vec<StudyShown> {
        self.book().entries.iter().map(Entry::shown).collect()
    }

    fn report(&self, study: u64) -> Option<StudyReport> {
        self.book().find(study)?.report.clone()
    }

    fn stop(&self, study: u64) -> bool {
        self.book().stop(study)
    }
}

impl Desk {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn is_running(&self) -> bool {
        self.shown.state == StudyState::Running
    }

    fn seconds(&self) -> u64 {
        self.began.elapsed().as_secs()
    }

    fn shown(&self) -> StudyShown {
        let seconds = if self.is_running() { self.seconds() } else { self.shown.seconds };
        StudyShown { seconds, ..self.shown.clone() }
    }

    fn end(&mut self, state: StudyState) {
        self.shown.seconds = self.seconds();
        self.shown.state = state;
    }
}

impl Book {
    fn find(&mut self, study: u64) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.shown.study == study)
    }

    /// Enters a study; errs with the number of the one that is under way.
    fn open(&mut self, order: &StudyOrder, clerk: Sender<Event>) -> Result<u64, u64> {
        if let Some(busy) = self.entries.iter().find(|entry| entry.is_running()) {
            return Err(busy.shown.study);
        }
        self.last += 1;
        let shown = StudyShown::beginning(self.last, order);
        self.entries.push_front(Entry { shown, began: Instant::now(), report: None, clerk });
        self.entries.truncate(KEPT);
        Ok(self.last)
    }

    fn note(&mut self, study: u64, percent: u32) {
        if let Some(entry) = self.find(study) {
            entry.shown.percent = percent.min(100);
        }
    }

    /// Enters what became of a study; one that was stopped stays so.
    fn close(&mut self, study: u64, outcome: Result<StudyReport, NotSaid>) {
        let Some(entry) = self.find(study).filter(|entry| entry.is_running()) else {
            return;
        };
        match outcome {
            Ok(report) => {
                entry.end(StudyState::Done);
                entry.shown.percent = 100;
                entry.report = Some(report);
                tracing::info!(study, "a study of rules is done");
            }
            Err(error) => {
                entry.end(StudyState::Failed);
                tracing::info!(study, %error, "a study of rules has failed");
                entry.shown.failure = Some(error.to_string());
            }
        }
    }

    fn stop(&mut self, study: u64) -> bool {
        let Some(entry) = self.find(study).filter(|entry| entry.is_running()) else {
            return false;
        };
        entry.end(StudyState::Stopped);
        // A clerk that has just ended does not listen any more.
        let _ = entry.clerk.send(Event::Stop);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> StudyOrder {
        StudyOrder { sides: Vec::new(), players: 1, days: 1, seeds: 1, seed: 1, by: "eve".to_owned(), at: 7 }
    }

    fn open(book: &mut Book) -> Result<u64, u64> {
        book.open(&order(), std::sync::mpsc::channel().0)
    }

    #[test]
    fn one_study_is_under_way_at_a_time() {
        let mut book = Book::default();
        assert_eq!(open(&mut book), Ok(1));
        assert_eq!(open(&mut book), Err(1), "the number says which one is in the way");
        book.close(1, Ok(StudyReport::default()));
        assert_eq!(open(&mut book), Ok(2));
        assert!(book.stop(2), "it was under way");
        assert_eq!(open(&mut book), Ok(3));
    }

    #[test]
    fn what_has_been_stopped_has_no_outcome() {
        let mut book = Book::default();
        assert_eq!(open(&mut book), Ok(1));
        assert!(book.stop(1));
        book.close(1, Ok(StudyReport::default()));
        let entry = book.find(1).expect("it is remembered");
        assert_eq!((entry.shown.state, entry.report.is_some()), (StudyState::Stopped, false));
        assert!(!book.stop(1), "it is over");
    }

    #[test]
    fn ten_studies_are_remembered_the_newest_first() {
        let mut book = Book::default();
        for study in 1..=12 {
            assert_eq!(open(&mut book), Ok(study));
            book.close(study, Err(NotSaid::Ended));
        }
        let known: Vec<u64> = book.entries.iter().map(|entry| entry.shown.study).collect();
        assert_eq!(known, (3..=12).rev().collect::<Vec<u64>>());
        let last = book.find(12).expect("it is remembered");
        assert_eq!(last.shown.failure.as_deref(), Some("the process for it was ended from outside"));
    }
}
