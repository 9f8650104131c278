//! The columns a model names, read from a table.

use std::collections::{BTreeMap, BTreeSet};

use inference::mixed::{Factor, Refusal};

use crate::args::judges::Judges;
use crate::failure::Failure;
use crate::table_input::File;

/// A variable of the fixed effects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub column: String,
    /// Whether it acts by its size.
    pub number: bool,
}

/// What `--fixed` and `--random` ask for.
#[derive(Debug, Default)]
pub struct Formula {
    pub variables: Vec<Named>,
    /// For each item of `--fixed` the positions of its variables.
    pub products: Vec<Vec<usize>>,
    /// For each item of `--random` its columns.
    pub random: Vec<Vec<String>>,
}

impl Formula {
    /// An item that is a column's whole name is that column, whatever signs are in it.
    fn new(args: &Judges, header: &[String]) -> Self {
        let mut formula = Self::default();
        for item in &args.fixed {
            let names = parts(item, '*', header);
            let product = names
                .iter()
                .map(|part| formula.variable(part, header))
                .collect();
            formula.products.push(product);
        }
        formula.random = args
            .random
            .iter()
            .map(|item| parts(item, ':', header))
            .collect();
        formula
    }

    fn variable(&mut self, part: &str, header: &[String]) -> usize {
        let inside = part
            .strip_prefix("numeric(")
            .and_then(|rest| rest.strip_suffix(')'));
        let inside = inside.filter(|_| !header.iter().any(|column| column == part));
        let named = Named {
            column: inside.unwrap_or(part).trim().to_owned(),
            number: inside.is_some(),
        };
        let known = self.variables.iter().position(|other| *other == named);
        known.unwrap_or_else(|| {
            self.variables.push(named);
            self.variables.len() - 1
        })
    }
}

fn parts(item: &str, sign: char, header: &[String]) -> Vec<String> {
    if header.iter().any(|column| column == item) {
        return vec![item.to_owned()];
    }
    item.split(sign)
        .map(|part| part.trim().to_owned())
        .collect()
}

/// The cells of the columns used, rows with gaps left out.
#[derive(Debug)]
pub struct Columns {
    pub marks: Vec<f64>,
    pub left_out: usize,
    labels: BTreeMap<String, Vec<String>>,
    numbers: BTreeMap<String, Vec<f64>>,
}

impl Columns {
    /// A column as a factor.
    pub fn factor(&self, column: &str) -> Result<Factor, Refusal> {
        Factor::from_labels(column, self.labels.get(column).map_or(&[], Vec::as_slice))
    }

    /// Columns combined into a factor.
    pub fn combined(&self, parts: &[String]) -> Result<Factor, Refusal> {
        let factors = parts
            .iter()
            .map(|part| self.factor(part))
            .collect::<Result<Vec<Factor>, Refusal>>()?;
        Factor::combined(&factors.iter().collect::<Vec<&Factor>>())
    }

    /// A column as numbers.
    pub fn numbers(&self, column: &str) -> Vec<f64> {
        self.numbers.get(column).cloned().unwrap_or_default()
    }
}

/// Reads the table and what the command line says of its columns.
pub fn read(args: &Judges) -> Result<(Formula, Columns), Failure> {
    let file = File::read(&args.file)?;
    let mut table = file.table()?;
    let formula = Formula::new(args, table.header());
    let (numbers, labels) = wanted(args, &formula);
    let places = |wanted: &[(&str, &str)]| {
        let places = wanted
            .iter()
            .map(|(name, option)| table.column(name, option));
        places.collect::<Result<Vec<usize>, Failure>>()
    };
    let (number_at, label_at) = (places(&numbers)?, places(&labels)?);
    let left_out = table
        .leave_out_gaps(&[number_at.as_slice(), &label_at].concat())
        .len();
    let mut figures = table.figures(&number_at, |_| None)?.into_iter();
    let mut figures = || -> Vec<f64> {
        let column = figures.next().into_iter().flatten();
        column.flatten().collect()
    };
    // The mark comes first.
    let marks = figures();
    let names = |wanted: &[(&str, &str)]| -> Vec<String> {
        wanted.iter().map(|(name, _)| (*name).to_owned()).collect()
    };
    let numbers = names(numbers.get(1..).unwrap_or_default());
    let texts = table.texts(&label_at);
    let columns = Columns {
        marks,
        left_out,
        numbers: numbers.into_iter().map(|name| (name, figures())).collect(),
        labels: names(&labels).into_iter().zip(texts).collect(),
    };
    Ok((formula, columns))
}

/// A column's name, and the option that asks for it.
type Wanted<'a> = Vec<(&'a str, &'static str)>;

/// The columns that are read: as numbers, the mark first, and as labels; each once.
fn wanted<'a>(args: &'a Judges, formula: &'a Formula) -> (Wanted<'a>, Wanted<'a>) {
    let (mut numbers, mut labels) = (vec![(args.mark.as_str(), "--mark")], Vec::new());
    for variable in &formula.variables {
        let column = (variable.column.as_str(), "--fixed");
        if variable.number {
            numbers.push(column);
        } else {
            labels.push(column);
        }
    }
    let random = formula.random.iter().flatten();
    labels.extend(random.map(|part| (part.as_str(), "--random")));
    labels.extend(args.unit.iter().map(|unit| (unit.as_str(), "--unit")));
    labels.extend(args.of.iter().map(|of| (of.as_str(), "--trait")));
    let mut known = BTreeSet::new();
    labels.retain(|(name, _)| known.insert(*name));
    (numbers, labels)
}
