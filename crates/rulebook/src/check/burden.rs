//! The burden: how many minutes a month the campaign asks of one unit.

use super::context::Findings;
use crate::model::{Form, Id};
use crate::trail::at;
use crate::{Campaign, Diagnostic, Place, Written, say};

/// What filling forms costs one unit of a category.
#[derive(Clone, Debug, PartialEq)]
pub struct Burden {
    /// The category.
    pub category: Id,
    /// Minutes a month of all forms with a cadence.
    pub minutes_per_month: f64,
    /// Those forms with their minutes a month, in the campaign's order.
    pub regular: Vec<(Id, f64)>,
    /// Forms filled when something happens, with the minutes each time takes; they are in no sum.
    pub events: Vec<(Id, f64)>,
}

/// The burden of one unit of each category, in the campaign's order.
///
/// ```no_run
/// # let campaign: rulebook::Campaign = unimplemented!();
/// for burden in rulebook::check::burden(&campaign) {
///     println!("{}: {:.0} min", burden.category, burden.minutes_per_month);
/// }
/// ```
#[must_use]
pub fn burden(campaign: &Campaign) -> Vec<Burden> {
    campaign
        .file
        .category
        .iter()
        .map(|category| of_category(campaign, &category.id))
        .collect()
}

fn of_category(campaign: &Campaign, category: &Id) -> Burden {
    let mut burden = Burden {
        category: category.clone(),
        minutes_per_month: 0.0,
        regular: Vec::new(),
        events: Vec::new(),
    };
    for form in asked_of(campaign, category) {
        let form = &form.item;
        if let Some(times) = form.every.per_month() {
            let minutes = form.minutes * times;
            burden.minutes_per_month += minutes;
            burden.regular.push((form.id.clone(), minutes));
        } else {
            burden.events.push((form.id.clone(), form.minutes));
        }
    }
    burden
}

fn asked_of<'a>(
    campaign: &'a Campaign,
    category: &'a Id,
) -> impl Iterator<Item = &'a Written<Form>> {
    let asked = move |form: &&Written<Form>| {
        form.item.categories.is_empty() || form.item.categories.contains(category)
    };
    campaign.forms.iter().filter(asked)
}

/// Reports each category that is asked for more than the limit, at the form that takes most.
pub(super) fn check(campaign: &Campaign, findings: &mut Findings) {
    let Some(limit) = campaign.file.limits.minutes_per_month else {
        return;
    };
    for burden in burden(campaign) {
        // A thousandth of a minute is rounding, not burden.
        if burden.minutes_per_month <= limit + 1e-3 {
            continue;
        }
        let heaviest = burden.regular.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        let form =
            heaviest.and_then(|(id, _)| campaign.forms.iter().find(|form| form.item.id == *id));
        let place = form.map_or_else(
            || Place::whole("campaign.toml"),
            |form| at!(&form.place, "minutes"),
        );
        let (category, minutes) = (&burden.category, burden.minutes_per_month);
        let problem = say!(
            "“{category}”每单位每月填表 {minutes:.0} 分钟,超过上限 {limit} 分钟",
            "a unit of `{category}` spends {minutes:.0} minutes a month on forms; the limit is {limit}"
        );
        let list: Vec<String> = burden
            .regular
            .iter()
            .map(|(id, minutes)| format!("{id} {minutes:.0}"))
            .collect();
        let (zh, en) = (list.join("、"), list.join(", "));
        let limits = at!(
            &Place::whole("campaign.toml"),
            "limits",
            "minutes_per_month"
        );
        let finding = Diagnostic::error("over-burden", place, problem)
            .remedy(say!(
                "少问、并表或放宽周期(每月分钟:{zh})",
                "Ask less, merge forms or ask less often (minutes a month: {en})"
            ))
            .related(limits, say!("上限在这里", "the limit is here"));
        findings.push(finding);
    }
}
