//! The codes of the new functions (docs/contract/stage-protocol.md#codes-of-the-new-functions).

use raidkeep_engine::request::{Code, Refusal};

/// In the order of the checks of an entry.
pub(super) const ENTER: &[Code] = &[
    Code::of(STAGE),
    Code::of(MISMATCH).meaning("the stage is passed, and cannot be repeated"),
    Code::of(NOT_CONFIGURED),
    Code::of(LEVEL),
    Code::of(TICKET).meaning("no more ticket, try tomorrow; or every boss is dead"),
    Code::of(ENERGY),
    Code::of(MATERIALS),
];
pub(super) const VICTORY: &[Code] = &[Code::of(STAGE), Code::of(MISMATCH), Code::of(NOT_CONFIGURED)];
pub(super) const VICTORY_OVER_BOSS: &[Code] =
    &[Code::of(STAGE), Code::of(MISMATCH), Code::of(NOT_CONFIGURED), Code::of(DAMAGE)];

pub(super) const NOT_PASSED: Refusal = Refusal::new(99, "Do not sweep until you pass this checkpoint");
pub(super) const NOT_CONFIGURED: Refusal = Refusal::new(98, "There is no configuration information for this stage");
pub(super) const ENERGY: Refusal = Refusal::new(97, "energy insufficient");
pub(super) const COUNT: Refusal = Refusal::new(96, "Can only be a positive integer");
pub(super) const MATERIALS: Refusal = Refusal::new(95, "materials insufficient");
pub(super) const MISMATCH: Refusal = Refusal::new(94, "stage mismatch");
pub(super) const DAMAGE: Refusal = Refusal::new(93, "abnormal damage");
pub(super) const TICKET: Refusal = Refusal::new(92, "no more ticket, try tomorrow");
pub(super) const STAGE: Refusal = Refusal::new(91, "stage error");
pub(super) const LEVEL: Refusal = Refusal::new(90, "level insufficient");
