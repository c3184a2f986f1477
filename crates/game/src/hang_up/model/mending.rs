//! Hang-up under a clock that was ahead and is right again.

use crate::hang_up::model::{HangUp, SECONDS_PER_MINUTE};
use raidkeep_engine::mend::{Mend, Moments};

impl Moments for HangUp {
    /// Minutes that the wrong clock has shown, and that were rolled but not paid, are rolled anew when they have come.
    fn mend(&mut self, mend: &Mend) {
        if let Some(hanging) = &mut self.hanging {
            hanging.since = mend.past(hanging.since);
            if hanging.rolled_minutes > hanging.elapsed(mend.at) / SECONDS_PER_MINUTE {
                hanging.rolled_minutes = 0;
                hanging.rolled.clear();
            }
        }
    }
}
