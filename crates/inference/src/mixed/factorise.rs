//! Cholesky factors of A = ΛZ'ZΛ + I, and what is asked of them: its determinant, solutions, the diagonal of its inverse.
//!
//! The levels of the largest factor never meet each other, so their block is diagonal and is taken out first (Bates, Mächler, Bolker,
//! Walker 2015, section 3). What remains is dense where it is small or would fill anyway; else the whole of A is factored sparse, in
//! an order of approximate minimum degree (Amestoy, Davis, Duff 1996).
#![expect(
    clippy::indexing_slicing,
    reason = "levels are counted once; every vector here has as many entries"
)]

use std::sync::Arc;

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt;
use faer::sparse::linalg::SupernodalThreshold;
use faer::sparse::linalg::cholesky::{
    CholeskySymbolicParams, LltRef, SymbolicCholesky, SymbolicCholeskyRaw, SymmetricOrdering,
    factorize_symbolic_cholesky,
};
use faer::sparse::{SparseColMatRef, SymbolicSparseColMatRef};
use faer::{Conj, Mat, MatMut, Par, Side};

use super::cross::Cross;
use super::{Lapse, Refusal};

/// Up to so many levels beside the largest factor's, the rest is dense without asking how sparse it might be.
const SMALL: usize = 1_500;
/// The most levels of a dense rest: 3.2 GB.
const MOST_DENSE: usize = 20_000;
/// The most entries of a sparse factor: 3.2 GB.
const MOST_SPARSE: usize = 400_000_000;
/// How much quicker an operation is on dense blocks.
const DENSE_GAIN: f64 = 20.0;

/// How A is factored; chosen once for a set of marks.
#[derive(Clone, Debug)]
pub(super) enum Plan {
    /// The largest factor's diagonal block, then a dense rest.
    Blocks,
    /// All of it sparse.
    Sparse(Arc<Pattern>),
}

/// The lower triangle of A and its symbolic factor.
#[derive(Debug)]
pub(super) struct Pattern {
    ends: Vec<usize>,
    rows: Vec<usize>,
    symbolic: SymbolicCholesky<usize>,
}

impl Plan {
    pub(super) fn new(cross: &Cross) -> Result<Self, Refusal> {
        let rest = cross.levels() - cross.starts[1];
        if rest <= SMALL {
            return Ok(Self::Blocks);
        }
        let pattern = Pattern::new(cross)?;
        let (entries, work) = pattern.cost();
        let dense = (rest as f64).powi(3);
        if rest <= MOST_DENSE && work * DENSE_GAIN > dense {
            return Ok(Self::Blocks);
        }
        if entries > MOST_SPARSE {
            return Err(Refusal::TooLarge {
                what: "entries of the sparse Cholesky factor",
                most: MOST_SPARSE,
                found: entries,
            });
        }
        Ok(Self::Sparse(Arc::new(pattern)))
    }

    /// The factor of A for these relative standard deviations, one for each level.
    pub(super) fn factor(&self, cross: &Cross, scale: &[f64]) -> Result<Factored, Lapse> {
        match self {
            Self::Blocks => Blocks::new(cross, scale).map(Factored::Blocks),
            Self::Sparse(pattern) => Sparse::new(pattern, cross, scale).map(Factored::Sparse),
        }
    }
}

/// A factor of A.
#[derive(Clone, Debug)]
pub(super) enum Factored {
    Blocks(Blocks),
    Sparse(Sparse),
}

impl Factored {
    /// log|A|.
    pub(super) fn log_determinant(&self) -> f64 {
        match self {
            Self::Blocks(blocks) => blocks.log_determinant(),
            Self::Sparse(sparse) => sparse.log_determinant(),
        }
    }

    /// Puts A⁻¹B in B's place; B is held column by column.
    pub(super) fn solve(&self, cross: &Cross, scale: &[f64], columns: &mut [f64]) {
        match self {
            Self::Blocks(blocks) => blocks.solve(cross, scale, columns),
            Self::Sparse(sparse) => sparse.solve(columns),
        }
    }

    /// The diagonal of A⁻¹.
    pub(super) fn inverse_diagonal(&self, cross: &Cross, scale: &[f64]) -> Vec<f64> {
        match self {
            Self::Blocks(blocks) => blocks.inverse_diagonal(cross, scale),
            Self::Sparse(sparse) => sparse.inverse_diagonal(),
        }
    }
}

/// The diagonal block D of the largest factor, and the Cholesky factor of what remains when it is taken out.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    diagonal: Vec<f64>,
    rest: Mat<f64>,
}

impl Blocks {
    fn new(cross: &Cross, scale: &[f64]) -> Result<Self, Lapse> {
        let first = cross.starts[1];
        let size = cross.levels() - first;
        let diagonal: Vec<f64> = (0..first)
            .map(|level| scale[level] * scale[level] * cross.counts[level] + 1.0)
            .collect();
        let mut rest = Mat::zeros(size, size);
        take_out(cross, scale, &diagonal, &mut rest);
        for column in 0..size {
            let level = first + column;
            let own = rest.col_as_slice_mut(column);
            own[column] += cross.counts[level];
            let (rows, values) = cross.column(level);
            for (row, value) in rows.iter().zip(values) {
                own[*row as usize - first] += value;
            }
            for (row, entry) in own.iter_mut().enumerate().skip(column) {
                *entry *= scale[level] * scale[first + row];
            }
            own[column] += 1.0;
        }
        if size > 0 {
            cholesky(rest.as_mut())?;
        }
        Ok(Self { diagonal, rest })
    }

    fn log_determinant(&self) -> f64 {
        let first: f64 = self.diagonal.iter().map(|entry| libm::log(*entry)).sum();
        let rest: f64 = (0..self.rest.nrows())
            .map(|at| libm::log(self.rest[(at, at)]))
            .sum();
        first + 2.0 * rest
    }

    fn solve(&self, cross: &Cross, scale: &[f64], columns: &mut [f64]) {
        let (first, levels) = (cross.starts[1], cross.levels());
        let size = levels - first;
        let count = columns.len() / levels;
        let mut below = vec![0.0; size * count];
        for (column, below) in columns
            .chunks_exact_mut(levels)
            .zip(chunks(&mut below, size))
        {
            let (own, rest) = column.split_at_mut(first);
            for level in 0..first {
                own[level] /= self.diagonal[level];
                let weight = own[level] * scale[level];
                let (rows, values) = cross.column(level);
                for (row, value) in rows.iter().zip(values) {
                    let row = *row as usize;
                    rest[row - first] -= weight * scale[row] * value;
                }
            }
            below.copy_from_slice(rest);
        }
        if size > 0 {
            let rhs = MatMut::from_column_major_slice_mut(&mut below, size, count);
            llt::solve::solve_in_place(self.rest.as_ref(), rhs, Par::Seq, MemStack::new(&mut []));
        }
        for (column, below) in columns
            .chunks_exact_mut(levels)
            .zip(chunks(&mut below, size))
        {
            let (own, rest) = column.split_at_mut(first);
            rest.copy_from_slice(below);
            for level in 0..first {
                let (rows, values) = cross.column(level);
                let inner: f64 = rows
                    .iter()
                    .zip(values)
                    .map(|(row, value)| value * scale[*row as usize] * rest[*row as usize - first])
                    .sum();
                own[level] -= scale[level] * inner / self.diagonal[level];
            }
        }
    }

    fn inverse_diagonal(&self, cross: &Cross, scale: &[f64]) -> Vec<f64> {
        let first = cross.starts[1];
        let size = cross.levels() - first;
        let mut inverse = Mat::<f64>::zeros(size, size);
        if size > 0 {
            let need = llt::inverse::inverse_scratch::<f64>(size, Par::Seq);
            let mut buffer = MemBuffer::new(need);
            let stack = MemStack::new(&mut buffer);
            llt::inverse::inverse(inverse.as_mut(), self.rest.as_ref(), Par::Seq, stack);
        }
        let mut found = Vec::with_capacity(cross.levels());
        let mut weighted: Vec<(usize, f64)> = Vec::new();
        for level in 0..first {
            let (rows, values) = cross.column(level);
            weighted.clear();
            weighted.extend(rows.iter().zip(values).map(|(row, value)| {
                let row = *row as usize;
                (row - first, value * scale[row] * scale[level])
            }));
            let mut form = 0.0;
            for (at, (column, weight)) in weighted.iter().enumerate() {
                let own = inverse.col_as_slice(*column);
                let below: f64 = weighted[at + 1..]
                    .iter()
                    .map(|(row, other)| own[*row] * other)
                    .sum();
                form += weight * (own[*column] * weight + 2.0 * below);
            }
            let entry = self.diagonal[level];
            found.push(1.0 / entry + form / (entry * entry));
        }
        found.extend((0..size).map(|at| inverse[(at, at)]));
        found
    }
}

/// Chunks of a slice, one empty one after another where their size is 0.
fn chunks(slice: &mut [f64], size: usize) -> impl Iterator<Item = &mut [f64]> {
    let mut rest = slice;
    std::iter::from_fn(move || {
        let (chunk, others) = std::mem::take(&mut rest).split_at_mut_checked(size)?;
        rest = others;
        Some(chunk)
    })
}

/// −C'(γ₁ ⁄ D)C below the diagonal, where C is how often the largest factor's levels meet the others.
fn take_out(cross: &Cross, scale: &[f64], diagonal: &[f64], rest: &mut Mat<f64>) {
    let first = cross.starts[1];
    for (level, entry) in diagonal.iter().enumerate() {
        let weight = scale[level] * scale[level] / entry;
        let (rows, values) = cross.column(level);
        for (at, (column, value)) in rows.iter().zip(values).enumerate() {
            let own = rest.col_as_slice_mut(*column as usize - first);
            let times = weight * value;
            for (row, other) in rows[at..].iter().zip(&values[at..]) {
                own[*row as usize - first] -= times * other;
            }
        }
    }
}

/// Puts the Cholesky factor in the place of the lower triangle.
fn cholesky(matrix: MatMut<'_, f64>) -> Result<(), Lapse> {
    let size = matrix.nrows();
    let need = llt::factor::cholesky_in_place_scratch::<f64>(size, Par::Seq, faer::Spec::default());
    let mut buffer = MemBuffer::new(need);
    let stack = MemStack::new(&mut buffer);
    llt::factor::cholesky_in_place(
        matrix,
        llt::factor::LltRegularization::default(),
        Par::Seq,
        stack,
        faer::Spec::default(),
    )
    .map(|_| ())
    .map_err(|_| Lapse)
}

impl Pattern {
    fn new(cross: &Cross) -> Result<Self, Refusal> {
        let mut ends = vec![0];
        let mut rows = Vec::with_capacity(cross.levels() + cross.rows.len());
        for level in 0..cross.levels() {
            rows.push(level);
            rows.extend(cross.column(level).0.iter().map(|row| *row as usize));
            ends.push(rows.len());
        }
        let size = cross.levels();
        let lower = SymbolicSparseColMatRef::new_checked(size, size, &ends, None, &rows);
        let parameters = CholeskySymbolicParams {
            supernodal_flop_ratio_threshold: SupernodalThreshold::FORCE_SIMPLICIAL,
            ..CholeskySymbolicParams::default()
        };
        let symbolic =
            factorize_symbolic_cholesky(lower, Side::Lower, SymmetricOrdering::Amd, parameters)
                .map_err(|_| Refusal::TooLarge {
                    what: "entries of the sparse Cholesky factor",
                    most: MOST_SPARSE,
                    found: usize::MAX,
                })?;
        Ok(Self {
            ends,
            rows,
            symbolic,
        })
    }

    /// The columns of the factor: where each ends, and its rows, the diagonal first.
    fn columns(&self) -> (&[usize], &[usize]) {
        match self.symbolic.raw() {
            SymbolicCholeskyRaw::Simplicial(simplicial) => {
                (simplicial.col_ptr(), simplicial.row_idx())
            }
            // Asked for above: it is always simplicial.
            SymbolicCholeskyRaw::Supernodal(_) => (&[], &[]),
        }
    }

    /// The factor's entries, and the multiplications to find them.
    fn cost(&self) -> (usize, f64) {
        let (ends, rows) = self.columns();
        let squares = ends.windows(2).map(|pair| {
            let count = (pair[1] - pair[0]) as f64;
            count * count
        });
        (rows.len(), squares.sum())
    }
}

/// A sparse Cholesky factor.
#[derive(Clone, Debug)]
pub(super) struct Sparse {
    pattern: Arc<Pattern>,
    values: Vec<f64>,
}

impl Sparse {
    fn new(pattern: &Arc<Pattern>, cross: &Cross, scale: &[f64]) -> Result<Self, Lapse> {
        let size = cross.levels();
        let mut entries = Vec::with_capacity(pattern.rows.len());
        for level in 0..size {
            let own = scale[level];
            entries.push(own * own * cross.counts[level] + 1.0);
            let (rows, values) = cross.column(level);
            let scaled = rows.iter().zip(values);
            entries.extend(scaled.map(|(row, value)| own * scale[*row as usize] * value));
        }
        let lower =
            SymbolicSparseColMatRef::new_checked(size, size, &pattern.ends, None, &pattern.rows);
        let symbolic = &pattern.symbolic;
        let need = symbolic.factorize_numeric_llt_scratch::<f64>(Par::Seq, faer::Spec::default());
        let mut buffer = MemBuffer::new(need);
        let mut values = vec![0.0; symbolic.len_val()];
        symbolic
            .factorize_numeric_llt(
                &mut values,
                SparseColMatRef::new(lower, entries.as_slice()),
                Side::Lower,
                llt::factor::LltRegularization::default(),
                Par::Seq,
                MemStack::new(&mut buffer),
                faer::Spec::default(),
            )
            .map_err(|_| Lapse)?;
        Ok(Self {
            pattern: Arc::clone(pattern),
            values,
        })
    }

    fn log_determinant(&self) -> f64 {
        let (ends, _) = self.pattern.columns();
        let diagonal = ends.windows(2).map(|pair| libm::log(self.values[pair[0]]));
        2.0 * diagonal.sum::<f64>()
    }

    fn solve(&self, columns: &mut [f64]) {
        let symbolic = &self.pattern.symbolic;
        let size = symbolic.nrows();
        let count = columns.len() / size;
        let need = symbolic.solve_in_place_scratch::<f64>(count, Par::Seq);
        let mut buffer = MemBuffer::new(need);
        LltRef::new(symbolic, &self.values).solve_in_place_with_conj(
            Conj::No,
            MatMut::from_column_major_slice_mut(columns, size, count),
            Par::Seq,
            MemStack::new(&mut buffer),
        );
    }

    /// The entries of the inverse that lie in the factor's pattern, from the last column to the first (Takahashi, Fagan, Chin 1973);
    /// of these the diagonal.
    fn inverse_diagonal(&self) -> Vec<f64> {
        let (ends, rows) = self.pattern.columns();
        let size = self.pattern.symbolic.nrows();
        let mut inverse = vec![0.0; self.values.len()];
        let mut sums = vec![0.0; size];
        // The column's own entries, 0 outside its pattern.
        let mut own = vec![0.0; size];
        for column in (0..size).rev() {
            let below = ends[column] + 1..ends[column + 1];
            for at in below.clone() {
                own[rows[at]] = self.values[at];
                sums[rows[at]] = 0.0;
            }
            for at in below.clone() {
                let (row, entry) = (rows[at], self.values[at]);
                let mut sum = entry * inverse[ends[row]];
                for deep in ends[row] + 1..ends[row + 1] {
                    let other = rows[deep];
                    sums[other] += entry * inverse[deep];
                    sum += own[other] * inverse[deep];
                }
                sums[row] += sum;
            }
            let pivot = self.values[ends[column]];
            let mut inner = 0.0;
            for at in below {
                inverse[at] = -sums[rows[at]] / pivot;
                inner += self.values[at] * inverse[at];
                own[rows[at]] = 0.0;
            }
            inverse[ends[column]] = (1.0 / pivot - inner) / pivot;
        }
        self.in_order(&inverse)
    }

    /// The diagonal of a matrix that has the factor's pattern, in the order of the levels.
    fn in_order(&self, entries: &[f64]) -> Vec<f64> {
        let (ends, _) = self.pattern.columns();
        let mut diagonal = vec![0.0; ends.len() - 1];
        let order = self.pattern.symbolic.perm().map(|perm| perm.arrays().0);
        for (at, end) in ends.iter().take(diagonal.len()).enumerate() {
            let level = order.map_or(at, |order| order[at]);
            diagonal[level] = entries[*end];
        }
        diagonal
    }
}
