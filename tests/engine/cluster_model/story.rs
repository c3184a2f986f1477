//! What decides a story, and what came of it.

/// Draws numbers that depend on the seed alone.
#[derive(Debug, Clone)]
pub(super) struct Chance(pub(super) u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From `least` to below `most`.
    pub(super) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least)
    }

    pub(super) fn happens(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}

/// What came of a story.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) answered: usize,
    pub(super) taken: usize,
    pub(super) given_back: usize,
    pub(super) crashes: usize,
    pub(super) hangs: usize,
    pub(super) cuts: usize,
    pub(super) stalls: usize,
    pub(super) unknown: usize,
    pub(super) passed_on: usize,
    /// Of the whole story.
    pub(super) ended_at: u64,
}

impl Outcome {
    pub(super) fn add(&mut self, other: &Self) {
        self.answered += other.answered;
        self.taken += other.taken;
        self.given_back += other.given_back;
        self.crashes += other.crashes;
        self.hangs += other.hangs;
        self.cuts += other.cuts;
        self.stalls += other.stalls;
        self.unknown += other.unknown;
        self.passed_on += other.passed_on;
        self.ended_at += other.ended_at;
    }
}
