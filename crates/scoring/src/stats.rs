//! Sums, means and shapes of a column's given figures, in a fixed order: the same bits on any machine.

/// Sums run in this many lanes, whatever the machine's vectors hold.
const LANES: usize = 8;

/// The number and the sum of `f(x)` over the figures given.
pub(crate) fn sum_of(column: &[f64], f: impl Fn(f64) -> f64) -> (usize, f64) {
    let mut sums = [0.0; LANES];
    let mut counts = [0_u64; LANES];
    let mut chunks = column.chunks_exact(LANES);
    for chunk in &mut chunks {
        for ((x, sum), count) in chunk.iter().zip(&mut sums).zip(&mut counts) {
            let given = !x.is_nan();
            *sum += if given { f(*x) } else { 0.0 };
            *count += u64::from(given);
        }
    }
    let (mut count, mut sum) = (
        counts.iter().sum::<u64>() as usize,
        sums.iter().sum::<f64>(),
    );
    for x in chunks.remainder().iter().filter(|x| !x.is_nan()) {
        sum += f(*x);
        count += 1;
    }
    (count, sum)
}

/// The number of figures given and their mean; the mean of none is NaN.
pub(crate) fn mean(column: &[f64]) -> (usize, f64) {
    let (n, sum) = sum_of(column, |x| x);
    (n, sum / n as f64)
}

/// The standard deviation of the figures given (divisor n − 1); NaN for fewer than two.
pub(crate) fn standard_deviation(column: &[f64], mean: f64) -> f64 {
    let (n, squares) = sum_of(column, |x| (x - mean) * (x - mean));
    if n < 2 {
        f64::NAN
    } else {
        libm::sqrt(squares / (n - 1) as f64)
    }
}

/// The least and the greatest figure given; `None` where none is.
pub(crate) fn extremes(column: &[f64]) -> Option<(f64, f64)> {
    let mut least = [f64::INFINITY; LANES];
    let mut most = [f64::NEG_INFINITY; LANES];
    let mut chunks = column.chunks_exact(LANES);
    for chunk in &mut chunks {
        for ((x, least), most) in chunk.iter().zip(&mut least).zip(&mut most) {
            *least = if *x < *least { *x } else { *least };
            *most = if *x > *most { *x } else { *most };
        }
    }
    let tail = chunks.remainder();
    let least = least
        .iter()
        .chain(tail)
        .copied()
        .fold(f64::INFINITY, f64::min);
    let most = most
        .iter()
        .chain(tail)
        .copied()
        .fold(f64::NEG_INFINITY, f64::max);
    (least <= most).then_some((least, most))
}

/// The median of the figures given; `None` where none is.
pub(crate) fn median(column: &[f64]) -> Option<f64> {
    let mut given: Vec<f64> = column.iter().copied().filter(|x| !x.is_nan()).collect();
    let half = given.len() / 2;
    if given.is_empty() {
        return None;
    }
    let even = given.len().is_multiple_of(2);
    let (below, upper, _) = given.select_nth_unstable_by(half, f64::total_cmp);
    let upper = *upper;
    if !even {
        return Some(upper);
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some((lower + upper) / 2.0)
}

/// Skewness and excess kurtosis of the figures given.
///
/// The adjusted Fisher–Pearson skewness G₁ and the kurtosis G₂ of Joanes and Gill, "Comparing measures of sample skewness and
/// kurtosis", The Statistician 47 (1998), as spreadsheets and composite-index tools use them. `None` for fewer than four
/// figures or when all are equal.
pub(crate) fn shape(column: &[f64]) -> Option<(f64, f64)> {
    let (count, mean) = mean(column);
    let n = count as f64;
    if count < 4 {
        return None;
    }
    let square = |x: f64| (x - mean) * (x - mean);
    let m2 = sum_of(column, square).1 / n;
    let m3 = sum_of(column, |x| square(x) * (x - mean)).1 / n;
    let m4 = sum_of(column, |x| square(x) * square(x)).1 / n;
    if m2 <= 0.0 {
        return None;
    }
    let skewness = m3 / (m2 * libm::sqrt(m2));
    let kurtosis = m4 / (m2 * m2) - 3.0;
    let g1 = skewness * libm::sqrt(n * (n - 1.0)) / (n - 2.0);
    let g2 = ((n + 1.0) * kurtosis + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0));
    Some((g1, g2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_left_out() {
        let column = [1.0, f64::NAN, 2.0, 3.0, f64::NAN, 4.0, 10.0, 0.0, 5.0, 7.0];
        assert_eq!(mean(&column), (8, 4.0));
        assert_eq!(extremes(&column), Some((0.0, 10.0)));
        assert_eq!(median(&column), Some(3.5));
        assert!((standard_deviation(&column, 4.0) - (76.0_f64 / 7.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn nothing_given_has_no_statistics() {
        let nothing = [f64::NAN; 3];
        assert!(mean(&nothing).1.is_nan());
        assert!(standard_deviation(&[1.0], 1.0).is_nan());
        assert_eq!(
            (extremes(&nothing), median(&nothing), shape(&nothing)),
            (None, None, None)
        );
        assert_eq!(shape(&[2.0; 9]), None);
    }
}
