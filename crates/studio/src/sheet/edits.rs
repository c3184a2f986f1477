//! Changes single values of a RON text and leaves everything else as it is: comments, layout, the way numbers are written.

use std::ops::Range;

use raidkeep_engine::rules::{RonGroup, RonValue};

/// The text with a part of it replaced.
pub(super) fn replaced(text: &str, span: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..span.start], &text[span.end..])
}

/// Puts a part into a group, behind the part `after`, or in front of all.
pub(super) fn insert_part(text: &str, group: &RonGroup, after: Option<usize>, part: &str) -> String {
    let Some((index, before)) = after.and_then(|index| Some((index, group.parts.get(index)?))) else {
        return insert_first(text, group, part);
    };
    let is_last = index + 1 == group.parts.len();
    let on_own_line = starts_line(text, before.span.start);
    let end = before.comma.map_or(before.span.end, |comma| comma + 1);
    if !on_own_line {
        let (lead, trail) = match (is_last, before.comma) {
            (true, Some(_)) => (" ", ","),
            (true, None) => (", ", ""),
            (false, _) => (" ", ","),
        };
        return replaced(text, end..end, &format!("{lead}{part}{trail}"));
    }
    let line = format!("{}{}{part},", line_end_mark(text), indent(text, before.span.start));
    // A comment behind the part stays with it.
    let line_end = text[end..].find(['\n', '\r']).map_or(text.len(), |found| end + found);
    let rest = text[end..line_end].trim_start();
    let at = if rest.is_empty() || rest.starts_with("//") { line_end } else { end };
    let with_part = replaced(text, at..at, &line);
    if before.comma.is_some() { with_part } else { replaced(&with_part, end..end, ",") }
}

fn insert_first(text: &str, group: &RonGroup, part: &str) -> String {
    let at = group.open + 1;
    match group.parts.first() {
        None => replaced(text, at..at, part),
        Some(first) if starts_line(text, first.span.start) => {
            let start = first.span.start;
            let line = format!("{part},{}{}", line_end_mark(text), indent(text, start));
            replaced(text, start..start, &line)
        }
        Some(first) => replaced(text, first.span.start..first.span.start, &format!("{part}, ")),
    }
}

/// Takes a part out of a group, with its line if it has one for itself.
pub(super) fn remove_part(text: &str, group: &RonGroup, index: usize) -> String {
    let Some(part) = group.parts.get(index) else {
        return text.to_owned();
    };
    let end = part.comma.map_or(part.span.end, |comma| comma + 1);
    let line_end = text[end..].find('\n').map(|found| end + found + 1);
    let line_start = text[..part.span.start].rfind('\n').map_or(0, |found| found + 1);
    if let (true, Some(line_end)) = (starts_line(text, part.span.start), line_end)
        && text[end..line_end].trim().is_empty()
    {
        return replaced(text, line_start..line_end, "");
    }
    match (index.checked_sub(1).and_then(|before| group.parts.get(before)), part.comma) {
        // The last one takes the comma before it along.
        (Some(before), None) => replaced(text, before.span.end..part.span.end, ""),
        _ => {
            let blanks = text[end..].len() - text[end..].trim_start_matches(' ').len();
            replaced(text, part.span.start..end + blanks, "")
        }
    }
}

/// Gives a field of a struct a value. Structs on the way that are missing are made; `order` are the fields in the order
/// in which they are usually written.
pub(super) fn set_field(text: &str, path: &[&str], literal: &str, order: &dyn Fn(&[&str]) -> Vec<String>) -> String {
    let Some(mut value) = RonValue::read(text) else {
        return text.to_owned();
    };
    for (depth, key) in path.iter().enumerate() {
        match value.field(key).cloned() {
            Some(inner) if depth + 1 == path.len() => return replaced(text, inner.span, literal),
            Some(inner) if inner.group.is_some() => value = inner,
            _ => {
                let nested =
                    path[depth + 1..].iter().rev().fold(literal.to_owned(), |held, key| format!("({key}: {held})"));
                let Some(group) = &value.group else { return text.to_owned() };
                let keys: Vec<&str> = group.parts.iter().filter_map(|part| part.key.as_deref()).collect();
                let usual = order(&path[..depth]);
                let before = usual.iter().take_while(|usual| usual.as_str() != *key);
                let after = before.filter_map(|usual| keys.iter().rposition(|key| key == usual)).last();
                return insert_part(text, group, after, &format!("{key}: {nested}"));
            }
        }
    }
    text.to_owned()
}

/// Takes a field out of a struct.
pub(super) fn remove_field(text: &str, path: &[&str]) -> String {
    let Some(root) = RonValue::read(text) else {
        return text.to_owned();
    };
    let Some((last, way)) = path.split_last() else { return text.to_owned() };
    let holder = way.iter().try_fold(&root, |value, key| value.field(key));
    let group = holder.and_then(|holder| holder.group.as_ref());
    let found =
        group.and_then(|group| Some((group, group.parts.iter().position(|part| part.key.as_deref() == Some(last))?)));
    found.map_or_else(|| text.to_owned(), |(group, index)| remove_part(text, group, index))
}

/// Whether nothing but blanks is before it on its line.
fn starts_line(text: &str, at: usize) -> bool {
    let line_start = text[..at].rfind('\n');
    line_start.is_some_and(|start| text[start + 1..at].trim().is_empty())
}

fn indent(text: &str, at: usize) -> &str {
    let line_start = text[..at].rfind('\n').map_or(0, |found| found + 1);
    let line = &text[line_start..at];
    &line[..line.len() - line.trim_start().len()]
}

/// How the lines of a text end.
pub(super) fn line_end_mark(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str, path: &[&str], literal: &str) -> String {
        let usual = ["from", "to", "level", "energy", "rewards", "legacy", "cost"];
        set_field(text, path, literal, &|_| usual.iter().map(|key| (*key).to_owned()).collect())
    }

    #[test]
    fn only_the_value_that_is_set_changes() {
        let text = "(\n    from: 1, // first\n    energy: 1_0,\n    legacy: (energy: 2),\n)";
        assert_eq!(set(text, &["energy"], "8"), text.replace("1_0", "8"));
        assert_eq!(set(text, &["legacy", "energy"], "8"), text.replace("energy: 2", "energy: 8"));
        assert_eq!(set(text, &["to"], "7"), text.replace("// first\n", "// first\n    to: 7,\n"));
        assert_eq!(set(text, &["legacy", "cost"], "[]"), text.replace("energy: 2)", "energy: 2, cost: [])"));
        assert_eq!(set("(from: 1, energy: 2)", &["level"], "3"), "(from: 1, level: 3, energy: 2)");
        assert_eq!(set("(energy: 2)", &["legacy", "cost"], "[]"), "(energy: 2, legacy: (cost: []))");
        assert_eq!(set("(\r\n  from: 1\r\n)", &["energy"], "2"), "(\r\n  from: 1,\r\n  energy: 2,\r\n)");
    }

    #[test]
    fn what_is_taken_out_leaves_no_comma_and_no_line_behind() {
        let text = "(\n    from: 1,\n    energy: 10, // why\n    to: 5\n)";
        assert_eq!(remove_field(text, &["from"]), text.replace("    from: 1,\n", ""));
        assert_eq!(remove_field(text, &["energy"]), text.replace("energy: 10, ", ""), "the comment stays");
        assert_eq!(remove_field("(from: 1, energy: 2)", &["energy"]), "(from: 1)");
        assert_eq!(remove_field("(from: 1, energy: 2)", &["from"]), "(energy: 2)");
    }
}
