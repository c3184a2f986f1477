//! From when until when a certificate is valid, read from its DER: the library checks what others send, and does not
//! tell this of the server's own.

use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// When a certificate is valid, unix seconds: from the first on, and until the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Validity {
    pub(super) from: i64,
    pub(super) until: i64,
}

impl Validity {
    /// Of a certificate (RFC 5280, section 4.1); `None` if it is none.
    pub(super) fn of(certificate: &[u8]) -> Option<Self> {
        let mut certificate = Field::first(certificate)?.of(SEQUENCE)?;
        let mut fields = take(&mut certificate)?.of(SEQUENCE)?;
        // Version, which may be missing, serial number, signature algorithm, issuer.
        if take(&mut fields)?.tag == VERSION {
            take(&mut fields)?;
        }
        take(&mut fields)?;
        take(&mut fields)?;
        let mut validity = take(&mut fields)?.of(SEQUENCE)?;
        Some(Self { from: take(&mut validity)?.moment()?, until: take(&mut validity)?.moment()? })
    }
}

/// One value of DER, and what follows it.
struct Field<'a> {
    tag: u8,
    content: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Field<'a> {
    fn first(bytes: &'a [u8]) -> Option<Self> {
        let (&[tag, first], rest) = bytes.split_first_chunk()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // The length in one to four bytes.
            0x81..=0x84 => {
                let (length, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
                (length.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        Some(Self { tag, content, rest })
    }

    fn of(self, tag: u8) -> Option<&'a [u8]> {
        (self.tag == tag).then_some(self.content)
    }

    /// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
    fn moment(&self) -> Option<i64> {
        let digits = self.content.strip_suffix(b"Z")?;
        let (year, rest) = match (self.tag, digits.len()) {
            (UTC_TIME, 12) => {
                let year = number(&digits[..2])?;
                (if year < 50 { 2000 + year } else { 1900 + year }, &digits[2..])
            }
            (GENERALIZED_TIME, 14) => (number(&digits[..4])?, &digits[4..]),
            _ => return None,
        };
        let mut parts = rest.chunks_exact(2).map(|part| number(part).and_then(|part| i8::try_from(part).ok()));
        let mut next = || parts.next().flatten();
        let (month, day, hour, minute, second) = (next()?, next()?, next()?, next()?, next()?);
        let day = jiff::civil::Date::new(year, month, day).ok()?;
        let time = jiff::civil::Time::new(hour, minute, second, 0).ok()?;
        Some(day.to_datetime(time).to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
    }
}

fn take<'a>(bytes: &mut &'a [u8]) -> Option<Field<'a>> {
    let field = Field::first(bytes)?;
    *bytes = field.rest;
    Some(field)
}

fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0')))
}

/// A moment as people read it.
pub(super) fn shown(moment: i64) -> String {
    jiff::Timestamp::from_second(moment).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u8::try_from(content.len()).expect("it is short");
        let head = if length < 0x80 { vec![tag, length] } else { vec![tag, 0x81, length] };
        [&head[..], content].concat()
    }

    fn certificate(version: bool, times: [(u8, &str); 2]) -> Vec<u8> {
        let version = if version { field(VERSION, &field(2, &[2])) } else { Vec::new() };
        let times = times.map(|(tag, text)| field(tag, text.as_bytes())).concat();
        let issuer = field(SEQUENCE, &[0; 100]);
        let fields = [version, field(2, &[7]), field(SEQUENCE, &[]), issuer, field(SEQUENCE, &times)].concat();
        field(SEQUENCE, &field(SEQUENCE, &fields))
    }

    #[test]
    fn both_kinds_of_times_are_read_with_and_without_a_version() {
        let expected = Some(Validity { from: 946_684_799, until: 4_102_444_800 });
        for version in [true, false] {
            let times = [(UTC_TIME, "991231235959Z"), (GENERALIZED_TIME, "21000101000000Z")];
            assert_eq!(Validity::of(&certificate(version, times)), expected);
        }
        assert_eq!(shown(946_684_799), "1999-12-31T23:59:59Z");
    }

    #[test]
    fn what_is_no_certificate_is_none_wherever_it_is_cut_or_changed() {
        let whole = certificate(true, [(UTC_TIME, "991231235959Z"), (UTC_TIME, "491231235959Z")]);
        for cut in 0..whole.len() {
            assert_eq!(Validity::of(&whole[..cut]), None, "cut at {cut}");
        }
        for at in 0..whole.len() {
            for value in [0, 0x7f, 0x80, 0x84, 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                // It may still be one; it must not panic.
                let _ = Validity::of(&changed);
            }
        }
        for wrong in ["991331235959Z", "99123123595Z", "9912312359590", "99123123595aZ"] {
            let changed = certificate(true, [(UTC_TIME, wrong), (UTC_TIME, "491231235959Z")]);
            assert_eq!(Validity::of(&changed), None, "{wrong}");
        }
    }
}
