//! Factors: columns whose values are levels, such as the judge or the department.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::Refusal;

/// A column of levels: for each mark the position of its level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    name: String,
    levels: Vec<String>,
    codes: Vec<u32>,
}

impl Factor {
    /// A factor from the label of each mark. Levels are those that occur, in order: by size where every label is a number, else by
    /// their characters' codes.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`] over 2³² − 1 levels.
    pub fn from_labels<S: AsRef<str>>(name: &str, labels: &[S]) -> Result<Self, Refusal> {
        let mut seen: HashMap<&str, u32> = HashMap::new();
        let mut firsts: Vec<&str> = Vec::new();
        let mut codes = Vec::with_capacity(labels.len());
        for label in labels {
            let label = label.as_ref();
            let next = u32::try_from(firsts.len()).map_err(|_| Refusal::too_large(firsts.len()))?;
            let code = *seen.entry(label).or_insert(next);
            if code == next {
                firsts.push(label);
            }
            codes.push(code);
        }
        Ok(Self::sorted(name, &firsts, codes))
    }

    fn sorted(name: &str, levels: &[&str], mut codes: Vec<u32>) -> Self {
        let order = order(levels);
        let mut place = vec![0; levels.len()];
        for (new, old) in order.iter().enumerate() {
            if let Some(place) = place.get_mut(*old) {
                *place = new as u32;
            }
        }
        for code in &mut codes {
            *code = place.get(*code as usize).copied().unwrap_or(*code);
        }
        let levels = order
            .iter()
            .filter_map(|old| levels.get(*old))
            .map(|level| (*level).to_owned())
            .collect();
        Self {
            name: name.to_owned(),
            levels,
            codes,
        }
    }

    /// The factor whose levels are the combinations of the parts' levels that occur, as `a:b` in R: `b` within `a` where each `b` has
    /// one `a`. Its name and its levels are the parts' joined by `:`, in the order of the parts' levels.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where the parts differ in length or there is none.
    pub fn combined(parts: &[&Self]) -> Result<Self, Refusal> {
        let Some((first, rest)) = parts.split_first() else {
            return Err(Refusal::too_few("parts of a factor", 1, 0));
        };
        rest.iter()
            .try_fold((*first).clone(), |left, right| left.within(right))
    }

    fn within(&self, other: &Self) -> Result<Self, Refusal> {
        crate::Invalid::check_length("codes", self.len(), other.len())?;
        let pairs: Vec<(u32, u32)> = self
            .codes
            .iter()
            .copied()
            .zip(other.codes.iter().copied())
            .collect();
        let mut found = pairs.clone();
        found.sort_unstable();
        found.dedup();
        let place: HashMap<(u32, u32), u32> = found.iter().copied().zip(0..).collect();
        let name = |pair: &(u32, u32)| format!("{}:{}", self.level(pair.0), other.level(pair.1));
        Ok(Self {
            name: format!("{}:{}", self.name, other.name),
            levels: found.iter().map(name).collect(),
            codes: pairs
                .iter()
                .filter_map(|pair| place.get(pair))
                .copied()
                .collect(),
        })
    }

    /// The column's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The levels' names.
    #[must_use]
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    /// For each mark the position of its level.
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// How many marks.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there is no mark.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// A level's name; empty where there is none at this position.
    #[must_use]
    pub fn level(&self, code: u32) -> &str {
        self.levels.get(code as usize).map_or("", String::as_str)
    }

    /// The position of a level.
    #[must_use]
    pub fn find(&self, level: &str) -> Option<u32> {
        let at = self.levels.iter().position(|known| known == level)?;
        u32::try_from(at).ok()
    }

    /// Adds a mark of this level. A new level goes to the end.
    pub(super) fn push(&mut self, level: &str) -> Result<(), Refusal> {
        let code = match self.find(level) {
            Some(code) => code,
            None => {
                self.levels.push(level.to_owned());
                u32::try_from(self.levels.len() - 1)
                    .map_err(|_| Refusal::too_large(self.levels.len()))?
            }
        };
        self.codes.push(code);
        Ok(())
    }

    /// Whether both part the marks in the same way, whatever their levels are called.
    pub(super) fn same_partition(&self, other: &Self) -> bool {
        self.levels.len() == other.levels.len() && self.codes.len() == other.codes.len() && {
            let mut image = vec![u32::MAX; self.levels.len()];
            self.codes.iter().zip(&other.codes).all(|(a, b)| {
                image.get_mut(*a as usize).is_some_and(|to| {
                    if *to == u32::MAX {
                        *to = *b;
                    }
                    to == b
                })
            })
        }
    }
}

/// The positions of the levels in their order.
fn order(levels: &[&str]) -> Vec<usize> {
    let numbers: Option<Vec<f64>> = levels
        .iter()
        .map(|level| level.parse().ok().filter(|number: &f64| number.is_finite()))
        .collect();
    let mut order: Vec<usize> = (0..levels.len()).collect();
    let by_text = |a: &usize, b: &usize| levels.get(*a).cmp(&levels.get(*b));
    match numbers {
        Some(numbers) => order.sort_by(|a, b| {
            let sizes = numbers.get(*a).partial_cmp(&numbers.get(*b));
            sizes.unwrap_or(Ordering::Equal).then_with(|| by_text(a, b))
        }),
        None => order.sort_by(by_text),
    }
    order
}
