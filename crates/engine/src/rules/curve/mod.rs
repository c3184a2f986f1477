//! Values of runs that may be formulas in `n`, so that a regular table is not written entry by entry.

mod formula;

use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;

pub use formula::Formula;

/// A number of a run: the same for all its entries, or a formula in `n`, the number of the entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CurvedNumber<N> {
    /// The same for all.
    Constant(N),
    /// Another one for each.
    Formula(Formula),
}

impl<N: TryFrom<i64> + Copy> CurvedNumber<N> {
    /// The value of an entry.
    ///
    /// # Errors
    /// A message if there is none, or if it is out of range.
    pub fn at(&self, n: u32) -> Result<N, String> {
        match self {
            Self::Constant(value) => Ok(*value),
            Self::Formula(formula) => {
                let value = formula.at(i64::from(n))?;
                let told = || format!("\"{formula}\" is {value} at n = {n}, which is out of range");
                if value < 0 { Err(told()) } else { N::try_from(value).map_err(|_| told()) }
            }
        }
    }

    /// Whether it may be another one for each entry.
    pub fn is_formula(&self) -> bool {
        matches!(self, Self::Formula(_))
    }
}

impl<N: Default> Default for CurvedNumber<N> {
    fn default() -> Self {
        Self::Constant(N::default())
    }
}

impl<N: Serialize> Serialize for CurvedNumber<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Constant(value) => value.serialize(serializer),
            Self::Formula(formula) => serializer.collect_str(formula),
        }
    }
}

impl<'de, N: TryFrom<i64>> Deserialize<'de> for CurvedNumber<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrFormula(PhantomData))
    }
}

struct NumberOrFormula<N>(PhantomData<N>);

impl<N: TryFrom<i64>> Visitor<'_> for NumberOrFormula<N> {
    type Value = CurvedNumber<N>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a whole number, or a formula in quotes such as \"500 + 20 * n\"")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<CurvedNumber<N>, E> {
        let out_of_range = |_| E::custom(format!("{value} is out of range, expected 0 or more"));
        N::try_from(value).map(CurvedNumber::Constant).map_err(out_of_range)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<CurvedNumber<N>, E> {
        let value = i64::try_from(value).ok().and_then(|value| N::try_from(value).ok());
        value.map(CurvedNumber::Constant).ok_or_else(|| E::custom("the number is too large"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<CurvedNumber<N>, E> {
        text.parse().map(CurvedNumber::Formula).map_err(E::custom)
    }
}

impl<N: JsonSchema> JsonSchema for CurvedNumber<N> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("CurvedNumber_{}", N::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = N::json_schema(generator);
        schema.insert("type".to_owned(), json!(["integer", "string"]));
        schema
    }
}

/// The `format` of texts in schemas that may hold formulas.
pub const CURVE_FORMAT: &str = "curve";

/// A text of a run in which `{..}` holds a formula in `n`, such as `tower_{n - 1000}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurvedText(String);

impl From<&str> for CurvedText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl CurvedText {
    /// The text of an entry.
    ///
    /// # Errors
    /// A message if a formula has no value.
    pub fn at(&self, n: u32) -> Result<String, String> {
        let mut text = String::new();
        let mut rest = self.0.as_str();
        while let Some((before, held)) = rest.split_once('{') {
            let (formula, after) =
                held.split_once('}').ok_or_else(|| format!("\"{}\" has a {{ without its }}", self.0))?;
            let value = formula.parse::<Formula>()?.at(i64::from(n))?;
            text.push_str(&format!("{before}{value}"));
            rest = after;
        }
        Ok(text + rest)
    }

    /// Whether it may be another one for each entry.
    pub fn is_formula(&self) -> bool {
        self.0.contains('{')
    }
}

impl<'de> Deserialize<'de> for CurvedText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Self(String::deserialize(deserializer)?);
        // Whether each formula can be read, whatever its value.
        for part in text.0.split('{').skip(1) {
            let (formula, _) =
                part.split_once('}').ok_or_else(|| Error::custom(format!("\"{}\" has a {{ without its }}", text.0)))?;
            formula.parse::<Formula>().map_err(Error::custom)?;
        }
        Ok(text)
    }
}

impl JsonSchema for CurvedText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CurvedText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": CURVE_FORMAT})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_is_and_a_text_as_a_formula() {
        let read = |text: &str| ron::from_str::<CurvedNumber<u32>>(text).map_err(|error| error.to_string());
        assert_eq!(read("12").and_then(|curve| curve.at(5)), Ok(12));
        assert_eq!(read("\"n * 2\"").and_then(|curve| curve.at(5)), Ok(10));
        assert!(read("\"m * 2\"").expect_err("unknown").contains("there is no such name"));
        assert!(read("-1").is_err() && read("5000000000").is_err() && read("1.5").is_err() && read("[1]").is_err());
        let falls = read("\"3 - n\"").expect("a formula");
        assert_eq!(falls.at(3), Ok(0));
        assert!(falls.at(5).expect_err("negative").contains("is -2 at n = 5"));
    }

    #[test]
    fn a_text_holds_formulas_in_curly_brackets() {
        let text: CurvedText = ron::from_str("\"coin_{(n - 3999) / 2}\"").expect("a text");
        assert_eq!(
            [4001, 4002, 4003].map(|n| text.at(n)),
            ["coin_1", "coin_1", "coin_2"].map(|text| Ok(text.to_owned()))
        );
        assert!(ron::from_str::<CurvedText>("\"coin_{n\"").is_err() && ron::from_str::<CurvedText>("\"{m}\"").is_err());
    }
}
