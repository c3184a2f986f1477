//! The names that things of the assets have as constants of clients.

use raidkeep_engine::rules::{Place, Report};

/// Reports identifiers that cannot be a constant's name, or that two things of one list share. Each comes with the place
/// of its thing, in order.
pub fn check<'a>(things: impl IntoIterator<Item = (Place, Option<&'a str>)>, report: &mut Report) {
    let mut earlier = Vec::new();
    for (place, identifier) in things {
        let Some(identifier) = identifier else {
            continue;
        };
        let place = place.key("identifier");
        if !is_sound(identifier) {
            let message = format!("\"{identifier}\" is no identifier, expected lowercase letters, digits and _");
            report.error(place, message).hint("the first character is a letter, such as in vip_month_card");
        } else if earlier.contains(&identifier) {
            report.error(place, format!("identifier \"{identifier}\" is used twice"));
        }
        earlier.push(identifier);
    }
}

/// Whether a text can be a constant's name: lowercase letters, digits and `_`, a letter first.
pub fn is_sound(identifier: &str) -> bool {
    identifier.starts_with(|first: char| first.is_ascii_lowercase())
        && identifier.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(identifiers: &[Option<&str>]) -> Vec<String> {
        let mut report = Report::new([]);
        let places = identifiers.iter().enumerate();
        check(places.map(|(index, identifier)| (Place::file("items.ron").index(index), *identifier)), &mut report);
        report.problems().iter().map(|problem| problem.message.clone()).collect()
    }

    #[test]
    fn an_identifier_is_a_name_of_its_own() {
        assert!(problems(&[Some("coin"), None, Some("vip_card_2"), None]).is_empty(), "things may have none");
        for wrong in ["", "Coin", "2_coins", "金币", "gold coin", "_coin"] {
            assert_eq!(problems(&[Some(wrong)]).len(), 1, "{wrong:?} cannot be the name of a constant");
        }
        assert_eq!(problems(&[Some("coin"), Some("iron"), Some("coin")]), ["identifier \"coin\" is used twice"]);
    }
}
