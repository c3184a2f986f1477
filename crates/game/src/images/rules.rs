//! `images.ron` and the files of `images/`.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, Engine};
use base64::prelude::BASE64_STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::images::picture::{Picture, longer_side_of_png};
use raidkeep_engine::request::Job;
use raidkeep_engine::rules::{GivenName, Naming, Place, Report, Table, Tables, only};

/// The contents of `images.ron`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageLimits {
    /// The largest image of a client, in bytes before base64.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub upload_max_bytes: usize,
    /// The most pixels of a client's image.
    #[schemars(range(min = 1, max = 16_777_216))]
    pub upload_max_pixels: usize,
    /// The largest PNG that is kept and sent of a client's image, in bytes before base64.
    #[schemars(range(min = 1024, max = 1_000_000))]
    pub kept_max_bytes: usize,
    /// The largest shipped image, in bytes before base64.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub shipped_max_bytes: usize,
    /// The longest side of any image that is sent, in pixels.
    #[schemars(range(min = 1, max = 4096), extend("unit" = "pixels"))]
    pub side_max: u32,
}

/// Shipped images, by their path below `images/` without `.png`.
pub const IMAGE: Naming = Naming { what: "image", given_in: "the PNG files in images/" };

/// The shipped images, as base64 text, and the limits.
#[derive(Debug)]
pub struct Images {
    limits: ImageLimits,
    shipped: BTreeMap<String, Arc<str>>,
}

/// Why an image is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum ImageError {
    /// Not valid base64.
    #[error("is not valid base64")]
    NotBase64,
    /// More bytes than allowed.
    #[error("is larger than {max_bytes} bytes")]
    TooLarge {
        /// Before base64.
        max_bytes: usize,
    },
    /// Not in a known format.
    #[error("does not start like a PNG or JPEG file")]
    UnknownFormat,
    /// It cannot be decoded.
    #[error("is cut off or damaged")]
    Damaged,
    /// More pixels than allowed.
    #[error("has more than {pixels_max} pixels")]
    TooManyPixels {
        /// In all.
        pixels_max: usize,
    },
    /// A side is too long.
    #[error("is wider or higher than {side_max} pixels")]
    TooWide {
        /// In each direction.
        side_max: u32,
    },
}

/// Base64 as clients write it, with or without padding.
const BASE64_OF_CLIENTS: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The base64 of an `image_data`: all of it, or what follows `data:image/png;base64,`.
fn base64_of(image_data: &str) -> Result<&str, ImageError> {
    let image_data = image_data.trim();
    match image_data.split_at_checked(5) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("data:") => {
            let (kind, base64) = rest.split_once(',').ok_or(ImageError::NotBase64)?;
            let is_base64 = kind.to_ascii_lowercase().ends_with(";base64");
            if is_base64 { Ok(base64) } else { Err(ImageError::NotBase64) }
        }
        _ => Ok(image_data),
    }
}

impl ImageLimits {
    /// The form in which a client's `image_data` is kept: base64 of a PNG, decoded and re-encoded.
    ///
    /// # Errors
    /// When it is not an image within the limits.
    pub fn receive(&self, image_data: &str) -> Result<String, ImageError> {
        let max_bytes = self.upload_max_bytes;
        // Some encoders break lines.
        let base64: Vec<u8> = base64_of(image_data)?.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        // Four characters encode three bytes; a text that is too long is not even decoded.
        if base64.len() > max_bytes.div_ceil(3).saturating_mul(4) {
            return Err(ImageError::TooLarge { max_bytes });
        }
        let bytes = BASE64_OF_CLIENTS.decode(base64).map_err(|_| ImageError::NotBase64)?;
        if bytes.len() > max_bytes {
            return Err(ImageError::TooLarge { max_bytes });
        }
        let picture = Picture::decode(&bytes, self.upload_max_pixels)?;
        let side_max = usize::try_from(self.side_max).unwrap_or(usize::MAX);
        Ok(BASE64_STANDARD.encode(picture.into_png_within(side_max, self.kept_max_bytes)))
    }

    fn check_shipped(&self, bytes: &[u8]) -> Result<(), ImageError> {
        let (max_bytes, side_max) = (self.shipped_max_bytes, self.side_max);
        if bytes.len() > max_bytes {
            return Err(ImageError::TooLarge { max_bytes });
        }
        let side = usize::try_from(side_max).unwrap_or(usize::MAX);
        match longer_side_of_png(bytes, side.saturating_mul(side)) {
            Ok(longer) if longer <= side => Ok(()),
            Ok(_) | Err(ImageError::TooManyPixels { .. }) => Err(ImageError::TooWide { side_max }),
            Err(error) => Err(error),
        }
    }
}

impl Images {
    /// The folder of the shipped images, below the assets.
    pub const FOLDER: &'static str = "images/";

    /// A shipped image as base64, by its path below `images/` without `.png`.
    pub fn get(&self, name: &str) -> Option<Arc<str>> {
        self.shipped.get(name).cloned()
    }

    /// The names of all shipped images.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.shipped.keys().map(String::as_str)
    }

    /// Says that a place shows an image by its name.
    pub fn check_name(&self, name: &str, place: &Place, report: &mut Report) {
        report.name_used(IMAGE, name, place);
    }

    /// The job that converts a client's `image_data` to the form that is kept. Its result is a [`ReceivedImage`].
    pub fn reception(&self, image_data: String) -> Job {
        let limits = self.limits;
        Job::at_leisure(move || -> ReceivedImage { limits.receive(&image_data) })
    }
}

/// The result for a client's image: base64 of a PNG, or why there is none.
pub type ReceivedImage = Result<String, ImageError>;

impl Table for Images {
    const PATH: &'static str = "images.ron";
    type File = ImageLimits;

    fn assemble(files: Vec<(String, ImageLimits)>, report: &mut Report) -> Self {
        let limits = only(files);
        let mut shipped = BTreeMap::new();
        for (file, bytes) in report.pictures().iter() {
            if let Err(error) = limits.check_shipped(bytes) {
                report.error(Place::file(file), format!("this image {error}, expected a PNG file within images.ron"));
            }
            let name = file.strip_prefix(Self::FOLDER).unwrap_or(file).trim_end_matches(".png");
            shipped.insert(name.to_owned(), BASE64_STANDARD.encode(bytes).into());
        }
        Self { limits, shipped }
    }

    fn validate(&self, _: &Tables, report: &mut Report) {
        let given = self.names().map(|name| GivenName {
            name: name.to_owned(),
            title: None,
            place: Place::file(format!("{}{name}.png", Self::FOLDER)),
        });
        report.names_given(IMAGE, Place::file(Self::FOLDER), given.collect::<Vec<_>>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::picture::tests::noise;

    const LIMITS: ImageLimits = ImageLimits {
        upload_max_bytes: 60_000,
        upload_max_pixels: 40_000,
        kept_max_bytes: 2048,
        shipped_max_bytes: 6144,
        side_max: 64,
    };
    /// A JPEG of 16 by 16 pixels, orange on the left and blue on the right.
    const JPEG: &[u8] = include_bytes!("two_colours.jpg");

    fn png(width: usize, height: usize) -> Vec<u8> {
        noise(width, height).into_png_within(usize::MAX, usize::MAX)
    }

    #[test]
    fn a_png_or_jpeg_becomes_a_small_png_whatever_it_was() {
        let (png, jpeg) = (BASE64_STANDARD.encode(png(100, 100)), BASE64_STANDARD.encode(JPEG));
        let lines = png.as_bytes().chunks(76).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\r\n");
        let sent = [
            png.clone(),
            jpeg.clone(),
            format!("data:image/png;base64,{png}"),
            format!("data:image/jpeg;charset=utf-8;BASE64,{jpeg}"),
            lines,
            jpeg.trim_end_matches('=').to_owned(),
        ];
        for sent in sent {
            let kept = LIMITS.receive(&sent).expect("an image within the limits");
            let bytes = BASE64_STANDARD.decode(&kept).expect("base64");
            assert!(bytes.starts_with(b"\x89PNG") && bytes.len() <= 2048, "{} bytes", bytes.len());
            assert_eq!(LIMITS.receive(&kept), Ok(kept.clone()), "what is kept is not changed again");
        }
    }

    #[test]
    fn an_upload_that_is_no_image_within_the_limits_is_told_why() {
        let refused = |sent: &str| LIMITS.receive(sent).expect_err("no image within the limits");
        assert_eq!(refused("not base64!"), ImageError::NotBase64);
        assert_eq!(refused("data:image/png,x"), ImageError::NotBase64);
        assert_eq!(refused("data:"), ImageError::NotBase64);
        assert_eq!(refused(""), ImageError::UnknownFormat);
        assert_eq!(refused(&BASE64_STANDARD.encode("GIF89a")), ImageError::UnknownFormat);
        assert_eq!(refused(&BASE64_STANDARD.encode(&JPEG[..100])), ImageError::Damaged);
        let many = noise(201, 200).into_png_within(usize::MAX, usize::MAX);
        let most = ImageLimits { upload_max_bytes: 200_000, ..LIMITS };
        let expected = ImageError::TooManyPixels { pixels_max: 40_000 };
        assert_eq!(most.receive(&BASE64_STANDARD.encode(many)), Err(expected));
        let too_large = ImageError::TooLarge { max_bytes: 60_000 };
        assert_eq!(refused(&"A".repeat(100_000)), too_large);
        assert_eq!(refused(&BASE64_STANDARD.encode([0; 60_001])), too_large, "one byte over the limit");
    }

    #[test]
    fn a_shipped_image_is_a_png_within_the_limits() {
        assert_eq!(LIMITS.check_shipped(&png(40, 40)), Ok(()));
        assert_eq!(LIMITS.check_shipped(&png(65, 1)), Err(ImageError::TooWide { side_max: 64 }));
        assert_eq!(LIMITS.check_shipped(&png(64, 64)), Err(ImageError::TooLarge { max_bytes: 6144 }));
        assert_eq!(LIMITS.check_shipped(JPEG), Err(ImageError::UnknownFormat));
        assert_eq!(LIMITS.check_shipped(&png(40, 40)[..200]), Err(ImageError::Damaged));
    }
}
