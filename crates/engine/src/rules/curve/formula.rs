//! Formulas of whole numbers in `n`, such as `500 + 20 * (n - 8)`.

use std::fmt;
use std::str::FromStr;

/// The most characters of a formula.
const CHARS_MAX: usize = 200;
/// The most brackets within each other.
const DEPTH_MAX: u32 = 32;

/// A formula. Every step is exact; what does not fit into 64 bits is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formula {
    text: String,
    root: Term,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    Number(i64),
    N,
    Negative(Box<Term>),
    Pair(Operator, Box<(Term, Term)>),
    Least(Vec<Term>),
    Greatest(Vec<Term>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Plus,
    Minus,
    Times,
    /// Rounds down.
    Over,
    /// What is left when dividing so.
    Rest,
    Power,
}

impl Formula {
    /// The value at an `n`.
    ///
    /// # Errors
    /// A message if a step does not fit into 64 bits, or divides by 0.
    pub fn at(&self, n: i64) -> Result<i64, String> {
        self.root
            .at(n)
            .ok_or_else(|| format!("\"{self}\" has no value at n = {n}: it divides by 0, or a number is too large"))
    }
}

impl Term {
    fn at(&self, n: i64) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::N => Some(n),
            Self::Negative(term) => term.at(n)?.checked_neg(),
            Self::Pair(operator, terms) => operator.apply(terms.0.at(n)?, terms.1.at(n)?),
            Self::Least(terms) => terms.iter().map(|term| term.at(n)).collect::<Option<Vec<_>>>()?.into_iter().min(),
            Self::Greatest(terms) => terms.iter().map(|term| term.at(n)).collect::<Option<Vec<_>>>()?.into_iter().max(),
        }
    }
}

impl Operator {
    fn apply(self, left: i64, right: i64) -> Option<i64> {
        let down = |left: i64, right: i64| {
            let (whole, rest) = (left.checked_div(right)?, left.checked_rem(right)?);
            whole.checked_sub(i64::from(rest != 0 && (rest < 0) != (right < 0)))
        };
        match self {
            Self::Plus => left.checked_add(right),
            Self::Minus => left.checked_sub(right),
            Self::Times => left.checked_mul(right),
            Self::Over => down(left, right),
            Self::Rest => left.checked_sub(down(left, right)?.checked_mul(right)?),
            Self::Power => left.checked_pow(u32::try_from(right).ok()?),
        }
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl FromStr for Formula {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.chars().count() > CHARS_MAX {
            return Err(format!("a formula of more than {CHARS_MAX} characters"));
        }
        let mut reader = Reader { text, at: 0, depth: 0 };
        let root = reader.sum()?;
        match reader.peek() {
            None => Ok(Self { text: text.trim().to_owned(), root }),
            Some(_) => Err(reader.wrong("expected + - * / % ^ or the end")),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Reader<'a> {
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    /// Steps over a character, if it is the next one.
    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += if found { wanted.len_utf8() } else { 0 };
        found
    }

    fn wrong(&mut self, expected: &str) -> String {
        let found = match self.peek() {
            Some(_) => format!("\"{}\"", self.word()),
            None => "the end".to_owned(),
        };
        format!("the formula \"{}\" cannot be read at {found}: {expected}", self.text)
    }

    /// The word at the place, or else the character.
    fn word(&self) -> &'a str {
        let rest = &self.text[self.at..];
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        let one = rest.chars().next().map_or(0, char::len_utf8);
        &rest[..end.max(one)]
    }

    fn sum(&mut self) -> Result<Term, String> {
        let mut left = self.product()?;
        loop {
            let operator = match self.peek() {
                Some('+') => Operator::Plus,
                Some('-') => Operator::Minus,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Term::Pair(operator, Box::new((left, self.product()?)));
        }
    }

    fn product(&mut self) -> Result<Term, String> {
        let mut left = self.sign()?;
        loop {
            let operator = match self.peek() {
                Some('*') => Operator::Times,
                Some('/') => Operator::Over,
                Some('%') => Operator::Rest,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Term::Pair(operator, Box::new((left, self.sign()?)));
        }
    }

    fn sign(&mut self) -> Result<Term, String> {
        let negative = self.take('-');
        let base = self.value()?;
        let term = match self.take('^') {
            true => Term::Pair(Operator::Power, Box::new((base, self.value()?))),
            false => base,
        };
        Ok(if negative { Term::Negative(Box::new(term)) } else { term })
    }

    fn value(&mut self) -> Result<Term, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("the formula \"{}\" has too many brackets within each other", self.text));
        }
        let term = self.value_within()?;
        self.depth -= 1;
        Ok(term)
    }

    fn value_within(&mut self) -> Result<Term, String> {
        if self.take('(') {
            let inner = self.sum()?;
            return if self.take(')') { Ok(inner) } else { Err(self.wrong("expected )")) };
        }
        let first = self.peek();
        if !first.is_some_and(char::is_alphanumeric) {
            return Err(self.wrong("expected a whole number, n or ("));
        }
        let word = self.word();
        match word {
            "n" => {
                self.at += word.len();
                Ok(Term::N)
            }
            "min" | "max" => {
                self.at += word.len();
                let terms = self.arguments()?;
                Ok(if word == "min" { Term::Least(terms) } else { Term::Greatest(terms) })
            }
            _ if first.is_some_and(|first| first.is_ascii_digit()) => {
                let number = word.replace('_', "").parse();
                let number = number.map_err(|_| self.wrong("expected a whole number below 2^63"))?;
                self.at += word.len();
                Ok(Term::Number(number))
            }
            _ => Err(self.wrong("there is no such name, expected n, min(a, b) or max(a, b)")),
        }
    }

    fn arguments(&mut self) -> Result<Vec<Term>, String> {
        let mut terms = Vec::new();
        if !self.take('(') {
            return Err(self.wrong("expected ("));
        }
        loop {
            terms.push(self.sum()?);
            if self.take(')') {
                return Ok(terms);
            }
            if !self.take(',') {
                return Err(self.wrong("expected , or )"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    fn at(text: &str, n: i64) -> Result<i64, String> {
        text.parse::<Formula>().and_then(|formula| formula.at(n))
    }

    /// A formula with its value at an `n`, `None` if it has none.
    #[derive(Deserialize)]
    struct Case {
        formula: String,
        n: i64,
        value: Option<String>,
    }

    /// The page's build evaluates formulas itself, and is tested with the same table.
    #[test]
    fn formulas_are_exact_and_read_as_usual() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("cases.json")).expect("cases");
        for Case { formula, n, value } in cases {
            assert_eq!(at(&formula, n).ok().map(|value| value.to_string()), value, "{formula} at {n}");
        }
    }

    #[test]
    fn what_cannot_be_computed_is_told() {
        for text in
            ["n / (n - 12)", "9223372036854775807 + n", "2 ^ 63", "0 - 9223372036854775807 - n", "2 ^ (0 - n)", "n % 0"]
        {
            assert!(at(text, 12).expect_err(text).contains("has no value at n = 12"), "{text}");
        }
    }

    #[test]
    fn a_formula_that_cannot_be_read_says_where() {
        for (text, told) in [
            ("500 + m", "at \"m\": there is no such name, expected n"),
            ("500 +", "at the end: expected a whole number"),
            ("(n", "at the end: expected )"),
            ("n n", "at \"n\": expected + - * / % ^ or the end"),
            ("1.5", "at \".\""),
            ("", "at the end"),
            ("99999999999999999999", "expected a whole number below"),
            ("min n", "expected ("),
        ] {
            let found = at(text, 1).expect_err(text);
            assert!(found.contains(told), "{found}");
        }
        assert!(
            at(&"(".repeat(100), 1).is_err() && at(&"-".repeat(190), 1).is_err() && at(&"n".repeat(300), 1).is_err()
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[n0-9+*/%^()min,a -]{0,60}|\\PC{0,40}", n in any::<i64>()) {
            let _ = at(&text, n);
        }
    }
}
