//! The names that things of the assets have as constants of clients.

use raidkeep_engine::rules::{Place, Report};

/// Reports identifiers that cannot be a constant's name, or that two things of one list share. Each comes with the place
/// and the id of its thing, in order. Of a thing that is listed twice, others tell.
pub fn check<'a, Id: PartialEq>(things: impl IntoIterator<Item = (Place, Id, Option<&'a str>)>, report: &mut Report) {
    let mut earlier: Vec<(Id, &str)> = Vec::new();
    for (place, id, identifier) in things {
        let Some(identifier) = identifier else {
            continue;
        };
        let place = place.key("identifier");
        if !is_sound(identifier) {
            let message = format!("\"{identifier}\" is no identifier, expected lowercase letters, digits and _");
            report.error(place, message).hint("the first character is a letter, such as in vip_month_card");
        } else if earlier.iter().any(|(other, taken)| *taken == identifier && *other != id) {
            report.error(place, format!("identifier \"{identifier}\" is used twice"));
        }
        earlier.push((id, identifier));
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

    fn problems_of(things: &[(usize, Option<&str>)]) -> Vec<String> {
        let mut report = Report::new([]);
        let place = |index| Place::file("items.ron").index(index);
        check(things.iter().enumerate().map(|(index, (id, name))| (place(index), *id, *name)), &mut report);
        report.problems().iter().map(|problem| problem.message.clone()).collect()
    }

    fn problems(identifiers: &[Option<&str>]) -> Vec<String> {
        problems_of(&identifiers.iter().copied().enumerate().collect::<Vec<_>>())
    }

    #[test]
    fn a_thing_that_is_listed_twice_shares_its_identifier_with_itself() {
        assert!(problems_of(&[(1, Some("coin")), (1, Some("coin"))]).is_empty(), "one mistake is told once");
        assert_eq!(problems_of(&[(1, Some("coin")), (2, Some("coin"))]).len(), 1);
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
