//! `names.ron`: which names and e-mail addresses are legal.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::identity::model::GUEST_MARK;
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// What a legal name is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NameRules {
    /// Fewest characters.
    pub shortest: usize,
    /// Most characters.
    pub longest: usize,
    /// Characters allowed in addition to letters and digits of any script.
    pub also_allowed: String,
    /// Names that contain one of these, in any letter case, are refused.
    pub forbidden: Vec<String>,
    /// Which descriptions of roles, skills and equipment are legal.
    pub description: DescriptionRules,
    /// Neither names nor descriptions may contain one of these, whatever the letter case and whatever is put between
    /// the letters.
    pub indecent: Vec<String>,
}

/// What a legal description is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DescriptionRules {
    /// Fewest non-space characters.
    pub shortest: usize,
    /// Most characters.
    pub longest: usize,
}

impl NameRules {
    /// Whether this is a legal username.
    pub fn is_legal_name(&self, name: &str) -> bool {
        let length = name.chars().count();
        let lower = name.to_lowercase();
        (self.shortest..=self.longest).contains(&length)
            && name.chars().all(|c| c.is_alphanumeric() || self.also_allowed.contains(c))
            && !self.forbidden.iter().any(|word| lower.contains(&word.to_lowercase()))
            && !self.is_indecent(name)
    }

    /// Whether this is a legal description of a role, skill or piece of equipment.
    pub fn is_legal_description(&self, text: &str) -> bool {
        let rules = &self.description;
        text.chars().filter(|c| !c.is_whitespace()).count() >= rules.shortest
            && text.chars().nth(rules.longest).is_none()
            && text.chars().all(|c| c == '\n' || !c.is_control())
            && !self.is_indecent(text)
    }

    fn is_indecent(&self, text: &str) -> bool {
        let letters = letters_of(text);
        self.indecent.iter().any(|word| letters.contains(&letters_of(word)))
    }
}

/// A text without the characters that people insert between letters to evade a word list.
fn letters_of(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether this may be an e-mail address. Only sending mail to it could prove that.
pub fn is_plausible_email(email: &str) -> bool {
    let clean =
        |part: &str| !part.is_empty() && part.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != '@');
    email.len() <= 254
        && email
            .split_once('@')
            .is_some_and(|(local, domain)| clean(local) && clean(domain) && !domain.starts_with('.'))
}

impl SingleFile for NameRules {
    const PATH: &'static str = "names.ron";

    fn validate(&self, _: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH);
        if self.shortest == 0 {
            report.error(place.clone().key("shortest"), "expected 1 or more");
        }
        if self.longest < self.shortest || self.longest > 64 {
            let message = format!("{} is out of range, expected {} to 64", self.longest, self.shortest);
            report.error(place.clone().key("longest"), message);
        }
        if self.also_allowed.contains(GUEST_MARK) {
            let message = format!("'{GUEST_MARK}' is kept for the names of guests");
            report.error(place.clone().key("also_allowed"), message);
        }
        let DescriptionRules { shortest, longest } = self.description;
        if shortest == 0 || longest < shortest || longest > 2000 {
            let message = format!("{shortest} to {longest} is out of range, expected 1 to 2000 and shortest first");
            report.error(place.clone().key("description"), message);
        }
        for (index, word) in self.indecent.iter().enumerate() {
            if letters_of(word).is_empty() {
                report.error(place.clone().key("indecent").index(index), "has no letter and would forbid every text");
            }
        }
        for (index, word) in self.forbidden.iter().enumerate() {
            if word.is_empty() {
                report.error(place.clone().key("forbidden").index(index), "is empty and would forbid every name");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped_rules;

    #[test]
    fn names_are_checked_for_length_characters_and_words() {
        let rules = shipped_rules::<NameRules>();
        for name in ["Ann", "小明", "a_b-1"] {
            assert!(rules.is_legal_name(name), "{name}");
        }
        for name in ["", "x", "a b", "名字\n", "sys\u{0}tem", "系统", &"x".repeat(65)] {
            assert!(!rules.is_legal_name(name), "{name}");
        }
    }

    #[test]
    fn descriptions_may_say_more_than_names_but_nothing_indecent() {
        let rules = shipped_rules::<NameRules>();
        for text in ["来自北境的剑客，沉默寡言。\n擅长单手剑", "系统之外的旅人", "a class apart"]
        {
            assert!(rules.is_legal_description(text), "{text}");
        }
        for text in ["", "  \n", "剑\u{0}客", "傻 逼", "F.U.C.K you", &"长".repeat(10_000)] {
            assert!(!rules.is_legal_description(text), "{text}");
        }
        assert!(!rules.is_legal_name("小傻逼"), "names are held to the same list");
    }

    #[test]
    fn implausible_addresses_are_refused() {
        assert!(is_plausible_email("a@b.example"));
        for email in ["", "a", "@b", "a@", "a@@b", "a b@c", "a@.b"] {
            assert!(!is_plausible_email(email), "{email}");
        }
    }
}
