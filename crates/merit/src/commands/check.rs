//! `merit check`: everything that is wrong with a campaign, and what it asks of people.

use rulebook::check::{Burden, burden, kind_shares};
use rulebook::model::{Id, Scheme};
use rulebook::{Campaign, Severity, read};

use crate::args::Folder;
use crate::failure::Failure;
use crate::lang::{lang, tr};
use crate::output::columns::{Align, lines, table};
use crate::output::table::category_name;
use crate::{load, terminal};

/// Prints the findings and a summary; errors end it with the code for findings.
pub fn run(args: &Folder) -> Result<(), Failure> {
    let folder = load::folder(&args.dir)?;
    let reading = read::read(&folder);
    let mut text = terminal::rendered(&folder, &reading.findings);
    if let Some(campaign) = &reading.campaign {
        text.push_str(&shares(campaign));
        text.push_str(&burdens(campaign));
    }
    text.push_str(&format!(
        "{}: {}\n",
        args.dir.display(),
        terminal::tally(&reading.findings)
    ));
    let errors = reading
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    Failure::after(terminal::print(&text), errors)
}

/// How much of each scheme's score comes from results, the process and paper.
fn shares(campaign: &Campaign) -> String {
    let header = [
        tr("细则", "scheme"),
        tr("类别", "category"),
        tr("结果", "outcome"),
        tr("过程", "process"),
        tr("材料", "paper"),
        tr("未注明", "unstated"),
    ];
    let scored = campaign
        .effective
        .iter()
        .filter(|scheme| scheme.category.is_some());
    let rows: Vec<Vec<String>> = scored.map(|scheme| share_row(campaign, scheme)).collect();
    let align = [
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
    ];
    let title = terminal::heading(tr("各类指标占的分", "Where the points come from"));
    format!("{title}\n{}\n", table(&align, &header, &rows, "  "))
}

fn share_row(campaign: &Campaign, scheme: &Scheme) -> Vec<String> {
    let category = scheme
        .category
        .as_ref()
        .map_or("", |category| category_name(campaign, category.as_str()));
    let shares = kind_shares(scheme);
    let shares = [
        shares.outcome,
        shares.process,
        shares.paper,
        shares.unstated,
    ];
    let percent = |share: f64| format!("{share:.0}%");
    [scheme.id.to_string(), category.to_owned()]
        .into_iter()
        .chain(shares.map(percent))
        .collect()
}

/// The minutes a month that forms cost a unit of each category.
fn burdens(campaign: &Campaign) -> String {
    if campaign.forms.is_empty() {
        return String::new();
    }
    let row = |burden: &Burden| {
        let each: Vec<String> = burden
            .regular
            .iter()
            .map(|(id, minutes)| format!("{} {minutes:.0}", form_name(campaign, id)))
            .collect();
        vec![
            category_name(campaign, burden.category.as_str()).to_owned(),
            format!("{:.0}", burden.minutes_per_month),
            each.join(tr("、", ", ")),
        ]
    };
    let burdens = burden(campaign);
    let rows: Vec<Vec<String>> = burdens.iter().map(row).collect();
    let title = terminal::heading(tr(
        "定期填表,每单位每月(分钟)",
        "Regular forms, minutes a month for each unit",
    ));
    format!(
        "{title}\n{}\n",
        lines(&[Align::Left, Align::Right, Align::Left], &rows, "  ")
    )
}

fn form_name<'c>(campaign: &'c Campaign, id: &'c Id) -> &'c str {
    let found = campaign.forms.iter().find(|form| form.item.id == *id);
    found.map_or(id.as_str(), |form| form.item.name.get(lang()))
}
