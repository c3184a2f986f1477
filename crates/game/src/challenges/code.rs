//! The codes of docs/contract/role-play.md#status-codes.

use crate::case_file::MUTED;
use raidkeep_engine::request::Code;

pub(super) const OK: u16 = 200;
pub(super) const NOT_YOUR_ROLE: u16 = 403;
pub(super) const NOT_FOUND: u16 = 404;
pub(super) const BUSY: u16 = 409;
pub(super) const OFFLINE: u16 = 410;
pub(super) const ILLEGAL: u16 = 422;
pub(super) const TOO_MANY: u16 = 429;

pub(super) const CHALLENGE: &[Code] = &[
    Code::status_code(NOT_YOUR_ROLE, "role1 is not your own username"),
    Code::status_code(NOT_FOUND, "no such player"),
    Code::status_code(BUSY, "one of the two is in a battle"),
    Code::status_code(OFFLINE, "the other is not online"),
    Code::status_code(ILLEGAL, "yourself, or no image within the limits"),
    Code::status_code(TOO_MANY, "too many challenges are open"),
    MUTED,
];
pub(super) const ANSWER: &[Code] = &[
    Code::status_code(NOT_YOUR_ROLE, "role is not your own username"),
    Code::status_code(NOT_FOUND, "no such open challenge to you"),
    Code::status_code(BUSY, "one of the two is in a battle"),
    Code::status_code(OFFLINE, "the other is not online"),
];
