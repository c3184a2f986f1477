//! Lists and objects, piece by piece.

use serde::Serialize;
use serde::ser::{
    Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::keys::Key;
use super::{NotWritten, Writer, push_name};

/// A list or an object that has been begun.
pub(super) struct Compound<'a> {
    out: &'a mut String,
    /// What ends it, and the object around it if it is the value of a variant.
    close: &'static str,
    is_empty: bool,
    is_raw: bool,
}

impl<'a> Compound<'a> {
    pub(super) fn open(out: &'a mut String, open: &'static str, close: &'static str) -> Self {
        out.push_str(open);
        Self { out, close, is_empty: true, is_raw: false }
    }

    /// For JSON that is written already.
    pub(super) fn raw(out: &'a mut String) -> Self {
        Self { out, close: "", is_empty: true, is_raw: true }
    }

    fn is_first(&mut self) -> bool {
        std::mem::replace(&mut self.is_empty, false)
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotWritten> {
        if !self.is_first() {
            self.out.push(',');
        }
        value.serialize(Writer { out: self.out })
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), NotWritten> {
        if self.is_raw {
            return self.verbatim(value);
        }
        let is_first = self.is_first();
        push_name(self.out, is_first, name);
        value.serialize(Writer { out: self.out })
    }

    /// Appends a text as it is.
    fn verbatim<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotWritten> {
        match serde_json::to_value(value) {
            Ok(serde_json::Value::String(json)) => {
                self.out.push_str(&json);
                Ok(())
            }
            _ => Err(NotWritten::custom("a raw value should be a text")),
        }
    }

    fn finish(self) -> Result<(), NotWritten> {
        self.out.push_str(self.close);
        Ok(())
    }
}

macro_rules! lists {
    ($($list:ident $method:ident),*) => {
        $(impl $list for Compound<'_> {
            type Ok = ();
            type Error = NotWritten;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotWritten> {
                self.element(value)
            }

            fn end(self) -> Result<(), NotWritten> {
                self.finish()
            }
        })*
    };
}

lists! {
    SerializeSeq serialize_element, SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field
}

impl SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = NotWritten;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NotWritten> {
        if !self.is_first() {
            self.out.push(',');
        }
        key.serialize(Key { out: self.out })?;
        self.out.push(':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotWritten> {
        value.serialize(Writer { out: self.out })
    }

    fn end(self) -> Result<(), NotWritten> {
        self.finish()
    }
}

macro_rules! objects {
    ($($object:ident),*) => {
        $(impl $object for Compound<'_> {
            type Ok = ();
            type Error = NotWritten;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), NotWritten> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), NotWritten> {
                self.finish()
            }
        })*
    };
}

objects!(SerializeStruct, SerializeStructVariant);
