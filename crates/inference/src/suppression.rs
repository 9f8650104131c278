//! Small cells withheld so that they can't be computed from what is published.
//!
//! A table is a list of cells and of sums: a total cell and its parts, in one or two dimensions or over a tree of units. Guaranteed:
//! of each cell under the minimum, the published cells and the sums allow values at least `width` apart, all cells 0 or more. Not
//! guaranteed: anything against a reader who knows some of the withheld cells, or other tables on the same cases. Never publish
//! which of the withheld cells were too small and which only protect them.

use serde::Serialize;

use crate::Invalid;

/// A total and the cells it is the sum of, by position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The total.
    pub total: usize,
    /// Its parts.
    pub parts: Vec<usize>,
}

/// The sums of a table of `rows` × `columns` with its margins, cells row after row: each row's total at its end, the column totals
/// as the last row. There are (rows + 1) × (columns + 1) cells.
#[must_use]
pub fn table_sums(rows: usize, columns: usize) -> Vec<Sum> {
    let at = |row: usize, column: usize| row * (columns + 1) + column;
    let across = (0..=rows).map(|row| Sum {
        total: at(row, columns),
        parts: (0..columns).map(|column| at(row, column)).collect(),
    });
    let down = (0..=columns).map(|column| Sum {
        total: at(rows, column),
        parts: (0..rows).map(|row| at(row, column)).collect(),
    });
    across.chain(down).collect()
}

/// The sums of a tree of units: `parents` gives each unit's parent, none for a root. Units without children have no sum.
///
/// # Errors
/// [`Invalid::Range`] for a parent that isn't there.
pub fn tree_sums(parents: &[Option<usize>]) -> Result<Vec<Sum>, Invalid> {
    let mut children = vec![Vec::new(); parents.len()];
    for (at, parent) in parents.iter().enumerate() {
        let Some(parent) = parent else { continue };
        let list = children.get_mut(*parent).ok_or(Invalid::Range {
            what: "parents",
            at,
            value: *parent as f64,
            expected: "the position of a unit",
        })?;
        list.push(at);
    }
    let sums = children.into_iter().enumerate();
    let sums = sums.map(|(total, parts)| Sum { total, parts });
    Ok(sums.filter(|sum| !sum.parts.is_empty()).collect())
}

/// Whether a cell is dominated: who knows their own contribution could tell the largest to within `percent` (p% rule: what
/// is left without the two largest is under p% of the largest). Hundepool et al. (2012), *Statistical disclosure control*, 4.2.
///
/// # Errors
/// [`Invalid`]: contributions negative or not finite, percent not over 0.
pub fn dominated(contributions: &[f64], percent: f64) -> Result<bool, Invalid> {
    Invalid::check_range("contributions", contributions, "0 or more", |x| x >= 0.0)?;
    Invalid::check_range("percent", &[percent], "over 0", |x| x > 0.0)?;
    let mut sorted = contributions.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let largest = sorted.first().copied().unwrap_or(0.0);
    let rest: f64 = sorted.iter().skip(2).sum();
    Ok(largest > 0.0 && rest < 0.01 * percent * largest)
}

/// How many periods, the latest first, are pooled until `minimum` cases are reached; none where all of them don't.
/// A pooled figure must not be published beside figures of the same periods alone: their difference is a small cell.
#[must_use]
pub fn pool(latest_first: &[u64], minimum: u64) -> Option<usize> {
    let mut sum = 0_u64;
    let enough = latest_first.iter().position(|n| {
        sum = sum.saturating_add(*n);
        sum >= minimum
    });
    enough.map(|at| at + 1)
}

/// What is withheld.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suppression {
    /// For each cell, whether it is withheld. This may be published.
    pub withheld: Vec<bool>,
    /// For each cell, whether it is too small itself. This may not be published.
    pub primary: Vec<bool>,
    /// For each cell, what a reader can bound it to: least and most (infinite where nothing bounds it). Equal for published cells.
    pub bounds: Vec<(f64, f64)>,
    /// Small cells that could not be protected though all that bears on them is withheld, since the structure itself gives them
    /// away. Publish nothing of such a table.
    pub unprotected: Vec<usize>,
}

/// Withholds cells of 1 to `minimum` − 1 cases, and those `also` named (dominated ones), and as many others as are needed so that
/// each of these can be told no closer than `width` apart. Cells of 0 are published.
///
/// A reader's bounds are found exactly, by linear programming over the withheld cells that hang together (Fischetti, Salazar 2001,
/// *Solving the cell suppression problem*, Management Science 47). Which others are withheld is greedy: the smallest cell in a sum
/// with a cell in danger, then each of them is published again, the largest first, if all stay protected without. So no single
/// withheld cell could be published instead, but the least loss isn't promised. Figures on the same cases (successes, sums of marks)
/// are withheld with the counts. Time grows with the third power of the withheld cells that hang together.
///
/// # Errors
/// [`Invalid`]: a position that isn't there, cells that aren't whole in sums (parts that don't add up to their total), width not
/// over 0.
pub fn suppress(
    cells: &[u64],
    sums: &[Sum],
    minimum: u64,
    width: f64,
    also: &[usize],
) -> Result<Suppression, Invalid> {
    check(cells, sums, width, also)?;
    let small = |(at, n): (usize, &u64)| (*n > 0 && *n < minimum) || also.contains(&at);
    let primary: Vec<bool> = cells.iter().enumerate().map(small).collect();
    let mut table = Table {
        cells,
        sums,
        withheld: primary.clone(),
    };
    let wanted = positions(&primary);
    let mut unprotected = Vec::new();
    while let Some(at) = table.first_in_danger(&wanted, &unprotected, width) {
        match table.cheapest_beside(at) {
            Some(other) => table.set(other, Shown::Withheld),
            None => unprotected.push(at),
        }
    }
    table.publish_again(&primary, &unprotected, width);
    let bounds = (0..cells.len()).map(|at| table.bounds(at)).collect();
    Ok(Suppression {
        withheld: table.withheld,
        primary,
        bounds,
        unprotected,
    })
}

fn check(cells: &[u64], sums: &[Sum], width: f64, also: &[usize]) -> Result<(), Invalid> {
    Invalid::check_range("width", &[width], "over 0", |x| x > 0.0)?;
    let missing = |what, at: usize| Invalid::Range {
        what,
        at,
        value: at as f64,
        expected: "the position of a cell",
    };
    if let Some(at) = also.iter().find(|at| **at >= cells.len()) {
        return Err(missing("also", *at));
    }
    for (at, sum) in sums.iter().enumerate() {
        let total = cells.get(sum.total).ok_or(missing("sum", sum.total))?;
        let mut parts = 0_u64;
        for part in &sum.parts {
            let cell = cells.get(*part).ok_or(missing("sum", *part))?;
            parts = parts.saturating_add(*cell);
        }
        if parts != *total {
            return Err(Invalid::Range {
                what: "sum",
                at,
                value: *total as f64,
                expected: "the sum of its parts",
            });
        }
    }
    Ok(())
}

fn positions(flags: &[bool]) -> Vec<usize> {
    let set = flags.iter().enumerate().filter(|(_, flag)| **flag);
    set.map(|(at, _)| at).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Published,
    Withheld,
}

struct Table<'a> {
    cells: &'a [u64],
    sums: &'a [Sum],
    withheld: Vec<bool>,
}

impl Table<'_> {
    fn set(&mut self, at: usize, shown: Shown) {
        if let Some(flag) = self.withheld.get_mut(at) {
            *flag = shown == Shown::Withheld;
        }
    }

    fn is_withheld(&self, at: usize) -> bool {
        self.withheld.get(at).copied().unwrap_or(false)
    }

    fn value(&self, at: usize) -> f64 {
        self.cells.get(at).map_or(0.0, |n| *n as f64)
    }

    fn members(sum: &Sum) -> impl Iterator<Item = usize> + '_ {
        sum.parts.iter().copied().chain([sum.total])
    }

    fn first_in_danger(&self, wanted: &[usize], except: &[usize], width: f64) -> Option<usize> {
        let of = |at: &&usize| !except.contains(*at) && !self.is_wide(**at, width);
        wanted.iter().find(of).copied()
    }

    fn is_wide(&self, at: usize, width: f64) -> bool {
        let (low, high) = self.bounds(at);
        high - low >= width - 1e-6
    }

    /// The smallest published cell, not 0, in a sum with a withheld cell that hangs together with this one.
    fn cheapest_beside(&self, at: usize) -> Option<usize> {
        let near = self.component(at);
        let of = |cells: &[usize]| {
            let touches = |sum: &&Sum| Self::members(sum).any(|cell| cells.contains(&cell));
            let others = self.sums.iter().filter(touches).flat_map(Self::members);
            let published = others.filter(|cell| !self.is_withheld(*cell));
            let published = published.filter(|cell| self.value(*cell) > 0.0);
            published.min_by_key(|cell| (self.cells.get(*cell).copied(), *cell))
        };
        let alone = |sum: &&Sum| {
            let mut hidden = Self::members(sum).filter(|cell| self.is_withheld(*cell));
            hidden.next().is_some_and(|cell| near.contains(&cell)) && hidden.next().is_none()
        };
        // A sum with one withheld cell gives it away: that comes first.
        let open = self.sums.iter().find(alone).and_then(|sum| {
            let others = Self::members(sum).filter(|cell| !self.is_withheld(*cell));
            let others = others.filter(|cell| self.value(*cell) > 0.0);
            others.min_by_key(|cell| (self.cells.get(*cell).copied(), *cell))
        });
        open.or_else(|| of(&[at])).or_else(|| of(&near))
    }

    /// The withheld cells that hang together with one through sums.
    fn component(&self, at: usize) -> Vec<usize> {
        let mut found = vec![at];
        let mut used = vec![false; self.sums.len()];
        let mut next = 0;
        while let Some(cell) = found.get(next).copied() {
            next += 1;
            for (sum, used) in self.sums.iter().zip(&mut used) {
                if *used || !Self::members(sum).any(|member| member == cell) {
                    continue;
                }
                *used = true;
                for member in Self::members(sum).filter(|member| self.is_withheld(*member)) {
                    if !found.contains(&member) {
                        found.push(member);
                    }
                }
            }
        }
        found
    }

    /// What a reader can bound a cell to.
    fn bounds(&self, at: usize) -> (f64, f64) {
        let value = self.value(at);
        if !self.is_withheld(at) {
            return (value, value);
        }
        let cells = self.component(at);
        let rows = self.sums.iter().filter_map(|sum| {
            let sign = |cell: &usize| {
                let parts = sum.parts.iter().filter(|part| *part == cell).count() as f64;
                parts - f64::from(u8::from(sum.total == *cell))
            };
            let row: Vec<f64> = cells.iter().map(sign).collect();
            row.iter().any(|x| *x != 0.0).then_some(row)
        });
        let rows: Vec<Vec<f64>> = rows.collect();
        let known: Vec<f64> = cells.iter().map(|cell| self.value(*cell)).collect();
        let up = simplex::most(&rows, &known, 1.0);
        let down = simplex::most(&rows, &known, -1.0);
        (value - down, value + up)
    }

    fn publish_again(&mut self, primary: &[bool], unprotected: &[usize], width: f64) {
        let mut extra = positions(&self.withheld);
        extra.retain(|at| !primary.get(*at).copied().unwrap_or(false));
        extra.sort_by_key(|at| std::cmp::Reverse((self.cells.get(*at).copied(), *at)));
        for at in extra {
            let mut near = self.component(at);
            near.retain(|cell| primary.get(*cell).copied().unwrap_or(false));
            near.retain(|cell| !unprotected.contains(cell));
            self.set(at, Shown::Published);
            if !near.iter().all(|cell| self.is_wide(*cell, width)) {
                self.set(at, Shown::Withheld);
            }
        }
    }
}

/// How far the first cell can move, by the simplex method with Bland's rule.
mod simplex {
    const SMALL: f64 = 1e-9;

    /// The most that `direction` × (first cell − its known value) can be, where the cells stay 0 or more and keep every row's sum.
    ///
    /// Moves are split in up and down, each down move at most the known value: so no move at all is a basic point to start from.
    pub(super) fn most(rows: &[Vec<f64>], known: &[f64], direction: f64) -> f64 {
        let n = known.len();
        // Up moves 0…n−1, down moves n…2n−1, slacks of the down moves' limits 2n…3n−1; last: right side.
        let width = 3 * n + 1;
        let mut table: Vec<Vec<f64>> = Vec::new();
        let mut basis = Vec::new();
        for (at, value) in known.iter().enumerate() {
            let mut row = vec![0.0; width];
            put(&mut row, n + at, 1.0);
            put(&mut row, 2 * n + at, 1.0);
            put(&mut row, 3 * n, *value);
            table.push(row);
            basis.push(2 * n + at);
        }
        for row in rows {
            let mut line = vec![0.0; width];
            for (at, x) in row.iter().enumerate() {
                put(&mut line, at, *x);
                put(&mut line, n + at, -x);
            }
            add_equation(&mut table, &mut basis, line, n);
        }
        let mut goal = vec![0.0; width];
        put(&mut goal, 0, direction);
        put(&mut goal, n, -direction);
        maximise(&mut table, &mut basis, goal)
    }

    fn put(row: &mut [f64], at: usize, value: f64) {
        if let Some(x) = row.get_mut(at) {
            *x = value;
        }
    }

    fn get(row: &[f64], at: usize) -> f64 {
        row.get(at).copied().unwrap_or(0.0)
    }

    /// Takes `times` × `from` off a row.
    fn reduce(row: &mut [f64], from: &[f64], times: f64) {
        if times != 0.0 {
            for (x, y) in row.iter_mut().zip(from) {
                *x -= times * y;
            }
        }
    }

    /// Adds an equation with right side 0: an up move whose column no basic row holds becomes basic at 0.
    fn add_equation(
        table: &mut Vec<Vec<f64>>,
        basis: &mut Vec<usize>,
        mut line: Vec<f64>,
        n: usize,
    ) {
        for (row, basic) in table.iter().zip(basis.iter()) {
            let times = get(&line, *basic);
            reduce(&mut line, row, times);
        }
        let Some(column) = (0..n).find(|at| get(&line, *at).abs() > SMALL) else {
            return; // It follows from the others.
        };
        let scale = get(&line, column);
        for x in &mut line {
            *x /= scale;
        }
        for row in table.iter_mut() {
            let times = get(row, column);
            reduce(row, &line, times);
        }
        table.push(line);
        basis.push(column);
    }

    fn maximise(table: &mut [Vec<f64>], basis: &mut [usize], mut goal: Vec<f64>) -> f64 {
        let end = goal.len().saturating_sub(1);
        for (row, basic) in table.iter().zip(basis.iter()) {
            let times = get(&goal, *basic);
            reduce(&mut goal, row, times);
        }
        while let Some(column) = (0..end).find(|at| get(&goal, *at) > SMALL) {
            let ratio = |(at, row): (usize, &Vec<f64>)| {
                let x = get(row, column);
                let basic = basis.get(at).copied()?;
                (x > SMALL).then(|| (get(row, end).max(0.0) / x, basic, at))
            };
            let tightest = table.iter().enumerate().filter_map(ratio);
            let tightest = tightest.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let Some((_, _, at)) = tightest else {
                return f64::INFINITY;
            };
            let Some(mut pivot) = table.get(at).cloned() else {
                break;
            };
            let scale = get(&pivot, column);
            for x in &mut pivot {
                *x /= scale;
            }
            for (other, row) in table.iter_mut().enumerate() {
                if other == at {
                    row.clone_from(&pivot);
                } else {
                    let times = get(row, column);
                    reduce(row, &pivot, times);
                }
            }
            let times = get(&goal, column);
            reduce(&mut goal, &pivot, times);
            if let Some(basic) = basis.get_mut(at) {
                *basic = column;
            }
        }
        -get(&goal, end)
    }
}
