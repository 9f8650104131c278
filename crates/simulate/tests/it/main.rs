//! A county's year, run through the campaign.

use simulate::year::{Alone, Year};
use testbed::campaign_files;

#[test]
fn a_small_countys_months_are_within_the_rules_and_each_ends_with_a_circular() -> Result<(), String>
{
    let year = Year {
        months: 3,
        ..Year::of(20, campaign_files("county"))
    };
    let mut alone = Alone::default();
    year.run(&mut alone)
        .map_err(|stopped| stopped.to_string())?;
    assert_eq!(alone.0.circulars.iter().count(), 3);
    Ok(())
}
