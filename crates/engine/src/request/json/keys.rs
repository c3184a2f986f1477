//! The keys of maps, which JSON knows as texts only.

use serde::Serialize;
use serde::ser::{Error as _, Impossible, Serializer};

use super::{NotWritten, push_integer, push_number, push_text};

/// For what is no key.
type Never = Impossible<(), NotWritten>;

/// Writes one key, in quotes.
pub(super) struct Key<'a> {
    pub(super) out: &'a mut String,
}

fn no_key<T>() -> Result<T, NotWritten> {
    Err(NotWritten::custom("key must be a string"))
}

impl Key<'_> {
    fn quoted(self, push: impl FnOnce(&mut String) -> Result<(), NotWritten>) -> Result<(), NotWritten> {
        self.out.push('"');
        push(self.out)?;
        self.out.push('"');
        Ok(())
    }
}

macro_rules! integers {
    ($($method:ident $kind:ty),* $(,)?) => {
        $(fn $method(self, number: $kind) -> Result<(), NotWritten> {
            self.quoted(|out| {
                push_integer(out, number);
                Ok(())
            })
        })*
    };
}

impl Serializer for Key<'_> {
    type Ok = ();
    type Error = NotWritten;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Never;

    integers! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128,
    }

    fn serialize_bool(self, truth: bool) -> Result<(), NotWritten> {
        self.serialize_str(if truth { "true" } else { "false" })
    }

    fn serialize_f32(self, number: f32) -> Result<(), NotWritten> {
        if number.is_finite() { self.quoted(|out| push_number(out, &number)) } else { no_key() }
    }

    fn serialize_f64(self, number: f64) -> Result<(), NotWritten> {
        if number.is_finite() { self.quoted(|out| push_number(out, &number)) } else { no_key() }
    }

    fn serialize_char(self, character: char) -> Result<(), NotWritten> {
        self.serialize_str(character.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), NotWritten> {
        push_text(self.out, text);
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), NotWritten> {
        no_key()
    }

    fn serialize_none(self) -> Result<(), NotWritten> {
        no_key()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, key: &T) -> Result<(), NotWritten> {
        key.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), NotWritten> {
        no_key()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), NotWritten> {
        no_key()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), NotWritten> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, key: &T) -> Result<(), NotWritten> {
        key.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), NotWritten> {
        no_key()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Never, NotWritten> {
        no_key()
    }

    fn serialize_tuple(self, _: usize) -> Result<Never, NotWritten> {
        no_key()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Never, NotWritten> {
        no_key()
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Never, NotWritten> {
        no_key()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Never, NotWritten> {
        no_key()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Never, NotWritten> {
        no_key()
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Never, NotWritten> {
        no_key()
    }
}
