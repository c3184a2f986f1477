//! Numbers and dates as programs for tables write them.

use crate::sheet::grid::is_blank;

/// Digits that a program for tables shows of a large number.
const SHOWN_DIGITS: f64 = 5e-6;

/// A number in plain digits, without what is not needed: `1E+05` is `100000`, `6.0` is `6`.
///
/// # Errors
/// A message that says what to type.
pub(super) fn plain_number(typed: &str, has_decimal_comma: bool) -> Result<String, String> {
    let wrong = || {
        let hint = if like_a_date(typed) { "; a program for tables may have made a date of it" } else { "" };
        format!("\"{typed}\" is no number, expected digits such as 1500{hint}")
    };
    let text: String = typed.chars().filter(|letter| !is_blank(*letter) && *letter != '_').map(narrow).collect();
    let text = if has_decimal_comma {
        with_point(&text).ok_or_else(wrong)?
    } else {
        without_groups(&text).ok_or_else(wrong)?
    };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, exponent.parse::<i32>().ok().filter(|exponent| exponent.abs() < 40).ok_or_else(wrong)?)
        }
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return Err(wrong());
    }
    Ok(moved(negative, whole, fraction, exponent))
}

/// Moves the decimal point, and drops zeros that say nothing.
fn moved(negative: bool, whole: &str, fraction: &str, exponent: i32) -> String {
    let digits = format!("{whole}{fraction}");
    let point = i64::try_from(whole.len()).unwrap_or_default() + i64::from(exponent);
    let at = |index: i64| {
        usize::try_from(index)
            .ok()
            .and_then(|index| digits.as_bytes().get(index))
            .map_or('0', |digit| char::from(*digit))
    };
    let last = i64::try_from(digits.len()).unwrap_or_default();
    let whole: String = (0..point).map(at).collect();
    let zeros = "0".repeat(usize::try_from(-point).unwrap_or_default());
    let fraction: String = zeros.chars().chain((point.max(0)..last).map(at)).collect();
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if negative && (whole != "0" || !fraction.is_empty()) { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Digits and marks of full width are those of half width.
fn narrow(letter: char) -> char {
    match letter {
        '０'..='９' => char::from_digit(u32::from(letter) - u32::from('０'), 10).unwrap_or(letter),
        '．' => '.',
        '，' => ',',
        '－' | '−' => '-',
        other => other,
    }
}

/// Where a comma is the decimal mark; a point can only be that of a program that writes points.
fn with_point(text: &str) -> Option<String> {
    match (text.contains(','), text.matches('.').count()) {
        (true, 0) => (text.matches(',').count() == 1).then(|| text.replace(',', ".")),
        (true, _) => None,
        (false, 0) => Some(text.to_owned()),
        // 1.500 may be one and a half or fifteen hundred.
        (false, 1) => text.split_once('.').filter(|(_, fraction)| fraction.len() != 3).map(|_| text.to_owned()),
        (false, _) => None,
    }
}

/// Commas may only separate groups of three digits.
fn without_groups(text: &str) -> Option<String> {
    let whole = text.split('.').next().unwrap_or_default().trim_start_matches(['+', '-']);
    if !text.contains(',') {
        return Some(text.to_owned());
    }
    let groups: Vec<&str> = whole.split(',').collect();
    let (first, rest) = groups.split_first()?;
    let sound = (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    let in_fraction = text.split_once('.').is_some_and(|(_, fraction)| fraction.contains(','));
    (sound && !in_fraction).then(|| text.replace(',', ""))
}

/// Whether a number in the short form of a program for tables, such as `9.22337E+18`, stands for this one.
pub(super) fn rounds_to(typed: &str, number: &str) -> bool {
    let (Ok(short), Ok(long)) = (typed.trim().parse::<f64>(), number.parse::<f64>()) else { return false };
    typed.contains(['E', 'e']) && (short - long).abs() <= long.abs() * SHOWN_DIGITS
}

/// Whether a text is a date, such as programs for tables make of 8-24: 24-Aug, 8月24日, 2026/8/24.
pub(super) fn like_a_date(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = text.trim_matches(is_blank).to_lowercase();
    let parts: Vec<&str> =
        lower.split(['-', '/', '.', ' ', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    let is_digits = |part: &&str| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_month = |part: &&str| MONTHS.iter().any(|month| part.starts_with(month)) && part.len() <= 9;
    let digits = parts.iter().filter(|part| is_digits(part)).count();
    let months = parts.iter().filter(|part| is_month(part)).count();
    let of_numbers = digits == 3 && parts.len() == 3 && !lower.contains(' ');
    let with_month = months == 1 && (1..=2).contains(&digits) && digits + 1 == parts.len();
    of_numbers || with_month || lower.contains('月') && digits == parts.len() && digits > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lose_what_says_nothing() {
        for (typed, plain) in [
            ("007", "7"),
            ("-0", "0"),
            ("1.50", "1.5"),
            ("1.5e3", "1500"),
            ("15e-1", "1.5"),
            ("5E-3", "0.005"),
            ("+12", "12"),
            ("1,234,567", "1234567"),
            (".5", "0.5"),
        ] {
            assert_eq!(plain_number(typed, false).as_deref(), Ok(plain), "{typed}");
        }
        for (typed, plain) in [("1,5", "1.5"), ("4.5", "4.5"), ("1500", "1500")] {
            assert_eq!(plain_number(typed, true).as_deref(), Ok(plain), "{typed}");
        }
        for wrong in ["", "-", "1,2", "1e99", "0x10", "1.2.3"] {
            assert!(plain_number(wrong, false).is_err(), "{wrong}");
        }
        for ambiguous in ["1.500", "1.500,5", "1,5,5"] {
            assert!(plain_number(ambiguous, true).is_err(), "{ambiguous}");
        }
    }

    #[test]
    fn dates_are_told_from_texts() {
        for date in ["24-Aug", "Aug-24", "8月24日", "2026/8/24", "2026-08-24", "24.08.2026", "24 August 2026"] {
            assert!(like_a_date(date), "{date}");
        }
        for text in ["8-24", "meadow", "3:1", "龙眼", "march of 5 bandits", "may", "1.5"] {
            assert!(!like_a_date(text), "{text}");
        }
    }
}
