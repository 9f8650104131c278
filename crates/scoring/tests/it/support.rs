//! A class and a scheme as short text, and what the kernel makes of them.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use rulebook::figures::{Figure, MISSING, NOT_APPLICABLE};
use rulebook::model::{Measure, Scheme};
use scoring::{Class, ClassColumn, Explanation, PlanError, PreviousResult, Ruler, Scored};

/// A scheme from TOML. What tests needn't say is filled in: its id and name, items' names, and measures (an item's id).
pub fn scheme(text: &str) -> Scheme {
    let mut table: toml::Table = toml::from_str(text).expect("the scheme is TOML");
    let name: toml::Value = toml::from_str::<toml::Table>("zh = '试'").unwrap().into();
    table.entry("id").or_insert_with(|| "scheme".into());
    table.entry("name").or_insert_with(|| name.clone());
    for kind in ["group", "indicator", "bonus", "deduction", "veto", "band"] {
        let items = table.get_mut(kind).and_then(toml::Value::as_array_mut);
        for item in items.into_iter().flatten() {
            let item = item.as_table_mut().expect("items are tables");
            item.entry("name").or_insert_with(|| name.clone());
            let id = item["id"].clone();
            if !["group", "band"].contains(&kind) {
                item.entry("measure").or_insert(id);
            }
        }
    }
    table.try_into().expect("the scheme has the right keys")
}

/// Cells from text: figures, `-` for missing, `n` for not applicable.
pub fn cells(text: &str) -> Vec<f64> {
    let cell = |word: &str| match word {
        "-" => MISSING,
        "n" => NOT_APPLICABLE,
        number => number.parse().expect("a cell is a number, - or n"),
    };
    text.split_whitespace().map(cell).collect()
}

/// Whether two columns are equal to within what binary fractions leave; gaps equal gaps.
#[track_caller]
pub fn assert_cells(actual: &[f64], expected: &str, about: &str) {
    let wanted = cells(expected);
    let near =
        |a: f64, b: f64| a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-12 * b.abs().max(1.0);
    let same =
        actual.len() == wanted.len() && actual.iter().zip(&wanted).all(|(a, b)| near(*a, *b));
    assert!(same, "{about}\nexpected {expected}\nfound    {actual:?}");
}

/// A scheme, and a class of units u00, u01 … with its figures.
#[derive(Clone, Debug)]
pub struct Case {
    pub scheme: Scheme,
    pub ids: Vec<String>,
    pub columns: BTreeMap<String, Vec<f64>>,
    pub counts: BTreeMap<String, Vec<f64>>,
    pub previous: BTreeMap<String, Vec<f64>>,
    pub attributes: BTreeMap<String, Vec<String>>,
    pub standings: Option<PreviousResult>,
    pub measures: Vec<Measure>,
}

impl Case {
    pub fn new(text: &str) -> Self {
        Self::of(scheme(text))
    }

    pub fn of(scheme: Scheme) -> Self {
        Self {
            scheme,
            ids: Vec::new(),
            columns: BTreeMap::new(),
            counts: BTreeMap::new(),
            previous: BTreeMap::new(),
            attributes: BTreeMap::new(),
            standings: None,
            measures: Vec::new(),
        }
    }

    /// With a measure's figures.
    pub fn with(self, measure: &str, text: &str) -> Self {
        self.with_cells(measure, cells(text))
    }

    pub fn with_cells(mut self, measure: &str, cells: Vec<f64>) -> Self {
        assert!(
            self.ids.is_empty() || self.ids.len() == cells.len(),
            "{measure} has a cell a unit"
        );
        self.ids = (0..cells.len()).map(|unit| format!("u{unit:02}")).collect();
        self.columns.insert(measure.to_owned(), cells);
        self
    }

    /// With the numbers of cases that a measure's figures rest on.
    pub fn counts(mut self, measure: &str, text: &str) -> Self {
        self.counts.insert(measure.to_owned(), cells(text));
        self
    }

    /// With a measure's figures of the previous period.
    pub fn before(mut self, measure: &str, text: &str) -> Self {
        self.previous.insert(measure.to_owned(), cells(text));
        self
    }

    /// With an attribute of the units.
    pub fn attribute(mut self, attribute: &str, text: &str) -> Self {
        let values = text.split_whitespace().map(str::to_owned).collect();
        self.attributes.insert(attribute.to_owned(), values);
        self
    }

    /// With the previous period's scores and ranks.
    pub fn stood(mut self, score: &str, rank: &str) -> Self {
        let (score, rank) = (cells(score), cells(rank));
        self.standings = Some(PreviousResult { score, rank });
        self
    }

    /// With a measure that names what it is divided by.
    pub fn measure(mut self, id: &str, per: &str) -> Self {
        let text = format!("id = '{id}'\nname.zh = '量'\nper = '{per}'");
        self.measures.push(toml::from_str(&text).unwrap());
        self
    }

    pub fn class(&self) -> Class<'_> {
        let mut class = Class::new(self.ids.iter().map(String::as_str).collect()).unwrap();
        for (measure, values) in &self.columns {
            let n = self.counts.get(measure).map(|n| n.as_slice().into());
            let values = values.as_slice().into();
            class = class
                .with_column(
                    measure,
                    ClassColumn {
                        values,
                        n,
                        se: None,
                    },
                )
                .unwrap();
        }
        for (measure, cells) in &self.previous {
            class = class
                .with_previous(measure, cells.as_slice().into())
                .unwrap();
        }
        for (attribute, values) in &self.attributes {
            let values = values.iter().map(String::as_str).collect();
            class = class.with_attribute(attribute, values).unwrap();
        }
        match &self.standings {
            Some(standings) => class.with_previous_result(standings.clone()).unwrap(),
            None => class,
        }
    }

    /// Looks at the class as scored, on so many threads.
    pub fn try_look<R>(
        &self,
        threads: usize,
        look: impl FnOnce(&Scored<'_>) -> R,
    ) -> Result<R, PlanError> {
        let class = self.class();
        let measures: Vec<&Measure> = self.measures.iter().collect();
        let threads = NonZeroUsize::new(threads).unwrap();
        Ok(look(&scoring::score(
            &self.scheme,
            &measures,
            &class,
            threads,
        )?))
    }

    /// Looks at the class as scored.
    pub fn look<R>(&self, look: impl FnOnce(&Scored<'_>) -> R) -> R {
        self.try_look(1, look).expect("the scheme can be scored")
    }

    pub fn scores(&self) -> Vec<f64> {
        self.look(|scored| scored.scores.clone())
    }

    /// The values of an item or group.
    pub fn node(&self, id: &str) -> Vec<f64> {
        self.look(|scored| node(&scored.ruler, id))
    }

    /// An indicator's figures after preparation.
    pub fn prepared(&self, indicator: &str) -> Vec<f64> {
        self.look(|scored| scored.ruler.prepared_figures(indicator).unwrap())
    }

    /// Ranks as text, `-` for none.
    pub fn ranks(&self) -> String {
        let word = |rank: &u32| {
            if *rank == 0 {
                "-".to_owned()
            } else {
                rank.to_string()
            }
        };
        self.look(|scored| join(scored.ranks.place.iter().map(word)))
    }

    /// The bands' ids as text, `-` for none.
    pub fn bands(&self) -> String {
        let word = |band: &Option<u16>| {
            band.map_or_else(
                || "-".to_owned(),
                |at| self.scheme.band[usize::from(at)].id.to_string(),
            )
        };
        self.look(|scored| join(scored.bands.band.iter().map(word)))
    }

    pub fn explain(&self, unit: usize) -> Explanation {
        self.look(|scored| scored.explain(unit).unwrap())
    }
}

/// The values of an item or group.
pub fn node(ruler: &Ruler<'_>, id: &str) -> Vec<f64> {
    let mut nodes = ruler.nodes().into_iter();
    nodes
        .find(|node| node.id == id)
        .unwrap_or_else(|| panic!("there is no node {id}"))
        .points
}

/// What stands in each cell, without the figures.
pub fn kinds(cells: &[f64]) -> String {
    join(cells.iter().map(|cell| match Figure::of(*cell) {
        Figure::Given(_) => "x",
        Figure::Missing => "-",
        Figure::NotApplicable => "n",
    }))
}

fn join(words: impl Iterator<Item = impl AsRef<str>>) -> String {
    let words: Vec<String> = words.map(|word| word.as_ref().to_owned()).collect();
    words.join(" ")
}
