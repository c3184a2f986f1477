//! Validates PNG files without decoding pixels (PNG specification, sections 5 and 11).

/// What every PNG file starts with.
const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// Length, type and checksum of a chunk.
const CHUNK_FRAME_BYTES: usize = 12;

/// The contents of a PNG header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

/// Why bytes are not a valid PNG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PngError {
    /// Not a PNG at all.
    #[error("does not start like a PNG file")]
    Signature,
    /// The first chunk is not a valid header.
    #[error("has no valid PNG header")]
    Header,
    /// A chunk is truncated, its checksum is wrong, or something is missing or left over.
    #[error("is cut off or damaged")]
    Damaged,
}

/// Walks through all chunks and returns the header.
pub fn inspect(bytes: &[u8]) -> Result<Header, PngError> {
    let mut rest = bytes.strip_prefix(&SIGNATURE).ok_or(PngError::Signature)?;
    let (kind, content) = next_chunk(&mut rest)?;
    let header = read_header(kind, content)?;
    let mut has_pixels = false;
    loop {
        match next_chunk(&mut rest)?.0 {
            b"IDAT" => has_pixels = true,
            b"IEND" if has_pixels && rest.is_empty() => return Ok(header),
            b"IEND" | b"IHDR" => return Err(PngError::Damaged),
            _ => {}
        }
    }
}

/// Splits off the next chunk: its type and its content.
fn next_chunk<'a>(rest: &mut &'a [u8]) -> Result<(&'a [u8; 4], &'a [u8]), PngError> {
    let length = rest.first_chunk().map(|length| u32::from_be_bytes(*length)).ok_or(PngError::Damaged)?;
    let whole = usize::try_from(length).ok().and_then(|length| length.checked_add(CHUNK_FRAME_BYTES));
    let (chunk, behind) = whole.and_then(|whole| rest.split_at_checked(whole)).ok_or(PngError::Damaged)?;
    let (checked, checksum) = chunk[4..].split_last_chunk::<4>().ok_or(PngError::Damaged)?;
    if crc32fast::hash(checked) != u32::from_be_bytes(*checksum) {
        return Err(PngError::Damaged);
    }
    *rest = behind;
    checked.split_first_chunk::<4>().ok_or(PngError::Damaged)
}

fn read_header(kind: &[u8; 4], content: &[u8]) -> Result<Header, PngError> {
    let &[w0, w1, w2, w3, h0, h1, h2, h3, depth, colour, 0, 0, 0 | 1] = content else {
        return Err(PngError::Header);
    };
    let header = Header { width: u32::from_be_bytes([w0, w1, w2, w3]), height: u32::from_be_bytes([h0, h1, h2, h3]) };
    let is_allowed = match colour {
        0 => matches!(depth, 1 | 2 | 4 | 8 | 16),
        3 => matches!(depth, 1 | 2 | 4 | 8),
        2 | 4 | 6 => matches!(depth, 8 | 16),
        _ => false,
    };
    let is_header = kind == b"IHDR" && is_allowed && header.width > 0 && header.height > 0;
    is_header.then_some(header).ok_or(PngError::Header)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).expect("a short chunk");
        let checked = [kind, content].concat();
        [&length.to_be_bytes()[..], &checked, &crc32fast::hash(&checked).to_be_bytes()].concat()
    }

    /// A PNG with these dimensions in its header; the pixels are arbitrary.
    pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
        let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        [&SIGNATURE[..], &chunk(b"IHDR", &header), &chunk(b"IDAT", b"pixels"), &chunk(b"IEND", b"")].concat()
    }

    #[test]
    fn a_sound_file_tells_its_sides() {
        assert_eq!(inspect(&png(64, 32)), Ok(Header { width: 64, height: 32 }));
    }

    #[test]
    fn other_files_and_impossible_headers_are_no_png() {
        assert_eq!(inspect(b"GIF89a"), Err(PngError::Signature));
        assert_eq!(inspect(b""), Err(PngError::Signature));
        assert_eq!(inspect(&png(0, 32)), Err(PngError::Header), "nothing is 0 pixels wide");
        let without_header = [&SIGNATURE[..], &chunk(b"IEND", b"")].concat();
        assert_eq!(inspect(&without_header), Err(PngError::Header));
        let without_pixels = [&png(1, 1)[..33], &chunk(b"IEND", b"")].concat();
        assert_eq!(inspect(&without_pixels), Err(PngError::Damaged));
    }

    #[test]
    fn the_checksum_is_that_of_the_specification() {
        let end = b"\0\0\0\0IEND\xae\x42\x60\x82";
        assert!(png(1, 1).ends_with(end), "the end of every PNG file");
    }

    proptest! {
        #[test]
        fn a_file_that_was_cut_lengthened_or_altered_is_never_sound(at in 0_usize..80, flip in 1_u8..=255) {
            let sound = png(8, 8);
            let at = at % sound.len();
            prop_assert!(inspect(&sound[..at]).is_err(), "cut at {}", at);
            prop_assert!(inspect(&[&sound[..], &[flip]].concat()).is_err(), "something hangs behind it");
            let mut altered = sound.clone();
            altered[at] ^= flip;
            prop_assert!(inspect(&altered).is_err(), "byte {} altered", at);
        }

        #[test]
        fn no_bytes_whatever_make_it_panic(tail in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = inspect(&tail);
            let _ = inspect(&[&SIGNATURE[..], &tail].concat());
        }
    }
}
