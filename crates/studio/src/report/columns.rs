//! Tables in a terminal, where most Chinese characters take two columns.

use unicode_width::UnicodeWidthStr;

/// Left-aligns text in a width in columns; longer text stays as it is.
pub fn left(text: &str, width: usize) -> String {
    format!("{text}{}", fill(text, width))
}

/// Right-aligns text in a width in columns; longer text stays as it is.
pub fn right(text: &str, width: usize) -> String {
    format!("{}{text}", fill(text, width))
}

fn fill(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(text.width()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_filled_up_to_the_columns_it_takes_on_a_screen() {
        assert_eq!(left("boss", 6), "boss  ");
        assert_eq!(right("体力", 6), "  体力", "a Chinese character is two columns wide");
        assert_eq!(left("e\u{301}", 3), "e\u{301}  ", "an accent takes no column of its own");
        assert_eq!(right("too long", 3), "too long");
    }
}
