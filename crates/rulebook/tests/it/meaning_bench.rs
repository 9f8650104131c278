//! Small campaigns for tests, written as TOML and put together without the reader.

use rulebook::model::{CampaignFile, Form, Measure, Scheme};
use rulebook::{
    Campaign, Diagnostic, Place, Spot, Unit, Written, check, diagnostic::Step, resolve,
};

/// A campaign in the making.
#[derive(Clone)]
pub struct Bench {
    file: String,
    measures: Vec<String>,
    forms: Vec<String>,
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
        let text =
            format!("id = \"{id}\"\nname = {{ zh = \"度量{id}\", en = \"Measure {id}\" }}\n{rest}");
        self.measures.push(text);
        self
    }

    /// With a form: its id and the rest of its keys.
    pub fn form(mut self, id: &str, rest: &str) -> Self {
        self.forms.push(format!(
            "id = \"{id}\"\nname = {{ zh = \"表{id}\", en = \"Form {id}\" }}\n{rest}"
        ));
        self
    }

    /// With a scheme: its id and the rest of its keys.
    pub fn scheme(mut self, id: &str, rest: &str) -> Self {
        self.schemes.push(format!(
            "id = \"{id}\"\nname = {{ zh = \"细则{id}\", en = \"Scheme {id}\" }}\n{rest}"
        ));
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
        self.schemes
            .iter()
            .map(|text| {
                let item: Scheme =
                    toml::from_str(text).unwrap_or_else(|why| panic!("{why}\n{text}"));
                let place = Place::whole(format!("schemes/{}.toml", item.id));
                Written { item, place }
            })
            .collect()
    }

    /// The campaign, and what resolving its schemes found.
    pub fn build(&self) -> (Campaign, Vec<Diagnostic>) {
        let file: CampaignFile = toml::from_str(&self.file).unwrap_or_else(|why| panic!("{why}"));
        let measures = self.measures.iter().enumerate().map(|(index, text)| {
            let item: Measure = toml::from_str(text).unwrap_or_else(|why| panic!("{why}\n{text}"));
            let path = vec![Step::Key("measure".into()), Step::At(index)];
            Written {
                item,
                place: Place::item("measures.toml", path),
            }
        });
        let forms = self.forms.iter().map(|text| {
            let item: Form = toml::from_str(text).unwrap_or_else(|why| panic!("{why}\n{text}"));
            let place = Place::whole(format!("forms/{}.toml", item.id));
            Written { item, place }
        });
        let schemes = self.written();
        let (effective, findings) = resolve::effective(&schemes);
        let campaign = Campaign {
            file,
            measures: measures.collect(),
            forms: forms.collect(),
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
