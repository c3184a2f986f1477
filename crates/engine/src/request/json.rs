//! JSON as `serde_json` writes it, straight into a `String`.
//!
//! Replies are what a busy world spends most of its time on. Three quarters of their bytes are names of fields, which are
//! known to need no escapes, and numbers; and text that is text all the way does not have to be checked for being UTF-8 at
//! the end. Reading is `serde_json`'s, and so are the numbers with a fraction.

mod compound;
mod keys;

use std::fmt;

use serde::Serialize;
use serde::ser;

use compound::Compound;

/// The name under which `serde_json` hands over its `RawValue`: a struct with one field, whose text is JSON already.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// Appends `value` as JSON.
///
/// # Errors
/// When it has a map whose keys are neither text nor numbers, or its own `Serialize` errs.
pub(crate) fn write_json<T: Serialize + ?Sized>(out: &mut String, value: &T) -> Result<(), NotWritten> {
    value.serialize(Writer { out })
}

/// Why a value has no JSON.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotWritten(String);

impl ser::Error for NotWritten {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Writes one value.
struct Writer<'a> {
    out: &'a mut String,
}

impl Writer<'_> {
    /// Opens the object around a variant's value, which its caller closes.
    fn begin_variant(&mut self, variant: &'static str) {
        self.out.push('{');
        push_name(self.out, true, variant);
    }
}

/// Appends digits.
fn push_integer(out: &mut String, number: impl itoa::Integer) {
    out.push_str(itoa::Buffer::new().format(number));
}

/// Appends a number that may have a fraction. One that is not finite has no JSON and becomes null.
fn push_number(out: &mut String, number: &impl Serialize) -> Result<(), NotWritten> {
    let text = serde_json::to_string(number).map_err(ser::Error::custom)?;
    out.push_str(&text);
    Ok(())
}

/// Appends a text in quotes.
fn push_text(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(needs_escape) {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        // What needs an escape is one byte long.
        let (special, tail) = tail.split_at(1);
        push_escape(out, special);
        rest = tail;
    }
    out.push_str(rest);
    out.push('"');
}

/// Appends a name that is known to need no escapes, in quotes and with a colon, after a comma unless it is the first.
fn push_name(out: &mut String, is_first: bool, name: &'static str) {
    debug_assert!(!name.bytes().any(needs_escape), "{name:?} should be a name without quotes and control characters");
    out.push_str(if is_first { "\"" } else { ",\"" });
    out.push_str(name);
    out.push_str("\":");
}

fn needs_escape(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

#[cold]
fn push_escape(out: &mut String, special: &str) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    match special {
        "\"" => out.push_str("\\\""),
        "\\" => out.push_str("\\\\"),
        "\u{8}" => out.push_str("\\b"),
        "\u{c}" => out.push_str("\\f"),
        "\n" => out.push_str("\\n"),
        "\r" => out.push_str("\\r"),
        "\t" => out.push_str("\\t"),
        _ => {
            for byte in special.bytes() {
                out.push_str("\\u00");
                out.push(HEX[usize::from(byte >> 4)]);
                out.push(HEX[usize::from(byte & 0xf)]);
            }
        }
    }
}

macro_rules! integers {
    ($($method:ident $kind:ty),* $(,)?) => {
        $(fn $method(self, number: $kind) -> Result<(), NotWritten> {
            push_integer(self.out, number);
            Ok(())
        })*
    };
}

impl<'a> ser::Serializer for Writer<'a> {
    type Ok = ();
    type Error = NotWritten;
    type SerializeSeq = Compound<'a>;
    type SerializeTuple = Compound<'a>;
    type SerializeTupleStruct = Compound<'a>;
    type SerializeTupleVariant = Compound<'a>;
    type SerializeMap = Compound<'a>;
    type SerializeStruct = Compound<'a>;
    type SerializeStructVariant = Compound<'a>;

    integers! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128,
    }

    fn serialize_bool(self, truth: bool) -> Result<(), NotWritten> {
        self.out.push_str(if truth { "true" } else { "false" });
        Ok(())
    }

    fn serialize_f32(self, number: f32) -> Result<(), NotWritten> {
        push_number(self.out, &number)
    }

    fn serialize_f64(self, number: f64) -> Result<(), NotWritten> {
        push_number(self.out, &number)
    }

    fn serialize_char(self, character: char) -> Result<(), NotWritten> {
        push_text(self.out, character.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Result<(), NotWritten> {
        push_text(self.out, text);
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), NotWritten> {
        bytes.serialize(self)
    }

    fn serialize_none(self) -> Result<(), NotWritten> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotWritten> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), NotWritten> {
        self.out.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), NotWritten> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), NotWritten> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), NotWritten> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), NotWritten> {
        self.begin_variant(variant);
        value.serialize(Writer { out: self.out })?;
        self.out.push('}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Compound<'a>, NotWritten> {
        Ok(Compound::open(self.out, "[", "]"))
    }

    fn serialize_tuple(self, len: usize) -> Result<Compound<'a>, NotWritten> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Compound<'a>, NotWritten> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, NotWritten> {
        self.begin_variant(variant);
        Ok(Compound::open(self.out, "[", "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Compound<'a>, NotWritten> {
        Ok(Compound::open(self.out, "{", "}"))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Compound<'a>, NotWritten> {
        Ok(if name == RAW_VALUE { Compound::raw(self.out) } else { Compound::open(self.out, "{", "}") })
    }

    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, NotWritten> {
        self.begin_variant(variant);
        Ok(Compound::open(self.out, "{", "}}"))
    }
}

#[cfg(test)]
mod tests;
