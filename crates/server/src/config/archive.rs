//! The settings of the continuous archive.

use raidkeep_engine::storage::continuous::ArchiveSettings;

use crate::config::Mistake;

/// A closed segment says in 32 bits where records begin.
const SEGMENT_BYTES: std::ops::RangeInclusive<u64> = 65_536..=1 << 36;
/// A year.
const BASE_HOURS_MAX: u32 = 8784;

/// What is wrong with them.
pub(super) fn mistakes(settings: &ArchiveSettings) -> impl Iterator<Item = Mistake> {
    let segment = (!SEGMENT_BYTES.contains(&settings.segment_bytes))
        .then(|| ("archive.segment_bytes", format!("expected {} to {}", SEGMENT_BYTES.start(), SEGMENT_BYTES.end())));
    let queue = (settings.queue_bytes == 0).then(|| ("archive.queue_bytes", "expected 1 or more".to_owned()));
    let hours = (!(1..=BASE_HOURS_MAX).contains(&settings.base_hours))
        .then(|| ("archive.base_hours", format!("expected 1 to {BASE_HOURS_MAX}")));
    [segment, queue, hours].into_iter().flatten()
}
