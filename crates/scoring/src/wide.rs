//! Loops over cells on the widest vectors the machine has, chosen when the program runs.
//!
//! Only additions, multiplications, divisions, comparisons and choices are used, each cell on its own and nothing contracted:
//! every width gives the same bits.

use pulp::{Arch, Scalar, Simd, WithSimd};

use crate::curve::Line;
use crate::rounding::{MAGIC, TIE};

/// What is done with each cell.
pub(crate) trait Cellwise: Copy {
    /// The result of each of the cells.
    fn lanes<S: Simd>(self, simd: S, x: S::f64s) -> S::f64s;
}

impl Cellwise for Line {
    #[inline(always)]
    fn lanes<S: Simd>(self, simd: S, x: S::f64s) -> S::f64s {
        let from_anchor = simd.sub_f64s(x, simd.splat_f64s(self.anchor));
        let rise = simd.mul_f64s(from_anchor, simd.splat_f64s(self.slope));
        let y = simd.add_f64s(simd.splat_f64s(self.base), rise);
        let (low, high) = (simd.splat_f64s(self.low), simd.splat_f64s(self.high));
        let y = simd.select_f64s(simd.less_than_f64s(y, low), low, y);
        simd.select_f64s(simd.greater_than_f64s(y, high), high, y)
    }
}

/// The points of the first cut reached, best first.
#[derive(Clone, Copy)]
pub(crate) struct AtLeast<'a> {
    pub cuts: &'a [(f64, f64)],
    pub below: f64,
}

impl Cellwise for AtLeast<'_> {
    #[inline(always)]
    fn lanes<S: Simd>(self, simd: S, x: S::f64s) -> S::f64s {
        let mut points = simd.splat_f64s(self.below);
        for (cut, earned) in self.cuts.iter().rev() {
            let reached = simd.greater_than_or_equal_f64s(x, simd.splat_f64s(*cut));
            points = simd.select_f64s(reached, simd.splat_f64s(*earned), points);
        }
        points
    }
}

/// The points of the first cut reached, best first, where lower figures are better.
#[derive(Clone, Copy)]
pub(crate) struct AtMost<'a>(pub AtLeast<'a>);

impl Cellwise for AtMost<'_> {
    #[inline(always)]
    fn lanes<S: Simd>(self, simd: S, x: S::f64s) -> S::f64s {
        let mut points = simd.splat_f64s(self.0.below);
        for (cut, earned) in self.0.cuts.iter().rev() {
            let reached = simd.less_than_or_equal_f64s(x, simd.splat_f64s(*cut));
            points = simd.select_f64s(reached, simd.splat_f64s(*earned), points);
        }
        points
    }
}

/// `high` times `target ÷ x`, at most `high`; `high` for an x of zero or less.
#[derive(Clone, Copy)]
pub(crate) struct Inverse {
    pub target: f64,
    pub high: f64,
}

impl Cellwise for Inverse {
    #[inline(always)]
    fn lanes<S: Simd>(self, simd: S, x: S::f64s) -> S::f64s {
        let (target, high) = (simd.splat_f64s(self.target), simd.splat_f64s(self.high));
        let y = simd.mul_f64s(simd.div_f64s(target, x), high);
        let y = simd.select_f64s(simd.greater_than_f64s(x, target), y, high);
        simd.select_f64s(simd.greater_than_f64s(x, simd.splat_f64s(0.0)), y, high)
    }
}

/// The line below `zero_at`, nothing from there on.
#[derive(Clone, Copy)]
pub(crate) struct Strikes {
    pub line: Line,
    pub zero_at: f64,
}

impl Cellwise for Strikes {
    #[inline(always)]
    fn lanes<S: Simd>(self, simd: S, x: S::f64s) -> S::f64s {
        let out = simd.greater_than_or_equal_f64s(x, simd.splat_f64s(self.zero_at));
        simd.select_f64s(out, simd.splat_f64s(0.0), self.line.lanes(simd, x))
    }
}

/// Cells as they are.
#[derive(Clone, Copy)]
pub(crate) struct Plain;

impl Cellwise for Plain {
    #[inline(always)]
    fn lanes<S: Simd>(self, _: S, x: S::f64s) -> S::f64s {
        x
    }
}

/// Points rounded half up to whole grains; see [`crate::Rounder::grains`].
#[derive(Clone, Copy)]
pub(crate) struct HalfUp {
    pub per_point: f64,
}

impl Cellwise for HalfUp {
    #[inline(always)]
    fn lanes<S: Simd>(self, simd: S, x: S::f64s) -> S::f64s {
        let grains = simd.mul_f64s(x, simd.splat_f64s(self.per_point));
        nearest(simd, simd.add_f64s(grains, simd.splat_f64s(TIE)))
    }
}

#[inline(always)]
fn nearest<S: Simd>(simd: S, v: S::f64s) -> S::f64s {
    let magic = simd.splat_f64s(MAGIC);
    simd.sub_f64s(simd.add_f64s(v, magic), magic)
}

/// A line and rounding half up in one: the grains, the tie and the ends are worked into the line's own numbers.
#[derive(Clone, Copy)]
pub(crate) struct RoundedLine(Line);

impl RoundedLine {
    pub(crate) fn new(line: Line, per_point: f64) -> Self {
        Self(Line {
            anchor: line.anchor,
            slope: line.slope * per_point,
            base: line.base * per_point + TIE,
            low: line.low * per_point + TIE,
            high: line.high * per_point + TIE,
        })
    }
}

impl Cellwise for RoundedLine {
    #[inline(always)]
    fn lanes<S: Simd>(self, simd: S, x: S::f64s) -> S::f64s {
        let from_anchor = simd.sub_f64s(x, simd.splat_f64s(self.0.anchor));
        let rise = simd.mul_f64s(from_anchor, simd.splat_f64s(self.0.slope));
        let y = simd.add_f64s(simd.splat_f64s(self.0.base), rise);
        let y = simd.max_f64s(y, simd.splat_f64s(self.0.low));
        nearest(simd, simd.min_f64s(y, simd.splat_f64s(self.0.high)))
    }
}

/// What becomes of a result.
pub(crate) trait Sink: Copy {
    /// Whether figures may have gaps, so that someone wants to know.
    const GAPS: bool;

    /// The new content of a cell that held `held`, for the figure `x` and its result.
    fn put<S: Simd>(self, simd: S, held: S::f64s, x: S::f64s, result: S::f64s) -> S::f64s;
}

/// The result takes the cell's place; where the figure is a gap, that gap does.
#[derive(Clone, Copy)]
pub(crate) struct Store;

impl Sink for Store {
    const GAPS: bool = true;

    #[inline(always)]
    fn put<S: Simd>(self, simd: S, _: S::f64s, x: S::f64s, result: S::f64s) -> S::f64s {
        simd.select_f64s(simd.equal_f64s(x, x), result, x)
    }
}

/// The result is added to the cell. For figures without gaps.
#[derive(Clone, Copy)]
pub(crate) struct AddTo;

impl Sink for AddTo {
    const GAPS: bool = false;

    #[inline(always)]
    fn put<S: Simd>(self, simd: S, held: S::f64s, _: S::f64s, result: S::f64s) -> S::f64s {
        simd.add_f64s(held, result)
    }
}

struct Map<'a, F, G, K> {
    figures: &'a [f64],
    out: &'a mut [f64],
    first: F,
    then: G,
    sink: K,
}

impl<F: Cellwise, G: Cellwise, K: Sink> WithSimd for Map<'_, F, G, K> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let (figures, figures_rest) = S::as_simd_f64s(self.figures);
        let (out, out_rest) = S::as_mut_simd_f64s(self.out);
        let (figures_rest, _) = Scalar::as_simd_f64s(figures_rest);
        let (out_rest, _) = Scalar::as_mut_simd_f64s(out_rest);
        let gap = map_all(simd, figures, out, self.first, self.then, self.sink);
        gap | map_all(
            Scalar,
            figures_rest,
            out_rest,
            self.first,
            self.then,
            self.sink,
        )
    }
}

#[inline(always)]
fn map_all<S: Simd, K: Sink>(
    simd: S,
    figures: &[S::f64s],
    out: &mut [S::f64s],
    first: impl Cellwise,
    then: impl Cellwise,
    sink: K,
) -> bool {
    // A finite figure less itself is zero, a gap less itself is a gap: so this sum tells whether there is one.
    let mut gaps = simd.splat_f64s(0.0);
    for (x, y) in figures.iter().zip(out) {
        *y = sink.put(simd, *y, *x, then.lanes(simd, first.lanes(simd, *x)));
        if K::GAPS {
            gaps = simd.add_f64s(gaps, simd.sub_f64s(*x, *x));
        }
    }
    simd.reduce_sum_f64s(gaps).is_nan()
}

/// Maps every figure by `first`, `then` that; gaps stay the gaps they are. Says whether there is one.
pub(crate) fn map(
    figures: &[f64],
    out: &mut [f64],
    first: impl Cellwise,
    then: impl Cellwise,
    sink: impl Sink,
) -> bool {
    Arch::new().dispatch(Map {
        figures,
        out,
        first,
        then,
        sink,
    })
}

struct Add<'a> {
    values: &'a [f64],
    sums: &'a mut [f64],
}

impl WithSimd for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (values, values_rest) = S::as_simd_f64s(self.values);
        let (sums, sums_rest) = S::as_mut_simd_f64s(self.sums);
        for (value, sum) in values.iter().zip(sums) {
            *sum = simd.add_f64s(*sum, *value);
        }
        for (value, sum) in values_rest.iter().zip(sums_rest) {
            *sum += value;
        }
    }
}

/// Adds each value to its sum.
pub(crate) fn add(values: &[f64], sums: &mut [f64]) {
    Arch::new().dispatch(Add { values, sums });
}

struct HasGap<'a>(&'a [f64]);

impl WithSimd for HasGap<'_> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let (cells, rest) = S::as_simd_f64s(self.0);
        let mut gaps = simd.splat_f64s(0.0);
        for cell in cells {
            gaps = simd.add_f64s(gaps, simd.sub_f64s(*cell, *cell));
        }
        simd.reduce_sum_f64s(gaps).is_nan() || rest.iter().any(|cell| cell.is_nan())
    }
}

/// Whether any cell is a gap; the others must be finite.
pub(crate) fn has_gap(cells: &[f64]) -> bool {
    Arch::new().dispatch(HasGap(cells))
}
