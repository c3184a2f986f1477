//! Accounts.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::identity::devices::DeviceHash;
use crate::identity::platform_names::{NameKind, TakenNames, WORLD_MARK};
use crate::identity::rules::is_plausible_email;
use crate::identity::{names, password};
use crate::spelling;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::storage::{Arrival, Claim, IndexKey, PlayerRow, Unfit, complete_value, decode_value};

/// Part of every guest's name, and of no name that can be signed up.
pub const GUEST_MARK: char = '#';

/// The longest name on a platform that is imported.
const PLATFORM_NAME_BYTES_MAX: usize = 320;

/// How long a password for one log-in is valid, in seconds.
pub const ONCE_SECONDS: i64 = 86_400;

/// The longest name that rules may allow, in characters.
const NAME_CHARS_MAX: usize = 64;

fn guest_name(account: AccountId) -> String {
    format!("玩家{GUEST_MARK}{}", account.0)
}

/// Whether it is a guest's name, however the mark is encoded.
pub(super) fn is_guest_name(name: &str) -> bool {
    spelling::folded(name).contains(GUEST_MARK)
}

/// The name in an account's row, for people who inspect rows.
pub(super) fn name_in_row(value: &[u8]) -> Option<String> {
    account_in_row(value).map(|account| account.name)
}

/// The account in a row; `None` when it cannot be read.
pub fn account_in_row(value: &[u8]) -> Option<Account> {
    decode_value(Account::VERSION, value, Account::upgrade).ok()
}

/// Who a player is. Rarely changes.
#[derive(Debug, Clone, Default, Component, Serialize, Deserialize)]
pub struct Account {
    name: String,
    email: Option<String>,
    unique_id: Option<DeviceHash>,
    password_hash: Option<String>,
    created_at: i64,
    /// Empty only in documents of earlier programs.
    #[serde(default)]
    wname: String,
    /// `None` for an account from before uids were stored: its number.
    #[serde(default)]
    uid: Option<String>,
    /// The Argon2id hash of a password that lets the player in once, and until when, unix seconds.
    #[serde(default)]
    once: Option<(String, i64)>,
}

/// An account as earlier programs stored it, with the device in clear.
#[derive(Serialize, Deserialize)]
struct FormerAccount {
    name: String,
    email: Option<String>,
    unique_id: Option<String>,
    password_hash: Option<String>,
    created_at: i64,
    wname: String,
    uid: Option<String>,
}

impl FormerAccount {
    /// Version 1 lacked the names on platforms, which stand last: they were the name and the number.
    fn read(version: u16, bytes: &[u8]) -> Option<Self> {
        match version {
            1 => {
                let row: Self = complete_value(bytes, &("", None::<String>))?;
                Some(Self { wname: row.name.clone(), ..row })
            }
            2 => complete_value(bytes, &()),
            _ => None,
        }
    }
}

impl From<FormerAccount> for Account {
    fn from(former: FormerAccount) -> Self {
        let FormerAccount { name, email, unique_id, password_hash, created_at, wname, uid } = former;
        let unique_id = unique_id.as_deref().map(DeviceHash::of);
        Self { name, email, unique_id, password_hash, created_at, wname, uid, once: None }
    }
}

impl Account {
    /// A guest, identified by a number that the device made up.
    pub fn guest(account: AccountId, device: DeviceHash, created_at: i64) -> Self {
        Self { name: guest_name(account), unique_id: Some(device), created_at, ..Self::default() }
    }

    /// A player who signed up.
    pub fn registered(name: String, email: String, password_hash: String, created_at: i64) -> Self {
        Self { name, email: Some(email), password_hash: Some(password_hash), created_at, ..Self::default() }
    }

    /// The same, with the names that platforms know it by: at MCRMB and at SUD.
    pub(super) fn known_as(self, (wname, uid): (String, Option<String>)) -> Self {
        Self { wname, uid, ..self }
    }

    /// The name others see; unique in the world.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of its purse at MCRMB. It stays the same whatever happens to the account.
    pub fn wname(&self) -> &str {
        &self.wname
    }

    /// Gives it another purse; only an operator does that.
    pub fn set_wname(&mut self, wname: String) {
        self.wname = wname;
    }

    /// The id by which SUD knows it until SUD's own is bound. `account` is its number in this world.
    pub fn uid(&self, account: AccountId) -> String {
        self.uid.clone().unwrap_or_else(|| account.0.to_string())
    }

    /// The e-mail address; guests have none.
    pub fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    /// When it was made, unix seconds; the first time, if it came from another world.
    pub fn made_at(&self) -> i64 {
        self.created_at
    }

    /// The Argon2id hash of the password; guests have none.
    pub fn password_hash(&self) -> Option<&str> {
        self.password_hash.as_deref()
    }

    /// The hash of the password that lets the player in once, if there is one that is still valid.
    pub fn once_hash(&self, now: i64) -> Option<&str> {
        self.once.as_ref().filter(|(_, until)| now < *until).map(|(hash, _)| hash.as_str())
    }

    /// Lets the player in with a new password, which is no longer the one before.
    pub fn set_password(&mut self, hash: String) {
        self.password_hash = Some(hash);
        self.once = None;
    }

    /// From now on the only password is this one, for one log-in until that moment, unix seconds.
    pub fn set_once(&mut self, hash: String, until: i64) {
        self.password_hash = None;
        self.once = Some((hash, until));
    }

    /// A password for one log-in is valid no longer than until this moment.
    pub fn shorten_once(&mut self, latest: i64) {
        if let Some((_, until)) = &mut self.once {
            *until = latest.min(*until);
        }
    }

    /// Until when the password for one log-in is valid, unix seconds, if there is one.
    pub fn once_until(&self) -> Option<i64> {
        self.once.as_ref().map(|(_, until)| *until)
    }

    /// The device of a guest, as a hash.
    pub fn device(&self) -> Option<&DeviceHash> {
        self.unique_id.as_ref()
    }

    /// Gives it another name; returns the one before.
    pub(super) fn rename(&mut self, name: String) -> String {
        std::mem::replace(&mut self.name, name)
    }

    pub(super) fn set_email(&mut self, email: String) {
        self.email = Some(email);
    }

    pub(super) fn take_device(&mut self) -> Option<DeviceHash> {
        self.unique_id.take()
    }

    /// The index keys that no other account can have, apart from its name.
    pub fn own_keys(&self) -> Vec<IndexKey> {
        self.email_key().into_iter().chain(self.unique_id.as_ref().map(DeviceHash::key)).collect()
    }

    pub(super) fn email_key(&self) -> Option<IndexKey> {
        self.email.as_deref().map(names::email)
    }
}

impl PlayerRow for Account {
    const TABLE: &'static str = "accounts";
    const VERSION: u16 = 4;

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        match version {
            // Before there were passwords for one log-in.
            3 => complete_value(bytes, &None::<(String, i64)>),
            _ => FormerAccount::read(version, bytes).map(Self::from),
        }
    }

    /// A document has no password for one log-in.
    fn depart(&mut self) {
        self.once = None;
    }

    fn arrive(&mut self, arrival: Arrival<'_>) -> Result<(), Unfit> {
        self.once = None;
        if self.email.is_none() && self.unique_id.is_none() {
            return Err(Unfit::at("", "expected an email or a unique_id, without which nobody can log in"));
        }
        if self.email.as_deref().is_some_and(|email| !is_plausible_email(email)) {
            return Err(Unfit::at("email", "is no e-mail address"));
        }
        if self.password_hash.as_deref().is_some_and(|hash| !password::is_hash(hash)) {
            return Err(Unfit::at("password_hash", "is no Argon2id hash of a password"));
        }
        if self.wname.is_empty() {
            self.wname.clone_from(&self.name);
        }
        self.uid.get_or_insert_with(|| arrival.former.0.to_string());
        self.check_platform_names(arrival)?;
        // A guest's name contains its number, which differs in this world.
        if is_guest_name(&self.name) {
            self.name = guest_name(arrival.account);
        } else if self.name.trim().is_empty() || self.name.chars().count() > NAME_CHARS_MAX {
            return Err(Unfit::at("name", format!("expected 1 to {NAME_CHARS_MAX} characters")));
        }
        Ok(())
    }

    fn claims(&self, arrival: Arrival<'_>) -> Vec<Claim> {
        let claim = |kind: &str, name: &str, key| Claim { key, what: format!("{kind} {name}") };
        let email = self.email.iter().map(|email| claim("the e-mail address", email, names::email(email)));
        let id = self.unique_id.iter().map(|id| Claim { key: id.key(), what: "its unique_id".to_owned() });
        let wname = self.wname_of_another(arrival).map(|other| claim("the wname", &self.wname, names::as_typed(other)));
        names::claims(&self.name).chain(email).chain(id).chain(wname).collect()
    }
}

impl Account {
    fn check_platform_names(&self, arrival: Arrival<'_>) -> Result<(), Unfit> {
        let uid = self.uid.as_deref().unwrap_or_default();
        for (field, kind, name) in [("wname", NameKind::Wname, self.wname.as_str()), ("uid", NameKind::Uid, uid)] {
            if name.is_empty() || name.len() > PLATFORM_NAME_BYTES_MAX || name.chars().any(char::is_control) {
                let expected = format!("expected 1 to {PLATFORM_NAME_BYTES_MAX} bytes without control characters");
                return Err(Unfit::at(field, expected));
            }
            let holder = arrival.world.resource::<TakenNames>().holder(kind, name);
            if let Some(holder) = holder.filter(|holder| Some(*holder) != arrival.replaced) {
                return Err(Unfit::at(field, format!("{name} belongs to {holder} of this world")));
            }
        }
        Ok(())
    }

    /// The name of the account of this world whose wname would usually be this one's, if that is another account.
    fn wname_of_another(&self, arrival: Arrival<'_>) -> Option<&str> {
        let place = arrival.world.resource::<WorldPlace>();
        let usual_for = self.wname.rsplit_once(WORLD_MARK).filter(|(name, _)| place.distinct(name) == self.wname);
        let usual_for = usual_for.map_or(self.wname.as_str(), |(name, _)| name);
        // Of a name that is noted it is known who has it, and it is not what an account called so would usually get.
        let is_noted = arrival.world.resource::<TakenNames>().contains(NameKind::Wname, &self.wname);
        (usual_for != self.name && !is_noted).then_some(usual_for)
    }
}
