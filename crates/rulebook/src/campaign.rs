//! A campaign as read: the files' contents as types, with what follows from them.

use std::collections::BTreeMap;

use crate::diagnostic::Place;
use crate::model::{CampaignFile, Form, Honour, Id, Ladder, Measure, Scheme, Service};
use crate::{Diagnostic, Period, Severity};

/// The files of a campaign folder: path relative to the folder (with `/`) → bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// The files.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Something written in a file: the item, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Written<T> {
    /// The item.
    pub item: T,
    /// Where it is written: a whole file, or an item of it such as `measure[3]`.
    pub place: Place,
}

/// A unit of the organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// Its id, unique in the campaign.
    pub id: String,
    /// Its name; the id where none was given.
    pub name: String,
    /// Its category.
    pub category: Id,
    /// The unit it belongs to.
    pub parent: Option<String>,
    /// Attribute → value.
    pub attributes: BTreeMap<Id, String>,
}

/// A campaign: what the folder says, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Campaign {
    /// `campaign.toml`.
    pub file: CampaignFile,
    /// The measures of all `measures.toml` and `measures/*.toml`, in order of file and place.
    pub measures: Vec<Written<Measure>>,
    /// `forms/*.toml`.
    pub forms: Vec<Written<Form>>,
    /// `services.toml`.
    pub services: Vec<Written<Service>>,
    /// `honours/*.toml`.
    pub honours: Vec<Written<Honour>>,
    /// `ladders/*.toml`.
    pub ladders: Vec<Written<Ladder>>,
    /// `schemes/*.toml` as they are written.
    pub schemes: Vec<Written<Scheme>>,
    /// The same schemes, in the same order, complete: what they extend merged in, changes and removals done, defaults
    /// filled in. This is what is scored.
    pub effective: Vec<Scheme>,
    /// `organisation.csv` or `organisation.xlsx`, sorted by id; `None` where units come from the figures.
    pub organisation: Option<Vec<Unit>>,
}

impl Campaign {
    /// The complete scheme with this id.
    #[must_use]
    pub fn scheme(&self, id: &str) -> Option<&Scheme> {
        self.effective
            .iter()
            .find(|scheme| scheme.id.as_str() == id)
    }

    /// The complete, binding scheme of a category that is in force in a period: the one with the latest `from` not after
    /// the period's start. A scheme without `from` has always been in force.
    #[must_use]
    pub fn in_force(&self, category: &str, period: Period) -> Option<&Scheme> {
        self.versions(category).into_iter().rfind(|scheme| {
            scheme
                .from
                .is_none_or(|from| from.starts() <= period.starts())
        })
    }

    /// The complete, binding schemes of a category, oldest first.
    #[must_use]
    pub fn versions(&self, category: &str) -> Vec<&Scheme> {
        let binding = crate::model::Status::Binding;
        let mut versions: Vec<&Scheme> = self
            .effective
            .iter()
            .filter(|s| {
                s.status == binding && s.category.as_ref().is_some_and(|c| c.as_str() == category)
            })
            .collect();
        versions.sort_by_key(|scheme| scheme.from.map(Period::starts));
        versions
    }

    /// The form with this id.
    #[must_use]
    pub fn form(&self, id: &str) -> Option<&Form> {
        find(&self.forms, id, |form| &form.id)
    }

    /// The service with this id.
    #[must_use]
    pub fn service(&self, id: &str) -> Option<&Service> {
        find(&self.services, id, |service| &service.id)
    }

    /// The honour with this id.
    #[must_use]
    pub fn honour(&self, id: &str) -> Option<&Honour> {
        find(&self.honours, id, |honour| &honour.id)
    }

    /// The ladder with this id.
    #[must_use]
    pub fn ladder(&self, id: &str) -> Option<&Ladder> {
        find(&self.ladders, id, |ladder| &ladder.id)
    }

    /// The measure with this id.
    #[must_use]
    pub fn measure(&self, id: &str) -> Option<&Measure> {
        find(&self.measures, id, |measure| &measure.id)
    }
}

fn find<'w, T>(written: &'w [Written<T>], id: &str, key: impl Fn(&T) -> &Id) -> Option<&'w T> {
    written
        .iter()
        .map(|written| &written.item)
        .find(|item| key(item).as_str() == id)
}

/// What came of reading a folder.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The campaign, unless there are errors.
    pub campaign: Option<Campaign>,
    /// Every finding, in order of file and place.
    pub findings: Vec<Diagnostic>,
}

impl Reading {
    /// Whether any finding is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == Severity::Error)
    }
}
