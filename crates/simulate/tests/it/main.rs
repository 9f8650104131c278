//! A county's year, run through the campaign.

use std::collections::BTreeMap;
use std::path::Path;

use simulate::year::{Alone, Year};

fn county_files() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../campaigns/county");
    let mut files = BTreeMap::new();
    for place in ["", "forms", "schemes", "honours", "ladders"] {
        let Ok(listed) = std::fs::read_dir(folder.join(place)) else {
            continue;
        };
        for path in listed.map(|file| file.expect("a file").path()) {
            if path.extension().is_some_and(|end| end == "toml") {
                let name = path
                    .strip_prefix(&folder)
                    .expect("inside")
                    .to_string_lossy()
                    .replace('\\', "/");
                files.insert(name, std::fs::read_to_string(&path).expect("text"));
            }
        }
    }
    files
}

#[test]
fn a_small_countys_year_is_within_the_rules() {
    let year = Year {
        months: 3,
        ..Year::of(20, county_files())
    };
    let mut alone = Alone::default();
    year.run(&mut alone)
        .unwrap_or_else(|stopped| panic!("{stopped}"));
    let circulars = alone.0.circulars.iter().count();
    assert_eq!(circulars, 3, "each month ends with a circular");
}
