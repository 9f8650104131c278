//! What a unit's mix of services lets expect: indirect standardisation.

use serde::Serialize;

use crate::Invalid;

/// What one unit did in one service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Position of the unit.
    pub unit: usize,
    /// Position of the service.
    pub service: usize,
    /// Cases, or weight of the cases.
    pub n: f64,
    /// Successes, events, or the sum of the marks of these cases.
    pub total: f64,
}

/// Observed and expected, per unit in the order of their positions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseMix {
    /// Mean of all units in each service; none where it has no case.
    pub services: Vec<Option<f64>>,
    /// Cases of each unit.
    pub n: Vec<f64>,
    /// Sum of each unit's own totals.
    pub observed: Vec<f64>,
    /// The total each unit would have if each of its cases went as that service goes on average.
    pub expected: Vec<f64>,
    /// The mean of all cases.
    pub overall: f64,
}

impl CaseMix {
    /// What each unit's mean is expected to be; the overall mean for a unit without cases. For [`super::rates`].
    #[must_use]
    pub fn expected_mean(&self) -> Vec<f64> {
        let pairs = self.expected.iter().zip(&self.n);
        pairs
            .map(|(expected, n)| if *n > 0.0 { expected / n } else { self.overall })
            .collect()
    }

    /// A unit's figure as if it had the mix of all: the overall mean and by how much the unit's figure differs from what its own mix
    /// lets expect. None for a unit that isn't there.
    #[must_use]
    pub fn adjust(&self, unit: usize, figure: f64) -> Option<f64> {
        let (expected, n) = (self.expected.get(unit)?, self.n.get(unit)?);
        let expected = if *n > 0.0 { expected / n } else { self.overall };
        Some(self.overall + figure - expected)
    }
}

/// Indirect standardisation (Breslow, Day 1987, *Statistical methods in cancer research* II, 2.3): expected total of a unit =
/// Σ over services of its cases × the mean of all units in that service. The expectations sum to what was observed. A unit that alone
/// does a service is its own yardstick there. Cells that name the same unit and service add up; n = 0 says nothing.
///
/// # Errors
/// [`Invalid`]: a position out of range, n negative or not finite, a total that isn't finite or is there without n, no case at all.
pub fn case_mix(units: usize, services: usize, cells: &[Cell]) -> Result<CaseMix, Invalid> {
    check(units, services, cells)?;
    let mut of_service = vec![(0.0, 0.0); services];
    let (mut n, mut observed) = (vec![0.0; units], vec![0.0; units]);
    for cell in cells {
        if let Some((cases, total)) = of_service.get_mut(cell.service) {
            *cases += cell.n;
            *total += cell.total;
        }
        if let (Some(n), Some(observed)) = (n.get_mut(cell.unit), observed.get_mut(cell.unit)) {
            *n += cell.n;
            *observed += cell.total;
        }
    }
    let means: Vec<Option<f64>> = of_service
        .iter()
        .map(|(cases, total)| (*cases > 0.0).then(|| total / cases))
        .collect();
    let mut expected = vec![0.0; units];
    for cell in cells {
        let mean = means.get(cell.service).copied().flatten();
        if let (Some(expected), Some(mean)) = (expected.get_mut(cell.unit), mean) {
            *expected += cell.n * mean;
        }
    }
    let cases: f64 = n.iter().sum();
    if cases <= 0.0 {
        return Err(Invalid::TooFew {
            what: "cases",
            least: 1,
            found: 0,
        });
    }
    Ok(CaseMix {
        services: means,
        overall: observed.iter().sum::<f64>() / cases,
        n,
        observed,
        expected,
    })
}

fn check(units: usize, services: usize, cells: &[Cell]) -> Result<(), Invalid> {
    for (at, cell) in cells.iter().enumerate() {
        let fault = |what, value, expected| Invalid::Range {
            what,
            at,
            value,
            expected,
        };
        if cell.unit >= units {
            return Err(fault("unit", cell.unit as f64, "the position of a unit"));
        }
        if cell.service >= services {
            let expected = "the position of a service";
            return Err(fault("service", cell.service as f64, expected));
        }
        if !cell.n.is_finite() || !cell.total.is_finite() {
            return Err(Invalid::NotFinite { what: "cell", at });
        }
        if cell.n < 0.0 {
            return Err(fault("n", cell.n, "0 or more"));
        }
        if cell.n == 0.0 && cell.total != 0.0 {
            return Err(fault("total", cell.total, "0 where n is 0"));
        }
    }
    Ok(())
}
