//! For how long a world may answer.

use std::fmt::Debug;
use std::time::Duration;

/// A world's right to answer, as far as this process knows. Whoever delivers a reply asks first.
pub trait Tenure: Debug + Send + Sync {
    /// Whether nobody else can have the world now. Once it does not hold, it never does again.
    fn holds(&self) -> bool;

    /// Whether the world is wanted elsewhere: it is to be given back in an orderly way.
    fn is_called_away(&self) -> bool {
        false
    }

    /// Notes for how long a processor has worked for the world since the last time, so that others can see what it takes to serve
    /// it. Where nobody looks, it is not measured.
    fn note_work(&self, measure: &mut dyn FnMut() -> Duration) {
        let _ = measure;
    }

    /// How often to ask when nothing is to be delivered; `None` = it never ends by itself.
    fn ask_every(&self) -> Option<Duration> {
        None
    }
}

/// The files of a world are locked for as long as they are open.
#[derive(Debug, Clone, Copy)]
pub struct LockedFiles;

impl Tenure for LockedFiles {
    fn holds(&self) -> bool {
        true
    }
}
