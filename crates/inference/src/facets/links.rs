//! Who can be compared: judges that persons marked in common link, and chains of such links.

use super::Group;
use super::tally::Tally;

/// The groups that no person links, each with its judges and its persons, in order of their first judge. Judges and persons
/// without a mark that counts are in none.
pub(super) fn groups(tally: &Tally) -> Vec<Group> {
    let mut above: Vec<usize> = (0..tally.extreme.len()).collect();
    let mut first: Vec<Option<usize>> = vec![None; tally.class_of.len()];
    let mut active = vec![false; above.len()];
    for mark in &tally.marks {
        let Some(judge) = tally.cells.get(mark.cell).map(|cell| cell.judge) else {
            continue;
        };
        if let Some(active) = active.get_mut(judge) {
            *active = true;
        }
        if let Some(first) = first.get_mut(mark.person) {
            let (a, b) = (top(&above, *first.get_or_insert(judge)), top(&above, judge));
            if let Some(above) = above.get_mut(a.max(b)) {
                *above = a.min(b);
            }
        }
    }
    let mut groups: Vec<(usize, Group)> = Vec::new();
    for judge in (0..above.len()).filter(|judge| active.get(*judge) == Some(&true)) {
        let top = top(&above, judge);
        match groups.iter_mut().find(|(head, _)| *head == top) {
            Some((_, group)) => group.judges.push(judge),
            None => groups.push((
                top,
                Group {
                    judges: vec![judge],
                    persons: Vec::new(),
                },
            )),
        }
    }
    for (person, judge) in first.iter().enumerate() {
        let head = judge.map(|judge| top(&above, judge));
        if let Some((_, group)) = groups.iter_mut().find(|(top, _)| Some(*top) == head) {
            group.persons.push(person);
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The head of the group a judge is in.
fn top(above: &[usize], mut judge: usize) -> usize {
    while let Some(next) = above.get(judge).filter(|next| **next != judge) {
        judge = *next;
    }
    judge
}
