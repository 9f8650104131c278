//! Loops over cells, compiled for the widest vectors the machine has and chosen when the program runs.
//!
//! The operations and their order are the same at every width, and nothing is contracted, so the bits are too. Each loop is a
//! struct because only a method marked `inline(always)` is sure to be compiled with the wide instructions.

use pulp::{Arch, NullaryFnOnce};

/// Figures that are looked at together, so that their points stay in registers while cuts go by.
const TOGETHER: usize = 16;

struct Map<'a, F> {
    figures: &'a [f64],
    out: &'a mut [f64],
    f: F,
}

impl<F: Fn(f64) -> f64> NullaryFnOnce for Map<'_, F> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let mut gaps = 0;
        for (x, y) in self.figures.iter().zip(self.out) {
            let points = (self.f)(*x);
            *y = if x.is_nan() { *x } else { points };
            gaps |= u64::from(x.is_nan());
        }
        gaps != 0
    }
}

/// Maps every figure; gaps stay the gaps they are. Says whether there is one.
pub(crate) fn map(figures: &[f64], out: &mut [f64], f: impl Fn(f64) -> f64) -> bool {
    Arch::new().dispatch(Map { figures, out, f })
}

/// `yes` or `no`, by a mask: written as a choice it would become a branch a cell.
#[inline(always)]
fn select(condition: bool, yes: u64, no: u64) -> u64 {
    let mask = 0_u64.wrapping_sub(u64::from(condition));
    (yes & mask) | (no & !mask)
}

struct MapSteps<'a, F> {
    figures: &'a [f64],
    out: &'a mut [f64],
    cuts: &'a [(f64, f64)],
    below: f64,
    reached: F,
}

impl<F: Fn(f64, f64) -> bool> NullaryFnOnce for MapSteps<'_, F> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let (figures, rest) = self.figures.as_chunks::<TOGETHER>();
        let (out, rest_out) = self.out.as_chunks_mut::<TOGETHER>();
        let mut gaps = 0;
        for (xs, ys) in figures.iter().zip(out) {
            let mut points = [self.below.to_bits(); TOGETHER];
            for &(cut, earned) in self.cuts.iter().rev() {
                let earned = earned.to_bits();
                for (x, y) in xs.iter().zip(&mut points) {
                    *y = select((self.reached)(*x, cut), earned, *y);
                }
            }
            for ((x, y), points) in xs.iter().zip(ys).zip(points) {
                *y = f64::from_bits(select(x.is_nan(), x.to_bits(), points));
                gaps |= u64::from(x.is_nan());
            }
        }
        for (x, y) in rest.iter().zip(rest_out) {
            let best = self.cuts.iter().find(|(cut, _)| (self.reached)(*x, *cut));
            *y = if x.is_nan() {
                *x
            } else {
                best.map_or(self.below, |(_, earned)| *earned)
            };
            gaps |= u64::from(x.is_nan());
        }
        gaps != 0
    }
}

/// The points of the first cut reached (best first), else `below`; gaps stay. Says whether there is one.
pub(crate) fn map_steps(
    figures: &[f64],
    out: &mut [f64],
    cuts: &[(f64, f64)],
    below: f64,
    reached: impl Fn(f64, f64) -> bool,
) -> bool {
    Arch::new().dispatch(MapSteps {
        figures,
        out,
        cuts,
        below,
        reached,
    })
}

struct Update<'a, F> {
    cells: &'a mut [f64],
    f: F,
}

impl<F: Fn(f64) -> f64> NullaryFnOnce for Update<'_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for cell in self.cells {
            *cell = (self.f)(*cell);
        }
    }
}

/// Puts every cell through `f`.
pub(crate) fn update(cells: &mut [f64], f: impl Fn(f64) -> f64) {
    Arch::new().dispatch(Update { cells, f });
}

struct Add<'a> {
    values: &'a [f64],
    sums: &'a mut [f64],
}

impl NullaryFnOnce for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (value, sum) in self.values.iter().zip(self.sums) {
            *sum += value;
        }
    }
}

/// Adds each value to its sum.
pub(crate) fn add(values: &[f64], sums: &mut [f64]) {
    Arch::new().dispatch(Add { values, sums });
}

struct HasGap<'a>(&'a [f64]);

impl NullaryFnOnce for HasGap<'_> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let mut gaps = 0;
        for cell in self.0 {
            gaps |= u64::from(cell.is_nan());
        }
        gaps != 0
    }
}

/// Whether any cell is a gap.
pub(crate) fn has_gap(cells: &[f64]) -> bool {
    Arch::new().dispatch(HasGap(cells))
}
