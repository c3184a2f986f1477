//! The statuses that a function has of its own, beside those of every function (docs/contract/envelope.md#statuses).

use std::borrow::Cow;

use crate::request::Refusal;

/// A status of a function's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// What the reply says.
    pub status: i32,
    /// What it means, for the client's developer.
    pub meaning: &'static str,
    /// Whether the function has done what was asked, as with status 0; otherwise it has refused.
    pub is_answer: bool,
}

impl Code {
    /// The function refuses.
    pub const fn refusal(status: i32, meaning: &'static str) -> Self {
        Self { status, meaning, is_answer: false }
    }

    /// The function has done what was asked.
    pub const fn answer(status: i32, meaning: &'static str) -> Self {
        Self { status, meaning, is_answer: true }
    }
}

impl Refusal {
    /// The code of a refusal with a fixed text. It takes a constant apart, whose destructor no constant may run.
    pub const fn code(self) -> Code {
        let meaning = match &self.message {
            Cow::Borrowed(meaning) => meaning,
            Cow::Owned(_) => "",
        };
        let code = Code::refusal(self.status, meaning);
        std::mem::forget(self);
        code
    }
}
