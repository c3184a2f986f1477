//! What virtual players read from replies and remember.

use serde::Deserialize;

use raidkeep_engine::request::status::{INTERNAL_ERROR, SUCCESS};
use raidkeep_game::stages::Mode;

/// The parts of a reply that virtual players use.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Heard {
    pub(super) status: i32,
    #[serde(default)]
    pub(super) data: Option<HeardData>,
}

/// Statuses below this one that come with data say what was done; from it on they say why nothing was.
const FIRST_REFUSAL: i32 = 10;
/// `status_code` of what was granted.
const OK: u16 = 200;

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

    /// Whether the request was refused.
    pub(super) fn is_refused(&self) -> bool {
        let code = self.data.as_ref().and_then(|data| data.status_code).unwrap_or(OK);
        code != OK || self.status != SUCCESS && (self.data.is_none() || self.status >= FIRST_REFUSAL)
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
    /// Listed mails.
    pub(super) mail: Vec<HeardMail>,
    /// Offers of the shop.
    pub(super) offers: Vec<HeardOffer>,
    /// Names of tasks on offer.
    pub(super) task_list: Vec<String>,
    /// Who is online.
    pub(super) roles: Vec<String>,
    /// What a scene, a task or a verdict says.
    pub(super) text: Option<String>,
    /// Whether a task or battle is over, or a challenge accepted.
    #[serde(rename = "status")]
    pub(super) is_so: Option<bool>,
    status_code: Option<u16>,
    /// The number of a challenge.
    pub(super) id: Option<String>,
    /// The numbers of the player's challenges that were accepted.
    pub(super) accept_id: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct HeardEnergy {
    #[serde(alias = "remaining")]
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
pub(super) struct HeardMail {
    pub(super) key: String,
    #[serde(default)]
    claimed: Option<u8>,
}

impl HeardMail {
    /// Whether its items can be claimed.
    pub(super) fn is_claimable(&self) -> bool {
        self.claimed == Some(0)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct HeardOffer {
    pub(super) id: String,
    pub(super) price: u32,
}

/// What a player remembers of itself.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) name: String,
    pub(super) level: u32,
    pub(super) energy: i64,
    pub(super) stages: HeardStages,
    pub(super) hang_stage: u32,
    /// The skills and the equipment that it has crafted.
    pub(super) crafted: [Crafted; 2],
}

/// Things of one kind that a player has crafted.
#[derive(Debug, Default)]
pub(super) struct Crafted {
    count: usize,
    /// The names of the last ones.
    pub(super) latest: Vec<String>,
}

/// How many skills, and how many pieces of equipment, a player uses at once: in a battle no more count.
const USED_MAX: usize = 3;

impl Crafted {
    /// What is made next. Who may own no more makes its first things anew.
    pub(super) fn next_name(&self, owned_max: usize) -> String {
        format!("craft-{}", self.count % owned_max.max(1) + 1)
    }

    /// Remembers that this was made.
    pub(super) fn add(&mut self, name: String) {
        self.count += 1;
        self.latest.retain(|known| *known != name);
        self.latest.push(name);
        if self.latest.len() > USED_MAX {
            self.latest.remove(0);
        }
    }
}

impl Facts {
    /// Remembers what a reply says.
    pub(super) fn remember(&mut self, data: &HeardData) {
        if let (true, Some(name)) = (self.name.is_empty(), &data.name) {
            self.name.clone_from(name);
        }
        self.level = data.exp_info.as_ref().map(|exp| exp.level).or(data.level).unwrap_or(self.level);
        self.energy = data.energy.as_ref().map_or(self.energy, |energy| energy.remain);
        self.stages = data.stages.unwrap_or(self.stages);
        self.hang_stage = data.hang_up.as_ref().map_or(self.hang_stage, |hang_up| hang_up.hang_stage);
    }
}
