//! `names.ron`: which names and e-mail addresses are legal.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::identity::model::GUEST_MARK;
use crate::identity::platform_names::{ACCOUNT_MARK, WORLD_MARK};
use crate::spelling::{self, Breaks};
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// What a legal name is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NameRules {
    /// Fewest characters.
    #[schemars(range(min = 1, max = 64), extend("unit" = "characters"))]
    pub shortest: usize,
    /// Most characters.
    #[schemars(range(min = 1, max = 64), extend("unit" = "characters"))]
    pub longest: usize,
    /// Characters allowed in addition to letters and digits of any script.
    pub also_allowed: String,
    /// Names that contain one of these are refused, however it is disguised: by letter case, by other characters that look
    /// the same, or by separators.
    pub forbidden: Vec<String>,
    /// Which descriptions of roles, skills and equipment are legal.
    pub description: DescriptionRules,
    /// Neither names, descriptions nor mails may contain one of these, however it is disguised.
    pub indecent: Vec<String>,
    /// Characters that are the same in these lists of words: of each group, such as `统統`, one counts for all.
    pub also_written: Vec<String>,
}

/// What a legal description is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DescriptionRules {
    /// Fewest non-space characters.
    #[schemars(range(min = 1, max = 2000), extend("unit" = "characters"))]
    pub shortest: usize,
    /// Most characters.
    #[schemars(range(min = 1, max = 2000), extend("unit" = "characters"))]
    pub longest: usize,
}

impl NameRules {
    /// Whether this is a legal username.
    pub fn is_legal_name(&self, name: &str) -> bool {
        // One character may be encoded such that it stands for several, or for one that is not allowed.
        (self.shortest..=self.longest).contains(&name.chars().count())
            && [name, &spelling::folded(name)].into_iter().all(|name| self.has_legal_characters(name))
            && !self.contains_any(&self.forbidden, name)
            && !self.is_indecent(name)
    }

    fn has_legal_characters(&self, name: &str) -> bool {
        let is_allowed = |c: char| c.is_alphanumeric() || self.also_allowed.contains(c);
        name.chars().all(|c| is_allowed(c) && !spelling::is_hidden(c))
    }

    /// Whether this is a legal description of a role, skill or piece of equipment.
    pub fn is_legal_description(&self, text: &str) -> bool {
        let rules = &self.description;
        text.chars().filter(|c| !c.is_whitespace()).count() >= rules.shortest
            && text.chars().nth(rules.longest).is_none()
            && spelling::is_clean(text, Breaks::Allowed)
            && !self.is_indecent(text)
    }

    /// Whether a text contains an indecent word.
    pub fn is_indecent(&self, text: &str) -> bool {
        self.contains_any(&self.indecent, text)
    }

    /// Separators are left out before the looks are compared, because some look like letters, and afterwards, because
    /// letters may look like others with something beside them.
    fn contains_any(&self, words: &[String], text: &str) -> bool {
        let text = self.unified(text);
        let readings = [looks(&text), looks(&spelling::letters(&text))];
        words.iter().map(|word| looks(&self.unified(word))).any(|word| readings.iter().any(|text| text.contains(&word)))
    }

    /// The folded text, with one character of each group for all.
    fn unified(&self, text: &str) -> String {
        let group = |c: char| self.also_written.iter().find(|group| group.contains(c));
        let first = |c: char| group(c).and_then(|group| group.chars().next()).unwrap_or(c);
        spelling::folded(text).chars().map(first).collect()
    }
}

/// The letters that one sees in a text.
fn looks(text: &str) -> String {
    spelling::letters(&spelling::likeness(text))
}

/// Whether this may be an e-mail address. Only sending mail to it could prove that.
pub fn is_plausible_email(email: &str) -> bool {
    let is_clean = |c: char| !c.is_whitespace() && !spelling::is_hidden(c) && c != '@';
    let clean = |part: &str| !part.is_empty() && part.chars().all(is_clean);
    email.len() <= 254
        && email
            .split_once('@')
            .is_some_and(|(local, domain)| clean(local) && clean(domain) && !domain.starts_with('.'))
}

impl SingleFile for NameRules {
    const PATH: &'static str = "names.ron";

    fn validate(&self, _: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH);
        if self.longest < self.shortest {
            let message = format!("{} is less than the shortest, {}", self.longest, self.shortest);
            report.error(place.clone().key("longest"), message);
        }
        for (mark, kept_for) in [
            (GUEST_MARK, "the names of guests"),
            (WORLD_MARK, "the names of accounts on platforms"),
            (ACCOUNT_MARK, "the names of accounts on platforms"),
        ] {
            if self.also_allowed.contains(mark) {
                report.error(place.clone().key("also_allowed"), format!("'{mark}' is kept for {kept_for}"));
            }
        }
        let DescriptionRules { shortest, longest } = self.description;
        if longest < shortest {
            let message = format!("{longest} is less than the shortest, {shortest}");
            report.error(place.clone().key("description").key("longest"), message);
        }
        for (key, words) in [("indecent", &self.indecent), ("forbidden", &self.forbidden)] {
            for (index, _) in words.iter().enumerate().filter(|(_, word)| looks(word).is_empty()) {
                report.error(place.clone().key(key).index(index), "has no letter and would forbid every text");
            }
        }
        for (index, group) in self.also_written.iter().enumerate() {
            let place = place.clone().key("also_written").index(index);
            if group.chars().nth(1).is_none() {
                report.error(place, "expected two or more characters that count as the same");
            } else if let Some(c) =
                group.chars().find(|&c| spelling::folded(c.encode_utf8(&mut [0; 4])) != c.to_string())
            {
                report.error(place, format!("{c} is never compared: write it in lower case and normal width"));
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
    fn listed_words_are_seen_through_every_disguise() {
        let rules = shipped_rules::<NameRules>();
        let words = [
            "系\u{1160}统",
            "系·统",
            "管-理-员",
            "ａｄｍｉｎ",
            "ѕystem",
            "系統",
            "管理員",
            "sys_tem",
            "ＳуѕＴеm",
            "ádmin",
            "ⒶdⓂin",
            "x官-方",
        ];
        for name in words {
            assert!(!rules.is_legal_name(name), "{name} is a listed word");
        }
        for text in ["傻\u{3164}逼", "ｆ-ｕ-ｃ-ｋ", "fuсk", "草泥馬", "你这傻Ｂ"] {
            assert!(!rules.is_legal_description(text), "{text} is a listed word");
        }
        for name in ["Adam", "统一", "方方", "ＡＢＣ", "小系"] {
            assert!(rules.is_legal_name(name), "{name} is none");
        }
    }

    #[test]
    fn what_is_not_shown_is_in_no_name_and_no_text() {
        let rules = shipped_rules::<NameRules>();
        for hidden in ['\u{3164}', '\u{115f}', '\u{1160}', '\u{ffa0}', '\u{202e}', '\u{200b}', '\u{0}', '\u{e0041}'] {
            assert!(!rules.is_legal_name(&format!("Sword{hidden}")), "{}", hidden.escape_unicode());
            assert!(!rules.is_legal_description(&format!("剑{hidden}客")), "{}", hidden.escape_unicode());
        }
        for name in ["㏂x", "ﷺ", "½x"] {
            assert!(!rules.is_legal_name(name), "{name} stands for characters that are not allowed");
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
        for email in ["", "a", "@b", "a@", "a@@b", "a b@c", "a@.b", "a\u{200b}@b"] {
            assert!(!is_plausible_email(email), "{email}");
        }
    }
}
