//! Style sheets, scripts and pictures: built in, compressed once, named by their digest so that browsers keep them for ever.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// What is built in: name, media type, content.
const FILES: &[(&str, &str, &[u8])] = &[
    (
        "merit.css",
        "text/css; charset=utf-8",
        include_bytes!("../assets/merit.css"),
    ),
    (
        "rate.css",
        "text/css; charset=utf-8",
        include_bytes!("../assets/rate.css"),
    ),
    (
        "merit.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/merit.js"),
    ),
    (
        "visit.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/visit.js"),
    ),
    (
        "passkey.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/passkey.js"),
    ),
    (
        "icon.svg",
        "image/svg+xml",
        include_bytes!("../assets/icon.svg"),
    ),
];

/// A built-in file.
#[derive(Debug)]
pub struct Asset {
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub content: &'static [u8],
    /// The same, compressed with gzip; empty where that would be longer.
    pub gzip: Vec<u8>,
}

/// The built-in files by the name they are served under.
#[derive(Debug)]
pub struct Assets {
    by_path: BTreeMap<String, Asset>,
    paths: BTreeMap<&'static str, String>,
}

impl Assets {
    /// All of them.
    #[must_use]
    pub fn new() -> Self {
        let mut assets = Self {
            by_path: BTreeMap::new(),
            paths: BTreeMap::new(),
        };
        for &(name, media_type, content) in FILES {
            let digest = hex::encode(Sha256::digest(content));
            let short = digest.get(..12).unwrap_or(&digest);
            let (stem, end) = name.split_once('.').unwrap_or((name, ""));
            let path = format!("{stem}.{short}.{end}");
            let gzip = compress(content).filter(|gzip| gzip.len() < content.len());
            let asset = Asset {
                media_type,
                content,
                gzip: gzip.unwrap_or_default(),
            };
            assets.paths.insert(name, format!("/static/{path}"));
            assets.by_path.insert(path, asset);
        }
        assets
    }

    /// Where a file is found.
    #[must_use]
    pub fn path(&self, name: &str) -> &str {
        self.paths.get(name).map_or("", String::as_str)
    }

    /// The file of a path below `/static/`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Asset> {
        self.by_path.get(path)
    }
}

impl Default for Assets {
    fn default() -> Self {
        Self::new()
    }
}

fn compress(content: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).ok()?;
    encoder.finish().ok()
}
