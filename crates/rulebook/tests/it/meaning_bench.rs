//! Small campaigns for tests, written as TOML and put together without the reader.

use rulebook::model::{CampaignFile, Form, Honour, Id, Ladder, Scheme, Service};
use rulebook::{
    Campaign, Diagnostic, Place, Spot, Unit, Written, check, diagnostic::Step, resolve,
};
use serde::de::DeserializeOwned;

/// A campaign in the making.
#[derive(Clone)]
pub struct Bench {
    file: String,
    measures: Vec<String>,
    forms: Vec<String>,
    services: Vec<String>,
    honours: Vec<String>,
    ladders: Vec<String>,
    schemes: Vec<String>,
    units: Vec<Unit>,
}

/// `campaign.toml` that every bench starts from.
pub const CAMPAIGN: &str = r#"
id = "test"
name = { zh = "试验", en = "Test" }
calendar = { period = "month" }
figures = { source = "file" }
[[category]]
id = "town"
name = { zh = "乡镇", en = "Township" }
"#;

impl Bench {
    /// A campaign with one category and nothing else.
    pub fn new() -> Self {
        Self {
            file: CAMPAIGN.to_owned(),
            measures: vec![],
            forms: vec![],
            services: vec![],
            honours: vec![],
            ladders: vec![],
            schemes: vec![],
            units: vec![],
        }
    }

    /// With more in `campaign.toml`.
    pub fn file(mut self, more: &str) -> Self {
        self.file.push_str(more);
        self
    }

    /// With the text of `campaign.toml` replaced.
    pub fn file_with(mut self, from: &str, to: &str) -> Self {
        assert!(self.file.contains(from), "{from} stands in campaign.toml");
        self.file = self.file.replace(from, to);
        self
    }

    /// With a measure: its id and the rest of its keys.
    pub fn measure(mut self, id: &str, rest: &str) -> Self {
        self.measures.push(named("度量", "Measure", id, rest));
        self
    }

    /// With a form: its id and the rest of its keys.
    pub fn form(mut self, id: &str, rest: &str) -> Self {
        self.forms.push(named("表", "Form", id, rest));
        self
    }

    /// With a service: its id and the rest of its keys.
    pub fn service(mut self, id: &str, rest: &str) -> Self {
        self.services.push(named("事", "Service", id, rest));
        self
    }

    /// With an honour: its id and the rest of its keys.
    pub fn honour(mut self, id: &str, rest: &str) -> Self {
        self.honours.push(named("荣誉", "Honour", id, rest));
        self
    }

    /// With a ladder: its id and the rest of its keys.
    pub fn ladder(mut self, id: &str, rest: &str) -> Self {
        self.ladders.push(named("阶梯", "Ladder", id, rest));
        self
    }

    /// With a scheme: its id and the rest of its keys.
    pub fn scheme(mut self, id: &str, rest: &str) -> Self {
        self.schemes.push(named("细则", "Scheme", id, rest));
        self
    }

    /// With a unit of a category.
    pub fn unit(mut self, id: &str, category: &str) -> Self {
        self.units.push(Unit {
            id: id.to_owned(),
            name: id.to_owned(),
            category: category.into(),
            ..Unit::default()
        });
        self
    }

    /// With a piece of the schemes' text replaced.
    pub fn scheme_with(mut self, from: &str, to: &str) -> Self {
        assert!(
            self.schemes.iter().any(|text| text.contains(from)),
            "{from} stands in a scheme"
        );
        for text in &mut self.schemes {
            *text = text.replace(from, to);
        }
        self
    }

    /// With a piece of the text of forms, services, honours or ladders replaced.
    pub fn with_all(mut self, from: &str, to: &str) -> Self {
        let lists = [
            &mut self.forms,
            &mut self.services,
            &mut self.honours,
            &mut self.ladders,
        ];
        let mut texts: Vec<&mut String> = lists.into_iter().flatten().collect();
        assert!(texts.iter().any(|text| text.contains(from)), "{from}");
        for text in &mut texts {
            **text = text.replace(from, to);
        }
        self
    }

    /// Without a measure.
    pub fn drop_measure(mut self, id: &str) -> Self {
        self.measures
            .retain(|text| !text.starts_with(&format!("id = \"{id}\"")));
        self
    }

    /// The schemes in the opposite order.
    pub fn reversed(mut self) -> Self {
        self.schemes.reverse();
        self
    }

    /// The schemes as written, each in a file named after it.
    pub fn written(&self) -> Vec<Written<Scheme>> {
        whole("schemes", &self.schemes, |scheme: &Scheme| &scheme.id)
    }

    /// The campaign, and what resolving its schemes found.
    pub fn build(&self) -> (Campaign, Vec<Diagnostic>) {
        let file: CampaignFile = toml::from_str(&self.file).unwrap_or_else(|why| panic!("{why}"));
        let schemes = self.written();
        let (effective, findings) = resolve::effective(&schemes);
        let campaign = Campaign {
            file,
            measures: listed("measures.toml", "measure", &self.measures),
            forms: whole("forms", &self.forms, |form: &Form| &form.id),
            services: listed::<Service>("services.toml", "service", &self.services),
            honours: whole("honours", &self.honours, |honour: &Honour| &honour.id),
            ladders: whole("ladders", &self.ladders, |ladder: &Ladder| &ladder.id),
            schemes,
            effective,
            organisation: (!self.units.is_empty()).then(|| self.units.clone()),
        };
        (campaign, findings)
    }

    /// Everything that is wrong with it.
    pub fn findings(&self) -> Vec<Diagnostic> {
        let (campaign, mut findings) = self.build();
        findings.extend(check::check(&campaign));
        findings
    }
}

/// An item with an id, a name and the rest of its keys.
fn named(zh: &str, en: &str, id: &str, rest: &str) -> String {
    format!("id = \"{id}\"\nname = {{ zh = \"{zh}{id}\", en = \"{en} {id}\" }}\n{rest}")
}

fn parsed<T: DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|why| panic!("{why}\n{text}"))
}

/// Items of one file, as a list.
fn listed<T: DeserializeOwned>(file: &str, key: &str, texts: &[String]) -> Vec<Written<T>> {
    let place = |index| Place::item(file, vec![Step::Key(key.into()), Step::At(index)]);
    let items = texts.iter().enumerate();
    items
        .map(|(index, text)| Written {
            item: parsed(text),
            place: place(index),
        })
        .collect()
}

/// Items each in a file named after it.
fn whole<T: DeserializeOwned>(
    folder: &str,
    texts: &[String],
    id: impl Fn(&T) -> &Id,
) -> Vec<Written<T>> {
    let written = |text: &String| {
        let item: T = parsed(text);
        let place = Place::whole(format!("{folder}/{}.toml", id(&item)));
        Written { item, place }
    };
    texts.iter().map(written).collect()
}

/// `schemes/a.toml:indicator[0].points`.
pub fn shown(place: &Place) -> String {
    let Spot::Item(path) = &place.spot else {
        return place.file.clone();
    };
    let mut text = format!("{}:", place.file);
    for step in path {
        match step {
            Step::Key(key) if text.ends_with(':') => text.push_str(key),
            Step::Key(key) => {
                text.push('.');
                text.push_str(key);
            }
            Step::At(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}
