//! The fixed effects: an intercept, factors by treatment contrasts, numbers, and their products.
#![expect(
    clippy::indexing_slicing,
    reason = "positions come from the columns counted when the design is made"
)]

use crate::Invalid;

use super::{Factor, Refusal};

/// A variable of the fixed effects: one value for each mark.
#[derive(Clone, Debug, PartialEq)]
pub enum Variable {
    /// A factor; its first level is the base.
    Levels(Factor),
    /// A number that acts by its size.
    Number {
        /// The column's name.
        name: String,
        /// Finite, one for each mark.
        values: Vec<f64>,
    },
}

/// The value of a [`Variable`] for one new mark.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The level's name.
    Level(String),
    /// The number.
    Number(f64),
}

impl Variable {
    fn name(&self) -> &str {
        match self {
            Self::Levels(factor) => factor.name(),
            Self::Number { name, .. } => name,
        }
    }

    /// How many columns it gives.
    fn width(&self) -> usize {
        match self {
            Self::Levels(factor) => factor.levels().len().saturating_sub(1),
            Self::Number { .. } => 1,
        }
    }

    /// The name of one of its columns, as R writes it: `service1` is level 1 of `service`.
    fn column(&self, at: usize) -> String {
        match self {
            Self::Levels(factor) => format!("{}{}", factor.name(), factor.level(at as u32 + 1)),
            Self::Number { name, .. } => name.clone(),
        }
    }

    fn check(&self, marks: usize) -> Result<(), Refusal> {
        match self {
            Self::Levels(factor) => Invalid::check_length("fixed factor", marks, factor.len())?,
            Self::Number { values, .. } => {
                Invalid::check_length("fixed number", marks, values.len())?;
                Invalid::check_finite("fixed number", values)?;
            }
        }
        Ok(())
    }

    /// Which of its columns is not 0 for a mark, and its value there.
    fn entry(&self, mark: usize) -> Option<(usize, f64)> {
        match self {
            Self::Levels(factor) => (factor.codes()[mark] as usize)
                .checked_sub(1)
                .map(|at| (at, 1.0)),
            Self::Number { values, .. } => Some((0, values[mark])),
        }
    }

    fn push(&mut self, value: &Value) -> Result<(), Refusal> {
        match (self, value) {
            (Self::Levels(factor), Value::Level(level)) => {
                if factor.find(level).is_none() {
                    return Err(Refusal::UnknownLevel {
                        factor: factor.name().to_owned(),
                        level: level.clone(),
                    });
                }
                factor.push(level)
            }
            (Self::Number { values, .. }, Value::Number(number)) => {
                Invalid::check_finite("fixed number", &[*number])?;
                values.push(*number);
                Ok(())
            }
            (variable, Value::Number(_)) => Err(Refusal::UnknownLevel {
                factor: variable.name().to_owned(),
                level: "(number)".to_owned(),
            }),
            (variable, Value::Level(level)) => Err(Refusal::UnknownLevel {
                factor: variable.name().to_owned(),
                level: level.clone(),
            }),
        }
    }
}

/// The most columns the fixed effects may have.
pub const MOST_COLUMNS: usize = 4_000;

/// A column whose part that earlier columns don't give has at most this share of its squared length is dropped.
const INDEPENDENT: f64 = 1e-11;

/// The fixed effects: what a column means, and each mark's entries that are not 0.
#[derive(Clone, Debug)]
pub struct Design {
    variables: Vec<Variable>,
    terms: Vec<Vec<usize>>,
    marks: usize,
    names: Vec<String>,
    dropped: Vec<String>,
    /// For each column before dropping: its place after; `None` where dropped.
    place: Vec<Option<u32>>,
    ends: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f64>,
}

impl Design {
    /// An intercept and the `products` of variables, each given by the positions of its variables: `[0]` is variable 0 alone, `[0, 1]`
    /// stands for `a*b`: both alone and their interaction. Terms of fewer variables come first, as in R. Columns that earlier ones
    /// give are dropped and named in [`Design::dropped`].
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where a variable's length or a position is wrong or a number isn't finite; [`Refusal::TooLarge`] over
    /// [`MOST_COLUMNS`] columns.
    pub fn new(
        marks: usize,
        variables: Vec<Variable>,
        products: &[Vec<usize>],
    ) -> Result<Self, Refusal> {
        for variable in &variables {
            variable.check(marks)?;
        }
        let terms = terms(products, variables.len())?;
        let mut design = Self {
            variables,
            terms,
            marks,
            names: Vec::new(),
            dropped: Vec::new(),
            place: Vec::new(),
            ends: Vec::with_capacity(marks),
            columns: Vec::new(),
            values: Vec::new(),
        };
        let names = design.all_names()?;
        design.place = (0..names.len()).map(|at| Some(at as u32)).collect();
        (0..marks).for_each(|mark| design.add_row(mark));
        design.drop_dependent(names);
        Ok(design)
    }

    /// An intercept alone.
    ///
    /// # Errors
    /// None; as [`Design::new`].
    pub fn intercept(marks: usize) -> Result<Self, Refusal> {
        Self::new(marks, Vec::new(), &[])
    }

    /// The names of the columns, as R writes them; the first is `(Intercept)`.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns that earlier ones give, or that are 0 for every mark.
    #[must_use]
    pub fn dropped(&self) -> &[String] {
        &self.dropped
    }

    /// The number of marks.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.marks
    }

    /// Whether there is no mark.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.marks == 0
    }

    /// A mark's entries that are not 0: column and value.
    pub(super) fn row(&self, mark: usize) -> impl Iterator<Item = (usize, f64)> + Clone + '_ {
        let from = mark.checked_sub(1).map_or(0, |before| self.ends[before]);
        let span = from..self.ends[mark];
        let columns = self.columns[span.clone()].iter().map(|at| *at as usize);
        columns.zip(self.values[span].iter().copied())
    }

    /// Adds a mark; `values` in the order of the variables.
    pub(super) fn push(&mut self, values: &[Value]) -> Result<(), Refusal> {
        Invalid::check_length(
            "fixed values of a new mark",
            self.variables.len(),
            values.len(),
        )?;
        for (variable, value) in self.variables.iter_mut().zip(values) {
            variable.push(value)?;
        }
        self.add_row(self.marks);
        self.marks += 1;
        Ok(())
    }

    fn all_names(&self) -> Result<Vec<String>, Refusal> {
        let mut names = vec!["(Intercept)".to_owned()];
        for term in &self.terms {
            let width = self.width(term);
            let found = names.len().saturating_add(width);
            if found > MOST_COLUMNS {
                return Err(Refusal::TooLarge {
                    what: "columns of the fixed effects",
                    most: MOST_COLUMNS,
                    found,
                });
            }
            names.extend((0..width).map(|at| self.term_name(term, at)));
        }
        Ok(names)
    }

    fn width(&self, term: &[usize]) -> usize {
        let widths = term.iter().map(|at| self.variables[*at].width());
        widths.fold(1, usize::saturating_mul)
    }

    /// The first variable's columns run fastest.
    fn term_name(&self, term: &[usize], mut at: usize) -> String {
        let mut parts = Vec::with_capacity(term.len());
        for variable in term.iter().map(|at| &self.variables[*at]) {
            let width = variable.width();
            parts.push(variable.column(at % width));
            at /= width;
        }
        parts.join(":")
    }

    fn add_row(&mut self, mark: usize) {
        self.add_entry(0, 1.0);
        let mut first = 1;
        for term in 0..self.terms.len() {
            let entry =
                self.terms[term]
                    .iter()
                    .try_fold((0, 1, 1.0), |(at, stride, value), variable| {
                        let variable = &self.variables[*variable];
                        let (own, number) = variable.entry(mark)?;
                        Some((at + own * stride, stride * variable.width(), value * number))
                    });
            if let Some((at, _, value)) = entry {
                self.add_entry(first + at, value);
            }
            first += self.width(&self.terms[term]);
        }
        self.ends.push(self.columns.len());
    }

    fn add_entry(&mut self, column: usize, value: f64) {
        if let Some(place) = self.place[column].filter(|_| value != 0.0) {
            self.columns.push(place);
            self.values.push(value);
        }
    }

    /// Drops what earlier columns give, by a Cholesky factor of X'X taken column by column.
    fn drop_dependent(&mut self, names: Vec<String>) {
        let kept = independent(&self.products(names.len()), names.len());
        let mut next = 0;
        for (place, kept) in self.place.iter_mut().zip(&kept) {
            *place = kept.then_some(next);
            next += u32::from(*kept);
        }
        for (name, kept) in names.into_iter().zip(&kept) {
            let list = if *kept {
                &mut self.names
            } else {
                &mut self.dropped
            };
            list.push(name);
        }
        if !self.dropped.is_empty() {
            self.columns.clear();
            self.values.clear();
            self.ends.clear();
            (0..self.marks).for_each(|mark| self.add_row(mark));
        }
    }

    /// X'X, `width` × `width`.
    fn products(&self, width: usize) -> Vec<f64> {
        let mut products = vec![0.0; width * width];
        for mark in 0..self.marks {
            for (column, value) in self.row(mark) {
                for (other, also) in self.row(mark) {
                    products[column * width + other] += value * also;
                }
            }
        }
        products
    }
}

/// Each product's subsets, without doubles, those of fewer variables first.
fn terms(products: &[Vec<usize>], variables: usize) -> Result<Vec<Vec<usize>>, Refusal> {
    let mut found: Vec<Vec<usize>> = Vec::new();
    for product in products {
        if let Some(at) = product.iter().find(|at| **at >= variables) {
            return Err(Invalid::Range {
                what: "position of a variable",
                at: 0,
                value: *at as f64,
                expected: "under the number of variables",
            }
            .into());
        }
        let mut product = product.clone();
        product.sort_unstable();
        product.dedup();
        if product.len() > 8 {
            return Err(Refusal::TooLarge {
                what: "variables in a product",
                most: 8,
                found: product.len(),
            });
        }
        for subset in 1_usize..1 << product.len() {
            let inside = |at: &usize| subset >> at & 1 == 1;
            let term: Vec<usize> = (0..product.len())
                .filter(inside)
                .map(|at| product[at])
                .collect();
            if !found.contains(&term) {
                found.push(term);
            }
        }
    }
    found.sort_by_key(Vec::len);
    Ok(found)
}

/// Which columns earlier ones don't give.
fn independent(products: &[f64], width: usize) -> Vec<bool> {
    let mut factor = vec![0.0; width * width];
    let mut kept = vec![false; width];
    for column in 0..width {
        let before = column * width;
        let mut left = products[before + column];
        for other in (0..column).filter(|other| kept[*other]) {
            let (own, others) = (before, other * width);
            let inner: f64 = (0..other)
                .map(|at| factor[own + at] * factor[others + at])
                .sum();
            let entry = (products[before + other] - inner) / factor[others + other];
            factor[before + other] = entry;
            left -= entry * entry;
        }
        kept[column] = left > INDEPENDENT * products[before + column];
        if kept[column] {
            factor[before + column] = left.sqrt();
        } else {
            factor[before..before + width].fill(0.0);
        }
    }
    kept
}
