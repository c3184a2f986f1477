//! Paths of files as editors write them.

use std::path::{Path, PathBuf};

use gen_lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stays as it is in the path of an URI.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The URI of a file.
pub(super) fn uri_of(path: &Path) -> Uri {
    Uri(format!("file://{}", utf8_percent_encode(&path.to_string_lossy(), ENCODED)))
}

/// The file of an URI; `None` for what is no file of this machine, such as an unsaved text without a name.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let path = uri.0.strip_prefix("file://")?;
    let path = path.strip_prefix("localhost").unwrap_or(path);
    let path = PathBuf::from(percent_decode_str(path).decode_utf8().ok()?.into_owned());
    path.is_absolute().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_survives_the_way_there_and_back() {
        let path = Path::new("/home/a b/资源/100%/stages/general.ron");
        let uri = uri_of(path);
        assert!(uri.0.starts_with("file:///home/a%20b/%E8%B5%84"), "{uri:?}");
        assert_eq!(path_of(&uri).as_deref(), Some(path));
        for other in ["untitled:Untitled-1", "file://host/a.ron", "https://example.org/a.ron", ""] {
            assert_eq!(path_of(&Uri(other.to_owned())), None, "{other}");
        }
    }
}
