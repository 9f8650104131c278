//! Withheld cells under attack.

use inference::Invalid;
use inference::random::Random;
use inference::suppression::*;

/// Whether a reader can compute a withheld cell: Gaussian elimination over the sums, the withheld cells unknown.
fn computable(sums: &[Sum], withheld: &[bool]) -> Vec<usize> {
    let unknown: Vec<usize> = (0..withheld.len()).filter(|at| withheld[*at]).collect();
    let row = |sum: &Sum| {
        let of = |cell: &usize| {
            f64::from(u8::from(sum.parts.contains(cell))) - f64::from(u8::from(sum.total == *cell))
        };
        unknown.iter().map(of).collect::<Vec<f64>>()
    };
    let mut rows: Vec<Vec<f64>> = sums.iter().map(row).collect();
    let mut done = 0;
    for column in 0..unknown.len() {
        let Some(at) = (done..rows.len()).find(|at| rows[*at][column].abs() > 1e-9) else {
            continue;
        };
        rows.swap(done, at);
        let scale = rows[done][column];
        rows[done].iter_mut().for_each(|x| *x /= scale);
        let pivot = rows[done].clone();
        for (at, row) in rows.iter_mut().enumerate() {
            let times = row[column];
            if at != done && times != 0.0 {
                row.iter_mut()
                    .zip(&pivot)
                    .for_each(|(x, y)| *x -= times * y);
            }
        }
        done += 1;
    }
    let single = |row: &&Vec<f64>| row.iter().filter(|x| x.abs() > 1e-9).count() == 1;
    let at = |row: &Vec<f64>| row.iter().position(|x| x.abs() > 1e-9).unwrap();
    rows.iter()
        .filter(single)
        .map(|row| unknown[at(row)])
        .collect()
}

fn with_margins(random: &mut Random, rows: usize, columns: usize) -> Vec<u64> {
    let mut cells = vec![0; (rows + 1) * (columns + 1)];
    for row in 0..rows {
        for column in 0..columns {
            let mean = [2.0, 8.0, 40.0][random.below(3) as usize];
            let n = random.poisson(mean);
            cells[row * (columns + 1) + column] = n;
            cells[row * (columns + 1) + columns] += n;
            cells[rows * (columns + 1) + column] += n;
            cells[rows * (columns + 1) + columns] += n;
        }
    }
    cells
}

fn holds(cells: &[u64], sums: &[Sum], minimum: u64, width: f64) {
    let found = suppress(cells, sums, minimum, width, &[]).unwrap();
    let small = |at: &usize| cells[*at] > 0 && cells[*at] < minimum;
    assert!((0..cells.len()).filter(small).all(|at| found.withheld[at]));
    if !found.unprotected.is_empty() {
        return;
    }
    assert_eq!(computable(sums, &found.withheld), Vec::<usize>::new());
    for (at, (low, high)) in found.bounds.iter().enumerate() {
        let n = cells[at] as f64;
        assert!(*low <= n + 1e-6 && n <= high + 1e-6);
        if found.primary[at] {
            assert!(
                high - low >= width - 1e-6,
                "{at}: {low}…{high} in {cells:?}"
            );
        }
    }
}

#[test]
fn no_withheld_cell_of_random_tables_can_be_computed() {
    let mut random = Random::new(1, 0);
    for _ in 0..60 {
        let rows = 2 + random.below(4) as usize;
        let columns = 1 + random.below(5) as usize;
        let cells = with_margins(&mut random, rows, columns);
        holds(&cells, &table_sums(rows, columns), 5, 5.0);
    }
}

#[test]
fn no_withheld_unit_of_random_trees_can_be_computed() {
    let mut random = Random::new(2, 0);
    for _ in 0..30 {
        let units = 30;
        let mut parents = vec![None];
        parents.extend((1..units).map(|at| Some(random.below(at as u64 / 3 + 1) as usize)));
        let mut cells = vec![0; units];
        for at in (0..units).rev() {
            if !parents.contains(&Some(at)) {
                cells[at] = random.poisson(12.0);
            }
            if let Some(parent) = parents[at] {
                cells[parent] += cells[at];
            }
        }
        holds(&cells, &tree_sums(&parents).unwrap(), 8, 4.0);
    }
}

/// Every table of whole numbers that fits what is published, tried one after another, against the bounds by linear programming.
#[test]
fn bounds_are_those_of_trying_every_table() {
    let mut random = Random::new(3, 0);
    for _ in 0..12 {
        let cells = with_margins(&mut random, 2, 3);
        let cells: Vec<u64> = cells.iter().map(|n| n / 4).collect();
        let inner = [cells[0], cells[1], cells[2], cells[4], cells[5], cells[6]];
        let fill = |x: [u64; 6]| {
            let [a, b, c, d, e, f] = x;
            vec![
                a,
                b,
                c,
                a + b + c,
                d,
                e,
                f,
                d + e + f,
                a + d,
                b + e,
                c + f,
                x.iter().sum(),
            ]
        };
        let cells = fill(inner);
        let found = suppress(&cells, &table_sums(2, 3), 3, 2.0, &[]).unwrap();
        let fits = |table: &[u64]| {
            let mut pairs = table.iter().zip(&cells).zip(&found.withheld);
            pairs.all(|((x, y), hidden)| *hidden || x == y)
        };
        let mut seen: Vec<(u64, u64)> = cells.iter().map(|n| (*n, *n)).collect();
        let most = 24_u64;
        for code in 0..most.pow(2) {
            // Two rows of three: with all margins fixed two cells decide; the others follow where margins are published.
            let table = fill([
                code % most,
                code / most,
                (cells[3]).wrapping_sub(code % most + code / most).min(99),
                cells[8].wrapping_sub(code % most).min(99),
                cells[9].wrapping_sub(code / most).min(99),
                cells[10]
                    .wrapping_sub(cells[3].wrapping_sub(code % most + code / most))
                    .min(99),
            ]);
            if fits(&table) {
                for (range, x) in seen.iter_mut().zip(&table) {
                    *range = (range.0.min(*x), range.1.max(*x));
                }
            }
        }
        let margins_shown = [3, 7, 8, 9, 10, 11].iter().all(|at| !found.withheld[*at]);
        for ((low, high), seen) in found.bounds.iter().zip(&seen) {
            assert!(*low <= seen.0 as f64 + 1e-6 && *high >= seen.1 as f64 - 1e-6);
            // A transportation table's bounds are whole numbers that are reached.
            assert!(
                !margins_shown || (low - seen.0 as f64).abs() + (high - seen.1 as f64).abs() < 1e-6
            );
        }
    }
}

#[test]
fn a_lone_small_cell_takes_one_other_with_it() {
    let sums = [Sum {
        total: 3,
        parts: vec![0, 1, 2],
    }];
    let found = suppress(&[3, 20, 50, 73], &sums, 5, 5.0, &[]).unwrap();
    assert_eq!(found.withheld, [true, true, false, false]);
    assert_eq!(found.bounds[0], (0.0, 23.0));
    let nothing = suppress(&[10, 20, 0, 30], &sums, 5, 5.0, &[]).unwrap();
    assert_eq!(nothing.withheld, [false; 4]);
    let lone = suppress(&[2], &[], 5, 5.0, &[]).unwrap();
    assert_eq!(
        (lone.withheld, lone.bounds),
        (vec![true], vec![(0.0, f64::INFINITY)])
    );
    let named = suppress(&[30, 20, 50, 100], &sums, 5, 5.0, &[0]).unwrap();
    assert_eq!(named.withheld, [true, true, false, false]);
}

#[test]
fn dominance_pooling_and_faults() {
    assert!(dominated(&[100.0, 20.0, 4.0], 5.0).unwrap());
    assert!(!dominated(&[100.0, 20.0, 6.0], 5.0).unwrap());
    assert!(!dominated(&[], 5.0).unwrap());
    assert!(dominated(&[f64::NAN], 5.0).is_err());
    assert_eq!(pool(&[3, 4, 9], 7), Some(2));
    assert_eq!(pool(&[3, 4, 9], 17), None);
    assert_eq!(pool(&[], 1), None);
    let sums = [Sum {
        total: 2,
        parts: vec![0, 1],
    }];
    let fault = suppress(&[1, 2, 4], &sums, 5, 1.0, &[]).unwrap_err();
    assert!(matches!(fault, Invalid::Range { what: "sum", .. }));
    assert!(suppress(&[1], &sums, 5, 1.0, &[]).is_err());
    assert!(suppress(&[1], &[], 5, 1.0, &[4]).is_err());
    assert!(suppress(&[1], &[], 5, 0.0, &[]).is_err());
    assert!(tree_sums(&[Some(4)]).is_err());
}
