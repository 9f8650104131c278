//! A made-up county: townships, their villages, offices and enterprises.

use std::fmt::Write;

/// The category of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Township committees.
    Township,
    /// Village organisations.
    Village,
    /// County offices.
    Office,
    /// Enterprise organisations.
    Enterprise,
}

impl Category {
    /// Its id in the campaign.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Township => "township",
            Self::Village => "village",
            Self::Office => "office",
            Self::Enterprise => "enterprise",
        }
    }
}

/// A made-up unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: Category,
    /// The township of a village.
    pub parent: Option<String>,
    /// The cluster it lies in.
    pub cluster: &'static str,
}

/// How many units of each category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Township committees.
    pub townships: u32,
    /// Village organisations, shared out evenly among the townships.
    pub villages: u32,
    /// County offices.
    pub offices: u32,
    /// Enterprise organisations.
    pub enterprises: u32,
}

impl Sizes {
    /// The county that ships with Merit.
    pub const SHIPPED: Self = Self {
        townships: 15,
        villages: 60,
        offices: 24,
        enterprises: 20,
    };

    /// A county of about so many units, in the proportions of a real one: 1,000 give 20 townships, 740 villages,
    /// 140 offices and 100 enterprises.
    #[must_use]
    pub const fn about(units: u32) -> Self {
        let townships = if units < 50 { 1 } else { units / 50 };
        Self {
            townships,
            villages: units * 37 / 50,
            offices: units * 7 / 50,
            enterprises: units / 10,
        }
    }
}

/// The units of a county, by category, then by number.
#[must_use]
pub fn county(sizes: Sizes) -> Vec<Unit> {
    let townships = (0..sizes.townships).map(township);
    let villages = (0..sizes.villages).map(|i| village(i, sizes.townships.max(1)));
    townships
        .chain(villages)
        .chain((0..sizes.offices).map(office))
        .chain((0..sizes.enterprises).map(enterprise))
        .collect()
}

/// The units as `organisation.csv`.
#[must_use]
pub fn to_csv(units: &[Unit]) -> String {
    let mut csv = String::from("unit,name,category,parent,cluster\n");
    for unit in units {
        let parent = unit.parent.as_deref().unwrap_or_default();
        // Writing to a String can't fail.
        let _ = writeln!(
            csv,
            "{},{},{},{parent},{}",
            unit.id,
            unit.name,
            unit.category.id(),
            unit.cluster
        );
    }
    csv
}

const TOWNSHIPS: [&str; 20] = [
    "青石镇",
    "柳湾镇",
    "云岭乡",
    "白鹭镇",
    "大坪镇",
    "红枫乡",
    "双桥镇",
    "长林镇",
    "石坎乡",
    "河口镇",
    "松岗镇",
    "清泉乡",
    "凤台镇",
    "桃园镇",
    "鹰嘴乡",
    "芦花镇",
    "龙潭镇",
    "雾山乡",
    "新集镇",
    "望江镇",
];
const CLUSTERS: [&str; 3] = ["平原", "丘陵", "山区"];
const SIDES: [&str; 10] = ["上", "下", "东", "西", "南", "北", "前", "后", "大", "小"];
const SPOTS: [&str; 10] = ["柳", "石", "河", "桥", "岭", "湾", "沟", "坪", "塘", "林"];
const OFFICES: [&str; 24] = [
    "县委办公室",
    "县政府办公室",
    "县教育局",
    "县卫生健康局",
    "县公安局",
    "县司法局",
    "县财政局",
    "县自然资源局",
    "县交通运输局",
    "县农业农村局",
    "县水利局",
    "县林业局",
    "县住房和城乡建设局",
    "县生态环境分局",
    "县市场监督管理局",
    "县人力资源和社会保障局",
    "县民政局",
    "县文化和旅游局",
    "县医疗保障局",
    "县应急管理局",
    "县税务局",
    "县商务局",
    "县科学技术局",
    "县政务服务局",
];
const BRANDS: [&str; 20] = [
    "禾丰", "青禾", "明川", "云岭", "白鹭", "红枫", "双桥", "长林", "松岗", "清泉", "凤台", "桃园",
    "望江", "龙潭", "新集", "大坪", "河口", "柳湾", "石坎", "芦花",
];
const TRADES: [&str; 7] = ["食品", "茶业", "建材", "机械", "纺织", "物流", "农机"];

/// The entry at `index`, counting round and round.
fn pick<'a>(list: &[&'a str], index: u32) -> &'a str {
    let at = index as usize % list.len().max(1);
    list.get(at).copied().unwrap_or_default()
}

/// `text`, with a number from the second time round `every` on.
fn numbered(text: String, index: u32, every: usize) -> String {
    match index as usize / every {
        0 => text,
        round => format!("{text}第{}", round + 1),
    }
}

fn township_name(index: u32) -> String {
    numbered(pick(&TOWNSHIPS, index).to_owned(), index, TOWNSHIPS.len())
}

fn township(index: u32) -> Unit {
    Unit {
        id: format!("t{:03}", index + 1),
        name: format!("{}党委", township_name(index)),
        category: Category::Township,
        parent: None,
        cluster: pick(&CLUSTERS, index),
    }
}

fn village(index: u32, townships: u32) -> Unit {
    let (township, place) = (index % townships, index / townships);
    // Each township starts elsewhere in the list of names, so that neighbours don't share them all.
    let name = township * 23 + place * 13;
    let village = format!("{}{}村", pick(&SIDES, name / 10), pick(&SPOTS, name));
    Unit {
        id: format!("v{:03}", index + 1),
        name: format!(
            "{}{}党支部",
            township_name(township),
            numbered(village, place, 100)
        ),
        category: Category::Village,
        parent: Some(format!("t{:03}", township + 1)),
        cluster: pick(&CLUSTERS, township),
    }
}

fn office(index: u32) -> Unit {
    Unit {
        id: format!("o{:03}", index + 1),
        name: format!(
            "{}党组织",
            numbered(pick(&OFFICES, index).to_owned(), index, OFFICES.len())
        ),
        category: Category::Office,
        parent: None,
        cluster: "县城",
    }
}

fn enterprise(index: u32) -> Unit {
    let every = BRANDS.len() * TRADES.len();
    let firm = format!("{}{}公司", pick(&BRANDS, index), pick(&TRADES, index));
    Unit {
        id: format!("e{:03}", index + 1),
        name: format!("{}党支部", numbered(firm, index, every)),
        category: Category::Enterprise,
        parent: None,
        cluster: "县城",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_and_names_are_unique_at_any_size() {
        for sizes in [Sizes::SHIPPED, Sizes::about(1_000), Sizes::about(10)] {
            let units = county(sizes);
            let ids: BTreeSet<_> = units.iter().map(|u| &u.id).collect();
            let names: BTreeSet<_> = units.iter().map(|u| &u.name).collect();
            assert_eq!((ids.len(), names.len()), (units.len(), units.len()));
        }
        assert_eq!(county(Sizes::about(1_000)).len(), 1_000);
    }

    #[test]
    fn every_village_has_its_township() {
        let units = county(Sizes::SHIPPED);
        let parents: BTreeSet<_> = units.iter().filter_map(|u| u.parent.clone()).collect();
        assert_eq!(parents.len(), 15);
        assert!(parents.iter().all(|p| {
            units
                .iter()
                .any(|u| u.id == *p && u.category == Category::Township)
        }));
    }
}
