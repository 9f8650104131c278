//! Small dense symmetric systems.
#![expect(
    clippy::indexing_slicing,
    reason = "matrices are square, of the size of the vector"
)]

/// The Cholesky factor of a positive definite matrix given row by row (lower triangle); `None` where it isn't.
pub(super) fn cholesky(matrix: &[f64], size: usize) -> Option<Vec<f64>> {
    let mut factor = matrix.to_vec();
    for row in 0..size {
        let (above, rest) = factor.split_at_mut(row * size);
        let own = &mut rest[..size];
        for column in 0..row {
            let other = &above[column * size..column * size + column + 1];
            let done = dot(&own[..column], &other[..column]);
            own[column] = (own[column] - done) / other[column];
        }
        let left = own[row] - dot(&own[..row], &own[..row]);
        // What cancels to nothing is no information.
        if left.is_nan() || left <= 1e-12 * matrix[row * size + row].abs() {
            return None;
        }
        own[row] = left.sqrt();
    }
    Some(factor)
}

/// Solves with a factor.
pub(super) fn solve(factor: &[f64], right: &[f64]) -> Vec<f64> {
    let size = right.len();
    let mut x = right.to_vec();
    for row in 0..size {
        let done = dot(&factor[row * size..row * size + row], &x[..row]);
        x[row] = (x[row] - done) / factor[row * size + row];
    }
    for row in (0..size).rev() {
        x[row] /= factor[row * size + row];
        let value = x[row];
        for (x, entry) in x.iter_mut().zip(&factor[row * size..row * size + row]) {
            *x -= entry * value;
        }
    }
    x
}

/// The inverse, row by row.
pub(super) fn inverse(factor: &[f64], size: usize) -> Vec<f64> {
    let unit = |at| {
        let mut unit = vec![0.0; size];
        unit[at] = 1.0;
        unit
    };
    (0..size).flat_map(|at| solve(factor, &unit(at))).collect()
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
