//! What tests of several crates share. Only ever a dev-dependency.
//!
//! Here everything that can't be had panics with the remedy: a test that lacks its server must fail, not pass unseen.

mod postgres;

use std::collections::BTreeMap;
use std::path::Path;

pub use postgres::Postgres;

/// The TOML files of a ready campaign: path in its folder → text.
///
/// # Panics
/// When there is no such campaign.
#[must_use]
#[expect(clippy::expect_used, reason = "a test without its campaign must fail")]
pub fn campaign_files(name: &str) -> BTreeMap<String, String> {
    let campaigns = concat!(env!("CARGO_MANIFEST_DIR"), "/../../campaigns");
    let folder = Path::new(campaigns).join(name);
    let mut files = BTreeMap::new();
    let mut places = vec![folder.clone()];
    while let Some(place) = places.pop() {
        for file in std::fs::read_dir(place).expect("the campaign's folder") {
            let path = file.expect("a file").path();
            if path.is_dir() {
                places.push(path);
            } else if path.extension().is_some_and(|end| end == "toml") {
                let inside = path.strip_prefix(&folder).expect("inside");
                let name = inside.to_string_lossy().into_owned();
                files.insert(name, std::fs::read_to_string(&path).expect("text"));
            }
        }
    }
    files
}
