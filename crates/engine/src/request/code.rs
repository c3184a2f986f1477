//! The codes of single functions, as they declare them.

use std::borrow::Cow;

use crate::request::{Refusal, status};

/// Something a function answers with besides the statuses of every function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The number; `None` stands for any that another platform may give.
    pub number: Option<i32>,
    /// What it says, for the client's developer.
    pub meaning: &'static str,
    /// Where it stands, and what it says about the request.
    pub kind: CodeKind,
}

/// What a code says about the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeKind {
    /// A status: the function refuses. Nothing has changed, unless the meaning says so.
    Refusal,
    /// A status: the function has done what was asked.
    Answer,
    /// The same, and the reply has no `data` where that of 0 has.
    BareAnswer,
    /// It stands in `status_code` of the reply's `data`, and the status is 0.
    StatusCode,
}

impl Code {
    /// A status with which the function refuses.
    pub const fn refusal(status: i32, meaning: &'static str) -> Self {
        Self { number: Some(status), meaning, kind: CodeKind::Refusal }
    }

    /// The status and the text of a refusal.
    pub const fn of(refusal: Refusal) -> Self {
        let code = Self::refusal(
            refusal.status,
            match &refusal.message {
                Cow::Borrowed(message) => message,
                Cow::Owned(_) => panic!("a refusal with a text of its own declares a meaning"),
            },
        );
        std::mem::forget(refusal);
        code
    }

    /// The same with another meaning, where the refusal's text says too little.
    pub const fn meaning(mut self, meaning: &'static str) -> Self {
        self.meaning = meaning;
        self
    }

    /// Whatever code of another platform the function passes on.
    pub const fn passed_on(meaning: &'static str) -> Self {
        Self { number: None, meaning, kind: CodeKind::Refusal }
    }

    /// A status besides 0 with which the function has done what was asked.
    pub const fn answer(status: i32, meaning: &'static str) -> Self {
        Self { number: Some(status), meaning, kind: CodeKind::Answer }
    }

    /// The same without `data`.
    pub const fn bare_answer(status: i32, meaning: &'static str) -> Self {
        Self { number: Some(status), meaning, kind: CodeKind::BareAnswer }
    }

    /// A `status_code` besides 200.
    pub const fn status_code(code: u16, meaning: &'static str) -> Self {
        Self { number: Some(code as i32), meaning, kind: CodeKind::StatusCode }
    }

    /// Whether it is a status with which the function has done what was asked.
    pub fn is_answer(&self) -> bool {
        matches!(self.kind, CodeKind::Answer | CodeKind::BareAnswer)
    }

    fn covers(&self, number: i32) -> bool {
        self.number.is_none_or(|known| known == number)
    }
}

/// Whether a function with these codes may answer with this status.
pub fn declares(codes: &[Code], status: i32) -> bool {
    let own = codes.iter().filter(|code| code.kind != CodeKind::StatusCode);
    status == status::SUCCESS || status::is_of_every_function(status) || own.into_iter().any(|code| code.covers(status))
}

/// The `status_code` for which `data` has no declaration, if there is one.
pub fn undeclared_status_code(codes: &[Code], data: &serde_json::Value) -> Option<i64> {
    const DONE: i64 = 200;
    let given = data.get("status_code")?.as_i64()?;
    let own = codes.iter().filter(|code| code.kind == CodeKind::StatusCode);
    let is_declared = given == DONE || own.into_iter().any(|code| code.number.map(i64::from) == Some(given));
    (!is_declared).then_some(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODES: &[Code] = &[Code::of(Refusal::new(99, "no such thing")), Code::status_code(409, "taken")];

    #[test]
    fn a_function_answers_with_what_it_declares_and_with_the_statuses_of_every_function() {
        for status in [0, 16, -2, 99] {
            assert!(declares(CODES, status), "{status}");
        }
        assert!(!declares(CODES, 98), "not declared");
        assert!(!declares(CODES, 409), "declared for status_code only");
        assert!(declares(&[Code::passed_on("the platform's")], 12_345), "another platform's may be any");
        assert_eq!(CODES[0].meaning, "no such thing", "a refusal declares its text");
    }

    #[test]
    fn a_status_code_stands_in_the_data() {
        let undeclared = |code: i64| undeclared_status_code(CODES, &serde_json::json!({"status_code": code}));
        assert_eq!((undeclared(200), undeclared(409)), (None, None));
        assert_eq!(undeclared(410), Some(410));
        assert_eq!(undeclared_status_code(CODES, &serde_json::json!([1])), None, "data without one");
    }
}
