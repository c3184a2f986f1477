//! `images.ron` and the files of `images/`.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::images::png::{self, PngError};
use raidkeep_engine::rules::{Place, Report, Table, Tables, only};

/// The contents of `images.ron`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageLimits {
    /// The largest image of a client, in bytes before base64.
    pub upload_max_bytes: usize,
    /// The largest shipped image, in bytes before base64.
    pub shipped_max_bytes: usize,
    /// The longest side of any image, in pixels.
    pub side_max: u32,
}

/// The shipped images, as base64 text, and the limits.
#[derive(Debug)]
pub struct Images {
    limits: ImageLimits,
    shipped: BTreeMap<String, Arc<str>>,
}

/// Why a client's image is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
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
    /// Not a valid PNG.
    #[error(transparent)]
    NotPng(#[from] PngError),
    /// More pixels than allowed.
    #[error("is wider or higher than {side_max} pixels")]
    TooManyPixels {
        /// In each direction.
        side_max: u32,
    },
}

impl ImageLimits {
    fn check(&self, bytes: &[u8], max_bytes: usize) -> Result<(), ImageError> {
        if bytes.len() > max_bytes {
            return Err(ImageError::TooLarge { max_bytes });
        }
        let header = png::inspect(bytes)?;
        let fits = header.width.max(header.height) <= self.side_max;
        if fits { Ok(()) } else { Err(ImageError::TooManyPixels { side_max: self.side_max }) }
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

    /// Reports a name at `place` that is not a shipped image.
    pub fn check_name(&self, name: &str, place: &Place, report: &mut Report) {
        if !self.shipped.contains_key(name) {
            let message = format!("there is no image \"{name}\", expected a file {}{name}.png", Self::FOLDER);
            report.error(place, message).nearest(name, self.names());
        }
    }

    /// Validates a client's `image_data`: base64 of a valid PNG within the limits.
    pub fn check_upload(&self, image_data: &str) -> Result<(), ImageError> {
        let max_bytes = self.limits.upload_max_bytes;
        // Four characters encode three bytes; a text that is too long is not even decoded.
        if image_data.len() > max_bytes.div_ceil(3).saturating_mul(4) {
            return Err(ImageError::TooLarge { max_bytes });
        }
        let bytes = BASE64_STANDARD.decode(image_data).map_err(|_| ImageError::NotBase64)?;
        self.limits.check(&bytes, max_bytes)
    }
}

impl Table for Images {
    const PATH: &'static str = "images.ron";
    type File = ImageLimits;

    fn assemble(files: Vec<(String, ImageLimits)>, report: &mut Report) -> Self {
        let limits = only(files);
        let mut shipped = BTreeMap::new();
        for (file, bytes) in report.pictures().iter() {
            if let Err(error) = limits.check(bytes, limits.shipped_max_bytes) {
                report.error(Place::file(file), format!("this image {error}, expected a PNG file within images.ron"));
            }
            let name = file.strip_prefix(Self::FOLDER).unwrap_or(file).trim_end_matches(".png");
            shipped.insert(name.to_owned(), BASE64_STANDARD.encode(bytes).into());
        }
        Self { limits, shipped }
    }

    fn validate(&self, _: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH);
        for (key, value) in [
            ("upload_max_bytes", self.limits.upload_max_bytes),
            ("shipped_max_bytes", self.limits.shipped_max_bytes),
            ("side_max", self.limits.side_max as usize),
        ] {
            if !(1..=1_000_000).contains(&value) {
                report.error(place.clone().key(key), format!("{value} is out of range, expected 1 to 1000000"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::png::tests::png;

    const LIMITS: ImageLimits = ImageLimits { upload_max_bytes: 80, shipped_max_bytes: 6144, side_max: 64 };

    fn upload(image_data: &str) -> Result<(), ImageError> {
        Images { limits: LIMITS, shipped: BTreeMap::new() }.check_upload(image_data)
    }

    #[test]
    fn an_upload_is_a_small_sound_png_in_base64() {
        assert_eq!(upload(&BASE64_STANDARD.encode(png(64, 64))), Ok(()));
        assert_eq!(upload("not base64!"), Err(ImageError::NotBase64));
        assert_eq!(upload(""), Err(ImageError::NotPng(PngError::Signature)));
        assert_eq!(upload(&BASE64_STANDARD.encode("GIF89a")), Err(ImageError::NotPng(PngError::Signature)));
        assert_eq!(upload(&BASE64_STANDARD.encode(png(65, 64))), Err(ImageError::TooManyPixels { side_max: 64 }));
    }

    #[test]
    fn an_upload_that_is_too_large_is_told_the_limit() {
        let expect = Err(ImageError::TooLarge { max_bytes: 80 });
        assert_eq!(upload(&"A".repeat(100_000)), expect);
        assert_eq!(upload(&BASE64_STANDARD.encode([0; 81])), expect, "one byte over the limit");
    }
}
