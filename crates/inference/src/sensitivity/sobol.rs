//! Sobol's sequence: points that fill the unit cube evenly, scrambled by a seed.

use std::sync::OnceLock;

use crate::random::Random;

/// Degree, polynomial and initial direction numbers for dimensions 2 to 256, a line each.
///
/// Joe and Kuo (2008), *Constructing Sobol sequences with better two-dimensional projections*, SIAM J. Sci. Comput. 30, 2635–2654;
/// the set “new-joe-kuo-6”, as its authors publish it (<https://web.maths.unsw.edu.au/~fkuo/sobol/>).
const JOE_KUO: &str = include_str!("joe_kuo.txt");

/// Binary digits of a coordinate.
const BITS: usize = 32;

/// One generator matrix: a column for each binary digit of the index, the first digit of a coordinate at the top bit.
type Matrix = [u32; BITS];

/// Sobol's sequence in up to [`Sobol::DIMENSIONS`] dimensions (Sobol 1967; direction numbers of Joe and Kuo 2008), in the order of
/// the Gray code. Coordinates beyond those are plain seeded random numbers: the points stay uniform, only less even.
#[derive(Clone, Debug)]
pub struct Sobol {
    seed: u64,
    dimensions: usize,
    /// Where in its cell a coordinate lies.
    within: f64,
    /// Generator matrix and digital shift of each dimension.
    digits: Vec<(Matrix, u32)>,
}

impl Sobol {
    /// So many dimensions have direction numbers.
    pub const DIMENSIONS: usize = 256;

    /// The sequence as it is published: its first point is the origin.
    #[must_use]
    pub fn plain(dimensions: usize) -> Self {
        let digits = matrices().iter().take(dimensions);
        Self {
            seed: 0,
            dimensions,
            within: 0.0,
            digits: digits.map(|matrix| (*matrix, 0)).collect(),
        }
    }

    /// The sequence scrambled by a seed: each point is uniform on (0, 1)ᵈ, and the net stays a net. A random linear matrix
    /// (Matoušek 1998, *On the L₂-discrepancy for anchored boxes*, J. Complexity 14, 527–556) and a digital shift for each dimension.
    #[must_use]
    pub fn scrambled(dimensions: usize, seed: u64) -> Self {
        let scramble = |(stream, matrix): (u64, &Matrix)| {
            let mut random = Random::new(seed, stream);
            let rows: [u32; BITS] = std::array::from_fn(|row| lower_row(row, random.bits() as u32));
            let shift = random.bits() as u32;
            (matrix.map(|column| multiply(&rows, column)), shift)
        };
        let digits = (0..).zip(matrices()).take(dimensions);
        Self {
            seed,
            dimensions,
            within: 0.5,
            digits: digits.map(scramble).collect(),
        }
    }

    /// How many coordinates a point has.
    #[must_use]
    pub const fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The point at a position: a coordinate in [0, 1) for each place of `out`, the first [`Self::dimensions`] of them. Scrambled
    /// coordinates lie in the middle of their cell of width 2⁻³², so neither end is met.
    pub fn point(&self, index: u32, out: &mut [f64]) {
        let gray = index ^ (index >> 1);
        for ((matrix, shift), coordinate) in self.digits.iter().zip(&mut *out) {
            let mut digits = *shift;
            let mut left = gray;
            while left != 0 {
                digits ^= column(matrix, left.trailing_zeros());
                left &= left - 1;
            }
            *coordinate = (f64::from(digits) + self.within) / CELLS;
        }
        let beyond = self.dimensions.saturating_sub(Self::DIMENSIONS);
        if beyond > 0 {
            let mut random = Random::new(self.seed, BEYOND | u64::from(index));
            let rest = out.iter_mut().skip(Self::DIMENSIONS).take(beyond);
            rest.for_each(|coordinate| *coordinate = random.uniform());
        }
    }
}

/// 2³².
const CELLS: f64 = 4_294_967_296.0;
/// The streams of coordinates without direction numbers.
const BEYOND: u64 = 1 << 40;

#[expect(clippy::indexing_slicing, reason = "a digit is one of 32")]
const fn column(matrix: &Matrix, digit: u32) -> u32 {
    matrix[digit as usize]
}

/// A row of a lower triangular matrix with ones on its diagonal, from random bits; the first digit is the top bit.
const fn lower_row(row: usize, random: u32) -> u32 {
    let diagonal = 1 << (BITS - 1 - row);
    let before = !(diagonal | (diagonal - 1));
    (random & before) | diagonal
}

/// A matrix, by rows, times a column of digits, modulo 2.
fn multiply(rows: &[u32; BITS], column: u32) -> u32 {
    let digit = |product: u32, row: &u32| product << 1 | ((row & column).count_ones() & 1);
    rows.iter().fold(0, digit)
}

fn matrices() -> &'static [Matrix] {
    static MATRICES: OnceLock<Vec<Matrix>> = OnceLock::new();
    MATRICES.get_or_init(|| {
        let first: Matrix = std::array::from_fn(|digit| 1 << (BITS - 1 - digit));
        let others = JOE_KUO.lines().filter_map(|line| {
            let mut numbers = line.split(' ').filter_map(|word| word.parse::<u32>().ok());
            Some(matrix(
                numbers.next()?,
                numbers.next()?,
                &numbers.collect::<Vec<_>>(),
            ))
        });
        std::iter::once(first).chain(others).collect()
    })
}

/// The generator matrix of a primitive polynomial of this degree: Joe and Kuo's recurrence
/// mₖ = 2a₁mₖ₋₁ ⊕ 2²a₂mₖ₋₂ ⊕ … ⊕ 2ˢ⁻¹aₛ₋₁mₖ₋ₛ₊₁ ⊕ 2ˢmₖ₋ₛ ⊕ mₖ₋ₛ, each number moved to the top.
#[expect(
    clippy::indexing_slicing,
    reason = "a column looks back at most `degree` columns, which stand before it"
)]
fn matrix(degree: u32, polynomial: u32, initial: &[u32]) -> Matrix {
    let mut matrix = [0; BITS];
    let back = degree as usize;
    for digit in 0..BITS {
        matrix[digit] = match initial.get(digit) {
            Some(number) => number << (BITS - 1 - digit),
            None => {
                let oldest = matrix[digit - back];
                let term = |sum: u32, step: usize| {
                    let bit = polynomial >> (back - 1 - step) & 1;
                    sum ^ (bit * matrix[digit - step])
                };
                (1..back).fold(oldest ^ (oldest >> degree), term)
            }
        };
    }
    matrix
}
