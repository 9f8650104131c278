//! The people of a county: pseudonyms and where they belong, and what only the vault may know of them.

use campaign::{PersonId, UnitId};

use super::Year;
use crate::random::Random;

/// Someone who lives there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resident {
    /// The pseudonym.
    pub id: PersonId,
    /// The unit.
    pub unit: UnitId,
    /// What they are called.
    pub name: String,
    /// Where they can be reached.
    pub phone: String,
    /// Where they live.
    pub household: String,
}

/// The people of a county, unit by unit.
#[derive(Clone, Debug)]
pub struct Population {
    people: Vec<Resident>,
    per_unit: usize,
}

const SURNAMES: [&str; 20] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗",
];
const GIVEN: [&str; 24] = [
    "建", "国", "秀", "英", "志", "强", "桂", "兰", "海", "燕", "春", "梅", "文", "军", "丽", "华",
    "永", "福", "玉", "珍", "德", "明", "小", "红",
];

impl Population {
    pub(super) fn of(year: &Year) -> Self {
        let per_unit = year.people_per_unit;
        let everyone = year
            .units
            .iter()
            .flat_map(|unit| (0..per_unit).map(move |n| (unit, n)));
        let people = everyone.zip(0_u32..).map(|((unit, _), number)| {
            let mut random = Random::named(year.seed, &["person", &number.to_string()]);
            resident(&mut random, number, &unit.id)
        });
        Self {
            people: people.collect(),
            per_unit: per_unit as usize,
        }
    }

    /// Everyone.
    #[must_use]
    pub fn people(&self) -> &[Resident] {
        &self.people
    }

    /// Someone of the unit at a position of the plan's units; counted round and round.
    pub(super) fn of_unit(&self, unit: usize, number: usize) -> Option<&Resident> {
        self.people
            .get(unit * self.per_unit + number % self.per_unit.max(1))
    }
}

fn resident(random: &mut Random, number: u32, unit: &str) -> Resident {
    let mut pick = |list: &[&'static str]| {
        let at = random.choice(u32::try_from(list.len()).unwrap_or(1)) as usize;
        list.get(at).copied().unwrap_or_default()
    };
    let (surname, first, second) = (pick(&SURNAMES), pick(&GIVEN), pick(&GIVEN));
    // 100 to 199 are prefixes that no telephone has.
    let phone = format!("1{:02}{number:08}", random.choice(100));
    Resident {
        id: PersonId::from(format!("p{:05}", number + 1).as_str()),
        unit: UnitId::from(unit),
        name: format!("{surname}{first}{second}"),
        phone,
        household: format!("第{}组{}号", number % 9 + 1, number % 200 + 1),
    }
}
