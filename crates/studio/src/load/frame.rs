//! A minimal WebSocket client codec. Client and server often share a machine, so the client's CPU time is taken from
//! the server. Requests are framed and masked before the run; of replies only the status is read.

use std::ops::Range;

/// A text frame.
pub const TEXT: u8 = 0x1;
/// A close frame.
pub const CLOSE: u8 = 0x8;
/// Asks for a [`PONG`].
pub const PING: u8 = 0x9;
/// Answers a [`PING`].
pub const PONG: u8 = 0xA;

/// A constant: the protocol requires a mask, and nothing here needs hiding.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
const IS_LAST: u8 = 0x80;
const IS_MASKED: u8 = 0x80;

/// Appends a complete frame to `out`.
pub fn push_masked(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    out.push(IS_LAST | opcode);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short @ ..=125), _) => out.push(IS_MASKED | short),
        (_, Ok(middle)) => {
            out.push(IS_MASKED | 126);
            out.extend(middle.to_be_bytes());
        }
        _ => {
            out.push(IS_MASKED | 127);
            out.extend((payload.len() as u64).to_be_bytes());
        }
    }
    out.extend(MASK);
    out.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
}

/// A complete frame.
#[must_use]
pub fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(payload.len() + 14);
    push_masked(&mut frame, opcode, payload);
    frame
}

/// The opcode and payload range of the first frame in `bytes`, once it is complete.
#[must_use]
pub fn first(bytes: &[u8]) -> Option<(u8, Range<usize>)> {
    let (start, length) = match bytes.get(1)? & 0x7f {
        126 => (4, usize::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?)).unwrap_or(usize::MAX)),
        short => (2, usize::from(short)),
    };
    let is_whole = bytes.len().checked_sub(start).is_some_and(|there| there >= length);
    is_whole.then(|| (bytes[0] & 0x0f, start..start + length))
}

/// The status of a reply; `None` if the text is an event.
#[must_use]
pub fn status(text: &[u8]) -> Option<i32> {
    const PREFIX: &[u8] = b"{\"status\":";
    if let Some([b'0', b',' | b'}', ..]) = text.strip_prefix(PREFIX) {
        return Some(0);
    }
    // Replies other than successes are rare, so a full parse is affordable.
    #[derive(serde::Deserialize)]
    struct Status {
        status: Option<i32>,
    }
    serde_json::from_slice::<Status>(text).ok()?.status
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A frame as a server sends it.
    fn unmasked(payload: &[u8]) -> Vec<u8> {
        let mut frame = masked(TEXT, payload);
        let mask_at = frame.len() - payload.len() - 4;
        frame.truncate(mask_at);
        frame[1] &= 0x7f;
        frame.extend(payload);
        frame
    }

    proptest! {
        #[test]
        fn a_frame_is_found_only_once_it_is_complete(length in prop_oneof![0..300_usize, 65_000..66_000_usize]) {
            let payload = vec![b'x'; length];
            let mut bytes = unmasked(&payload);
            bytes.extend(unmasked(b"next"));
            let (opcode, place) = first(&bytes).expect("a whole frame");
            prop_assert_eq!(opcode, TEXT);
            prop_assert_eq!(&bytes[place.clone()], &payload[..]);
            prop_assert_eq!(first(&bytes[..place.end.saturating_sub(1)]), None, "a byte is missing");
        }
    }

    #[test]
    fn a_masked_payload_is_the_payload_under_the_mask() {
        let frame = masked(TEXT, b"hello");
        let open: Vec<u8> = frame[6..].iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
        assert_eq!((frame[0], frame[1], &open[..]), (0x81, 0x85, &b"hello"[..]));
    }

    #[test]
    fn replies_have_a_status_and_events_have_none() {
        assert_eq!(status(br#"{"status":0,"message":"success"}"#), Some(0));
        assert_eq!(status(br#"{"status":01}"#), None, "that is not JSON");
        assert_eq!(status(br#"{"status":15,"message":"too many"}"#), Some(15));
        assert_eq!(status(br#"{"message":"turned round","status":-2}"#), Some(-2));
        assert_eq!(status(br#"{"event":"mail_received","data":{"status":0}}"#), None);
    }
}
