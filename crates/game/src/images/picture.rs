//! Pictures as pixels: decoded from PNG and JPEG, scaled down, encoded as PNG.
//!
//! A thread cannot be interrupted, so the work is bounded beforehand: by pixels, and in a progressive JPEG by scans, each
//! of which goes over all pixels.

use std::io::Cursor;
use std::ops::Range;

use png::{BitDepth, ColorType, Transformations};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::images::ImageError;

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG_START: &[u8] = b"\xff\xd8\xff";
/// Usual encoders make about ten.
const JPEG_SCANS_MAX: usize = 32;
/// What a decoder may allocate besides the pixels, for chunks that are not shown.
const SIDE_BYTES_MAX: usize = 1 << 20;

/// A pixel: red, green, blue, opacity.
type Pixel = [u8; 4];

/// A picture in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    /// From the top left, row by row.
    pixels: Vec<Pixel>,
}

/// The length of a side in pixels.
fn side(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// Checks the size before any pixel is decoded.
fn check_size(width: usize, height: usize, pixels_max: usize) -> Result<(), ImageError> {
    let fits = width.checked_mul(height).is_some_and(|pixels| (1..=pixels_max).contains(&pixels));
    if fits { Ok(()) } else { Err(ImageError::TooManyPixels { pixels_max }) }
}

/// Reads a whole PNG: its sides, and its pixels in the form that the transformations give them.
fn read_png(
    bytes: &[u8],
    pixels_max: usize,
    transformations: Transformations,
) -> Result<(usize, usize, (ColorType, Vec<u8>)), ImageError> {
    if !bytes.starts_with(PNG_SIGNATURE) {
        return Err(ImageError::UnknownFormat);
    }
    let damaged = |_| ImageError::Damaged;
    let limits = png::Limits { bytes: SIDE_BYTES_MAX.saturating_add(pixels_max.saturating_mul(8)) };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(transformations);
    let header = decoder.read_header_info().map_err(damaged)?;
    let (width, height) = (side(header.width), side(header.height));
    check_size(width, height, pixels_max)?;
    let mut reader = decoder.read_info().map_err(damaged)?;
    let mut bytes = vec![0; reader.output_buffer_size().ok_or(ImageError::Damaged)?];
    let frame = reader.next_frame(&mut bytes).map_err(damaged)?;
    reader.finish().map_err(damaged)?;
    Ok((width, height, (frame.color_type, bytes)))
}

/// The longer side of a valid PNG of at most `pixels_max` pixels.
///
/// # Errors
/// When it is not a PNG, is damaged, or has more pixels.
pub fn longer_side_of_png(bytes: &[u8], pixels_max: usize) -> Result<usize, ImageError> {
    let (width, height, _) = read_png(bytes, pixels_max, Transformations::IDENTITY)?;
    Ok(width.max(height))
}

impl Picture {
    /// Decodes a PNG or a JPEG of at most `pixels_max` pixels. Of an animation, only the first frame.
    ///
    /// # Errors
    /// When it is neither, is damaged, or has more pixels.
    pub fn decode(bytes: &[u8], pixels_max: usize) -> Result<Self, ImageError> {
        if bytes.starts_with(PNG_SIGNATURE) {
            Self::decode_png(bytes, pixels_max)
        } else if bytes.starts_with(JPEG_START) {
            Self::decode_jpeg(bytes, pixels_max)
        } else {
            Err(ImageError::UnknownFormat)
        }
    }

    fn decode_png(bytes: &[u8], pixels_max: usize) -> Result<Self, ImageError> {
        let transformations = Transformations::normalize_to_color8() | Transformations::ALPHA;
        let (width, height, decoded) = read_png(bytes, pixels_max, transformations)?;
        let pixels = match decoded {
            (ColorType::Rgba, bytes) => bytes.as_chunks::<4>().0.to_vec(),
            (ColorType::GrayscaleAlpha, bytes) => {
                bytes.as_chunks::<2>().0.iter().map(|[grey, opacity]| [*grey, *grey, *grey, *opacity]).collect()
            }
            _ => return Err(ImageError::Damaged),
        };
        Self::new(width, height, pixels)
    }

    fn decode_jpeg(bytes: &[u8], pixels_max: usize) -> Result<Self, ImageError> {
        let options =
            DecoderOptions::new_safe().jpeg_set_out_colorspace(ColorSpace::RGB).jpeg_set_max_scans(JPEG_SCANS_MAX);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
        decoder.decode_headers().map_err(|_| ImageError::Damaged)?;
        let (width, height) = decoder.dimensions().ok_or(ImageError::Damaged)?;
        check_size(width, height, pixels_max)?;
        let bytes = decoder.decode().map_err(|_| ImageError::Damaged)?;
        let pixels = bytes.as_chunks::<3>().0.iter().map(|[red, green, blue]| [*red, *green, *blue, 255]).collect();
        Self::new(width, height, pixels)
    }

    fn new(width: usize, height: usize, pixels: Vec<Pixel>) -> Result<Self, ImageError> {
        let is_whole = width.checked_mul(height) == Some(pixels.len());
        if is_whole { Ok(Self { width, height, pixels }) } else { Err(ImageError::Damaged) }
    }

    fn longer_side(&self) -> usize {
        self.width.max(self.height)
    }

    /// A PNG of at most `bytes_max` bytes, with sides of at most `side_max` pixels; smaller where it has to be.
    pub fn into_png_within(self, side_max: usize, bytes_max: usize) -> Vec<u8> {
        let longer = self.longer_side();
        let full = if longer > side_max { self.scaled(side_max.max(1)) } else { self };
        let mut png = full.to_png();
        let mut longer = full.longer_side();
        while png.len() > bytes_max && longer > 1 {
            longer = shorter_side(longer, png.len(), bytes_max);
            png = full.scaled(longer).to_png();
        }
        png
    }

    /// The same picture scaled to a longer side of this many pixels, which must not exceed its own.
    fn scaled(&self, longer: usize) -> Self {
        let scale = |side: usize| (side * longer / self.longer_side()).max(1);
        let (width, height) = (scale(self.width), scale(self.height));
        let rows = (0..height).map(|y| part(y, height, self.height));
        let pixels =
            rows.flat_map(|rows| (0..width).map(move |x| self.average(part(x, width, self.width), rows.clone())));
        Self { width, height, pixels: pixels.collect() }
    }

    /// The average colour of an area. Pixels are weighted by their opacity.
    fn average(&self, columns: Range<usize>, rows: Range<usize>) -> Pixel {
        let area = columns.len() * rows.len();
        let (mut sums, mut opacity) = ([0_usize; 3], 0);
        for row in rows {
            let start = row * self.width;
            for [red, green, blue, alpha] in &self.pixels[start + columns.start..start + columns.end] {
                let alpha = usize::from(*alpha);
                opacity += alpha;
                for (sum, part) in sums.iter_mut().zip([red, green, blue]) {
                    *sum += usize::from(*part) * alpha;
                }
            }
        }
        let rounded = |sum: usize, of: usize| u8::try_from((sum + of / 2) / of.max(1)).unwrap_or(u8::MAX);
        let [red, green, blue] = sums.map(|sum| rounded(sum, opacity));
        [red, green, blue, rounded(opacity, area)]
    }

    fn to_png(&self) -> Vec<u8> {
        let is_opaque = self.pixels.iter().all(|[.., opacity]| *opacity == u8::MAX);
        let (colours, bytes): (ColorType, Vec<u8>) = if is_opaque {
            (ColorType::Rgb, self.pixels.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]).collect())
        } else {
            (ColorType::Rgba, self.pixels.as_flattened().to_vec())
        };
        let mut png = Vec::new();
        let length = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
        let mut encoder = png::Encoder::new(&mut png, length(self.width), length(self.height));
        encoder.set_color(colours);
        encoder.set_depth(BitDepth::Eight);
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&bytes)?;
            writer.finish()
        });
        written.expect("a picture of as many pixels as its sides say should be writable to memory");
        png
    }
}

/// The part of `all` that pixel `at` of `count` covers.
fn part(at: usize, count: usize, all: usize) -> Range<usize> {
    at * all / count..(at + 1) * all / count
}

/// The longer side with which a picture of `bytes` bytes probably fits: its size grows with the area. It shrinks by a
/// tenth at least, so that few attempts are needed.
fn shorter_side(longer: usize, bytes: usize, bytes_max: usize) -> usize {
    let area = longer * longer * bytes_max / bytes.max(1);
    area.isqrt().min(longer * 9 / 10).max(1)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A picture that hardly compresses.
    pub(crate) fn noise(width: usize, height: usize) -> Picture {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let pixels = (0..width * height).map(|_| [next(), next(), next(), 255]).collect();
        Picture { width, height, pixels }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for picture in [noise(7, 3), Picture { width: 1, height: 2, pixels: vec![[1, 2, 3, 4], [5, 6, 7, 255]] }] {
            assert_eq!(Picture::decode(&picture.to_png(), 100), Ok(picture));
        }
    }

    #[test]
    fn a_jpeg_is_read_with_its_colours() {
        let jpeg = include_bytes!("two_colours.jpg");
        let picture = Picture::decode(jpeg, 256).expect("a valid JPEG");
        let is_near = |at: usize, colour: [u8; 3]| {
            picture.pixels[at].iter().zip(colour).all(|(found, wanted)| found.abs_diff(wanted) <= 8)
        };
        assert_eq!((picture.width, picture.height), (16, 16));
        assert!(
            is_near(0, [255, 140, 0]) && is_near(15, [0, 0, 255]),
            "{:?} {:?}",
            picture.pixels[0],
            picture.pixels[15]
        );
        assert_eq!(Picture::decode(jpeg, 255), Err(ImageError::TooManyPixels { pixels_max: 255 }));
    }

    #[test]
    fn a_picture_is_scaled_down_until_its_file_fits() {
        let png = noise(300, 200).into_png_within(256, 24_576);
        assert!(png.len() <= 24_576 && png.len() > 12_288, "small enough, and no smaller than needed: {}", png.len());
        let kept = Picture::decode(&png, 100_000).expect("a valid PNG");
        assert!(kept.width > kept.height && kept.width <= 256, "{}x{}", kept.width, kept.height);
        let plain = Picture { width: 600, height: 3, pixels: vec![[9, 9, 9, 255]; 1800] };
        let kept = Picture::decode(&plain.into_png_within(512, 24_576), 100_000).expect("a valid PNG");
        assert_eq!((kept.width, kept.height, kept.pixels[0]), (512, 2, [9, 9, 9, 255]), "only its sides are too long");
    }

    #[test]
    fn a_transparent_pixel_gives_no_colour_to_its_neighbours() {
        let picture = Picture { width: 2, height: 1, pixels: vec![[200, 0, 0, 255], [0, 255, 0, 0]] };
        assert_eq!(picture.scaled(1).pixels, [[200, 0, 0, 128]]);
    }

    #[test]
    fn too_many_pixels_are_refused_before_they_are_decoded() {
        let png = noise(20, 10).to_png();
        assert_eq!(Picture::decode(&png, 199), Err(ImageError::TooManyPixels { pixels_max: 199 }));
        let mut promise = png;
        promise[16..24].copy_from_slice(&[0x7f; 8]);
        assert!(Picture::decode(&promise, 1_000_000).is_err(), "a header that promises 4 * 10^18 pixels");
    }

    proptest! {
        #[test]
        fn damaged_files_are_refused_or_read_and_never_panic(at in 0_usize..4000, flip in 1_u8..=255, cut in 0_usize..4000) {
            let mut png = noise(30, 30).to_png();
            let (at, cut) = (at % png.len(), cut % png.len());
            prop_assert!(Picture::decode(&png[..cut], 1000).is_err(), "cut at {}", cut);
            png[at] ^= flip;
            if let Ok(picture) = Picture::decode(&png, 1000) {
                prop_assert_eq!(picture.pixels.len(), picture.width * picture.height);
            }
        }

        #[test]
        fn no_bytes_whatever_make_it_panic(tail in proptest::collection::vec(any::<u8>(), 0..300)) {
            for start in [PNG_SIGNATURE, JPEG_START, b""] {
                let _ = Picture::decode(&[start, &tail].concat(), 1000);
            }
        }
    }
}
