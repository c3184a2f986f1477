//! The statuses of single functions, as they declare them.

/// A status that a function answers with, besides those of every function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The status.
    pub status: i32,
    /// What it says, for the client's developer.
    pub meaning: &'static str,
    /// Whether the function did what was asked, so that it is an answer like 0; else it is a refusal.
    pub is_answer: bool,
    /// Whether the reply has no `data`, where the reply of 0 has.
    pub is_bare: bool,
}

impl Code {
    /// The function refuses, and has changed nothing unless the meaning says so.
    pub const fn refusal(status: i32, meaning: &'static str) -> Self {
        Self { status, meaning, is_answer: false, is_bare: false }
    }

    /// The function has done what was asked.
    pub const fn answer(status: i32, meaning: &'static str) -> Self {
        Self { status, meaning, is_answer: true, is_bare: false }
    }

    /// The same without `data`.
    pub const fn bare(mut self) -> Self {
        self.is_bare = true;
        self
    }
}
