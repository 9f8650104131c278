//! Columns that scoring needs and no table has.

use std::collections::BTreeMap;

use super::read::{Layout, Notes, categories};
use super::{Figures, plan};
use crate::campaign::Campaign;
use crate::diagnostic::Place;
use crate::findings::{likely, list, shown};
use crate::formula::Formula;
use crate::model::{FilledBy, Indicator, Measure, Preparation, Rule, Scheme, TieBreak};
use crate::{Diagnostic, Lang, say};

/// An error for each measure that the scheme named, or a scheme in force, needs, that need not be left out, and that no table has.
pub(super) fn columns(
    campaign: &Campaign,
    figures: &Figures,
    notes: &Notes,
    layout: &Layout,
) -> Vec<Diagnostic> {
    let used = used(campaign, figures, layout);
    let absent = |id: &str| {
        let index = campaign
            .measures
            .iter()
            .position(|written| written.item.id.as_str() == id)?;
        let column =
            |period: &super::PeriodFigures| period.columns.get(index).is_some_and(Option::is_some);
        let measure = &campaign.measures.get(index)?.item;
        let due = !measure.optional
            && !plan::is_computed(campaign, index)
            && !figures.periods.values().any(column);
        due.then_some(measure)
    };
    let named = used
        .iter()
        .filter_map(|(id, users)| absent(id).map(|measure| (measure, users)));
    named
        .map(|(measure, users)| column_absent(measure, users, notes))
        .collect()
}

fn column_absent(measure: &Measure, users: &[String], notes: &Notes) -> Diagnostic {
    let (id, zh, en) = (
        &measure.id,
        measure.name.get(Lang::Zh),
        measure.name.get(Lang::En),
    );
    let users = list(users.iter().map(String::as_str));
    let files = list(notes.tables.iter().map(|table| table.file.as_str()));
    let file = notes.tables.first().map_or("", |table| table.file.as_str());
    let unused = notes
        .tables
        .iter()
        .flat_map(|table| table.unused.iter().map(String::as_str));
    let meant = likely(id.as_str(), unused).map(shown);
    let problem = say!(
        "{files} 都没有度量“{id}”({zh})的列,而 {users} 要用它",
        "{files}: no column for the measure “{id}” ({en}), which {users} needs"
    );
    let remedy = match meant {
        Some(meant) => say!(
            "是不是“{meant}”列?改列名为 {id}",
            "is it the column “{meant}”? Rename it to {id}"
        ),
        None => say!(
            "补上这一列;可以没有的,在 measures.toml 中写 optional = true",
            "add the column; if it may be absent, write optional = true in measures.toml"
        ),
    };
    Diagnostic::error("column-absent", Place::whole(file), problem).remedy(remedy)
}

/// The measures that schemes in force use → who uses each.
fn used(campaign: &Campaign, figures: &Figures, layout: &Layout) -> BTreeMap<String, Vec<String>> {
    let mut used = Used {
        campaign,
        users: BTreeMap::new(),
    };
    let schemes = match &layout.scheme {
        Some(named) => campaign.scheme(named.as_str()).into_iter().collect(),
        None => in_force(campaign, figures),
    };
    for scheme in schemes {
        used.scheme(scheme);
    }
    used.counts(figures);
    used.users
}

/// The schemes in force for the units there are, each once.
fn in_force<'c>(campaign: &'c Campaign, figures: &Figures) -> Vec<&'c Scheme> {
    let mut schemes: Vec<&Scheme> = Vec::new();
    for (period, of_period) in &figures.periods {
        for category in categories(of_period) {
            let scheme = campaign.in_force(category, *period);
            schemes
                .extend(scheme.filter(|scheme| schemes.iter().all(|known| known.id != scheme.id)));
        }
    }
    schemes
}

struct Used<'c> {
    campaign: &'c Campaign,
    users: BTreeMap<String, Vec<String>>,
}

impl Used<'_> {
    fn scheme(&mut self, scheme: &Scheme) {
        let user = |item: &str| format!("{}/{item}", scheme.id);
        for indicator in scheme
            .indicator
            .iter()
            .chain(&scheme.bonus)
            .chain(&scheme.deduction)
        {
            self.indicator(indicator, scheme, &user(indicator.id.as_str()));
        }
        for veto in &scheme.veto {
            self.measure(veto.measure.as_str(), &user(veto.id.as_str()));
        }
        for band in &scheme.band {
            self.formula(
                band.when.as_deref().unwrap_or_default(),
                &user(band.id.as_str()),
            );
        }
        for tie_break in &scheme.tie_break {
            if let TieBreak::Higher(id) | TieBreak::Lower(id) = tie_break {
                self.measure(id.as_str(), &user("tie_break"));
            }
        }
    }

    fn indicator(&mut self, indicator: &Indicator, scheme: &Scheme, user: &str) {
        self.measure(indicator.measure.as_str(), user);
        if denominated(scheme, indicator.measure.as_str())
            && let Some(per) = self
                .campaign
                .measure(indicator.measure.as_str())
                .and_then(|measure| measure.per.as_ref())
        {
            self.measure(per.as_str(), user);
        }
        match &indicator.rule {
            Some(Rule::Progress(progress)) => {
                if let Some(base) = &progress.base {
                    self.measure(base.as_str(), user);
                }
            }
            Some(Rule::Formula(text)) => self.formula(text, user),
            _ => {}
        }
    }

    /// Notes a use, and what a computed measure reads in turn. A use noted already ends the walk, so circles do too.
    fn measure(&mut self, id: &str, user: &str) {
        let users = self.users.entry(id.to_owned()).or_default();
        if users.iter().any(|known| known == user) {
            return;
        }
        users.push(user.to_owned());
        if let Some(FilledBy::Formula(text)) = self
            .campaign
            .measure(id)
            .and_then(|measure| measure.filled_by.as_ref())
        {
            self.formula(text, user);
        }
    }

    fn formula(&mut self, text: &str, user: &str) {
        let Ok(formula) = Formula::parse(text) else {
            return;
        };
        for name in formula.names() {
            if self.campaign.measure(name).is_some() {
                self.measure(name, user);
            }
        }
    }

    /// The measures that give used ones their number of cases, where no table gives it.
    fn counts(&mut self, figures: &Figures) {
        let campaign = self.campaign;
        for (index, written) in campaign.measures.iter().enumerate() {
            let Measure {
                id,
                count: Some(count),
                ..
            } = &written.item
            else {
                continue;
            };
            let given = figures.periods.values().any(|period| {
                period
                    .columns
                    .get(index)
                    .and_then(Option::as_ref)
                    .is_some_and(|column| column.n.is_some())
            });
            if self.users.contains_key(id.as_str()) && !given {
                self.measure(count.as_str(), &format!("{id}.n"));
            }
        }
    }
}

fn denominated(scheme: &Scheme, measure: &str) -> bool {
    scheme.prepare.iter().any(|step| match step {
        Preparation::Denominate(step) => {
            step.only.is_empty() || step.only.iter().any(|id| id.as_str() == measure)
        }
        _ => false,
    })
}
