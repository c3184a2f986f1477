//! The modes whose stages have functions of their own, one type for each.

use crate::stages::model::Mode;
use raidkeep_engine::request::Reads;

/// One of the modes that have functions of their own.
pub trait StageMode: Clone + Send + Sync + 'static {
    /// Which mode.
    const MODE: Mode;
    /// The function that enters a stage.
    const ENTER: &'static str;
    /// The function that reports a victory.
    const VICTORY: &'static str;
    /// What the replies show.
    const READS: Reads = Reads::Caller;
}

macro_rules! stage_modes {
    ($($mode:ident: $enter:literal, $victory:literal, $reads:ident;)*) => {$(
        #[doc = concat!("`", $enter, "` and `", $victory, "`.")]
        #[derive(Debug, Clone)]
        pub struct $mode;

        impl StageMode for $mode {
            const MODE: Mode = Mode::$mode;
            const ENTER: &'static str = $enter;
            const VICTORY: &'static str = $victory;
            const READS: Reads = Reads::$reads;
        }
    )*};
}

stage_modes! {
    General: "enter_stage_general", "victory_stage_general", Caller;
    Endless: "enter_stage_endless", "victory_stage_endless", Caller;
    Boss: "enter_stage_boss", "victory_stage_boss", World;
    Coin: "enter_stage_coin", "victory_stage_coin", Caller;
    Exp: "enter_stage_exp", "victory_stage_exp", Caller;
}
