//! What virtual players read from replies and remember.

use serde::Deserialize;

use raidkeep_engine::request::status::INTERNAL_ERROR;
use raidkeep_game::stages::Mode;

/// The parts of a reply that virtual players use.
#[derive(Debug, Deserialize)]
pub(super) struct Heard {
    pub(super) status: i32,
    #[serde(default)]
    pub(super) data: Option<HeardData>,
}

impl Heard {
    /// An unknown function may use the same field names for other types; then only the status counts.
    pub(super) fn read(text: &str) -> Self {
        #[derive(Deserialize)]
        struct StatusAlone {
            status: i32,
        }
        serde_json::from_str(text).unwrap_or_else(|_| {
            let status = serde_json::from_str(text).map_or(INTERNAL_ERROR, |StatusAlone { status }| status);
            Self { status, data: None }
        })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HeardData {
    name: Option<String>,
    energy: Option<HeardEnergy>,
    exp_info: Option<HeardExp>,
    level: Option<u32>,
    stages: Option<HeardStages>,
    hang_up: Option<HeardHangUp>,
    mail: Option<Vec<HeardMail>>,
}

#[derive(Debug, Deserialize)]
struct HeardEnergy {
    remain: i64,
}

#[derive(Debug, Deserialize)]
struct HeardExp {
    level: u32,
}

/// The highest stage passed in each mode; 0 = none.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
pub(super) struct HeardStages {
    pub(super) general: u32,
    endless: u32,
    boss: u32,
    coin: u32,
    exp: u32,
}

impl HeardStages {
    pub(super) fn of(&mut self, mode: Mode) -> Option<&mut u32> {
        match mode {
            Mode::General => Some(&mut self.general),
            Mode::Endless => Some(&mut self.endless),
            Mode::Boss => Some(&mut self.boss),
            Mode::Coin => Some(&mut self.coin),
            Mode::Exp => Some(&mut self.exp),
            Mode::Activity => None,
        }
    }
}

#[derive(Debug, Deserialize)]
struct HeardHangUp {
    hang_stage: u32,
}

#[derive(Debug, Deserialize)]
struct HeardMail {
    key: String,
    #[serde(default)]
    claimed: Option<u8>,
}

/// What a player remembers of itself.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) name: String,
    pub(super) level: u32,
    pub(super) energy: i64,
    pub(super) stages: HeardStages,
    pub(super) hang_stage: u32,
}

impl Facts {
    /// Remembers what a reply says; returns the keys of the claimable mails if it lists mails.
    pub(super) fn remember(&mut self, data: HeardData) -> Option<Vec<String>> {
        if let (true, Some(name)) = (self.name.is_empty(), data.name) {
            self.name = name;
        }
        self.level = data.exp_info.map(|exp| exp.level).or(data.level).unwrap_or(self.level);
        self.energy = data.energy.map_or(self.energy, |energy| energy.remain);
        self.stages = data.stages.unwrap_or(self.stages);
        self.hang_stage = data.hang_up.map_or(self.hang_stage, |hang_up| hang_up.hang_stage);
        let claimable = |mail: &HeardMail| mail.claimed == Some(0);
        data.mail.map(|mails| mails.into_iter().filter(claimable).map(|mail| mail.key).collect())
    }
}
